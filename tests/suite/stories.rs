//! Stories that the original AVOS went through, step by step: what it accepted, whom it gave which
//! slots, and what units got.

use std::collections::BTreeMap;

use avos::assign::{AssignError, Assigner, Groups};
use avos::config::{SourceFile, Sources, check_sources};
use avos::domain::{ExperimentRecord, HashAlgorithm, State};
use avos::plan::Scope;
use avos::review::Review;
use avos::store::MemoryStore;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::exporting::amiss;
use crate::support::world::World;

/// A run of the original through several directories, each applied to what the last one left.
#[derive(Deserialize)]
pub(crate) struct Story {
    pub(crate) seed: u64,
    /// What new layers take.
    pub(crate) hash_algorithm: HashAlgorithm,
    pub(crate) steps: Vec<Step>,
}

/// One directory.
#[derive(Deserialize)]
pub(crate) struct Step {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) accepted: bool,
    reference_error: Option<String>,
    /// Layer to `[first, last, experiment]` or `[first, last, experiment, use]`.
    #[serde(default)]
    pub(crate) slots: BTreeMap<String, Vec<Value>>,
    #[serde(default)]
    experiments: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) assignments: Vec<Value>,
}

/// When the original was asked for its assignments.
fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("a timestamp")
}

/// The stories of a fixture.
pub(crate) fn stories(file: &str) -> Vec<Story> {
    let path = format!(
        "{}/tests/fixtures/reference/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("a fixture");
    serde_json::from_str(&text).expect("stories")
}

fn review(step: &Step, state: &State) -> Review {
    let file = |(name, text): (&String, &String)| SourceFile {
        name: name.clone(),
        content: Ok(text.as_str().into()),
    };
    let sources = Sources::new("configs", step.files.iter().map(file).collect());
    let checked = check_sources(&sources, now());
    Review::new(&sources, &checked, state, &Scope::All, now()).0
}

/// Our codes for the reason that the original gives: it stops at the first, so ours is among all
/// that we find.
fn codes_of(reason: &str) -> &'static [&'static str] {
    let codes: &[(&str, &[&str])] = &[
        ("layer_salt mismatch", &["immutable-salt"]),
        ("total_slots mismatch", &["immutable-slots"]),
        // What is completed can't change at all: ours says that rather than what changed.
        (
            "variants cannot be changed",
            &["immutable-variants", "completed-final"],
        ),
        (
            "splitter_type cannot be changed",
            &["immutable-splitter", "completed-final"],
        ),
        ("allocation cannot be changed", &["immutable-allocation"]),
        ("allocations cannot be changed", &["immutable-allocation"]),
        ("winner allocation is allowed", &["winner-needs-completed"]),
        ("is completed and cannot be", &["completed-final"]),
        ("traffic_percentage cannot decrease", &["ramp-down"]),
        ("exceeds layer capacity", &["capacity"]),
        ("failed to add experiment", &["capacity"]),
        ("reserved_percentage must be >=", &["reserve-below-traffic"]),
    ];
    let known = codes.iter().find(|(words, _)| reason.contains(words));
    known.unwrap_or_else(|| panic!("no code for {reason:?}")).1
}

/// Goes through a story. `README.md` beside the stories says where ours differs on purpose; of
/// that nothing occurs in them, so every step must be as it was.
pub(crate) fn retell(story: &Story, world: &mut impl World) {
    for (number, step) in story.steps.iter().enumerate() {
        let at = format!("story {} step {number}", story.seed);
        let before = world.state();
        let review = review(step, &before);
        let errors = review.diagnostics().filter(|found| found.is_error());
        let codes: Vec<&str> = errors.map(|found| found.rule.code).collect();
        let Some(plan) = review.plan() else {
            let reason = step.reference_error.as_deref().unwrap_or_default();
            assert!(!step.accepted, "{at} is refused by {codes:?}");
            let expected = codes_of(reason);
            let is_said = expected.iter().any(|code| codes.contains(code));
            assert!(is_said, "{at}: {reason} became {codes:?}");
            continue;
        };
        let reason = &step.reference_error;
        assert!(step.accepted, "{at} is accepted in spite of {reason:?}");
        world.apply(&plan);
        let after = world.state();
        assert_eq!(slots(&after, step), json!(step.slots), "{at}");
        assert_eq!(experiments(&after, step), json!(step.experiments), "{at}");
        assert_assignments(&after, step, &at);
        let again = self::review(step, &after);
        assert!(again.is_applicable, "{at}, once more");
        let rest = (again.changes.len(), again.diff_text());
        assert_eq!(rest, (0, String::new()), "{at}, once more");
        assert_eq!(amiss(&after), [""; 0], "{at}, exported");
    }
}

