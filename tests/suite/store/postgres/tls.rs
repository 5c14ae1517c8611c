//! What `sslmode` means, against a server with a certificate of a made-up authority, for `localhost` only.

use avos::store::{ServerError, StateStore, StoreError};

use crate::support::postgres::{TestDatabase, store_at};

/// The file with the authority's certificate. A test without it fails: it must not look as if it had passed.
fn authority() -> String {
    std::env::var("AVOS_TEST_POSTGRES_CA").expect(
        "set AVOS_TEST_POSTGRES_CA to the certificate of the authority of the server of \
         AVOS_TEST_POSTGRES (`.ci/run` makes one)",
    )
}

/// What comes of reading from the database at this host with these parameters.
fn read(database: &TestDatabase, host: &str, parameters: &str) -> Result<(), StoreError> {
    let url = database.url.replace("127.0.0.1", host);
    assert!(url.contains(host), "{url}");
    store_at(&format!("{url}?{parameters}"))
        .snapshot()
        .map(drop)
}

fn assert_untrusted(read: Result<(), StoreError>) {
    match read {
        Err(StoreError::Server(ServerError::Untrusted { .. })) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn only_the_strictest_mode_checks_the_name() {
    let database = TestDatabase::new();
    let root = format!("sslrootcert={}", authority());
    let (right, wrong) = ("localhost", "127.0.0.1");
    read(&database, right, &format!("sslmode=verify-full&{root}")).expect("the right name");
    assert_untrusted(read(
        &database,
        wrong,
        &format!("sslmode=verify-full&{root}"),
    ));
    for mode in ["verify-ca", "require", "prefer", "allow", "disable"] {
        read(&database, wrong, &format!("sslmode={mode}&{root}")).expect(mode);
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_unknown_authority_is_refused_where_one_is_asked_for() {
    let database = TestDatabase::new();
    let system = "sslrootcert=system";
    assert_untrusted(read(&database, "localhost", system));
    read(&database, "localhost", "sslmode=require").expect("nobody is asked");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("roots.pem");
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&file, text).expect("written");
        let missing = directory.path().join("missing.pem");
        for path in [&file, &missing] {
            let root = format!("sslmode=verify-ca&sslrootcert={}", path.display());
            let error = read(&database, "localhost", &root).expect_err("no authority");
            assert!(
                matches!(error, StoreError::Server(ServerError::Authorities { .. })),
                "{error}"
            );
        }
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn connections_are_encrypted_as_the_mode_says() {
    let database = TestDatabase::new();
    for (mode, is_encrypted) in [
        ("disable", false),
        ("allow", false),
        ("prefer", true),
        ("require", true),
    ] {
        let store = store_at(&format!("{}?sslmode={mode}", database.url));
        // Connects with its first question, and stays connected.
        let mut probe = store.changes().expect("a probe");
        probe.changed().expect("an answer");
        let encrypted = database.value(
            "SELECT string_agg(ssl::text, ',') FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE datname = current_database() AND application_name = 'avos'",
        );
        assert_eq!(encrypted, is_encrypted.to_string(), "{mode}");
        database.end_connections();
    }
}
