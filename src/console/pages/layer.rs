//! A layer's page: its bar, its errors, and its experiments as a table.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use ratatui::text::Line;

use crate::console::incident::Judged;
use crate::console::memo::Identity;
use crate::console::model::{ExperimentOrder, LayerRow, Loaded, Model, RowKey};
use crate::console::pages::{Destination, Page, PageId};
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::rows::{KeptRows, Ready, WithOpenRow};
use crate::console::panels::{Content, Rows, bar, change, layer_facts, layers, problem_words};
use crate::console::past::PastRead;
use crate::diagnostic::visible;
use crate::domain::{Experiment, ExperimentId, LayerId, LayerState, SlotUse, Status};
use crate::numbers::{counted, thousands};
use crate::report::{Cell, Column, Role, Table, held_words, percent, relative_time};
use crate::text;
use crate::traffic::SplitTraffic;

/// The columns after a bar: `now` or `plan`.
const LABEL: usize = 5;
/// The columns of the page's title around the layer's id.
const TITLE: usize = 12;
/// From these widths on, a row also has the splitter and the dates, and the last change.
const WITH_DATES: usize = 90;
const WITH_LAST_CHANGE: usize = 120;

/// The page without its selection: a layer may have thousands of experiments.
#[derive(Debug)]
pub(in crate::console) struct KeptLayer {
    opening: Vec<Line<'static>>,
    rows: Rc<KeptRows>,
}

/// What the page is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct LayerFrom {
    layer_id: LayerId,
    loaded: Identity<Loaded>,
    judged: Option<Identity<Judged>>,
    past: Option<Identity<PastRead>>,
    order: ExperimentOrder,
    filter: String,
    width: u16,
}

pub(super) fn content<'a>(
    model: &'a Model,
    page: &Page,
    layer_id: &LayerId,
    width: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let loaded = model.loaded.as_ref();
    let Some((loaded, row)) = loaded.and_then(|loaded| Some((loaded, loaded.layer_row(layer_id)?)))
    else {
        return Content::saying(pen.hint("the layer is neither in the files nor in the database"));
    };
    let Some(state) = row.after.as_deref().or(row.before.as_deref()) else {
        let mut opening = errors(&pen, loaded, layer_id);
        opening.extend(pen.hint("the layer can't be read, and isn't in the database"));
        return Content::saying(opening);
    };
    let from = LayerFrom {
        layer_id: layer_id.clone(),
        loaded: Identity::of(loaded),
        judged: model.incident.judged.as_ref().map(Identity::of),
        past: model.past.read().map(Identity::of),
        order: model.experiment_order,
        filter: model.filter().to_owned(),
        width,
    };
    let kept = model.memos.layer.get(from, || {
        let view = LayerView {
            model,
            loaded,
            state,
            pending: pending(loaded, layer_id),
            worst: worst_splits(model),
            pen: &pen,
        };
        make(&view, row)
    });
    let rows = &kept.rows;
    if rows.is_empty() {
        return Content::saying(kept.opening.clone());
    }
    let selected = page
        .list
        .selected_index(rows.count(), |index| rows.key(index));
    let open = selected.and_then(|index| Some((index, whole_id(&pen, rows, index)?)));
    let rows = WithOpenRow::new(Rc::clone(rows), open);
    let order = pen.dim(format!("by {}", model.experiment_order.as_str()));
    Content::new(kept.opening.clone(), rows).with_badge(Line::from(order))
}

