//! Writes, reads and counts exposure logs: what traffic really got.
//!
//! A service passes its [`Assignment`](crate::assign::Assignment)s to an [`AssignmentLogger`]. An
//! [`ExposureReader`] counts the log into an [`ExposureSummary`], which
//! [`traffic`](crate::traffic) judges; an [`ExposureRows`] reads it row by row, for
//! [`replay`](crate::replay). This module knows no terminals and judges nothing: it doesn't know
//! which experiments there should be or how they should split.
//!
//! | file | defines |
//! |---|---|
//! | `logger` | [`AssignmentLogger`], the interface for services; [`MemoryLogger`], for their tests |
//! | `location` | [`LogLocation`], the name of a log |
//! | `error` | [`LogError`] with its help |
//! | `reader` | [`ExposureReader`] and [`ExposureRows`], the traits for reading a log |
//! | `summary` | [`ExposureSummary`], what was counted |
//! | `exposure_counts` | [`ArmExposures`], [`StatusExposures`], [`Window`]: what it returns; [`Dimension`] |
//! | `windows`, `series` | its parts: exposures by time, and units in the order of writing |
//! | `skips` | [`Skips`], rows that can't be read, and why |
//! | `warehouse` | logs that are counted in a database or a warehouse (reading: feature `warehouse`) |
//!
//! Logs in files (feature `store`):
//!
//! | file | defines |
//! |---|---|
//! | `columns` | the columns of a log's table |
//! | `engine` | what an engine must implement |
//! | `open` | opens a log with its engine |
//! | `sqlite`, `duckdb` | the engines |
//! | `writer` | `FileLogger`, its options, its thread and the file that the thread writes to |
//! | `queue` | the rows between callers and thread |
//! | `clock` | reads the times of logs |
//! | `value` | the values of rows, and how they are read |
//! | `decode` | decodes rows to exposures |
//! | `scan` | reads a range of rows with several readers, in order |
//! | `seen` | remembers which units were seen, in few bytes each |
//! | `merge` | counts blocks of exposures into a summary |
//! | `counter` | `ExposureCounter`, the reader of a file that grows |
//! | `rows` | `LogRows`, the rows of a file |
//! | `dimension_scan` | counts the units of a file by the values of a further column |

#[cfg(feature = "store")]
mod clock;
#[cfg(feature = "store")]
mod columns;
#[cfg(feature = "store")]
mod counter;
#[cfg(feature = "store")]
mod decode;
#[cfg(feature = "store")]
mod dimension_scan;
#[cfg(feature = "duckdb")]
mod duckdb;
#[cfg(feature = "store")]
mod engine;
mod error;
mod exposure_counts;
mod location;
mod logger;
#[cfg(feature = "store")]
mod merge;
#[cfg(feature = "store")]
mod open;
#[cfg(feature = "store")]
mod queue;
mod reader;
#[cfg(feature = "store")]
mod rows;
#[cfg(feature = "store")]
mod scan;
#[cfg(feature = "store")]
mod seen;
mod series;
mod skips;
#[cfg(feature = "store")]
mod sqlite;
mod summary;
#[cfg_attr(
    not(feature = "store"),
    expect(dead_code, reason = "only rows of files have values to read")
)]
mod value;
mod warehouse;
mod windows;
#[cfg(feature = "store")]
mod writer;

pub use crate::location::LocationError;
#[cfg(feature = "store")]
pub use counter::{CountOptions, ExposureCounter};
pub use error::LogError;
pub(crate) use exposure_counts::LayerExposures;
pub use exposure_counts::{ArmExposures, Dimension, DimensionUnits, StatusExposures, Window};
pub use location::LogLocation;
#[cfg(feature = "console")]
pub(crate) use location::is_source_name;
pub use logger::{AssignmentLogger, LoggedAssignment, MemoryLogger};
#[cfg(feature = "store")]
pub use open::{count_dimensions, open_counter};
pub use reader::{
    ArmUnit, ArmUnits, ExposureReader, ExposureRows, FirstExposure, LoggedArm, LoggedRow, Progress,
    Refresh, TakeRows, UnitRow, UnitRows,
};
#[cfg(feature = "store")]
pub use rows::LogRows;
pub(crate) use series::SeriesLook;
pub use skips::{Skipped, Skips, UnreadableRow};
pub use summary::{ArmIndex, ExposureSummary};
#[cfg(feature = "console")]
pub(crate) use warehouse::url_password;
pub use warehouse::{
    Dialect, SecretText, SourceColumns, SourceRelation, UnknownDialect, WarehouseSource,
};
#[cfg(feature = "store")]
pub use writer::{Durability, FileLogger, LoggerOptions, WhenFull};
