//! What other programs changed since the last entry of the journal: plans open with it, and the history
//! shows it.

use std::fs;
use std::path::Path;

use avos::config::{check_sources, read_sources};
use avos::plan::Scope;
use avos::review::{Confirmation, Review};
use avos::timeline::read_with_drift;
use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, avos, example, keys, layer_file, plan};

over_named_stores! {
    a_plan_says_what_another_program_changed_and_an_apply_settles_it
    the_history_has_the_gaps_between_entries
    a_damaged_state_does_not_hide_the_journal
    an_apply_that_changes_again_what_another_program_changed_asks_for_its_name
    a_change_outside_is_told_until_an_apply_sets_it
    files_that_say_the_same_end_a_note_once_another_entry_follows
}

/// The messages of the notes `changed-outside` of a plan.
fn drift(place: &Place, configs: &str, more: &[&str]) -> Vec<String> {
    let document = plan(place, configs, &[more, &["--format", "json"]].concat()).json();
    let notes = document["notes"].as_array().expect("notes");
    // The plan opens with them.
    let drift = notes
        .iter()
        .take_while(|note| note["code"] == "changed-outside");
    let messages: Vec<String> = drift
        .map(|note| note["message"].as_str().expect("a text").to_owned())
        .collect();
    let all = notes
        .iter()
        .filter(|note| note["code"] == "changed-outside");
    assert_eq!(all.count(), messages.len());
    messages
}

fn entries(place: &Place) -> Vec<Value> {
    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    history["entries"].as_array().expect("entries").clone()
}

