//! `avos srm --by COLUMN,…`: splits by the values of further columns.

use rusqlite::Connection;

use crate::schemas::verbs::schema;

use super::support::Logged;

/// The examples, applied in the morning of 2026-05-04, and a log with columns `platform` and `country`: 3,000 units
/// on the web and 3,000 without a platform split evenly; of 1,000 on iOS, one variant is lost. All countries lose
/// as much.
fn desk() -> Logged {
    let desk = Logged::new();
    let database = Connection::open(&desk.place.db).expect("a database");
    let backdate = "UPDATE avos_journal SET applied_at = '2026-05-04 08:00:00.000000'";
    database.execute(backdate, ()).expect("a journal");
    desk.sql(
        "CREATE TABLE user_assignments (
             unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
             experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP,
             platform VARCHAR, country VARCHAR
         );
         WITH RECURSIVE unit(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM unit WHERE n < 6999)
         INSERT INTO user_assignments
         SELECT 'u' || n, 'web', 0, 'hero_button_colors_v1', 'A name', iif(n % 2, 'blue', 'green'), 'assigned',
                datetime('2026-05-04 12:00', n || ' seconds'),
                CASE WHEN n % 7 = 0 THEN 'ios' WHEN n % 7 < 4 THEN 'web' ELSE '' END,
                iif(n / 7 % 4 < 2, 'DE', 'FR')
         FROM unit WHERE NOT (n % 7 = 0 AND n % 2);
         -- A second exposure elsewhere doesn't count.
         INSERT INTO user_assignments
         SELECT unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status,
                '2026-05-05 12:00:00', 'tv', country FROM user_assignments WHERE _rowid_ <= 500;",
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
    value              units  of all  explains   p alone  p without
    platform = ios       500   7.69%   100.00%  2.9e-110      1.000
    platform = (none)  3,000  46.15%     0.00%     1.000    2.9e-17
    platform = web     3,000  46.15%     0.00%     1.000    2.9e-17
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
    let dimensions = &document["results"][0]["dimensions"];
    assert_eq!(dimensions[0]["name"], "PLATFORM");
    assert_eq!(dimensions[0]["other_values"], 0);
    let values = dimensions[0]["values"].as_array().into_iter().flatten();
    let values: Vec<String> = values
        .map(|of| {
            let p = |key: &str| of[key].as_f64().is_some_and(|p| p > 0.9);
            let fits = (p("corrected_p_value"), p("p_without"));
            let (value, units, counts) = (&of["value"], &of["units"], &of["observed_counts"]);
            format!(
                "{value} {units} {counts} {:.2} {fits:?}",
                of["explained"].as_f64().unwrap_or(f64::NAN)
            )
        })
        .collect();
    assert_eq!(
        values,
        [
            "\"ios\" 500 [0,500] 1.00 (false, true)",
            "null 3000 [1500,1500] -0.86 (true, false)",
            "\"web\" 3000 [1500,1500] -0.86 (true, false)",
        ]
    );
    // Without `--by` there is none.
    let document = desk.run("srm", &["--format", "json"]).json();
    assert_eq!(document["results"][0].get("dimensions"), None);
}

/// What is looked at of all columns is one family, and one list.
#[test]
fn several_columns_are_ranked_together() {
    let desk = desk();
    let run = desk.run("srm", &["--by", "country,platform"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let (_, by) = run.out.split_once("\nby ").expect("a breakdown");
    let (by, _) = by.split_once("\n\n").expect("what isn't tested");
    insta::assert_snapshot!(by, @"
    `country`, `platform`: 5 values, p alone corrected for all of them
    value              units  of all  explains   p alone  p without
    platform = ios       500   7.69%   100.00%  4.8e-110      1.000
    country = DE       3,250  50.00%    50.00%    4.6e-5     1.2e-5
    country = FR       3,250  50.00%    50.00%    4.6e-5     1.2e-5
    platform = (none)  3,000  46.15%     0.00%     1.000    2.9e-17
    platform = web     3,000  46.15%     0.00%     1.000    2.9e-17
    without `platform = ios`: p 1.000
    ");
    let document = |by: &[&str]| {
        let words = [by, &["--format", "json"]].concat();
        let mut document = desk.run("srm", &words).json();
        assert!(schema("srm").is_valid(&document), "{document}");
        document["results"][0]["dimensions"].take()
    };
    let both = document(&["--by", "country,platform"]);
    assert_eq!(both, document(&["--by", "country", "--by", "platform"]));
    let names: Vec<&str> = both
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|of| of["name"].as_str())
        .collect();
    assert_eq!(names, ["country", "platform"]);
    let ios = |dimensions: &serde_json::Value, place: usize| {
        let ios = &dimensions[place]["values"][0];
        assert_eq!(ios["value"], "ios");
        ios["corrected_p_value"].as_f64().expect("a number")
    };
    let (of_three, of_five) = (ios(&document(&["--by", "platform"]), 0), ios(&both, 1));
    assert!(
        (of_five / of_three - 5.0 / 3.0).abs() < 1e-9,
        "{of_five} {of_three}"
    );
}

#[test]
fn a_column_that_is_missing_or_has_too_many_values_is_refused() {
    let desk = desk();
    let run = desk.run("srm", &["--by", "plattform"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.err), @"
    error: DIR/log.db has no column `plattform` (it has unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status, assignment_timestamp, platform, country)
    help: did you mean `platform`?
    ");
    desk.sql(
        "WITH RECURSIVE unit(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM unit WHERE n < 70000)
         INSERT INTO user_assignments
         SELECT 'v' || n, 'web', 0, 'hero_button_colors_v1', 'A name', 'blue', 'assigned', '2026-05-06', n, 'DE' FROM unit",
    );
    let run = desk.run("srm", &["--by", "platform"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(desk.shown(&run.err), @"
    error: the column `platform` has more than 65,535 values
    help: name a column with few values, such as a platform or a country
    ");
}
