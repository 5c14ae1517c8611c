//! How a logger behaves.

/// What happens to a row that finds the queue full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenFull {
    /// Who logs waits for room: no row is lost, and a slow disk slows the service down.
    Wait,
    /// The row is dropped and counted: the service is never slowed down.
    Drop,
}

/// What a flushed row survives. In a DuckDB log it survives a power failure either way: every
/// transaction waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the program, however it comes. A power failure may lose the last transactions,
    /// whole ones, and damages nothing.
    Program,
    /// A power failure too: every transaction waits for the disk.
    Power,
}

/// How a logger behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggerOptions {
    /// What happens to rows that find the queue full.
    pub when_full: WhenFull,
    /// What a flushed row survives.
    pub durability: Durability,
    /// With so many rows the queue is full. As many again may be on their way to the disk.
    pub capacity_rows: usize,
    /// With so many bytes of text the queue is full.
    pub capacity_bytes: usize,
}

impl Default for LoggerOptions {
    /// Waits when full, survives the end of the program, and holds 65,536 rows or 16 MiB of text:
    /// about 20 MiB in all for rows of 100 bytes.
    fn default() -> Self {
        Self {
            when_full: WhenFull::Wait,
            durability: Durability::Program,
            capacity_rows: 1 << 16,
            capacity_bytes: 1 << 24,
        }
    }
}
