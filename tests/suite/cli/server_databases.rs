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

#[test]
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
