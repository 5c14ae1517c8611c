//! An experiment's history: what the journal says that was applied to it, when and by whom.

use ratatui::text::Line;

use super::experiment::{Block, ExperimentView};
use super::slot_past::{self, SlotRanges};
use crate::console::model::Model;
use crate::console::pages::{Destination, PageId};
use crate::console::panels::change;
use crate::console::panels::pen::{Pen, Spans, foreign, span, width};
use crate::console::panels::text::{counted, cut, pad, pad_start, widest};
use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::plan::Change;
use crate::report::relative_time;
use crate::store::JournalEntry;

/// The maximum columns of an actor's name.
const ACTOR: usize = 24;
/// Between two columns.
const GAP: &str = "  ";

/// Returns why nothing is known of the past.
pub(super) fn why_nothing(model: &Model) -> Option<String> {
    match &model.past.known {
        None => Some(format!(
            "reading the journal{}",
            model.startup.symbols.ellipsis
        )),
        Some(Err(trouble)) => Some(trouble.message.clone()),
        Some(Ok(_)) => None,
    }
}

/// Returns a row for each entry of the journal that changed the experiment, newest first.
pub(super) fn blocks(view: &ExperimentView<'_>) -> Vec<Block> {
    let journal = Some(Destination::History);
    let section = |detail: &str, text: &str| {
        vec![view.section("History", detail, journal.clone(), view.say(text))]
    };
    let Some(past) = view.model.past.read() else {
        return section("", &why_nothing(view.model).unwrap_or_default());
    };
    let entries: Vec<&JournalEntry> = past.entries_of(view.id).collect();
    if entries.is_empty() {
        let why = match (view.before, past.entries.is_empty()) {
            (None, _) => "never applied",
            (Some(_), true) => "the journal is empty: another program wrote the database",
            (Some(_), false) => "not in the journal: another program created it",
        };
        return section("", why);
    }
    let count = counted(entries.len() as u64, "entry", "entries");
    let mut blocks = vec![view.section("History", &count, journal.clone(), Vec::new())];
    let columns = EntryColumns::new(view, &entries);
    blocks.extend(entries.iter().map(|entry| Block {
        key: format!("journal/{}", entry.journal_id),
        lines: columns.lines(view.pen, view.id, entry),
        opens: Some(Destination::Entry(entry.journal_id)),
    }));
    blocks
}

/// Returns who held its slots before it, each with a row that leads to that experiment.
pub(super) fn former_holders(view: &ExperimentView<'_>) -> Vec<Block> {
    let Some(state) = view.row.after.as_ref().or(view.row.before.as_ref()) else {
        return Vec::new();
    };
    let runs = state.slots.runs_of(view.id);
    let held: SlotRanges = runs.map(|run| run.first.0..=run.last.0).collect();
    if held.is_empty() {
        return Vec::new();
    }
    let section = |text: &str| {
        let lines = if text.is_empty() {
            Vec::new()
        } else {
            view.say(text)
        };
        view.section("Before", "who held its slots last", None, lines)
    };
    let Some(past) = view.model.past.read() else {
        return vec![section(&why_nothing(view.model).unwrap_or_default())];
    };
    let (former, rest) = slot_past::former_holders(view.row, view.id, held, Some(past));
    let slots = |count| counted(count, "slot", "slots");
    let nobody = match slot_past::count(&rest) {
        0 => String::new(),
        rest if past.entries.last().is_some_and(|first| first.began_empty) => {
            format!("{}: nobody held them before", slots(rest))
        }
        rest => format!("{}: nobody, as far as the journal goes back", slots(rest)),
    };
    let mut blocks = vec![section(&nobody)];
    blocks.extend(former.into_iter().enumerate().map(|(index, holder)| {
        let id = visible(holder.experiment_id.as_str());
        let lead = format!("{GAP}{id}{GAP}{}{GAP}", slots(holder.slots));
        let ended = holder.ended.words(&view.model.startup, view.loaded.at);
        let lead = vec![view.pen.text(lead)];
        let page = PageId::Experiment(view.row.layer_id.clone(), holder.experiment_id);
        Block {
            key: format!("before/{index}"),
            lines: view.pen.paragraph(lead, &ended, view.pen.theme.dim),
            opens: Some(Destination::Page(page)),
        }
    }));
    blocks
}

/// The columns of all entries, so that they align.
struct EntryColumns<'a> {
    view: &'a ExperimentView<'a>,
    id: usize,
    age: usize,
    actor: usize,
}

impl<'a> EntryColumns<'a> {
    fn new(view: &'a ExperimentView<'a>, entries: &[&JournalEntry]) -> Self {
        let columns = |text: &dyn Fn(&JournalEntry) -> String| {
            let texts: Vec<String> = entries.iter().map(|entry| text(entry)).collect();
            widest(texts.iter().map(String::as_str))
        };
        Self {
            view,
            id: columns(&|entry| entry.journal_id.to_string()),
            age: columns(&|entry| age(view, entry)),
            actor: columns(&|entry| actor(view.pen, entry)),
        }
    }

    /// Returns who changed it when, and what was changed.
    fn lines(&self, pen: &Pen<'_>, id: &ExperimentId, entry: &JournalEntry) -> Vec<Line<'static>> {
        let at = self.view.model.startup.date_and_minute(entry.applied_at);
        let number = pad_start(&entry.journal_id.to_string(), self.id);
        let mut head = vec![
            span(format!("{GAP}{number}"), pen.theme.accent),
            pen.dim(format!("{GAP}{at}")),
            pen.text(format!(
                "{GAP}{}",
                pad_start(&age(self.view, entry), self.age)
            )),
            foreign(
                format!("{GAP}{}", pad(&actor(pen, entry), self.actor)),
                pen.theme.text,
            ),
        ];
        let changes = entry.changes.iter();
        let changes = changes.filter(|what| what.experiment_id.as_ref() == Some(id));
        let mut changes: Vec<(Spans, String)> = changes.map(|what| said(pen, what)).collect();
        // A single change stands beside them if there is room.
        if let [(verb, details)] = &changes[..] {
            let columns = width(&head) + width(verb) + crate::text::width(details);
            if columns <= pen.columns {
                head.extend(verb.iter().cloned());
                head.push(pen.text(details.clone()));
                changes.clear();
            }
        }
        let mut lines = vec![pen.line(head)];
        for (verb, details) in changes {
            let mut lead = vec![pen.text(" ".repeat(self.id + GAP.len()))];
            lead.extend(verb);
            lines.extend(pen.paragraph(lead, &details, pen.theme.text));
        }
        lines
    }
}

fn age(view: &ExperimentView<'_>, entry: &JournalEntry) -> String {
    relative_time(entry.applied_at, view.loaded.at)
}

fn actor(pen: &Pen<'_>, entry: &JournalEntry) -> String {
    cut(&visible(&entry.actor), ACTOR, pen.symbols.ellipsis)
}

/// Returns a change's verb and its details.
fn said(pen: &Pen<'_>, what: &Change) -> (Spans, String) {
    let cells = change::cells(pen, what, None, false);
    let verb = span(
        format!("{GAP}{} {}{GAP}", cells.symbol, cells.verb),
        cells.style,
    );
    let details = cells.details.iter().map(|piece| &*piece.content);
    (vec![verb], details.collect())
}
