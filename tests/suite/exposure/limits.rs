//! What is bounded, and what happens at the bound.

use avos::exposure::{CountOptions, ExposureCounter};

use super::support::{PYTHON_TABLE, Place, refresh};

#[test]
fn counts_are_of_the_first_units_where_no_more_can_be_remembered() {
    let place = Place::with(PYTHON_TABLE);
    place.sql(
        "INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
         SELECT 'u' || (i % 150), 'web', 0, 'exp', 'Exp', char(97 + i / 150), 'assigned',
         '2025-03-01 09:00:00' FROM n",
    );
    let mut options = CountOptions::default();
    options.most_units = 100;
    let mut counts = ExposureCounter::new(&place.log, options);
    refresh(&mut counts);
    // Those that are remembered are still watched; the others are only counted as exposures.
    let arms: Vec<(u64, u64)> = counts
        .summary()
        .arms()
        .iter()
        .map(|arm| (arm.units, arm.exposures))
        .collect();
    assert_eq!(arms, [(100, 150), (0, 150)]);
    assert_eq!(counts.summary().conflicting_units(&"exp".into()), 100);
    assert_eq!(counts.exposures_beyond_limit(), 100);
    assert_eq!(counts.remembered_units(), 100);
}

#[test]
fn more_kinds_than_can_be_counted_are_skipped_and_said() {
    let place = Place::with(PYTHON_TABLE);
    place.sql(
        "INSERT INTO user_assignments
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 69999)
         SELECT 'u', 'web', 0, 'exp' || (i % 3), 'Exp', 'v' || i, 'assigned',
         '2025-03-01 09:00:00' FROM n",
    );
    let mut counts = place.counts();
    refresh(&mut counts);
    let kinds = 65_535;
    assert_eq!(counts.summary().arms().len(), kinds);
    let skipped = counts.summary().skips().total().expect("some are");
    assert_eq!(skipped.rows, 70_000 - kinds as u64);
    assert_eq!(
        skipped.reason,
        "the log has more kinds of exposures than can be counted"
    );
    assert_eq!(counts.rows(), 70_000);
}
