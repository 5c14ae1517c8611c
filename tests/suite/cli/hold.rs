//! `avos hold` and `avos release`, and what plans make of a hold.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use avos::domain::{LayerState, Status};
use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, keys, plan};

over_named_stores! {
    a_hold_pauses_at_once_and_outlasts_every_apply_until_it_is_released
    people_read_how_it_stands
    all_but_the_resume_is_applied
    a_completion_ends_the_hold
    a_hold_that_is_over_ends_with_the_plan_that_resumes
    what_another_program_resumed_is_paused_again
    a_plan_pauses_what_is_held_and_was_made_active
    a_release_says_what_is_so_of_an_active_experiment
    a_staged_plan_says_what_else_is_held_in_its_layers
    a_plan_from_before_the_hold_is_stale
    what_cannot_be_held_is_refused_with_a_reason
    layers_and_export_say_what_is_held
    a_hold_in_force_is_replaced_where_that_is_asked_for
    an_end_that_no_database_can_keep_is_refused
}

const ID: &str = "hero_layout_v1";

fn hold(place: &Place, more: &[&str]) -> Run {
    let words = ["hold", ID, "--db", &place.db, "--reason", "checkout fails"];
    avos(&[&words[..], more].concat())
}

fn release(place: &Place, more: &[&str]) -> Run {
    avos(&[&["release", ID, "--db", &place.db], more].concat())
}

fn layer(place: &Place) -> Arc<LayerState> {
    let layer = place.store().layer(&"homepage_hero".into());
    layer.expect("a state").expect("the layer")
}

fn status(place: &Place) -> Status {
    let experiment = layer(place).experiment(&ID.into()).cloned();
    experiment.expect("the experiment").status
}

/// The changes of a plan as `kind experiment`, and the messages of its `held` notes.
fn planned(place: &Place, configs: &str) -> (Vec<String>, Vec<String>) {
    let document = plan(place, configs, &["--format", "json"]).json();
    let list = |key: &str| document[key].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let changes = list("changes");
    let changes = changes.iter().map(|change| {
        format!(
            "{} {}",
            text(&change["kind"]),
            text(&change["experiment_id"])
        )
    });
    let notes = list("notes");
    let notes = notes.iter().filter(|note| note["code"] == "held");
    (
        changes.collect(),
        notes.map(|note| text(&note["message"])).collect(),
    )
}

/// The files of version 1, in which `from` of this experiment's layer becomes `to`.
fn edited(place: &Place, from: &str, to: &str) -> String {
    let text = fs::read_to_string(Path::new(&example("v1")).join("homepage_hero.yml"));
    let text = text.expect("a file");
    assert!(text.contains(from), "{text}");
    place.configs(&[("homepage_hero.yml", &text.replace(from, to))])
}

