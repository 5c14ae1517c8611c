//! Collects what needs somebody from what was read.

use std::collections::{HashMap, HashSet};

use super::{Attention, AttentionKind};
use crate::console::commands::Command;
use crate::console::incident::Judged;
use crate::console::memo::Identity;
use crate::console::model::{LayerRow, Loaded, Model, Panel, RowKey, Standing};
use crate::console::pages::{Destination, PageId};
use crate::console::panels::{problem_words, problems};
use crate::console::past::PastRead;
use crate::diagnostic::visible;
use crate::domain::{Experiment, ExperimentId, LayerId, Status};
use crate::numbers::{counted, thousands};
use crate::plan::{Action, Change, ChangedThing, NoteCode, SinceEntry, UnitMoves};
use crate::report::{
    ChangeContext, details, hold_words, relative_time, rounded_percent, since_words,
};
use crate::review::Review;

/// From this share of what a layer may hold on, it is nearly full.
const NEARLY_FULL: f64 = 0.9;
/// The days after which a draft that nobody touched is stale.
const STALE_DAYS: i64 = 14;
const HOURS_A_DAY: i64 = 24;

/// What the items are made from.
#[derive(Debug, PartialEq)]
pub struct AttentionFrom {
    loaded: Option<Identity<Loaded>>,
    judged: Option<Identity<Judged>>,
    past: Option<Identity<PastRead>>,
}

impl AttentionFrom {
    /// Takes it from the model.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        Self {
            loaded: model.loaded.as_ref().map(Identity::of),
            judged: model.incident.judged.as_ref().map(Identity::of),
            past: model.past.read().map(Identity::of),
        }
    }
}

/// Returns everything that needs somebody, the worst first.
#[must_use]
pub fn collect(model: &Model) -> Vec<Attention> {
    let mut items: Vec<Attention> = Vec::new();
    items.extend(alarms(model));
    items.extend(losses(model));
    if let Some(loaded) = &model.loaded {
        items.extend(errors(loaded));
        items.extend(refused_plan(model, loaded));
        if let Some(review) = loaded.review.as_ref().filter(|_| loaded.is_pending()) {
            items.extend(changes(model, review));
        }
        items.extend(changed_outside(loaded));
        items.extend(loaded.layers.iter().flat_map(|row| held(loaded, row)));
        items.extend(loaded.layers.iter().flat_map(|row| past_end(loaded, row)));
        items.extend(loaded.layers.iter().filter_map(nearly_full));
        items.extend(
            loaded
                .layers
                .iter()
                .flat_map(|row| stale_drafts(model, loaded, row)),
        );
    }
    // In this order already, but for the changes.
    items.sort_by_key(|item| item.kind);
    items
}

fn key(kind: &str, layer: &str, rest: &str) -> RowKey {
    RowKey(format!("{kind}/{layer:?}/{rest:?}"))
}

fn shown(id: &str) -> String {
    visible(id).into_owned()
}

/// A row for each experiment that raises an alarm.
fn alarms(model: &Model) -> Vec<Attention> {
    let view = model.incident_view();
    let mut known = HashSet::new();
    let alarms = view
        .alarms()
        .filter(|split| known.insert(&split.experiment_id));
    alarms
        .map(|split| {
            let id = &split.experiment_id;
            let crossing = split.test.as_ref().ok().and_then(|test| test.crossing);
            let since = crossing.map_or(String::new(), |crossing| {
                format!(" since {}", view.log_clock(crossing.since))
            });
            let group = split.group.as_ref().map_or(String::new(), |group| {
                format!(" in group {}", visible(group.as_str()))
            });
            Attention {
                key: key("alarm", "", id.as_str()),
                kind: AttentionKind::Alarm,
                id: shown(id.as_str()),
                says: format!("SRM{since}{group}, {} units", thousands(split.units)),
                layer: split.layer_id.clone(),
                leads: Destination::Row(Panel::Experiments, RowKey::of_experiment(id)),
                page: (split.layer_id.clone()).map(|layer| PageId::Experiment(layer, id.clone())),
                command: Command::Incident,
            }
        })
        .collect()
}

