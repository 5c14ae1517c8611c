//! What can't be undone, beside what the sync rules refuse. No layer file breaks these rules, so they have no
//! examples.

use crate::diagnostic::{Rule, Severity};

/// Every rule of an undo, in the order of the catalogue.
pub const ALL: &[&Rule] = &[
    &UNDO_CREATED,
    &UNDO_HOLD,
    &UNDO_CHANGED_SINCE,
    &UNDO_MISSING,
    &UNDO_BY_HAND,
];

/// A thing was created: the database keeps it.
pub(super) static UNDO_CREATED: Rule = Rule {
    code: "undo-created",
    severity: Severity::Error,
    what: "The creation of a layer or an experiment can't be undone.",
    why: "The database keeps every layer and every experiment, so that the log can be explained.",
    example: "",
    fix: "Pause or complete the experiment.",
};

/// It happened in the database only.
pub(super) static UNDO_HOLD: Rule = Rule {
    code: "undo-hold",
    severity: Severity::Error,
    what: "A hold that is in force, or a release, isn't undone in the files.",
    why: "Holds are in the database, whatever the files say.",
    example: "",
    fix: "Release the experiment, or hold it again.",
};

/// It was changed again since.
pub(super) static UNDO_CHANGED_SINCE: Rule = Rule {
    code: "undo-changed-since",
    severity: Severity::Error,
    what: "A value that was changed again since isn't undone.",
    why: "Somebody meant the newer value.",
    example: "",
    fix: "Undo the newer entry first, or edit the file by hand.",
};

/// It isn't written where it could be edited alone.
pub(super) static UNDO_BY_HAND: Rule = Rule {
    code: "undo-by-hand",
    severity: Severity::Error,
    what: "Only a value that can be edited alone is undone.",
    why: "Behind an alias or a merge key, other values would change with it.",
    example: "",
    fix: "Edit the file by hand.",
};

/// The files don't have it, or not without errors.
pub(super) static UNDO_MISSING: Rule = Rule {
    code: "undo-missing",
    severity: Severity::Error,
    what: "Only what is in the files, without errors, can be undone there.",
    why: "An edit needs a place, and the value that is there now.",
    example: "",
    fix: "Fix the file, or put the experiment back into it.",
};
