//! The conditions that the history's filter sets on entries of the journal. Pure: a text becomes
//! conditions, and says which parts of it aren't any.

use jiff::Timestamp;

use crate::console::typed_time::{TIME_FORMS, TimeContext, TypedTime};
use crate::numbers::counted;
use crate::store::JournalHead;

/// The keys, for messages.
const KEYS: &str = "layer, experiment, by, since, before";

/// A filter of the journal: an entry passes it if it meets all conditions.
#[derive(Clone, Debug, Default)]
pub struct JournalFilter {
    conditions: Vec<FilterCondition>,
    /// What isn't a condition, in the order of the text; these parts are ignored.
    errors: Vec<ConditionError>,
}

/// A condition, as it was typed and as it is met.
#[derive(Clone, Debug)]
struct FilterCondition {
    typed: String,
    test: EntryTest,
}

/// What an entry must have. Texts are in lower case, and are looked for anywhere in an id or a name.
#[derive(Clone, Debug)]
enum EntryTest {
    /// Its number, its actor, its reason, its ticket, a layer or an experiment contains this.
    Word(String),
    Layer(String),
    Experiment(String),
    By(String),
    Since(Timestamp),
    Before(Timestamp),
}

/// Why a part of the text isn't a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// A key that doesn't exist.
    #[error("unknown key `{0}:`, expected {KEYS}; put a word with a colon in quotes")]
    UnknownKey(String),
    /// Nothing after the colon.
    #[error("`{0}:` needs a value")]
    NoValue(String),
    /// A time that can't be read.
    #[error("`{key}:` needs a time like {TIME_FORMS}, not `{value}`")]
    NotATime {
        /// The key.
        key: String,
        /// What was typed as its value.
        value: String,
    },
}

impl JournalFilter {
    /// Reads a filter: words and `key:value`, separated by spaces. Quotes keep spaces and colons.
    #[must_use]
    pub fn parse(text: &str, cx: TimeContext<'_>) -> Self {
        let mut filter = Self::default();
        for part in split(text) {
            match part.condition(cx) {
                Ok(condition) => filter.conditions.push(condition),
                Err(error) => filter.errors.push(error),
            }
        }
        filter
    }

    /// Returns whether an entry meets all conditions.
    #[must_use]
    pub fn passes(&self, head: &JournalHead) -> bool {
        self.conditions.iter().all(|one| one.test.passes(head))
    }

    /// Returns why parts of the text aren't conditions.
    #[must_use]
    pub fn errors(&self) -> &[ConditionError] {
        &self.errors
    }

    /// Returns which condition excludes everything, given that no entry passes.
    #[must_use]
    pub fn why_none(&self, heads: &[JournalHead]) -> String {
        let meets =
            |one: &FilterCondition| heads.iter().filter(|head| one.test.passes(head)).count();
        let typed = |one: &FilterCondition| format!("`{}`", one.typed);
        let alone: Vec<String> = self
            .conditions
            .iter()
            .filter(|one| meets(one) == 0)
            .map(typed)
            .collect();
        if !alone.is_empty() {
            return format!("no entry passes {}", alone.join(" or "));
        }
        let without = |index: usize| {
            let others = |head: &&JournalHead| {
                let mut others = self.conditions.iter().enumerate();
                others.all(|(at, one)| at == index || one.test.passes(head))
            };
            heads.iter().filter(others).count()
        };
        let left_out: Vec<String> = (0..self.conditions.len())
            .map(|index| (index, without(index)))
            .filter(|(_, count)| *count > 0)
            .map(|(index, count)| {
                let entries = counted(count as u64, "entry passes", "entries pass");
                format!("without {} {entries}", typed(&self.conditions[index]))
            })
            .collect();
        if left_out.is_empty() {
            "no entry passes all conditions, nor all but one".to_owned()
        } else {
            format!("no entry passes all conditions; {}", left_out.join(", "))
        }
    }
}

impl EntryTest {
    fn passes(&self, head: &JournalHead) -> bool {
        let contains = |text: &str, part: &String| text.to_lowercase().contains(part);
        let has_layer = |part| head.layers.iter().any(|id| contains(id.as_str(), part));
        let has_experiment = |part| {
            let mut ids = head.experiments.iter();
            ids.any(|id| contains(id.as_str(), part))
        };
        match self {
            Self::Word(part) => {
                contains(&head.journal_id.to_string(), part)
                    || contains(&head.actor, part)
                    || [&head.reason, &head.ticket]
                        .into_iter()
                        .flatten()
                        .any(|text| contains(text, part))
                    || has_layer(part)
                    || has_experiment(part)
            }
            Self::Layer(part) => has_layer(part),
            Self::Experiment(part) => has_experiment(part),
            Self::By(part) => contains(&head.actor, part),
            Self::Since(at) => head.applied_at >= *at,
            Self::Before(at) => head.applied_at < *at,
        }
    }
}

/// A part of the text, without its quotes.
#[derive(Debug, Default)]
struct FilterPart {
    /// As it was typed.
    typed: String,
    /// What stands before the first colon, if that isn't in quotes.
    key: Option<String>,
    /// The rest.
    value: String,
}

impl FilterPart {
    fn condition(self, cx: TimeContext<'_>) -> Result<FilterCondition, ConditionError> {
        let test = self.test(cx)?;
        let typed = self.typed;
        Ok(FilterCondition { typed, test })
    }

    fn test(&self, cx: TimeContext<'_>) -> Result<EntryTest, ConditionError> {
        let value = self.value.to_lowercase();
        let Some(key) = self.key.clone() else {
            return Ok(EntryTest::Word(value));
        };
        let time = |key: String| {
            let time = TypedTime::parse(&self.value, cx);
            time.map(|time| time.at).ok_or(ConditionError::NotATime {
                key,
                value: self.value.clone(),
            })
        };
        match &*key.to_lowercase() {
            "layer" | "experiment" | "by" | "since" | "before" if value.is_empty() => {
                Err(ConditionError::NoValue(key))
            }
            "layer" => Ok(EntryTest::Layer(value)),
            "experiment" => Ok(EntryTest::Experiment(value)),
            "by" => Ok(EntryTest::By(value)),
            "since" => time(key).map(EntryTest::Since),
            "before" => time(key).map(EntryTest::Before),
            _ => Err(ConditionError::UnknownKey(key)),
        }
    }
}

/// Splits a text at its spaces, except in quotes. A quote that isn't closed yet reaches to the end.
fn split(text: &str) -> Vec<FilterPart> {
    let mut parts = Vec::new();
    let mut part = FilterPart::default();
    let mut is_quoted = false;
    for character in text.chars() {
        if character.is_whitespace() && !is_quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        match character {
            '"' => is_quoted = !is_quoted,
            // A word that begins with a quote or a colon has no key.
            ':' if !is_quoted
                && part.key.is_none()
                && !part.value.is_empty()
                && part.typed == part.value =>
            {
                part.key = Some(std::mem::take(&mut part.value));
            }
            _ => part.value.push(character),
        }
        part.typed.push(character);
    }
    parts.push(part);
    parts.retain(|part| part.key.is_some() || !part.value.is_empty());
    parts
}
