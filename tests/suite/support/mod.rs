//! What several test modules share.

pub(crate) mod histories;
pub(crate) mod layers;
pub(crate) mod reviewing;
pub(crate) mod world;
