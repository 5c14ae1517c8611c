//! What the tests of several subjects share.

#[cfg(feature = "console")]
pub(crate) mod console;

use std::path::{Path, PathBuf};

/// One of the example configs directories.
pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/configs")
        .join(name)
}
