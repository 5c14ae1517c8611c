//! What the console keeps from one reading to the next is what it would find out anew: over random
//! stories of edits, other programs' applies and passing time.

use std::fs;
use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::message::{Answer, Message};
use avos::console::model::{LayerRow, Loaded, Model, States};
use avos::console::proposal::Proposal;
use avos::console::update::update;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::console::worker::{Loader, Sampler};
use avos::domain::{LayerId, LayerState};
use avos::plan::LayerDiff;
use avos::store::{Author, StateStore};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::json;

use crate::screens::drawn;
use crate::support::cases::with_cases;
use crate::support::console::press;
use crate::support::console::{now, startup};
use crate::support::desk::Desk;

/// Units of each layer: enough to tell layers apart.
const SAMPLE: u64 = 200;
/// The files that a story edits.
const FILES: [&str; 4] = ["a.yml", "b.yml", "c.yml", "d.yml"];

/// What happens between two readings.
#[derive(Clone, Debug)]
enum Event {
    /// A layer file with two experiments: their shares, and the layer and the experiment that it
    /// takes the ids of.
    Write {
        file: usize,
        layer: usize,
        experiment: usize,
        shares: [u8; 2],
        status: usize,
    },
    /// A file of other contents.
    WriteText(usize, &'static str),
    Remove(usize),
    /// The first file takes the name, and the place, of the second.
    Rename([usize; 2]),
    /// Another program applies what the files ask for, where that can be applied.
    Apply,
    /// Time passes, or a clock is put back.
    Pass(i64),
    Press(&'static str),
}

fn events() -> impl Strategy<Value = Event> {
    let file = 0..FILES.len();
    let write = (
        file.clone(),
        0..4_usize,
        0..6_usize,
        any::<[u8; 2]>(),
        0..4_usize,
    );
    let write = write.prop_map(|(file, layer, experiment, shares, status)| Event::Write {
        file,
        // Mostly its own.
        layer: if layer == 3 { (file + 1) % 4 } else { file },
        // Mostly its own, or those of the next file.
        experiment: match experiment {
            0 => (file * 2 + 2) % 8,
            1 => file * 2 + 1,
            _ => file * 2,
        },
        shares: shares.map(|share| share % 12 * 5),
        status,
    });
    let texts = ["", "layer_id: [\n", "layer_id: x\nlayer_salt: y\n", "- 1\n"];
    // The filter is typed and left like any other key.
    let keys = [
        "j", "k", "tab", "d", "s", "z", "home", "end", "/", "a", "enter", "esc", "o", "2",
        "2 enter",
    ];
    prop_oneof![
        6 => write,
        1 => (file.clone(), prop::sample::select(texts.to_vec())).prop_map(|(file, text)| Event::WriteText(file, text)),
        1 => file.clone().prop_map(Event::Remove),
        1 => [file.clone(), file].prop_map(Event::Rename),
        3 => Just(Event::Apply),
        2 => prop::sample::select(vec![-40, 1, 20, 40]).prop_map(Event::Pass),
        3 => prop::sample::select(keys.to_vec()).prop_map(Event::Press),
    ]
}

fn layer_text(layer: usize, experiment: usize, shares: [u8; 2], status: usize) -> String {
    let status = ["active", "paused", "completed", "active"][status];
    let experiments = shares.iter().zip(0..).map(|(share, number)| {
        let share = f64::from(*share) / 100.0;
        format!(
            "  - experiment_id: e{}
    layer_id: l{layer}
    name: E
    variants: [a, b]
    traffic_allocation: {{a: 0.5, b: 0.5}}
    traffic_percentage: {share}
    status: {status}
    start_date: 2026-04-20
    end_date: 2026-05-{}
",
            experiment + number,
            20 + number
        )
    });
    let experiments: String = experiments.collect();
    format!(
        "layer_id: l{layer}\nlayer_salt: s{layer}\ntotal_slots: 40\nexperiments:\n{experiments}"
    )
}

/// All that a reading says, comparable.
fn said(loaded: &Loaded) -> String {
    let review = loaded
        .review
        .as_ref()
        .map(|review| json!(review.to_report()));
    let ids = loaded.layers.iter().map(|row| &row.layer_id);
    let of_layers = ids.map(|id| {
        loaded
            .layer_review(id)
            .map(|review| json!(review.to_report()))
    });
    let of_layers: Vec<_> = of_layers.collect();
    let Loaded {
        files,
        database,
        layers,
        problems,
        states,
        ..
    } = loaded;
    let rows = layers.iter().map(|row| {
        let sides = [&row.before, &row.after].map(|side| side.as_deref().map(said_of_layer));
        let LayerRow {
            layer_id,
            file,
            is_only_in_database,
            is_in_error,
            ..
        } = row;
        format!("{layer_id} {file:?} {is_only_in_database} {is_in_error} {sides:?}")
    });
    let rows: Vec<String> = rows.collect();
    let states = states.as_ref().map(|states| {
        [&states.before, &states.after].map(|state| {
            let layers = state.layers.values().map(|layer| said_of_layer(layer));
            (state.revision.clone(), layers.collect::<Vec<_>>())
        })
    });
    format!(
        "{review:?}\n{of_layers:?}\n{files:?}\n{database:?}\n{rows:?}\n{problems:?}\n{states:?}"
    )
}

fn said_of_layer(layer: &LayerState) -> String {
    format!("{}{:?}", LayerDiff::text_of(layer), layer.slots.runs())
}

/// A console that reads on, with the worker's memory.
struct Kept {
    desk: Desk,
    loader: Loader,
    sampler: Sampler,
    model: Model,
    at: Timestamp,
}

impl Kept {
    fn new() -> Self {
        let desk = Desk::empty();
        let proposal = Proposal::Configs(desk.configs());
        let mut model = Model::new(startup(proposal), (120, 40));
        let mode = Message::Watch(WatchEvent::Mode(WatchMode::Kernel));
        let _ = update(&mut model, mode);
        Self {
            loader: loader(&desk),
            sampler: Sampler::new(SAMPLE),
            at: now(),
            desk,
            model,
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Write {
                file,
                layer,
                experiment,
                shares,
                status,
            } => {
                let text = layer_text(*layer, *experiment, *shares, *status);
                self.desk.write(FILES[*file], &text);
            }
            Event::WriteText(file, text) => self.desk.write(FILES[*file], text),
            Event::Remove(file) => {
                let _ = fs::remove_file(self.desk.configs().join(FILES[*file]));
            }
            Event::Rename(files) => {
                let [from, to] = files.map(|file| self.desk.configs().join(FILES[file]));
                let _ = fs::rename(from, to);
            }
            Event::Apply => {
                let review = loader(&self.desk).load(self.at).review;
                if let Some(plan) = review.and_then(|review| review.plan()) {
                    let author = Author::new("bob@host", self.at);
                    self.desk.store().apply(&plan, &author).expect("an apply");
                }
            }
            Event::Pass(days) => self.at += SignedDuration::from_hours(24 * days),
            Event::Press(key) => {
                press(&mut self.model, key);
            }
        }
    }

    /// Reads again, as the worker does, and beside it anew.
    fn read(&mut self) -> TestCaseResult {
        let kept = self.loader.load(self.at);
        let anew = loader(&self.desk).load(self.at);
        prop_assert_eq!(said(&kept), said(&anew));
        if let Some(states) = &kept.states {
            self.sample(states)?;
        }
        let request = self.model.running.load;
        let request = request.or_else(|| {
            let effects = update(&mut self.model, Message::Watch(WatchEvent::Proposal));
            effects.iter().find_map(|effect| match effect {
                Effect::Load(request) => Some(*request),
                _ => None,
            })
        });
        let answer = Answer::Loaded(Box::new(kept));
        let effects = update(
            &mut self.model,
            Message::Answer(request.expect("a request"), answer),
        );
        for effect in effects {
            if let Effect::Simulate {
                request, states, ..
            } = effect
            {
                let known = self
                    .sampler
                    .sample(&states, None, self.at, &|| false, &mut |_| {});
                let answer = Answer::Simulated(known.map(Arc::new));
                update(&mut self.model, Message::Answer(request, answer));
            }
        }
        Ok(())
    }

    fn sample(&mut self, states: &Arc<States>) -> TestCaseResult {
        let first = LayerId::from("l2");
        let mut reports = Vec::new();
        let kept = self
            .sampler
            .sample(states, Some(&first), self.at, &|| false, &mut |known| {
                reports.push(known);
            });
        let mut anew = Sampler::new(SAMPLE);
        let anew = anew.sample(states, None, self.at, &|| false, &mut |_| {});
        let (kept, anew) = (kept.expect("a sample"), anew.expect("a sample"));
        prop_assert_eq!(format!("{kept:?}"), format!("{anew:?}"));
        prop_assert!(reports.iter().all(|known| known.progress < 1.0));
        Ok(())
    }
}

fn loader(desk: &Desk) -> Loader {
    Loader::new(Proposal::Configs(desk.configs()), Arc::new(desk.store()))
}

proptest! {
    #![proptest_config(with_cases(24))]

    #[test]
    fn what_is_kept_is_what_is_found_anew(story in prop::collection::vec(events(), 1..14)) {
        let mut console = Kept::new();
        for event in story {
            console.happen(&event);
            console.read()?;
            // A copy has nothing made for earlier frames.
            let copy = console.model.clone();
            prop_assert_eq!(drawn(&console.model), drawn(&copy));
            prop_assert_eq!(drawn(&console.model), drawn(&copy), "and again from what is kept");
        }
    }
}
