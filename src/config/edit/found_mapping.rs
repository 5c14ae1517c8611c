//! A layer or an experiment in the tree of its file: found by its id, and edited on the text.

use std::sync::Arc;

use super::super::node::Level;
use super::super::sources::{SourceFile, Sources};
use super::super::text::Text;
use super::super::tree::{self, YamlNode, YamlValue};
use super::file_edit::{EditError, EditPlace, FileEdit, Obstacle, ScalarValue, ValueEdit};
use super::splice::{self, Splice};
use crate::domain::ExperimentId;
use crate::near::alike;

/// A layer or an experiment in the tree of its file.
pub(super) struct FoundMapping<'s> {
    pub(super) file: &'s SourceFile,
    pub(super) content: &'s Arc<str>,
    pub(super) root: YamlNode,
    /// The experiment's index in the list of experiments; `None` for the layer.
    index: Option<usize>,
}

impl<'s> FoundMapping<'s> {
    /// Finds an experiment.
    pub(super) fn experiment(sources: &'s Sources, id: &ExperimentId) -> Result<Self, EditError> {
        // Parsing takes long with a thousand files; only escapes can hide an id.
        let names_it = |file: &&SourceFile| {
            let content = file.content.as_ref();
            content.is_ok_and(|content| content.contains(id.as_str()) || content.contains('\\'))
        };
        match Self::find_in(sources.files.iter().filter(names_it), id) {
            Err(EditError::Unknown { .. }) => Self::find_in(sources.files.iter(), id),
            found => found,
        }
    }

    fn find_in(
        files: impl Iterator<Item = &'s SourceFile>,
        id: &ExperimentId,
    ) -> Result<Self, EditError> {
        let (mut found, mut places, mut known) = (None, Vec::new(), Vec::new());
        let mut unreadable = Vec::new();
        for file in files {
            let Ok(content) = &file.content else {
                unreadable.push(file.name.clone());
                continue;
            };
            let Ok(root) = tree::parse(content) else {
                unreadable.push(file.name.clone());
                continue;
            };
            let ids = experiments(&root).iter().map(text_id).enumerate();
            let ids: Vec<(usize, ExperimentId)> = ids
                .filter_map(|(index, id)| Some((index, id?.into())))
                .collect();
            let here: Vec<usize> = ids
                .iter()
                .filter(|(_, known)| known == id)
                .map(|(index, _)| *index)
                .collect();
            known.extend(ids.into_iter().map(|(_, id)| id));
            let Some(index) = here.last().copied() else {
                continue;
            };
            refuse_ambiguity(&file.name, content, &root)?;
            let text = Text::new(&file.name, content);
            places.extend(here.iter().map(|index| {
                let start = experiments(&root)[*index].range.start;
                EditPlace::new(&text, &file.name, start, String::new()).to_string()
            }));
            found = Some(Self {
                file,
                content,
                root,
                index: Some(index),
            });
        }
        let id = id.clone();
        match (found, places.len()) {
            (Some(found), 1) => Ok(found),
            (Some(_), _) => Err(EditError::Several { id, places }),
            (None, _) => Err(EditError::Unknown {
                near: alike(id.as_str(), known.iter())
                    .into_iter()
                    .cloned()
                    .collect(),
                id,
                unreadable,
            }),
        }
    }

    /// Finds the layer of a file.
    pub(super) fn layer(file: &'s SourceFile) -> Result<Self, EditError> {
        let unreadable = || EditError::Unreadable {
            file: file.name.clone(),
        };
        let content = file.content.as_ref().map_err(|_| unreadable())?;
        Ok(Self {
            file,
            content,
            root: tree::parse(content).map_err(|_| unreadable())?,
            index: None,
        })
    }

    fn node(&self) -> &YamlNode {
        match self.index {
            Some(index) => &experiments(&self.root)[index],
            None => &self.root,
        }
    }

    fn level(&self) -> Level {
        match self.index {
            Some(_) => Level::Experiment,
            None => Level::Layer,
        }
    }

