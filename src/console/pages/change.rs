//! The review of what changes together: what it does to slots and units, what was in its slots, what
//! the log says of it, and what to know before it is applied.

use std::rc::Rc;

use ratatui::text::Line;

use super::seen::{changes_of, review_of};
use super::{slot_change, slot_past};
use crate::console::commands::Command;
use crate::console::current_evidence::weigh_evidence;
use crate::console::incident::{Judged, verdict};
use crate::console::memo::Identity;
use crate::console::model::{LayerRow, Loaded, Model};
use crate::console::panels::Content;
use crate::console::panels::pen::{Pen, Spans, span};
use crate::console::panels::rows::Ready;
use crate::console::panels::{change, evidence_lines, is_warning, total_impact};
use crate::console::past::PastRead;
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, Inactivity};
use crate::numbers::counted;
use crate::plan::ChangedThing;
use crate::plan::{Change, Impact};
use crate::report::{
    Cell, Column, FIGURES, ImpactRow, ImpactSubject, Role, Table, UnitMove, figures, irreversible,
    losses, others, relative_time, rest, rows,
};
use crate::review::Review;

/// What the page is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct ReviewFrom {
    thing: ChangedThing,
    loaded: Option<Identity<Loaded>>,
    judged: Option<Identity<Judged>>,
    past: Option<Identity<PastRead>>,
    /// Whether the journal can't be read.
    is_past_in_trouble: bool,
    width: u16,
}

pub(super) fn content<'a>(model: &'a Model, thing: &ChangedThing, width: u16) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let from = ReviewFrom {
        thing: thing.clone(),
        loaded: model.loaded.as_ref().map(Identity::of),
        judged: model.incident.judged.as_ref().map(Identity::of),
        past: model.past.read().map(Identity::of),
        is_past_in_trouble: matches!(model.past.known, Some(Err(_))),
        width,
    };
    let lines: Rc<Vec<Line<'static>>> = model.memos.review.get(from, || lines(model, thing, &pen));
    let badge = badge(model, &pen, thing);
    Content::scrolling(lines.to_vec(), Ready::default()).with_badge(badge)
}

/// Returns the page's title: which of the changes it shows.
pub(super) fn title(model: &Model, thing: &ChangedThing) -> String {
    let below = model.startup.symbols.below;
    let id = match &thing.experiment_id {
        Some(id) => visible(id.as_str()),
        None => visible(thing.layer_id.as_str()),
    };
    let lists = model.loaded.iter().flat_map(|it| it.change_lists());
    let total: usize = lists.map(<[_]>::len).sum();
    match changes_of(model, thing) {
        None => format!("Change {below} {id}"),
        Some((_, range)) if range.len() == 1 => {
            format!("Change {} of {total} {below} {id}", range.end)
        }
        Some((_, range)) => {
            let dash = model.startup.symbols.dash;
            let first = range.start + 1;
            format!("Changes {first}{dash}{} of {total} {below} {id}", range.end)
        }
    }
}

fn badge(model: &Model, pen: &Pen<'_>, thing: &ChangedThing) -> Line<'static> {
    if changes_of(model, thing).is_none() {
        return Line::default();
    }
    let mut facts = Spans::new();
    if model.marks.contains(thing) {
        let marked = format!("{} marked", pen.symbols.marked);
        facts.push(span(marked, pen.theme.accent));
    }
    facts.push(if model.is_seen(thing) {
        pen.dim(format!("{} seen", pen.symbols.check))
    } else {
        let key = model.startup.named(Command::Seen);
        pen.dim(format!("{key} marks it seen"))
    });
    pen.facts(facts)
}

fn lines(model: &Model, thing: &ChangedThing, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let found = model.loaded.as_ref().zip(review_of(model));
    let Some(((loaded, review), (changes, _))) = found.zip(changes_of(model, thing)) else {
        return pen.hint("nothing changes here any more");
    };
    let row = loaded.layer_row(&thing.layer_id);
    let mut page = ChangePage {
        model,
        pen,
        loaded,
        review,
        thing,
        changes,
        row,
        lines: Vec::new(),
    };
    page.write();
    page.lines
}

struct ChangePage<'a> {
    model: &'a Model,
    pen: &'a Pen<'a>,
    loaded: &'a Loaded,
    review: &'a Review,
    thing: &'a ChangedThing,
    changes: &'a [Change],
    row: Option<&'a LayerRow>,
    lines: Vec<Line<'static>>,
}

