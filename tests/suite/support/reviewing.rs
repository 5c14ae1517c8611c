//! From layer files to a review, and to the state after it.

use avos::config::{Checked, SourceFile, Sources, check_sources};
use avos::domain::{HashAlgorithm, Revision, State};
use avos::plan::{Change, PlanId, Scope};
use avos::review::{Review, seal};
use avos::store::MemoryStore;
#[cfg(feature = "store")]
use avos::store::{Author, Snapshot, SqliteStore, StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use super::layers::LayerYaml;
use super::world::World;

/// The time at which tests plan.
pub(crate) fn now() -> Timestamp {
    "2025-06-01T12:00:00Z".parse().expect("a timestamp")
}

/// Sources of files given by name and text.
pub(crate) fn sources(files: impl IntoIterator<Item = (String, String)>) -> Sources {
    let files = files.into_iter().map(|(name, text)| SourceFile {
        name,
        content: Ok(text.into()),
    });
    Sources::new("configs", files.collect())
}

/// The checked files.
pub(crate) fn check_all(sources: &Sources) -> Checked {
    check_sources(sources, now())
}

/// The review of some files against a state.
pub(crate) fn review_files(sources: &Sources, state: &State, scope: &Scope) -> Review {
    Review::new(sources, &check_all(sources), state, scope, now()).0
}

/// The review of these layers, all of them, against a state.
pub(crate) fn review(layers: &[LayerYaml], state: &State) -> Review {
    let sources = sources(layers.iter().map(LayerYaml::file));
    review_files(&sources, state, &Scope::All)
}

/// The id of a plan of these changes for this state: every plan has another one.
pub(crate) fn id_of_plan(changes: &[Change], state: &State) -> PlanId {
    seal(json!({"base_journal": state.last_entry, "changes": changes}))
}

/// A database without anything.
pub(crate) fn nothing() -> State {
    State {
        revision: Revision::new("0"),
        ..State::empty(HashAlgorithm::Sha256)
    }
}

/// The state after applying these layers, which must be applicable. Its revision counts the applies,
/// so that the ids of the plans made for it can be pinned whatever a store's revision is made of.
pub(crate) fn after(layers: &[LayerYaml], state: State) -> State {
    let applies: u32 = state.revision.as_str().parse().expect("a count");
    let review = review(layers, &state);
    let refused = || panic!("not applicable: {:?}", errors(&review));
    let mut world = MemoryStore::from(state);
    World::apply(&mut world, &review.plan().unwrap_or_else(refused));
    State {
        revision: Revision::new((applies + 1).to_string()),
        last_entry: None,
        ..world.state()
    }
}

/// Applies these layers, which must be applicable, to a database at this time.
#[cfg(feature = "store")]
pub(crate) fn apply(store: &SqliteStore, layers: &[LayerYaml], at: Timestamp) {
    let snapshot = match store.snapshot() {
        Err(StoreError::Missing { .. }) => Snapshot::empty(),
        read => read.expect("a database"),
    };
    let review = review(layers, &snapshot.state);
    let refused = || panic!("not applicable: {:?}", errors(&review));
    let plan = review.plan().unwrap_or_else(refused);
    store
        .apply(&plan, &Author::new("ada@example", at))
        .expect("an apply");
}

/// The state of a database that these layers were applied to.
pub(crate) fn state_of(layers: &[LayerYaml]) -> State {
    after(layers, nothing())
}

/// Each error as `code file:line path`.
pub(crate) fn errors(review: &Review) -> Vec<String> {
    let errors = review.diagnostics().filter(|found| found.is_error());
    errors
        .map(|found| {
            let (place, path) = (&found.span, &found.path);
            format!("{} {}:{} {path}", found.rule.code, place.file, place.line)
        })
        .collect()
}

/// Each change as `kind experiment field from→to active a→b reserved a→b`, as far as it has these;
/// the layer for changes of a layer.
pub(crate) fn changes(review: &Review) -> Vec<String> {
    review.changes.iter().map(in_short).collect()
}

fn in_short(change: &Change) -> String {
    let json = serde_json::to_value(change).expect("JSON");
    let shown = |key: &str| match json.get(key) {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(value) => Some(value.to_string()),
    };
    let whom = change.experiment_id.as_ref().map(ToString::to_string);
    let mut words = vec![
        change.action.kind().to_owned(),
        whom.unwrap_or_else(|| change.layer_id.to_string()),
    ];
    words.extend(shown("field"));
    if json.get("from").is_some() {
        let end = |key| shown(key).unwrap_or_else(|| "none".to_owned());
        words.push(format!("{}→{}", end("from"), end("to")));
    }
    if let Some(slots) = change.action.slots() {
        words.push(format!(
            "active {}→{}",
            slots.active_before, slots.active_after
        ));
        words.push(format!(
            "reserved {}→{}",
            slots.reserved_before, slots.reserved_after
        ));
    }
    words.extend(shown("winner").map(|winner| format!("winner {winner}")));
    words.join(" ")
}
