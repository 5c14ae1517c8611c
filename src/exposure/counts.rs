//! The counts of a log that grows: the reading module's front door.

use std::hash::BuildHasher;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use foldhash::quality::RandomState;
use jiff::{SignedDuration, Timestamp};

use super::engine::{LastRow, RowRange, Source};
use super::open::open_source;
use super::row::{Block, Decoder};
use super::scan::{READERS, Scan};
use super::series::SeriesLook;
use super::tally::Tally;
use super::windows::Cell;
use super::{ArmExposures, LayerExposures, LogError, Skipped, Skips, StatusExposures};
use crate::domain::ExperimentId;
use crate::sqlite::FileId;

/// How long a window is at first, in microseconds: what people look at during an incident.
const FIRST_WINDOW: i64 = 60_000_000;

/// What is counted, and how much may be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountOptions {
    /// Exposures before this time are left out.
    pub since: Option<Timestamp>,
    /// How many units are remembered at most, each once per experiment, and as many once more per
    /// layer; at 10 to 15 bytes each.
    pub most_units: usize,
}

impl Default for CountOptions {
    /// All exposures, and 2²⁵ units: at most 504 MB for experiments and the same for layers.
    fn default() -> Self {
        Self {
            since: None,
            most_units: 1 << 25,
        }
    }
}

/// What an arm got in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When it starts; all windows are as long as [`Counts::window`].
    pub start: Timestamp,
    /// Units that had their first exposure to the experiment in it.
    pub units: u64,
    /// Exposures: rows of the log.
    pub exposures: u64,
}

/// How far the reading of a log is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// How many rows were read by now.
    pub rows: u64,
    /// How much of the row ids to read was read by now, 0 to 1.
    pub fraction: f64,
}

/// What a refresh did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// How many rows were read.
    pub rows: u64,
    /// Whether the log isn't the one that was counted before: it was replaced or shortened, and
    /// the counts are those of the new one alone. Where the refresh that found this failed, the
    /// next one that doesn't says it.
    pub restarted: bool,
    /// Whether all rows are counted that there were at the start; not where the refresh was
    /// stopped. The next one goes on where this one ended.
    pub is_complete: bool,
}

/// Counts the exposures of a log, SQLite's or DuckDB's: each unit once per experiment, by its first
/// exposure in the order of writing.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use avos::exposure::{CountOptions, Counts};
///
/// let mut counts = Counts::new("exposures.db", CountOptions::default());
/// counts.refresh(&mut |_| ControlFlow::Continue(()))?;
/// for arm in counts.arms() {
///     println!("{} {}: {} units", arm.experiment_id, arm.variant, arm.units);
/// }
/// # Ok::<(), avos::exposure::LogError>(())
/// ```
pub struct Counts {
    path: PathBuf,
    options: CountOptions,
    tally: Tally,
    /// What units are hashed with: by other secrets each time, so that nobody can choose ids whose
    /// hashes agree.
    hashing: RandomState,
    rows: u64,
    /// How far the log was counted; none before its first row.
    mark: Option<Mark>,
    /// The file that was counted.
    file: Option<FileId>,
    /// Whether the counts began anew and nobody was told yet.
    has_restarted: bool,
}

/// How far a log was counted.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    /// No row up to this id is left; once the fingerprint is taken, the last one's id.
    row: i64,
    /// That of the last row; none where it couldn't be taken.
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

impl Counts {
    /// Counts of the log at this path, all zero yet; touches nothing.
    pub fn new(path: impl Into<PathBuf>, options: CountOptions) -> Self {
        Self {
            path: path.into(),
            options,
            tally: new_tally(options),
            hashing: RandomState::default(),
            rows: 0,
            mark: None,
            file: None,
            has_restarted: false,
        }
    }

