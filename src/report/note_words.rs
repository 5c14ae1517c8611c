//! What a note says, with ages.

use jiff::Timestamp;

use super::relative_time;
use crate::plan::{InheritedSlots, Note};

/// Returns the note's message; where it names a time, with how long ago that was. The message itself has no
/// age, so that the id of a plan doesn't depend on the clock.
pub(crate) fn aged_message(note: &Note, now: Timestamp) -> String {
    match &note.inherited {
        Some(InheritedSlots {
            held_until: Some(until),
            ..
        }) => format!("{} ({})", note.message, relative_time(*until, now)),
        _ => note.message.clone(),
    }
}
