//! What holds for every plan, over generated histories of edits.

use std::collections::BTreeSet;
use std::sync::Arc;

use avos::assign::{Assigner, Groups};
use avos::config::{self, Sources, check_sources};
use avos::domain::{
    DEFAULT_TOTAL_SLOTS, Desired, DesiredLayer, Experiment, ExperimentId, ExperimentRecord,
    Fraction, HashAlgorithm, Layer, LayerId, LayerState, Layers, SlotIndex, SlotMap, SlotUse,
    Splitter, SplitterType, State, Status,
};
use avos::plan::{
    Action, BaseLayers, Change, ExperimentImpact, Impact, LayerDiff, NoteCode, Plan, PlanOutcome,
    Scope, SinceEntry, UnitMoves, VariantImpact, plan_changes, replay_changes, undo_changes,
};
use avos::review::{Comparison, JournalFacts, Review, SavedPlan, seal};
use avos::store::{Author, JournalQuery, MemoryStore, StateStore};
use avos::timeline::OutsideChange;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::json;

use crate::support::cases::with_cases;
use crate::support::exporting::{amiss, exported};
use crate::support::histories::{Step, histories};
use crate::support::reviewing::{id_of_plan, nothing, now, sources};

/// Everything that a state says, comparable; its revision is not for a plan to say.
fn said(state: &State) -> Vec<String> {
    let layers = state.layers.values();
    layers
        .map(|layer| {
            let (runs, holds) = (layer.slots.runs(), &layer.holds);
            format!("{}{runs:?}{holds:?}", LayerDiff::text_of(layer))
        })
        .collect()
}

/// Whether these are the same layers, compared by value.
fn is_same(one: &Layers, other: &Layers) -> bool {
    one.len() == other.len() && one.values().zip(other.values()).all(|(a, b)| a.is_same(b))
}

fn planned(desired: &Desired, state: &State) -> PlanOutcome {
    plan_changes(desired, state, &Scope::All, now())
}

/// Who holds each slot, and how.
fn by_slot(slots: &SlotMap) -> Vec<Option<(String, SlotUse)>> {
    let holder = |slot| {
        slots
            .run_at(SlotIndex(slot))
            .map(|run| (run.experiment_id.to_string(), run.usage))
    };
    (0..slots.total()).map(holder).collect()
}

