//! Puts a new experiment into a layer file, behind the layer's last one, in the style of the list that is
//! there: of a block or a flow, empty, or no list at all.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::sources::Sources;
use super::super::tree::{self, YamlNode, YamlValue};
use super::check_edited::check_edited;
use super::experiment_template::{ExperimentTemplate, Quoting};
use super::file_edit::{EditError, FileEdit, Obstacle, ScalarValue, ValueEdit};
use super::found_mapping::{FoundMapping, find, find_mut, refuse_ambiguity, text_of};
use super::splice::{self, Splice};

const KEY: &str = "experiments";

/// Plans to put a new experiment into this file, which has its layer. `now` is what the checks compare dates
/// with. Existing findings don't prevent the edit.
pub fn plan_new_experiment(
    sources: &Sources,
    file: &str,
    template: &ExperimentTemplate,
    now: Timestamp,
) -> Result<FileEdit, EditError> {
    let unreadable = || EditError::Unreadable {
        file: file.to_owned(),
    };
    let mut files = sources.files.iter();
    let found = files.find(|known| known.name == file);
    let found = FoundMapping::layer(found.ok_or_else(unreadable)?)?;
    refuse_ambiguity(file, found.content, &found.root)?;
    let obstructed = |obstacle| found.obstructed(&[KEY.to_owned()], obstacle);
    let splice = place(&found, template).map_err(obstructed)?;
    let mut after = found.content.to_string();
    after.replace_range(splice.range.clone(), &splice.text);
    let index =
        verified(&found, template, &after).ok_or_else(|| obstructed(Obstacle::Entangled))?;
    let start = splice.range.start + splice.value_start;
    let planned = FileEdit {
        file: file.to_owned(),
        before: Arc::clone(found.content),
        edits: vec![ValueEdit {
            path: format!("{KEY}[{index}].experiment_id"),
            from: None,
            to: Some(ScalarValue::Text(template.experiment_id.to_string())),
            line: after[..start].matches('\n').count() + 1,
            experiment_id: Some(template.experiment_id.clone()),
        }],
        after: after.into(),
    };
    check_edited(&planned, now)?;
    Ok(planned)
}

/// Compares what the new text holds with the old values and the experiment behind them. Returns its index.
fn verified(found: &FoundMapping<'_>, template: &ExperimentTemplate, after: &str) -> Option<usize> {
    let mut expected = tree::parse(found.content).ok()?;
    let new = tree::parse(&template.flow(Quoting::Plain)).ok()?;
    let list = |items| YamlNode {
        value: YamlValue::List(items),
        range: 0..0,
        written: 0..0,
    };
    let index = match find_mut(&mut expected, KEY) {
        Some(YamlNode {
            value: YamlValue::List(items),
            ..
        }) => {
            items.push(new);
            items.len() - 1
        }
        Some(node) => {
            *node = list(vec![new]);
            0
        }
        None => {
            let YamlValue::Map(pairs) = &mut expected.value else {
                return None;
            };
            pairs.push((tree::parse(KEY).ok()?, list(vec![new])));
            0
        }
    };
    let read = tree::parse(after).ok()?;
    read.is_same_value(&expected).then_some(index)
}

/// Finds the place, and writes the experiment for it.
fn place(found: &FoundMapping<'_>, template: &ExperimentTemplate) -> Result<Splice, Obstacle> {
    let (text, pairs): (&str, _) = (found.content, found.pairs());
    let is_flow = splice::is_flow(text, &found.root);
    let (last_key, last_value) = pairs.last().ok_or(Obstacle::Entangled)?;
    let Some((key, list)) = find(pairs, KEY) else {
        if pairs.iter().any(|(key, _)| text_of(key) == Some("<<")) {
            return Err(Obstacle::Merge);
        }
        let quoting = quoting_like(text, last_key);
        let end = splice::end_of(text, last_value);
        let end = end.unwrap_or_else(|| splice::after_colon(text, last_key));
        if is_flow {
            let head = format!(", {}[", quoting.key(KEY));
            return Ok(inline(template, quoting, end..end, &head, "]"));
        }
        let (at, line_break) = splice::after_line(text, end)?;
        let indent = splice::indent(text, pairs);
        let item = block(template, line_break, &format!("{indent}  "));
        return Ok(item.behind(at..at, format!("{line_break}{indent}{KEY}:")));
    };
    if list.range != list.written {
        return Err(Obstacle::Alias);
    }
    let quoting = quoting_like(text, key);
    match &list.value {
        YamlValue::List(items) => match items.last() {
            Some(item) if splice::is_flow(text, list) => behind_flow(text, item, template, quoting),
            Some(item) => behind_block(text, item, items.len(), template),
            None => first(text, found, key, list, template, quoting),
        },
        YamlValue::Null => first(text, found, key, list, template, quoting),
        _ => Err(Obstacle::Entangled),
    }
}

fn quoting_like(text: &str, key: &YamlNode) -> Quoting {
    if text[key.range.clone()].starts_with('"') {
        Quoting::Json
    } else {
        Quoting::Plain
    }
}

