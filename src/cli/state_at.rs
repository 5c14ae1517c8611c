//! The options that choose a state of the past, and how a report names it.

use jiff::Timestamp;
use serde::Serialize;

use super::error::CliError;
use super::options::time;
use super::show::{TextStyle, utc};
use crate::diagnostic::visible;
use crate::report::Role;
use crate::store::StateStore;
use crate::timeline::{Moment, PastState, Timeline};

/// Which state to take: without any of these, the present one.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct StateOptions {
    /// Take the state after this entry of the journal, as `avos history` numbers them
    #[arg(long, value_name = "N")]
    at_journal: Option<i64>,
    /// Take the state at this time, like 2025-03-01T09:00:00Z (UTC if it has no offset)
    #[arg(long, value_name = "TIME", value_parser = time)]
    state_at: Option<Timestamp>,
}

impl StateOptions {
    /// Returns whether they choose a state of the past.
    pub(super) fn is_past(&self) -> bool {
        self.at_journal.is_some() || self.state_at.is_some()
    }

    /// Reads the chosen state of the past; `None` if they choose the present one, for which nothing is
    /// read. The past takes the whole journal.
    pub(super) fn read_past(
        &self,
        store: &dyn StateStore,
        now: Timestamp,
    ) -> Result<Option<PastState>, CliError> {
        let timeline = || -> Result<Timeline, CliError> {
            let (snapshot, entries) = store.snapshot_with_journal()?;
            Ok(Timeline::new(&snapshot.state, &entries))
        };
        let (asked, past) = match (self.at_journal, self.state_at) {
            (None, None) => return Ok(None),
            (None, Some(at)) if at > now => return Err(CliError::FutureState(at)),
            (None, Some(at)) => (format!("at {at}"), timeline()?.state_at(at)),
            (Some(id), _) => {
                let timeline = timeline()?;
                let ids = timeline.applies().map(|apply| apply.journal_id);
                let era = timeline.era_after(id);
                let era = era.ok_or_else(|| CliError::unknown_entry(id, ids))?;
                (format!("after journal {id}"), timeline.state_at_start(era))
            }
        };
        let unknown = |reason| CliError::UnknownPast { asked, reason };
        past.map(Some).map_err(unknown)
    }
}

/// Returns a line that says which state follows.
pub(super) fn headline(past: &PastState, style: TextStyle) -> String {
    let apply = past.moment.apply();
    let earlier = match past.moment {
        Moment::Before(_) if !past.state.layers.is_empty() => {
            "; earlier changes aren't in the journal"
        }
        _ => "",
    };
    let state = style.paint(Role::Strong, "State");
    let (at, actor) = (utc(apply.at), visible(&apply.actor));
    format!(
        "{state} {}, applied {at} by {actor}{earlier}\n\n",
        past.moment
    )
}

/// The entry of the journal that a report's state follows; nulls before the first one.
#[derive(Serialize)]
pub(super) struct ReportedMoment {
    journal_id: Option<i64>,
    applied_at: Option<Timestamp>,
}

impl From<&PastState> for ReportedMoment {
    fn from(past: &PastState) -> Self {
        let apply = match &past.moment {
            Moment::Before(_) => None,
            Moment::After(apply) => Some(apply),
        };
        Self {
            journal_id: apply.map(|apply| apply.journal_id),
            applied_at: apply.map(|apply| apply.at),
        }
    }
}
