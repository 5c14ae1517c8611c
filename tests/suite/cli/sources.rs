//! `--log NAME`: a source of the settings instead of a file.

use std::fs;

use super::support::{Logged, Run, avos, command};

/// Settings with a source, which need the variable `DRIVER`.
const SETTINGS: &str = "\
sources:
  warehouse:
    driver: DRIVER
    entrypoint: duckdb_adbc_init
    dialect: duckdb
    options: {path: '${AVOS_TEST_PATH}'}
    query: |
      SELECT n || '_' || number AS unit_id, 'web' AS layer_id, 0 AS slot_index,
        'hero_button_colors_v1' AS experiment_id, variant, 'assigned' AS status, NULL AS group_key,
        TIMESTAMP '2026-05-04 12:00:00' + n * INTERVAL 1 MINUTE AS assignment_timestamp
      FROM range(40) AS minutes(n), (VALUES (0, 'blue'), (1, 'green')) AS arms(number, variant)
      -- The rows of a fair log.
";

/// Runs a verb with these settings.
fn run(desk: &Logged, driver: &str, path: Option<&str>, arguments: &[&str]) -> Run {
    let settings = desk.place.path().join("settings.yml");
    fs::write(&settings, SETTINGS.replace("DRIVER", driver)).expect("written");
    let settings = settings.display().to_string();
    let named = ["--db", &desk.place.db, "--settings", &settings];
    let mut command = command(&[arguments, &named].concat());
    command.env_remove("AVOS_TEST_PATH");
    command.envs(path.map(|path| ("AVOS_TEST_PATH", path)));
    Run::new(command.output().expect("a run"))
}

#[test]
fn a_variable_that_is_missing_is_named() {
    let desk = Logged::new();
    let run = run(&desk, "duckdb", None, &["srm", "--log", "warehouse"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @"
    error: the source `warehouse` needs the environment variable `AVOS_TEST_PATH`, which isn't set
    help: set `AVOS_TEST_PATH`, and try again
    ");
}

#[test]
fn a_name_that_is_no_source_is_a_missing_file() {
    let desk = Logged::new();
    let run = run(&desk, "duckdb", None, &["srm", "--log", "warehose"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @"
    error: the exposure log warehose doesn't exist
    help: check the name, or describe the log under `sources` in the settings; see docs/sources.md
    ");
}

/// What looks like a path is one, whatever the settings are.
#[test]
fn a_path_needs_no_settings() {
    let desk = Logged::new();
    let settings = desk.place.path().join("settings.yml");
    fs::write(&settings, "sources: 1\n").expect("written");
    let settings = settings.display().to_string();
    let run = |log: &str| {
        let words = [
            "srm",
            "--db",
            &desk.place.db,
            "--log",
            log,
            "--settings",
            &settings,
        ];
        avos(&words)
    };
    assert!(run("./warehouse").err.contains("doesn't exist"));
    assert!(run("warehouse").err.contains("`sources`"));
}

#[cfg(not(feature = "warehouse"))]
#[test]
fn a_build_without_adbc_says_so() {
    let desk = Logged::new();
    let run = run(&desk, "duckdb", Some("x"), &["srm", "--log", "warehouse"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    insta::assert_snapshot!(run.err, @"
    error: `warehouse` is a source in a warehouse, and this build has no ADBC
    help: build AVOS with `--features warehouse`; see docs/sources.md
    ");
}

#[cfg(feature = "warehouse")]
mod warehouse {
    use rusqlite::Connection;

    use super::*;

    fn driver() -> String {
        let name = "AVOS_TEST_ADBC_DUCKDB";
        std::env::var(name).unwrap_or_else(|_| panic!("{name} isn't set; see CONTRIBUTING.md"))
    }

    /// A database to which the examples were applied in the morning of 2026-05-04.
    fn desk() -> Logged {
        let desk = Logged::new();
        let database = Connection::open(&desk.place.db).expect("a database");
        let backdate = "UPDATE avos_journal SET applied_at = '2026-05-04 08:00:00.000000'";
        database.execute(backdate, ()).expect("a journal");
        desk
    }

    #[test]
    fn a_source_is_judged_as_a_file_is() {
        let desk = desk();
        let run = run(
            &desk,
            &driver(),
            Some(":memory:"),
            &["srm", "--log", "warehouse"],
        );
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        insta::assert_snapshot!(run.out, @"
        No mismatch in 1 split (least corrected p 1.000, above 0.05).
        warehouse: 80 rows, 80 units, 2026-05-04T12:00:00Z to 2026-05-04T12:39:00Z; a unit's first exposure is its earliest

        hero_button_colors_v1  80 units
        variant  observed  expected   share      interval  expected share
        blue           40      40.0  50.00%  24.24–75.76%          50.00%  ████████████│
        green          40      40.0  50.00%  24.24–75.76%          50.00%  ████████████│
        chi-squared  p 1.000  χ² 0.00, df 1
        sequential   p 1.000  ln Bayes factor -0.0773
        corrected    p 1.000  sequential p × 2: split 1 of the log

        not tested: `checkout_payment_v1`: no units yet
        not tested: `hero_layout_v1`: no units yet
        ");
    }

    /// A source with few keys: a manifest, which says where the driver is, and an environment variable.
    #[test]
    fn a_manifest_names_the_driver() {
        let desk = desk();
        let place = desk.place.path();
        let manifest = format!(
            "manifest_version = 1\n[Driver]\nentrypoint = 'duckdb_adbc_init'\nshared = '{}'\n",
            driver()
        );
        fs::write(place.join("duckdb.toml"), manifest).expect("written");
        let (_, query) = SETTINGS.split_once("query: |").expect("a query");
        let settings = format!(
            "sources:\n  warehouse:\n    driver: duckdb\n    uri_env: AVOS_TEST_URI\n    query: |{query}"
        );
        let path = place.join("settings.yml").display().to_string();
        fs::write(&path, settings).expect("written");
        let words = ["srm", "--log", "warehouse", "--format", "json"];
        let named = ["--db", &desk.place.db, "--settings", &path];
        let mut command = command(&[&words[..], &named].concat());
        command
            .env("ADBC_DRIVER_PATH", place)
            .env("AVOS_TEST_URI", ":memory:");
        let run = Run::new(command.output().expect("a run"));
        assert_eq!(run.json()["log"]["units"], 80, "{}", run.err);
    }

    #[test]
    fn a_document_says_which_exposure_is_the_first() {
        let desk = desk();
        let arguments = ["srm", "--log", "warehouse", "--format", "json"];
        let document = run(&desk, &driver(), Some(":memory:"), &arguments).json();
        assert_eq!(document["log"]["first_exposure"], "earliest");
        assert_eq!(document["log"]["units"], 80);
        let arguments = [&arguments[..], &["--since", "2026-05-04T12:30:00Z"]].concat();
        let document = run(&desk, &driver(), Some(":memory:"), &arguments).json();
        assert_eq!(document["log"]["rows"], 20);
    }

    #[test]
    fn what_the_engine_says_has_no_secrets() {
        let desk = desk();
        let path = "/nowhere/hunter2.duckdb";
        let run = run(&desk, &driver(), Some(path), &["srm", "--log", "warehouse"]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert!(run.err.contains("can't be reached"), "{}", run.err);
        assert!(!run.err.contains("hunter2"), "{}", run.err);
    }
}