/// A row for each anomaly that says that exposures are missing.
fn losses(model: &Model) -> Vec<Attention> {
    let Some(judged) = &model.incident.judged else {
        return Vec::new();
    };
    let losses = judged
        .traffic
        .anomalies
        .iter()
        .filter(|anomaly| anomaly.kind.is_loss());
    losses
        .map(|anomaly| {
            let view = model.incident_view();
            let layer = anomaly.layer_id.as_ref();
            let (id, row) = match (&anomaly.experiment_id, layer) {
                (Some(id), _) if view.is_listed(id) => (id.as_str(), RowKey::of_experiment(id)),
                (Some(id), Some(layer)) => (id.as_str(), RowKey::of_coverage_in(layer)),
                (Some(id), None) => (id.as_str(), RowKey::of_experiment(id)),
                (None, Some(layer)) => (layer.as_str(), RowKey::of_coverage_in(layer)),
                (None, None) => ("", RowKey(String::new())),
            };
            let lost = anomaly.lost.map_or(String::new(), |lost| {
                format!(", {} missing", rounded_percent(lost, 1))
            });
            let since = view.log_clock(anomaly.since);
            Attention {
                key: key(
                    anomaly.kind.code(),
                    layer.map_or("", |layer| layer.as_str()),
                    id,
                ),
                kind: AttentionKind::Lost,
                id: shown(id),
                says: format!(
                    "{}{lost} since {since}",
                    anomaly.kind.code().replace('-', " ")
                ),
                layer: anomaly.layer_id.clone(),
                leads: Destination::Row(Panel::Experiments, row),
                page: None,
                command: Command::Incident,
            }
        })
        .collect()
}

fn errors(loaded: &Loaded) -> impl Iterator<Item = Attention> {
    let troubles = [
        ("files", loaded.files.contents.as_ref().err()),
        ("database", loaded.database.exists.as_ref().err()),
    ];
    let troubles = troubles.into_iter().filter_map(|(what, trouble)| {
        let row = RowKey::of_trouble(what);
        Some(Attention {
            key: row.clone(),
            kind: AttentionKind::Error,
            id: what.to_owned(),
            says: shown(&trouble?.message),
            layer: None,
            leads: Destination::Row(Panel::Problems, row),
            page: None,
            command: Command::Open,
        })
    });
    let errors = problems::keys(loaded).filter(|(_, problem)| problem.diagnostic.is_error());
    let errors = errors.map(|(row, problem)| {
        let (id, says) = problem_words::in_short(problem);
        Attention {
            key: row.clone(),
            kind: AttentionKind::Error,
            id,
            says,
            layer: problem.layers.first().cloned(),
            leads: Destination::Row(Panel::Problems, row),
            page: None,
            command: Command::Edit,
        }
    });
    troubles.chain(errors)
}

/// A row for a saved plan that can't be applied. One that was applied needs nobody anymore.
fn refused_plan(model: &Model, loaded: &Loaded) -> Option<Attention> {
    let Some(Standing::Refused(_)) = loaded.files.standing() else {
        return None;
    };
    let refused = model.plan_refused()?;
    Some(Attention {
        key: key("plan", "", ""),
        kind: AttentionKind::RefusedPlan,
        id: "plan".to_owned(),
        says: shown(&format!("{}: {}", refused.word, refused.message)),
        layer: None,
        leads: Destination::Zoomed(Panel::Changes),
        page: None,
        command: Command::Open,
    })
}

/// A row for each thing that an apply would change.
fn changes(model: &Model, review: &Review) -> Vec<Attention> {
    let layers = review.impact.iter();
    let moving: HashMap<&ExperimentId, UnitMoves> = layers
        .flat_map(|impact| impact.experiments.iter())
        .map(|experiment| (&experiment.experiment_id, experiment.units))
        .collect();
    let mut items: Vec<Attention> = Vec::new();
    let same =
        |a: &Change, b: &Change| (&a.layer_id, &a.experiment_id) == (&b.layer_id, &b.experiment_id);
    for group in review.changes.chunk_by(same) {
        let thing = ChangedThing::of(&group[0]);
        let ends = group
            .iter()
            .any(|change| matches!(change.action, Action::Complete { .. }));
        let units = thing.experiment_id.as_ref().and_then(|id| moving.get(id));
        let kind = if ends || units.is_some_and(|units| units.lost() > 0.0) {
            AttentionKind::DestructiveChange
        } else {
            AttentionKind::Change
        };
        let id = thing
            .experiment_id
            .as_ref()
            .map_or(thing.layer_id.as_str(), |id| id.as_str());
        items.push(Attention {
            key: key("change", thing.layer_id.as_str(), id),
            kind,
            id: shown(id),
            says: said(model, group, units),
            layer: Some(thing.layer_id.clone()),
            leads: Destination::Page(PageId::Change(thing)),
            page: None,
            command: Command::Open,
        });
    }
    items
}

/// Says what happens to the thing, and to its units; in detail where no unit moves.
fn said(model: &Model, group: &[Change], units: Option<&UnitMoves>) -> String {
    let mut verbs: Vec<&str> = group.iter().map(|change| change.action.verb()).collect();
    verbs.dedup();
    let moved = units.map(moved).unwrap_or_default();
    match group {
        [only] if moved.is_empty() => {
            let name = |name: &str| shown(name);
            let context = ChangeContext {
                marks: model.startup.symbols.marks(),
                after: None,
                name: &name,
            };
            format!("{}: {}", verbs.join(", "), details(only, &context))
        }
        _ if moved.is_empty() => verbs.join(", "),
        _ => format!("{}: {moved}", verbs.join(", ")),
    }
}

