//! `--log` with Parquet and CSV files, in every verb.

#[cfg(feature = "duckdb")]
mod read_through_duckdb {
    use std::fs;
    use std::path::Path;

    use rusqlite::Connection;

    use super::super::evidence::Desk;
    use super::super::store_kind::StoreKind;
    use super::super::support::{Logged, avos};

    const COLUMNS: &str =
        "unit_id,layer_id,slot_index,experiment_id,variant,status,assignment_timestamp";

    /// Writes the rows of a log into CSV files, so many rows each.
    fn export(log: &str, directory: &Path, rows: usize) {
        let connection = Connection::open(log).expect("a log");
        let has_revision = connection.prepare("SELECT revision FROM user_assignments");
        let revision = has_revision.map_or("", |_| ",revision");
        let columns = format!("{COLUMNS}{revision}");
        let values = columns.replace(',', ", ',', ");
        let query = format!("SELECT concat({values}) FROM user_assignments ORDER BY rowid");
        let mut statement = connection.prepare(&query).expect("a query");
        let lines = statement.query_map((), |row| row.get(0)).expect("rows");
        let lines: Vec<String> = lines.map(|line| line.expect("a text")).collect();
        fs::create_dir(directory).expect("a directory");
        for (number, lines) in lines.chunks(rows).enumerate() {
            let text = format!("{columns}\n{}\n", lines.join("\n"));
            fs::write(directory.join(format!("{number:03}.csv")), text).expect("a file");
        }
    }

    #[test]
    fn files_are_tested_and_replayed_like_their_rows_in_sqlite() {
        let desk = Logged::new();
        let units: Vec<String> = (0..300).map(|number| format!("user_{number}")).collect();
        for experiment in ["homepage_hero", "checkout_flow"] {
            let words = [
                "assign",
                "--db",
                &desk.place.db,
                "--log",
                &desk.log,
                "--layer",
            ];
            let units: Vec<&str> = units.iter().map(String::as_str).collect();
            avos(&[&words[..], &[experiment, "--unit"], &units].concat());
        }
        desk.sql(
            "UPDATE user_assignments SET variant = 'blue' WHERE variant = 'green';
             INSERT INTO user_assignments (unit_id, status) VALUES ('u', 'lost')",
        );
        let files = desk.place.path().join("exposures");
        export(&desk.log, &files, 1000);
        let files = files.join("*.csv").display().to_string();
        for words in [
            &["srm"][..],
            &["srm", "--format", "json"],
            &["srm", "--by", "slot_index"],
            &["replay"],
            &["replay", "--format", "json"],
        ] {
            let run = |log: &str| {
                let run = avos(&[words, &["--db", &desk.place.db, "--log", log]].concat());
                (run.code, run.out.replace(log, "LOG"), run.err)
            };
            let of_files = run(&files);
            assert_eq!(of_files, run(&desk.log), "{words:?}");
            assert!(of_files.0 == 1 && of_files.2.is_empty(), "{of_files:?}");
        }
    }

    #[test]
    fn files_are_evidence_for_a_plan() {
        let desk = Desk::new(StoreKind::Sqlite).skewed("-1 minutes");
        let files = desk.place.path().join("exposures");
        export(&desk.log, &files, 300);
        let files = files.join("*.csv").display().to_string();
        let plan = |log: &str, more: &[&str]| {
            desk.run("plan", &desk.ramp(), &[&["--log", log], more].concat())
        };
        let evidence = |log: &str| {
            let mut said = plan(log, &["--format", "json"]).json()["evidence"][0].clone();
            // When it was judged.
            said["at"].take();
            said
        };
        assert_eq!(evidence(&files), evidence(&desk.log));
        assert_eq!(evidence(&files)["verdict"], "mismatch");
        assert_eq!(plan(&files, &["--fail-on", "mismatch"]).code, 1);
    }
}

#[cfg(not(feature = "duckdb"))]
#[test]
fn parquet_and_csv_files_need_a_build_that_reads_them() {
    use super::support::{Logged, avos};

    let desk = Logged::new();
    let mut said = String::new();
    for (verb, name) in [("srm", "*.parquet"), ("replay", "log.csv")] {
        let log = desk.place.path().join(name).display().to_string();
        let run = avos(&[verb, "--db", &desk.place.db, "--log", &log]);
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        said.push_str(&desk.shown(&run.err));
    }
    insta::assert_snapshot!(said, @"
    error: DIR/*.parquet is read as Parquet through DuckDB, and this build only reads SQLite logs
    help: build AVOS with `--features duckdb` and DuckDB's library, or give a file with another ending; see docs/exposures.md
    error: DIR/log.csv is read as CSV through DuckDB, and this build only reads SQLite logs
    help: build AVOS with `--features duckdb` and DuckDB's library, or give a file with another ending; see docs/exposures.md
    ");
}
