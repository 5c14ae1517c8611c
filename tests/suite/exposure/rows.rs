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
    exp - : 1 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    exp - a: 2 units, 2 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 2]
    gone - c: 1 units, 1 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:00:00Z [2025-03-01T09:00:00Z 1]
    exp lost: 1
    6 skipped, the first is 2: its unit_id is no text
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
    insta::assert_snapshot!(shown(&place.counted()), @r"
    3 - 1: 4 units, 5 exposures, 2025-03-01T09:00:00Z to 2025-03-01T09:01:00.5Z [2025-03-01T09:00:00Z 4]
    3 skipped, the first is 7: its assignment_timestamp is no time
    ");
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
    let arms = counts.arms();
    let names: Vec<&str> = arms.iter().map(|arm| arm.experiment_id.as_str()).collect();
    assert_eq!(names, [long.as_str(), long.as_str(), "\u{202e}"]);
    assert_eq!(arms[2].variant.as_str(), "'; DROP TABLE x");
    assert_eq!(counts.conflicting_units(&long.as_str().into()), 1);
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
