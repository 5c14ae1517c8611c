//! How a failed action is shown, and when it is tried again.

use crate::console::effect::Effect;
use crate::console::message::Owner;
use crate::console::model::{Model, Outcome, Trouble};

/// Shows a problem as the outcome of the last action.
pub(super) fn say_trouble(model: &mut Model, trouble: &Trouble) {
    model.outcome = Some(Outcome::of_trouble(trouble));
}

/// Schedules another reading, unless one is scheduled already.
pub(super) fn retry_soon(model: &mut Model) -> Option<Effect> {
    let is_due = std::mem::replace(&mut model.running.is_retry_due, true);
    (!is_due).then_some(Effect::RetrySoon(Owner::Console))
}
