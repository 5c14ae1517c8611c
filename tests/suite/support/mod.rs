//! What several test modules share.

pub(crate) mod layers;
pub(crate) mod world;
