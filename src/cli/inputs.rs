//! What verbs read: layer files or a saved plan with a database, and units from the command line or line
//! by line from a file of any length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::context::VerbContext;
use super::error::CliError;
use crate::assign::AssignError;
use crate::config::{self, Checked, Sources};
use crate::domain::{LayerId, LayerState, Revision, State};
use crate::opened_plan::open_plan;
use crate::plan::{Note, Plan, Scope};
use crate::plan_file;
use crate::review::{Refusal, Reopened, Review, ScopeError, WeighedEvidence};
use crate::store::{self, DatabaseLocation, Origin, Snapshot, StateStore, StoreError};
use crate::timeline::{Moment, PastState, read_with_drift};

/// Reads the present state of one layer only.
pub(super) fn layer_state(store: &dyn StateStore, id: &LayerId) -> Result<State, CliError> {
    let Some(layer) = store.layer(id)? else {
        return find_layer(&store.snapshot()?.state, id, None).map(only);
    };
    Ok(only(&layer))
}

/// Returns the state of one layer only, and the revision of the whole database, if all of it can be read.
pub(super) fn layer_and_revision(
    store: &dyn StateStore,
    id: &LayerId,
) -> Result<(State, Option<Revision>), CliError> {
    let Ok(Snapshot { state, .. }) = store.snapshot() else {
        return Ok((layer_state(store, id)?, None));
    };
    let layer = find_layer(&state, id, None).map(only)?;
    Ok((layer, Some(state.revision)))
}

/// Returns the state of one layer only, out of a state of the past.
pub(super) fn past_layer_state(past: &PastState, id: &LayerId) -> Result<State, CliError> {
    find_layer(&past.state, id, Some(&past.moment)).map(only)
}

/// Returns a layer of a state, which is the present one or that of a moment.
pub(super) fn find_layer<'s>(
    state: &'s State,
    id: &LayerId,
    moment: Option<&Moment>,
) -> Result<&'s Arc<LayerState>, CliError> {
    state.layers.get(id).ok_or_else(|| {
        let unknown = AssignError::unknown_layer(id, state.layers.keys());
        match moment {
            None => CliError::UnknownLayer(unknown),
            Some(moment) => CliError::UnknownPastLayer {
                moment: moment.to_string(),
                unknown,
            },
        }
    })
}

/// Returns a state of this layer alone.
fn only(layer: &Arc<LayerState>) -> State {
    let id = layer.layer.layer_id.clone();
    State::empty(layer.layer.hash_algorithm).with_layers([(id, Arc::clone(layer))].into())
}

/// A proposal for a database, from layer files or from a saved plan.
pub(super) struct LoadedProposal {
    pub(super) review: Review,
    /// When it was planned: ages count from here.
    pub(super) now: Timestamp,
    /// The layer files, for excerpts; empty with a saved plan.
    pub(super) sources: Sources,
    pub(super) store: Arc<dyn StateStore>,
    /// The state after the plan; layers with errors stay unchanged.
    pub(super) after: State,
    /// Whether the database doesn't exist yet.
    pub(super) is_new: bool,
    /// Whether it is a saved plan.
    pub(super) is_saved: bool,
    /// What other programs changed of the chosen layers of a saved plan, whatever its files say, as of now; what
    /// is planned now notes it itself.
    pub(super) drift: Vec<Note>,
    /// The evidence for its ramp-ups and winners, as it is weighed now.
    pub(super) evidence: Vec<WeighedEvidence>,
    /// Why a saved plan can't be applied.
    refusal: Option<Refusal>,
}

impl LoadedProposal {
    /// Plans what is chosen of these files. A missing database counts as empty.
    pub(super) fn from_files(
        configs: &Path,
        db: &DatabaseLocation,
        choose: impl FnOnce(&Checked, &State) -> Result<Scope, ScopeError>,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let sources = config::read_sources(configs)?;
        let checked = config::check_sources(&sources, now);
        let store = store::open(db.clone());
        let (snapshot, drift) = match read_with_drift(&*store) {
            Err(StoreError::Missing { .. }) => (Snapshot::empty(), Vec::new()),
            read => read?,
        };
        let state = &snapshot.state;
        let scope = choose(&checked, state)?;
        let (review, after) = Review::with_drift(&sources, &checked, state, &drift, &scope, now);
        Ok(Self {
            review,
            now,
            sources,
            store,
            is_new: snapshot.origin == Origin::Missing,
            after: snapshot.state.with_layers(after),
            is_saved: false,
            drift: Vec::new(),
            evidence: Vec::new(),
            refusal: None,
        })
    }