fn a_plan_says_what_another_program_changed_and_an_apply_settles_it(kind: StoreKind) {
    let place = kind.at("v1");
    assert!(drift(&place, &example("v1"), &[]).is_empty());
    place.execute(
        "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1';
         UPDATE layers SET total_traffic_percentage = 0.9 WHERE layer_id = 'checkout_flow'",
    );
    let says = [
        "layer `checkout_flow` total_traffic_percentage 0.8 → 0.9, outside, since journal 1",
        "`hero_layout_v1` active → paused, outside, since journal 1",
    ];
    assert_eq!(drift(&place, &example("v1"), &[]), says);
    let human = plan(&place, &example("v1"), &[]).out;
    let opens: String = says
        .map(|says| format!("= note[changed-outside]: {says}\n"))
        .concat();
    assert!(human.starts_with(&format!("{opens}\n")), "{human}");
    let some = drift(&place, &example("v1"), &["--layer", "homepage_hero"]);
    assert_eq!(some, says[1..]);

    let gated = plan(&place, &example("v1"), &["--fail-on", "drift"]);
    assert_eq!(gated.code, 1);
    insta::assert_snapshot!(gated.err, @"
    error: refused by --fail-on: another program changed layers `checkout_flow`, `homepage_hero`
    help: the report says where; if that is intended, plan again without the condition
    ");
    let gate = ["--fail-on", "drift", "--layer", "homepage_hero"];
    assert_eq!(plan(&place, &example("v1"), &gate).code, 1);
    place.apply(&example("v1"));
    assert!(drift(&place, &example("v1"), &[]).is_empty());
    assert_eq!(
        plan(&place, &example("v1"), &["--fail-on", "drift"]).code,
        0
    );
}

#[test]
fn every_kind_of_difference_is_said() {
    let web = layer_file("web", "exp") + "    priority: 1\n";
    let shop = layer_file("shop", "other");
    for (sql, says) in [
        (
            "UPDATE experiments SET priority = 7 WHERE layer_id = 'web'",
            "`exp` priority 1 → 7",
        ),
        (
            "UPDATE experiments SET name = 'N' WHERE layer_id = 'web'",
            "`exp` name changed",
        ),
        (
            "UPDATE experiments SET traffic_allocation = '{\"a\": 0.4, \"b\": 0.6}'
             WHERE layer_id = 'web'",
            "`exp` traffic_allocation changed",
        ),
        (
            "UPDATE experiments SET start_date = '2026-01-01 00:00:00' WHERE layer_id = 'web'",
            "`exp` start_date none → 2026-01-01T00:00:00Z",
        ),
        (
            "UPDATE layer_slots SET experiment_id = 'exp', reserved_experiment_id = 'exp'
             WHERE layer_id = 'web' AND slot_index = 99",
            "`exp` active slots 50 → 51",
        ),
        (
            "UPDATE layer_slots SET experiment_id = NULL, reserved_experiment_id = NULL
             WHERE layer_id = 'web' AND slot_index = 0;
             UPDATE layer_slots SET experiment_id = 'exp', reserved_experiment_id = 'exp'
             WHERE layer_id = 'web' AND slot_index = 99",
            "`exp` other active slots",
        ),
        (
            "INSERT INTO avos_holds VALUES
             ('exp', 'web', '2026-01-01 00:00:00', NULL, 'why', 'ada@host')",
            "`exp` held",
        ),
        (
            "UPDATE layers SET layer_salt = 'x' WHERE layer_id = 'web'",
            "layer `web` layer_salt changed",
        ),
        (
            "UPDATE layers SET hash_algorithm = 'md5' WHERE layer_id = 'web'",
            "layer `web` hash_algorithm sha256 → md5",
        ),
        (
            "INSERT INTO layers SELECT 'new', 's', 100, 1.0, created_at, updated_at, 'md5'
             FROM layers WHERE layer_id = 'web';
             INSERT INTO layer_slots SELECT 'new', slot_index, NULL, NULL FROM layer_slots
             WHERE layer_id = 'web'",
            "layer `new` is new",
        ),
        (
            "INSERT INTO experiments SELECT 'late', layer_id, name, variants, traffic_allocation,
             start_date, end_date, segment_allocations, geo_allocations, stratum_allocations,
             splitter_type, 0.0, 0.0, 'DRAFT', priority, created_at, updated_at FROM experiments
             WHERE layer_id = 'web'",
            "`late` is new",
        ),
        (
            "DELETE FROM layer_slots WHERE layer_id = 'shop';
             DELETE FROM experiments WHERE layer_id = 'shop';
             DELETE FROM layers WHERE layer_id = 'shop'",
            "layer `shop` is gone",
        ),
        (
            "UPDATE layer_slots SET experiment_id = NULL, reserved_experiment_id = NULL
             WHERE layer_id = 'shop';
             DELETE FROM experiments WHERE layer_id = 'shop'",
            "`other` is gone",
        ),
    ] {
        let place = Place::empty();
        let configs = place.configs(&[("web.yml", &web), ("shop.yml", &shop)]);
        assert_eq!(place.apply(&configs).code, 0);
        place.execute(sql);
        let expected = format!("{says}, outside, since journal 1");
        assert_eq!(drift(&place, &configs, &[]), [expected], "{sql}");
    }
}

#[test]
fn an_adopted_database_tells_what_the_python_program_changed() {
    let place = Place::with_reference("python_2025.db");
    let exported = place.path().join("layers");
    let out = exported.display().to_string();
    assert_eq!(avos(&["export", "--db", &place.db, "--out", &out]).code, 0);
    let file = exported.join("pricing.yml");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, text.replace("Цена ✓", "Price")).expect("a file");
    assert!(
        drift(&place, &out, &[]).is_empty(),
        "nothing was applied yet"
    );
    assert_eq!(place.apply(&out).code, 0);
    assert!(drift(&place, &out, &[]).is_empty());
    let pause = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1'";
    place.execute(pause);
    let says = "`hero_layout_v1` active → paused, outside, since journal 1";
    assert_eq!(drift(&place, &out, &[]), [says]);
    // An entry of an earlier version didn't keep what it found.
    place.execute("UPDATE avos_journal SET base = NULL");
    let unknown = drift(&place, &out, &[]);
    assert_eq!(unknown.len(), 3);
    assert_eq!(
        unknown[0],
        "layer `checkout_flow` may have changed, outside, since journal 1: the journal doesn't \
         say how it was"
    );
}

fn the_history_has_the_gaps_between_entries(kind: StoreKind) {
    let place = kind.at("v1");
    let pause = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1'";
    place.execute(pause);
    place.apply(&example("v2"));
    place.execute("UPDATE experiments SET priority = 3 WHERE experiment_id = 'hero_layout_v1'");
    let entries = entries(&place);
    let places = entries.iter().map(|entry| {
        json!([
            entry["kind"],
            entry["journal_id"],
            entry["follows"],
            entry["notes"][0]["message"]
        ])
    });
    let expected = json!([
        [
            "outside",
            null,
            2,
            "`hero_layout_v1` priority 0 → 3, outside, since journal 2"
        ],
        ["apply", 2, null, null],
        [
            "outside",
            null,
            1,
            "`hero_layout_v1` active → paused, outside, since journal 1"
        ],
        ["apply", 1, null, null],
    ]);
    assert_eq!(json!(places.collect::<Vec<_>>()), expected);
    for pair in entries.windows(2) {
        assert_eq!(pair[0]["base_revision"], pair[1]["revision"]);
    }
    let diff = entries[2]["diff"].as_str().expect("a diff");
    assert!(
        diff.contains("-  status: active\n+  status: paused\n"),
        "{diff}"
    );
    // Whoever knows only entries finds all of their keys.
    let known: Vec<&str> = keys(&entries[1]);
    let outside = keys(&entries[0]);
    assert!(known.iter().all(|key| outside.contains(key)), "{outside:?}");

    let list = avos(&["history", "--db", &place.db]).out;
    let rows: Vec<&str> = list.lines().map(|line| &line[..12]).collect();
    assert_eq!(rows[1].trim(), "outside", "{list}");
    assert_eq!(rows[3].trim(), "outside", "{list}");
    let one = avos(&["history", "--db", &place.db, "--id", "1"]).out;
    assert!(
        one.ends_with(
            "\n= note[changed-outside]: `hero_layout_v1` active → paused, outside, since journal 1\n"
        ),
        "{one}"
    );
}

