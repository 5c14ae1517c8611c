//! Odd rows: what can be counted is, what can't is said.

use super::support::{Place, shown};

#[test]
fn rows_that_say_nothing_are_counted_apart_and_the_rest_goes_on() {
    let time = "2025-03-01 09:00:00.000000";
    let place = Place::python(&[
        ["u1", "exp", "a", "assigned", time],
        ["-", "exp", "a", "assigned", time],
        ["u2", "-", "a", "assigned", time],
        ["u2", "exp", "-", "assigned", time],
        ["u2", "exp", "a", "-", time],
        ["u2", "exp", "a", "assigned", "-"],
        ["u2", "exp", "a", "assigned", "yesterday"],
        ["u3", "exp", "a", "ASSIGNED", time],
        ["u4", "gone", "c", "assigned", time],
        ["u5", "exp", "-", "lost", time],
        ["", "exp", "", "assigned", time],
    ]);
    insta::assert_snapshot!(shown(&place.counted()), @r"
    exp - a: 2 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 2]
    gone - c: 1 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    8 skipped, the first is 2: it has no unit_id
    ");
}

#[test]
fn values_of_any_type_are_taken_where_they_have_a_meaning() {
    let place = Place::with(
        "CREATE TABLE user_assignments (id INTEGER PRIMARY KEY, UNIT_ID, layer_id, slot_index,
         experiment_id, experiment_name, variant, status, assignment_timestamp, more);
         INSERT INTO user_assignments VALUES
         (1, 17, 'web', 0, 3, 'Exp', 1, 'assigned', 1740819600, NULL),
         (2, '17', 'web', 0, '3', 'Exp', '1', 'assigned', 1740819660.5, NULL),
         (5, x'3138', 'web', 0, '3', 'Exp', '1', 'assigned', '2025-03-01T09:00:00Z', NULL),
         (6, x'ff', 'web', 0, '3', 'Exp', '1', 'assigned', '2025-03-01 10:00:00+01:00', NULL),
         (7, 1.5, 'web', 0, '3', 'Exp', '1', 'assigned', '2025-03-01', NULL),
         (8, 'u', 'web', 0, x'ff', 'Exp', '1', 'assigned', '2025-03-01 09:00:00', NULL),
         (9, 'u', 'web', 0, '3', 'Exp', 2.5, 'assigned', '2025-03-01 09:00:00', NULL),
         (-3, 'u', 'web', 0, '3', 'Exp', '1', 'assigned', '2025-03-01 09:00:00', NULL)",
    );
    insta::assert_snapshot!(shown(&place.counted()), @r#"
    3 - 1: 3 units, 4 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:01:00.5Z [2025-03-01T09:00:00Z 3]
    4 skipped, the first is 6: its unit_id isn't text ("�"); write ids as UTF-8 text or as whole numbers below 2^53
    "#);
}

#[test]
fn long_odd_and_dangerous_names_are_only_names() {
    let long = "é".repeat(2048);
    let time = "2025-03-01 09:00:00.000000";
    let place = Place::python(&[
        [&long, &long, "a", "assigned", time],
        [&long, &long, "b", "assigned", time],
        [
            "\u{1b}[31m\n",
            "\u{202e}",
            "'; DROP TABLE x",
            "assigned",
            time,
        ],
    ]);
    let counts = place.counted();
    let arms = counts.summary().arms();
    let names: Vec<&str> = arms.iter().map(|arm| arm.experiment_id.as_str()).collect();
    assert_eq!(names, [long.as_str(), long.as_str(), "\u{202e}"]);
    assert_eq!(arms[2].variant.as_str(), "'; DROP TABLE x");
    assert_eq!(counts.summary().conflicting_units(&long.as_str().into()), 1);
}

#[test]
fn clocks_may_jump() {
    let place = Place::python(&[
        ["u1", "exp", "a", "assigned", "2025-03-01 09:00:00.000000"],
        ["u2", "exp", "a", "assigned", "2025-03-01 08:59:00.000000"],
        ["u3", "exp", "a", "assigned", "9999-12-30 00:00:00.000000"],
        ["u4", "exp", "a", "assigned", "0001-01-01 00:00:00.000000"],
        ["u5", "exp", "a", "assigned", "2025-03-01 09:00:30.000000"],
    ]);
    insta::assert_snapshot!(shown(&place.counted()), @"exp - a: 5 units, 5 exposures, 0001-01-01T00:00:00Z to 9999-12-30T00:00:00Z [0001-01-01T00:00:00Z 1, 2025-03-01T08:59:00Z 1, 2025-03-01T09:00:00Z 2, 9999-12-30T00:00:00Z 1]");
}

/// The table without types, as an import of CSV makes it, and these rows: unit, layer, slot,
/// experiment, variant, status, time, group.
fn imported(rows: &str) -> Place {
    Place::with(&format!(
        "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, variant,
         status, assignment_timestamp, group_key);
         INSERT INTO user_assignments VALUES {rows}"
    ))
}

