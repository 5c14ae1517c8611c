//! The company of `avos-tui --demo`: what it consists of, and what happens there, without waiting.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use avos::console::proposal::Proposal;
use avos::console::worker::Loader;
use avos::demo::Scene;
use avos::domain::{LayerState, SplitterType, State, Status};
use avos::exposure::{CountOptions, ExposureCounter, LogRows};
use avos::replay::{ReplayOptions, replay};
use avos::review::{Confirmation, Review};
use avos::store::{Author, JournalEntry, JournalQuery, SqliteStore, StateStore};
use avos::timeline::Timeline;
use avos::traffic::{Judge, JudgeOptions, Traffic};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// A scene that nobody waits for.
struct Watched {
    /// Removed last.
    scene: Scene,
    store: Arc<dyn StateStore>,
    counter: ExposureCounter,
    judge: Judge,
    _directory: TempDir,
}

/// So many seconds after the demo began.
fn after(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-05-06T07:08:09Z".parse().expect("a time");
    begin + SignedDuration::from_secs(seconds)
}

impl Watched {
    fn begin() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let scene = Scene::begin(directory.path(), after(0)).expect("a company");
        Self {
            counter: ExposureCounter::new(scene.log(), CountOptions::default()),
            store: Arc::new(SqliteStore::new(directory.path().join("avos.db"))),
            judge: Judge::default(),
            scene,
            _directory: directory,
        }
    }

    fn review(&self) -> Review {
        let proposal = Proposal::Configs(self.scene.configs().to_owned());
        let loaded = Loader::new(proposal, Arc::clone(&self.store)).load(after(0));
        Review::clone(&loaded.review.expect("a review"))
    }

    fn apply(&self) {
        let plan = self.review().plan().expect("a plan without errors");
        let author = Author::new("you@here", after(1));
        self.store.apply(&plan, &author).expect("an apply");
    }

    fn state(&self) -> State {
        self.store.snapshot().expect("a database").state
    }

    /// The journal, oldest entry first.
    fn journal(&self) -> Vec<JournalEntry> {
        let mut journal = self.store.journal(JournalQuery::All).expect("a journal");
        journal.reverse();
        journal
    }

    fn timeline(&self) -> Timeline {
        let (snapshot, entries) = self.store.snapshot_with_journal().expect("a database");
        Timeline::new(&snapshot.state, &entries)
    }

    /// The verdicts at this time, once everything has happened until then.
    fn traffic(&mut self, at: Timestamp) -> Traffic {
        self.scene.advance(at).expect("traffic");
        let refreshed = self.counter.refresh(|_| ControlFlow::Continue(()));
        refreshed.expect("a log");
        let options = JudgeOptions::new(0.001, at);
        let (summary, timeline) = (self.counter.summary(), self.timeline());
        self.judge.judge(summary, &timeline, &options)
    }
}

/// The changes of a review, such as `cart: create cart_free_shipping_bar`.
fn changes(review: &Review) -> Vec<String> {
    let name = |change: &avos::plan::Change| {
        let experiment = change.experiment_id.as_ref().expect("an experiment");
        let verb = change.action.verb();
        format!("{}: {verb} {experiment}", change.layer_id)
    };
    review.changes.iter().map(name).collect()
}

const PENDING: [&str; 3] = [
    "cart: create cart_free_shipping_bar",
    "checkout_payment: complete payment_wallets",
    "search_ranking: ramp up ranking_semantic",
];

/// Experiments whose split is a mismatch.
fn mismatches(traffic: &Traffic) -> Vec<&str> {
    let splits = traffic.splits.iter();
    let off = splits.filter(|split| split.test.as_ref().is_ok_and(|test| test.is_mismatch));
    off.map(|split| split.experiment_id.as_str()).collect()
}

#[test]
fn the_files_are_valid_and_ask_for_three_changes() {
    let watched = Watched::begin();
    let review = watched.review();
    let codes: Vec<&str> = review.diagnostics().map(|found| found.rule.code).collect();
    assert_eq!(codes, ["past-end-date"]);
    assert_eq!(changes(&review), PENDING);
    // Its slots were held before, which the journal knows.
    let notes: Vec<_> = review.notes.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(notes, ["inherits-slots"], "{:?}", review.notes);
    assert!(
        matches!(&review.confirmation, Confirmation::Type { name, .. } if name == "payment_wallets")
    );
    watched.apply();
    assert_eq!(changes(&watched.review()), [""; 0]);
}

