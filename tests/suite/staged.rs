//! Plans of single experiments: what goes along, what stays out, and which errors stand in the way.

use avos::domain::State;
use avos::plan::{ChangedThing, Scope};
use avos::review::{JournalFacts, Review, SavedPlan, choose_only};

use crate::support::layers::{ExperimentYaml, LayerYaml, experiment, layer};
use crate::support::reviewing::{
    changes, check_all, errors, nothing, now, review_files, sources, state_of,
};

fn layer_home() -> LayerYaml {
    layer("home")
}

/// The ids of experiments or layers.
fn chosen(files: &[(String, String)], state: &State, ids: &[&str]) -> Result<Scope, String> {
    let ids: Vec<_> = ids.iter().map(|id| (*id).into()).collect();
    let checked = check_all(&sources(files.iter().cloned()));
    choose_only(&ids, &checked, state).map_err(|refused| format!("{refused}; {}", refused.help()))
}

/// The plan of only these.
fn staged(files: &[LayerYaml], state: &State, ids: &[&str]) -> Review {
    let files: Vec<_> = files.iter().map(LayerYaml::file).collect();
    staged_files(&files, state, ids)
}

fn staged_files(files: &[(String, String)], state: &State, ids: &[&str]) -> Review {
    let scope = chosen(files, state, ids).expect("known ids");
    review_files(&sources(files.iter().cloned()), state, &scope)
}

/// Each note as `code message`.
fn notes(review: &Review) -> Vec<String> {
    let notes = review.notes.iter();
    notes
        .map(|note| format!("{} {}", note.code.as_str(), note.message))
        .collect()
}

/// The message and the help of each error that blocks.
fn blocking(review: &Review) -> Vec<String> {
    let errors = review.blocking_errors();
    errors
        .map(|error| format!("{}; {}", error.diagnostic.message, error.diagnostic.help))
        .collect()
}

fn active(id: &str, share: f64) -> ExperimentYaml {
    experiment(id).set("traffic_percentage", share)
}

fn paused(id: &str) -> ExperimentYaml {
    experiment(id).set("status", "paused")
}

fn completed(id: &str, share: f64) -> ExperimentYaml {
    active(id, share).set("status", "completed")
}

#[test]
fn only_what_is_chosen_changes_whatever_else_the_files_say() {
    let state = state_of(&[
        layer_home()
            .with(active("hero", 0.1))
            .with(active("nav", 0.1)),
        layer("cart").with(experiment("pay")),
    ]);
    let files = [
        layer_home()
            .set("total_traffic_percentage", 0.9)
            .with(active("new", 0.2))
            .with(active("hero", 0.3).set("name", "Hero"))
            .with(paused("nav")),
        layer("cart").with(completed("pay", 0.1)),
    ];
    let pause = staged(&files, &state, &["nav"]);
    assert_eq!(changes(&pause), ["set_status nav active→paused"]);
    assert!(pause.is_applicable);
    assert_eq!((notes(&pause).len(), pause.impact.len()), (0, 1));
    assert!((pause.impact[0].units_leaving - 0.1).abs() < 1e-9);
    let ramp = staged(&files, &state, &["hero"]);
    assert_eq!(
        changes(&ramp),
        [
            "edit hero name hero→Hero",
            "ramp_up hero 0.1→0.3 active 10→30 reserved 0→0"
        ]
    );
    let both = staged(&files, &state, &["pay", "nav", "nav"]);
    assert_eq!(
        changes(&both),
        [
            "complete pay active→completed active 10→0 reserved 0→0",
            "set_status nav active→paused"
        ]
    );
    let own = staged(&files, &state, &["home"]);
    assert_eq!(changes(&own), ["update_layer home 1.0→0.9"]);
    // The scope is part of the document, and so of the id.
    let document = serde_json::to_value(pause.to_report()).expect("JSON");
    assert_eq!(
        document["only"],
        serde_json::json!([{"layer_id": "home", "experiment_id": "nav"}])
    );
    assert_eq!(document["chosen_layers"], serde_json::json!(["home"]));
    assert_ne!(
        pause.plan_id,
        staged(&files, &state, &["nav", "home"]).plan_id
    );
}

