//! What reads back: times at the end of time, odd texts, shares to the last bit.

use avos::domain::{END_OF_TIME, ExperimentRecord};
use avos::store::{Author, JournalQuery, StateStore};
use jiff::Timestamp;
use serde_json::json;

use crate::store::support::{create_experiment, create_layer, plan};
use crate::support::postgres::TestDatabase;

#[test]
#[ignore = "needs a PostgreSQL server"]
fn every_value_reads_back_as_it_was() {
    let database = TestDatabase::new();
    let store = database.store();
    let odd = "'; DROP SCHEMA avos CASCADE; -- \"\\ \u{1F389}\u{7f}\n";
    let third = 1.0 / 3.0;
    let more = json!({
        "name": odd, "priority": i64::MIN, "status": "paused",
        "start_date": "-004711-01-01T00:00:00Z", "end_date": END_OF_TIME,
        "traffic_percentage": 0.25, "reserved_percentage": 0.25,
        "variants": ["b", odd, "a"],
        "traffic_allocation": {"b": third, odd: third, "a": 1.0 - third - third},
        "splitter_type": "geo",
        "geo_allocations": {"z": {"a": 1.0, "b": 0.0, odd: 0.0}, "": {"a": 0.5, "b": 0.5, odd: 0.0}},
    });
    let base = store.snapshot().expect("a state").state;
    let changes = [
        create_layer("web", 20),
        create_experiment("web", odd, &more, [5, 0]),
    ];
    let plan = plan(&base, &changes);
    let author = Author {
        reason: Some(odd.to_owned()),
        ..Author::new(odd, END_OF_TIME)
    };
    store.apply(&plan, &author).expect("applied");
    let state = store.snapshot().expect("a state").state;
    let layer = &state.layers["web"];
    let record = ExperimentRecord::new(&"web".into(), &layer.experiments[0]);
    let planned = plan.replayed_on(&base).expect("it fits");
    let expected = ExperimentRecord::new(&"web".into(), &planned["web"].experiments[0]);
    // As text: the order of groups and variants counts too.
    let text = |record: &ExperimentRecord| serde_json::to_string(record).expect("JSON");
    assert_eq!(text(&record), text(&expected));
    let entry = &store.journal(JournalQuery::One(1)).expect("a journal")[0];
    assert_eq!((entry.actor.as_str(), entry.applied_at), (odd, END_OF_TIME));
    assert_eq!(json!(entry.changes), json!(plan.changes));
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn times_are_kept_whatever_the_zone_of_the_session() {
    let database = TestDatabase::new();
    let zoned = format!("{}?options=-c%20TimeZone%3DAsia%2FKolkata", database.url);
    let store = crate::support::postgres::store_at(&zoned);
    let at: Timestamp = "1969-12-31T23:59:59.999999Z".parse().expect("a time");
    let base = store.snapshot().expect("a state").state;
    let plan = plan(&base, &[create_layer("web", 20)]);
    store
        .apply(&plan, &Author::new("ada", at))
        .expect("applied");
    let last = |store: &dyn StateStore| store.snapshot().expect("a state").last_applied;
    assert_eq!(last(&store).map(|last| last.applied_at), Some(at));
    assert_eq!(last(&database.store()), last(&store));
}
