//! What traffic really got: writing the exposure log, reading it back and counting it.
//!
//! A service hands its [`Assignment`](crate::assign::Assignment)s to an [`AssignmentLogger`]; the
//! log they end up in is counted by `Counts`, whose counts go to [`srm`](crate::srm). This module
//! knows no terminals and judges nothing: which experiments there should be, and how they should
//! split, others know.
//!
//! | file | defines |
//! |---|---|
//! | `logger` | [`AssignmentLogger`], what a service calls |
//! | `memory` | [`MemoryLogger`], which keeps everything, for tests |
//! | `error` | [`LogError`] with its help |
//! | `columns` | the columns of a log's table |
//! | `engine` | what every engine must offer |
//! | `open` | opening a log: which engine keeps it |
//! | `sqlite`, `duckdb` | the engines |
//! | `options`, `batch`, `queue`, `writer` | `FileLogger`: its options, rows in waiting, who waits for whom, the thread |
//! | `appender` | the file that the thread writes to, and the next one where somebody takes it away |
//! | `clock` | times as logs have them |
//! | `value` | what a row holds, and what its values mean |
//! | `fault` | what can be wrong with a row |
//! | `row`, `kind`, `layer` | from a row to an exposure |
//! | `whole` | `LogRows`: whole rows, for who looks at each of them |
//! | `scan` | reading a range of rows with several readers, in order |
//! | `seen` | which units were seen, in few bytes each |
//! | `windows` | exposures by time, in a bounded number of windows |
//! | `series` | units in the order of writing, look by look |
//! | `tally` | exposures put together |
//! | `lookup` | `rows_of`, what the log says of one unit |
//! | `counts` | `Counts`, the counts of a log that grows |

#[cfg(feature = "store")]
mod appender;
#[cfg(feature = "store")]
mod batch;
#[cfg(feature = "store")]
mod clock;
#[cfg(feature = "store")]
mod columns;
#[cfg(feature = "store")]
mod counts;
#[cfg(feature = "duckdb")]
mod duckdb;
#[cfg(feature = "store")]
mod engine;
mod error;
#[cfg(feature = "store")]
mod fault;
#[cfg(feature = "store")]
mod kind;
#[cfg(feature = "store")]
mod layer;
mod logger;
#[cfg(feature = "store")]
mod lookup;
mod memory;
#[cfg(feature = "store")]
mod open;
#[cfg(feature = "store")]
mod options;
#[cfg(feature = "store")]
mod queue;
#[cfg(feature = "store")]
mod row;
#[cfg(feature = "store")]
mod scan;
#[cfg(feature = "store")]
mod seen;
#[cfg(feature = "store")]
mod series;
#[cfg(feature = "store")]
mod sqlite;
#[cfg(feature = "store")]
mod tally;
#[cfg(feature = "store")]
mod value;
#[cfg(feature = "store")]
mod whole;
#[cfg(feature = "store")]
mod windows;
#[cfg(feature = "store")]
mod writer;

#[cfg(feature = "store")]
pub use counts::{CountOptions, Counts, Progress, Refresh, Window};
pub use error::LogError;
pub use logger::AssignmentLogger;
#[cfg(feature = "store")]
pub use lookup::{UnitRow, UnitRows, rows_of};
pub use memory::{LoggedAssignment, MemoryLogger};
#[cfg(feature = "store")]
pub use options::{Durability, LoggerOptions, WhenFull};
#[cfg(feature = "store")]
pub(crate) use row::Unreadable;
#[cfg(feature = "store")]
pub use row::{Skipped, Skips};
#[cfg(feature = "store")]
pub(crate) use series::SeriesLook;
#[cfg(feature = "store")]
pub(crate) use tally::LayerExposures;
#[cfg(feature = "store")]
pub use tally::{ArmExposures, StatusExposures};
#[cfg(feature = "store")]
pub use whole::LogRows;
#[cfg(feature = "store")]
pub(crate) use whole::{LoggedRow, TakeRows};
#[cfg(feature = "store")]
pub use writer::FileLogger;