#[test]
fn a_new_layer_goes_along_with_its_first_experiment() {
    let files = [layer_home()
        .set("total_traffic_percentage", 0.8)
        .with(active("hero", 0.1))
        .with(active("nav", 0.1))];
    let review = staged(&files, &nothing(), &["nav"]);
    assert_eq!(
        changes(&review),
        [
            "create_layer home",
            "create_experiment nav active 0→10 reserved 0→0"
        ]
    );
    insta::assert_snapshot!(notes(&review).join("\n"), @"goes-along layer `home` goes along: the database doesn't have it yet");
    let with_layer = staged(&files, &nothing(), &["nav", "home"]);
    assert_eq!(changes(&with_layer), changes(&review));
    assert!(notes(&with_layer).is_empty(), "it was chosen");
    let alone = staged(&files, &nothing(), &["home"]);
    assert_eq!(changes(&alone), ["create_layer home"]);
}

#[test]
fn a_larger_cap_goes_along_only_where_it_is_needed() {
    let database = layer_home()
        .set("total_traffic_percentage", 0.3)
        .with(active("hero", 0.1))
        .with(active("nav", 0.1));
    let state = state_of(&[database]);
    let files = [layer_home()
        .set("total_traffic_percentage", 0.8)
        .with(active("hero", 0.3))
        .with(active("nav", 0.2))];
    let small = staged(&files, &state, &["nav"]);
    assert_eq!(
        changes(&small),
        ["ramp_up nav 0.1→0.2 active 10→20 reserved 0→0"]
    );
    assert!(notes(&small).is_empty());
    let large = staged(&files, &state, &["hero"]);
    assert!(large.is_applicable);
    assert_eq!(
        changes(&large),
        [
            "update_layer home 0.3→0.8",
            "ramp_up hero 0.1→0.3 active 10→30 reserved 0→0"
        ]
    );
    insta::assert_snapshot!(notes(&large).join("\n"), @"goes-along `total_traffic_percentage` of layer `home` goes along, 0.3 to 0.8: what was chosen needs it");
}

#[test]
fn a_completion_that_would_free_slots_stays_out_and_is_named() {
    let state = state_of(&[layer_home()
        .with(active("old", 0.5))
        .with(active("older", 0.3))
        .with(active("stays", 0.1))]);
    let files = [layer_home()
        .with(completed("old", 0.5))
        .with(completed("older", 0.3))
        .with(active("stays", 0.1))
        .with(active("new", 0.6))
        .with(active("newer", 0.1))];
    let review = staged(&files, &state, &["new"]);
    assert!(!review.is_applicable);
    assert!(changes(&review).is_empty());
    insta::assert_snapshot!(blocking(&review).join("\n"), @"layer `home` holds at most 1.0, but 1.5 is asked for; choose `old` as well (`--only old`): its completion frees 50 slots; or lower the percentages by 0.5 together, or complete an experiment");
    let review = staged(&files, &state, &["new", "old"]);
    assert!(review.is_applicable, "{:?}", errors(&review));
    let review = staged(&files, &state, &["newer"]);
    assert!(review.is_applicable, "{:?}", errors(&review));
    // Both are needed.
    let files = [layer_home()
        .with(completed("old", 0.5))
        .with(completed("older", 0.3))
        .with(active("stays", 0.1))
        .with(active("new", 0.9))];
    let review = staged(&files, &state, &["new"]);
    insta::assert_snapshot!(blocking(&review).join("\n"), @"layer `home` holds at most 1.0, but 1.8 is asked for; choose `old` and `older` as well (`--only old older`): their completions free 80 slots; or lower the percentages by 0.8 together, or complete an experiment");
    // Nothing would free enough.
    let files = [layer_home()
        .with(active("stays", 0.1))
        .with(active("new", 0.9))];
    let review = staged(&files, &state, &["new"]);
    insta::assert_snapshot!(blocking(&review).join("\n"), @"layer `home` holds at most 1.0, but 1.8 is asked for; lower the percentages by 0.8 together, or complete an experiment");
}

#[test]
fn slots_that_rounding_uses_up_are_missed_like_others() {
    let seven = || layer_home().set("total_slots", 7);
    let state = state_of(&[seven().with(active("old", 0.1)).with(active("big", 0.8))]);
    let files = [seven()
        .with(completed("old", 0.1))
        .with(active("big", 0.8))
        .with(active("new", 0.1))];
    let review = staged(&files, &state, &["new"]);
    insta::assert_snapshot!(blocking(&review).join("\n"), @"experiment `new` needs 1 slot more of layer `home`, which has 0 free: percentages are rounded up to whole slots; choose `old` as well (`--only old`): its completion frees 1 slot; or lower a percentage so that it takes 1 slot less; one slot is 0.142857143 of the layer");
    assert!(staged(&files, &state, &["new", "old"]).is_applicable);
}

