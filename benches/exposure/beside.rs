//! The least that SQLite or a plain map needs for the same.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::Connection;

/// The floor of writing: the same columns in one transaction, nothing synced, nothing queued.
pub(crate) fn insert_plainly(path: &Path, rows: usize) {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; CREATE TABLE user_assignments
             (unit_id, layer_id, slot_index, experiment_id, experiment_name, variant, status,
             assignment_timestamp, group_key, source, revision); BEGIN",
        )
        .expect("a table");
    let insert = "INSERT INTO user_assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)";
    let mut statement = connection.prepare(insert).expect("a statement");
    for number in 0..rows {
        let variant = ["blue", "green"][number / 7 % 2];
        let row = (
            format!("user_{number}"),
            "homepage_hero",
            i64::try_from(number % 100).unwrap_or_default(),
            "hero_button_colors_v1",
            "Hero Button Colors",
            variant,
            "assigned",
            "2025-10-09 08:53:20.000000",
        );
        statement.execute(row).expect("a row");
    }
    connection.execute_batch("COMMIT").expect("a commit");
}

/// What SQLite needs to count rows, units not told apart.
pub(crate) fn count_by_query(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT experiment_id, variant, count(*) FROM user_assignments GROUP BY 1, 2";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    while rows.next().expect("a row").is_some() {}
}

/// The floor of reading: each value that counts need, and nothing done with it.
pub(crate) fn scan(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT unit_id, experiment_id, variant, status, assignment_timestamp, group_key \
                 FROM user_assignments ORDER BY rowid";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..6 {
            std::hint::black_box(row.get_ref(column).expect("a value"));
        }
    }
}

/// What it takes to count units plainly.
pub(crate) fn count_by_map(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT unit_id, experiment_id, variant FROM user_assignments ORDER BY rowid";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query(()).expect("rows");
    let mut seen: HashMap<(String, String), String> = HashMap::new();
    while let Some(row) = rows.next().expect("a row") {
        let text = |column| row.get::<_, String>(column).expect("a text");
        seen.entry((text(0), text(1))).or_insert_with(|| text(2));
    }
    std::hint::black_box(seen.len());
}

/// What any refresh needs.
pub(crate) fn count_last(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT max(rowid) FROM user_assignments";
    let last: i64 = connection
        .query_row(query, (), |row| row.get(0))
        .expect("a row");
    std::hint::black_box(last);
}

/// A unit's rows by SQLite alone, which has no index to find them by: how many.
pub(crate) fn select_unit(path: &Path, unit: &str) -> usize {
    let connection = Connection::open(path).expect("a database");
    let query = "SELECT * FROM user_assignments WHERE unit_id = ?";
    let mut statement = connection.prepare(query).expect("a query");
    let mut rows = statement.query([unit]).expect("rows");
    let mut found = 0;
    while rows.next().expect("a row").is_some() {
        found += 1;
    }
    found
}