/// Returns the id of a row's experiment on lines of its own, if the row had to cut it.
fn whole_id(pen: &Pen<'_>, rows: &Rc<KeptRows>, index: usize) -> Option<Vec<Line<'static>>> {
    let id = rows.key(index).0;
    let line = rows.lines(index).pop()?;
    let is_whole = line.to_string().contains(&*visible(&id));
    (!is_whole).then(|| pen.folded(&id, pen.theme.text))
}

fn make(view: &LayerView<'_>, row: &LayerRow) -> KeptLayer {
    let LayerView { loaded, pen, .. } = view;
    let mut opening = head(pen, row, view.state);
    opening.extend(errors(pen, loaded, &row.layer_id));
    opening.extend(notes(pen, loaded, &row.layer_id));
    opening.push(if row.before.is_some() && !row.stays() {
        pen.line(vec![pen.dim("after the plan:")])
    } else {
        Line::default()
    });
    let experiments = view.listed();
    let mut rows = Ready::default();
    if experiments.is_empty() {
        let is_filtered = !view.model.filter().is_empty();
        opening.extend(pen.hint(if is_filtered {
            "no experiments match the filter"
        } else {
            "no experiments yet"
        }));
    } else {
        let mut lines = view.table(&experiments).into_iter();
        opening.extend(lines.next());
        for (experiment, line) in experiments.iter().zip(lines) {
            let id = &experiment.experiment_id;
            let page = PageId::Experiment(row.layer_id.clone(), id.clone());
            rows.push_opening(
                RowKey(id.to_string()),
                Some(row.layer_id.clone()),
                Some(Destination::Page(page)),
                vec![line],
            );
        }
    }
    KeptLayer {
        opening,
        rows: Rc::new(KeptRows::new(rows)),
    }
}

/// Returns the split of each experiment that looks most wrong.
fn worst_splits(model: &Model) -> HashMap<&ExperimentId, &SplitTraffic> {
    let mut worst = HashMap::new();
    let judged = model.incident.judged.iter();
    for split in judged.flat_map(|judged| &judged.traffic.splits) {
        worst.entry(&split.experiment_id).or_insert(split);
    }
    worst
}

/// Returns the bar, now and after the plan, and the layer's own values.
fn head(pen: &Pen<'_>, row: &LayerRow, state: &LayerState) -> Vec<Line<'static>> {
    let positions = bar::positions(row);
    let [now, plan] = layers::bars(row, &positions);
    let columns = pen.columns.saturating_sub(LABEL);
    let mut lines = Vec::new();
    let id = visible(row.layer_id.as_str());
    // The page's title cuts it there.
    if text::width(&id) + TITLE > pen.columns {
        lines.extend(pen.paragraph(Spans::new(), &id, pen.theme.title));
    }
    for (drawn, label) in [(&now, " now"), (&plan, " plan")] {
        let Some(drawn) = drawn else { continue };
        let mut spans = bar::spans(pen, drawn, columns);
        spans.push(pen.dim(if plan.is_some() { label } else { "" }));
        lines.push(pen.line(spans));
    }
    let layer = &state.layer;
    let held_now = now.as_ref().map(held_words);
    let held_then = plan.as_ref().map(held_words);
    let cap = percent(layer.total_traffic_percentage.value());
    let held = match (held_now, held_then) {
        (Some(now), Some(then)) if now != then => {
            vec![format!("{now} now"), format!("{then} after the plan")]
        }
        (now, _) => now.into_iter().collect(),
    };
    let mut facts: Vec<Spans> = held.into_iter().map(|held| vec![pen.text(held)]).collect();
    facts.push(vec![pen.dim(counted(
        u64::from(layer.total_slots),
        "slot",
        "slots",
    ))]);
    facts.push(vec![pen.dim(format!("cap {cap}"))]);
    facts.push(vec![pen.dim(layer.hash_algorithm.to_string())]);
    facts.push(vec![foreign(
        format!("salt {}", layer.layer_salt),
        pen.theme.dim,
    )]);
    facts.push(match &row.file {
        Some((file, line)) => vec![foreign(format!("{file}:{line}"), pen.theme.dim)],
        None => vec![pen.dim("in no file")],
    });
    lines.extend(pen.flow(facts, 0, 3));
    lines
}

fn errors(pen: &Pen<'_>, loaded: &Loaded, layer_id: &LayerId) -> Vec<Line<'static>> {
    let errors = layer_facts::errors_of(loaded, layer_id);
    let lines = errors.flat_map(|problem| {
        let (thing, says) = problem_words::in_short(problem);
        let cross = span(format!("{} ", pen.symbols.cross), pen.theme.error);
        pen.paragraph(vec![cross], &format!("{thing}: {says}"), pen.theme.text)
    });
    lines.collect()
}

/// Returns the plan's notes on the layer.
fn notes(pen: &Pen<'_>, loaded: &Loaded, layer_id: &LayerId) -> Vec<Line<'static>> {
    let notes = loaded.review.iter().flat_map(|review| &review.notes);
    let notes = notes.filter(|note| note.layer_id == *layer_id);
    let lines = notes.flat_map(|note| change::note_lines(pen, note, loaded.at, ""));
    lines.collect()
}

struct LayerView<'a> {
    model: &'a Model,
    loaded: &'a Loaded,
    state: &'a LayerState,
    /// The verbs of the pending changes of each experiment.
    pending: HashMap<&'a ExperimentId, Vec<&'static str>>,
    /// The split of each that looks most wrong.
    worst: HashMap<&'a ExperimentId, &'a SplitTraffic>,
    pen: &'a Pen<'a>,
}

/// Returns the verbs of the layer's pending changes, by experiment.
fn pending<'a>(
    loaded: &'a Loaded,
    layer_id: &LayerId,
) -> HashMap<&'a ExperimentId, Vec<&'static str>> {
    let mut pending: HashMap<_, Vec<_>> = HashMap::new();
    let changes = loaded.review.iter().flat_map(|review| &review.changes);
    for change in changes.filter(|change| change.layer_id == *layer_id) {
        if let Some(id) = &change.experiment_id {
            pending.entry(id).or_default().push(change.action.verb());
        }
    }
    pending
}

impl LayerView<'_> {
    /// Returns the experiments that match the filter; completed ones are last in every order.
    fn listed(&self) -> Vec<&Experiment> {
        let cx = self.model.context();
        let experiments = self.state.experiments.iter();
        let mut listed: Vec<&Experiment> = experiments
            .filter(|experiment| {
                let status = experiment.status.as_str();
                cx.passes_filter([experiment.experiment_id.as_str(), &experiment.name, status])
            })
            .collect();
        let active = |it: &Experiment| self.slots(&it.experiment_id, SlotUse::Active);
        listed.sort_by(|a, b| a.experiment_id.cmp(&b.experiment_id));
        match self.model.experiment_order {
            ExperimentOrder::Status => listed.sort_by_key(|it| rank(it.status)),
            ExperimentOrder::Name => {}
            ExperimentOrder::Share => listed.sort_by_key(|it| Reverse(active(it))),
            ExperimentOrder::End => listed.sort_by_key(|it| (it.end_date.is_none(), it.end_date)),
        }
        listed.sort_by_key(|it| it.status == Status::Completed);
        listed
    }

    fn slots(&self, id: &ExperimentId, usage: SlotUse) -> u32 {
        self.state.slots.count(id, usage)
    }

    /// Returns the titles, then a line for each experiment. Narrow screens leave out the last columns.
    fn table(&self, experiments: &[&Experiment]) -> Vec<Line<'static>> {
        let has_dates = self.pen.columns >= WITH_DATES;
        let has_last_change = self.pen.columns >= WITH_LAST_CHANGE;
        let mut columns = vec![
            Column::whole("status"),
            Column::id("experiment"),
            Column::number("active"),
            Column::number("reserved"),
            Column::number("slots"),
            Column::whole("verdict"),
            Column::whole("plan"),
        ];
        if has_dates {
            columns.extend([Column::whole("dates"), Column::text("splitter")]);
        }
        if has_last_change {
            columns.push(Column::text("last change"));
        }
        let mut table = Table::new(columns);
        for experiment in experiments {
            let mut cells = self.cells(experiment);
            if has_dates {
                cells.push(Cell::new(self.dates(experiment), Role::Text));
                cells.push(Cell::new(splitter(experiment), Role::Dim));
            }
            if has_last_change {
                cells.push(Cell::new(self.last_change(experiment), Role::Dim));
            }
            table.row(cells);
        }
        let lines = table.lines(self.pen.columns, self.pen.symbols.ellipsis);
        let lines = lines.into_iter();
        lines
            .map(|line| self.pen.line(self.pen.paint(line)))
            .collect()
    }

    fn cells(&self, experiment: &Experiment) -> Vec<Cell> {
        let id = &experiment.experiment_id;
        let is_over = experiment.status == Status::Completed;
        let role = if is_over { Role::Dim } else { Role::Text };
        let [active, reserved] =
            [SlotUse::Active, SlotUse::Reserved].map(|usage| self.slots(id, usage));
        let total = f64::from(self.state.slots.total());
        let share = |slots: u32| match slots {
            0 => Cell::new("", Role::Dim),
            slots => Cell::new(percent(f64::from(slots) / total), role),
        };
        let slots = match (active, reserved) {
            (0, 0) => String::new(),
            (active, 0) => thousands(active),
            (active, reserved) => format!("{} +{}", thousands(active), thousands(reserved)),
        };
        vec![
            Cell::new(experiment.status.as_str(), role),
            Cell::new(id.as_str(), role),
            share(active),
            share(reserved),
            Cell::new(slots, Role::Dim),
            self.verdict(id),
            self.pending(id),
        ]
    }

    fn verdict(&self, id: &ExperimentId) -> Cell {
        let Some(split) = self.worst.get(id) else {
            return Cell::new("", Role::Dim);
        };
        let verdict = self.model.incident_view().verdict(split);
        Cell::new(verdict.word(), verdict.role())
    }

    fn pending(&self, id: &ExperimentId) -> Cell {
        let mut verbs = self.pending.get(id).cloned().unwrap_or_default();
        verbs.dedup();
        Cell::new(verbs.join(", "), Role::Strong)
    }

    fn dates(&self, experiment: &Experiment) -> String {
        let now = self.loaded.at;
        match (experiment.start_date, experiment.end_date) {
            (Some(start), _) if start > now => format!("starts {}", relative_time(start, now)),
            (_, Some(end)) if end > now => format!("ends {}", relative_time(end, now)),
            (_, Some(end)) => format!("ended {}", relative_time(end, now)),
            (Some(_) | None, None) => String::new(),
        }
    }

    fn last_change(&self, experiment: &Experiment) -> String {
        let past = self.model.past.read();
        let entry = past.and_then(|past| past.last_change(&experiment.experiment_id));
        entry.map_or_else(String::new, |entry| {
            let when = relative_time(entry.applied_at, self.loaded.at);
            format!("{when} by {}", entry.actor)
        })
    }
}

fn splitter(experiment: &Experiment) -> String {
    experiment.splitter.kind().to_string()
}

fn rank(status: Status) -> usize {
    match status {
        Status::Active => 0,
        Status::Paused => 1,
        Status::Draft => 2,
        Status::Completed => 3,
    }
}
