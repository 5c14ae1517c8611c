//! Counts a log in a file, which may grow.

use std::fmt;
use std::ops::ControlFlow;

use foldhash::quality::RandomState;
use jiff::Timestamp;

use super::columns::Further;
use super::decode::{BlockDecoder, ExposureBlock};
use super::engine::{LastRow, LogIdentity, LogSource, RowRange};
use super::merge::BlockMerger;
use super::open::open_source;
use super::scan::{READERS, Scan};
use super::{
    ExposureReader, ExposureSummary, FirstExposure, LogError, LogLocation, Progress, Refresh,
};

/// What to count, and how many units to remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountOptions {
    /// Exposures before this time are ignored.
    pub since: Option<Timestamp>,
    /// The maximum number of units to remember, each once per experiment, and the same number again, each
    /// once per layer; 10 to 15 bytes for a unit of a layer and one of its experiments together.
    pub most_units: usize,
}

impl Default for CountOptions {
    /// All exposures, and 2²⁵ units: 504 MB at most, or twice as much if the units of the experiments aren't
    /// those of the layers.
    fn default() -> Self {
        Self {
            since: None,
            most_units: 1 << 25,
        }
    }
}

/// Counts the exposures of a log in files: each unit once per experiment, by its first exposure in the order of
/// writing.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use avos::exposure::{CountOptions, ExposureCounter};
///
/// let mut counter = ExposureCounter::new("exposures.db", CountOptions::default());
/// counter.refresh(|_| ControlFlow::Continue(()))?;
/// for arm in counter.summary().arms() {
///     println!("{} {}: {} units", arm.experiment_id, arm.variant, arm.units);
/// }
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
pub struct ExposureCounter {
    location: LogLocation,
    options: CountOptions,
    merger: BlockMerger,
    /// Hashes units with new secrets each time, so that nobody can choose ids with colliding hashes.
    hashing: RandomState,
    rows: u64,
    /// How far the log was counted; `None` before its first row.
    mark: Option<Mark>,
    /// What was counted.
    identity: Option<LogIdentity>,
    /// Whether the counts started over, and no refresh has reported it yet.
    has_restarted: bool,
}

/// How far a log was counted.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    /// All rows up to this id were read. It is the id of the last one once its fingerprint is taken.
    row: i64,
    /// The fingerprint of the last row; `None` if it couldn't be taken.
    fingerprint: Option<u64>,
}

impl From<LastRow> for Mark {
    fn from(row: LastRow) -> Self {
        Self {
            row: row.id,
            fingerprint: Some(row.fingerprint),
        }
    }
}

impl ExposureCounter {
    /// Creates a counter for the log at this location, without opening it.
    pub fn new(location: impl Into<LogLocation>, options: CountOptions) -> Self {
        Self {
            location: location.into(),
            options,
            merger: BlockMerger::new(options.most_units),
            hashing: RandomState::default(),
            rows: 0,
            mark: None,
            identity: None,
            has_restarted: false,
        }
    }

    /// Returns where the log is.
    #[must_use]
    pub fn location(&self) -> &LogLocation {
        &self.location
    }

