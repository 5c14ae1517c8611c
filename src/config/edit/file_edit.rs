//! A planned edit of one file, and why there is none.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use similar::TextDiff;

use super::super::limits;
use super::super::text::Text;
use crate::diagnostic::{Diagnostic, Help, quoted_list};
use crate::domain::ExperimentId;
use crate::near::did_you_mean;
use crate::numbers::counted;

/// A value of a file, before or after an edit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ScalarValue {
    /// A whole number, which a share never is.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A date, which needs no quotes.
    Date(String),
    /// Nothing: as if the key weren't there.
    Null,
}

impl fmt::Display for ScalarValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            // Without an exponent, which some readers take for text.
            Self::Number(number) if number.fract() == 0.0 => write!(f, "{number:.1}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) | Self::Date(text) => f.write_str(text),
            Self::Null => f.write_str("null"),
        }
    }
}

/// One value that an edit sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueEdit {
    /// Its path, like `experiments[0].status`.
    pub path: String,
    /// What it was; `None` if the key wasn't there, or had another kind of value.
    pub from: Option<ScalarValue>,
    /// What it is; `None` if the key is removed, which only an undo does.
    pub to: Option<ScalarValue>,
    /// Its line after the edit, from 1.
    pub line: usize,
    /// The experiment that it belongs to; `None` for the layer.
    #[serde(skip)]
    pub experiment_id: Option<ExperimentId>,
}

impl ValueEdit {
    /// Returns its path within the experiment or the layer, like `status`.
    #[must_use]
    pub fn key(&self) -> &str {
        let within = self
            .path
            .split_once("].")
            .filter(|_| self.experiment_id.is_some());
        within.map_or(&self.path, |(_, key)| key)
    }
}

/// A planned edit of one layer file. Nothing is written yet.
#[derive(Clone, Debug)]
pub struct FileEdit {
    /// The file's name in the configs directory.
    pub file: String,
    /// Its text before.
    pub before: Arc<str>,
    /// Its text afterwards; the same if nothing has to change.
    pub after: Arc<str>,
    /// The values that it sets, in file order.
    pub edits: Vec<ValueEdit>,
}

impl FileEdit {
    /// Returns whether the file has to change at all.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }

    /// Returns the edit that undoes this one, byte for byte.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let edits = self.edits.iter().map(|edit| ValueEdit {
            path: edit.path.clone(),
            from: edit.to.clone(),
            to: edit.from.clone(),
            line: edit.line,
            experiment_id: edit.experiment_id.clone(),
        });
        Self {
            file: self.file.clone(),
            before: Arc::clone(&self.after),
            after: Arc::clone(&self.before),
            edits: edits.collect(),
        }
    }

    /// Returns this edit and then the next one, which was planned on the text that this one gives, as one.
    #[must_use]
    pub(super) fn followed_by(mut self, next: Self) -> Self {
        let lines = |text: &str| text.matches('\n').count().cast_signed();
        let grown = lines(&next.after) - lines(&next.before);
        if let Some(first) = next.edits.first() {
            let below = self.edits.iter_mut().filter(|edit| edit.line >= first.line);
            below.for_each(|edit| edit.line = edit.line.saturating_add_signed(grown));
        }
        self.after = next.after;
        self.edits.extend(next.edits);
        self.edits.sort_by_key(|edit| edit.line);
        self
    }

    /// Returns the unified text diff; empty if nothing changes.
    #[must_use]
    pub fn diff(&self) -> String {
        if !self.is_change() {
            return String::new();
        }
        let diff = TextDiff::from_lines(&*self.before, &*self.after);
        let (from, to) = (format!("a/{}", self.file), format!("b/{}", self.file));
        diff.unified_diff().header(&from, &to).to_string()
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditPlace {
    /// The file's name in the configs directory.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// The path of the value, like `experiments[0].status`.
    pub path: String,
}

impl EditPlace {
    pub(super) fn new(text: &Text<'_>, file: &str, offset: usize, path: String) -> Self {
        let span = text.span(offset..offset);
        Self {
            file: file.to_owned(),
            line: span.line,
            column: span.column,
            path,
        }
    }
}

impl fmt::Display for EditPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a value can't be changed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// An alias stands for it, such as `*status`.
    #[error("it is written elsewhere, and an alias refers to it")]
    Alias,
    /// A merge key (`<<`) may bring it in.
    #[error("a merge key (`<<`) brings values into this mapping")]
    Merge,
    /// Its key is there more than once.
    #[error("its key is there more than once")]
    DuplicateKey,
    /// It takes several lines, or is a block of text.
    #[error("it is written over several lines")]
    SeveralLines,
    /// It is a list or a mapping.
    #[error("it isn't a single value")]
    NotScalar,
    /// The mapping that would hold it isn't there.
    #[error("it isn't in the file")]
    Absent,
    /// With it, other values would change, or it would read differently: an anchor that aliases refer
    /// to, a tag, an unusual notation.
    #[error("changing it here would change more than this value")]
    Entangled,
}

