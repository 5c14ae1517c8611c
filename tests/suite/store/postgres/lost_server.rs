//! The console's reading while the server is away.

use std::sync::Arc;

use avos::console::proposal::Proposal;
use avos::console::worker::Loader;
use avos::store::{Author, StateStore};
use jiff::Timestamp;

use crate::store::support::{create_layer, plan};
use crate::support::postgres::{TestDatabase, store_at};
use crate::support::proxy::Proxy;

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_last_state_stays_until_the_server_is_back() {
    let database = TestDatabase::new();
    let apply = |layer: &str| {
        let store = database.store();
        let state = store.snapshot().expect("a state").state;
        let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
        let plan = plan(&state, &[create_layer(layer, 9)]);
        store.apply(&plan, &author).expect("applied");
    };
    apply("web");
    let proxy = Proxy::start(&database.url);
    let store = Arc::new(store_at(&proxy.url(&database.url)));
    let configs = tempfile::tempdir().expect("a directory");
    let mut loader = Loader::new(Proposal::Configs(configs.path().into()), store);
    let mut load = || loader.load(Timestamp::UNIX_EPOCH);
    let last_entry = |loaded: &avos::console::model::Loaded| loaded.database.last_entry;

    let before = load();
    assert_eq!(
        (last_entry(&before), before.database.is_busy),
        (Some(1), false)
    );
    proxy.close();
    apply("shop");
    for _ in 0..2 {
        let away = load();
        assert_eq!(last_entry(&away), Some(1), "what was read last");
        assert!(away.database.reconnecting.is_some());
        assert!(away.database.is_busy, "it is read again soon");
        assert_eq!(away.database.exists, Ok(true));
    }
    proxy.reopen();
    let back = load();
    assert_eq!(last_entry(&back), Some(2), "what happened meanwhile");
    assert!(back.database.reconnecting.is_none());
    assert!(!back.database.is_busy);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_may_only_read_is_known() {
    let database = TestDatabase::new();
    let reader = database.user("reader", "SELECT");
    for (url, is_read_only) in [(&reader.url, true), (&database.url, false)] {
        let configs = tempfile::tempdir().expect("a directory");
        let proposal = Proposal::Configs(configs.path().into());
        let mut loader = Loader::new(proposal, Arc::new(store_at(url)));
        let database = loader.load(Timestamp::UNIX_EPOCH).database;
        assert_eq!(database.exists, Ok(true));
        assert_eq!(database.is_read_only, is_read_only);
    }
}
