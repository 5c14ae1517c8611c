//! What holds for plans of single experiments, over generated histories of edits.

use std::collections::BTreeSet;

use avos::domain::{ExperimentId, ExperimentRecord, LayerState, SlotUse, State};
use avos::plan::{Action, Change, ChangedThing, PlanOutcome, Scope, plan_changes};
use proptest::prelude::*;
use serde_json::json;

use crate::support::cases::with_cases;
use crate::support::histories::{Step, histories};
use crate::support::reviewing::now;

fn staged(step: &Step, state: &State, chosen: Vec<ChangedThing>) -> PlanOutcome {
    plan_changes(&step.desired, state, &Scope::Only(chosen), now())
}

/// All that the files and the database have.
fn everything(step: &Step) -> Vec<ChangedThing> {
    let layers = step.desired.layers.iter();
    let in_files = layers.flat_map(|layer| {
        let ids = layer.experiments.iter().map(|it| &it.experiment_id);
        things(&layer.layer_id, ids)
    });
    let all: BTreeSet<ChangedThing> = in_files.collect();
    all.into_iter().collect()
}

fn things<'a>(
    layer_id: &'a avos::domain::LayerId,
    ids: impl Iterator<Item = &'a ExperimentId> + 'a,
) -> impl Iterator<Item = ChangedThing> + 'a {
    let ids = ids.cloned().map(Some).chain([None]);
    ids.map(|experiment_id| ChangedThing {
        layer_id: layer_id.clone(),
        experiment_id,
    })
}

/// Whatever a layer says, but which slots its experiments have: those depend on the order of applies.
fn said(layer: &LayerState) -> Vec<String> {
    let experiments = layer.experiments.iter().map(|experiment| {
        let id = &experiment.experiment_id;
        let record = ExperimentRecord::new(&layer.layer.layer_id, experiment);
        let counts = [SlotUse::Active, SlotUse::Reserved].map(|usage| layer.slots.count(id, usage));
        format!("{} {counts:?}", json!(record))
    });
    let mut said: Vec<String> = experiments.collect();
    said.sort();
    said.push(format!("{:?} {:?}", layer.layer, layer.holds));
    said
}

fn state_said(state: &State) -> Vec<Vec<String>> {
    state.layers.values().map(|layer| said(layer)).collect()
}

/// Every second bit chooses one.
fn chosen_of(things: &BTreeSet<ChangedThing>, picks: u16) -> [Vec<ChangedThing>; 2] {
    let (chosen, rest): (Vec<_>, Vec<_>) = things
        .iter()
        .cloned()
        .enumerate()
        .partition(|(index, _)| picks >> (index % 16) & 1 == 1);
    [chosen, rest].map(|part| part.into_iter().map(|(_, thing)| thing).collect())
}

fn is_about(thing: &ChangedThing, change: &Change) -> bool {
    thing.is_about(&change.layer_id, change.experiment_id.as_ref())
}

proptest! {
    #![proptest_config(with_cases(96))]

    #[test]
    fn everything_chosen_is_the_whole_plan(history in histories()) {
        for step in history.planned() {
            let all = staged(&step, &step.before, everything(&step));
            prop_assert_eq!(json!(all.changes), json!(step.outcome.changes));
            prop_assert_eq!(json!(all.impact), json!(step.outcome.impact));
            let broken = |outcome: &PlanOutcome| {
                let violations = outcome.violations.iter();
                let broken = violations.map(|it| format!("{} {:?}", it.rule.code, it.subject));
                broken.collect::<Vec<_>>()
            };
            prop_assert_eq!(broken(&all), broken(&step.outcome));
            if step.is_allowed() {
                let diff = |outcome: &PlanOutcome| {
                    outcome.diffs.iter().map(|diff| diff.unified.clone()).collect::<String>()
                };
                prop_assert_eq!(diff(&all), diff(&step.outcome));
            }
        }
    }

    #[test]
    fn a_part_and_then_the_rest_end_where_the_whole_does(history in histories(), picks: u16) {
        for step in history.planned().iter().filter(|step| step.is_allowed()) {
            let things: BTreeSet<ChangedThing> = step.outcome.changes.iter().map(ChangedThing::of).collect();
            let [chosen, rest] = chosen_of(&things, picks);
            let first = staged(step, &step.before, chosen.clone());
            if !first.violations.is_empty() {
                continue;
            }
            let between = step.before.with_layers(first.after.clone());
            for second in [
                staged(step, &between, rest),
                plan_changes(&step.desired, &between, &Scope::All, now()),
            ] {
                // In another order, whole slots may not suffice.
                if second.violations.is_empty() {
                    let end = between.with_layers(second.after.clone());
                    prop_assert_eq!(state_said(&end), state_said(&step.foreseen()));
                }
            }
        }
    }

    #[test]
    fn nothing_else_is_touched(history in histories(), picks: u16) {
        for step in history.planned() {
            let all: BTreeSet<ChangedThing> = everything(&step).into_iter().collect();
            let [chosen, _] = chosen_of(&all, picks);
            let outcome = staged(&step, &step.before, chosen.clone());
            let scope = Scope::Only(chosen.clone());
            for change in &outcome.changes {
                prop_assert!(scope.allows(change), "{:?}", change);
                let is_own = matches!(
                    change.action,
                    Action::CreateLayer { .. } | Action::UpdateLayer { .. }
                );
                let is_chosen = chosen.iter().any(|thing| is_about(thing, change));
                let is_noted = outcome.notes.iter().any(|note| {
                    note.code.as_str() == "goes-along" && note.layer_id == change.layer_id
                });
                prop_assert!(is_chosen || (is_own && is_noted), "{:?}", change);
            }
            for violation in &outcome.violations {
                let subject = &violation.subject;
                let is_chosen = chosen
                    .iter()
                    .any(|it| it.is_about(&subject.layer_id, subject.experiment_id.as_ref()));
                prop_assert!(is_chosen || subject.experiment_id.is_none(), "{:?}", violation);
            }
            for (id, after) in &outcome.after {
                let Some(before) = step.before.layer(id) else { continue };
                for has in &before.experiments {
                    let it = &has.experiment_id;
                    if !chosen.iter().any(|thing| thing.is_about(id, Some(it))) {
                        let same = after.experiment(it).is_some_and(|after| after.is_same(has));
                        prop_assert!(same, "{:?}", has);
                        let runs = |layer: &LayerState| {
                            let runs = layer.slots.runs().filter(|run| run.experiment_id == *it);
                            runs.map(|run| (run.first, run.last, run.usage)).collect::<Vec<_>>()
                        };
                        prop_assert_eq!(runs(before), runs(after));
                        prop_assert_eq!(before.holds.get(it), after.holds.get(it));
                    }
                }
            }
        }
    }
}
