//! What a database on a server is refused for, and what messages don't say.

use avos::store::{Author, DatabaseLocation, ServerError, StateStore, StoreError};
use jiff::Timestamp;
use serde_json::json;

use crate::store::support::{change_exp, create_exp, create_layer, plan};
use crate::support::postgres::{TestDatabase, store_at};

fn server_error(error: &StoreError) -> &ServerError {
    match error {
        StoreError::Server(error) => error,
        error => panic!("{error}"),
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_database_without_the_tables_is_never_created_by_an_apply() {
    let database = TestDatabase::bare();
    let store = database.store();
    let plan = plan(
        &avos::store::Snapshot::empty().state,
        &[create_layer("web", 9)],
    );
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    for error in [
        store.snapshot().expect_err("no tables"),
        store.journal_heads().expect_err("no tables"),
        store.layer(&"web".into()).expect_err("no tables"),
        store.apply(&plan, &author).expect_err("no tables"),
    ] {
        assert!(
            matches!(server_error(&error), ServerError::Uninitialized { .. }),
            "{error}"
        );
        assert!(!error.is_missing());
        assert!(error.help().is_some_and(|help| help.contains("avos init")));
    }
    assert!(store.init(false).expect("prepared"), "it was new");
    assert!(!store.init(false).expect("prepared"), "and isn't any more");
    store.apply(&plan, &author).expect("applied");
    assert!(!store.init(true).expect("prepared"));
    assert_eq!(store.snapshot().expect("a state").state.layers.len(), 1);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn another_version_is_told_apart() {
    let database = TestDatabase::new();
    let store = database.store();
    let set = |version: i64| {
        database.execute(&format!(
            "UPDATE avos.meta SET value = '{version}' WHERE key = 'schema_version'"
        ));
    };
    set(avos::store::SCHEMA_VERSION + 1);
    let error = store.snapshot().expect_err("newer");
    assert!(matches!(error, StoreError::NewerVersion { .. }), "{error}");
    assert!(matches!(
        store.migrate(),
        Err(StoreError::NewerVersion { .. })
    ));

    set(1);
    database.execute("DROP TABLE avos.holds");
    let error = store.snapshot().expect_err("older");
    assert!(
        matches!(
            server_error(&error),
            ServerError::OlderVersion { found: 1, .. }
        ),
        "{error}"
    );
    assert_eq!(store.migrate().expect("migrated"), Some(1));
    assert_eq!(store.migrate().expect("up to date"), None);
    store.snapshot().expect("a state");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_text_with_nul_is_refused_before_anything_is_written() {
    let database = TestDatabase::new();
    let store = database.store();
    let ada = || Author::new("ada@example", Timestamp::UNIX_EPOCH);
    let state = || store.snapshot().expect("a state").state;
    let web = plan(&state(), &[create_layer("web", 20), create_exp()]);
    store.apply(&web, &ada()).expect("applied");
    let edit = |to: &str| {
        let edit = json!({"field": "name", "from": "An experiment", "to": to});
        plan(&state(), &[change_exp("edit", &edit)])
    };
    let authors = [
        Author::new("a\0da", Timestamp::UNIX_EPOCH),
        Author {
            reason: Some("\0".to_owned()),
            ..ada()
        },
        Author {
            ticket: Some("A-1\0".to_owned()),
            ..ada()
        },
    ];
    let by_author = authors.iter().map(|author| store.apply(&edit("x"), author));
    let in_plan = std::iter::once(store.apply(&edit("a\0b"), &ada()));
    for outcome in by_author.chain(in_plan) {
        let error = outcome.expect_err("refused");
        assert!(
            matches!(server_error(&error), ServerError::Nul { .. }),
            "{error}"
        );
    }
    assert_eq!(store.journal_heads().expect("a journal").len(), 1);
    // The escape of a NUL isn't one.
    store.apply(&edit(r"a\u0000b"), &ada()).expect("applied");
    assert_eq!(state().layers["web"].experiments[0].name, r"a\u0000b");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn no_message_has_the_password() {
    let database = TestDatabase::new();
    let (user, place) = database.url.rsplit_once('@').expect("a user");
    let (scheme_and_user, _) = user.rsplit_once(':').expect("a password");
    let wrong = format!("{scheme_and_user}:open-sesame@{place}");
    let nowhere = format!("{scheme_and_user}:open-sesame@127.0.0.1:1/avos");
    for url in [wrong, nowhere] {
        let store = store_at(&url);
        let location = store.location();
        let error = store.snapshot().expect_err("refused");
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{store:?}"),
            location.to_string(),
            format!("{location:?}"),
        ] {
            assert!(!text.contains("open-sesame"), "{text}");
        }
        assert_eq!(DatabaseLocation::parse(&url), Ok(location));
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn wrong_rows_are_refused_with_their_place() {
    let database = TestDatabase::new();
    let store = database.store();
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    let base = store.snapshot().expect("a state").state;
    let web = plan(&base, &[create_layer("web", 20), create_exp()]);
    store.apply(&web, &author).expect("applied");
    for (wrong, right, expected) in [
        (
            "UPDATE avos.experiments SET traffic_percentage = 'NaN'",
            "UPDATE avos.experiments SET traffic_percentage = 0.25",
            r#"experiments "exp": traffic_percentage is not a number from 0 to 1"#,
        ),
        (
            "UPDATE avos.experiments SET status = 'ACTIVE'",
            "UPDATE avos.experiments SET status = 'active'",
            r#"experiments "exp": `ACTIVE`: unknown status; expected one of draft, active, paused, completed"#,
        ),
        (
            r#"UPDATE avos.experiments SET traffic_allocation = '{"control": 1.0}'"#,
            r#"UPDATE avos.experiments SET traffic_allocation = '{"control": 0.5, "blue": 0.5}'"#,
            r#"experiments "exp": traffic_allocation: variant "blue" has no share in an allocation"#,
        ),
        (
            "UPDATE avos.experiments SET start_date = 'infinity'",
            "UPDATE avos.experiments SET start_date = NULL",
            r#"experiments "exp": start_date isn't within the years -9999 to 9999"#,
        ),
        (
            "UPDATE avos.slot_runs SET last_slot = 20 WHERE first_slot = 5",
            "UPDATE avos.slot_runs SET last_slot = 9 WHERE first_slot = 5",
            r#"slot_runs "web": slots 5-20 are out of range for a layer with 20 slots"#,
        ),
        (
            "UPDATE avos.slot_runs SET experiment_id = 'gone' WHERE first_slot = 5",
            "UPDATE avos.slot_runs SET experiment_id = 'exp' WHERE first_slot = 5",
            r#"slot_runs "web": slot 5 is held by "gone", which isn't an experiment of this layer"#,
        ),
        (
            "UPDATE avos.layers SET total_slots = 0",
            "UPDATE avos.layers SET total_slots = 20",
            r#"layers "web": total_slots is 0, not 1 to 1000000"#,
        ),
    ] {
        database.execute(wrong);
        let error = store.snapshot().expect_err("corrupt");
        assert_eq!(
            error.to_string(),
            format!("inconsistent database: {expected}")
        );
        database.execute(right);
        store.snapshot().expect("sound again");
    }
}