/// Writes the layer's first experiment where an empty list is, or nothing.
fn first(
    text: &str,
    found: &FoundMapping<'_>,
    key: &YamlNode,
    list: &YamlNode,
    template: &ExperimentTemplate,
    quoting: Quoting,
) -> Result<Splice, Obstacle> {
    let colon = splice::after_colon(text, key);
    let written = splice::end_of(text, list);
    let start = if written.is_some() {
        list.range.start
    } else {
        colon
    };
    let end = written.unwrap_or(colon);
    let is_beside = text[colon..start]
        .chars()
        .all(|blank| blank == ' ' || blank == '\t');
    if is_beside
        && !splice::is_flow(text, &found.root)
        && quoting == Quoting::Plain
        // An anchor or a tag stays, and so does a comment in it.
        && !text[start..end].contains(['&', '!', '#'])
    {
        let (at, line_break) = splice::after_line(text, end)?;
        let indent = format!("{}  ", splice::indent(text, found.pairs()));
        let comment = text[end..at].to_owned();
        return Ok(block(template, line_break, &indent).behind(colon..at, comment));
    }
    if matches!(list.value, YamlValue::List(_)) {
        let inside = splice::after_properties(text, list.range.start) + 1;
        return Ok(inline(template, quoting, inside..inside, "", ""));
    }
    let head = if written.is_some() { "[" } else { " [" };
    Ok(inline(template, quoting, start..end, head, "]"))
}

/// Writes the experiment on lines of its own behind the last one of a block.
fn behind_block(
    text: &str,
    last: &YamlNode,
    count: usize,
    template: &ExperimentTemplate,
) -> Result<Splice, Obstacle> {
    let end = splice::end_of(text, last).ok_or(Obstacle::Entangled)?;
    let mut above = text[..last.range.start].rsplit('\n');
    let dash = above.find(|line| line.trim_start().starts_with('-'));
    let dash = dash.ok_or(Obstacle::Entangled)?;
    let indent = &dash[..dash.len() - dash.trim_start().len()];
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let is_apart = above
        .find(|line| !is_comment(line))
        .is_some_and(|line| line.trim().is_empty());
    let (mut at, mut line_break) = splice::after_line(text, end)?;
    // Comments that are indented like its keys belong to the last experiment.
    while let Some(line) = text[at..].strip_prefix(line_break) {
        let line = line.split('\n').next().unwrap_or_default();
        let line = line.trim_end_matches('\r');
        if !is_comment(&line) || line.len() - line.trim_start().len() <= indent.len() {
            break;
        }
        (at, line_break) = splice::after_line(text, at + line_break.len())?;
    }
    let gap = if is_apart && count > 1 {
        line_break
    } else {
        ""
    };
    Ok(block(template, line_break, indent).behind(at..at, gap.to_owned()))
}

/// Writes the experiment behind the last one of a flow, on a line of its own if that one ends its line.
fn behind_flow(
    text: &str,
    last: &YamlNode,
    template: &ExperimentTemplate,
    quoting: Quoting,
) -> Result<Splice, Obstacle> {
    let end = splice::end_of(text, last).ok_or(Obstacle::Entangled)?;
    let line = text[end..].split('\n').next().unwrap_or_default();
    let has_break = end + line.len() < text.len();
    let line = line.trim_end_matches('\r');
    let rest = line.trim_start().strip_prefix(',');
    let has_comma = rest.is_some();
    let rest = rest.unwrap_or(line);
    let is_last = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    if !has_break || !is_last {
        return Ok(inline(template, quoting, end..end, ", ", ""));
    }
    let before = text[..last.range.start]
        .rsplit('\n')
        .next()
        .unwrap_or_default();
    let indent = &before[..before.len() - before.trim_start().len()];
    let at = end + line.len();
    let line_break = if text[at..].starts_with('\r') {
        "\r\n"
    } else {
        "\n"
    };
    let head = format!(",{rest}{line_break}{indent}");
    let tail = if has_comma { "," } else { "" };
    Ok(inline(template, quoting, end..at, &head, tail))
}

/// Writes the experiment as a flow mapping.
fn inline(
    template: &ExperimentTemplate,
    quoting: Quoting,
    range: std::ops::Range<usize>,
    head: &str,
    tail: &str,
) -> Splice {
    Splice {
        range,
        text: format!("{head}{}{tail}", template.flow(quoting)),
        value_start: head.len(),
    }
}

/// An item of a block list, each of its lines behind a line break.
struct BlockItem {
    text: String,
    /// Where the id begins.
    id: usize,
}

impl BlockItem {
    /// Returns the splice that writes it behind this text.
    fn behind(self, range: std::ops::Range<usize>, head: String) -> Splice {
        Splice {
            range,
            value_start: head.len() + self.id,
            text: head + &self.text,
        }
    }
}

fn block(template: &ExperimentTemplate, line_break: &str, indent: &str) -> BlockItem {
    let mut text = String::new();
    let mut mark = "- ";
    let mut id = 0;
    for (key, value) in template.pairs(Quoting::Plain) {
        text += &format!("{line_break}{indent}{mark}{key}");
        if mark == "- " {
            id = text.len();
        }
        text += &value;
        mark = "  ";
    }
    BlockItem { text, id }
}
