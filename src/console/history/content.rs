//! The history's content: the list of applies, and one of them in full.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use ratatui::text::Line;

use super::{History, HistoryRow, OutsideRow};
use crate::console::browser::{Browse, Browsed, Browser, hint};
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::model::{RowKey, Startup};
use crate::console::panels::change;
use crate::console::panels::diff::unified_style;
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::{Content, Rows};
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::numbers::{counted, thousands};
use crate::plan::Change;
use crate::report::note_words;
use crate::store::{EntryKind, JournalEntry, JournalHead};
use crate::text::{cut, pad, pad_start, widest};

/// The maximum columns of an actor's name in the list.
const ACTOR: usize = 24;
/// Between two columns.
const GAP: &str = "  ";

impl Browse for History {
    fn browser_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }

    fn content<'a>(&'a self, cx: Context<'a>, width: u16) -> Browsed<'a> {
        let (startup, browser) = (cx.startup, &self.browser);
        let copies = (Command::Copy, "copies");
        let filters = (Command::Filter, "filters");
        let shows = (Command::Time, "shows the state then");
        let undoes = (Command::Lookup, "undoes");
        let hint = |first, commands: &[_], last| hint(startup, width, first, commands, last);
        Browsed {
            browser,
            has_keys: !browser.is_open && !browser.filter.is_typing,
            title: "History".to_owned(),
            hint: if browser.is_open {
                hint(None, &[undoes, shows, copies, filters], "Esc goes back")
            } else if browser.filter.is_typing {
                hint(Some("Enter keeps the filter"), &[], "Esc clears it")
            } else if browser.filter.is_shown() {
                hint(
                    Some("Enter opens"),
                    &[undoes, shows, filters, copies],
                    "Esc clears the filter",
                )
            } else {
                let keys = [undoes, shows, filters, copies];
                hint(Some("Enter opens"), &keys, "Esc closes")
            },
            head: head(startup, self, width),
            list: list(startup, self, width),
            detail: detail(cx, self, width),
        }
    }

    fn refilter(&mut self, cx: Context<'_>) {
        self.filter_heads(cx.time());
    }
}

/// Returns the filter with how many entries pass it, and what in it can't be read.
fn head(startup: &Startup, history: &History, width: u16) -> Vec<Line<'static>> {
    let (pen, field) = (Pen::new(startup, width), &history.browser.filter);
    if !field.is_shown() || history.heads().is_empty() {
        return Vec::new();
    }
    let right = if field.text.is_empty() {
        "words, layer: experiment: by: since: before:".to_owned()
    } else {
        let (listed, all) = (history.listed.len(), history.heads().len());
        let all = counted(all as u64, "entry", "entries");
        format!("{} of {all}", thousands(listed as u64))
    };
    let mut lines = vec![field.line(&pen, vec![pen.dim(right)])];
    for error in history.filter.errors() {
        let warning = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
        lines.extend(pen.paragraph(vec![warning], &error.to_string(), pen.theme.text));
    }
    lines
}

/// Lists the entries, newest first, a line each.
fn list<'a>(startup: &'a Startup, history: &'a History, width: u16) -> Content<'a> {
    let pen = Pen::new(startup, width);
    match &history.heads {
        None => Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis))),
        Some(Err(trouble)) => Content::saying(pen.trouble(trouble)),
        Some(Ok(heads)) if heads.is_empty() => Content::saying(pen.hint(
            "no applies yet: each appears here with its time, who applied it, \
             its changes and its diff",
        )),
        Some(Ok(heads)) if history.rows.is_empty() => {
            Content::saying(pen.hint(&history.filter.why_none(heads)))
        }
        Some(Ok(heads)) => {
            let heads = history.listed.iter().map(|index| &heads[*index]);
            let entries = Entries::new(startup, pen, history, &heads.collect::<Vec<_>>());
            Content::new(Vec::new(), entries)
        }
    }
}

struct Entries<'a> {
    startup: &'a Startup,
    pen: Pen<'a>,
    history: &'a History,
    /// The widest number, actor and count.
    columns: [usize; 3],
}

