//! Saved plans, some about the same layers, applied in any order by programs that are killed at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use avos::domain::SlotRun;
use avos::store::JournalQuery;
use serde_json::Value;

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Dice, Place, avos, command};

over_named_stores! {
    saved_plans_are_applied_once_each_and_never_over_another
}

/// Rounds, each with a database of its own; `AVOS_PLAN_ROUNDS` sets another number.
const ROUNDS: u64 = 6;

const LAYERS: usize = 8;

/// The share that every experiment has at first, in percent.
const FIRST: u32 = 10;

/// The plans: their layers, and the share to which they take their experiments.
const PLANS: [(&[usize], u32); 11] = [
    (&[0], 20),
    (&[1], 20),
    (&[2], 20),
    (&[3], 20),
    (&[4], 20),
    (&[5], 20),
    (&[6], 20),
    (&[7], 20),
    (&[0], 30),
    (&[1], 30),
    (&[0, 1, 2], 40),
];

/// The layer files in which every experiment has this share.
fn configs(place: &Place, percent: u32) -> String {
    let files: Vec<(String, String)> = (0..LAYERS)
        .map(|layer| {
            let text = format!(
                "layer_id: l{layer}\nlayer_salt: salt of {layer}\nexperiments:\n- experiment_id: e{layer}\n  \
                 layer_id: l{layer}\n  name: E\n  variants: [a, b]\n  traffic_allocation: {{a: 0.5, b: 0.5}}\n  \
                 status: active\n  traffic_percentage: 0.{percent}\n"
            );
            (format!("l{layer}.yml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let directory = place.path().join(format!("configs {percent}"));
    fs::create_dir(&directory).expect("a directory");
    for (name, text) in files {
        fs::write(directory.join(name), text).expect("a file");
    }
    directory.display().to_string()
}

/// What a run said of a plan; `None` if it was killed.
fn apply(db: &str, plan: &str, dice: &Mutex<Dice>) -> Option<Value> {
    let (is_killed, moment) = {
        let mut dice = dice.lock().expect("dice");
        (dice.roll(3) == 0, dice.roll(60_000))
    };
    let mut child = command(&[
        "apply", "--plan", plan, "--db", db, "--yes", "--format", "json",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::null())
    .spawn()
    .expect("a run");
    if is_killed {
        thread::sleep(Duration::from_micros(moment));
        child.kill().expect("killed");
    }
    let output = child.wait_with_output().expect("an end");
    serde_json::from_slice(&output.stdout).ok()
}

/// Applies a plan until a run says what became of it; whether that was an apply, this one or that of a
/// run that was killed.
fn apply_until_known(db: &str, plan: &str, dice: &Mutex<Dice>) -> bool {
    loop {
        let Some(said) = apply(db, plan, dice) else {
            continue;
        };
        match said["reason"].as_str() {
            None | Some("applied") => return true,
            Some("stale") => return false,
            // Another program has the lock.
            Some("error") => {}
            Some(_) => panic!("{said}"),
        }
    }
}

/// Looks at what the database holds.
fn check(place: &Place, ids: &[String], applied: &[(usize, bool)]) {
    place.check_integrity();
    let store = place.store();
    let entries = store.journal(JournalQuery::All).expect("a journal");
    let journal = entries.iter().filter(|entry| entry.journal_id > 1);
    let journal: Vec<&str> = journal.map(|entry| entry.plan_id.0.as_str()).collect();
    let said = applied.iter().filter(|(_, is_applied)| *is_applied);
    let said: BTreeSet<&str> = said.map(|(plan, _)| ids[*plan].as_str()).collect();
    assert_eq!(said, journal.iter().copied().collect(), "what runs said");
    assert_eq!(said.len(), journal.len(), "each once");

    // Of the plans of a layer one is applied, and no two.
    let mut shares: BTreeMap<usize, u32> = BTreeMap::new();
    for (plan, (layers, percent)) in PLANS.iter().enumerate() {
        if said.contains(ids[plan].as_str()) {
            for layer in *layers {
                assert_eq!(
                    shares.insert(*layer, *percent),
                    None,
                    "an overlap on {layer}"
                );
            }
        }
    }
    for (plan, is_applied) in applied {
        let (layers, _) = PLANS[*plan];
        let is_overtaken = layers.iter().any(|layer| shares.contains_key(layer));
        assert!(*is_applied || is_overtaken, "refused for nothing: {plan}");
    }
    let layers = store.snapshot().expect("a state").state.layers;
    for layer in 0..LAYERS {
        let expected = *shares.get(&layer).unwrap_or(&FIRST);
        let found = &layers[format!("l{layer}").as_str()];
        let share = found.experiments[0].traffic_percentage.value();
        assert!(
            (share * 100.0 - f64::from(expected)).abs() < 1e-9,
            "{share} on {layer}"
        );
        let id = &found.experiments[0].experiment_id;
        let slots: u32 = found.slots.runs_of(id).map(SlotRun::slot_count).sum();
        assert_eq!(slots, expected, "on {layer}");
    }
}

fn saved_plans_are_applied_once_each_and_never_over_another(kind: StoreKind) {
    let rounds = std::env::var("AVOS_PLAN_ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"));
    let place = kind.empty();
    assert_eq!(place.apply(&configs(&place, FIRST)).code, 0);
    let files: BTreeMap<u32, String> = [20, 30, 40]
        .map(|percent| (percent, configs(&place, percent)))
        .into();
    let (paths, ids): (Vec<String>, Vec<String>) = PLANS
        .iter()
        .enumerate()
        .map(|(plan, (layers, percent))| {
            let path = place
                .path()
                .join(format!("plan {plan}"))
                .display()
                .to_string();
            let layers = layers
                .iter()
                .flat_map(|layer| ["--layer".to_owned(), format!("l{layer}")]);
            let layers: Vec<String> = layers.collect();
            let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
            let arguments = [
                "plan",
                "--configs",
                &files[percent],
                "--db",
                &place.db,
                "--out",
                &path,
                "--format",
                "json",
            ];
            let run = avos(&[&arguments[..], &layers].concat());
            let id = run.json()["plan_id"].as_str().expect("an id").to_owned();
            (path, id)
        })
        .unzip();
    let dice = Mutex::new(Dice(7));
    for round in 0..rounds {
        let copy = place.copy();
        // In every other round each plan has its layer for itself.
        let count = if round % 2 == 0 { LAYERS } else { PLANS.len() };
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            let other = dice.lock().expect("dice").roll(last as u64 + 1);
            order.swap(last, usize::try_from(other).expect("an index"));
        }
        let queue = Mutex::new(order.into_iter());
        let applied = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().expect("a queue").next();
                        let Some(plan) = next else { return };
                        let is_applied = apply_until_known(&copy.db, &paths[plan], &dice);
                        applied.lock().expect("a list").push((plan, is_applied));
                    }
                });
            }
        });
        let applied = applied.into_inner().expect("a list");
        check(&copy, &ids, &applied);
        if count == LAYERS {
            assert!(
                applied.iter().all(|(_, is_applied)| *is_applied),
                "eight of eight"
            );
        }
    }
}
