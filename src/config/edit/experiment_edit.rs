//! Edits of an experiment: from what is to be done to the new text of its file.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::check::check_sources;
use super::super::limits;
use super::super::sources::{SourceFile, Sources};
use super::super::text::Text;
use super::super::tree::{self, YamlNode, YamlValue};
use super::file_edit::{EditError, EditPlace, FileEdit, Obstacle, ScalarValue, ValueEdit};
use super::splice::{self, Splice};
use crate::diagnostic::Diagnostic;
use crate::domain::{ExperimentId, Fraction, Status, VariantName};
use crate::near::alike;

/// What is to be done with an experiment's configuration.
#[derive(Clone, Debug)]
pub enum ExperimentEdit {
    /// Sets `status: paused`.
    Pause,
    /// Sets `status: active`, also for a draft.
    Resume,
    /// Sets `traffic_percentage`, and raises a `reserved_percentage` that would be below it.
    Ramp(Fraction),
    /// Sets `status: completed`.
    Complete {
        /// Gives this variant everything in `traffic_allocation`.
        winner: Option<VariantName>,
    },
}

/// Plans an edit of the file that has this experiment. `now` is what the checks compare dates with.
/// Existing findings don't prevent the edit, not even errors in the same experiment.
pub fn plan_edit(
    sources: &Sources,
    id: &ExperimentId,
    edit: &ExperimentEdit,
    now: Timestamp,
) -> Result<FileEdit, EditError> {
    let found = FoundExperiment::find(sources, id)?;
    let planned = found.edit(id, edit)?;
    if !planned.is_change() {
        return Ok(planned);
    }
    if planned.after.len() as u64 > limits::FILE_BYTES {
        return Err(EditError::TooLarge { file: planned.file });
    }
    let broken = newly_broken(found.file, &planned, now);
    if broken.is_empty() {
        Ok(planned)
    } else {
        Err(EditError::Breaks { broken })
    }
}

/// An experiment in the tree of its file.
struct FoundExperiment<'s> {
    file: &'s SourceFile,
    content: &'s Arc<str>,
    root: YamlNode,
    /// Its index in the list of experiments.
    index: usize,
}

