//! Why something is applied, as it is typed into the dialog: for the journal.

use crate::console::keys::{Chord, paste_text};

/// Why something is applied, for the journal; both texts may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyWhy {
    /// The reason.
    pub reason: String,
    /// A ticket or another reference.
    pub ticket: String,
}

/// What of the dialog has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogFocus {
    /// Cancel, or the name that is to be typed.
    #[default]
    Answer,
    /// The button that applies; only where no name is typed.
    Apply,
    /// The reason.
    Reason,
    /// The ticket.
    Ticket,
}

impl ApplyWhy {
    /// Returns the texts as the journal keeps them: trimmed, and none if nothing is left.
    #[must_use]
    pub fn into_reason_and_ticket(self) -> (Option<String>, Option<String>) {
        let words = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        (words(self.reason), words(self.ticket))
    }

    /// Returns the text that has the keys.
    pub(super) fn field(&mut self, focus: DialogFocus) -> Option<&mut String> {
        match focus {
            DialogFocus::Answer | DialogFocus::Apply => None,
            DialogFocus::Reason => Some(&mut self.reason),
            DialogFocus::Ticket => Some(&mut self.ticket),
        }
    }

    /// Types into the text that has the keys.
    pub(super) fn edit(&mut self, focus: DialogFocus, chord: Chord) {
        if let Some(text) = self.field(focus) {
            chord.edit_text(text);
        }
    }

    /// Inserts pasted text; returns whether a text has the keys.
    pub(super) fn paste(&mut self, focus: DialogFocus, pasted: &str) -> bool {
        let field = self.field(focus);
        field.map(|text| paste_text(text, pasted)).is_some()
    }
}

impl DialogFocus {
    /// Returns whether this is one of the two texts.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Reason | Self::Ticket)
    }

    /// Returns what has the keys after Tab, or with `is_back` after Shift-Tab.
    #[must_use]
    pub fn next(self, asks_for_a_name: bool, is_back: bool) -> Self {
        let round: &[Self] = if asks_for_a_name {
            &[Self::Answer, Self::Reason, Self::Ticket]
        } else {
            &[Self::Answer, Self::Apply, Self::Reason, Self::Ticket]
        };
        let at = round.iter().position(|one| *one == self).unwrap_or(0);
        let step = if is_back { round.len() - 1 } else { 1 };
        round[(at + step) % round.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_round_and_shift_tab_back() {
        for asks_for_a_name in [false, true] {
            let mut round = vec![DialogFocus::Answer];
            loop {
                let next = round[round.len() - 1].next(asks_for_a_name, false);
                assert_eq!(next.next(asks_for_a_name, true), round[round.len() - 1]);
                if next == DialogFocus::Answer {
                    break;
                }
                round.push(next);
            }
            assert_eq!(round.contains(&DialogFocus::Apply), !asks_for_a_name);
            assert_eq!(round.iter().filter(|focus| focus.is_text()).count(), 2);
        }
    }

    #[test]
    fn blank_texts_are_none() {
        let why = ApplyWhy {
            reason: " a sale ".to_owned(),
            ticket: "  ".to_owned(),
        };
        assert_eq!(
            why.into_reason_and_ticket(),
            (Some("a sale".to_owned()), None)
        );
    }
}