/// Says which units of an experiment move: `20% leave, 5% switch`.
fn moved(units: &UnitMoves) -> String {
    let moves = [
        (units.leaving, "leave"),
        (units.switching_out, "switch"),
        (units.joining, "join"),
        (units.switching_in, "switch in"),
    ];
    let moves = moves.into_iter().filter(|(share, _)| *share > 0.0);
    let moves: Vec<String> = moves
        .map(|(share, verb)| format!("{} {verb}", rounded_percent(share, 1)))
        .collect();
    moves.join(", ")
}

fn changed_outside(loaded: &Loaded) -> Option<Attention> {
    let notes = loaded.review.iter().flat_map(|review| &review.notes);
    let notes = notes.filter(|note| note.code == NoteCode::ChangedOutside);
    let says = match (&loaded.database.changed_outside, notes.count()) {
        (Some(last), _) => {
            let since = SinceEntry {
                journal_id: last.journal_id,
                applied_at: last.applied_at,
            };
            format!("changed outside, {}", since_words(&since, loaded.at))
        }
        (None, 0) => return None,
        (None, 1) => "one layer or experiment is as another program left it".to_owned(),
        (None, count) => format!("{count} layers or experiments are as another program left them"),
    };
    Some(Attention {
        key: key("outside", "", ""),
        kind: AttentionKind::ChangedOutside,
        id: "database".to_owned(),
        says,
        layer: None,
        leads: Destination::History,
        page: None,
        command: Command::History,
    })
}

fn experiments(row: &LayerRow) -> impl Iterator<Item = &Experiment> {
    row.before.iter().flat_map(|state| &state.experiments)
}

fn of_experiment(
    kind: AttentionKind,
    name: &str,
    layer: &LayerId,
    experiment: &Experiment,
    says: String,
) -> Attention {
    let id = &experiment.experiment_id;
    Attention {
        key: key(name, layer.as_str(), id.as_str()),
        kind,
        id: shown(id.as_str()),
        says,
        layer: Some(layer.clone()),
        leads: Destination::Page(PageId::Experiment(layer.clone(), id.clone())),
        page: None,
        command: Command::Open,
    }
}

/// A row for each experiment that is held.
fn held<'a>(loaded: &'a Loaded, row: &'a LayerRow) -> impl Iterator<Item = Attention> + 'a {
    experiments(row).filter_map(|experiment| {
        let hold = row.before.as_ref()?.holds.get(&experiment.experiment_id);
        let hold = hold.filter(|hold| hold.is_in_force(loaded.at))?;
        let says = shown(&hold_words(hold, loaded.at));
        let kind = AttentionKind::Held;
        Some(of_experiment(kind, "held", &row.layer_id, experiment, says))
    })
}

fn past_end<'a>(loaded: &'a Loaded, row: &'a LayerRow) -> impl Iterator<Item = Attention> + 'a {
    let active = experiments(row).filter(|experiment| experiment.status == Status::Active);
    active.filter_map(|experiment| {
        let end = experiment.end_date.filter(|end| *end < loaded.at)?;
        let says = format!("active, ended {}", relative_time(end, loaded.at));
        let kind = AttentionKind::PastEnd;
        Some(of_experiment(
            kind,
            "past-end",
            &row.layer_id,
            experiment,
            says,
        ))
    })
}

fn nearly_full(row: &LayerRow) -> Option<Attention> {
    let state = row.after.as_ref().or(row.before.as_ref())?;
    let most = state
        .layer
        .total_traffic_percentage
        .slots_of(state.slots.total());
    let used = state.slots.used();
    if f64::from(used) < NEARLY_FULL * f64::from(most) {
        return None;
    }
    let left = counted(u64::from(most.saturating_sub(used)), "slot", "slots");
    Some(Attention {
        key: key("full", row.layer_id.as_str(), ""),
        kind: AttentionKind::NearlyFull,
        id: shown(row.layer_id.as_str()),
        says: format!("{left} left"),
        layer: Some(row.layer_id.clone()),
        leads: Destination::Page(PageId::Layer(row.layer_id.clone())),
        page: None,
        command: Command::Open,
    })
}

fn stale_drafts<'a>(
    model: &'a Model,
    loaded: &'a Loaded,
    row: &'a LayerRow,
) -> impl Iterator<Item = Attention> + 'a {
    let drafts = experiments(row).filter(|experiment| experiment.status == Status::Draft);
    drafts.filter_map(|experiment| {
        let touched = model
            .past
            .read()?
            .last_change(&experiment.experiment_id)?
            .applied_at;
        let days = loaded.at.duration_since(touched).as_hours() / HOURS_A_DAY;
        if days < STALE_DAYS {
            return None;
        }
        let says = format!("draft, untouched for {days} days");
        let kind = AttentionKind::StaleDraft;
        Some(of_experiment(
            kind,
            "stale-draft",
            &row.layer_id,
            experiment,
            says,
        ))
    })
}
