//! How much a layer file may hold. A real one stays far below; what goes beyond is a mistake or an
//! attack, and is refused before it costs time or memory. Knows nothing of what the files say.

/// The most bytes of one file.
pub const FILE_BYTES: u64 = 1024 * 1024;
/// How deep lists and mappings may nest.
pub const DEPTH: usize = 32;
/// The most values in one file.
pub const NODES: usize = 100_000;
/// The most aliases (`*name`) in one file.
pub const ALIASES: usize = 100;
/// The most values that aliases may repeat in one file.
pub const REPEATED_NODES: usize = 20_000;
/// The most errors reported for one file.
pub const ERRORS: usize = 200;
