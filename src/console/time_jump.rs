//! The field that asks where to go in the journal: a component over the pages of time, drawn in the
//! footer.
//!
//! It only reads what was typed; whether the journal has it is decided where the journal is.

use crossterm::event::KeyCode;

use super::component::{Context, Handled};
use super::keys::{Chord, paste_text};
use super::typed_time::{TIME_FORMS, TimeContext, TypedTime};

/// What was typed so far, and why it leads nowhere.
#[derive(Clone, Debug, Default)]
pub struct TimeJump {
    /// The text.
    pub text: String,
    /// What is wrong with it, once Enter was pressed.
    pub error: Option<String>,
}

/// Where to go in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpTarget {
    /// Right after the entry with this number.
    Entry(i64),
    /// To the state of this time.
    Time(TypedTime),
}

impl JumpTarget {
    /// Reads a number of an entry, or a time.
    fn parse(text: &str, cx: TimeContext<'_>) -> Option<Self> {
        let entry = text.trim().parse().ok().map(Self::Entry);
        entry.or_else(|| TypedTime::parse(text, cx).map(Self::Time))
    }
}

/// The columns beside the forms: of the label, of a typed time, and of `expected`.
const BESIDE_FORMS: usize = 32;

/// Returns what can be typed; in short, if the screen hasn't room for all of it.
pub(in crate::console) fn forms(columns: usize) -> String {
    let all = format!("an entry like 12, or a time like {TIME_FORMS}");
    if all.len() + BESIDE_FORMS <= columns {
        all
    } else {
        "an entry like 12, or a time like 3d".to_owned()
    }
}

/// Handles a key.
pub(in crate::console) fn key(jump: &mut TimeJump, cx: Context<'_>, chord: Chord) -> Handled {
    if chord.leaves() {
        return Handled::Close;
    }
    if chord.code() != KeyCode::Enter {
        if chord.edit_text(&mut jump.text) {
            jump.error = None;
        }
        return Handled::Done(Vec::new());
    }
    if jump.text.trim().is_empty() {
        return Handled::Close;
    }
    if let Some(target) = JumpTarget::parse(&jump.text, cx.time()) {
        return Handled::Jump(target);
    }
    jump.error = Some(format!("expected {}", forms(cx.size.0.into())));
    Handled::Done(Vec::new())
}

/// Inserts pasted text, without line breaks.
pub(in crate::console) fn paste(jump: &mut TimeJump, text: &str) {
    paste_text(&mut jump.text, text);
    jump.error = None;
}