    pub(super) fn pairs(&self) -> &[(YamlNode, YamlNode)] {
        match &self.node().value {
            YamlValue::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// Plans to set these values, each with the keys that lead to it. No rule is checked.
    pub(super) fn set(
        &self,
        values: Vec<(Vec<String>, ScalarValue)>,
    ) -> Result<FileEdit, EditError> {
        let mut edit = self.unchanged();
        for (keys, value) in values {
            // One after the other: where a key goes depends on those that are there.
            let next = if edit.is_change() {
                let file = SourceFile {
                    name: self.file.name.clone(),
                    content: Ok(Arc::clone(&edit.after)),
                };
                let found = FoundMapping {
                    file: &file,
                    content: &edit.after,
                    root: tree::parse(&edit.after)
                        .map_err(|_| self.obstructed(&keys, Obstacle::Entangled))?,
                    index: self.index,
                };
                found.set_one(&keys, value)?
            } else {
                self.set_one(&keys, value)?
            };
            edit = edit.followed_by(next);
        }
        Ok(edit)
    }

    fn unchanged(&self) -> FileEdit {
        FileEdit {
            file: self.file.name.clone(),
            before: Arc::clone(self.content),
            after: Arc::clone(self.content),
            edits: Vec::new(),
        }
    }

    fn set_one(&self, keys: &[String], value: ScalarValue) -> Result<FileEdit, EditError> {
        let Some(planned) = self.splice(keys, value)? else {
            return Ok(self.unchanged());
        };
        let splice = &planned.splice;
        let mut after = self.content.to_string();
        after.replace_range(splice.range.clone(), &splice.text);
        self.verify(&planned, &after)?;
        let start = splice.range.start + splice.value_start;
        let edit = ValueEdit {
            path: self.path(keys),
            from: planned.from,
            to: (planned.pair != PairEdit::Removed).then_some(planned.to),
            line: after[..start].matches('\n').count() + 1,
            experiment_id: self.experiment_id(),
        };
        Ok(FileEdit {
            after: after.into(),
            edits: vec![edit],
            ..self.unchanged()
        })
    }

    /// Plans one value; `None` if it already is what it is to be.
    fn splice(&self, keys: &[String], to: ScalarValue) -> Result<Option<PlannedValue>, EditError> {
        let obstructed = |obstacle| self.obstructed(keys, obstacle);
        let mut mapping = self.node();
        let (last, parents) = keys.split_last().expect("a value has a key");
        for parent in parents {
            let YamlValue::Map(pairs) = &mapping.value else {
                return Err(obstructed(Obstacle::Absent));
            };
            let (_, node) = find(pairs, parent).ok_or_else(|| obstructed(Obstacle::Absent))?;
            mapping = node;
        }
        let YamlValue::Map(pairs) = &mapping.value else {
            return Err(obstructed(Obstacle::NotScalar));
        };
        if mapping.range != mapping.written {
            return Err(obstructed(Obstacle::Alias));
        }
        let same_key = |(key, _): &&(YamlNode, YamlNode)| text_of(key) == Some(last);
        if pairs.iter().filter(same_key).count() > 1 {
            return Err(obstructed(Obstacle::DuplicateKey));
        }
        let to = match to {
            ScalarValue::Date(at) => ScalarValue::Date(written_date(at, self.content, pairs, last)),
            to => to,
        };
        let has_merge = pairs.iter().any(|(key, _)| text_of(key) == Some("<<"));
        let found = find(pairs, last);
        let from = found.and_then(|(_, node)| match (&node.value, &to) {
            (YamlValue::Number(_, Some(whole)), ScalarValue::Integer(_)) => {
                Some(ScalarValue::Integer(*whole))
            }
            (value, _) => scalar_of(value),
        });
        let is_absent = found.is_none_or(|(_, node)| matches!(node.value, YamlValue::Null));
        let is_so = match (&from, &to) {
            (Some(ScalarValue::Text(from)), ScalarValue::Date(to)) => from == to,
            (from, to) => from.as_ref() == Some(to),
        };
        if is_so || (is_absent && to == ScalarValue::Null) {
            return Ok(None);
        }
        let removed = found
            .filter(|_| says_nothing(last, &to) && !has_merge)
            .and_then(|pair| splice::remove(self.content, mapping, pairs, pair));
        let (pair, splice) = match found {
            _ if let Some(splice) = removed => (PairEdit::Removed, splice),
            Some((key, node)) if matches!(node.value, YamlValue::Null) && node.range.is_empty() => {
                let splice = splice::fill(self.content, key, &to);
                (PairEdit::Kept, splice.map_err(obstructed)?)
            }
            Some((key, node)) => {
                let splice = splice::replace(self.content, (key, node), &to);
                (PairEdit::Kept, splice.map_err(obstructed)?)
            }
            None if has_merge => return Err(obstructed(Obstacle::Merge)),
            None => {
                let inserted =
                    splice::insert(self.content, self.level(), mapping, pairs, (last, &to));
                let (index, splice) = inserted.map_err(obstructed)?;
                (PairEdit::Inserted(index), splice)
            }
        };
        Ok(Some(PlannedValue {
            keys: keys.to_vec(),
            from,
            to,
            pair,
            splice,
        }))
    }

    /// Compares what the new text holds with the old values and the new one set.
    fn verify(&self, planned: &PlannedValue, after: &str) -> Result<(), EditError> {
        let entangled = || self.obstructed(&planned.keys, Obstacle::Entangled);
        let mut expected = tree::parse(self.content).map_err(|_| entangled())?;
        let mapping = match self.index {
            Some(index) => experiment_mut(&mut expected, index).ok_or_else(entangled)?,
            None => &mut expected,
        };
        planned.set(mapping).ok_or_else(entangled)?;
        match tree::parse(after) {
            Ok(read) if read.is_same_value(&expected) => Ok(()),
            _ => Err(entangled()),
        }
    }

    fn experiment_id(&self) -> Option<ExperimentId> {
        let experiment = &experiments(&self.root)[self.index?];
        text_id(experiment).map(Into::into)
    }

    fn path(&self, keys: &[String]) -> String {
        let keys = keys.join(".");
        match self.index {
            Some(index) => format!("experiments[{index}].{keys}"),
            None => keys,
        }
    }

    /// Returns the error at the value, or as near as there is a place.
    pub(super) fn obstructed(&self, keys: &[String], obstacle: Obstacle) -> EditError {
        let text = Text::new(&self.file.name, self.content);
        let mut start = self.node().range.start;
        let mut pairs = self.pairs();
        for key in keys {
            let Some((key, node)) = find(pairs, key) else {
                break;
            };
            start = key.range.start;
            pairs = match &node.value {
                YamlValue::Map(pairs) => pairs,
                _ => &[],
            };
        }
        EditError::Unsafe {
            place: EditPlace::new(&text, &self.file.name, start, self.path(keys)),
            obstacle,
        }
    }
}

/// A value and how it gets into the text.
struct PlannedValue {
    keys: Vec<String>,
    from: Option<ScalarValue>,
    to: ScalarValue,
    pair: PairEdit,
    splice: Splice,
}

/// What becomes of the pair of a key and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PairEdit {
    /// It has another value.
    Kept,
    /// It is new, with this index.
    Inserted(usize),
    /// It is gone.
    Removed,
}

/// Returns whether the key may be left out instead of having this value.
fn says_nothing(key: &str, value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Null => true,
        ScalarValue::Integer(0) => key == "priority",
        _ => false,
    }
}

