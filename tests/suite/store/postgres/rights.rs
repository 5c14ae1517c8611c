//! Roles that may only read, and standbys.

use avos::store::{Author, ServerError, StateStore, StoreError};
use jiff::Timestamp;

use crate::store::support::{create_layer, plan};
use crate::support::postgres::{TestDatabase, store_at};

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_may_only_read_reads_everything_and_applies_nothing() {
    let database = TestDatabase::new();
    let reader = database.user("reader", "SELECT");
    let store = store_at(&reader.url);
    let snapshot = store.snapshot().expect("a state");
    store.journal_heads().expect("a journal");
    let mut probe = store.changes().expect("a probe");
    assert!(!probe.changed().expect("seen"));
    assert!(!store.is_writable().expect("known"));
    assert!(database.store().is_writable().expect("known"));
    let plan = plan(&snapshot.state, &[create_layer("web", 9)]);
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    let error = store.apply(&plan, &author).expect_err("forbidden");
    assert!(
        matches!(error, StoreError::Server(ServerError::Forbidden { .. })),
        "{error}"
    );
    assert!(error.help().is_some());
    let error = store.init(false).expect_err("forbidden");
    assert!(
        matches!(error, StoreError::Server(ServerError::Forbidden { .. })),
        "{error}"
    );
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_may_write_all_tables_applies() {
    let database = TestDatabase::new();
    let writer = database.user("writer", "SELECT, INSERT, UPDATE, DELETE");
    let store = store_at(&writer.url);
    assert!(store.is_writable().expect("known"));
    let state = store.snapshot().expect("a state").state;
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    store
        .apply(&plan(&state, &[create_layer("web", 9)]), &author)
        .expect("applied");
    database.execute(&format!(
        "ALTER ROLE {} SET default_transaction_read_only = on",
        writer.name
    ));
    assert!(!store.is_writable().expect("known"));
    let state = store.snapshot().expect("a state").state;
    let error = store
        .apply(&plan(&state, &[create_layer("shop", 9)]), &author)
        .expect_err("forbidden");
    assert!(
        matches!(error, StoreError::Server(ServerError::Forbidden { .. })),
        "{error}"
    );
}
