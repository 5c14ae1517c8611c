//! Copies between a file and a server, by the verbs.

use serde_json::{Value as Json, json};

use super::support::{Place, avos, example};
use crate::support::postgres::TestDatabase;

/// The JSON of a verb that succeeds.
fn report(arguments: &[&str]) -> Json {
    let run = avos(&[arguments, &["--format", "json"]].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&run.out).expect("JSON")
}

/// A history of two applies and a hold, in the database of this name.
fn live_through(db: &str) {
    for version in ["v1", "v2"] {
        report(&["apply", "--configs", &example(version), "--db", db, "--yes"]);
    }
    report(&[
        "hold",
        "checkout_payment_v1",
        "--db",
        db,
        "--reason",
        "why ✓",
    ]);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_copy_there_and_back_is_the_same() {
    let (place, database) = (Place::empty(), TestDatabase::new());
    live_through(&place.db);
    let there = report(&["copy", "--from", &place.db, "--to", &database.url]);
    let second = Place::empty();
    let back = report(&["copy", "--from", &database.url, "--to", &second.db]);
    assert_eq!(there["digest"], back["digest"]);
    assert_eq!(
        (&there["entries"], &there["units"]),
        (&json!(3), &json!(1000))
    );
    for verb in ["layers", "history"] {
        let of = |db: &str| {
            let mut json = report(&[verb, "--db", db]);
            // Digests of the rows of each kind of store.
            for entry in json["entries"].as_array_mut().into_iter().flatten() {
                entry["revision"].take();
                entry["base_revision"].take();
            }
            json
        };
        assert_eq!(of(&place.db), of(&database.url), "{verb}");
        assert_eq!(of(&place.db), of(&second.db), "{verb}");
    }
    // Nothing changed outside, and life goes on.
    let plan = report(&["plan", "--configs", &example("v2"), "--db", &database.url]);
    assert_eq!(plan["changes"], json!([]));
    let released = report(&["release", "checkout_payment_v1", "--db", &database.url]);
    assert_eq!(released["journal_id"], 4);
    let past = report(&["layers", "--db", &database.url, "--at-journal", "1"]);
    assert_eq!(
        past["layers"],
        report(&["layers", "--db", &second.db, "--at-journal", "1"])["layers"]
    );
}

/// A document without what is digested from the rows of one kind of store.
fn comparable(mut json: Json) -> Json {
    fn mask(json: &mut Json) {
        match json {
            Json::Object(map) => {
                for (key, value) in map {
                    match key.as_str() {
                        "revision" | "base_revision" | "plan_id" => *value = Json::Null,
                        _ => mask(value),
                    }
                }
            }
            Json::Array(values) => values.iter_mut().for_each(mask),
            _ => {}
        }
    }
    mask(&mut json);
    json
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn every_verb_says_the_same_of_a_file_and_of_a_server() {
    let (place, database) = (Place::empty(), TestDatabase::new());
    live_through(&place.db);
    report(&["copy", "--from", &place.db, "--to", &database.url]);
    let (v1, v2) = (example("v1"), example("v2"));
    for words in [
        &["layers", "--layer", "homepage_hero"][..],
        &["layers", "--at-journal", "1"],
        &["history"],
        &["history", "--id", "2"],
        &["plan", "--configs", &v1],
        &["plan", "--configs", &v2],
        &["preview", "--layer", "homepage_hero", "--sample", "500"],
        &[
            "preview",
            "--layer",
            "homepage_hero",
            "--sample",
            "500",
            "--configs",
            &v1,
        ],
        &["history", "--undo", "2", "--configs", &v2, "--dry-run"],
    ] {
        let of = |db: &str| {
            let run = avos(&[words, &["--db", db, "--format", "json"]].concat());
            let json = serde_json::from_str(&run.out).expect("JSON");
            (run.code, comparable(json))
        };
        assert_eq!(of(&place.db), of(&database.url), "{words:?}");
    }
    let assigned = |db: &str| {
        let words = [
            "assign",
            "--layer",
            "homepage_hero",
            "--unit",
            "u1",
            "u2",
            "u3",
            "--db",
            db,
        ];
        avos(&words).out
    };
    assert_eq!(assigned(&place.db), assigned(&database.url));
    let exported = |db: &str, name: &str| {
        let out = place.path().join(name);
        avos(&["export", "--db", db, "--out", &out.display().to_string()]);
        std::fs::read_to_string(out.join("homepage_hero.yml")).expect("a file")
    };
    assert_eq!(exported(&place.db, "one"), exported(&database.url, "other"));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_saved_plan_is_applied_once_to_a_server() {
    let (place, database) = (Place::empty(), TestDatabase::new());
    let plan = place.path().join("plan.json").display().to_string();
    report(&[
        "apply",
        "--configs",
        &example("v1"),
        "--db",
        &database.url,
        "--yes",
    ]);
    report(&[
        "plan",
        "--configs",
        &example("v2"),
        "--db",
        &database.url,
        "--out",
        &plan,
    ]);
    let apply = ["apply", "--plan", &plan, "--db", &database.url, "--yes"];
    assert_eq!(report(&apply)["journal_id"], 2);
    let again = avos(&apply);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("applied"), "{}", again.err);
    // Of another database it is stale, as between files.
    let other = TestDatabase::new();
    let elsewhere = avos(&["apply", "--plan", &plan, "--db", &other.url, "--yes"]);
    assert_eq!(elsewhere.code, 1);
    assert!(elsewhere.err.contains("Stale"), "{}", elsewhere.err);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn only_an_empty_database_is_filled() {
    let (place, database) = (Place::empty(), TestDatabase::new());
    live_through(&place.db);
    live_through(&database.url);
    for (from, to) in [(&place.db, &database.url), (&database.url, &place.db)] {
        let run = avos(&["copy", "--from", from, "--to", to]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert!(run.err.contains("isn't empty"), "{}", run.err);
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn init_and_migrate_say_what_they_did() {
    let database = TestDatabase::bare();
    let url = database.url.as_str();
    let run = avos(&["layers", "--db", url]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("avos init"), "{}", run.err);
    let of = |arguments: &[&str]| {
        let json = report(&[arguments, &["--db", url]].concat());
        json["created"].as_bool()
    };
    assert_eq!(of(&["init"]), Some(true));
    assert_eq!(of(&["init", "--triggers"]), Some(false));
    assert_eq!(report(&["migrate", "--db", url])["from"], Json::Null);
    let doctor = avos(&["doctor", "--db", url]);
    assert!(!doctor.out.contains(":test@"), "{}", doctor.out);
    assert!(doctor.out.contains("writable"), "{}", doctor.out);
    let file = Place::empty();
    for verb in ["init", "migrate"] {
        let run = avos(&[verb, "--db", &file.db]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert!(run.err.contains("isn't on a server"), "{}", run.err);
    }
}
