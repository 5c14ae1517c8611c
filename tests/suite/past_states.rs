//! States of the past: after each entry of the journal and at any time they are what they were, or
//! unknown.

use std::sync::Arc;

use avos::domain::{HashAlgorithm, Revision, State};
use avos::plan::{BaseLayers, Plan};
use avos::store::{Author, JournalEntry, JournalQuery, MemoryStore, Snapshot, StateStore};
use avos::timeline::{KnownEntries, Moment, PastState, Timeline, UnknownPast};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::support::cases::with_cases;
use crate::support::histories::{History, histories};
use crate::support::reviewing::id_of_plan;
use crate::support::world::said;

/// An apply as it was lived.
#[derive(Clone, Debug)]
struct Lived {
    at: Timestamp,
    before: State,
    after: State,
    /// Whether the next entry, or the present, starts from another state.
    is_left_otherwise: bool,
}

/// How long after the last apply the next one comes, in microseconds: a clock may be put back.
fn ticks() -> impl Strategy<Value = Vec<i64>> {
    let tick = prop::sample::select(&[0, 1, 2, 3, -1, -2, 90_000_000][..]);
    prop::collection::vec(tick, 16)
}

fn state(store: &dyn StateStore) -> State {
    let snapshot = match store.snapshot() {
        Err(error) if error.is_missing() => Snapshot::empty(),
        read => read.expect("a state"),
    };
    snapshot.state
}

/// Applies what may be applied of a history. Another program may write after each apply: it says
/// whether it did.
fn live(
    history: &History,
    ticks: &[i64],
    store: &dyn StateStore,
    mut interfere: impl FnMut() -> bool,
) -> Vec<Lived> {
    let mut at: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a time");
    let mut lived = Vec::new();
    for (changes, tick) in history.written().into_iter().zip(ticks.iter().cycle()) {
        at += SignedDuration::from_micros(*tick);
        let before = state(store);
        let plan = Plan {
            plan_id: id_of_plan(&changes, &before),
            base_layers: BaseLayers::of(&changes, &before),
            is_for_empty_database: before.layers.is_empty(),
            changes,
            diff: String::new(),
        };
        let author = Author::new("ada@example", at);
        store.apply(&plan, &author).expect("an apply");
        lived.push(Lived {
            at,
            before,
            after: state(store),
            is_left_otherwise: interfere(),
        });
    }
    lived
}

fn journal(store: &dyn StateStore) -> Vec<JournalEntry> {
    if state(store).layers.is_empty() {
        return Vec::new();
    }
    store.journal(JournalQuery::All).expect("a journal")
}

/// What should be known of these applies.
struct Model<'l> {
    lived: &'l [Lived],
    ids: Vec<i64>,
    /// Whether the entry after another program's write kept what it found.
    is_told: bool,
}

impl<'l> Model<'l> {
    /// Of these applies, with the entries that the journal has of them, newest first.
    fn new(lived: &'l [Lived], entries: &[JournalEntry], is_told: bool) -> Self {
        let ids: Vec<i64> = entries.iter().rev().map(|entry| entry.journal_id).collect();
        assert_eq!(ids.len(), lived.len());
        Self {
            lived,
            ids,
            is_told,
        }
    }

    fn began_empty(&self) -> bool {
        self.lived[0].before.layers.is_empty()
    }

    fn is_intact(lived: &[Lived]) -> bool {
        lived.iter().all(|apply| !apply.is_left_otherwise)
    }

    fn is_known(&self, index: usize) -> bool {
        let (earlier, later) = self.lived.split_at(index);
        self.is_told || Self::is_intact(later) || (self.began_empty() && Self::is_intact(earlier))
    }

    /// The index of the last apply that isn't later.
    fn last_until(&self, at: Timestamp) -> Option<usize> {
        let mut clock = Timestamp::MIN;
        let applied = self.lived.iter().map(|apply| {
            clock = clock.max(apply.at);
            clock
        });
        applied
            .take_while(|clock| *clock <= at)
            .count()
            .checked_sub(1)
    }

