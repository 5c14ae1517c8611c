//! Holding and releasing an experiment at once, even while other programs write to the database: for the
//! console and the verbs.
//!
//! What a hold does is planned in `review`. Here it is planned and applied, and planned again whenever it is
//! stale.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{END_OF_TIME, ExperimentId, Hold, LayerId, Revision, State, Status};
use crate::plan::Plan;
use crate::review::{HoldError, plan_hold, plan_release, plan_replacing_hold};
use crate::short_duration::parse_short_duration;
use crate::store::{Author, StateStore, StoreError};

/// How often a plan may turn out stale. Between reading and writing are milliseconds, so even a loop of
/// applies is faster only now and then.
const MAX_STALE: u32 = 100;

/// How often another program may keep the database locked for longer than a store waits.
const MAX_BUSY: u32 = 5;

/// Why a hold can't end at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldEndError {
    /// It would be over already.
    #[error("{0} isn't in the future")]
    Past(Timestamp),
    /// It is later than any time that the database can keep.
    #[error("a hold must end before the year 10000")]
    TooLate,
}

/// When a hold ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// At a time.
    At(Timestamp),
    /// So long from now.
    In(SignedDuration),
}

impl HoldEnd {
    /// Reads how long from now: a number of minutes, hours or days, like `30m`, `2h`, `3d`.
    pub(crate) fn parse_length(text: &str) -> Option<Self> {
        parse_short_duration(text).map(Self::In)
    }

    /// Returns the time of the end.
    pub fn at(self, now: Timestamp) -> Result<Timestamp, HoldEndError> {
        let at = match self {
            Self::At(at) => at,
            Self::In(length) => now.checked_add(length).map_err(|_| HoldEndError::TooLate)?,
        };
        if at >= END_OF_TIME {
            Err(HoldEndError::TooLate)
        } else if at <= now {
            Err(HoldEndError::Past(at))
        } else {
            Ok(at)
        }
    }
}

/// Why an experiment wasn't held or released.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HoldingError {
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The experiment doesn't allow it.
    #[error(transparent)]
    Plan(#[from] HoldError),
}

/// How an experiment stands after it was held or released, or because it was so already.
#[derive(Clone, Debug)]
pub(crate) struct HoldStanding {
    /// Its layer.
    pub(crate) layer_id: LayerId,
    /// Its status.
    pub(crate) status: Status,
    /// Its hold.
    pub(crate) hold: Option<Hold>,
    /// The journal's entry; `None` if nothing had to be written.
    pub(crate) journal_id: Option<i64>,
    /// The database's revision.
    pub(crate) revision: Revision,
}

/// Holds the experiment from now on, for the author's reason. A hold in force stays as it is, unless it is to
/// be replaced.
pub(crate) fn hold(
    store: &dyn StateStore,
    id: &ExperimentId,
    until: Option<Timestamp>,
    replaces: bool,
    author: &dyn Fn() -> Author,
) -> Result<HoldStanding, HoldingError> {
    apply_at_once(store, id, author, |state, author| {
        let reason = author.reason.as_deref().unwrap_or_default();
        let hold = Hold::new(author.at, until, reason, &*author.actor);
        if replaces {
            plan_replacing_hold(state, id, hold)
        } else {
            plan_hold(state, id, hold)
        }
    })
}

/// Ends the experiment's hold, in force or not.
pub(crate) fn release(
    store: &dyn StateStore,
    id: &ExperimentId,
    author: &dyn Fn() -> Author,
) -> Result<HoldStanding, HoldingError> {
    apply_at_once(store, id, author, |state, _| plan_release(state, id))
}

fn apply_at_once(
    store: &dyn StateStore,
    id: &ExperimentId,
    author: &dyn Fn() -> Author,
    plan: impl Fn(&State, &Author) -> Result<Option<Plan>, HoldError>,
) -> Result<HoldStanding, HoldingError> {
    let (mut stale, mut busy) = (0, 0);
    loop {
        match try_once(store, id, &author(), &plan) {
            Err(HoldingError::Store(StoreError::Stale { .. })) if stale < MAX_STALE => stale += 1,
            Err(HoldingError::Store(error)) if error.is_busy() && busy < MAX_BUSY => busy += 1,
            outcome => return outcome,
        }
    }
}

fn try_once(
    store: &dyn StateStore,
    id: &ExperimentId,
    author: &Author,
    plan: &impl Fn(&State, &Author) -> Result<Option<Plan>, HoldError>,
) -> Result<HoldStanding, HoldingError> {
    let mut state = store.snapshot()?.state;
    let mut journal_id = None;
    if let Some(plan) = plan(&state, author)? {
        let applied = store.apply(&plan, author)?;
        state.layers = plan.replayed_on(&state).map_err(HoldError::from)?;
        state.revision = applied.revision;
        journal_id = applied.journal_id;
    }
    let unknown = || HoldError::unknown(&state, id);
    let (layer, experiment) = state.experiment(id).ok_or_else(unknown)?;
    Ok(HoldStanding {
        layer_id: layer.layer.layer_id.clone(),
        status: experiment.status,
        hold: layer.holds.get(id).cloned(),
        journal_id,
        revision: state.revision.clone(),
    })
}
