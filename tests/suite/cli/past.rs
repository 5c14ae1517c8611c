//! `--at-journal` and `--state-at` of `avos layers`, `assign` and `export`.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, example, keys, layer_file, plan};

over_named_stores! {
    layers_are_what_they_were_after_each_entry_and_at_each_time
    people_read_which_state_it_is
    what_cannot_be_asked_is_an_error
    what_other_programs_wrote_is_kept_by_the_next_entry
    files_of_the_past_are_those_of_then
    units_get_what_they_got_then
    the_clock_stays_that_of_the_present
    a_log_gets_no_exposures_of_the_past
}

const UNITS: &[&str] = &["--unit", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"];

fn layers(place: &Place, more: &[&str]) -> Run {
    avos(&[&["layers", "--db", &place.db], more].concat())
}

/// The layers in JSON, and of what moment they are.
fn known(place: &Place, more: &[&str]) -> (Value, Value) {
    let run = layers(place, &[more, &["--format", "json"]].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let mut document = run.json();
    (document["at"].take(), document["layers"].take())
}

fn refused(place: &Place, more: &[&str]) -> (i32, String) {
    let run = layers(place, more);
    assert_eq!(run.out, "", "{run:?}");
    (run.code, run.err.replace(&place.shown_db(), "avos.db"))
}

/// The number and the time of each entry, oldest first.
fn entries(place: &Place) -> Vec<(i64, Timestamp)> {
    let history = avos(&["history", "--db", &place.db, "--format", "json"]).json();
    let entries = history["entries"].as_array().expect("entries").iter();
    let mut entries: Vec<(i64, Timestamp)> = entries
        .map(|entry| {
            let at = entry["applied_at"].as_str().expect("a time");
            let id = entry["journal_id"].as_i64().expect("a number");
            (id, at.parse().expect("a time"))
        })
        .collect();
    entries.reverse();
    entries
}

/// Three applies of the walk-through and of another layer, with the layers before the first and after
/// each.
fn lived(kind: StoreKind) -> (Place, Vec<Value>) {
    let place = kind.at("v1");
    let mut states = vec![json!([]), known(&place, &[]).1];
    let other = place.configs(&[("web.yml", &layer_file("web", "exp"))]);
    for configs in [example("v2"), other] {
        assert_eq!(place.apply(&configs).code, 0);
        states.push(known(&place, &[]).1);
    }
    (place, states)
}

/// Gives the entries' times anew, a minute after one another, long ago.
fn spread(place: &Place) {
    for (id, _) in entries(place) {
        place.execute(&format!(
            "UPDATE avos_journal SET applied_at = '2026-01-01 12:0{id}:30.500000' WHERE journal_id = {id}"
        ));
    }
}

fn layers_are_what_they_were_after_each_entry_and_at_each_time(kind: StoreKind) {
    let (place, states) = lived(kind);
    spread(&place);
    for (index, (id, at)) in entries(&place).into_iter().enumerate() {
        let moment = json!({"journal_id": id, "applied_at": at});
        let after = (moment, states[index + 1].clone());
        assert_eq!(known(&place, &["--at-journal", &id.to_string()]), after);
        let known_at =
            |later: SignedDuration| known(&place, &["--state-at", &(at + later).to_string()]);
        assert_eq!(known_at(SignedDuration::ZERO), after);
        assert_eq!(known_at(SignedDuration::from_secs(50)), after);
        assert_eq!(known_at(SignedDuration::from_micros(-1)).1, states[index]);
    }
    let nothing = json!({"journal_id": null, "applied_at": null});
    let early = known(&place, &["--state-at", "2025-01-01"]);
    assert_eq!(early, (nothing, json!([])));
    assert_eq!(known(&place, &[]), (Value::Null, states[3].clone()));
}

fn people_read_which_state_it_is(kind: StoreKind) {
    let (place, _) = lived(kind);
    spread(&place);
    place.execute("UPDATE avos_journal SET actor = 'ada@example'");
    let one = ["--at-journal", "1", "--layer", "checkout_flow"];
    insta::assert_snapshot!(layers(&place, &one).out, @"
    State after journal 1, applied 2026-01-01T12:01:30Z by ada@example

    checkout_flow  25 of 50 slots used, 50%, cap 80%, sha256
      A████████████████████████···············╎╎╎╎╎╎╎╎╎╎
         experiment           status  active  reserved  slots
      A  checkout_payment_v1  active      25         0  0–24
    ");
    insta::assert_snapshot!(layers(&place, &["--state-at", "2025-01-01"]).out, @"
    State before journal 1, applied 2026-01-01T12:01:30Z by ada@example

    There were no layers.
    ");
}

fn what_cannot_be_asked_is_an_error(kind: StoreKind) {
    let (place, _) = lived(kind);
    insta::assert_snapshot!(refused(&place, &["--at-journal", "0"]).1, @"
    error: the journal has no entry 0: it has 1 to 3
    help: `avos history --db FILE` lists the entries
    ");
    let (code, _) = refused(&place, &["--at-journal", "4"]);
    assert_eq!(code, 1);
    let (code, error) = refused(&place, &["--state-at", "2999-01-01"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(error, @"
    error: `--state-at`: 2999-01-01T00:00:00Z is in the future
    help: leave it out for the present state; a time without an offset is in UTC
    ");
    let (code, error) = refused(&place, &["--at-journal", "1", "--state-at", "2025-01-01"]);
    assert_eq!(code, 2);
    assert!(error.contains("cannot be used with"), "{error}");
    let unknown = ["--layer", "web", "--at-journal", "2"];
    insta::assert_snapshot!(refused(&place, &unknown).1, @r#"
    error: after journal 2: there is no layer `web`
    help: `avos layers` with the same `--at-journal` or `--state-at` lists the layers
    "#);
    // Times are written as everywhere.
    let (code, error) = refused(&place, &["--state-at", "noon"]);
    let since = avos(&["replay", "--db", "x", "--log", "x", "--since", "noon"]);
    assert_eq!(code, since.code);
    assert_eq!(error, since.err.replace("--since", "--state-at"));
}

#[test]
fn an_entry_of_another_number_says_which_there_are() {
    let one = Place::at("v1");
    let (_, error) = refused(&one, &["--at-journal", "2"]);
    assert!(error.starts_with("error: the journal has no entry 2: its only one is 1\n"));
    let none = Place::with_reference("python_2025.db");
    let (code, error) = refused(&none, &["--at-journal", "2"]);
    assert_eq!(code, 1);
    assert!(error.starts_with("error: the journal has no entry 2: it is empty\n"));
}

/// A database of the original, with an experiment paused by the first apply.
fn adopted(name: &str) -> Place {
    let place = Place::with_reference(name);
    let configs = place.path().join("exported");
    let dir = configs.display().to_string();
    assert_eq!(export(&place, &dir, &[]).code, 0);
    let file = configs.join("pricing.yml");
    let text = fs::read_to_string(&file).expect("a file");
    let paused = text.replacen("status: active", "status: paused", 1);
    assert!(paused != text);
    fs::write(&file, paused).expect("a file");
    assert_eq!(place.apply(&dir).code, 0);
    place
}

fn export(place: &Place, out: &str, more: &[&str]) -> Run {
    avos(&[&["export", "--db", &place.db, "--out", out], more].concat())
}

#[test]
fn a_database_of_the_original_is_known_from_its_first_apply_on() {
    for name in ["python_2025.db", "python_2026.db"] {
        let original = Place::with_reference(name);
        let (_, before) = known(&original, &[]);
        let unknown = refused(&original, &["--state-at", "2025-01-01"]);
        assert_eq!(unknown.0, 1);
        assert_eq!(
            unknown.1,
            "error: the state at 2025-01-01T00:00:00Z isn't known: the journal is empty\n\
             help: the first apply begins the journal\n"
        );
        let place = adopted(name);
        let (_, after) = known(&place, &[]);
        assert_ne!(before, after);
        assert_eq!(known(&place, &["--at-journal", "1"]).1, after);
        assert_eq!(known(&place, &["--state-at", "2025-01-01"]).1, before);
        let text = layers(&place, &["--state-at", "2025-01-01"]).out;
        let line = text.lines().next().expect("a line");
        assert!(
            line.ends_with("; earlier changes aren't in the journal"),
            "{line}"
        );
        // The files of then are those of the original.
        let out = place.path().join("then").display().to_string();
        let run = export(&place, &out, &["--state-at", "2025-01-01"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        let plan = plan(&original, &out, &["--format", "json"]).json();
        assert_eq!(plan["changes"], json!([]), "{name}");
        assert_eq!(plan["applicable"], true);
    }
}

fn what_other_programs_wrote_is_kept_by_the_next_entry(kind: StoreKind) {
    let (place, states) = lived(kind);
    spread(&place);
    let salted = "UPDATE layers SET layer_salt = layer_salt || 'x'";
    place.execute(salted);
    let now = "2026-01-01T12:03:31Z";
    let (code, error) = refused(&place, &["--state-at", now]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(error, @"
    error: the state at 2026-01-01T12:03:31Z isn't known: another program changed the database after journal 3
    help: the state right after each entry is known
    ");
    // The journal began with an empty database.
    for (index, state) in states.iter().enumerate().skip(1) {
        assert_eq!(
            known(&place, &["--at-journal", &index.to_string()]).1,
            *state
        );
    }
    let other = place.configs(&[("app.yml", &layer_file("app", "other"))]);
    fs::remove_file(place.path().join("configs/web.yml")).expect("removed");
    assert_eq!(place.apply(&other).code, 0);
    place.execute(salted);
    for (index, state) in states.iter().enumerate().skip(1) {
        let then = known(&place, &["--at-journal", &index.to_string()]);
        assert_eq!(then.1, *state);
    }
    assert_eq!(known(&place, &["--at-journal", "4"]).0["journal_id"], 4);
    // An earlier version kept nothing.
    place.execute("UPDATE avos_journal SET base = NULL");
    let (code, error) = refused(&place, &["--at-journal", "4"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(error, @"
    error: the state after journal 4 isn't known: another program changed the database after journal 4
    help: the states after journal 3 and earlier are known, and the present one
    ");
    assert_eq!(known(&place, &["--at-journal", "3"]).1, states[3]);
    // Nothing is left of the beginning.
    place.execute("DELETE FROM avos_journal WHERE journal_id < 3");
    let (_, error) = refused(&place, &["--state-at", "2025-01-01"]);
    insta::assert_snapshot!(error, @"
    error: the state at 2025-01-01T00:00:00Z isn't known: another program changed the database after journal 4
    help: only the present state is known
    ");
}

fn files_of_the_past_are_those_of_then(kind: StoreKind) {
    let (place, _) = lived(kind);
    let out = place.path().join("then").display().to_string();
    let run = export(&place, &out, &["--at-journal", "1"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (head, rest) = run.out.split_once("\n\n").expect("a line by itself");
    assert!(
        head.starts_with("State after journal 1, applied 2"),
        "{head}"
    );
    insta::assert_snapshot!(rest.replace(&out, "then"), @"
    file               layer          experiments  slots
    checkout_flow.yml  checkout_flow            1     50
    homepage_hero.yml  homepage_hero            2    100

    2 layer files in then: a plan for that state has no changes
    `avos plan` shows what it would take to get back there from the present.
    ");
    assert_eq!(avos(&["validate", "--configs", &out]).code, 0);
    let plan = plan(&kind.at("v1"), &out, &["--format", "json"]).json();
    assert_eq!(
        (&plan["changes"], &plan["applicable"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(plan["diff"], "");
    let again = place.path().join("again").display().to_string();
    let document = export(&place, &again, &["--at-journal", "1", "--format", "json"]).json();
    assert_eq!(document["at"]["journal_id"], 1);
    assert_eq!(document["files"].as_array().map(Vec::len), Some(2));
    let early = export(&place, &again, &["--state-at", "2025-01-01"]);
    assert_eq!((early.code, early.out.as_str()), (1, ""));
    insta::assert_snapshot!(early.err.replace(&place.shown_db(), "avos.db"), @"
    error: nothing to export: the database `avos.db` had no layers before journal 1
    help: `avos history --db FILE` says what was applied when
    ");
}

#[test]
fn only_allocations_of_experiments_of_then_are_left_out() {
    let (place, _) = lived(StoreKind::Sqlite);
    let unread = "UPDATE experiments SET geo_allocations = '{\"US\": {\"a\": 1.0}}'";
    place.execute(unread);
    // A revision covers them: the next entry starts from what another program wrote.
    let other = place.configs(&[("app.yml", &layer_file("app", "other"))]);
    assert_eq!(place.apply(&other).code, 0);
    place.execute(unread);
    let left_out = |name: &str, more: &[&str]| {
        let out = place.path().join(name).display().to_string();
        let document = export(&place, &out, &[more, &["--format", "json"]].concat()).json();
        let left_out = document["left_out"].as_array().expect("a list").iter();
        let ids =
            left_out.map(|unread| unread["experiment_id"].as_str().expect("an id").to_owned());
        let mut ids: Vec<String> = ids.collect();
        ids.sort();
        ids
    };
    let first = [
        "checkout_payment_v1",
        "hero_button_colors_v1",
        "hero_layout_v1",
    ];
    assert_eq!(left_out("first", &["--at-journal", "1"]), first);
    assert_eq!(left_out("present", &[]).len(), 6);
}

fn units_get_what_they_got_then(kind: StoreKind) {
    let place = kind.at("v1");
    let assign = |more: &[&str]| {
        let words = ["assign", "--db", &place.db, "--layer", "homepage_hero"];
        avos(&[&words, UNITS, more].concat())
    };
    let json = ["--format", "json", "--at", "2026-03-01"];
    let before = assign(&json);
    assert_eq!(place.apply(&example("v2")).code, 0);
    spread(&place);
    let after = assign(&json);
    assert_ne!(before.out, after.out);
    assert_eq!(
        assign(&[&json[..], &["--at-journal", "1"]].concat()).out,
        before.out
    );
    assert_eq!(
        assign(&[&json[..], &["--at-journal", "2"]].concat()).out,
        after.out
    );
    let between = ["--state-at", "2026-01-01T12:02"];
    assert_eq!(assign(&[&json[..], &between].concat()).out, before.out);
    let line: Value =
        serde_json::from_str(after.out.lines().next().expect("a line")).expect("JSON");
    assert_eq!(keys(&line).len(), 7, "no key for the past");
    let text = assign(&["--at-journal", "1"]).out;
    let (head, table) = text.split_once("\n\n").expect("a line by itself");
    assert!(head.starts_with("State after journal 1, applied 2026-01-01T12:01:30Z by "));
    assert_eq!(table, {
        let place = kind.at("v1");
        let words = ["assign", "--db", &place.db, "--layer", "homepage_hero"];
        avos(&[&words, UNITS].concat()).out
    });
}

fn the_clock_stays_that_of_the_present(kind: StoreKind) {
    let place = kind.empty();
    let text = layer_file("web", "exp") + "    end_date: 2026-02-01\n";
    let text = text.replace("traffic_percentage: 0.5", "traffic_percentage: 1.0");
    place.apply(&place.configs(&[("web.yml", &text)]));
    spread(&place);
    let status = |more: &[&str]| {
        let words = [
            "assign", "--db", &place.db, "--layer", "web", "--unit", "u1",
        ];
        let run = avos(&[&words, more, &["--at-journal", "1", "--format", "json"]].concat());
        run.json()["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!(status(&["--at", "2026-01-15"]), "assigned");
    assert_eq!(status(&["--at", "2026-03-15"]), "experiment_inactive");
    // The tests run later than that.
    assert_eq!(status(&[]), "experiment_inactive");
}

fn a_log_gets_no_exposures_of_the_past(kind: StoreKind) {
    let place = kind.at("v2");
    let log = place.path().join("log.db").display().to_string();
    for past in [["--at-journal", "1"], ["--state-at", "2025-01-01"]] {
        let words = [
            "assign",
            "--db",
            &place.db,
            "--layer",
            "homepage_hero",
            "--log",
            &log,
        ];
        let run = avos(&[&words, UNITS, &past].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.err, @"
            error: `--log` can't be used with a state of the past: these exposures never happened
            help: leave out `--log`, or `--at-journal` and `--state-at`
            ");
        }
        assert!(!fs::exists(&log).expect("a place"));
    }
}
