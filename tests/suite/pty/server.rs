//! A database on a server: changes of others, a server that goes away, a role that may only read.

use avos::store::{Author, StateStore};
use jiff::Timestamp;

use super::place::{Place, SIZE, apply_additions, wait_until_ready};
use crate::store::support::{create_layer, plan};
use crate::support::postgres::TestDatabase;
use crate::support::proxy::{Cut, End, Proxy, Way};

fn apply_layer(database: &TestDatabase, layer: &str) {
    let store = database.store();
    let state = store.snapshot().expect("a state").state;
    let plan = plan(&state, &[create_layer(layer, 9)]);
    let author = Author::new("ada@example", Timestamp::UNIX_EPOCH);
    store.apply(&plan, &author).expect("applied");
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_console_follows_a_server_and_finds_it_again() {
    let (place, database) = (Place::with_v1(), TestDatabase::new());
    let proxy = Proxy::start(&database.url);
    let url = proxy.url(&database.url);
    let arguments = vec!["--configs", "configs", "--db", &url];
    let mut console = place.start_only(arguments, &[], SIZE);
    apply_additions(&mut console);
    assert!(!console.written().contains(":test@"), "no password");
    apply_layer(&database, "zz_of_another");
    console.wait_for_text("zz_of_another");
    console.wait_for_no("reconnecting");
    proxy.close();
    console.wait_for_text("reconnecting");
    assert!(console.text().contains("zz_of_another"), "the last state");
    apply_layer(&database, "zz_of_a_third");
    proxy.reopen();
    console.wait_for_text("zz_of_a_third");
    console.wait_for_no("reconnecting");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_console_shows_every_apply_over_a_network_that_breaks_again_and_again() {
    let (place, database) = (Place::with_v1(), TestDatabase::new());
    let proxy = Proxy::start(&database.url);
    let url = proxy.url(&database.url);
    let mut console = place.start_only(vec!["--configs", "configs", "--db", &url], &[], SIZE);
    apply_additions(&mut console);
    // As much as a look at the state brings.
    let before = proxy.passed(Way::ToClient);
    apply_layer(&database, "zz_0");
    console.wait_for_text("zz_0");
    let length = proxy.passed(Way::ToClient) - before;
    let mut rng = fastrand::Rng::with_seed(7);
    for round in 1..9 {
        let way = [Way::ToServer, Way::ToClient][round % 2];
        let end = [End::Close, End::Reset][round / 2 % 2];
        proxy.break_after(way, rng.usize(0..length / 2), end);
        let layer = format!("zz_{round}");
        apply_layer(&database, &layer);
        console.wait_for_text(&layer);
    }
    proxy.mend();
    console.wait_for_no("reconnecting");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_console_says_what_became_of_an_apply_whose_commit_was_cut() {
    for (cut, says, entries) in [
        (Cut::BeforeCommit, "nothing was applied", 0),
        (Cut::AfterCommit, "Applied", 1),
    ] {
        let (place, database) = (Place::with_v1(), TestDatabase::new());
        let proxy = Proxy::start(&database.url);
        let url = proxy.url(&database.url);
        let mut console = place.start_only(vec!["--configs", "configs", "--db", &url], &[], SIZE);
        wait_until_ready(&mut console);
        console.wait_for_text("No errors");
        proxy.cut_next(cut);
        console.keys("a");
        console.wait_for_text("Apply (y)");
        console.keys("y");
        console.wait_for_text(says);
        let found = database.store().journal_heads().expect("a journal");
        assert_eq!(found.len(), entries, "{cut:?}");
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn a_role_that_may_only_read_gets_a_console_that_says_so() {
    let (place, database) = (Place::with_v1(), TestDatabase::new());
    let reader = database.user("reader", "SELECT");
    let arguments = vec!["--configs", "configs"];
    let environment = [("AVOS_DB", reader.url.as_str())];
    let mut console = place.start_only(arguments, &environment, SIZE);
    console.wait_for_text("read-only role");
    wait_until_ready(&mut console);
    console.keys("a");
    console.wait_for_text("apply: this role may only read the database");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}
