//! What section and rules share: a value of the tree with its span and path, and the two kinds of
//! mappings with known keys.

use super::text::Text;
use super::tree::{YamlNode, YamlValue};
use crate::diagnostic::Span;
use crate::domain::ATTRIBUTES;

/// A value about to be read: the node, its span and its path.
#[derive(Debug)]
pub(super) struct LocatedNode<'a> {
    pub(super) text: &'a Text<'a>,
    pub(super) node: &'a YamlNode,
    pub(super) span: Span,
    pub(super) path: String,
}

impl<'a> LocatedNode<'a> {
    /// Returns the value under a key. A list, a mapping or null has no useful span of its own, so
    /// its key's is used.
    pub(super) fn under(text: &'a Text<'a>, key: &Span, node: &'a YamlNode, path: String) -> Self {
        let is_scalar = !matches!(
            node.value,
            YamlValue::Null | YamlValue::List(_) | YamlValue::Map(_)
        );
        let span = if is_scalar && !node.range.is_empty() {
            text.span(node.range.clone())
        } else {
            key.clone()
        };
        Self {
            text,
            node,
            span,
            path,
        }
    }

    /// Returns a key of this mapping as a value.
    pub(super) fn key(&self, key: &'a YamlNode) -> LocatedNode<'a> {
        LocatedNode {
            text: self.text,
            node: key,
            span: self.text.span(key.range.clone()),
            path: self.path.clone(),
        }
    }

    /// Returns the value as written in the file, quotes included.
    pub(super) fn raw(&self) -> &'a str {
        self.text
            .slice(self.node.written.clone())
            .trim_end_matches([' ', '\t', '\n', '\r'])
    }

    /// Returns whether it is a scalar without quotes and without a tag, so that its characters
    /// alone decide what it is.
    pub(super) fn is_plain(&self) -> bool {
        let before = self.text.slice(0..self.node.written.start);
        let mut words = before
            .rsplit([' ', '\t', '\n'])
            .filter(|word| !word.is_empty());
        let tag = words.find(|word| !word.starts_with('&'));
        !tag.is_some_and(|tag| tag.starts_with('!'))
            && !self.raw().starts_with(['"', '\'', '|', '>'])
    }
}

/// Extends a path by one step.
pub(super) fn joined(path: &str, step: &str) -> String {
    if path.is_empty() {
        step.to_owned()
    } else {
        format!("{path}.{step}")
    }
}

const EXPERIMENT_KEYS: [&str; ATTRIBUTES.len()] = {
    let mut keys = [""; ATTRIBUTES.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = ATTRIBUTES[index].key;
        index += 1;
    }
    keys
};

/// What a mapping with known keys describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Layer,
    Experiment,
}

impl Level {
    /// Returns its keys, in the order in which docs list them.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Layer => &[
                "layer_id",
                "layer_salt",
                "total_slots",
                "total_traffic_percentage",
                "hash_algorithm",
                "placement",
                "experiments",
            ],
            Self::Experiment => &EXPERIMENT_KEYS,
        }
    }

    /// Returns the key of its id.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Layer => "layer_id",
            Self::Experiment => "experiment_id",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::Experiment => "experiment",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Layer => Self::Experiment,
            Self::Experiment => Self::Layer,
        }
    }
}