    /// Reads a saved plan.
    pub(super) fn from_saved_plan(
        plan: &Path,
        db: &DatabaseLocation,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let saved = plan_file::read(plan)?;
        let store = store::open(db.clone());
        let (snapshot, drift) = match read_with_drift(&*store) {
            Err(StoreError::Missing { .. }) => (Snapshot::empty(), Vec::new()),
            read => read?,
        };
        let opened = open_plan(&saved, &*store, &snapshot.state, &drift, now)?;
        let Reopened { review, outcome } = opened.reopened;
        // Of the others, the plan's files may say what the database has; nobody knows here.
        let drift = drift.into_iter().filter(|found| !found.ends_with_files);
        let drift = drift.map(|found| found.note);
        let drift = drift.filter(|note| review.scope.contains(&note.layer_id));
        let drift = drift.collect();
        let is_new = snapshot.origin == Origin::Missing;
        let (after, refusal) = match outcome {
            Ok(after) => (snapshot.state.with_layers(after), None),
            // The plan was made for an existing database, so this path is most likely wrong.
            Err(Refusal::Stale { .. }) if is_new => {
                let database = db.clone();
                return Err(StoreError::Missing { database }.into());
            }
            Err(refusal) => (snapshot.state, Some(refusal)),
        };
        Ok(Self {
            review,
            now,
            sources: Sources::new("", Vec::new()),
            store,
            after,
            is_new,
            is_saved: true,
            drift,
            evidence: Vec::new(),
            refusal,
        })
    }

    /// Returns the state after the plan; `None` if a saved plan is refused.
    pub(super) fn known_after(&self) -> Option<&State> {
        self.refusal.is_none().then_some(&self.after)
    }

    /// Returns the plan to apply, or why there is none.
    pub(super) fn plan(&self) -> Result<Plan, CliError> {
        self.review.plan().ok_or_else(|| match &self.refusal {
            Some(refusal) => CliError::SavedPlan {
                refusal: refusal.clone(),
            },
            None => CliError::Blocked(self.review.blocking_errors().count()),
        })
    }
}

/// The longest line in bytes. No id is that long, and a file without line breaks must not fill the
/// memory.
const LONGEST_LINE: usize = 1 << 20;

/// How many bytes are read at once: some thousand units.
const BYTES_PER_READ: usize = 1 << 16;

/// A source of units' ids.
pub(super) enum Units<'a> {
    /// Ids from the command line.
    Given(&'a [String]),
    /// The lines of a file.
    Lines(UnitLines<'a>),
}

impl<'a> Units<'a> {
    /// Reads units from a file, or from standard input if the path is `-`.
    pub(super) fn of_file(path: &Path, context: &mut VerbContext<'a>) -> Result<Self, CliError> {
        let (reader, from): (Box<dyn Read + 'a>, String) = if path.as_os_str() == "-" {
            let input = std::mem::replace(&mut context.input, Box::new(io::empty()));
            (Box::new(input), "standard input".to_owned())
        } else {
            let from = path.display().to_string();
            let file = File::open(path).map_err(|error| CliError::units(&from, error))?;
            (Box::new(file), from)
        };
        Ok(Self::Lines(UnitLines::new(reader, from)))
    }

    /// Returns the ids of the next units, as many as can be had without waiting for more; none at
    /// the end.
    pub(super) fn next_batch(&mut self) -> Result<Vec<&str>, CliError> {
        match self {
            Self::Given(ids) => Ok(std::mem::take(ids).iter().map(String::as_str).collect()),
            Self::Lines(lines) => lines.next_batch(),
        }
    }
}

/// The lines of a file that isn't empty, without their ends.
pub(super) struct UnitLines<'a> {
    reader: Box<dyn Read + 'a>,
    /// The file's name in errors.
    from: String,
    /// The number of lines taken so far.
    line: u64,
    /// What was read and isn't yet taken, after the bytes of the batch that was returned last.
    bytes: Vec<u8>,
    /// The number of those bytes.
    taken: usize,
    is_at_end: bool,
}

impl<'a> UnitLines<'a> {
    fn new(reader: Box<dyn Read + 'a>, from: String) -> Self {
        Self {
            reader,
            from,
            line: 0,
            bytes: Vec::new(),
            taken: 0,
            is_at_end: false,
        }
    }

    /// Returns the lines that were read whole; reads only if there are none. Lines before an
    /// unreadable one are returned first, and its error by the next call.
    fn next_batch(&mut self) -> Result<Vec<&str>, CliError> {
        let whole = self.read_whole_lines()?;
        let mut units = Vec::new();
        for line in readable(&self.bytes[..whole]).split_inclusive('\n') {
            let id = without_end(line);
            if id.len() > LONGEST_LINE {
                break;
            }
            self.taken += line.len();
            self.line += 1;
            if !id.is_empty() {
                units.push(id);
            }
        }
        if units.is_empty() && whole > 0 {
            let first = self.bytes[..whole].split(|byte| *byte == b'\n').next();
            return Err(self.wrong(match first {
                Some(line) if line.len() > LONGEST_LINE => TOO_LONG,
                _ => "isn't UTF-8 text",
            }));
        }
        Ok(units)
    }