/// Returns a time as a date in a file: without the time of day, if it is midnight and the value that is there
/// says none.
fn written_date(at: String, text: &str, pairs: &[(YamlNode, YamlNode)], key: &str) -> String {
    let present = find(pairs, key).and_then(|(_, node)| text.get(node.range.clone()));
    match at.strip_suffix("T00:00:00Z") {
        Some(day) if present.is_none_or(|present| !present.contains(':')) => day.to_owned(),
        _ => at,
    }
}

impl PlannedValue {
    /// Sets it in a mapping of the tree.
    fn set(&self, mapping: &mut YamlNode) -> Option<()> {
        let value = match &self.to {
            ScalarValue::Text(text) | ScalarValue::Date(text) => YamlValue::Text(text.clone()),
            #[expect(clippy::cast_precision_loss, reason = "the tree has both")]
            ScalarValue::Integer(number) => YamlValue::Number(*number as f64, Some(*number)),
            // The text alone decides whether it is a whole number, which no share is.
            ScalarValue::Number(number) => YamlValue::Number(*number, None),
            ScalarValue::Null => YamlValue::Null,
        };
        let (last, parents) = self.keys.split_last()?;
        let mut mapping = mapping;
        for parent in parents {
            mapping = find_mut(mapping, parent)?;
        }
        match self.pair {
            PairEdit::Kept => find_mut(mapping, last)?.value = value,
            PairEdit::Removed => pairs_mut(mapping)?.retain(|(key, _)| text_of(key) != Some(last)),
            PairEdit::Inserted(index) => {
                let node = |value| YamlNode {
                    value,
                    range: 0..0,
                    written: 0..0,
                };
                let pair = (node(YamlValue::Text(last.clone())), node(value));
                pairs_mut(mapping)?.insert(index, pair);
            }
        }
        Some(())
    }
}

