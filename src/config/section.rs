//! Mappings: their known, unknown and duplicate keys, and the values under them.

use std::collections::HashMap;

use crate::diagnostic::Span;

use super::file_report::FileReport;
use super::node::{Level, LocatedNode, joined};
use super::rules::{keys, types};
use super::text::Text;
use super::tree::{YamlNode, YamlValue};
use super::written::{Field, Written};

/// The pairs of a mapping whose keys are text, each key once.
#[derive(Debug)]
pub(super) struct MappingEntries<'a> {
    pub(super) pairs: Vec<(Written<String>, &'a YamlNode)>,
    /// Whether no key was reported.
    pub(super) is_sound: bool,
    /// Reported keys, in the intended spelling.
    corrected: Vec<String>,
}

/// Returns the entries of a mapping, and reports keys that aren't text and duplicate keys. Of
/// duplicates, the first counts.
pub(super) fn entries<'a>(
    text: &'a Text<'a>,
    pairs: &'a [(YamlNode, YamlNode)],
    path: &str,
    report: &mut FileReport,
) -> MappingEntries<'a> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut read = MappingEntries {
        pairs: Vec::with_capacity(pairs.len()),
        is_sound: true,
        corrected: Vec::new(),
    };
    for (key, node) in pairs {
        let span = text.span(key.range.clone());
        let mut at = LocatedNode {
            text,
            node: key,
            span,
            path: String::new(),
        };
        at.path = joined(path, at.raw());
        let Some(name) = types::key(&at, report) else {
            read.is_sound = false;
            continue;
        };
        let key = Written {
            path: joined(path, &name),
            value: name,
            span: at.span,
        };
        if !matches!(&at.node.value, YamlValue::Text(text) if *text == key.value) {
            read.corrected.push(key.value.clone());
        }
        if let Some(line) = first.get(&key.value) {
            keys::duplicate(&key, *line, report);
            read.is_sound = false;
            continue;
        }
        first.insert(key.value.clone(), key.span.line);
        read.pairs.push((key, node));
    }
    read
}

/// A mapping with known keys: a layer or an experiment.
#[derive(Debug)]
pub(super) struct Section<'a> {
    text: &'a Text<'a>,
    /// The span of its id, else of its first key.
    pub(super) span: Span,
    pub(super) path: String,
    entries: MappingEntries<'a>,
    /// Keys that were misspelled: neither missing nor defaults.
    meant: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Reads these pairs as a section; `whole` is its span if it has no keys.
    pub(super) fn new(
        text: &'a Text<'a>,
        pairs: &'a [(YamlNode, YamlNode)],
        whole: Span,
        path: String,
        level: Level,
        report: &mut FileReport,
    ) -> Self {
        let entries = entries(text, pairs, &path, report);
        let id = entries
            .pairs
            .iter()
            .find(|(key, _)| key.value == level.id());
        let span = match (id, entries.pairs.first()) {
            (Some((key, node)), _) => LocatedNode::under(text, &key.span, node, String::new()).span,
            (None, Some((key, _))) => key.span.clone(),
            (None, None) => whole,
        };
        let is_given = |name: &str| entries.pairs.iter().any(|(key, _)| key.value == name);
        let unknown = entries.pairs.iter().map(|(key, _)| key);
        let meant = unknown
            .filter(|key| !level.keys().contains(&key.value.as_str()))
            .filter(|key| !entries.corrected.contains(&key.value))
            .filter_map(|key| keys::unknown(key, level, is_given, report))
            .collect();
        Self {
            text,
            span,
            path,
            entries,
            meant,
        }
    }

    /// Returns the span of each known key.
    pub(super) fn keys(&self, level: Level) -> Vec<(&'static str, Span)> {
        let span = |key| Some((key, self.at(key)?.span));
        level.keys().iter().copied().filter_map(span).collect()
    }

    /// Returns the known keys that it leaves out.
    pub(super) fn left_out(&self, level: Level) -> Vec<&'static str> {
        let keys = level.keys().iter().copied();
        keys.filter(|key| self.at(key).is_none()).collect()
    }

    fn at(&self, key: &str) -> Option<LocatedNode<'a>> {
        let mut entries = self.entries.pairs.iter();
        let (key, node) = entries.find(|(name, _)| name.value == key)?;
        Some(LocatedNode::under(
            self.text,
            &key.span,
            node,
            key.path.clone(),
        ))
    }

    /// Reads the value of an optional key.
    pub(super) fn optional<T>(
        &self,
        key: &'static str,
        report: &mut FileReport,
        read: impl FnOnce(&LocatedNode<'a>, &mut FileReport) -> Option<T>,
    ) -> Field<T> {
        match self.at(key) {
            None if self.meant.contains(&key) => Field::Faulty,
            None => Field::Absent,
            Some(at) => match read(&at, report) {
                None => Field::Faulty,
                Some(value) => Field::Given(Written {
                    value,
                    span: at.span,
                    path: at.path,
                }),
            },
        }
    }

    /// Reads the value of an optional key, which may also be null.
    pub(super) fn nullable<T>(
        &self,
        key: &'static str,
        report: &mut FileReport,
        read: impl FnOnce(&LocatedNode<'a>, &mut FileReport) -> Option<T>,
    ) -> Field<T> {
        match self.at(key) {
            Some(at) if matches!(at.node.value, YamlValue::Null) => Field::Absent,
            _ => self.optional(key, report, read),
        }
    }

    /// Reads the value of a required key; `example` is the line that the help proposes, if not the
    /// usual one.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        example: Option<&str>,
        report: &mut FileReport,
        read: impl FnOnce(&LocatedNode<'a>, &mut FileReport) -> Option<T>,
    ) -> Field<T> {
        match self.optional(key, report, read) {
            Field::Absent => {
                let path = joined(&self.path, key);
                keys::missing(key, example, &self.span, &path, report);
                Field::Faulty
            }
            field => field,
        }
    }
}