#[test]
fn what_data_frames_and_csv_did_to_a_row_is_undone() {
    let place = imported(
        "(9, 1, 7, 3, 1, 'assigned', '2025-03-01 09:00:00', NULL),
         (9.0, 1.0, 7.0, 3.0, 1.0, 'assigned', '2025-03-01 09:00', ''),
         ('9', '1', '7.0', '3', '1', 'ASSIGNED', '2025-03-01 09:00:00 UTC', NULL),
         (char(65279) || '9', '1', '7', '3', '1', 'assigned', '2025-03-01 04:00:00 -0500', ''),
         ('9', '1', '', '3', '1', 'assigned', '2025-03-01 09:00:00,000', NULL),
         ('9', '1', 7, '', '', 'not_assigned', '2025-03-01', '')",
    );
    insta::assert_snapshot!(shown(&place.counted()), @r"
    3 - 1: 1 units, 5 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    - not_assigned: 1
    ");
}

#[test]
fn a_column_whose_name_has_a_byte_order_mark_is_found() {
    for column in ["unit_id", "assignment_timestamp", "group_key"] {
        let place = imported("('u', 'web', 7, 'exp', 'a', 'assigned', '2025-03-01 09:00', 'vip')");
        let plain = shown(&place.counted());
        place.sql(&format!(
            "ALTER TABLE user_assignments RENAME COLUMN {column} TO \"\u{feff}{column}\""
        ));
        assert_eq!(shown(&place.counted()), plain, "{column}");
    }
}

#[test]
fn times_in_another_unit_are_skipped_with_a_hint() {
    let place = imported(
        "('u', 'web', 7, 'exp', 'a', 'assigned', 1772323200000, NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', 1772323200001, NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', '1772323200000000', NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', 1.7723232e18, NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', 46082.5, NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', 20513, NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', '1970-01-21 12:18:43.200', NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', '3/1/2026 12:00', NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned', 'no' || char(10, 27) || hex(zeroblob(99)), NULL)",
    );
    let counts = place.counted();
    let said: Vec<String> = counts
        .summary()
        .skips()
        .iter()
        .map(|skipped| {
            let first = skipped.first_row.expect("a row id");
            format!("{} from {first}: {skipped}", skipped.rows)
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    1 from 6: its assignment_timestamp is a number of days since 1970 ("20513"); numbers are seconds since 1970: multiply by 86,400
    1 from 5: its assignment_timestamp is a spreadsheet's day number ("46082.5"); numbers are seconds since 1970: export it as text, or subtract 25,569 and multiply by 86,400
    1 from 7: its assignment_timestamp is in 1970 ("1970-01-21 12:18:43.200"); the unit of a number was probably mistaken before it was logged, such as seconds for nanoseconds
    1 from 3: its assignment_timestamp is in microseconds ("1772323200000000"); numbers are seconds since 1970: divide by 1,000,000
    2 from 1: its assignment_timestamp is in milliseconds ("1772323200000"); numbers are seconds since 1970: divide by 1,000
    1 from 4: its assignment_timestamp is in nanoseconds ("1772323200000000000"); numbers are seconds since 1970: divide by 1,000,000,000
    2 from 8: its assignment_timestamp isn't a time ("3/1/2026 12:00"); write it as YYYY-MM-DD HH:MM:SS, in UTC or with an offset such as +02:00
    "#);
    assert!(counts.summary().arms().is_empty());
}

#[test]
fn a_long_value_is_cut_and_its_control_characters_are_shown() {
    let place = imported(
        "('u', 'web', 7, 'exp', 'a', 'assigned', 'no' || char(10, 27) || hex(zeroblob(99)), NULL)",
    );
    let counts = place.counted();
    let skipped = counts.summary().skips().total().expect("a row");
    assert_eq!(
        skipped.value.as_deref().map(|value| value.chars().count()),
        Some(61)
    );
    let said = skipped.to_string();
    assert!(
        said.contains("(\"no\\n\\u{1b}000") && said.contains("0…\")"),
        "{said}"
    );
}

#[test]
fn statuses_that_nobody_knows_are_skipped_and_named() {
    let place = imported(
        "('u', 'web', 7, 'exp', 'a', 'lost', '2025-03-01', NULL),
         ('u', 'web', 7, 'exp', 'a', 'assigned ', '2025-03-01', NULL),
         ('u', 'web', 7, 'exp', NULL, 'Experiment_Inactive', '2025-03-01', NULL)",
    );
    insta::assert_snapshot!(shown(&place.counted()), @r#"
    exp Experiment_Inactive: 1
    2 skipped, the first is 1: its status is unknown ("lost"); write `assigned`, `not_assigned` or `experiment_inactive`, in any case
    "#);
}
