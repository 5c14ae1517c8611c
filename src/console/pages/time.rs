//! The page of time: the axis of the journal, which state is looked at, and the layers there, those that
//! the entry changed first.

use std::rc::Rc;

use ratatui::text::{Line, Span};

use super::time_axis;
use super::time_view::{Looked, TimeRow, TimeRows, used};
use crate::console::commands::Command;
use crate::console::model::{LayerRow, Model, RowKey, Startup};
use crate::console::pages::{Destination, Page, PageId};
use crate::console::panels::bar;
use crate::console::panels::pen::{Pen, Spans, foreign, span, width};
use crate::console::panels::text::{counted, pad, pad_start};
use crate::console::panels::{Content, Rows, change, diff, legend};
use crate::diagnostic::visible;
use crate::domain::{LayerId, LayerState};
use crate::plan::Change;
use crate::report::{SlotBar, relative_time, value_change};
use crate::text::{self, cut_middle};
use crate::timeline::UnknownPast;

/// From this height on, there is room for hints.
const ROOMY: u16 = 18;
/// `100%`
const UTILIZATION: usize = 4;
/// Between two columns, and before what a selected layer unfolds.
const GAP: usize = 2;
/// The fewest lines that the selected layer unfolds, if it has that many.
const MIN_UNFOLDED: usize = 4;

pub(super) fn content<'a>(
    model: &'a Model,
    page: &'a Page,
    width: u16,
    height: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let looked = match readable(model, &pen) {
        Ok(looked) => looked,
        Err(why) => return Content::saying(why),
    };
    let startup = &model.startup;
    let kept = looked.rows(model);
    let mut opening = time_axis::lines(&pen, startup, looked);
    opening.extend(head(&pen, startup, looked, &kept));
    if height >= ROOMY {
        opening.push(hint(&pen, startup));
        opening.push(Line::default());
    }
    let badge = Line::from(pen.dim(format!(
        "{} of {}",
        looked.at.min(looked.read.entries.len()),
        counted(looked.read.entries.len() as u64, "entry", "entries")
    )));
    let rows = TimeList::new(model, pen, looked, page, kept, height);
    Content::new(opening, rows).with_badge(badge)
}

/// Returns what is looked at, or the lines that say why there is nothing to look at.
pub(super) fn readable<'a>(
    model: &'a Model,
    pen: &Pen<'_>,
) -> Result<Looked<'a>, Vec<Line<'static>>> {
    match (&model.past.known, Looked::of(model)) {
        (Some(Err(trouble)), _) => Err(pen.trouble(trouble)),
        (_, Some(looked)) if looked.read.entries.is_empty() => {
            let empty = UnknownPast::NoJournal;
            Err(pen.hint(&format!("{empty}: {}", empty.help())))
        }
        (_, Some(looked)) => Ok(looked),
        (None, None) if model.past.reading.is_none() => {
            let mut troubles = model.loaded.iter().flat_map(|loaded| loaded.troubles());
            Err(troubles.next().map_or_else(
                || pen.hint(&format!("reading{}", pen.symbols.ellipsis)),
                |trouble| pen.trouble(trouble),
            ))
        }
        (_, None) => Err(pen.hint(&format!("reading{}", pen.symbols.ellipsis))),
    }
}

/// Returns the lines that say which state is looked at, or which two, and what isn't known.
pub(super) fn head(
    pen: &Pen<'_>,
    startup: &Startup,
    looked: Looked<'_>,
    kept: &TimeRows,
) -> Vec<Line<'static>> {
    let mut lines = if looked.marked.is_some() {
        compared(pen, startup, looked, kept)
    } else {
        let mut says = format!("State {}", point(startup, looked, looked.at));
        if let Some(entry) = looked.entry() {
            says += &format!(", {}", change::count(entry.changes.len()));
        } else if looked.at == 0 && kept.unknown.is_none() && kept.rows.is_empty() {
            says += ": no layers";
        } else if looked.at == 0 {
            says += "; earlier changes aren't in the journal";
        }
        pen.paragraph(Spans::new(), &says, pen.theme.text)
    };
    if let Some(unknown) = &kept.unknown {
        let warning = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
        let says = format!("not known: {unknown}; {}", unknown.help());
        lines.extend(pen.paragraph(vec![warning], &says, pen.theme.text));
    }
    lines
}