/// Why an edit can't be planned. No file is touched.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// No readable file has the experiment.
    #[error(
        "no layer file has an experiment `{id}`{}",
        unreadable_words(unreadable)
    )]
    Unknown {
        /// The requested id.
        id: ExperimentId,
        /// Similar ids, the most similar first.
        near: Vec<ExperimentId>,
        /// The files that can't be read, one of which may have it.
        unreadable: Vec<String>,
    },
    /// The file can't be read as a layer file.
    #[error("{file} can't be read")]
    Unreadable {
        /// The file's name in the configs directory.
        file: String,
    },
    /// It is there more than once.
    #[error("the experiment `{id}` is in the files more than once: {}", places.join(", "))]
    Several {
        /// The requested id.
        id: ExperimentId,
        /// Where, like `checkout.yml:5:5`.
        places: Vec<String>,
    },
    /// The experiment has no such variant.
    #[error(
        "the experiment `{id}` has no variant `{variant}`; it has {}",
        quoted_list(known)
    )]
    UnknownVariant {
        /// The experiment.
        id: ExperimentId,
        /// The requested variant.
        variant: String,
        /// Its variants.
        known: Vec<String>,
    },
    /// A value can't be changed by itself.
    #[error("{place}: `{}` can't be edited safely: {obstacle}", place.path)]
    Unsafe {
        /// Where it is, or would be.
        place: EditPlace,
        /// The reason.
        obstacle: Obstacle,
    },
    /// The edited file would be larger than a layer file may be.
    #[error("{file} would be larger than {} KiB", limits::FILE_BYTES / 1024)]
    TooLarge {
        /// The file's name in the configs directory.
        file: String,
    },
    /// The edited files would break a rule that they don't break now.
    #[error("the edit would break a rule: {}", first_of(broken))]
    Breaks {
        /// The new errors; there is at least one.
        broken: Vec<Diagnostic>,
    },
}

impl EditError {
    /// Returns the place that it is about, if it is one value of a file.
    #[must_use]
    pub fn place(&self) -> Option<EditPlace> {
        match self {
            Self::Unsafe { place, .. } => Some(place.clone()),
            Self::Breaks { broken } => broken.first().map(|first| EditPlace {
                file: first.span.file.to_string(),
                line: first.span.line,
                column: first.span.column,
                path: first.path.clone(),
            }),
            Self::Unknown { .. }
            | Self::Unreadable { .. }
            | Self::Several { .. }
            | Self::UnknownVariant { .. }
            | Self::TooLarge { .. } => None,
        }
    }
}

impl Help for EditError {
    fn help(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Unknown { near, .. } if !near.is_empty() => did_you_mean(near).into(),
            Self::Unknown { unreadable, .. } if !unreadable.is_empty() => {
                "fix those files first: `avos validate` says what is wrong with them".into()
            }
            Self::Unreadable { .. } => "`avos validate` says what is wrong with it".into(),
            Self::Unknown { .. } => "ids are case-sensitive; check the directory".into(),
            Self::Several { .. } => "remove all but one of them".into(),
            Self::UnknownVariant { .. } => "give one of its variants".into(),
            Self::Unsafe { .. } => "edit it by hand".into(),
            Self::TooLarge { .. } => "shorten its comments, or split the layer".into(),
            Self::Breaks { broken } => {
                return broken.first().map(|first| first.help.as_str().into());
            }
        })
    }
}

/// Describes the first of these errors, with its place, and counts the others.
fn first_of(errors: &[Diagnostic]) -> String {
    let Some(first) = errors.first() else {
        return String::new();
    };
    let span = &first.span;
    let place = format!("{}:{}:{}", span.file, span.line, span.column);
    let text = format!("{place}: [{}] {}", first.rule.code, first.message);
    match errors.len() - 1 {
        0 => text,
        others => format!(
            "{text}; and {}",
            counted(others as u64, "more error", "more errors")
        ),
    }
}

fn unreadable_words(files: &[String]) -> String {
    if files.is_empty() {
        return String::new();
    }
    format!(", and these can't be read: {}", files.join(", "))
}