impl<'s> FoundExperiment<'s> {
    fn find(sources: &'s Sources, id: &ExperimentId) -> Result<Self, EditError> {
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
                index,
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

    fn node(&self) -> &YamlNode {
        &experiments(&self.root)[self.index]
    }

    fn pairs(&self) -> &[(YamlNode, YamlNode)] {
        match &self.node().value {
            YamlValue::Map(pairs) => pairs,
            _ => &[],
        }
    }

    fn edit(&self, id: &ExperimentId, edit: &ExperimentEdit) -> Result<FileEdit, EditError> {
        let mut splices = Vec::new();
        for (keys, value) in self.values(id, edit)? {
            splices.extend(self.splice(&keys, value)?);
        }
        splices.sort_by_key(|planned| planned.splice.range.start);
        let after = self.spliced(&splices);
        self.verify(&splices, &after)?;
        let mut edits = Vec::with_capacity(splices.len());
        // How much longer the text became before each splice.
        let mut grown: isize = 0;
        for planned in splices {
            let Splice {
                range,
                text,
                value_start,
            } = &planned.splice;
            let start = range.start.saturating_add_signed(grown) + value_start;
            grown += text.len().cast_signed() - range.len().cast_signed();
            edits.push(ValueEdit {
                path: self.path(&planned.keys),
                from: planned.from,
                to: Some(planned.to),
                line: after[..start].matches('\n').count() + 1,
            });
        }
        Ok(FileEdit {
            experiment_id: id.clone(),
            file: self.file.name.clone(),
            before: Arc::clone(self.content),
            after: if edits.is_empty() {
                Arc::clone(self.content)
            } else {
                after.into()
            },
            edits,
        })
    }

    /// Returns the values to set, each with the keys that lead to it.
    fn values(
        &self,
        id: &ExperimentId,
        edit: &ExperimentEdit,
    ) -> Result<Vec<(Vec<String>, ScalarValue)>, EditError> {
        let number = |key: &str, number: f64| (vec![key.to_owned()], ScalarValue::Number(number));
        let status = |status: Status| {
            let value = ScalarValue::Text(status.as_str().to_owned());
            (vec!["status".to_owned()], value)
        };
        Ok(match edit {
            ExperimentEdit::Pause => vec![status(Status::Paused)],
            ExperimentEdit::Resume => vec![status(Status::Active)],
            ExperimentEdit::Ramp(to) => {
                let to = to.value();
                let mut values = vec![number("traffic_percentage", to)];
                let reserve = find(self.pairs(), "reserved_percentage");
                if reserve.is_some_and(
                    |(_, node)| matches!(node.value, YamlValue::Number(reserve, _) if reserve < to),
                ) {
                    values.push(number("reserved_percentage", to));
                }
                values
            }
            ExperimentEdit::Complete { winner } => {
                let mut values = vec![status(Status::Completed)];
                if let Some(winner) = winner {
                    values.extend(self.shares_of_winner(id, winner)?);
                }
                values
            }
        })
    }

    fn shares_of_winner(
        &self,
        id: &ExperimentId,
        winner: &VariantName,
    ) -> Result<Vec<(Vec<String>, ScalarValue)>, EditError> {
        let key = "traffic_allocation";
        let allocation = find(self.pairs(), key).map(|(_, node)| &node.value);
        let Some(YamlValue::Map(shares)) = allocation else {
            return Err(self.obstructed(&[key.to_owned()], Obstacle::Absent));
        };
        let variants = shares.iter().filter_map(|(variant, _)| text_of(variant));
        let variants: Vec<String> = variants.map(str::to_owned).collect();
        if !variants.iter().any(|variant| variant == winner.as_str()) {
            return Err(EditError::UnknownVariant {
                id: id.clone(),
                variant: winner.to_string(),
                known: variants,
            });
        }
        let share = |variant: String| {
            let share = if variant == winner.as_str() { 1.0 } else { 0.0 };
            (vec![key.to_owned(), variant], ScalarValue::Number(share))
        };
        Ok(variants.into_iter().map(share).collect())
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
        let has_merge = pairs.iter().any(|(key, _)| text_of(key) == Some("<<"));
        let found = find(pairs, last);
        let from = found.and_then(|(_, node)| scalar_of(&node.value));
        if from.as_ref() == Some(&to) {
            return Ok(None);
        }
        let (inserted, splice) = match found {
            Some((key, node)) if matches!(node.value, YamlValue::Null) && node.range.is_empty() => {
                (
                    None,
                    splice::fill(self.content, key, &to).map_err(obstructed)?,
                )
            }
            Some((key, node)) => {
                let splice = splice::replace(self.content, (key, node), &to);
                (None, splice.map_err(obstructed)?)
            }
            None if has_merge => return Err(obstructed(Obstacle::Merge)),
            None => {
                let inserted = splice::insert(self.content, mapping, pairs, last, &to);
                let (index, splice) = inserted.map_err(obstructed)?;
                (Some(index), splice)
            }
        };
        Ok(Some(PlannedValue {
            keys: keys.to_vec(),
            from,
            to,
            inserted,
            splice,
        }))
    }

    fn spliced(&self, splices: &[PlannedValue]) -> String {
        let mut after = self.content.to_string();
        for planned in splices.iter().rev() {
            after.replace_range(planned.splice.range.clone(), &planned.splice.text);
        }
        after
    }

    /// Compares what the new text holds with the old values and the new ones set.
    fn verify(&self, splices: &[PlannedValue], after: &str) -> Result<(), EditError> {
        let Some(first) = splices.first() else {
            return Ok(());
        };
        let entangled = || self.obstructed(&first.keys, Obstacle::Entangled);
        let mut expected = tree::parse(self.content).map_err(|_| entangled())?;
        for planned in splices {
            let mapping = experiment_mut(&mut expected, self.index).ok_or_else(entangled)?;
            planned.set(mapping).ok_or_else(entangled)?;
        }
        match tree::parse(after) {
            Ok(read) if read.is_same_value(&expected) => Ok(()),
            _ => Err(entangled()),
        }
    }

    fn path(&self, keys: &[String]) -> String {
        format!("experiments[{}].{}", self.index, keys.join("."))
    }

    /// Returns the error at the value, or as near as there is a place.
    fn obstructed(&self, keys: &[String], obstacle: Obstacle) -> EditError {
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
    /// The index of its pair, if that is new.
    inserted: Option<usize>,
    splice: Splice,
}

impl PlannedValue {
    /// Sets it in a mapping of the tree.
    fn set(&self, mapping: &mut YamlNode) -> Option<()> {
        let value = match &self.to {
            ScalarValue::Text(text) => YamlValue::Text(text.clone()),
            // The text alone decides whether it is a whole number, which no value here is.
            ScalarValue::Number(number) => YamlValue::Number(*number, None),
        };
        let (last, parents) = self.keys.split_last()?;
        let mut mapping = mapping;
        for parent in parents {
            mapping = find_mut(mapping, parent)?;
        }
        match self.inserted {
            None => find_mut(mapping, last)?.value = value,
            Some(index) => {
                let YamlValue::Map(pairs) = &mut mapping.value else {
                    return None;
                };
                let node = |value| YamlNode {
                    value,
                    range: 0..0,
                    written: 0..0,
                };
                pairs.insert(index, (node(YamlValue::Text(last.clone())), node(value)));
            }
        }
        Some(())
    }
}

/// Returns the errors that the edited file has and the present one doesn't. No rule about several files
/// reads what an edit changes.
fn newly_broken(file: &SourceFile, edit: &FileEdit, now: Timestamp) -> Vec<Diagnostic> {
    let edited = SourceFile {
        name: file.name.clone(),
        content: Ok(Arc::clone(&edit.after)),
    };
    // Without lines, which move, and messages, which may name them.
    let key = |it: &Diagnostic| (it.rule.code, Arc::clone(&it.span.file), it.path.clone());
    let mut known: HashMap<_, usize> = HashMap::new();
    let errors = |file: &SourceFile| -> Vec<Diagnostic> {
        let alone = Sources::new("", vec![file.clone()]);
        let findings = check_sources(&alone, now).findings.into_iter();
        let diagnostics = findings.map(|finding| finding.diagnostic);
        diagnostics.filter(Diagnostic::is_error).collect()
    };
    for error in errors(file) {
        *known.entry(key(&error)).or_default() += 1;
    }
    let mut broken = errors(&edited);
    broken.retain(|error| match known.get_mut(&key(error)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    broken
}

/// Refuses a file of which it isn't clear what its experiments are: the list, or an id, is there twice.
fn refuse_ambiguity(file: &str, content: &str, root: &YamlNode) -> Result<(), EditError> {
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

fn find<'n>(pairs: &'n [(YamlNode, YamlNode)], key: &str) -> Option<&'n (YamlNode, YamlNode)> {
    pairs.iter().find(|(known, _)| text_of(known) == Some(key))
}

fn find_mut<'n>(mapping: &'n mut YamlNode, key: &str) -> Option<&'n mut YamlNode> {
    let YamlValue::Map(pairs) = &mut mapping.value else {
        return None;
    };
    let pair = pairs
        .iter_mut()
        .find(|(known, _)| text_of(known) == Some(key));
    pair.map(|(_, node)| node)
}

fn text_of(node: &YamlNode) -> Option<&str> {
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
