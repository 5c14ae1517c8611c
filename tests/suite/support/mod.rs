//! What several test modules share.

#[cfg(feature = "console")]
pub(crate) mod console;
pub(crate) mod histories;
pub(crate) mod layers;
pub(crate) mod reviewing;
pub(crate) mod world;
