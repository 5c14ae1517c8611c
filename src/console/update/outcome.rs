//! How an action that failed is shown, and when it is tried once more.

use crate::console::effect::Effect;
use crate::console::message::Owner;
use crate::console::model::{Model, Outcome, Tone, Trouble};

/// Shows a trouble as the outcome of the last action.
pub(super) fn say_trouble(model: &mut Model, trouble: &Trouble) {
    let help = if trouble.help.is_empty() {
        String::new()
    } else {
        format!("; {}", trouble.help)
    };
    let text = format!("{}{help}", trouble.message);
    model.outcome = Some(Outcome {
        text,
        tone: Tone::Bad,
    });
}

/// Reads again in a while; one such wait is enough.
pub(super) fn retry_soon(model: &mut Model) -> Option<Effect> {
    let is_due = std::mem::replace(&mut model.running.is_retry_due, true);
    (!is_due).then_some(Effect::RetrySoon(Owner::Console))
}
