//! How an experiment stands: what needs attention, its status, its share, its dates, what would change.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Span;

use super::experiment::{Block, ExperimentView};
use super::experiment_traffic::Observed;
use crate::console::attention::{Attention, AttentionKind};
use crate::console::commands::Command;
use crate::console::incident::verdict;
use crate::console::pages::{Destination, PageId};
use crate::console::panels::pen::{Spans, foreign, span};
use crate::console::panels::{bar, change};
use crate::diagnostic::visible;
use crate::domain::{Experiment, SlotUse, Status};
use crate::numbers::{counted, thousands};
use crate::plan::Change;
use crate::plan::ChangedThing;
use crate::report::{relative_time, rounded_percent, value_change};

/// Returns its id, its verdict, and what needs attention.
pub(super) fn blocks(view: &ExperimentView<'_>, observed: &Observed<'_>) -> Vec<Block> {
    let pen = view.pen;
    let items = view.model.attention();
    let items: Vec<&Attention> = items.iter().filter(|item| is_of(view, item)).collect();
    let mut lines = pen.folded(view.id.as_str(), pen.theme.title);
    let mut facts = vec![status_mark(view)];
    if let Some(worst) = observed.worst() {
        let incident = view.model.incident_view();
        facts.push(verdict::mark(pen, incident.verdict(worst)));
        facts.extend(verdict::deciding(worst).map(|p| pen.text(p)));
    }
    facts.extend(presence(view));
    let is_calm = items.is_empty() && changes(view).is_empty();
    if is_calm && !view.loaded.has_errors() {
        facts.push(pen.dim("nothing needs attention"));
    }
    lines.push(pen.line(pen.facts(facts).spans));
    let mut blocks = vec![Block {
        key: "standing".to_owned(),
        lines,
        opens: Some(Destination::Page(PageId::Layer(view.row.layer_id.clone()))),
    }];
    for item in items {
        let (symbol, style) = symbol(view, item.kind);
        let lead = vec![span(format!("  {symbol} "), style)];
        let mut lines = pen.paragraph(lead, &item.says, pen.theme.text);
        if item.kind == AttentionKind::Held && is_active_in_file(view) {
            let pause = view.model.startup.named(Command::Pause);
            let text = format!("its file says active: {pause} writes the pause back");
            lines.extend(pen.paragraph(vec![pen.text("    ")], &text, pen.theme.dim));
        }
        blocks.push(Block {
            key: format!("attention/{}", item.key.0),
            lines,
            opens: Some(item.leads.clone()).filter(|leads| *leads != here(view)),
        });
    }
    blocks
}

/// Returns whether the experiment would be active again without its hold.
fn is_active_in_file(view: &ExperimentView<'_>) -> bool {
    let comparison = view.loaded.comparison.as_ref();
    let in_file = comparison.and_then(|it| it.in_file(&view.row.layer_id, view.id));
    in_file.is_some_and(|wants| wants.status == Status::Active)
}

/// Returns this page: what leads to it leads nowhere from here.
fn here(view: &ExperimentView<'_>) -> Destination {
    let page = PageId::Experiment(view.row.layer_id.clone(), view.id.clone());
    Destination::Page(page)
}

/// Returns whether the item is about this experiment; changes have rows of their own.
fn is_of(view: &ExperimentView<'_>, item: &Attention) -> bool {
    let is_of_experiments = !matches!(
        item.kind,
        AttentionKind::DestructiveChange
            | AttentionKind::Change
            | AttentionKind::ChangedOutside
            | AttentionKind::NearlyFull
    );
    let is_here = item
        .layer
        .as_ref()
        .is_none_or(|layer| *layer == view.row.layer_id);
    is_of_experiments && is_here && item.id == visible(view.id.as_str())
}

fn symbol(view: &ExperimentView<'_>, kind: AttentionKind) -> (&'static str, Style) {
    let (symbols, theme) = (view.pen.symbols, view.pen.theme);
    match kind {
        AttentionKind::Alarm | AttentionKind::Error => (symbols.cross, theme.error),
        _ => (symbols.warning, theme.warning),
    }
}