    fn known(&self) -> KnownEntries {
        let indices = || 0..self.lived.len();
        let until = indices().take_while(|index| self.is_known(*index)).last();
        let from = indices()
            .rev()
            .take_while(|index| self.is_known(*index))
            .last();
        KnownEntries {
            until: until.map(|index| self.ids[index]),
            from: from.map(|index| self.ids[index]),
        }
    }

    /// The last apply after which somebody else wrote.
    fn obstacle(&self) -> UnknownPast {
        let index = self.lived.iter().rposition(|apply| apply.is_left_otherwise);
        self.outside(index.expect("somebody else wrote"))
    }

    fn outside(&self, index: usize) -> UnknownPast {
        UnknownPast::Outside {
            after: self.ids[index],
            known: self.known(),
        }
    }

    /// The state at the start of an era; of the first one, right before the first apply.
    fn at_start(&self, era: usize) -> Result<(&State, Option<i64>), UnknownPast> {
        match era.checked_sub(1) {
            None if Self::is_intact(self.lived) || self.began_empty() => {
                Ok((&self.lived[0].before, None))
            }
            Some(index) if self.is_known(index) => {
                Ok((&self.lived[index].after, Some(self.ids[index])))
            }
            _ => Err(self.obstacle()),
        }
    }

    fn at_time(&self, at: Timestamp) -> Result<(&State, Option<i64>), UnknownPast> {
        let Some(index) = self.last_until(at) else {
            return self.at_start(0);
        };
        let apply = &self.lived[index];
        let found = self.at_start(index + 1)?;
        if apply.is_left_otherwise && apply.at != at {
            return Err(self.outside(index));
        }
        Ok(found)
    }

    /// Every time that matters.
    fn times(&self) -> Vec<Timestamp> {
        let micros = |micros| SignedDuration::from_micros(micros);
        let around = |apply: &Lived| [-45_000_000, -1, 0, 1].map(|more| apply.at + micros(more));
        let mut times: Vec<Timestamp> = self.lived.iter().flat_map(around).collect();
        times.push(Timestamp::MIN);
        times.push(Timestamp::MAX);
        times
    }

    fn compare(&self, timeline: &Timeline) {
        let eras = timeline.eras();
        assert_eq!(eras.len(), self.lived.len() + 1);
        for era in 0..eras.len() {
            let found = timeline.state_at_start(era);
            if let Ok(past) = &found {
                assert_eq!(past.era, era);
            }
            let expected = told(self.at_start(era), timeline);
            assert_eq!(found.map(told_by), expected, "era {era}");
        }
        for (index, id) in self.ids.iter().enumerate() {
            assert_eq!(timeline.era_after(*id), Some(index + 1));
        }
        for at in self.times() {
            let expected = told(self.at_time(at), timeline);
            assert_eq!(timeline.state_at(at).map(told_by), expected, "{at}");
        }
    }
}

/// What a state of the past says: its layers, its revision, and of when it is.
type Told = (Vec<String>, Revision, Moment);

fn told_by(past: PastState) -> Told {
    (said(&past.state.layers), past.state.revision, past.moment)
}

fn told(
    expected: Result<(&State, Option<i64>), UnknownPast>,
    timeline: &Timeline,
) -> Result<Told, UnknownPast> {
    let (state, id) = expected?;
    let mut applies = timeline.applies().cloned();
    let moment = match id {
        None => Moment::Before(applies.next().expect("an apply")),
        Some(id) => {
            let apply = applies.find(|apply| apply.journal_id == id);
            Moment::After(apply.expect("the apply"))
        }
    };
    Ok((said(&state.layers), state.revision.clone(), moment))
}

/// Lives a history in a new store, without anybody else.
fn comes_back(history: &History, ticks: &[i64], store: &dyn StateStore) {
    let lived = live(history, ticks, store, || false);
    let entries = journal(store);
    let timeline = Timeline::new(&state(store), &entries);
    if lived.is_empty() {
        let unknown = timeline.state_at(Timestamp::MIN).expect_err("no journal");
        assert_eq!(unknown, UnknownPast::NoJournal);
        return;
    }
    Model::new(&lived, &entries, true).compare(&timeline);
    // What an entry doesn't concern is shared.
    for era in 1..timeline.eras().len() {
        let [before, after] =
            [era - 1, era].map(|era| timeline.state_at_start(era).expect("known"));
        let concerned = &after.moment.apply().layers;
        for (id, layer) in &before.state.layers {
            let is_shared = Arc::ptr_eq(layer, &after.state.layers[id]);
            assert!(is_shared || concerned.contains(id), "{id} in era {era}");
        }
    }
}