#[test]
fn an_experiment_that_moved_is_refused_as_ever() {
    let state = state_of(&[layer_home().with(experiment("hero")), layer("cart")]);
    let files = [layer_home(), layer("cart").with(experiment("hero"))];
    let review = staged(&files, &state, &["hero"]);
    assert_eq!(
        errors(&review),
        ["immutable-layer cart.yml:5 experiments[0].layer_id"]
    );
}

#[test]
fn what_only_the_database_has_stays() {
    let state = state_of(&[layer_home().with(experiment("hero"))]);
    let review = staged(&[layer_home()], &state, &["hero"]);
    assert!(review.is_applicable && review.changes.is_empty());
    assert_eq!(
        notes(&review),
        ["only-in-database `hero` (active, 10 slots) is only in the database and stays on `home`"]
    );
    let review = staged(&[layer("cart")], &state, &["hero"]);
    assert_eq!(notes(&review).len(), 1);
    let review = staged(&[layer("cart")], &state, &["home"]);
    assert!(review.is_applicable && review.changes.is_empty());
}

#[test]
fn ids_must_be_known() {
    let state = state_of(&[layer("homepage").with(experiment("hero_v1"))]);
    let files = [layer("homepage").with(experiment("hero_v2")).file()];
    let staged = |layer: &str, experiment: Option<&str>| {
        Ok(Scope::Only(vec![ChangedThing {
            layer_id: layer.into(),
            experiment_id: experiment.map(Into::into),
        }]))
    };
    assert_eq!(
        chosen(&files, &state, &["hero_v1"]),
        staged("homepage", Some("hero_v1"))
    );
    assert_eq!(
        chosen(&files, &state, &["hero_v2"]),
        staged("homepage", Some("hero_v2"))
    );
    assert_eq!(
        chosen(&files, &state, &["homepage"]),
        staged("homepage", None)
    );
    assert_eq!(chosen(&files, &state, &[]), Ok(Scope::All));
    insta::assert_snapshot!(chosen(&files, &state, &["hero_v3"]).unwrap_err(), @"there is no experiment `hero_v3` in the files or in the database; did you mean `hero_v1` or `hero_v2`?");
    insta::assert_snapshot!(chosen(&files, &state, &["x"]).unwrap_err(), @"there is no experiment `x` in the files or in the database; the files list the existing experiments, and so does `avos layers`");
    // An experiment with the id of a layer comes first.
    let both = [layer("homepage").with(experiment("homepage")).file()];
    assert_eq!(
        chosen(&both, &state, &["homepage"]),
        staged("homepage", Some("homepage"))
    );
}

#[test]
fn a_file_that_is_no_yaml_hides_its_experiments() {
    let state = state_of(&[layer_home().with(experiment("hero"))]);
    let broken = ("home.yml".to_owned(), "layer_id: [home".to_owned());
    let files = [broken, layer("cart").with(experiment("pay")).file()];
    insta::assert_snapshot!(chosen(&files, &state, &["hero"]).unwrap_err(), @"experiment `hero` isn't in any file that can be read, and of these the experiments can't be read: home.yml; fix those files first: while a file isn't valid YAML, nothing in it can be used");
    assert!(chosen(&files, &state, &["pay"]).is_ok());
    let review = staged_files(&files, &state, &["pay"]);
    assert!(review.is_applicable);
    // The layer is known, but not its experiments.
    let text = "layer_id: home\nlayer_salt: salt of home\nexperiments: 7\n";
    let files = [("home.yml".to_owned(), text.to_owned())];
    assert!(chosen(&files, &state, &["hero"]).is_err());
}

/// A layer file with `pause`, `ramp` and `new`, which are sound, and something wrong.
fn wrong(edit: impl FnOnce(LayerYaml) -> LayerYaml) -> Vec<(String, String)> {
    let file = layer_home()
        .with(paused("pause"))
        .with(active("ramp", 0.2))
        .with(active("new", 0.1));
    vec![edit(file).file()]
}

