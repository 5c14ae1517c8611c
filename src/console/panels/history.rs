//! What was applied, when and by whom: the journal's entries, and one of them in full.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Content;
use super::change::{self, Said, say};
use super::pen::{Pen, Spans, foreign, span};
use super::text::{self, pad, right, widest};
use crate::console::model::{History, Model};
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::plan::Change;
use crate::store::{JournalEntry, JournalHead};

/// Columns of an actor's name in the list, at most.
const ACTOR: usize = 24;
/// Between two columns.
const GAP: &str = "  ";

/// The entries, newest first, a line each.
pub(super) fn list(model: &Model, history: &History, width: u16) -> Content {
    let pen = Pen::new(model, width);
    match &history.heads {
        None => Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis))),
        Some(Err(trouble)) => Content::saying(pen.trouble(trouble)),
        Some(Ok(heads)) if heads.is_empty() => Content::saying(pen.hint(
            "nothing was applied yet: each apply will stand here, with its time, who applied it, \
             its changes and its diff",
        )),
        Some(Ok(heads)) => entries(model, &pen, heads),
    }
}

fn entries(model: &Model, pen: &Pen<'_>, heads: &[JournalHead]) -> Content {
    let actors: Vec<String> = heads
        .iter()
        .map(|head| text::cut(&visible(&head.actor), ACTOR, pen.symbols.ellipsis))
        .collect();
    let counts: Vec<String> = heads
        .iter()
        .map(|head| change::count(head.changes as usize))
        .collect();
    let ids: Vec<String> = heads
        .iter()
        .map(|head| head.journal_id.to_string())
        .collect();
    let wide = |texts: &[String]| widest(texts.iter().map(String::as_str));
    let (id, actor, count) = (wide(&ids), wide(&actors), wide(&counts));
    let mut content = Content::default();
    for (index, head) in heads.iter().enumerate() {
        let at = head.applied_at.to_zoned(model.startup.time_zone.clone());
        let line = pen.line(vec![
            span(right(&ids[index], id), pen.theme.accent),
            pen.text(format!("{GAP}{}", at.strftime("%Y-%m-%d %H:%M"))),
            pen.text(format!("{GAP}{}", pad(&actors[index], actor))),
            pen.text(format!("{GAP}{}", right(&counts[index], count))),
            foreign(format!("{GAP}{}", joined(&head.layers)), pen.theme.dim),
        ]);
        content.push(History::key(head), None, vec![line]);
    }
    content
}

fn joined(layers: &[LayerId]) -> String {
    let layers: Vec<&str> = layers.iter().map(LayerId::as_str).collect();
    layers.join(", ")
}

/// The selected entry with its changes and its diff.
pub(super) fn detail(model: &Model, history: &History, width: u16) -> Vec<Line<'static>> {
    let pen = Pen::new(model, width);
    match history.detail() {
        Some(Ok(entry)) => whole(model, &pen, entry),
        Some(Err(trouble)) => pen.trouble(trouble),
        None if history.selected().is_some() => {
            pen.hint(&format!("reading{}", pen.symbols.ellipsis))
        }
        None => Vec::new(),
    }
}

fn whole(model: &Model, pen: &Pen<'_>, entry: &JournalEntry) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let revisions = format!(
        "revision {} {} {}",
        visible(entry.base_revision.short()),
        pen.symbols.right,
        visible(entry.revision.short())
    );
    let facts = |facts| {
        let facts = pen.facts(facts);
        pen.line(facts.spans)
    };
    let mut lines = vec![
        facts(vec![
            span(format!("journal {}", entry.journal_id), theme.accent),
            pen.text(model.date_and_time(entry.applied_at)),
            foreign(&entry.actor, theme.text),
        ]),
        facts(vec![
            foreign(format!("plan {}", entry.plan_id.short()), theme.dim),
            pen.dim(revisions),
        ]),
    ];
    for slots in &entry.slots {
        lines.push(Line::default());
        lines.push(pen.line(vec![foreign(slots.layer_id.as_str(), theme.text)]));
        let changes = entry.changes.iter();
        let changes = changes.filter(|change| change.layer_id == slots.layer_id);
        lines.extend(changed(pen, changes));
    }
    lines.push(Line::default());
    let diff = entry.diff.lines();
    lines.extend(diff.map(|line| pen.line(vec![foreign(line, diff_style(pen, line))])));
    lines
}

/// The changes of one layer, a line each.
fn changed<'a>(pen: &Pen<'_>, changes: impl Iterator<Item = &'a Change>) -> Vec<Line<'static>> {
    let said: Vec<Said> = changes.map(|what| say(pen, what, None, false)).collect();
    let verbs = widest(said.iter().map(|said| said.verb));
    let names = widest(said.iter().map(|said| said.name.as_str()));
    let lines = said.into_iter().map(|said| {
        let verb = pad(said.verb, verbs);
        let mut spans: Spans = vec![
            span(format!("  {} {verb}", said.symbol), said.style),
            pen.text(format!("{GAP}{}{GAP}", pad(&said.name, names))),
        ];
        spans.extend(said.details);
        pen.line(spans)
    });
    lines.collect()
}

fn diff_style(pen: &Pen<'_>, line: &str) -> Style {
    let theme = pen.theme;
    if line.starts_with("--- ") || line.starts_with("+++ ") {
        return theme.title;
    }
    match line.chars().next() {
        Some('+') => theme.added,
        Some('-') => theme.removed,
        Some('@') => theme.accent,
        _ => theme.dim,
    }
}