    /// Where the log is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Counts the rows that came since the last call, or all at first. `watch` is called now and
    /// then, and stops the reading where it says so.
    ///
    /// After an error the counts are those of the rows before it, and the next call goes on there.
    pub fn refresh(
        &mut self,
        watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Refresh, LogError> {
        let source = open_source(&self.path)?;
        let file = source.file();
        if !self.is_continued(&*source, file)? {
            *self = Self::new(std::mem::take(&mut self.path), self.options);
            self.has_restarted = true;
        }
        self.file = Some(file);
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

    /// Counts the rows of the range: how many were read, and whether it was stopped.
    fn read(
        &mut self,
        source: &dyn Source,
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
            decoder: &|| Decoder::new(hashing.clone(), since),
        };
        self.tally.begin(READERS);
        let read = scan.run(source, &mut |reader, block| {
            rows += block.rows;
            let fraction = range.fraction(block.last_row);
            self.merge(reader, block);
            watch(Progress { rows, fraction })
        });
        // Whatever ended the reading: what was counted is marked. Where that fails, too, the next
        // reading still goes on there; it only can't tell whether the last row is the same.
        let last = self.mark.map(|mark| source.last_row(mark.row));
        if let Some(Ok(Some(last))) = last {
            self.mark = Some(last.into());
        }
        Ok((rows, read?))
    }

    /// What each arm got, ordered by experiment, group and variant.
    #[must_use]
    pub fn arms(&self) -> Vec<ArmExposures> {
        self.tally.arms()
    }

    /// What the arm got by time: the windows that have something, in order.
    #[must_use]
    pub fn windows(&self, arm: &ArmExposures) -> Vec<Window> {
        let windows = self.tally.windows.of(arm.kind).into_iter();
        let window = |(start, cell): (i64, Cell)| Window {
            // A window may start before the first time that there is.
            start: Timestamp::from_microsecond(start).unwrap_or(Timestamp::MIN),
            units: cell.units,
            exposures: cell.exposures,
        };
        windows.map(window).collect()
    }

    /// How long a window is by now: a minute at first, and twice as long whenever there are too many.
    #[must_use]
    pub fn window(&self) -> SignedDuration {
        SignedDuration::from_micros(self.tally.windows.length())
    }

    /// The looks at an experiment's units from this one on, in the order of writing: arms by their
    /// [`number`](ArmExposures::number).
    pub(crate) fn experiment_looks(
        &self,
        experiment_id: &ExperimentId,
        from: usize,
    ) -> impl Iterator<Item = SeriesLook<'_>> {
        let series = self.tally.series(experiment_id);
        series
            .into_iter()
            .flat_map(move |series| series.looks_from(from))
    }

    /// The layers of which the log has all answers, in the order of their first ones that aren't
    /// `assigned`.
    pub(crate) fn whole_layers(&self) -> impl Iterator<Item = LayerExposures<'_>> {
        self.tally.whole_layers()
    }

    /// The same for as long as looks that were seen stay what they are: until the log is replaced.
    pub(crate) fn identity(&self) -> u64 {
        self.hashing.hash_one(())
    }

    /// The exposures without a variant, ordered by experiment and status.
    #[must_use]
    pub fn statuses(&self) -> Vec<StatusExposures> {
        self.tally.statuses()
    }

    /// How many units were seen with more than one variant of the experiment, in whatever group.
    /// Each is also counted where its first exposure was.
    #[must_use]
    pub fn conflicting_units(&self, experiment_id: &ExperimentId) -> u64 {
        self.tally.conflicting_units(experiment_id)
    }

    /// How many rows were read, counted or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows that can't be counted, all together.
    #[must_use]
    pub fn skipped(&self) -> Option<Skipped> {
        self.tally.skipped.total()
    }

    /// The same by what is wrong with them.
    #[must_use]
    pub fn skips(&self) -> &Skips {
        &self.tally.skipped
    }

    /// How many exposures are of units that couldn't be remembered any more: unless it is 0, the
    /// counts are those of the log's first units only.
    #[must_use]
    pub fn exposures_beyond_limit(&self) -> u64 {
        self.tally.beyond_limit
    }

    /// How many units are remembered, each once per experiment.
    #[must_use]
    pub fn remembered_units(&self) -> usize {
        self.tally.seen.len()
    }

    /// How many bytes it takes to remember them, those of layers, and the order in which they came.
    #[must_use]
    pub fn remembered_bytes(&self) -> usize {
        self.tally.bytes()
    }

    fn merge(&mut self, reader: usize, block: Block) {
        self.rows += block.rows;
        self.mark = Some(Mark {
            row: block.last_row,
            fingerprint: None,
        });
        self.tally.merge(reader, block);
    }

    /// Whether the file is the one that was counted, with what was counted still in it.
    fn is_continued(&self, source: &dyn Source, file: FileId) -> Result<bool, LogError> {
        let Some(mark) = self.mark else {
            return Ok(true);
        };
        if self.file != Some(file) {
            return Ok(false);
        }
        let is_marked = |row: LastRow| mark.fingerprint.is_none() || Mark::from(row) == mark;
        Ok(source.last_row(mark.row)?.is_some_and(is_marked))
    }

    /// The row ids that weren't read yet; none where there are no rows.
    fn unread(&self, source: &dyn Source) -> Result<Option<RowRange>, LogError> {
        match self.mark.map(|mark| mark.row.checked_add(1)) {
            None => RowRange::of_all(source),
            Some(Some(next)) => RowRange::starting_at(source, next),
            // The last row that there can be was read.
            Some(None) => Ok(None),
        }
    }
}

fn new_tally(options: CountOptions) -> Tally {
    Tally::new(options.most_units, FIRST_WINDOW)
}