/// Refuses a file of which it isn't clear what its experiments are: the list, or an id, is there twice.
pub(super) fn refuse_ambiguity(
    file: &str,
    content: &str,
    root: &YamlNode,
) -> Result<(), EditError> {
    let twice = |node: &YamlNode, key: &str| match &node.value {
        YamlValue::Map(pairs) => {
            let mut same = pairs
                .iter()
                .filter(|(known, _)| text_of(known) == Some(key));
            same.nth(1).map(|(key, _)| key.range.start)
        }
        _ => None,
    };
    let list = twice(root, "experiments").map(|start| (start, "experiments".to_owned()));
    let ids = experiments(root).iter().enumerate();
    let mut ids = ids.filter_map(|(index, node)| {
        let path = format!("experiments[{index}].experiment_id");
        Some((twice(node, "experiment_id")?, path))
    });
    match list.or_else(|| ids.next()) {
        None => Ok(()),
        Some((start, path)) => Err(EditError::Unsafe {
            place: EditPlace::new(&Text::new(file, content), file, start, path),
            obstacle: Obstacle::DuplicateKey,
        }),
    }
}

fn experiments(root: &YamlNode) -> &[YamlNode] {
    let YamlValue::Map(pairs) = &root.value else {
        return &[];
    };
    match find(pairs, "experiments") {
        Some((_, node)) => match &node.value {
            YamlValue::List(items) => items,
            _ => &[],
        },
        None => &[],
    }
}

fn experiment_mut(root: &mut YamlNode, index: usize) -> Option<&mut YamlNode> {
    match &mut find_mut(root, "experiments")?.value {
        YamlValue::List(items) => items.get_mut(index),
        _ => None,
    }
}

fn text_id(experiment: &YamlNode) -> Option<&str> {
    match &experiment.value {
        YamlValue::Map(pairs) => text_of(&find(pairs, "experiment_id")?.1),
        _ => None,
    }
}

pub(super) fn find<'n>(
    pairs: &'n [(YamlNode, YamlNode)],
    key: &str,
) -> Option<&'n (YamlNode, YamlNode)> {
    pairs.iter().find(|(known, _)| text_of(known) == Some(key))
}

fn pairs_mut(mapping: &mut YamlNode) -> Option<&mut Vec<(YamlNode, YamlNode)>> {
    match &mut mapping.value {
        YamlValue::Map(pairs) => Some(pairs),
        _ => None,
    }
}

pub(super) fn find_mut<'n>(mapping: &'n mut YamlNode, key: &str) -> Option<&'n mut YamlNode> {
    let mut pairs = pairs_mut(mapping)?.iter_mut();
    let pair = pairs.find(|(known, _)| text_of(known) == Some(key));
    pair.map(|(_, node)| node)
}

pub(super) fn text_of(node: &YamlNode) -> Option<&str> {
    match &node.value {
        YamlValue::Text(text) => Some(text),
        _ => None,
    }
}

fn scalar_of(value: &YamlValue) -> Option<ScalarValue> {
    match value {
        YamlValue::Text(text) => Some(ScalarValue::Text(text.clone())),
        YamlValue::Number(number, _) => Some(ScalarValue::Number(*number)),
        YamlValue::Null | YamlValue::Bool | YamlValue::List(_) | YamlValue::Map(_) => None,
    }
}