proptest! {
    #![proptest_config(with_cases(64))]

    #[test]
    fn every_state_comes_back_from_memory(history in histories(), ticks in ticks()) {
        comes_back(&history, &ticks, &MemoryStore::new(HashAlgorithm::Sha256));
    }

    /// Entries may be missing: those before the first one, those after the last one, any.
    #[test]
    fn of_a_journal_with_gaps_only_what_it_knows_comes_back(
        history in histories(),
        ticks in ticks(),
        missing in prop::collection::vec(prop::bool::weighted(0.25), 16),
    ) {
        let store = MemoryStore::new(HashAlgorithm::Sha256);
        let lived = live(&history, &ticks, &store, || false);
        let is_kept = |index: usize| !missing[index % missing.len()];
        let kept: Vec<usize> = (0..lived.len()).filter(|index| is_kept(*index)).collect();
        let present = state(&store);
        let entries = journal(&store).into_iter();
        let entries: Vec<JournalEntry> = entries
            .filter(|entry| is_kept(usize::try_from(entry.journal_id).expect("a number") - 1))
            .collect();
        let timeline = Timeline::new(&present, &entries);
        let bases = kept.iter().skip(1).map(|next| &lived[*next].before.revision);
        let bases = bases.chain([&present.revision]);
        let with_gaps: Vec<Lived> = kept
            .iter()
            .zip(bases)
            .map(|(index, base)| Lived {
                is_left_otherwise: lived[*index].after.revision != *base,
                ..lived[*index].clone()
            })
            .collect();
        if !with_gaps.is_empty() {
            Model::new(&with_gaps, &entries, false).compare(&timeline);
        }
    }
}

#[cfg(feature = "store")]
mod in_sqlite {
    use avos::store::SqliteStore;
    use rusqlite::Connection;

    use super::*;

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::new(directory.path().join("avos.db"));
        (directory, store)
    }

    proptest! {
        #![proptest_config(with_cases(16))]

        #[test]
        fn every_state_comes_back(history in histories(), ticks in ticks()) {
            let (_directory, store) = store();
            comes_back(&history, &ticks, &store);
        }

        #[test]
        fn what_others_wrote_between_hides_nothing_but_its_time(
            history in histories(),
            ticks in ticks(),
            others in prop::collection::vec(prop::bool::weighted(0.3), 16),
        ) {
            let (_directory, store) = store();
            let mut others = others.into_iter().cycle();
            let lived = live(&history, &ticks, &store, || {
                let writes = others.next().expect("endless");
                if writes {
                    // A value that no plan looks at, so that the next one still fits.
                    let sql = "UPDATE layers SET layer_salt = layer_salt || 'x'";
                    let database = Connection::open(store.path()).expect("a database");
                    database.execute_batch(sql).expect("valid SQL");
                }
                writes
            });
            if !lived.is_empty() {
                let entries = journal(&store);
                let timeline = Timeline::new(&state(&store), &entries);
                Model::new(&lived, &entries, true).compare(&timeline);
            }
        }
    }
}

#[test]
fn what_is_known_instead_is_said() {
    let outside = |until, from| UnknownPast::Outside {
        after: 5,
        known: KnownEntries { until, from },
    };
    let help = |until, from| outside(until, from).help();
    assert_eq!(help(None, None), "only the present state is known");
    assert_eq!(
        help(None, Some(6)),
        "the states after journal 6 and later are known"
    );
    assert_eq!(
        help(Some(2), None),
        "the states after journal 2 and earlier are known, and the present one"
    );
    assert_eq!(
        help(Some(2), Some(6)),
        "the states after journal 2 and earlier, and after journal 6 and later, are known"
    );
    assert_eq!(
        help(Some(9), Some(1)),
        "the state right after each entry is known"
    );
}