    /// Counts the rows written since the last call, at first all. `watch` is called now and then; `Break`
    /// stops the reading.
    ///
    /// After an error the counts are those of the rows before it, and the next call continues there.
    pub fn refresh(
        &mut self,
        mut watch: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Refresh, LogError> {
        ExposureReader::refresh(self, &mut watch)
    }

    /// Returns what was counted so far.
    #[must_use]
    pub fn summary(&self) -> &ExposureSummary {
        &self.merger.counts.summary
    }

    /// Counts the rows of the range. Returns the number of rows read, and whether it was stopped.
    fn read(
        &mut self,
        source: &dyn LogSource,
        range: RowRange,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(u64, ControlFlow<()>), LogError> {
        let mut rows = 0;
        let since = self
            .options
            .since
            .map_or(i64::MIN, Timestamp::as_microsecond);
        let hashing = self.hashing.clone();
        let scan = Scan {
            range,
            decoder: &|| BlockDecoder::new(hashing.clone(), since),
        };
        self.merger.begin(READERS);
        let read = scan.run(source, &mut |reader, block| {
            rows += block.rows;
            let fraction = range.fraction(block.last_row);
            self.merge(reader, block);
            watch(Progress::new(rows, fraction))
        });
        // Mark what was counted, also after an error. If that fails too, the next refresh still continues
        // here, but can't tell whether the last row has changed.
        let last = self.mark.map(|mark| source.last_row(mark.row));
        if let Some(Ok(Some(last))) = last {
            self.mark = Some(last.into());
        }
        Ok((rows, read?))
    }

    /// Returns the number of rows that were read, counted or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns the number of exposures of units beyond the limit. Unless it is 0, the counts are those of
    /// the log's first units only.
    #[must_use]
    pub fn exposures_beyond_limit(&self) -> u64 {
        self.merger.counts.beyond_limit
    }

    /// Returns the number of remembered units, each once per experiment.
    #[must_use]
    pub fn remembered_units(&self) -> usize {
        self.merger.counts.experiment_units
    }

    /// Returns the number of bytes that remembering units and their order takes, including those of layers.
    #[must_use]
    pub fn remembered_bytes(&self) -> usize {
        self.merger.bytes()
    }

    fn merge(&mut self, reader: usize, block: ExposureBlock) {
        self.rows += block.rows;
        self.mark = Some(Mark {
            row: block.last_row,
            fingerprint: None,
        });
        self.merger.merge(reader, block);
    }

    /// Returns whether this is the log that was counted, and still has the last row that was.
    fn is_continued(
        &self,
        source: &dyn LogSource,
        identity: &LogIdentity,
    ) -> Result<bool, LogError> {
        let Some(mark) = self.mark else {
            return Ok(true);
        };
        let mut counted = self.identity.iter();
        if !counted.any(|counted| identity.continues(counted)) {
            return Ok(false);
        }
        let is_marked = |row: LastRow| mark.fingerprint.is_none() || Mark::from(row) == mark;
        Ok(source.last_row(mark.row)?.is_some_and(is_marked))
    }

    /// Returns the row ids that weren't read yet; `None` if there are none.
    fn unread(&self, source: &dyn LogSource) -> Result<Option<RowRange>, LogError> {
        match self.mark.map(|mark| mark.row.checked_add(1)) {
            None => RowRange::all(source),
            Some(Some(next)) => RowRange::starting_at(source, next),
            // The last possible row was read.
            Some(None) => Ok(None),
        }
    }
}

impl ExposureReader for ExposureCounter {
    fn refresh(
        &mut self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Refresh, LogError> {
        let source = open_source(&self.location, &Further::Nothing)?;
        let identity = source.identity();
        if !self.is_continued(&*source, &identity)? {
            *self = Self::new(self.location.clone(), self.options);
            self.has_restarted = true;
        }
        self.identity = Some(identity);
        let (rows, read) = match self.unread(&*source)? {
            Some(range) => self.read(&*source, range, watch)?,
            None => (0, ControlFlow::Continue(())),
        };
        Ok(Refresh {
            rows,
            restarted: std::mem::take(&mut self.has_restarted),
            is_complete: read.is_continue(),
        })
    }

    fn summary(&self) -> &ExposureSummary {
        self.summary()
    }

    fn location(&self) -> &LogLocation {
        self.location()
    }

    fn rows(&self) -> u64 {
        self.rows()
    }

    fn first_exposure(&self) -> FirstExposure {
        FirstExposure::Written
    }

    fn exposures_beyond_limit(&self) -> u64 {
        self.exposures_beyond_limit()
    }
}

impl fmt::Debug for ExposureCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExposureCounter")
            .field("location", &self.location)
            .field("options", &self.options)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
