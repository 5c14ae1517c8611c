//! What goes wrong in an engine is said, without secrets.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::engines::source;
use crate::exposure::warehouse::WarehouseCounter;
use crate::exposure::{
    Dialect, ExposureReader, LogError, LogRows, SecretText, SourceRelation, WarehouseSource,
    count_dimensions,
};

fn error(source: WarehouseSource) -> LogError {
    let mut counter = WarehouseCounter::new(&Arc::new(source), None);
    let refresh = counter.refresh(&mut |_| ControlFlow::Continue(()));
    refresh.expect_err("a source that can't be counted")
}

fn table(name: &str) -> SourceRelation {
    SourceRelation::Table(vec![name.to_owned()])
}

#[test]
fn a_missing_driver_table_or_column_is_named() {
    let without_driver = WarehouseSource {
        driver: "/nowhere/libadbc_driver_x.so".to_owned(),
        ..source(Dialect::DuckDb, table("x"))
    };
    let text = error(without_driver).to_string();
    let expected =
        "the driver `/nowhere/libadbc_driver_x.so` of the source `duckdb` can't be loaded: ";
    assert!(text.starts_with(expected), "{text}");
    for dialect in [Dialect::DuckDb, Dialect::PostgreSql, Dialect::Spark] {
        let text = error(source(dialect, table("no such \"table`"))).to_string();
        let expected = format!("the source `{}` can't be counted: ", dialect.as_str());
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.contains("no such"), "{text}");
        let query = SourceRelation::Query("SELECT 1 AS unit_id".to_owned());
        let text = error(source(dialect, query)).to_string();
        assert!(text.contains("experiment_id"), "{text}");
    }
}

#[test]
fn a_password_is_in_no_error() {
    let mut wrong = source(Dialect::PostgreSql, table("x"));
    let (_, uri) = wrong.options.pop().expect("a URI");
    let uri = uri.reveal().replace(":test@", ":hunter2@");
    wrong.options.push((
        "uri".to_owned(),
        SecretText::new(uri, ["hunter2".to_owned()]),
    ));
    assert!(!format!("{wrong:?}").contains("hunter2"));
    let failed = error(wrong.clone());
    assert!(matches!(failed, LogError::Connection { .. }), "{failed:?}");
    assert!(!format!("{failed:?}").contains("hunter2"), "{failed:?}");
    // A driver that repeats what it can't parse.
    wrong.options = vec![(
        "hunter2".to_owned(),
        SecretText::new("hunter2".to_owned(), ["hunter2".to_owned()]),
    )];
    let failed = error(wrong);
    assert!(!format!("{failed}").contains("hunter2"), "{failed}");
}

#[test]
fn a_query_that_is_stopped_leaves_the_counts_alone() {
    let slow = "SELECT CAST(a.i AS VARCHAR) AS unit_id, 'l' AS layer_id, 0 AS slot_index, 'e' AS experiment_id, \
         'v' AS variant, 'assigned' AS status, NULL AS group_key, TIMESTAMP '2026-01-01' AS assignment_timestamp \
         FROM generate_series(1, 100000) AS a(i), generate_series(1, 100000) AS b(j)";
    for dialect in [Dialect::PostgreSql, Dialect::DuckDb] {
        let slow = source(dialect, SourceRelation::Query(slow.to_owned()));
        let mut counter = WarehouseCounter::new(&Arc::new(slow), None);
        let refresh = counter.refresh(&mut |_| ControlFlow::Break(()));
        let refresh = refresh.expect("a query that was stopped");
        assert!(!refresh.is_complete);
        assert_eq!((counter.rows(), counter.summary().units()), (0, 0));
    }
}

#[test]
fn a_column_that_is_missing_is_said_with_those_that_there_are() {
    for dialect in [Dialect::PostgreSql, Dialect::DuckDb, Dialect::Spark] {
        let query = "SELECT 'u' AS unit_id, 'ios' AS platform, 'DE' AS country";
        let log = source(dialect, SourceRelation::Query(query.to_owned())).into();
        let columns = ["plattform".to_owned()];
        let failed = count_dimensions(&log, &columns, None, &mut |_| ControlFlow::Continue(()));
        let failed = failed.expect_err("a column that is missing");
        assert_eq!(
            failed.to_string(),
            format!(
                "{} has no column `plattform` (it has unit_id, platform, country)",
                dialect.as_str()
            )
        );
        assert_eq!(failed.help().as_deref(), Some("did you mean `platform`?"));
    }
}

#[test]
fn rows_of_a_source_are_not_to_be_had() {
    let source = source(Dialect::DuckDb, table("x"));
    let failed = LogRows::open(crate::exposure::LogLocation::from(source));
    let failed = failed.expect_err("a source");
    assert_eq!(
        failed.to_string(),
        "the source `duckdb` is counted where it is: its rows can't be read one by one, and none can be appended"
    );
}