proptest! {
    #![proptest_config(with_cases(64))]

    #[test]
    fn what_was_applied_is_as_planned_and_needs_nothing_more(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let state = step.applied();
            prop_assert_eq!(said(&state), said(&step.foreseen()));
            let again = planned(&step.desired, &state);
            prop_assert!(again.violations.is_empty(), "{:?}", again.violations);
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            prop_assert!(again.diffs.is_empty(), "{:?}", again.diffs);
            let says_something = !step.outcome.diffs.is_empty();
            prop_assert_eq!(says_something, said(&state) != said(&step.before));
        }
    }

    #[test]
    fn changes_that_were_saved_and_read_do_the_same(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let saved = serde_json::to_string(&step.outcome.changes).expect("JSON");
            let changes: Vec<Change> = serde_json::from_str(&saved).expect("changes");
            let mut state = step.before.clone();
            replay_changes(&mut state.layers, &changes).expect("changes for this state");
            prop_assert_eq!(said(&state), said(&step.foreseen()));
        }
    }

    #[test]
    fn a_journal_is_undone_to_its_first_state_and_replayed_to_its_last(history in histories()) {
        let store = MemoryStore::from(nothing());
        let mut states = vec![nothing().layers];
        for changes in history.written() {
            let plan = Plan {
                plan_id: id_of_plan(&changes, &store.snapshot().expect("a state").state),
                base_layers: BaseLayers::of(&changes, &store.snapshot().expect("a state").state),
                is_for_empty_database: store.snapshot().expect("a state").state.layers.is_empty(),
                changes,
                diff: String::new(),
            };
            let applied = store.apply(&plan, &Author::new("tests", now())).expect("applied");
            if applied.journal_id.is_some() {
                states.push(store.snapshot().expect("a state").state.layers);
            }
        }
        let journal = store.journal(JournalQuery::All).expect("a journal");
        prop_assert_eq!(journal.len() + 1, states.len());
        let mut layers = states.last().expect("the last state").clone();
        for (entry, before) in journal.iter().zip(states.iter().rev().skip(1)) {
            undo_changes(&mut layers, &entry.changes).expect("the changes that led here");
            for slots in &entry.slots {
                if let Some(layer) = layers.get_mut(&slots.layer_id) {
                    let total = layer.layer.total_slots;
                    let layer = Arc::make_mut(layer);
                    layer.slots = SlotMap::from_runs(total, slots.before.clone()).expect("slots");
                }
            }
            prop_assert!(is_same(&layers, before), "{:?}\nisn't {:?}", layers, before);
        }
        for (entry, after) in journal.iter().rev().zip(states.iter().skip(1)) {
            replay_changes(&mut layers, &entry.changes).expect("changes for this state");
            prop_assert!(is_same(&layers, after), "{:?}\nisn't {:?}", layers, after);
        }
    }

    #[test]
    fn what_is_held_stays_inactive_and_nothing_else_is_touched_by_that(history in histories()) {
        for step in history.planned() {
            let mut released = step.before.clone();
            for layer in released.layers.values_mut().map(Arc::make_mut) {
                layer.holds.clear();
            }
            let without = planned(&step.desired, &released);
            let is_release = |action: &Action| matches!(action, Action::Release { .. });
            let held: BTreeSet<&ExperimentId> = step
                .before
                .layers
                .values()
                .flat_map(|layer| layer.held_at(now()))
                .map(|(experiment, _)| &experiment.experiment_id)
                .collect();
            let rest = |outcome: &PlanOutcome| {
                let changes = outcome.changes.iter();
                let changes = changes.filter(|change| {
                    let is_held = change.experiment_id.as_ref().is_some_and(|id| held.contains(id));
                    let resumes = matches!(change.action, Action::SetStatus { to: Status::Active, .. });
                    !(is_release(&change.action) || is_held && resumes)
                });
                json!(changes.collect::<Vec<_>>())
            };
            prop_assert_eq!(rest(&step.outcome), rest(&without));
            prop_assert_eq!(step.outcome.violations.len(), without.violations.len());
            let notes = step.outcome.notes.iter().filter(|note| note.code == NoteCode::Held);
            let noted: BTreeSet<&ExperimentId> = notes.filter_map(|note| note.experiment_id.as_ref()).collect();
            prop_assert_eq!(&noted, &held);
            for layer in step.applied().layers.values() {
                for experiment in &layer.experiments {
                    let hold = layer.holds.get(&experiment.experiment_id);
                    let is_active = experiment.status == Status::Active;
                    prop_assert!(hold.is_none() || !is_active, "{:?}", experiment);
                    if held.contains(&experiment.experiment_id) {
                        let is_over = experiment.status == Status::Completed;
                        prop_assert!(!is_active && hold.is_none() == is_over, "{:?}", experiment);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_held_and_was_made_active_is_paused(history in histories()) {
        for step in history.planned() {
            let mut resumed = step.before.clone();
            for layer in resumed.layers.values_mut().map(Arc::make_mut) {
                let held: BTreeSet<ExperimentId> = layer
                    .held_at(now())
                    .map(|(experiment, _)| experiment.experiment_id.clone())
                    .collect();
                for experiment in &mut layer.experiments {
                    if held.contains(&experiment.experiment_id) {
                        experiment.status = Status::Active;
                    }
                }
            }
            let outcome = planned(&step.desired, &resumed);
            for layer in outcome.after.values() {
                let wanted = step.desired.layer(&layer.layer.layer_id).expect("its file");
                let is_planned = |id: &ExperimentId| {
                    wanted.experiments.iter().any(|wants| wants.experiment_id == *id)
                };
                for (experiment, _) in layer.held_at(now()) {
                    let is_active = experiment.status == Status::Active;
                    let is_planned = is_planned(&experiment.experiment_id);
                    prop_assert!(!(is_active && is_planned), "{:?}", experiment);
                }
            }
        }
    }

    #[test]
    fn what_differs_outside_is_told_if_anything_does(history in histories()) {
        for step in history.planned() {
            let state = step.applied();
            let change = OutsideChange {
                after: SinceEntry {
                    journal_id: 1,
                    applied_at: now(),
                },
                base_revision: step.before.revision.clone(),
                revision: state.revision.clone(),
                before: Some(step.before.layers.clone()),
                layers: Some(state.layers.clone()),
            };
            let notes = change.notes();
            prop_assert_eq!(notes.is_empty(), is_same(&step.before.layers, &state.layers));
            // Each layer and each experiment has one note, and only those that changed.
            let told = notes.iter().map(|note| (&note.layer_id, &note.experiment_id));
            let told: Vec<_> = told.collect();
            let distinct: BTreeSet<_> = told.iter().collect();
            prop_assert_eq!(distinct.len(), told.len());
            let changes = &step.outcome.changes;
            for (layer, id) in told {
                let mut changes = changes.iter().filter(|change| change.layer_id == *layer);
                prop_assert!(changes.any(|it| id.is_none() || it.experiment_id == *id));
            }
            let is_diff = !change.diff().is_empty();
            let text = |state: &State| -> Vec<String> {
                state.layers.values().map(|layer| LayerDiff::text_of(layer)).collect()
            };
            prop_assert_eq!(is_diff, text(&step.before) != text(&state));
        }
    }

    #[test]
    fn slots_are_kept_counted_and_within_the_layer(history in histories()) {
        for step in history.planned() {
            let state = step.applied();
            for (id, layer) in &state.layers {
                holds_what_it_says(layer)?;
                if let Some(before) = step.before.layers.get(id) {
                    keeps_its_slots(before, layer)?;
                }
            }
        }
    }

    #[test]
    fn what_is_refused_leaves_its_layer_as_it_was(history in histories()) {
        for step in history.planned() {
            for violation in &step.outcome.violations {
                let id = &violation.subject.layer_id;
                let text = |state: &State| state.layer(id).map(LayerDiff::text_of);
                prop_assert_eq!(text(&step.foreseen()), text(&step.before));
                let mut changes = step.outcome.changes.iter();
                let whom = violation.subject.experiment_id.as_ref();
                let is_planned = whom.is_some() && changes.any(|change| change.experiment_id.as_ref() == whom);
                prop_assert!(!is_planned, "{:?} is refused and planned", violation.subject);
            }
        }
    }

    #[test]
    fn a_part_of_a_comparison_is_the_review_of_these_layers(history in histories(), picks: u8) {
        for step in history.planned() {
            let sources = files(&step);
            let checked = check_sources(&sources, now());
            let ids = step.desired.layers.iter().map(|layer| &layer.layer_id);
            let chosen = ids.chain(step.before.layers.keys()).enumerate();
            let chosen = chosen.filter(|(index, _)| picks >> (index % 8) & 1 == 1);
            let mut chosen: Vec<LayerId> = chosen.map(|(_, id)| id.clone()).collect();
            chosen.sort();
            chosen.dedup();
            let outcome = planned(&checked.desired, &step.before);
            let shared = Arc::new(checked.clone());
            let all = Comparison::new(&sources, shared, step.before.clone(), outcome);
            let scope = Scope::Layers(chosen.clone());
            for (scope, part) in [
                (Scope::All, Review::clone(all.all())),
                (scope, all.review(chosen)),
            ] {
                let (alone, _) = Review::new(&sources, &checked, &step.before, &scope, now());
                let document = json!(alone.to_report());
                prop_assert_eq!(json!(part.to_report()), document.clone());
                prop_assert_eq!(&alone.plan_id, &seal(document), "sealed piece by piece");
            }
        }
    }

    #[test]
    fn impact_is_what_a_count_over_slots_says(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            for impact in &step.outcome.impact {
                let after = &step.outcome.after[&impact.layer_id];
                let before = step.before.layer(&impact.layer_id);
                prop_assert_eq!(impact, &counted(before, after));
                adds_up(impact, after.slots.total())?;
                let saved = serde_json::to_string(impact).expect("JSON");
                let read: Impact = serde_json::from_str(&saved).expect("an impact");
                prop_assert_eq!(&read, impact);
            }
        }
    }

    #[test]
    fn whoever_stays_in_an_experiment_stays_in_the_variant(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let state = step.applied();
            let (before, after) = (Assigner::new(&step.before), Assigner::new(&state));
            for layer in step.before.layers.keys() {
                for number in 0..100 {
                    let unit = format!("user_{number}");
                    let had = given(&before, &state, layer, &unit);
                    let has = given(&after, &state, layer, &unit);
                    if let (Some((was, had)), Some((is, has))) = (had, has)
                        && was == is
                        && had.is_some()
                        && has.is_some()
                    {
                        prop_assert_eq!(had, has, "{} in {}", unit, is);
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_files_and_of_experiments_that_take_no_slots_is_nothing(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let other = planned(&reordered(step), &step.before);
            prop_assert_eq!(sorted(&other), sorted(&step.outcome));
            let slots = |outcome: &PlanOutcome| {
                let layers = outcome.after.values();
                layers.map(|layer| layer.slots.clone()).collect::<Vec<_>>()
            };
            prop_assert_eq!(slots(&other), slots(&step.outcome));
        }
    }

    #[test]
    fn a_ramp_up_leaves_every_unit_what_it_has(
        history in histories(),
        more in prop::collection::vec((0.0..0.1_f64, 0.0..0.1_f64), 12),
        new in proptest::option::of(0.0..0.3_f64),
    ) {
        let Some(step) = history.planned().into_iter().rfind(Step::is_allowed) else {
            return Ok(());
        };
        let state = step.applied();
        let outcome = planned(&grown(step.desired, &more, new), &state);
        let planned = state.with_layers(outcome.after.clone());
        let (before, after) = (Assigner::new(&state), Assigner::new(&planned));
        // There is an impact for each layer that may be applied.
        for impact in &outcome.impact {
            prop_assert!(!impact.is_disruptive(), "{:?}", impact);
            for ExperimentImpact { units, .. } in impact.experiments.iter() {
                let is_only_growing = units.lost() <= 0.0 && units.switching_in <= 0.0;
                prop_assert!(is_only_growing, "{:?}", impact);
            }
            for number in 0..200 {
                let unit = format!("user_{number}");
                let had = given(&before, &state, &impact.layer_id, &unit);
                if had.is_some() {
                    let has = given(&after, &state, &impact.layer_id, &unit);
                    prop_assert_eq!(had, has, "{}", unit);
                }
            }
        }
    }
}

proptest! {
    // Parsing takes most of the time.
    #![proptest_config(with_cases(32))]

    #[test]
    fn the_files_of_a_state_ask_for_nothing_more(history in histories()) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let state = step.applied();
            // These histories keep the sync rules only; their dates may break one of the files.
            if !check_sources(&exported(&state), now()).has_errors() {
                prop_assert_eq!(amiss(&state), [""; 0]);
            }
        }
    }

    #[test]
    fn a_review_is_applicable_when_nothing_is_wrong(history in histories()) {
        for step in history.planned() {
            let (review, after, has_errors) = reviewed(&step);
            prop_assert_eq!(review.is_applicable, !has_errors && step.is_allowed());
            prop_assert_eq!(review.plan().is_some(), review.is_applicable);
            if review.is_applicable {
                // The text of the files says what the values say.
                prop_assert_eq!(said(&after), said(&step.foreseen()));
            }
        }
    }

    #[test]
    fn a_saved_plan_does_what_was_reviewed(history in histories()) {
        for step in history.planned() {
            let (review, after, _) = reviewed(&step);
            let text = serde_json::to_string(&review.to_report()).expect("JSON");
            let saved = SavedPlan::read(&text).expect("a plan");
            let reopened = saved.reopen(&step.before, &JournalFacts::default(), now());
            let outcome = reopened.outcome;
            let refusal = outcome.as_ref().err().map(ToString::to_string);
            prop_assert_eq!(refusal.is_none(), review.is_applicable, "{:?}", refusal);
            let again = serde_json::to_string(&reopened.review.to_report()).expect("JSON");
            prop_assert_eq!(again, text);
            if review.is_applicable {
                let planned = outcome.expect("an applicable plan");
                prop_assert_eq!(said(&step.before.with_layers(planned)), said(&after));
                prop_assert_eq!(reopened.review.confirmation, review.confirmation);
            }
        }
    }
}

/// With more traffic and more reserve beyond it for what runs, and with a new experiment of this
/// share on each layer.
fn grown(mut desired: Desired, more: &[(f64, f64)], new: Option<f64>) -> Desired {
    let add = |share: Fraction, more: f64| {
        Fraction::new((share.value() + more).min(1.0)).expect("a share")
    };
    let layers = desired.layers.iter_mut();
    let experiments = layers.flat_map(|layer| &mut Arc::make_mut(layer).experiments);
    let running = experiments.filter(|experiment| experiment.holds_slots());
    for (experiment, (traffic, reserve)) in running.zip(more) {
        experiment.traffic_percentage = add(experiment.traffic_percentage, *traffic);
        experiment.reserved_percentage = add(experiment.reserved_percentage, traffic + reserve);
    }
    for layer in desired.layers.iter_mut().map(Arc::make_mut) {
        let created = new.and_then(Fraction::new).zip(layer.experiments.first());
        let created = created.map(|(share, like)| Experiment {
            experiment_id: format!("new on {}", layer.layer_id).into(),
            traffic_percentage: share,
            reserved_percentage: share,
            status: Status::Active,
            start_date: None,
            end_date: None,
            ..like.clone()
        });
        layer.experiments.extend(created);
    }
    desired
}

/// The experiment and the variant of a unit of the segment `vip`; without the variant where it is
/// drawn afresh each time. `state` knows the experiments.
fn given(
    assigner: &Assigner,
    state: &State,
    layer: &LayerId,
    unit: &str,
) -> Option<(String, Option<String>)> {
    let groups = Groups {
        segment: Some("vip"),
        ..Groups::default()
    };
    let given = assigner.assign(layer, unit, &groups, now());
    let given = given.expect("no group is missing");
    let id = given.experiment_id?;
    let (_, experiment) = state.experiment(id)?;
    let is_sticky = experiment.splitter.kind() != SplitterType::Random;
    let variant = given.variant.filter(|_| is_sticky);
    Some((id.to_string(), variant.map(ToString::to_string)))
}

/// Percentages and slots say the same, and all of it fits.
fn holds_what_it_says(layer: &LayerState) -> TestCaseResult {
    let total = layer.layer.total_slots;
    prop_assert_eq!(layer.slots.total(), total);
    let slots = by_slot(&layer.slots);
    let mut held = 0;
    let mut reserved = 0.0;
    for experiment in &layer.experiments {
        let id = experiment.experiment_id.to_string();
        let count = |usage| {
            let its = Some((id.clone(), usage));
            u32::try_from(slots.iter().filter(|slot| **slot == its).count()).expect("few")
        };
        let (active, kept) = (count(SlotUse::Active), count(SlotUse::Reserved));
        let share = |share: Fraction| {
            if experiment.holds_slots() {
                share.slots_of(total)
            } else {
                0
            }
        };
        prop_assert_eq!(
            active,
            share(experiment.traffic_percentage),
            "active of {}",
            id
        );
        prop_assert_eq!(
            active + kept,
            share(experiment.reserved_percentage),
            "held by {}",
            id
        );
        held += active + kept;
        if experiment.holds_slots() {
            reserved += experiment.reserved_percentage.value();
        }
    }
    prop_assert_eq!(held, layer.slots.used(), "nobody unknown holds a slot");
    prop_assert!(held <= total);
    prop_assert!(reserved <= layer.layer.total_traffic_percentage.value() + 1e-8);
    Ok(())
}

/// Only what is completed gives slots back.
fn keeps_its_slots(before: &LayerState, after: &LayerState) -> TestCaseResult {
    let (was, is) = (by_slot(&before.slots), by_slot(&after.slots));
    for (slot, (was, is)) in was.iter().zip(&is).enumerate() {
        let Some((id, usage)) = was else { continue };
        let experiment = after.experiment(&id.as_str().into());
        if experiment.is_some_and(|it| it.status == Status::Completed) {
            continue;
        }
        let same = |other: &&(String, SlotUse)| other.0 == *id;
        let now = is.as_ref().filter(same).map(|(_, usage)| *usage);
        let is_kept = now == Some(*usage) || now == Some(SlotUse::Active);
        prop_assert!(is_kept, "slot {} of {} became {:?}", slot, id, is);
    }
    Ok(())
}

/// The step's files, in canonical YAML.
fn files(step: &Step) -> Sources {
    let layers = step.desired.layers.iter();
    sources(layers.map(|layer| (format!("{}.yml", layer.layer_id), layer_file_text(layer))))
}

/// The step through files in canonical YAML: the review, the state after it, and whether the files
/// themselves have errors.
fn reviewed(step: &Step) -> (Review, State, bool) {
    let sources = files(step);
    let checked = check_sources(&sources, now());
    let (review, after) = Review::new(&sources, &checked, &step.before, &Scope::All, now());
    (review, step.before.with_layers(after), checked.has_errors())
}

fn layer_file_text(layer: &DesiredLayer) -> String {
    let mut state = LayerState::empty(Layer {
        layer_id: layer.layer_id.clone(),
        layer_salt: layer.layer_salt.clone(),
        total_slots: layer.total_slots.unwrap_or(DEFAULT_TOTAL_SLOTS),
        total_traffic_percentage: layer.total_traffic_percentage,
        hash_algorithm: layer.hash_algorithm.unwrap_or(HashAlgorithm::Sha256),
    });
    state.experiments.clone_from(&layer.experiments);
    // A state doesn't have the placement: it is the file's alone.
    let placement = layer.placement.as_str();
    config::layer_file_text(&state) + &format!("placement: {placement}\n")
}

/// The impact, slot by slot.
fn counted(before: Option<&LayerState>, after: &LayerState) -> Impact {
    let having = |layer: &LayerState, slot| {
        let run = layer.slots.run_at(SlotIndex(slot))?;
        let experiment = layer.experiment(&run.experiment_id)?;
        let has = run.usage == SlotUse::Active
            && experiment.is_assigning(now())
            && experiment.splitter.kind() != SplitterType::Random;
        has.then(|| run.experiment_id.clone())
    };
    let both = |slot| {
        let was = before.and_then(|layer| having(layer, slot));
        (was, having(after, slot))
    };
    let slots: Vec<(Holder, Holder)> = (0..after.slots.total()).map(both).collect();
    let part = |part: f64, is: &dyn Fn(&Holder, &Holder) -> bool| {
        let counted = slots.iter().filter(|(was, now)| is(was, now)).count();
        counted as f64 * part / slots.len() as f64
    };
    let share = |is: &dyn Fn(&Holder, &Holder) -> bool| part(1.0, is);
    let moves = |id: &ExperimentId, fraction: f64| {
        let its = |holder: &Holder| holder.as_ref() == Some(id);
        let share = |is: &dyn Fn(&Holder, &Holder) -> bool| part(fraction, is);
        UnitMoves {
            before: share(&|was, _| its(was)),
            after: share(&|_, is| its(is)),
            kept: share(&|was, is| its(was) && its(is)),
            joining: share(&|was, is| was.is_none() && its(is)),
            leaving: share(&|was, is| its(was) && is.is_none()),
            switching_out: share(&|was, is| its(was) && is.is_some() && !its(is)),
            switching_in: share(&|was, is| was.is_some() && !its(was) && its(is)),
        }
    };
    let experiments = after.experiments.iter().map(|experiment| {
        let id = &experiment.experiment_id;
        let was = before.and_then(|layer| layer.experiment(id));
        let arms = was.unwrap_or(experiment).traffic_allocation.arms().iter();
        let variants = arms.map(|arm| VariantImpact {
            variant: arm.variant.clone(),
            units: moves(id, arm.fraction.value()),
        });
        let is_grouped = matches!(experiment.splitter, Splitter::Segment(_));
        ExperimentImpact {
            experiment_id: id.clone(),
            units: moves(id, 1.0),
            variants: (!is_grouped).then(|| variants.collect()),
        }
    });
    Impact {
        layer_id: after.layer.layer_id.clone(),
        units_kept: share(&|was, is| was.is_some() && was == is),
        units_joining: share(&|was, is| was.is_none() && is.is_some()),
        units_leaving: share(&|was, is| was.is_some() && is.is_none()),
        units_switching: share(&|was, is| was.is_some() && is.is_some() && was != is),
        experiments: experiments
            .filter(|of| of.units.before > 0.0 || of.units.after > 0.0)
            .collect(),
    }
}

/// Who has the units of a slot.
type Holder = Option<ExperimentId>;

/// Every unit comes from somewhere and goes somewhere, counted in whole slots.
fn adds_up(impact: &Impact, total: u32) -> TestCaseResult {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of at most 1 of a u32 is a u32"
    )]
    let slots = |share: f64| (share * f64::from(total)).round() as u32;
    let sum = |of: fn(&UnitMoves) -> f64| {
        let experiments = impact.experiments.iter();
        experiments.map(|it| slots(of(&it.units))).sum::<u32>()
    };
    prop_assert_eq!(sum(|units| units.kept), slots(impact.units_kept));
    prop_assert_eq!(sum(|units| units.joining), slots(impact.units_joining));
    prop_assert_eq!(sum(|units| units.leaving), slots(impact.units_leaving));
    prop_assert_eq!(
        sum(|units| units.switching_out),
        slots(impact.units_switching)
    );
    prop_assert_eq!(
        sum(|units| units.switching_in),
        slots(impact.units_switching)
    );
    for ExperimentImpact { units, .. } in impact.experiments.iter() {
        let parts = [units.kept, units.leaving, units.switching_out].map(slots);
        prop_assert_eq!(slots(units.before), parts.iter().sum::<u32>());
        let parts = [units.kept, units.joining, units.switching_in].map(slots);
        prop_assert_eq!(slots(units.after), parts.iter().sum::<u32>());
    }
    Ok(())
}

/// The same layers in another order, and those of their experiments that take no slots moved.
fn reordered(step: &Step) -> Desired {
    let changes = step.outcome.changes.iter();
    let takers: BTreeSet<_> = changes
        .filter(|change| {
            change
                .action
                .slots()
                .is_some_and(|slots| slots.held_after() > slots.held_before())
        })
        .filter_map(|change| change.experiment_id.clone())
        .collect();
    let mut desired = step.desired.clone();
    desired.layers.reverse();
    for layer in desired.layers.iter_mut().map(Arc::make_mut) {
        let experiments = std::mem::take(&mut layer.experiments);
        let (takers, others): (Vec<_>, Vec<_>) = experiments
            .into_iter()
            .partition(|it| takers.contains(&it.experiment_id));
        layer.experiments = takers.into_iter().chain(others.into_iter().rev()).collect();
    }
    desired
}

/// The changes and the experiments of the outcome, in an order of their own.
fn sorted(outcome: &PlanOutcome) -> (BTreeSet<String>, BTreeSet<String>) {
    let changes = outcome.changes.iter();
    let changes = changes.map(|change| json!(change).to_string());
    let layers = outcome.after.iter();
    let experiments = layers.flat_map(|(id, layer)| {
        let experiments = layer.experiments.iter();
        experiments.map(move |it| json!(ExperimentRecord::new(id, it)).to_string())
    });
    (changes.collect(), experiments.collect())
}