impl ChangePage<'_> {
    fn write(&mut self) {
        self.write_changes();
        self.write_warnings();
        self.write_units();
        self.write_slots();
        self.write_past();
        self.write_log();
    }

    fn begin(&mut self, title: &str, detail: &str) {
        let pen = self.pen;
        let title = span(title.to_owned(), pen.theme.title);
        let line = pen.line(vec![title, pen.dim(format!("  {detail}"))]);
        self.lines.extend([Line::default(), line]);
    }

    fn say(&mut self, text: &str) {
        self.lines.extend(
            self.pen
                .paragraph(vec![self.pen.text("  ")], text, self.pen.theme.dim),
        );
    }

    fn quoted(name: &str) -> String {
        format!("`{}`", visible(name))
    }

    /// Writes whole ids, what happens, and what of it can't be taken back.
    fn write_changes(&mut self) {
        let (pen, theme) = (self.pen, self.pen.theme);
        if let Some(id) = &self.thing.experiment_id {
            self.lines.extend(pen.folded(id.as_str(), theme.text));
        }
        let layer = format!("layer {}", self.thing.layer_id);
        self.lines.extend(pen.folded(&layer, theme.dim));
        self.lines.push(Line::default());
        let is_refused = self.loaded.files.is_refused();
        let after = self.row.filter(|_| !is_refused);
        let after = after.and_then(|row| row.after.as_deref());
        for what in self.changes {
            let cells = change::cells(pen, what, after, false);
            let lead = span(format!("{} {}  ", cells.symbol, cells.verb), cells.style);
            let text: String = cells.details.iter().map(|span| &*span.content).collect();
            self.lines
                .extend(pen.paragraph(vec![lead], &text, theme.text));
            if let Some(why) = irreversible(what, Self::quoted) {
                let mark = span(format!("  {} ", pen.symbols.warning), theme.warning);
                self.lines
                    .extend(pen.paragraph(vec![mark], &why, theme.text));
            }
        }
        self.write_end();
    }

    /// Warns if it is active after the plan, and its end has passed.
    fn write_end(&mut self) {
        let pen = self.pen;
        let state = self.row.and_then(|row| row.after.as_deref());
        let Some((state, id)) = state.zip(self.thing.experiment_id.as_ref()) else {
            return;
        };
        let mut experiments = state.experiments.iter();
        let experiment = experiments.find(|experiment| experiment.experiment_id == *id);
        let why = experiment.and_then(|experiment| experiment.inactivity(self.loaded.at));
        if let Some(Inactivity::Ended(end)) = why {
            let ended = relative_time(end, self.loaded.at);
            let says = format!("ended {ended}: no unit gets it, unless its `end_date` is later");
            let mark = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
            self.lines
                .extend(pen.paragraph(vec![mark], &says, pen.theme.text));
        }
    }

    fn write_warnings(&mut self) {
        let pen = self.pen;
        let notes = self.review.notes.iter().filter(|note| {
            is_warning(note)
                && note.layer_id == self.thing.layer_id
                && note.experiment_id == self.thing.experiment_id
        });
        self.lines
            .extend(notes.flat_map(|note| change::note_lines(pen, note, self.loaded.at, "  ")));
        let findings = self.review.findings.iter();
        let findings = findings.filter(|finding| finding.layers.contains(&self.thing.layer_id));
        let id = self.thing.experiment_id.as_ref();
        let quoted = id.map(|id| format!("`{id}`"));
        for finding in findings {
            let found = &finding.diagnostic;
            if quoted
                .as_ref()
                .is_some_and(|quoted| !found.message.contains(quoted))
            {
                continue;
            }
            let (symbol, style) = if found.is_error() {
                (pen.symbols.cross, pen.theme.error)
            } else {
                (pen.symbols.warning, pen.theme.warning)
            };
            let lead = span(format!("  {symbol} "), style);
            self.lines
                .extend(pen.paragraph(vec![lead], &found.message, pen.theme.text));
        }
    }

    fn write_units(&mut self) {
        let pen = self.pen;
        let mut impacts = self.review.impact.iter();
        let Some(impact) = impacts.find(|impact| impact.layer_id == self.thing.layer_id) else {
            let key = self.model.startup.named(Command::Mark);
            let says =
                format!("{key} marks it, to apply it although its layer is refused as a whole");
            self.lines.push(Line::default());
            self.say(&says);
            return;
        };
        self.begin("Units", "of the whole layer");
        let legend = UnitMove::ALL.map(|units| {
            vec![
                pen.text(units.word()),
                pen.dim(format!(" {}", units.meaning())),
            ]
        });
        self.lines.extend(pen.flow(legend.to_vec(), 2, 3));
        let quoted = |id: &ExperimentId| Self::quoted(id.as_str());
        if let Some(losses) = losses(impact, quoted) {
            let style = total_impact(pen, std::slice::from_ref(impact)).style;
            self.lines
                .extend(pen.paragraph(vec![pen.text("  ")], &losses, style));
        }
        let rest = rest(impact);
        self.lines
            .extend(pen.paragraph(vec![pen.text("  ")], &rest, pen.theme.text));
        if impact.is_moving() {
            let table = self.unit_table(impact);
            self.lines.extend(table);
        }
    }

    fn unit_table(&self, impact: &Impact) -> Vec<Line<'static>> {
        let mut columns = vec![Column::whole(""), Column::id("experiment")];
        columns.extend(FIGURES.map(Column::number));
        let mut table = Table::new(columns).indented(2);
        for ImpactRow { sign, name, units } in rows(impact) {
            let (name, role) = match name {
                ImpactSubject::Experiment(id) if self.thing.experiment_id.as_ref() == Some(id) => {
                    (id.to_string(), Role::Strong)
                }
                ImpactSubject::Experiment(id) => (id.to_string(), Role::Text),
                ImpactSubject::Others(count) => (others(count), Role::Dim),
            };
            let cells = [Cell::new(sign.as_str(), sign.into()), Cell::new(name, role)];
            let figures = figures(&units).map(|figure| match figure.as_str() {
                "0" => Cell::new(figure, Role::Dim),
                _ => Cell::from(figure),
            });
            table.row(cells.into_iter().chain(figures));
        }
        let lines = table.lines(self.pen.columns, self.pen.symbols.ellipsis);
        let lines = lines.into_iter();
        lines
            .map(|pieces| self.pen.line(self.pen.paint(pieces)))
            .collect()
    }

    fn write_slots(&mut self) {
        let Some(row) = self.row.filter(|row| !row.stays()) else {
            return;
        };
        self.begin("Slots", "before and after");
        self.lines.extend(slot_change::lines(
            self.pen,
            row,
            self.thing.experiment_id.as_ref(),
        ));
    }

    /// Says what was in the slots that it takes.
    fn write_past(&mut self) {
        let (pen, model) = (self.pen, self.model);
        let Some((row, id)) = self.row.zip(self.thing.experiment_id.as_ref()) else {
            return;
        };
        let taken = slot_past::taken(row, id);
        if taken.is_empty() {
            return;
        }
        let slots = counted(slot_past::count(&taken), "slot", "slots");
        self.begin(
            "Before",
            &format!("in the {slots} that it takes or activates"),
        );
        let past = model.past.read();
        let (former, rest) = slot_past::former_holders(row, id, taken, past.map(|past| &**past));
        for holder in &former {
            let slots = counted(holder.slots, "slot", "slots");
            let ended = holder.ended.words(&model.startup, self.loaded.at);
            let style = match holder.ended {
                slot_past::Ended::InThisPlan => pen.theme.warning,
                _ => pen.theme.dim,
            };
            let lead = vec![pen.text(format!(
                "  {}  {slots}  ",
                visible(holder.experiment_id.as_str())
            ))];
            self.lines.extend(pen.paragraph(lead, &ended, style));
        }
        let rest_count = slot_past::count(&rest);
        if rest_count == 0 {
            return;
        }
        let slots = counted(rest_count, "slot", "slots");
        match (past, &model.past.known) {
            (Some(past), _) => {
                let is_whole = past.entries.last().is_some_and(|first| first.began_empty);
                let nobody = if is_whole {
                    "nobody held them before"
                } else {
                    "nobody, as far as the journal goes back"
                };
                self.say(&format!("{slots}: {nobody}"));
            }
            (None, Some(Err(trouble))) => self.say(&format!("{slots}: {}", trouble.message)),
            (None, _) => {
                self.say(&format!(
                    "{slots}: reading the journal{}",
                    pen.symbols.ellipsis
                ));
            }
        }
    }

    /// Writes what the log says of the experiment.
    fn write_log(&mut self) {
        let (pen, view) = (self.pen, self.model.incident_view());
        let Some(id) = &self.thing.experiment_id else {
            return;
        };
        self.begin("Log", "");
        for weighed in weigh_evidence(self.model, self.review) {
            if weighed.evidence.experiment_id == *id {
                self.lines.extend(evidence_lines(self.model, pen, &weighed));
            }
        }
        let Some(judged) = &self.model.incident.judged else {
            let said = match &self.model.startup.log {
                None => "no log: `--log FILE` shows what its units do",
                Some(_) => "the log isn't read yet",
            };
            return self.say(said);
        };
        let splits = judged.traffic.splits.iter();
        let splits: Vec<_> = splits.filter(|split| split.experiment_id == *id).collect();
        if splits.is_empty() {
            return self.say("no exposures of it");
        }
        for split in splits {
            self.lines.extend(verdict::heading(view, pen, split));
            for anomaly in judged.anomalies(split) {
                let lead = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
                let text = anomaly.message(|at| view.log_clock(at));
                self.lines
                    .extend(pen.paragraph(vec![lead], &text, pen.theme.text));
            }
        }
    }
}