    /// Reads until there is a whole line that isn't empty, and returns where the last whole one ends;
    /// 0 at the end of the file.
    fn read_whole_lines(&mut self) -> Result<usize, CliError> {
        loop {
            while let Some(end) = empty_line(&self.bytes[self.taken..]) {
                self.taken += end;
                self.line += 1;
            }
            self.bytes.drain(..std::mem::take(&mut self.taken));
            if self.is_at_end {
                return Ok(self.bytes.len());
            }
            if let Some(last) = self.bytes.iter().rposition(|byte| *byte == b'\n') {
                return Ok(last + 1);
            }
            // Even if its last byte belongs to its end.
            if self.bytes.len() > LONGEST_LINE + 1 {
                return Err(self.wrong(TOO_LONG));
            }
            self.read()?;
        }
    }

    fn read(&mut self) -> Result<(), CliError> {
        let start = self.bytes.len();
        self.bytes.resize(start + BYTES_PER_READ, 0);
        let read = loop {
            match self.reader.read(&mut self.bytes[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.bytes.truncate(start + *read.as_ref().unwrap_or(&0));
        self.is_at_end = read.map_err(|error| CliError::units(&self.from, error))? == 0;
        Ok(())
    }

    /// Returns the error of the next line.
    fn wrong(&self, what: &'static str) -> CliError {
        CliError::Unit {
            from: self.from.clone(),
            line: self.line + 1,
            what,
        }
    }
}

const TOO_LONG: &str = "is longer than 1 MiB";

/// Returns the lines before the first that isn't UTF-8 text.
fn readable(lines: &[u8]) -> &str {
    let error = match std::str::from_utf8(lines) {
        Ok(text) => return text,
        Err(error) => error,
    };
    let valid = &lines[..error.valid_up_to()];
    let end = valid.iter().rposition(|byte| *byte == b'\n');
    std::str::from_utf8(&valid[..end.map_or(0, |end| end + 1)]).unwrap_or_default()
}

/// Returns the length of the first line if it is empty.
fn empty_line(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

fn without_end(line: &str) -> &str {
    let Some(id) = line.strip_suffix('\n') else {
        return line;
    };
    id.strip_suffix('\r').unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the ids in a file of which each read returns this many bytes.
    fn ids_by(bytes: &[u8], per_read: usize) -> Result<Vec<String>, String> {
        let (mut units, mut ids) = (lines(bytes, per_read), Vec::new());
        loop {
            match units.next_batch() {
                Ok(batch) if batch.is_empty() => return Ok(ids),
                Ok(batch) => ids.extend(batch.into_iter().map(str::to_owned)),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    fn ids(bytes: &[u8]) -> Result<Vec<String>, String> {
        ids_by(bytes, usize::MAX)
    }

    fn lines(bytes: &[u8], per_read: usize) -> UnitLines<'_> {
        UnitLines::new(Box::new(Reads(bytes, per_read)), "ids.txt".to_owned())
    }

    struct Reads<'a>(&'a [u8], usize);

    impl Read for Reads<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(to.len());
            self.0.read(&mut to[..most])
        }
    }

    proptest! {
        #[test]
        fn ids_dont_depend_on_where_reads_end(text in "([a-cé]{0,3}(\n|\r\n|\r)){0,12}", per_read in 1..9_usize) {
            let mut expected: Vec<&str> = text.split_inclusive('\n').map(without_end).collect();
            expected.retain(|id| !id.is_empty());
            let found = ids_by(text.as_bytes(), per_read).expect("text");
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn whole_lines_are_returned_before_more_is_read() {
        let mut units = lines(b"a\nb\nc", 3);
        assert_eq!(units.next_batch().expect("units"), ["a"]);
        assert_eq!(units.next_batch().expect("units"), ["b"]);
        assert_eq!(units.next_batch().expect("units"), ["c"]);
        assert!(units.next_batch().expect("the end").is_empty());
        assert!(units.next_batch().expect("the end").is_empty());
    }

    #[test]
    fn lines_before_an_unreadable_one_come_first() {
        let mut units = lines(b"a\nb\n\n\xff\nc\n", usize::MAX);
        assert_eq!(units.next_batch().expect("units"), ["a", "b"]);
        let refused = units.next_batch().expect_err("refused");
        assert_eq!(refused.to_string(), "line 4 of ids.txt isn't UTF-8 text");
    }

    #[test]
    fn only_the_end_of_a_line_is_taken_from_an_id() {
        let expected = ["a", " b ", "c\rd", "\t", "é", "last"].map(str::to_owned);
        let found = ids("a\n b \r\n\n\r\nc\rd\n\t\né\nlast".as_bytes());
        assert_eq!(found, Ok(expected.to_vec()));
        assert_eq!(ids(b""), Ok(Vec::new()));
    }

    #[test]
    fn a_line_that_is_no_id_is_named() {
        let refused = |bytes: &[u8]| ids(bytes).expect_err("refused");
        assert_eq!(
            refused(b"a\n\n\xff\n"),
            "line 3 of ids.txt isn't UTF-8 text"
        );
        let mut long = vec![b'x'; 1 << 20];
        assert!(ids(&long).is_ok());
        for end in [&b"\n"[..], b"\r\n", b"\na\n"] {
            assert!(ids(&[&long[..], end].concat()).is_ok());
        }
        long.push(b'x');
        assert_eq!(refused(&long), "line 1 of ids.txt is longer than 1 MiB");
    }
}