/// Returns the lines that say which two states are compared, and how many layers differ.
fn compared(
    pen: &Pen<'_>,
    startup: &Startup,
    looked: Looked<'_>,
    kept: &TimeRows,
) -> Vec<Line<'static>> {
    let (older, newer) = looked.sides();
    let sides = [older.map(|older| ("From ", older)), Some(("To   ", newer))];
    let mut lines = Vec::new();
    for (word, index) in sides.into_iter().flatten() {
        let says = point(startup, looked, index);
        lines.extend(pen.paragraph(vec![pen.dim(word)], &says, pen.theme.text));
    }
    if kept.unknown.is_none() {
        let differ = match kept.differing {
            0 => "no layer differs".to_owned(),
            1 => "1 layer differs".to_owned(),
            count => format!("{count} layers differ"),
        };
        lines.push(pen.line(vec![pen.dim(differ)]));
    }
    lines
}

/// Returns a point in words: `after journal 12, 2026-11-20 14:03 by anna@host (9 d ago)`.
fn point(startup: &Startup, looked: Looked<'_>, index: usize) -> String {
    let read = looked.read;
    let entry = |before_or_after: &str, index: usize| {
        let entry = read.entry_at(index)?;
        Some(format!(
            "{before_or_after} journal {}, {} by {} ({})",
            entry.journal_id,
            startup.date_and_minute(entry.applied_at),
            entry.actor,
            relative_time(entry.applied_at, looked.now())
        ))
    };
    let said = if index == 0 {
        entry("before", 1)
    } else {
        entry("after", index)
    };
    let said = said
        .unwrap_or_else(|| "now: another program changed the database after the last entry".into());
    match looked.clock.filter(|_| index == looked.at) {
        Some(at) => format!("at {}, {said}", startup.date_and_minute(at)),
        None => said,
    }
}

fn hint(pen: &Pen<'_>, startup: &Startup) -> Line<'static> {
    let symbols = pen.symbols;
    let mut hints = vec![
        format!("{} {} other entries", symbols.left, symbols.right),
        format!("{} goes to one", startup.named(Command::Jump)),
        format!("{} compares", startup.named(Command::Compare)),
        format!("{} the layer", startup.named(Command::Open)),
        format!("{} a unit", startup.named(Command::Lookup)),
        "Esc goes back".to_owned(),
    ];
    loop {
        let spans = hints.iter().map(|hint| pen.dim(hint.clone())).collect();
        let line = pen.facts(spans);
        // What most people know goes first.
        if line.width() <= pen.columns || hints.pop().is_none() {
            return pen.line(line.spans);
        }
    }
}

/// The layers, a line each; the selected one unfolds what differs.
struct TimeList<'a> {
    pen: Pen<'a>,
    kept: Rc<TimeRows>,
    /// The columns of the ids, and of the figures.
    columns: [usize; 2],
    /// The selected row, and the lines below it.
    unfolded: Option<(usize, Vec<Line<'static>>)>,
}

impl<'a> TimeList<'a> {
    fn new(
        model: &Model,
        pen: Pen<'a>,
        looked: Looked<'_>,
        page: &Page,
        kept: Rc<TimeRows>,
        height: u16,
    ) -> Self {
        let ids = kept.rows.iter().map(|row| row.layer.layer_id.as_str());
        let figures = if kept.is_use_differing {
            2 * UTILIZATION + text::width(pen.symbols.right) + 2
        } else {
            UTILIZATION
        };
        let columns = [text::widest(ids).min(pen.columns * 2 / 5), figures];
        let key = |index: usize| key_of(&kept.rows[index]);
        let selected = page.list.selected_index(kept.rows.len(), key);
        let unfolded = selected.map(|index| {
            let row = &kept.rows[index];
            let mut lines = Vec::new();
            if text::width(&visible(row.layer.layer_id.as_str())) > columns[0] {
                lines.extend(pen.folded(row.layer.layer_id.as_str(), pen.theme.text));
            }
            let most = usize::from(height / 2).max(MIN_UNFOLDED);
            lines.extend(unfolded(model, &pen, looked, row, most));
            (index, lines)
        });
        Self {
            pen,
            kept,
            columns,
            unfolded,
        }
    }

    fn unfolded(&self, index: usize) -> &[Line<'static>] {
        let unfolded = self.unfolded.as_ref();
        let own = unfolded.filter(|(selected, _)| *selected == index);
        own.map_or(&[], |(_, lines)| lines)
    }

    fn title(&self, row: &TimeRow) -> Line<'static> {
        let pen = &self.pen;
        let LayerRow {
            layer_id,
            before,
            after,
            ..
        } = &row.layer;
        let [ids, figures] = self.columns;
        let id = visible(layer_id.as_str());
        let id = pad(&cut_middle(&id, ids, pen.symbols.ellipsis), ids);
        let mut spans = vec![mark(pen, row), pen.text(id), pen.text(" ".repeat(GAP))];
        let Some(state) = after.as_ref().or(before.as_ref()) else {
            return pen.line(spans);
        };
        let taken = width(&spans) + GAP + figures;
        let bar = SlotBar::new(state, &bar::positions(&row.layer));
        spans.extend(bar::spans(pen, &bar, pen.columns.saturating_sub(taken)));
        let was = before.as_ref().filter(|_| row.differs).unwrap_or(state);
        let used = value_change(&used(was), &used(state), pen.symbols.right);
        spans.push(pen.text(" ".repeat(GAP)));
        spans.push(pen.text(pad_start(&used, figures)));
        pen.line(spans)
    }
}

