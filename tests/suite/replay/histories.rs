//! Over generated histories: what a service logged is what it should have been, and a late one is
//! found out.

use avos::assign::{Assigner, Groups};
use avos::domain::State;
use avos::plan::{BaseLayers, Plan};
use avos::replay::{JudgedBy, Reason};
use avos::store::{Author, Snapshot, StateStore};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::support::{Desk, serve, serve_by};
use crate::support::cases::with_cases;
use crate::support::histories::{History, histories};
use crate::support::reviewing::{id_of_plan, now};

/// Applies all steps of a history that may be, five days apart, and gives the states after each
/// with their times.
fn lived(history: &History, desk: &Desk) -> Vec<(Timestamp, State)> {
    let mut at = now() - SignedDuration::from_hours(24 * 25);
    let lived = history.written().into_iter().map(|changes| {
        at += SignedDuration::from_hours(24 * 5);
        let base = desk.store.snapshot();
        let base = base.unwrap_or_else(|_| Snapshot::empty());
        let plan = Plan {
            plan_id: id_of_plan(&changes, &base.state),
            base_layers: BaseLayers::of(&changes, &base.state),
            is_for_empty_database: base.state.layers.is_empty(),
            changes,
            diff: String::new(),
        };
        desk.store
            .apply(&plan, &Author::new("ada@host", at))
            .expect("applied");
        (at, desk.state())
    });
    lived.collect()
}

/// Units, some of them of a group that the experiments of histories have.
fn units() -> Vec<(String, Groups<'static>)> {
    let groups = |number: u32| Groups {
        segment: number.is_multiple_of(2).then_some("vip"),
        ..Groups::default()
    };
    let unit = |number| (format!("unit_{number}"), groups(number));
    (0..40).map(unit).collect()
}

fn serve_all(desk: &Desk, state: &State, at: Timestamp) {
    let units = units();
    let units = units.iter().map(|(unit, groups)| (unit.as_str(), *groups));
    serve(&desk.log, state, units, at);
}

proptest! {
    #![proptest_config(with_cases(16))]

    #[test]
    fn what_a_service_logged_is_what_it_should_have_been(history in histories()) {
        let desk = Desk::empty();
        let lived = lived(&history, &desk);
        for (at, state) in &lived {
            // To the instant of the apply, and for days.
            for later in [0, 30, 24 * 60 * 2, 24 * 60 * 5 - 1] {
                serve_all(&desk, state, *at + SignedDuration::from_mins(later));
            }
        }
        if lived.is_empty() {
            return Ok(());
        }
        let replay = desk.replay();
        let sound = replay.matching + replay.unchecked.random;
        prop_assert_eq!(sound, replay.rows(), "{:?}", replay.listed.first());
        // The original's logs don't say the group.
        desk.sql("ALTER TABLE user_assignments DROP COLUMN group_key");
        let without = desk.replay();
        let sound = without.matching + without.unchecked.random + without.unchecked.no_group;
        prop_assert_eq!((sound, without.rows()), (replay.rows(), replay.rows()));
    }

    #[test]
    fn a_service_that_missed_an_apply_is_found_out(history in histories()) {
        let desk = Desk::empty();
        let lived = lived(&history, &desk);
        if lived.is_empty() {
            return Ok(());
        }
        for pair in lived.windows(2) {
            serve_all(&desk, &pair[0].1, pair[1].0 + SignedDuration::from_hours(1));
        }
        // What nobody missed, so that there is a log.
        serve_all(&desk, &lived[lived.len() - 1].1, lived[lived.len() - 1].0);
        let replay = desk.replay();
        prop_assert_eq!(replay.unchecked.unknown_state + replay.refreshing, 0);
        for row in &replay.listed {
            // Days later the layer may be again what it was: then it is still the hour that counts.
            prop_assert_eq!(row.reason, Reason::StaleService, "{:?}", row);
            let missed = lived.iter().rposition(|(at, _)| *at <= row.at).expect("an apply");
            prop_assert_eq!(row.journal_id, Some(i64::try_from(missed).expect("few") + 1));
        }
    }

    #[test]
    fn a_row_is_judged_by_the_state_that_it_names_whenever_that_was(history in histories()) {
        let desk = Desk::empty();
        let lived = lived(&history, &desk);
        let units = units();
        let units = || units.iter().map(|(unit, groups)| (unit.as_str(), *groups));
        for (_, state) in &lived {
            for (at, _) in &lived {
                let assigner = Assigner::new(state).with_revision(state.revision.clone());
                // Dates are compared with the row's time, whichever state answered.
                serve_by(&desk.log, &assigner, units(), *at + SignedDuration::from_secs(30));
            }
        }
        if lived.is_empty() {
            return Ok(());
        }
        let replay = desk.replay();
        let sound = replay.matching + replay.unchecked.random;
        prop_assert_eq!(sound, replay.rows(), "{:?}", replay.listed.first());
        let by_revision = JudgedBy { revision: replay.rows(), time: 0 };
        prop_assert_eq!(replay.judged_by, by_revision);
        // What a row doesn't fit is the state that it names, not one nearby.
        let first = lived[0].1.revision.short();
        desk.sql(&format!("UPDATE user_assignments SET revision = '{first}'"));
        let renamed = desk.replay();
        prop_assert_eq!(renamed.judged_by, by_revision);
        prop_assert_eq!(renamed.refreshing + renamed.unchecked.unknown_state, 0);
        for (reason, _) in renamed.mismatches.keys() {
            prop_assert!(!matches!(reason, Reason::StaleService | Reason::Ahead));
        }
        // A journal that doesn't know the revision judges by the time.
        desk.sql("UPDATE user_assignments SET revision = 'of another database'");
        let foreign = desk.replay();
        desk.sql("ALTER TABLE user_assignments DROP COLUMN revision");
        let without = desk.replay();
        prop_assert_eq!(without.judged_by, JudgedBy { revision: 0, time: replay.rows() });
        prop_assert_eq!(format!("{foreign:?}"), format!("{without:?}"));
    }

    /// Another program's change makes the time after it uncertain, but not what a row names.
    #[test]
    fn what_another_program_did_hides_no_state_that_a_row_names(history in histories()) {
        let desk = Desk::empty();
        let lived = lived(&history, &desk);
        let Some((at, state)) = lived.last() else { return Ok(()) };
        let database = rusqlite::Connection::open(desk.directory.path().join("avos.db"));
        let outside = "UPDATE experiments SET name = name || '!'";
        let changed = database.and_then(|database| database.execute(outside, ()));
        prop_assume!(changed.expect("valid SQL") > 0);
        let later = desk.state();
        for state in [state, &later] {
            let assigner = Assigner::new(state).with_revision(state.revision.clone());
            let units = units();
            let units = units.iter().map(|(unit, groups)| (unit.as_str(), *groups));
            serve_by(&desk.log, &assigner, units, *at + SignedDuration::from_hours(1));
        }
        let replay = desk.replay();
        let sound = replay.matching + replay.unchecked.random;
        prop_assert_eq!(sound, replay.rows(), "{:?}", replay.listed.first());
        prop_assert!(replay.judged_by.revision >= replay.rows() / 2);
    }
}