#[test]
fn the_company_has_something_of_everything() {
    let watched = Watched::begin();
    let state = watched.state();
    let layers: Vec<&LayerState> = state.layers.values().map(|layer| &**layer).collect();
    let all = || layers.iter().flat_map(|layer| &layer.experiments);
    assert_eq!(layers.len(), 15);
    assert!(all().count() >= 45, "{}", all().count());
    for status in Status::ALL {
        assert!(all().any(|one| one.status == status), "{status}");
    }
    for kind in SplitterType::ALL {
        let is_of_kind = |one: &&avos::domain::Experiment| one.splitter.kind() == kind;
        assert!(all().any(|one| is_of_kind(&one)), "{kind}");
    }
    assert!(all().any(|one| one.reserved_percentage.exceeds(one.traffic_percentage)));
    let is_nearly_full = |layer: &&&LayerState| {
        (1..=5).contains(&(layer.slots.unused() * 100 / layer.slots.total()))
    };
    assert!(layers.iter().any(|layer| is_nearly_full(&layer)));
}

#[test]
fn the_journal_tells_of_weeks() {
    let watched = Watched::begin();
    let journal = watched.journal();
    assert_eq!(journal.len(), 12);
    assert!(journal.iter().all(|entry| !entry.changes.is_empty()));
    assert!(journal.is_sorted_by_key(|entry| entry.applied_at));
    let days = after(0).duration_since(journal[0].applied_at).as_hours() / 24;
    assert_eq!(days, 47);
    let actors: BTreeSet<&str> = journal.iter().map(|entry| entry.actor.as_str()).collect();
    assert_eq!(actors.len(), 3, "{actors:?}");
}

#[test]
fn only_the_arm_that_dies_raises_an_alarm_and_soon() {
    let mut watched = Watched::begin();
    let before = watched.traffic(after(20));
    assert!(before.splits.len() > 30);
    assert!(before.splits.iter().all(|split| {
        // Neither an alarm nor a warning by the default settings.
        let test = split.test.as_ref();
        test.is_ok_and(|test| test.corrected_p_value > 0.01)
    }));
    assert!(before.anomalies.is_empty(), "{:?}", before.anomalies);
    assert!(before.coverage.iter().all(|layer| !layer.is_rejected));

    let later = watched.traffic(after(50));
    assert_eq!(mismatches(&later), ["hero_video"]);
    // Whatever is right stays right.
    assert_eq!(mismatches(&watched.traffic(after(300))), ["hero_video"]);
}

#[test]
fn a_colleague_applies_something_else() {
    let mut watched = Watched::begin();
    watched.scene.advance(after(44)).expect("traffic");
    assert_eq!(watched.journal().len(), 12);
    watched.scene.advance(after(46)).expect("traffic");
    watched.scene.advance(after(90)).expect("traffic");
    let journal = watched.journal();
    assert_eq!(journal.len(), 13);
    let entry = journal.last().expect("an entry");
    assert_eq!(entry.actor, "dana@growth-desk");
    assert_eq!(entry.applied_at, after(45));
    assert_eq!(changes(&watched.review()), PENDING);
    watched.apply();
    assert_eq!(watched.journal().len(), 14);
}

#[test]
fn a_colleague_who_finds_no_room_applies_nothing() {
    let mut watched = Watched::begin();
    let file = watched.scene.configs().join("newsletter_signup.yml");
    let text = std::fs::read_to_string(&file).expect("our file");
    let full = text.replace("traffic_percentage: 0.3", "traffic_percentage: 0.45");
    assert_ne!(text, full);
    std::fs::write(file, full).expect("our file");
    watched.apply();
    let applied = watched.journal().len();
    watched.scene.advance(after(90)).expect("traffic");
    assert_eq!(watched.journal().len(), applied);
}

#[test]
fn the_log_is_what_the_service_answered() {
    let mut watched = Watched::begin();
    // Before the crash and after an apply, which the service follows.
    watched.apply();
    watched.scene.advance(after(60)).expect("traffic");
    let rows = LogRows::open(watched.scene.log()).expect("a log");
    let replay = replay(
        &rows,
        &watched.timeline(),
        &ReplayOptions::default(),
        &mut |_| {},
    );
    let replay = replay.expect("a readable log");
    assert_eq!(replay.mismatching(), 0, "{:?}", replay.listed);
    assert!(replay.checked() > 150_000, "{}", replay.checked());
}

#[test]
fn the_same_hour_is_the_same_again() {
    let figures = |steps: &[i64]| {
        let mut watched = Watched::begin();
        for step in &steps[..steps.len() - 1] {
            watched.scene.advance(after(*step)).expect("traffic");
        }
        let traffic = watched.traffic(after(steps[steps.len() - 1]));
        let units = |split: &avos::traffic::SplitTraffic| {
            let arms = split.arms.iter().map(|arm| arm.units).collect::<Vec<_>>();
            format!("{} {:?} {arms:?}", split.experiment_id, split.group)
        };
        traffic.splits.iter().map(units).collect::<Vec<_>>()
    };
    assert_eq!(figures(&[50]), figures(&[7, 21, 22, 49, 50]));
}
