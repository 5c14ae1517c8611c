//! What verbs read: layer files or a saved plan with a database, and units from the command line or line
//! by line from a file of any length.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::context::VerbContext;
use super::error::CliError;
use crate::assign::AssignError;
use crate::config::{self, Sources};
use crate::domain::{LayerId, LayerState, State};
use crate::plan::Plan;
use crate::plan_file;
use crate::review::{self, Refusal, Reopened, Review};
use crate::store::{self, DatabaseLocation, Origin, Snapshot, StateStore, StoreError};
use crate::timeline::{Moment, PastState};

/// Reads the present state of one layer only.
pub(super) fn layer_state(store: &dyn StateStore, id: &LayerId) -> Result<State, CliError> {
    let Some(layer) = store.layer(id)? else {
        return find_layer(&store.snapshot()?.state, id, None).map(only);
    };
    Ok(only(&layer))
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
    /// The layer files, for excerpts; empty with a saved plan.
    pub(super) sources: Sources,
    pub(super) store: Arc<dyn StateStore>,
    /// The state after the plan; layers with errors stay unchanged.
    pub(super) after: State,
    /// Whether the database doesn't exist yet.
    pub(super) is_new: bool,
    /// Why a saved plan can't be applied.
    refusal: Option<Refusal>,
}

impl LoadedProposal {
    /// Plans the chosen layers of these files; no layer means all. A missing database counts as empty.
    pub(super) fn from_files(
        configs: &Path,
        db: &DatabaseLocation,
        layers: &[LayerId],
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let sources = config::read_sources(configs)?;
        let checked = config::check_sources(&sources, now);
        let (store, snapshot) = database(db)?;
        let scope = review::choose(layers, &checked, &snapshot.state)?;
        let (review, after) = Review::new(&sources, &checked, &snapshot.state, &scope, now);
        Ok(Self {
            review,
            sources,
            store,
            is_new: snapshot.origin == Origin::Missing,
            after: snapshot.state.with_layers(after),
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
        let (store, snapshot) = database(db)?;
        let last = snapshot.last_applied.as_ref().map(|last| &last.plan_id);
        let Reopened { review, outcome } = saved.reopen(&snapshot.state, last, now);
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
            sources: Sources::new("", Vec::new()),
            store,
            after,
            is_new,
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

fn database(location: &DatabaseLocation) -> Result<(Arc<dyn StateStore>, Snapshot), CliError> {
    let store = store::open(location.clone());
    let snapshot = match store.snapshot() {
        Err(StoreError::Missing { .. }) => Snapshot::empty(),
        read => read?,
    };
    Ok((store, snapshot))
}

/// The longest line in bytes. No id is that long, and a file without line breaks must not fill the
/// memory.
const LONGEST_LINE: u64 = 1 << 20;

/// A source of units' ids.
pub(super) enum Units<'a> {
    /// Ids from the command line.
    Given(std::slice::Iter<'a, String>),
    /// The lines of a file.
    Lines {
        /// The source.
        reader: Box<dyn BufRead + 'a>,
        /// Its name in errors.
        from: String,
        /// The number of lines read.
        line: u64,
        /// The current line.
        bytes: Vec<u8>,
    },
}

impl<'a> Units<'a> {
    /// Reads units from a file, or from standard input if the path is `-`.
    pub(super) fn of_file(path: &Path, context: &mut VerbContext<'a>) -> Result<Self, CliError> {
        let (reader, from): (Box<dyn BufRead + 'a>, String) = if path.as_os_str() == "-" {
            let input = std::mem::replace(&mut context.input, Box::new(io::empty()));
            (input, "standard input".to_owned())
        } else {
            let from = path.display().to_string();
            let file = File::open(path).map_err(|error| CliError::units(&from, error))?;
            (Box::new(BufReader::with_capacity(1 << 16, file)), from)
        };
        Ok(Self::Lines {
            reader,
            from,
            line: 0,
            bytes: Vec::new(),
        })
    }

    /// Returns the next unit's id without its line end; empty lines are skipped.
    pub(super) fn next(&mut self) -> Result<Option<&str>, CliError> {
        match self {
            Self::Given(ids) => Ok(ids.next().map(String::as_str)),
            Self::Lines {
                reader,
                from,
                line,
                bytes,
            } => {
                loop {
                    bytes.clear();
                    *line += 1;
                    // One byte more than allowed reveals a line that is too long.
                    let mut limited = reader.as_mut().take(LONGEST_LINE + 1);
                    let read = limited.read_until(b'\n', bytes);
                    if read.map_err(|error| CliError::units(from, error))? == 0 {
                        return Ok(None);
                    }
                    if bytes.last() == Some(&b'\n') {
                        bytes.pop();
                        if bytes.last() == Some(&b'\r') {
                            bytes.pop();
                        }
                    }
                    if !bytes.is_empty() {
                        break;
                    }
                }
                let wrong = |what| CliError::Unit {
                    from: from.clone(),
                    line: *line,
                    what,
                };
                if bytes.len() as u64 > LONGEST_LINE {
                    return Err(wrong("is longer than 1 MiB"));
                }
                let id = std::str::from_utf8(bytes).map_err(|_| wrong("isn't UTF-8 text"))?;
                Ok(Some(id))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut units = Units::Lines {
            reader: Box::new(bytes),
            from: "ids.txt".to_owned(),
            line: 0,
            bytes: Vec::new(),
        };
        let mut ids = Vec::new();
        loop {
            match units.next() {
                Ok(Some(id)) => ids.push(id.to_owned()),
                Ok(None) => return Ok(ids),
                Err(error) => return Err(error.to_string()),
            }
        }
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
        long.push(b'x');
        assert_eq!(refused(&long), "line 1 of ids.txt is longer than 1 MiB");
    }
}