impl Rows for TimeList<'_> {
    fn count(&self) -> usize {
        self.kept.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        key_of(&self.kept.rows[index])
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        Some(&self.kept.rows[index].layer.layer_id)
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        let layer = self.kept.rows[index].layer.layer_id.clone();
        Some(Destination::Page(PageId::PastLayer(layer)))
    }

    fn height(&self, index: usize) -> usize {
        1 + self.unfolded(index).len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let mut lines = vec![self.title(&self.kept.rows[index])];
        lines.extend(self.unfolded(index).iter().cloned());
        lines
    }
}

fn key_of(row: &TimeRow) -> RowKey {
    RowKey(row.layer.layer_id.to_string())
}

/// Returns what an entry, or the way from one side to the other, does to the layer.
fn mark(pen: &Pen<'_>, row: &TimeRow) -> Span<'static> {
    let (theme, symbols) = (pen.theme, pen.symbols);
    match (&row.layer.before, &row.layer.after) {
        _ if !row.differs => pen.text("  "),
        (None, Some(_)) => span(format!("{} ", symbols.plus), theme.added),
        (Some(_), None) => span(format!("{} ", symbols.minus), theme.removed),
        _ => span(format!("{} ", symbols.tilde), theme.changed),
    }
}

/// Returns what is known of a layer: if it differs, what happened to its units, and the changes; and who
/// holds its slots.
pub(super) fn facts(
    model: &Model,
    pen: &Pen<'_>,
    looked: Looked<'_>,
    row: &TimeRow,
) -> Vec<Line<'static>> {
    let layer = &row.layer;
    let indented = |items: Vec<Spans>| pen.flow(items, GAP, 3);
    let mut lines = Vec::new();
    if row.differs {
        let detail = looked.detail(model, layer);
        let impact = detail.impact.as_ref();
        lines.extend(impact.map_or_else(Vec::new, |impact| indented(change::impact(pen, impact))));
        let changes = looked.entry().map_or(&[][..], |entry| &entry.changes);
        let changes = changes
            .iter()
            .filter(|change| change.layer_id == layer.layer_id);
        lines.extend(changes.map(|what| change_line(pen, what, layer.after.as_deref())));
    }
    let positions = bar::positions(layer);
    let side = |state: &Option<_>| {
        let state = state.as_deref();
        state.map(|state| SlotBar::new(state, &positions))
    };
    let [older, newer] = [side(&layer.before), side(&layer.after)];
    let bars = [older.as_ref(), newer.as_ref().or(older.as_ref())];
    lines.extend(indented(legend::items(pen, layer, &positions, bars)));
    lines
}

fn change_line(pen: &Pen<'_>, what: &Change, after: Option<&LayerState>) -> Line<'static> {
    let cells = change::cells(pen, what, after, false);
    let mut spans = vec![
        span(format!("  {} {}  ", cells.symbol, cells.verb), cells.style),
        foreign(cells.name, pen.theme.text),
        pen.text("  "),
    ];
    spans.extend(cells.details);
    pen.line(spans)
}

/// Returns a line of a unified diff.
pub(super) fn diff_line(pen: &Pen<'_>, line: &str) -> Line<'static> {
    let line = foreign(line, diff::unified_style(pen, line));
    pen.line(vec![pen.text("  "), line])
}

/// Returns what the selected layer unfolds: the facts and the diff, on at most this many lines; if there
/// are more, the last one says how many.
fn unfolded(
    model: &Model,
    pen: &Pen<'_>,
    looked: Looked<'_>,
    row: &TimeRow,
    most: usize,
) -> Vec<Line<'static>> {
    let mut lines = facts(model, pen, looked, row);
    let detail = row.differs.then(|| looked.detail(model, &row.layer));
    let diff = detail.as_ref().map_or(&[][..], |detail| &detail.diff);
    let count = lines.len() + diff.len();
    let diff = diff.iter().take(most.saturating_sub(lines.len()));
    lines.extend(diff.map(|line| diff_line(pen, line)));
    if count > most {
        lines.truncate(most.saturating_sub(1));
        let left = counted((count - lines.len()) as u64, "more line", "more lines");
        lines.push(pen.line(vec![pen.dim(format!("  {} {left}", pen.symbols.ellipsis))]));
    }
    lines
}