fn a_hold_pauses_at_once_and_outlasts_every_apply_until_it_is_released(kind: StoreKind) {
    let place = kind.at("v1");
    let held = hold(&place, &["--format", "json"]);
    assert_eq!((held.code, held.err.as_str()), (0, ""));
    let document = held.json();
    let all = [
        "experiment_id",
        "format_version",
        "held",
        "journal_id",
        "layer_id",
        "reason",
        "revision",
        "since",
        "until",
    ];
    assert_eq!(keys(&document), all);
    assert_eq!(
        (
            &document["layer_id"],
            &document["held"],
            &document["journal_id"]
        ),
        (&json!("homepage_hero"), &json!(true), &json!(2))
    );
    assert_eq!(status(&place), Status::Paused);

    let (changes, notes) = planned(&place, &example("v1"));
    assert!(changes.is_empty(), "{changes:?}");
    let [note] = &notes[..] else {
        panic!("{notes:?}")
    };
    assert!(note.starts_with("`hero_layout_v1` is held by "), "{note}");
    assert!(
        note.ends_with("Z: checkout fails; it stays paused, though the files say active"),
        "{note}"
    );
    assert_eq!(place.apply(&example("v1")).code, 0);
    assert_eq!(status(&place), Status::Paused);

    let again = hold(&place, &["--format", "json"]).json();
    assert_eq!(
        (&again["held"], &again["journal_id"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(again["since"], document["since"]);
    let released = release(&place, &["--format", "json", "--reason", "fixed"]);
    assert_eq!(released.code, 0, "{released:?}");
    let released = released.json();
    assert_eq!(keys(&released), all);
    assert_eq!(
        (
            &released["held"],
            &released["since"],
            &released["reason"],
            &released["journal_id"]
        ),
        (&json!(false), &json!(null), &json!("fixed"), &json!(3))
    );
    assert_eq!(status(&place), Status::Paused);
    let (changes, notes) = planned(&place, &example("v1"));
    assert_eq!((changes, notes), (vec![format!("set_status {ID}")], vec![]));
    place.apply(&example("v1"));
    assert_eq!(status(&place), Status::Active);

    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    let entries = history["entries"].as_array().expect("entries");
    let said = entries
        .iter()
        .map(|entry| (&entry["kind"], &entry["reason"]));
    let said: Vec<_> = said.map(|(kind, reason)| json!([kind, reason])).collect();
    let expected = json!([
        ["apply", null],
        ["release", "fixed"],
        ["hold", "checkout fails"],
        ["apply", null]
    ]);
    assert_eq!(json!(said), expected);
}

fn people_read_how_it_stands(kind: StoreKind) {
    let place = kind.at("v1");
    let shown = |run: Run| {
        assert_eq!(run.code, 0, "{run:?}");
        let year = |text: &str| text.starts_with("20") && text.contains('T');
        let words = run.out.split_inclusive([' ', '\n']);
        let words = words.map(|word| if year(word) { "TIME, " } else { word });
        let text: String = words.collect();
        let by = text.find(" by ").map(|by| by + 4);
        match by.and_then(|by| Some((by, by + text[by..].find(',')?))) {
            Some((by, end)) => format!("{}WHO{}", &text[..by], &text[end..]),
            None => text,
        }
    };
    insta::assert_snapshot!(shown(release(&place, &[])), @"`hero_layout_v1` isn't held. Nothing was changed.");
    insta::assert_snapshot!(shown(hold(&place, &[])), @"
    Held `hero_layout_v1` of layer `homepage_hero`: it is paused (journal 2)
    No apply makes it active until it is released.
    ");
    insta::assert_snapshot!(shown(hold(&place, &["--until", "2h"])), @"
    `hero_layout_v1` is held already by WHO, since TIME, until it is released: checkout fails
    Nothing was changed; `--replace` gives it another reason or end.
    ");
    insta::assert_snapshot!(shown(release(&place, &[])), @"
    Released `hero_layout_v1` of layer `homepage_hero`: it stays paused (journal 3)
    The next apply makes it active if its layer file says so.
    ");
    let entry = avos(&["history", "--db", &place.db, "--id", "2"]).out;
    assert!(
        entry.contains("  ~  hold  hero_layout_v1  active → paused: checkout fails\n"),
        "{entry}"
    );
    assert!(
        entry.contains("-  status: active\n+  status: paused\n"),
        "{entry}"
    );
}

fn all_but_the_resume_is_applied(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &[]);
    let configs = edited(
        &place,
        "traffic_percentage: 0.3",
        "traffic_percentage: 0.35",
    );
    let (changes, notes) = planned(&place, &configs);
    assert_eq!((changes, notes.len()), (vec![format!("ramp_up {ID}")], 1));
    place.apply(&configs);
    assert_eq!(status(&place), Status::Paused);
}

fn a_completion_ends_the_hold(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &[]);
    let text = fs::read_to_string(Path::new(&example("v1")).join("homepage_hero.yml"));
    let text = text.expect("a file");
    let (before, of_it) = text.split_once(ID).expect("the experiment");
    let of_it = of_it.replacen("status: active", "status: completed", 1);
    let configs = place.configs(&[("homepage_hero.yml", &format!("{before}{ID}{of_it}"))]);
    let (changes, _) = planned(&place, &configs);
    assert_eq!(changes, [format!("release {ID}"), format!("complete {ID}")]);
    place.apply(&configs);
    assert_eq!(status(&place), Status::Completed);
    assert!(layer(&place).holds.is_empty());
    let refused = hold(&place, &[]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("is completed"), "{}", refused.err);
}

fn a_hold_that_is_over_ends_with_the_plan_that_resumes(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &["--until", "2099-01-01"]);
    let (changes, notes) = planned(&place, &example("v1"));
    assert_eq!((changes.len(), notes.len()), (0, 1));
    place.execute("UPDATE avos_holds SET until = '2020-01-01 00:00:00.000000'");
    let (changes, notes) = planned(&place, &example("v1"));
    let expected = [format!("release {ID}"), format!("set_status {ID}")];
    assert_eq!((&changes[..], notes.len()), (&expected[..], 0));
    // One that is over is replaced.
    let held = hold(&place, &["--format", "json"]).json();
    assert_eq!(
        (&held["journal_id"], &held["until"]),
        (&json!(3), &json!(null))
    );
    assert_eq!(planned(&place, &example("v1")).0.len(), 0);
}

/// A database with the held experiment, which another program made active.
fn resumed_outside(kind: StoreKind) -> Place {
    let place = kind.at("v1");
    hold(&place, &[]);
    place.execute("UPDATE experiments SET status = 'ACTIVE'");
    place
}

fn what_another_program_resumed_is_paused_again(kind: StoreKind) {
    let place = resumed_outside(kind);
    let again = hold(&place, &["--format", "json"]).json();
    assert_eq!(again["journal_id"], json!(3));
    assert_eq!(status(&place), Status::Paused);
}

fn a_plan_pauses_what_is_held_and_was_made_active(kind: StoreKind) {
    let place = resumed_outside(kind);
    let configs = edited(&place, "name: Hero Button Colors v1", "name: Colors");
    // An entry about another experiment changes nothing of that.
    let only = ["--only", "hero_button_colors_v1", "--format", "json"];
    let notes = plan(&place, &configs, &only).json()["notes"].to_string();
    let apply = ["apply", "--db", &place.db, "--yes", "--configs", &configs];
    let other = avos(&[&apply[..], &only].concat());
    assert_eq!(other.code, 0, "{}", other.err);
    assert_eq!(status(&place), Status::Active);
    assert!(
        notes
            .contains("another program made it active: `avos hold hero_layout_v1` pauses it again"),
        "{notes}"
    );
    let gated = plan(&place, &configs, &["--fail-on", "drift"]);
    assert_eq!(gated.code, 1, "{}", gated.out);
    let (changes, notes) = planned(&place, &configs);
    assert_eq!(changes, [format!("set_status {ID}")]);
    assert!(
        notes[0].ends_with("; another program made it active, and this plan pauses it"),
        "{notes:?}"
    );
    let saved = place.path().join("plan.json").display().to_string();
    plan(&place, &configs, &["--only", ID, "--out", &saved]);
    let applied = avos(&["apply", "--plan", &saved, "--db", &place.db, "--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert_eq!(status(&place), Status::Paused);
    let (changes, notes) = planned(&place, &configs);
    assert!(
        !changes.contains(&format!("set_status {ID}")),
        "{changes:?}"
    );
    assert!(notes[0].ends_with("; it stays paused, though the files say active"));
}

fn a_release_says_what_is_so_of_an_active_experiment(kind: StoreKind) {
    let place = resumed_outside(kind);
    let said = release(&place, &[]).out;
    insta::assert_snapshot!(said, @"
    Released `hero_layout_v1` of layer `homepage_hero`: it stays active (journal 3)
    The next apply pauses it if its layer file says so.
    ");
}

fn a_staged_plan_says_what_else_is_held_in_its_layers(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &[]);
    let staged = |id: &str| {
        let document = plan(&place, &example("v2"), &["--only", id, "--format", "json"]).json();
        document["notes"].to_string()
    };
    let held = "`hero_layout_v1` is held by ";
    assert!(staged("hero_button_colors_v1").contains(held));
    assert!(staged(ID).contains(held));
    assert!(!staged("checkout_payment_v1").contains(held));
}

fn a_plan_from_before_the_hold_is_stale(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &[]);
    release(&place, &[]);
    let saved = place.path().join("plan.json").display().to_string();
    plan(&place, &example("v1"), &["--out", &saved]);
    hold(&place, &[]);
    let run = avos(&["apply", "--plan", &saved, "--db", &place.db, "--yes"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("Stale"), "{}", run.err);
    assert_eq!(status(&place), Status::Paused);
}

fn what_cannot_be_held_is_refused_with_a_reason(kind: StoreKind) {
    let place = kind.at("v1");
    let entries = || place.store().journal_heads().expect("a journal").len();
    let db = ["--db", &place.db, "--reason", "r"];
    let unknown = avos(&[&["hold", "hero_layuot_v1"], &db[..]].concat());
    insta::assert_snapshot!(unknown.err, @"
    error: the database has no experiment `hero_layuot_v1`
    help: did you mean `hero_layout_v1` or `hero_button_colors_v1`?
    ");
    assert_eq!(unknown.code, 1);
    let unknown = avos(&["release", "nothing", "--db", &place.db]);
    insta::assert_snapshot!(unknown.err, @"
    error: the database has no experiment `nothing`
    help: `avos layers --db FILE` lists the experiments; ids are case-sensitive
    ");
    for blank in ["", " \t"] {
        let run = avos(&["hold", ID, "--db", &place.db, "--reason", blank]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
    }
    for until in ["yesterday", "2020-01-01", "0h", "-1h"] {
        let run = hold(&place, &[&format!("--until={until}")]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains("help:"), "{}", run.err);
    }
    assert_eq!(avos(&["hold", ID, "--db", &place.db]).code, 2, "no reason");
    assert_eq!(entries(), 1, "nothing was written");
    let nowhere = kind.empty();
    assert_eq!(hold(&nowhere, &[]).code, 1);
    assert!(!Path::new(&nowhere.db).exists());
}

fn layers_and_export_say_what_is_held(kind: StoreKind) {
    let place = kind.at("v1");
    hold(&place, &["--until", "2099-01-01"]);
    let layers = avos(&["layers", "--db", &place.db]).out;
    let row = layers.lines().find(|line| line.contains(ID));
    assert!(
        row.is_some_and(|row| row.contains("  paused, held  ")),
        "{layers}"
    );
    let document = avos(&["layers", "--db", &place.db, "--format", "json"]).json();
    let holds = &document["layers"][1]["holds"][0];
    assert_eq!(
        keys(holds),
        ["actor", "experiment_id", "reason", "since", "until"]
    );
    assert_eq!(holds["experiment_id"], ID);
    let then = avos(&["layers", "--db", &place.db, "--at-journal", "1"]).out;
    assert!(!then.contains("held"), "{then}");

    let out = place.path().join("out").display().to_string();
    let run = avos(&[
        "export", "--db", &place.db, "--out", &out, "--format", "json",
    ]);
    assert_eq!(run.code, 0);
    assert!(
        run.err.starts_with("warning: `hero_layout_v1` is held by ")
            && run
                .err
                .ends_with("and its file says paused: a layer file can't record a hold\n"),
        "{}",
        run.err
    );
    // One that is over holds nothing.
    place.execute("UPDATE avos_holds SET until = '2020-01-01 00:00:00.000000'");
    let layers = avos(&["layers", "--db", &place.db]).out;
    assert!(!layers.contains("held"), "{layers}");
    let out = place.path().join("again").display().to_string();
    assert_eq!(avos(&["export", "--db", &place.db, "--out", &out]).err, "");
}

fn a_hold_in_force_is_replaced_where_that_is_asked_for(kind: StoreKind) {
    let place = kind.at("v1");
    let hold = |more: &[&str]| {
        let words = [
            "hold",
            "hero_layout_v1",
            "--db",
            &place.db,
            "--format",
            "json",
        ];
        let run = avos(&[&words[..], more].concat());
        assert_eq!(run.code, 0, "{run:?}");
        run.json()
    };
    assert_eq!(hold(&["--reason", "night"])["journal_id"], json!(2));
    let again = hold(&["--reason", "later", "--until", "2099-01-01"]);
    assert_eq!(again["journal_id"], json!(null));
    assert_eq!(again["reason"], json!("night"));
    let replaced = hold(&["--reason", "later", "--until", "2099-01-01", "--replace"]);
    assert_eq!(replaced["journal_id"], json!(3));
    assert_eq!(replaced["reason"], json!("later"));
    assert_eq!(replaced["until"], json!("2099-01-01T00:00:00Z"));
    // The same hold again is nothing new.
    let same = hold(&["--reason", "later", "--until", "2099-01-01", "--replace"]);
    assert_eq!(same["journal_id"], json!(null));
    let longer = hold(&["--reason", "later", "--until", "2099-01-02", "--replace"]);
    assert_eq!(longer["journal_id"], json!(4));
    let history = avos(&["history", "--db", &place.db, "--id", "4"]).out;
    assert!(
        history.contains("--- before: homepage_hero") || !history.contains("+++"),
        "{history}"
    );
    assert!(!history.contains("+++ files"), "{history}");
    // One release ends it.
    let run = avos(&["release", "hero_layout_v1", "--db", &place.db]);
    assert_eq!(run.code, 0, "{run:?}");
}

fn an_end_that_no_database_can_keep_is_refused(kind: StoreKind) {
    let place = kind.at("v1");
    for until in ["999999999d", "9999-12-31", "9999-12-31T23:59:59Z"] {
        let words = ["hold", "hero_layout_v1", "--db", &place.db, "--reason", "x"];
        let run = avos(&[&words[..], &["--until", until]].concat());
        assert_eq!(run.code, 2, "{until} {run:?}");
        assert!(
            run.err.contains("must end before the year 10000"),
            "{until} {run:?}"
        );
    }
}