/// Which of the sound experiments can be planned, and whether the layer's own change can.
fn plannable(files: &[(String, String)]) -> String {
    let state = state_of(&[layer_home()
        .with(experiment("pause"))
        .with(experiment("ramp"))
        .with(experiment("bad"))]);
    let can = ["pause", "ramp", "new", "home"].into_iter().filter(|id| {
        let review = staged_files(files, &state, &[id]);
        assert!(!errors(&review).is_empty(), "errors are shown");
        let is_blocked = review.blocking_errors().next().is_some();
        assert_eq!(review.is_applicable, !is_blocked);
        if !is_blocked && *id != "home" {
            assert!(!review.changes.is_empty(), "{id}");
            let text = serde_json::to_string(&review.to_report()).expect("JSON");
            let saved = SavedPlan::read(&text).expect("a plan");
            let reopened = saved.reopen(&state, &JournalFacts::default(), now());
            assert!(reopened.outcome.is_ok(), "{:?}", reopened.outcome);
        }
        !is_blocked
    });
    can.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_error_stands_in_the_way_only_of_what_it_concerns() {
    let all = "pause ramp new home";
    for (bad, what) in [
        (
            experiment("bad").set("traffic_percentage", "half"),
            "a wrong type",
        ),
        (
            experiment("bad").set("traffic_percentge", 0.2),
            "a misspelled key",
        ),
        (
            experiment("bad").set("traffic_allocation", "{a: 0.5}"),
            "an allocation",
        ),
        (
            experiment("bad")
                .set("layer_id", "x")
                .set("status", "actve"),
            "a status",
        ),
        (experiment("\"\""), "no id"),
    ] {
        assert_eq!(plannable(&wrong(|layer| layer.with(bad))), all, "{what}");
    }
    // What has a sound value is kept, so the sum is only of what is sound.
    let own = |key: &str, value: &str| plannable(&wrong(|layer| layer.set(key, value)));
    assert_eq!(
        own("owner", "ada"),
        all,
        "a key of the layer that decides nothing"
    );
    assert_eq!(own("total_slots", "0"), "pause");
    assert_eq!(own("total_slot", "100"), "pause", "a misspelled key");
    assert_eq!(own("hash_algorithm", "crc"), "pause");
    assert_eq!(own("total_traffic_percentage", "80"), "pause");
    assert_eq!(own("layer_salt", "[]"), "pause");
    let full = wrong(|layer| layer.with(active("bad", 0.9)));
    assert_eq!(plannable(&full), "pause", "a sum that is too large");
}

#[test]
fn an_error_of_its_own_blocks_and_so_does_its_id_elsewhere() {
    let state = state_of(&[layer_home()
        .with(experiment("hero"))
        .with(experiment("nav"))]);
    let twice = [
        layer_home().with(paused("hero")).with(paused("nav")).file(),
        layer("cart").with(experiment("hero")).file(),
    ];
    let review = staged_files(&twice, &state, &["hero"]);
    assert!(!review.is_applicable);
    assert!(staged_files(&twice, &state, &["nav"]).is_applicable);
    let wrong = [layer_home()
        .with(paused("hero").set("traffic_percentage", 2))
        .with(paused("nav"))
        .file()];
    assert!(!staged_files(&wrong, &state, &["hero"]).is_applicable);
    assert!(!staged_files(&wrong, &state, &["hero", "nav"]).is_applicable);
    assert!(staged_files(&wrong, &state, &["nav"]).is_applicable);
    // Nobody knows which of two files of a layer is meant.
    let (_, text) = layer_home().with(paused("hero")).file();
    let copied = [
        ("a.yml".to_owned(), text.clone()),
        ("b.yml".to_owned(), text),
    ];
    assert!(!staged_files(&copied, &state, &["hero"]).is_applicable);
}

#[test]
fn a_salt_that_changed_blocks_whatever_takes_slots() {
    let state = state_of(&[layer_home()
        .with(experiment("hero"))
        .with(experiment("nav"))]);
    let files = [layer_home()
        .set("layer_salt", "another")
        .with(paused("hero"))
        .with(active("nav", 0.2))];
    assert!(staged(&files, &state, &["hero"]).is_applicable);
    assert_eq!(
        errors(&staged(&files, &state, &["nav"])),
        ["immutable-salt home.yml:2 layer_salt"]
    );
}
