//! What the tests of several subjects share.

pub(crate) mod cases;
#[cfg(feature = "console")]
pub(crate) mod console;
#[cfg(feature = "console")]
pub(crate) mod desk;
pub(crate) mod exporting;
pub(crate) mod histories;
pub(crate) mod layers;
#[cfg(feature = "postgres")]
pub(crate) mod own_server;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "postgres")]
pub(crate) mod proxy;
pub(crate) mod reviewing;
#[cfg(feature = "console")]
pub(crate) mod traffic;
#[cfg(feature = "store")]
pub(crate) mod waiting;
#[cfg(feature = "console")]
pub(crate) mod working_console;
pub(crate) mod world;

#[cfg(feature = "console")]
use std::path::{Path, PathBuf};

/// One of the example configs directories.
#[cfg(feature = "console")]
pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/configs")
        .join(name)
}
