//! What a unit gets in one layer: every step that leads to it, the same after the plan, and the rows
//! of the log.

use ratatui::style::Style;
use ratatui::text::Line;

use super::words::{got, known, when};
use super::{Agreement, Logged, Lookup, LookupRow, UnitAnswer};
use crate::assign::Explanation;
use crate::console::model::Startup;
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::diagnostic::visible;
use crate::exposure::UnitRow;
use crate::numbers::counted;
use crate::text::{pad, widest};

/// Between two columns.
const GAP: &str = "  ";

/// Shows the selected row in full.
pub(super) fn detail(startup: &Startup, lookup: &Lookup, width: u16) -> Vec<Line<'static>> {
    let pen = Pen::new(startup, width);
    let Some(row) = lookup.selected() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(as_of) = &lookup.as_of {
        let state = format!("State {}", as_of.words);
        lines.extend(pen.paragraph(Spans::new(), &state, pen.theme.changed));
    }
    if let Some(answer) = row.answer {
        let is_pending = matches!(&lookup.answers, Some(Ok(known)) if known.is_pending);
        answered(&pen, answer, is_pending, &mut lines);
    }
    if let Logged::Found(found) = &lookup.logged {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(logged(startup, &pen, &row, &known(found)));
    }
    lines
}

fn answered(pen: &Pen<'_>, answer: &UnitAnswer, is_pending: bool, lines: &mut Vec<Line<'static>>) {
    if let Some(group) = &answer.group {
        let said = format!("As a unit of {} {}:", group.key, group.name);
        lines.extend(pen.paragraph(Spans::new(), &said, pen.theme.text));
    }
    match &answer.now {
        Some(now) => lines.extend(explained(pen, now)),
        None => lines.extend(pen.hint("The database doesn't have the layer.")),
    }
    match &answer.after {
        Some(after) => {
            lines.push(Line::default());
            lines.push(pen.line(vec![span("After the plan:", pen.theme.changed)]));
            lines.extend(explained(pen, after));
        }
        None if is_pending => {
            lines.push(Line::default());
            lines.push(pen.line(vec![pen.dim("After the plan: the same")]));
        }
        None => {}
    }
}

/// Returns the explanation's own text. Commands and their output are broken anywhere, so that
/// nothing is lost; the rest is broken between words.
fn explained(pen: &Pen<'_>, explanation: &Explanation) -> Vec<Line<'static>> {
    let text = explanation.to_string();
    let mut lines = Vec::new();
    let mut is_output = false;
    for line in text.lines() {
        let is_command = line.starts_with("$ ");
        let style = style_of(pen, line, is_command, is_output);
        if is_command || is_output {
            lines.extend(pen.folded(line, style));
        } else if line.is_empty() {
            lines.push(Line::default());
        } else {
            // Markers stay before their list items.
            let words = line.trim_start_matches(['>', ' ']);
            let lead = &line[..line.len() - words.len()];
            lines.extend(pen.paragraph(vec![span(lead, style)], words, style));
        }
        is_output = is_command;
    }
    lines
}

fn style_of(pen: &Pen<'_>, line: &str, is_command: bool, is_output: bool) -> Style {
    let theme = pen.theme;
    if is_command {
        theme.key_hint
    } else if is_output {
        theme.dim
    } else if line.starts_with("Answer:") || line.starts_with("> ") {
        theme.accent
    } else {
        theme.text
    }
}

/// Shows the rows of the log; `known` says which of the unit's rows these are.
fn logged(
    startup: &Startup,
    pen: &Pen<'_>,
    row: &LookupRow<'_>,
    known: &str,
) -> Vec<Line<'static>> {
    let log = startup.log.as_deref().unwrap_or_default();
    let count = match row.logged.len() {
        0 => "no rows".to_owned(),
        count => counted(count as u64, "row", "rows"),
    };
    let mut said = format!("Log {}: {count}{known}", visible(log));
    if row.logged.len() > 1 {
        said.push_str(", the newest first");
    }
    if row
        .logged
        .iter()
        .any(|(_, agreement)| agreement.is_different())
    {
        said.push_str("; what differs from now may have been right at its time");
    }
    let mut lines = pen.paragraph(Spans::new(), &said, pen.theme.text);
    let gots: Vec<String> = row
        .logged
        .iter()
        .map(|(row, _)| visible(&got(row)).into_owned())
        .collect();
    let times: Vec<String> = row
        .logged
        .iter()
        .map(|(row, _)| when(startup, row))
        .collect();
    let (words, styles): (Vec<String>, Vec<Style>) = row
        .logged
        .iter()
        .map(|(_, agreement)| match agreement {
            Agreement::Same => ("as now".to_owned(), pen.theme.success),
            Agreement::Differs => ("differs".to_owned(), pen.theme.warning),
            Agreement::OtherSlot(slot) => (format!("other slot {slot}"), pen.theme.warning),
            Agreement::Unknown(why) => ((*why).to_owned(), pen.theme.dim),
        })
        .unzip();
    let columns = [&times, &gots, &words].map(|texts| widest(texts.iter().map(String::as_str)));
    for (index, (row, agreement)) in row.logged.iter().enumerate() {
        let other_slot = matches!(agreement, Agreement::OtherSlot(_));
        lines.push(pen.line(vec![
            pen.dim(format!("{GAP}{}", pad(&times[index], columns[0]))),
            pen.text(format!("{GAP}{}", pad(&gots[index], columns[1]))),
            span(
                format!("{GAP}{}", pad(&words[index], columns[2])),
                styles[index],
            ),
            foreign(format!("{GAP}{}", rest(row, !other_slot)), pen.theme.dim),
        ]));
    }
    lines
}

/// Returns what else a row says: experiment, group, and the slot unless it is shown already.
fn rest(row: &UnitRow, with_slot: bool) -> String {
    let mut facts = Vec::new();
    facts.extend(row.experiment_id.as_ref().map(ToString::to_string));
    facts.extend(row.group.as_ref().map(|group| format!("group {group}")));
    let slot = row.slot_index.filter(|_| with_slot);
    facts.extend(slot.map(|slot| format!("slot {slot}")));
    facts.join(GAP)
}
