//! How much a layer file may hold. A real one stays far below; anything beyond is a mistake or an
//! attack, and is refused before it costs time or memory. Knows nothing about the files' contents.

/// The maximum bytes of one file.
pub const FILE_BYTES: u64 = 1024 * 1024;
/// How deep lists and mappings may nest.
pub const DEPTH: usize = 32;
/// The maximum number of values in one file.
pub const NODES: usize = 100_000;
/// The maximum number of aliases (`*name`) in one file.
pub const ALIASES: usize = 100;
/// The maximum number of values that aliases may repeat in one file.
pub const REPEATED_NODES: usize = 20_000;
/// The maximum number of errors reported for one file.
pub const ERRORS: usize = 200;