/// Whether the step comes from the version that can reserve.
fn has_reserve(step: &Step) -> bool {
    let mut experiments = step.experiments.values();
    experiments.any(|experiment| experiment.get("reserved_percentage").is_some())
}

/// The slot runs of every layer as the stories write them.
fn slots(state: &State, step: &Step) -> Value {
    let layers = state.layers.iter().map(|(id, layer)| {
        let mut runs: Vec<Value> = layer.slots.runs().map(|run| json!(run)).collect();
        if !has_reserve(step) {
            for run in runs.iter_mut().filter_map(Value::as_array_mut) {
                assert_eq!(run.pop(), Some(json!("active")));
            }
        }
        (id.to_string(), Value::from(runs))
    });
    layers.collect()
}

/// The experiments as the stories write them.
fn experiments(state: &State, step: &Step) -> Value {
    let layers = state.layers.values();
    let experiments = layers.flat_map(|layer| {
        let layer_id = &layer.layer.layer_id;
        layer.experiments.iter().map(move |experiment| {
            let record = json!(ExperimentRecord::new(layer_id, experiment));
            let mut shown = json!({});
            for key in ["status", "traffic_percentage", "traffic_allocation", "name"] {
                shown[key] = record[key].clone();
            }
            if has_reserve(step) {
                shown["reserved_percentage"] = json!(experiment.reserved_percentage);
            }
            (experiment.experiment_id.to_string(), shown)
        })
    });
    experiments.collect()
}

fn assert_assignments(state: &State, step: &Step, at: &str) {
    let assigner = Assigner::new(state);
    for theirs in &step.assignments {
        let text = |key: &str| theirs[key].as_str().expect("text");
        let (layer, unit) = (text("layer_id").into(), text("unit_id"));
        let ours = assigner.assign(&layer, unit, &Groups::default(), now());
        // The units come without groups, which a grouped splitter of either program refuses.
        if theirs["status"] == "error" {
            let is_refused = matches!(ours, Err(AssignError::MissingGroup { .. }));
            assert!(is_refused, "{at} {unit}: {ours:?}");
            continue;
        }
        let mut ours = json!(ours.unwrap_or_else(|error| panic!("{at}: {error}")));
        ours.as_object_mut()
            .expect("an object")
            .remove("experiment_name");
        assert_eq!(ours, *theirs, "{at}");
    }
}

/// Retells every story of a file, each in a world of its own.
fn retell_all<W: World>(file: &str, steps: usize, world: impl Fn(HashAlgorithm) -> W) {
    let stories = stories(file);
    let found: usize = stories.iter().map(|story| story.steps.len()).sum();
    assert_eq!(found, steps, "{file} is complete");
    for story in &stories {
        retell(story, &mut world(story.hash_algorithm));
    }
}

#[test]
fn the_stories_of_the_original_end_alike() {
    retell_all("sync_scenarios.json", 210, MemoryStore::new);
}

#[test]
fn the_stories_with_a_reserve_end_alike() {
    retell_all("sync_scenarios_reserved.json", 105, MemoryStore::new);
}

/// The same stories on a server.
#[cfg(feature = "postgres")]
mod in_postgres {
    use super::*;
    use crate::support::postgres::TestDatabase;

    #[test]
    #[ignore = "needs a PostgreSQL server"]
    fn the_stories_of_the_original_end_alike() {
        retell_all("sync_scenarios.json", 210, TestDatabase::with_hash);
    }

    #[test]
    #[ignore = "needs a PostgreSQL server"]
    fn the_stories_with_a_reserve_end_alike() {
        retell_all("sync_scenarios_reserved.json", 105, TestDatabase::with_hash);
    }
}

/// A database that the original made holds its states as well: the same stories through SQLite.
#[cfg(feature = "store")]
mod in_a_database {
    use super::*;
    use crate::support::world::InDatabase;

    #[test]
    fn the_stories_of_the_original_end_alike() {
        retell_all("sync_scenarios.json", 210, |_| {
            InDatabase::emptied("python_2025.db")
        });
    }

    #[test]
    fn the_stories_with_a_reserve_end_alike() {
        retell_all("sync_scenarios_reserved.json", 105, |_| {
            InDatabase::emptied("python_2026.db")
        });
    }
}