fn a_damaged_state_does_not_hide_the_journal(kind: StoreKind) {
    let place = kind.at("v1");
    place.execute("UPDATE experiments SET status = 'ODD'");
    let run = avos(&["history", "--db", &place.db, "--format", "json"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.json()["entries"].as_array().map(Vec::len), Some(1));
    assert!(
        run.err
            .starts_with("warning: what other programs changed isn't shown: "),
        "{}",
        run.err
    );
}

fn an_apply_that_changes_again_what_another_program_changed_asks_for_its_name(kind: StoreKind) {
    let place = kind.at("v1");
    place
        .execute("UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1'");
    // A resume alone would take one key.
    let document = plan(&place, &example("v1"), &["--format", "json"]).json();
    assert_eq!(document["changes"][0]["kind"], json!("set_status"));
    let store = place.store();
    let sources = read_sources(Path::new(&example("v1"))).expect("files");
    let now = "2026-05-06T07:08:09Z".parse().expect("a time");
    let checked = check_sources(&sources, now);
    let (snapshot, drift) = read_with_drift(&*store).expect("a state");
    let review = |drift: &[_]| {
        let state = &snapshot.state;
        let (review, _) = Review::with_drift(&sources, &checked, state, drift, &Scope::All, now);
        review.confirmation
    };
    assert_eq!(review(&[]), Confirmation::OneKey);
    assert_eq!(
        review(&drift),
        Confirmation::Type {
            name: "hero_layout_v1".to_owned(),
            reasons: vec![
                "`hero_layout_v1` active → paused, outside, since journal 1; this plan changes it \
                 again."
                    .to_owned()
            ],
            needs_reason: false,
        }
    );
    // What the plan leaves as it is isn't asked about.
    place.execute(
        "UPDATE experiments SET status = 'ACTIVE' WHERE experiment_id = 'hero_layout_v1';
         UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_button_colors_v1'",
    );
    let (snapshot, drift) = read_with_drift(&*store).expect("a state");
    let other = Scope::Layers(vec!["checkout_flow".into()]);
    let (review, _) = Review::with_drift(&sources, &checked, &snapshot.state, &drift, &other, now);
    assert_eq!(review.confirmation, Confirmation::OneKey);
}

/// Other layers, other experiments of the layer, holds of others: none of that settles anything.
fn a_change_outside_is_told_until_an_apply_sets_it(kind: StoreKind) {
    let place = kind.at("v1");
    place
        .execute("UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'hero_layout_v1'");
    let says = "`hero_layout_v1` active → paused, outside, since journal 1";
    let told = |configs: &str| drift(&place, configs, &[]);
    let applied = |more: &[&str]| {
        let base = ["apply", "--db", &place.db, "--yes", "--configs"];
        let run = avos(&[&base, &[example("v2").as_str()][..], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        told(&example("v1"))
    };
    assert_eq!(applied(&["--layer", "checkout_flow"]), [says]);
    let only = "hero_button_colors_v1";
    assert_eq!(applied(&["--only", only]), [says]);
    let hold = [
        "hold",
        "checkout_payment_v1",
        "--db",
        &place.db,
        "--reason",
        "why",
    ];
    assert_eq!(avos(&hold).code, 0);
    assert_eq!(told(&example("v1")), [says]);
    let gated = plan(&place, &example("v1"), &["--fail-on", "drift"]);
    assert_eq!(gated.code, 1);
    // Changed once more: still since then.
    place.execute("UPDATE experiments SET priority = 2 WHERE experiment_id = 'hero_layout_v1'");
    let both = "`hero_layout_v1` active → paused, priority 0 → 2, outside, since journal 1";
    assert_eq!(told(&example("v1")), [both]);
    let only = ["--only", "hero_layout_v1"];
    let run = avos(
        &[
            &["apply", "--db", &place.db, "--yes", "--configs"],
            &[example("v1").as_str()][..],
            &only,
        ]
        .concat(),
    );
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(told(&example("v1")).is_empty());
}

fn files_that_say_the_same_end_a_note_once_another_entry_follows(kind: StoreKind) {
    let place = kind.empty();
    let web = layer_file("web", "exp");
    let shop = layer_file("shop", "other");
    let files = |web: &str, shop: &str| place.configs(&[("web.yml", web), ("shop.yml", shop)]);
    let configs = files(&web, &shop);
    assert_eq!(place.apply(&configs).code, 0);
    let pause = "UPDATE experiments SET status = 'PAUSED' WHERE experiment_id = 'exp'";
    place.execute(pause);
    let says = "`exp` active → paused, outside, since journal 1";
    // It was changed since the last entry, so it is told even where the files agree.
    let paused = web.replace("status: active", "status: paused");
    assert_ne!(paused, web);
    files(&paused, &shop);
    assert_eq!(drift(&place, &configs, &[]), [says]);
    files(&paused, &(shop.clone() + "    priority: 1\n"));
    assert_eq!(place.apply(&configs).code, 0);
    assert!(drift(&place, &configs, &[]).is_empty());
    // The files decide, so it comes back with what they said before.
    files(&web, &shop);
    assert_eq!(drift(&place, &configs, &[]), [says]);
    // What no file says isn't ended by files.
    place.execute("UPDATE experiments SET status = 'ACTIVE' WHERE experiment_id = 'exp'");
    place.execute(match kind {
        StoreKind::Sqlite => {
            "UPDATE layer_slots SET experiment_id = 'exp', reserved_experiment_id = 'exp'
             WHERE layer_id = 'web' AND slot_index = 99"
        }
        #[cfg(feature = "postgres")]
        StoreKind::Postgres => "INSERT INTO slot_runs VALUES ('web', 99, 99, 'exp', 'active')",
    });
    assert_eq!(place.apply(&configs).code, 0);
    let slots = "`exp` active slots 50 → 51, outside, since journal 1";
    assert_eq!(drift(&place, &configs, &[]), [slots]);
    files(&(web.clone() + "    priority: 3\n"), &shop);
    assert_eq!(place.apply(&configs).code, 0);
    assert!(drift(&place, &configs, &[]).is_empty());
}

#[test]
fn a_layer_that_was_made_or_deleted_outside_is_told_until_files_and_database_agree() {
    let place = Place::empty();
    let web = layer_file("web", "exp");
    let shop = layer_file("shop", "other");
    let configs = place.configs(&[("web.yml", &web), ("shop.yml", &shop)]);
    assert_eq!(place.apply(&configs).code, 0);
    place.execute(
        "INSERT INTO layers SELECT 'new', 's', 100, 1.0, created_at, updated_at, 'md5'
         FROM layers WHERE layer_id = 'web';
         INSERT INTO layer_slots SELECT 'new', slot_index, NULL, NULL FROM layer_slots
         WHERE layer_id = 'web';
         DELETE FROM layer_slots WHERE layer_id = 'shop';
         DELETE FROM experiments WHERE layer_id = 'shop';
         DELETE FROM layers WHERE layer_id = 'shop'",
    );
    let says = [
        "layer `new` is new, outside, since journal 1",
        "layer `shop` is gone, outside, since journal 1",
    ];
    let web = web.clone() + "    priority: 1\n";
    let configs = place.configs(&[("web.yml", &web), ("shop.yml", &shop)]);
    assert_eq!(drift(&place, &configs, &[]), says);
    let only = [
        "apply",
        "--db",
        &place.db,
        "--yes",
        "--only",
        "exp",
        "--configs",
    ];
    assert_eq!(avos(&[&only[..], &[&configs]].concat()).code, 0);
    assert_eq!(drift(&place, &configs, &[]), says);
    // The apply makes the one layer again; the other one is in no file.
    assert_eq!(place.apply(&configs).code, 0);
    assert_eq!(drift(&place, &configs, &[]), says[..1]);
    let new = "layer_id: new\nlayer_salt: s\nexperiments: []\n";
    let configs = place.configs(&[("web.yml", &web), ("shop.yml", &shop), ("new.yml", new)]);
    assert!(drift(&place, &configs, &[]).is_empty());
}