/// Returns its status, now and after the plan, behind its key in the layer's bar.
fn status_mark(view: &ExperimentView<'_>) -> Span<'static> {
    let status = |experiment: Option<&Experiment>| {
        experiment.map_or("", |experiment| experiment.status.as_str())
    };
    let then = status(view.planned());
    let now = view.before.map_or(then, |now| now.status.as_str());
    let key = match bar::positions(view.row).get(view.id) {
        Some(position) => bar::key(view.pen, *position),
        None => view.pen.text(""),
    };
    let text = value_change(&now, &then, view.pen.symbols.right);
    span(format!("{} {text}", key.content), key.style)
}

/// Returns where it is, unless it is in the files and in the database.
fn presence(view: &ExperimentView<'_>) -> Option<Span<'static>> {
    let (pen, theme) = (view.pen, view.pen.theme);
    if view.row.is_in_error {
        let text = format!("{} its layer is in error: see Problems", pen.symbols.cross);
        return Some(span(text, theme.error));
    }
    if view.before.is_none() {
        let text = format!("{} new, only in the files", pen.symbols.plus);
        return Some(span(text, theme.added));
    }
    let loaded = view.loaded;
    let place = loaded.place_of_experiment(&view.row.layer_id, view.id);
    if place.is_some() || view.model.startup.proposal.is_plan() {
        return None;
    }
    // A finding without a layer may be about any.
    let mut problems = loaded.problems.iter();
    let is_unknown = loaded.files.contents.is_err()
        || problems.any(|problem| problem.diagnostic.is_error() && problem.layers.is_empty());
    Some(if is_unknown {
        let text = format!("{} files in error: see Problems", pen.symbols.cross);
        span(text, theme.error)
    } else {
        pen.dim("only in the database")
    })
}

/// Returns share, slots and dates, and what an apply would change.
pub(super) fn facts(view: &ExperimentView<'_>) -> Vec<Block> {
    let Some(planned) = view.planned() else {
        return Vec::new();
    };
    let now = view.before.unwrap_or(planned);
    let change = |was: String, is: String| value_change(&was, &is, view.pen.symbols.right);
    let share = |of: fn(&Experiment) -> f64| {
        change(rounded_percent(of(now), 1), rounded_percent(of(planned), 1))
    };
    let active = share(|experiment| experiment.traffic_percentage.value());
    let held = share(|experiment| experiment.reserved_percentage.value());
    let mut lines = view.fact(
        "share",
        &format!("{active} of the layer active, {held} held"),
    );
    lines.extend(view.fact("slots", &slots(view)));
    lines.push(view.styled("dates", dates(view, planned)));
    let mut blocks = vec![view.section("Now", "", None, lines)];
    blocks.extend(pending(view));
    blocks
}

fn slots(view: &ExperimentView<'_>) -> String {
    let states = [&view.row.before, &view.row.after];
    let count = |usage| {
        let mut counts = states.into_iter().flatten();
        let counts = counts
            .by_ref()
            .map(|state| thousands(state.slots.count(view.id, usage)));
        let counts: Vec<String> = counts.collect();
        match (&counts[..], view.before) {
            ([was, is], Some(_)) => value_change(was, is, view.pen.symbols.right),
            (all, _) => all.last().cloned().unwrap_or_default(),
        }
    };
    let total = states.into_iter().flatten().next_back();
    let total = total.map_or(0, |state| state.slots.total());
    format!(
        "{} active, {} reserved, of {}",
        count(SlotUse::Active),
        count(SlotUse::Reserved),
        thousands(total)
    )
}

/// Returns when it starts and ends: `started 8 d ago, ends in 3 d`. An end that has passed while it
/// is active stands out.
fn dates(view: &ExperimentView<'_>, planned: &Experiment) -> Spans {
    let (pen, now) = (view.pen, view.loaded.at);
    let date = |passed: &str, comes: &str, at: Option<Timestamp>, none: &str, style: Style| {
        let Some(at) = at else {
            return vec![pen.dim(none.to_owned())];
        };
        let verb = if at <= now { passed } else { comes };
        vec![
            span(format!("{verb} {}", relative_time(at, now)), style),
            pen.dim(format!(" ({})", view.model.startup.date_and_minute(at))),
        ]
    };
    let is_over = planned.status == Status::Active && planned.end_date.is_some_and(|end| end < now);
    let style = if is_over {
        pen.theme.warning
    } else {
        pen.theme.text
    };
    if planned.start_date.or(planned.end_date).is_none() {
        return vec![pen.dim("no start date and no end date")];
    }
    let mut spans = date(
        "started",
        "starts",
        planned.start_date,
        "no start date",
        pen.theme.text,
    );
    spans.push(pen.dim(", "));
    spans.extend(date(
        "ended",
        "ends",
        planned.end_date,
        "no end date",
        style,
    ));
    if is_over {
        spans.push(span(" but is active", style));
    }
    spans
}

/// Returns what can be changed about it.
fn changes<'a>(view: &ExperimentView<'a>) -> Vec<&'a Change> {
    if view.loaded.files.is_refused() {
        return Vec::new();
    }
    let changes = view.loaded.change_lists().into_iter().flatten();
    changes
        .filter(|change| change.experiment_id.as_ref() == Some(view.id))
        .collect()
}

/// Returns a row for what an apply would change, which leads to its review.
fn pending(view: &ExperimentView<'_>) -> Option<Block> {
    let changes = changes(view);
    let first = changes.first()?;
    let pen = view.pen;
    let count = counted(changes.len() as u64, "change", "changes");
    let review = ", not applied: Enter reviews it";
    let mut lines = vec![view.styled("pending", vec![pen.text(count), pen.dim(review)])];
    for what in &changes {
        let cells = change::cells(pen, what, view.row.after.as_deref(), false);
        let verb = format!("    {} {}  ", cells.symbol, cells.verb);
        let text: String = cells.details.iter().map(|piece| &*piece.content).collect();
        lines.extend(pen.paragraph(vec![foreign(verb, cells.style)], &text, pen.theme.text));
    }
    Some(Block {
        key: "pending".to_owned(),
        lines,
        opens: Some(Destination::Page(PageId::Change(ChangedThing::of(first)))),
    })
}
