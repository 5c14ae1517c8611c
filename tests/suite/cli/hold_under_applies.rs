//! A person holds and releases while a loop of applies wants the experiment active, and both are killed
//! at any moment.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use avos::domain::Status;
use avos::store::StateStore;

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Dice, command, layer_file};

over_named_stores! {
    an_experiment_is_never_active_while_it_is_held
}

/// Rounds of holding and releasing; `AVOS_HOLD_ROUNDS` sets another number.
const ROUNDS: u64 = 60;

/// Whether the experiment is held, and whether it is active.
fn standing(store: &dyn StateStore) -> (bool, bool) {
    loop {
        match store.layer(&"web".into()) {
            Ok(layer) => {
                let layer = layer.expect("the layer");
                let experiment = layer.experiment(&"exp".into()).expect("the experiment");
                let is_active = experiment.status == Status::Active;
                let is_held = layer.holds.contains_key("exp");
                assert!(!(is_held && is_active), "active while held: {layer:?}");
                return (is_held, is_active);
            }
            Err(error) => assert!(error.is_busy(), "{error}"),
        }
    }
}

/// Runs the program, and kills every third run within some milliseconds. Whether it ended well.
fn run(arguments: &[&str], dice: &mut Dice) -> bool {
    let mut child: Child = command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a run");
    if dice.roll(3) == 0 {
        thread::sleep(Duration::from_micros(dice.roll(30_000)));
        child.kill().expect("killed");
    }
    child.wait().expect("an end").success()
}

/// Waits until this is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_mins(2), "not {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn an_experiment_is_never_active_while_it_is_held(kind: StoreKind) {
    let place = kind.empty();
    let text = layer_file("web", "exp");
    let [one, two] = ["one", "two"].map(|name| {
        let directory = place.path().join(name);
        std::fs::create_dir(&directory).expect("a directory");
        // Every apply has something to do, so that the state never rests.
        let text = text.replace("An experiment", name);
        std::fs::write(directory.join("web.yml"), text).expect("a file");
        directory.display().to_string()
    });
    assert_eq!(place.apply(&one).code, 0);
    let rounds = std::env::var("AVOS_HOLD_ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let store = place.store();
    let (is_over, applies) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice(1);
            for configs in [&two, &one].into_iter().cycle() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let apply = ["apply", "--configs", configs, "--db", &place.db, "--yes"];
                if run(&apply, &mut dice) {
                    applies.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                standing(&*store);
            }
        });
        let held = scope.spawn(|| {
            let mut dice = Dice(2);
            for round in 0..rounds {
                let reason = format!("round {round}");
                let hold = ["hold", "exp", "--db", &place.db, "--reason", &reason];
                while !run(&hold, &mut dice) {}
                assert_eq!(standing(&*store), (true, false), "round {round}");
                let seen = applies.load(Ordering::Relaxed);
                until("applied while held", || {
                    assert_eq!(standing(&*store), (true, false), "round {round}");
                    applies.load(Ordering::Relaxed) > seen + 1
                });
                while !run(&["release", "exp", "--db", &place.db], &mut dice) {}
                until("resumed by the files", || {
                    standing(&*store) == (false, true)
                });
            }
        });
        let outcome = held.join();
        is_over.store(true, Ordering::Relaxed);
        assert!(outcome.is_ok(), "see above");
    });
    // Whatever was killed, the database is whole.
    place.check_integrity();
}
