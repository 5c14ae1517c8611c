//! From YAML text to a tree of values with spans.
//!
//! The tree holds what the text says, duplicate keys included; it knows nothing of layers.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, Location, NonFiniteFloatPolicy, Options, Spanned};

use super::limits;

/// One value.
#[derive(Debug)]
pub(super) struct YamlNode {
    pub(super) value: YamlValue,
    /// Its range in bytes of the text; for an alias, the range of the alias.
    pub(super) range: Range<usize>,
    /// The range in which it is written; differs for values of an alias.
    pub(super) written: Range<usize>,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum YamlValue {
    Null,
    Bool,
    /// With its whole number, if it is written as one that fits.
    Number(f64, Option<i64>),
    Text(String),
    List(Vec<YamlNode>),
    Map(Vec<(YamlNode, YamlNode)>),
}

impl YamlNode {
    /// Returns whether both say the same, wherever they are written.
    pub(super) fn is_same_value(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (YamlValue::Null, YamlValue::Null) | (YamlValue::Bool, YamlValue::Bool) => true,
            // Not a number is the same here, too.
            (YamlValue::Number(one, _), YamlValue::Number(other, _)) => {
                one.to_bits() == other.to_bits()
            }
            (YamlValue::Text(one), YamlValue::Text(other)) => one == other,
            (YamlValue::List(one), YamlValue::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.is_same_value(b))
            }
            (YamlValue::Map(one), YamlValue::Map(other)) => {
                let mut pairs = one.iter().zip(other);
                one.len() == other.len()
                    && pairs.all(|(a, b)| a.0.is_same_value(&b.0) && a.1.is_same_value(&b.1))
            }
            _ => false,
        }
    }
}

impl YamlValue {
    /// Returns its kind, for a message: `a number`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "a boolean",
            Self::Number(..) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Why a text can't be parsed.
#[derive(Debug)]
pub(super) struct ParseError {
    pub(super) problem: ParseProblem,
    /// Where; the parser gives bytes only for values.
    pub(super) position: Position,
}

/// A position in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Position {
    Byte(usize),
    /// Both from 1; the column in characters, a byte order mark aside.
    LineColumn(usize, usize),
}

/// What is wrong with a text.
#[derive(Debug)]
pub(super) enum ParseProblem {
    /// It isn't YAML; the parser's words.
    Syntax(String),
    /// It holds several documents.
    SeveralDocuments,
    /// It is beyond a limit, worded like `more than 100 aliases`.
    Limit(String),
}

/// Parses a YAML text; an empty text is [`YamlValue::Null`].
pub(super) fn parse(text: &str) -> Result<YamlNode, ParseError> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| problem(&error))
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: limits::DEPTH,
            max_nodes: limits::NODES,
            max_aliases: limits::ALIASES,
            max_anchors: limits::ALIASES,
            // The absolute limit is low enough.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits::REPEATED_NODES,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

fn problem(error: &Error) -> ParseError {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let mut cause = error;
    while let Error::AliasError { error, .. } = cause {
        cause = error;
    }
    let limit = |what: String| ParseProblem::Limit(what);
    let problem = match cause {
        Error::MultipleDocuments { .. } => ParseProblem::SeveralDocuments,
        Error::Budget {
            breach: BudgetBreach::Depth { .. },
            ..
        } => limit(format!("nested deeper than {} levels", limits::DEPTH)),
        Error::Budget {
            breach: BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. },
            ..
        } => limit(format!("more than {} aliases", limits::ALIASES)),
        Error::Budget { .. } => limit(format!("more than {} values", limits::NODES)),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => limit(format!(
            "aliases that repeat more than {} values",
            limits::REPEATED_NODES
        )),
        other => {
            let words = other.to_string();
            // The place is reported separately.
            let end = words.rfind(" at line ").unwrap_or(words.len());
            ParseProblem::Syntax(words[..end].to_owned())
        }
    };
    ParseError {
        problem,
        position: position(&location),
    }
}

fn position(location: &Location) -> Position {
    let as_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    match location.span().byte_offset() {
        Some(offset) => Position::Byte(as_usize(offset)),
        None => Position::LineColumn(as_usize(location.line()), as_usize(location.column())),
    }
}

/// Returns a location's bytes; the start of the text if unknown.
fn byte_range(location: &Location) -> Range<usize> {
    let span = location.span();
    let as_usize = |number: Option<u64>| number.and_then(|n| usize::try_from(n).ok());
    let start = as_usize(span.byte_offset()).unwrap_or(0);
    start..start + as_usize(span.byte_len()).unwrap_or(0)
}

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<YamlValue>::deserialize(deserializer)?;
        Ok(Self {
            value: spanned.value,
            range: byte_range(&spanned.referenced),
            written: byte_range(&spanned.defined),
        })
    }
}

impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = YamlValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_none<E>(self) -> Result<YamlValue, E> {
        Ok(YamlValue::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<YamlValue, E> {
        Ok(YamlValue::Bool)
    }

    fn visit_i64<E>(self, value: i64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number(value as f64, Some(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number(value as f64, i64::try_from(value).ok()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<YamlValue, E> {
        Ok(YamlValue::Number(value, None))
    }

    fn visit_str<E>(self, value: &str) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<YamlValue, E> {
        Ok(YamlValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<YamlValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(YamlValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<YamlValue, A::Error> {
        let mut map = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            map.push(pair);
        }
        Ok(YamlValue::Map(map))
    }
}