impl<'a> Entries<'a> {
    fn new(
        startup: &'a Startup,
        pen: Pen<'a>,
        history: &'a History,
        heads: &[&'a JournalHead],
    ) -> Self {
        // The widest number is the first or the last; and few people apply.
        let ids = || heads.iter().map(|head| head.journal_id);
        let counts = || heads.iter().map(|head| head.changes);
        let ids = [ids().min(), ids().max()];
        let is_there = |kind: &EntryKind| heads.iter().any(|head| head.kind == *kind);
        let kinds = EntryKind::ALL
            .into_iter()
            .filter(|kind| *kind != EntryKind::Apply);
        let kinds = kinds.filter(is_there);
        let counts = [counts().min(), counts().max()];
        let actors: HashSet<&str> = heads.iter().map(|head| head.actor.as_str()).collect();
        let wide = |texts: Vec<String>| widest(texts.iter().map(String::as_str));
        let columns = [
            wide(ids.iter().flatten().map(ToString::to_string).collect()),
            wide(actors.iter().map(|name| actor(&pen, name)).collect()),
            wide(
                counts
                    .into_iter()
                    .flatten()
                    .map(changes)
                    .chain(kinds.map(|kind| kind.as_str().to_owned()))
                    .collect(),
            ),
        ];
        Self {
            startup,
            pen,
            history,
            columns,
        }
    }
}

impl Rows for Entries<'_> {
    fn count(&self) -> usize {
        self.history.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.history.row_key(self.history.rows[index])
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (pen, [id, name, count]) = (&self.pen, self.columns);
        let head = match self.history.rows[index] {
            HistoryRow::Entry(index) => &self.history.heads()[index],
            HistoryRow::Outside(index) => {
                let row = &self.history.outside[index];
                return vec![pen.line(vec![
                    span(pad_start(pen.symbols.warning, id), pen.theme.warning),
                    pen.text(format!(
                        "{GAP}changed outside, after journal {}",
                        row.follows
                    )),
                    foreign(format!("{GAP}{}", joined(&row.layers)), pen.theme.dim),
                ])];
            }
        };
        let what = match head.kind {
            EntryKind::Apply => changes(head.changes),
            kind => kind.as_str().to_owned(),
        };
        let at = self.startup.date_and_minute(head.applied_at);
        vec![pen.line(vec![
            span(
                pad_start(&head.journal_id.to_string(), id),
                pen.theme.accent,
            ),
            pen.text(format!("{GAP}{at}")),
            pen.text(format!("{GAP}{}", pad(&actor(pen, &head.actor), name))),
            pen.text(format!("{GAP}{}", pad_start(&what, count))),
            foreign(format!("{GAP}{}", joined(&head.layers)), pen.theme.dim),
            foreign(
                why(head).map_or_else(String::new, |why| format!("{GAP}{why}")),
                pen.theme.text,
            ),
        ])]
    }
}

/// Returns ticket and reason, like `WEB-42: more traffic for the sale`.
fn why(head: &JournalHead) -> Option<String> {
    let said = [&head.ticket, &head.reason].into_iter().flatten();
    let said: Vec<&str> = said.map(String::as_str).collect();
    (!said.is_empty()).then(|| said.join(": "))
}

fn actor(pen: &Pen<'_>, name: &str) -> String {
    cut(&visible(name), ACTOR, pen.symbols.ellipsis)
}

fn changes(count: u32) -> String {
    change::count(count as usize)
}

fn joined(layers: &[LayerId]) -> String {
    let layers: Vec<&str> = layers.iter().map(LayerId::as_str).collect();
    layers.join(", ")
}

/// Shows the selected entry with its changes and its diff.
fn detail<'a>(cx: Context<'a>, history: &'a History, width: u16) -> Content<'a> {
    let (startup, now) = (cx.startup, cx.time().now);
    let pen = Pen::new(startup, width);
    if let Some(row) = history.selected_outside() {
        return Content::scrolling(
            facts_of_outside(&pen, row, now),
            InFull::of_diff(pen, &row.diff),
        );
    }
    match history.detail() {
        Some(Ok(entry)) => {
            let opening = facts_of(startup, &pen, entry);
            Content::scrolling(opening, InFull::new(pen, entry))
        }
        Some(Err(trouble)) => Content::saying(pen.trouble(trouble)),
        None if history.selected().is_some() => {
            Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)))
        }
        None => Content::saying(Vec::new()),
    }
}

