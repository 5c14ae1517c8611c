//! Keys that are typed while a dialog is being prepared: they are meant for it, and never do anything else.

use super::keys::Chord;
use super::message::RequestId;

/// What was typed while a dialog, or the editor, waits for an answer of the worker.
#[derive(Clone, Debug, Default)]
pub struct TypeAhead {
    /// The request that is waited for.
    awaited: Option<RequestId>,
    typed: Vec<Typed>,
}

/// Something that was typed.
#[derive(Clone, Debug)]
pub(in crate::console) enum Typed {
    /// A key.
    Key(Chord),
    /// A pasted text.
    Paste(String),
}

impl TypeAhead {
    /// Begins to wait for this answer.
    pub(in crate::console) fn wait_for(&mut self, request: RequestId) {
        self.awaited = Some(request);
        self.typed.clear();
    }

    /// Returns whether an answer is waited for.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// Keeps what was typed for the dialog.
    pub(in crate::console) fn keep(&mut self, typed: Typed) {
        self.typed.push(typed);
    }

    /// Waits no longer, and returns what was typed, if this is the answer.
    pub(in crate::console) fn take(&mut self, answered: RequestId) -> Option<Vec<Typed>> {
        self.awaited.take_if(|awaited| *awaited == answered)?;
        Some(std::mem::take(&mut self.typed))
    }

    /// Waits no longer, and forgets what was typed.
    pub(in crate::console) fn stop(&mut self) {
        *self = Self::default();
    }
}
