//! `avos srm --by COLUMN`: splits by the values of a further column.

use rusqlite::Connection;

use crate::schemas::verbs::schema;

use super::support::Logged;

/// The examples, applied in the morning of 2026-05-04, and a log with a column `platform`: 3,000 units on
/// the web and 3,000 without a platform split evenly; of 1,000 on iOS, one variant is lost.
fn desk() -> Logged {
    let desk = Logged::new();
    let database = Connection::open(&desk.place.db).expect("a database");
    let backdate = "UPDATE avos_journal SET applied_at = '2026-05-04 08:00:00.000000'";
    database.execute(backdate, ()).expect("a journal");
    desk.sql(
        "CREATE TABLE user_assignments (
             unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
             experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP,
             platform VARCHAR
         );
         WITH RECURSIVE unit(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM unit WHERE n < 6999)
         INSERT INTO user_assignments
         SELECT 'u' || n, 'web', 0, 'hero_button_colors_v1', 'A name', iif(n % 2, 'blue', 'green'), 'assigned',
                datetime('2026-05-04 12:00', n || ' seconds'),
                CASE WHEN n % 7 = 0 THEN 'ios' WHEN n % 7 < 4 THEN 'web' ELSE '' END
         FROM unit WHERE NOT (n % 7 = 0 AND n % 2);
         -- A second exposure elsewhere doesn't count.
         INSERT INTO user_assignments
         SELECT unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status,
                '2026-05-05 12:00:00', 'tv' FROM user_assignments WHERE _rowid_ <= 500;",
    );
    desk
}

#[test]
fn the_value_at_fault_explains_most_of_the_deviation() {
    let desk = desk();
    let run = desk.run("srm", &["--by", "platform"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.out), @"
    SRM: mismatch in 1 of 1 split (least corrected p 2.8e-7, at most 0.05).
    DIR/log.db: 7,000 rows, 6,500 units, 2026-05-04T12:00:00Z to 2026-05-05T12:00:00Z

    hero_button_colors_v1  6,500 units
    variant  observed  expected   share      interval  expected share
    blue        3,000   3,250.0  46.15%  43.95–48.35%          50.00%  ███████████▏│
    green       3,500   3,250.0  53.85%  51.65–56.05%          50.00%  ████████████│
    chi-squared  p 5.6e-10 ***  χ² 38.46, df 1
    sequential   p 1.4e-7       ln Bayes factor 15.7707
    corrected    p 2.8e-7       sequential p × 2: split 1 of the log
    SRM alarm since 2026-05-04T12:39:12Z, after 2,185 units
    estimated onset 2026-05-04T12:00:00Z (95%: 2026-05-04T12:00:00Z to 2026-05-04T12:23:00Z)
    `blue` is 3.85 points below its share
    by `platform`: 3 values, p alone corrected for all of them
    value   units  of all  explains   p alone  p without
    ios       500   7.69%   100.00%  2.9e-110      1.000
    (none)  3,000  46.15%     0.00%     1.000    2.9e-17
    web     3,000  46.15%     0.00%     1.000    2.9e-17
    without `platform = ios`: p 1.000

    not tested: `checkout_payment_v1`: no units yet
    not tested: `hero_layout_v1`: no units yet
    ");
}

#[test]
fn a_breakdown_is_written_as_the_contract_says() {
    let desk = desk();
    let document = desk
        .run("srm", &["--by", "PLATFORM", "--format", "json"])
        .json();
    assert!(schema("srm").is_valid(&document), "{document}");
    let by = &document["results"][0]["by"];
    assert_eq!(by["column"], "PLATFORM");
    assert_eq!(by["other_values"], 0);
    let values: Vec<_> = by["values"].as_array().into_iter().flatten().collect();
    let names: Vec<_> = values.iter().map(|value| &value["value"]).collect();
    assert_eq!(names[0], "ios");
    assert!(names.iter().any(|name| name.is_null()), "{names:?}");
    assert_eq!(values.len(), 3);
    let units = |value: &serde_json::Value| {
        let counts = value["observed_counts"].as_array().into_iter().flatten();
        counts.filter_map(serde_json::Value::as_u64).sum::<u64>()
    };
    let all: u64 = values.iter().map(|value| units(value)).sum();
    assert_eq!(all, 6500);
    // Without `--by` there is none.
    let document = desk.run("srm", &["--format", "json"]).json();
    assert_eq!(document["results"][0].get("by"), None);
}

#[test]
fn a_column_that_is_missing_or_has_too_many_values_is_refused() {
    let desk = desk();
    let run = desk.run("srm", &["--by", "plattform"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.err), @"
    error: DIR/log.db has no column `plattform` (it has unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status, assignment_timestamp, platform)
    help: name one of the log's columns
    ");
    desk.sql(
        "WITH RECURSIVE unit(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM unit WHERE n < 70000)
         INSERT INTO user_assignments
         SELECT 'v' || n, 'web', 0, 'hero_button_colors_v1', 'A name', 'blue', 'assigned', '2026-05-06', n FROM unit",
    );
    let run = desk.run("srm", &["--by", "platform"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.err), @"
    error: the column `platform` has more than 65,535 values
    help: name a column with few values, such as a platform or a country
    ");
}
