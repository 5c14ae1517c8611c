//! `avos plan --out` and `avos apply --plan`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, layer_file};

over_named_stores! {
    a_saved_plan_is_what_the_json_says
    people_see_where_it_is_saved_and_what_is_applied
    it_is_applied_to_what_it_was_made_for_or_not_at_all
    what_was_edited_is_refused
    plans_of_different_layers_apply_in_any_order
    a_stale_plan_is_made_anew_in_its_own_file
}

/// A plan from v1 to v2, saved beside its database.
fn saved(kind: StoreKind) -> (Place, String) {
    let place = kind.at("v1");
    let plan = place.path().join("plan.json").display().to_string();
    let run = save(&place, &example("v2"), &plan, &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    (place, plan)
}

fn save(place: &Place, configs: &str, plan: &str, more: &[&str]) -> Run {
    let arguments = [
        "plan",
        "--configs",
        configs,
        "--db",
        &place.db,
        "--out",
        plan,
    ];
    avos(&[&arguments, more].concat())
}

fn apply(place: &Place, plan: &str, more: &[&str]) -> Run {
    let arguments = ["apply", "--plan", plan, "--db", &place.db];
    avos(&[&arguments, more].concat())
}

fn a_saved_plan_is_what_the_json_says(kind: StoreKind) {
    let (place, plan) = saved(kind);
    let text = fs::read_to_string(&plan).expect("a plan");
    let run = save(&place, &example("v2"), &plan, &["--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out, text, "one document, whether saved or printed");
    assert_eq!(fs::read_to_string(&plan).expect("a plan"), text);
    // What was printed can be applied as well.
    let run = apply(&place, &plan, &["--yes", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (applied, saved): (Value, Value) = (run.json(), serde_json::from_str(&text).expect("JSON"));
    assert_eq!(applied["plan_id"], saved["plan_id"]);
    assert_eq!(applied["applied"], 3);
    let entry = avos(&[
        "history", "--db", &place.db, "--id", "2", "--format", "json",
    ])
    .json();
    for key in ["plan_id", "base_revision", "changes", "diff"] {
        assert_eq!(entry["entries"][0][key], saved[key], "{key}");
    }
}

fn people_see_where_it_is_saved_and_what_is_applied(kind: StoreKind) {
    let (place, plan) = saved(kind);
    let run = save(&place, &example("v2"), &plan, &[]);
    let last = run.out.lines().last().expect("lines");
    let db = &place.db;
    // The password of a server is never shown.
    let (to, more) = match kind {
        StoreKind::Sqlite => (String::new(), format!(" --db {db}")),
        #[cfg(feature = "postgres")]
        StoreKind::Postgres => (format!(" to {}", place.shown_db()), String::new()),
    };
    assert_eq!(
        last,
        format!("Saved to {plan}. To apply exactly this{to}: avos apply --plan {plan}{more}")
    );
    let run = apply(&place, &plan, &[]);
    assert_eq!(run.code, 1, "nobody said yes");
    let planned = avos(&["plan", "--configs", &example("v2"), "--db", db]);
    assert_eq!(run.out, planned.out, "the plan is shown as it was made");
    let run = apply(&place, &plan, &["--yes"]);
    assert!(
        run.out.ends_with("\nApplied 3 changes (journal 2)\n"),
        "{}",
        run.out
    );
}

fn it_is_applied_to_what_it_was_made_for_or_not_at_all(kind: StoreKind) {
    let (place, plan) = saved(kind);
    apply(&place, &plan, &["--yes"]);
    let run = apply(&place, &plan, &["--yes", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["applied"], 0);
    assert_eq!(run.json()["journal_id"], json!(null));
    assert_eq!(run.json()["applied_as"], 2);
    insta::assert_snapshot!(run.err, @r"
    error: Stale: this plan was applied already, as journal 2; nothing was applied
    help: make a new plan for further changes
    ");
    // It stays readable.
    let run = apply(&place, &plan, &["--yes"]);
    assert!(run.out.contains("hero_button_colors_v2"), "{}", run.out);
    // Of another database it is stale.
    let elsewhere = kind.empty();
    let run = apply(&elsewhere, &plan, &["--yes"]);
    assert_eq!(run.code, 1);
    assert!(run.err.starts_with("error: "), "{run:?}");
    elsewhere.apply(&example("v1"));
    let other = [
        "plan",
        "--configs",
        &example("v2"),
        "--db",
        &elsewhere.db,
        "--layer",
        "checkout_flow",
        "--out",
    ];
    let path = elsewhere.path().join("plan").display().to_string();
    avos(&[&other[..], &[&path]].concat());
    // A change of the same layer.
    let hold = [
        "hold",
        "checkout_payment_v1",
        "--db",
        &elsewhere.db,
        "--reason",
        "a test",
    ];
    avos(&hold);
    let run = apply(&elsewhere, &path, &["--yes"]);
    let expected = "error: Stale: the database changed since the plan was made: layer \
                    `checkout_flow`; nothing was applied\nhelp: make a new plan and review it\n";
    assert_eq!(run.err, expected);
}

#[test]
fn a_database_that_is_not_there_is_another_one() {
    let (_place, plan) = saved(StoreKind::Sqlite);
    let elsewhere = Place::empty();
    let run = apply(&elsewhere, &plan, &["--yes"]);
    assert!(
        run.err.contains("avos.db doesn't exist\nhelp: "),
        "{}",
        run.err
    );
    assert!(!Path::new(&elsewhere.db).exists());
}

#[test]
fn a_plan_for_a_new_database_creates_it() {
    let place = Place::empty();
    let plan = place.path().join("first plan").display().to_string();
    assert_eq!(save(&place, &example("v1"), &plan, &[]).code, 0);
    assert!(!Path::new(&place.db).exists());
    let run = apply(&place, &plan, &["--yes"]);
    assert!(
        run.out.ends_with("\nApplied 5 changes (journal 1)\n"),
        "{}",
        run.out
    );
}

fn what_was_edited_is_refused(kind: StoreKind) {
    let (place, plan) = saved(kind);
    let text = fs::read_to_string(&plan).expect("a plan");
    let refused = |text: &str| {
        fs::write(&plan, text).expect("a plan");
        let run = apply(&place, &plan, &["--yes"]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        run.err.replace(&plan, "plan.json")
    };
    insta::assert_snapshot!(refused(&text.replace("\"paused\"", "\"draft\"")), @r"
    error: the plan plan.json can't be used: it was altered after it was made: its plan_id doesn't match its contents
    help: make a new plan: a saved one must not be edited
    ");
    insta::assert_snapshot!(refused(&text.replace("\"format_version\":1", "\"format_version\":7")), @r"
    error: the plan plan.json can't be used: its format_version is 7, but this version of AVOS reads 1
    help: use the version of AVOS that made it, or make a new plan with this one
    ");
    insta::assert_snapshot!(refused(&text[..text.len() / 2]), @"
    error: the plan plan.json can't be used: it isn't a saved plan: EOF while parsing a string at line 1 column 2532
    help: give a file that `avos plan --out FILE` wrote, or that holds what `avos plan --format json` printed
    ");
    insta::assert_snapshot!(refused("layer_id: no plan"), @r"
    error: the plan plan.json can't be used: it isn't a saved plan: expected value at line 1 column 1
    help: give a file that `avos plan --out FILE` wrote, or that holds what `avos plan --format json` printed
    ");
    let entries = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    assert_eq!(entries["entries"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_plan_with_errors_is_saved_for_reading() {
    let place = Place::empty();
    let broken = layer_file("shop", "till").replace("status: active", "status: actve");
    let configs = place.configs(&[
        ("shop.yml", &broken),
        ("web.yml", &layer_file("web", "exp")),
    ]);
    let plan = place.path().join("plan.json").display().to_string();
    assert_eq!(save(&place, &configs, &plan, &[]).code, 1);
    let run = apply(&place, &plan, &["--yes"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[status]"), "{}", run.out);
    insta::assert_snapshot!(run.err.replace(&place.db, "avos.db"), @"
    warning: `avos.db` doesn't exist, so applying this plan creates it; check the path if the plan was made for another database
    error: Refused: the plan couldn't be applied when it was made: it has an error; nothing was applied
    help: fix the errors in it, then make a new plan
    ");
    // For the layers that are right it can be applied.
    assert_eq!(save(&place, &configs, &plan, &["--layer", "web"]).code, 0);
    let run = apply(&place, &plan, &["--yes"]);
    assert!(
        run.out.contains("\n1 error outside of the chosen layers"),
        "{}",
        run.out
    );
    assert!(
        run.out.ends_with("\nApplied 2 changes (journal 1)\n"),
        "{}",
        run.out
    );
}

#[test]
fn a_slip_in_a_name_costs_nothing() {
    let (place, plan) = saved(StoreKind::Sqlite);
    let before = fs::read(&place.db).expect("a database");
    let run = save(&place, &example("v2"), &place.db, &[]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    let err = run.err.replace(&place.db, "avos.db");
    insta::assert_snapshot!(err, @r"
    error: a plan can't be saved to avos.db: that is the place of the database
    help: give the plan a name of its own, like plan.json
    ");
    assert_eq!(fs::read(&place.db).expect("a database"), before);
    let other = place.path().join("notes.txt");
    fs::write(&other, "don't forget").expect("a file");
    let other = other.display().to_string();
    let run = save(&place, &example("v2"), &other, &[]);
    insta::assert_snapshot!(run.err.replace(&other, "notes.txt"), @r"
    error: notes.txt already exists and isn't a saved plan: nothing was written
    help: give a new name, or that of a saved plan, which is replaced
    ");
    let run = apply(&place, "no/such/plan", &["--yes"]);
    insta::assert_snapshot!(run.err, @r"
    error: the plan no/such/plan doesn't exist
    help: make it with `avos plan --out FILE`, or check the path
    ");
    for more in [["--configs", "configs"], ["--layer", "homepage_hero"]] {
        assert_eq!(apply(&place, &plan, &more).code, 2, "{more:?}");
    }
    assert_eq!(avos(&["apply", "--db", &place.db, "--yes"]).code, 2);
}

/// Eight plans, each of a layer of its own, made of one database: all apply, in whatever order.
fn plans_of_different_layers_apply_in_any_order(kind: StoreKind) {
    let place = kind.empty();
    let configs = place.path().join("layers");
    fs::create_dir(&configs).expect("a directory");
    let write = |index: usize, status: &str| {
        let text = format!(
            "layer_id: l{index}\nlayer_salt: s\ntotal_slots: 10\nexperiments:\n  - {{experiment_id: \
             x{index}, layer_id: l{index}, name: X, variants: [a, b], traffic_allocation: {{a: \
             0.5, b: 0.5}}, status: {status}, traffic_percentage: 0.5}}\n"
        );
        fs::write(configs.join(format!("l{index}.yml")), text).expect("a file");
    };
    (0..8).for_each(|index| write(index, "active"));
    let configs = configs.display().to_string();
    place.apply(&configs);
    (0..8).for_each(|index| write(index, "paused"));
    let plan = |name: &str| place.path().join(name).display().to_string();
    for index in 0..8 {
        let layer = format!("l{index}");
        let run = save(&place, &configs, &plan(&layer), &["--layer", &layer]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    // One that overlaps with two of them.
    let layers = ["--layer", "l3", "--layer", "l6"];
    save(&place, &configs, &plan("overlap"), &layers);
    for index in [5, 0, 7, 3, 1, 6, 2, 4] {
        let run = apply(&place, &plan(&format!("l{index}")), &["--yes"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "l{index}: {run:?}");
    }
    let run = apply(&place, &plan("overlap"), &["--yes"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("layers `l3`, `l6`"), "{}", run.err);
    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    let entries = history["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 9);
    for pair in entries.windows(2) {
        assert_eq!(pair[0]["base_revision"], pair[1]["revision"], "a chain");
    }
}

fn a_stale_plan_is_made_anew_in_its_own_file(kind: StoreKind) {
    let (place, plan) = saved(kind);
    let cart = ["--layer", "checkout_flow", "--yes"];
    let apply_cart = ["apply", "--configs", &example("v2"), "--db", &place.db];
    assert_eq!(avos(&[&apply_cart[..], &cart].concat()).code, 0);
    assert_eq!(apply(&place, &plan, &["--yes"]).code, 1, "it is stale");
    let renew = ["--renew", &plan, "--format", "markdown"];
    let run = save(&place, &example("v2"), &plan, &renew);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.contains("\nRenewal: **less**, renews plan "),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("\n- not needed anymore: `checkout_flow`: pause `checkout_payment_v1`\n"),
        "{}",
        run.out
    );
    let run = apply(&place, &plan, &["--yes"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(
        run.out.contains("\nrenewal: less, renews plan "),
        "{}",
        run.out
    );
    // Only a saved plan can be renewed, and its choice of layers is that of the new one.
    let directory = place.path().display().to_string();
    let run = save(&place, &example("v2"), &plan, &["--renew", &directory]);
    assert!(run.err.contains(" can't be read"), "{}", run.err);
    let run = save(
        &place,
        &example("v2"),
        &plan,
        &["--renew", &plan, "--layer", "x"],
    );
    assert_eq!(run.code, 2);
}

/// A plan in the place of the database would be overwritten by it, or it by the plan.
#[test]
fn a_plan_takes_no_place_that_belongs_to_another_file() {
    let place = Place::empty();
    let configs = place.configs(&[("web.yml", &layer_file("web", "exp"))]);
    let log = place.path().join("log.db").display().to_string();
    let link = place.path().join("link").display().to_string();
    std::os::unix::fs::symlink(place.path(), &link).expect("a link");
    let refused = |out: &str| {
        let run = save(&place, &configs, out, &["--log", &log]);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{out}: {run:?}");
        run.err.replace(&place.path().display().to_string(), "DIR")
    };
    let of = |what: &str, out: &str| {
        format!(
            "error: a plan can't be saved to {out}: that is the place of {what}\nhelp: give the plan \
             a name of its own, like plan.json\n"
        )
    };
    let new_layer = format!("{configs}/plan.yml");
    assert_eq!(refused(&place.db), of("the database", "DIR/avos.db"));
    for more in ["-wal", "-journal", "-shm"] {
        let out = format!("{}{more}", place.db);
        assert_eq!(
            refused(&out),
            of("the database", &format!("DIR/avos.db{more}"))
        );
    }
    let linked = format!("{link}/avos.db");
    assert_eq!(refused(&linked), of("the database", "DIR/link/avos.db"));
    let roundabout = format!("{configs}/../avos.db");
    assert_eq!(
        refused(&roundabout),
        of("the database", "DIR/configs/../avos.db")
    );
    assert_eq!(refused(&log), of("the exposure log", "DIR/log.db"));
    assert_eq!(
        refused(&new_layer),
        of("a layer file", "DIR/configs/plan.yml")
    );
    let mut names: Vec<_> = fs::read_dir(place.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["configs", "link"], "nothing was written");
    // Elsewhere, and beside them, it may have any name.
    for out in ["avos.db.plan", "configs/plan.json", "plan.yml"] {
        let out = place.path().join(out).display().to_string();
        assert_eq!(save(&place, &configs, &out, &[]).code, 0, "{out}");
    }
}