/// Returns the lines that say what another program changed.
fn facts_of_outside(pen: &Pen<'_>, row: &OutsideRow, now: Timestamp) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let nothing = "another program changed only what layer files don't contain";
    if row.notes.is_empty() {
        lines.extend(pen.paragraph(Spans::new(), nothing, pen.theme.text));
    }
    for note in &row.notes {
        let mark = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
        lines.extend(pen.paragraph(vec![mark], &note_words(note, now), pen.theme.text));
    }
    lines
}

/// Returns the lines that identify an entry.
fn facts_of(startup: &Startup, pen: &Pen<'_>, entry: &JournalEntry) -> Vec<Line<'static>> {
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
            pen.text(startup.date_and_time(entry.applied_at)),
            foreign(&entry.actor, theme.text),
        ]),
        facts(vec![
            foreign(format!("plan {}", entry.plan_id.short()), theme.dim),
            pen.dim(revisions),
        ]),
    ];
    let git = entry.git.as_ref().map(ToString::to_string);
    for (key, value) in [
        ("reason", entry.reason.as_deref()),
        ("ticket", entry.ticket.as_deref()),
        ("git", git.as_deref()),
    ] {
        if let Some(value) = value {
            let key = span(format!("{key}: "), theme.dim);
            lines.extend(pen.paragraph(vec![key], &visible(value), theme.text));
        }
    }
    lines
}

/// The changes by layer and the lines of the diff, a row each: there may be thousands of both.
struct InFull<'a> {
    pen: Pen<'a>,
    rows: Vec<DetailLine<'a>>,
}

/// A line of an entry.
enum DetailLine<'a> {
    Layer(&'a LayerId),
    /// A change, with the widest verb and name of its layer.
    Change(&'a Change, [usize; 2]),
    /// A line of the diff; whether it is the first.
    Diff(&'a str, bool),
}

impl<'a> InFull<'a> {
    fn new(pen: Pen<'a>, entry: &'a JournalEntry) -> Self {
        let mut by_layer: HashMap<&LayerId, Vec<&Change>> = HashMap::new();
        for change in &entry.changes {
            by_layer.entry(&change.layer_id).or_default().push(change);
        }
        let mut rows = Vec::new();
        for slots in &entry.slots {
            rows.push(DetailLine::Layer(&slots.layer_id));
            let changes = by_layer.remove(&slots.layer_id).unwrap_or_default();
            let names: Vec<_> = changes.iter().map(|what| change::name(what)).collect();
            let columns = [
                widest(changes.iter().map(|what| what.action.verb())),
                widest(names.iter().map(AsRef::as_ref)),
            ];
            rows.extend(
                changes
                    .into_iter()
                    .map(|what| DetailLine::Change(what, columns)),
            );
        }
        rows.extend(diff_lines(&entry.diff));
        Self { pen, rows }
    }

    /// Returns a diff alone.
    fn of_diff(pen: Pen<'a>, diff: &'a str) -> Self {
        let rows = diff_lines(diff).collect();
        Self { pen, rows }
    }
}

fn diff_lines(diff: &str) -> impl Iterator<Item = DetailLine<'_>> {
    let lines = diff.lines().enumerate();
    lines.map(|(index, line)| DetailLine::Diff(line, index == 0))
}

impl Rows for InFull<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(index.to_string())
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(matches!(
            self.rows[index],
            DetailLine::Layer(_) | DetailLine::Diff(_, true)
        ))
    }

    fn height(&self, _index: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let pen = &self.pen;
        vec![pen.line(match self.rows[index] {
            DetailLine::Layer(id) => vec![foreign(id, pen.theme.text)],
            DetailLine::Change(what, columns) => changed(pen, what, columns),
            DetailLine::Diff(line, _) => vec![foreign(line, unified_style(pen, line))],
        })]
    }
}

fn changed(pen: &Pen<'_>, what: &Change, [verbs, names]: [usize; 2]) -> Spans {
    let said = change::cells(pen, what, None, false);
    let verb = pad(said.verb, verbs);
    let mut spans = vec![
        span(format!("  {} {verb}", said.symbol), said.style),
        pen.text(format!("{GAP}{}{GAP}", pad(&said.name, names))),
    ];
    spans.extend(said.details);
    spans
}
