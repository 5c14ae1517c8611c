//! The moving picture: what `avos-tui --demo` shows in its first minutes. The screens are drawn by the
//! console's own code, on the demo's company, whose past and future are the same each time.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, channel};

use avos::console::effect::Effect;
use avos::console::message::Message;
use avos::console::model::{Model, Startup};
use avos::console::proposal::Proposal;
use avos::console::update::update;
use avos::console::view;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::console::worker::{Worker, WorkerDeps};
use avos::demo::Scene;
use avos::store;
use jiff::{SignedDuration, Timestamp};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use vt100::{Parser, Screen};

use crate::animation::{self, Shot};
use crate::{SIZE, console, non_zero};

/// A step of the story: the time, the keys that are pressed then, and what is shown, for so many seconds.
struct Step {
    /// In seconds from the demo's beginning.
    at: i64,
    keys: &'static [&'static str],
    caption: &'static str,
    seconds: u32,
}

const STORY: [Step; 8] = [
    Step {
        at: 10,
        keys: &[],
        caption: "Fifteen layers. Three changes are pending, and traffic splits as it should.",
        seconds: 5,
    },
    Step {
        at: 38,
        keys: &[],
        caption: "A variant crashes. Seconds later the top line shows the alarm.",
        seconds: 4,
    },
    Step {
        at: 100,
        keys: &["i"],
        caption: "i: which arm, since when, and what was applied just before.",
        seconds: 6,
    },
    Step {
        at: 104,
        keys: &["h"],
        caption: "h: the journal. Somebody else has applied something, too.",
        seconds: 4,
    },
    Step {
        at: 110,
        keys: &["esc", "i", "J"],
        caption: "J reviews the changes one by one: their units, their slots, what the log says.",
        seconds: 5,
    },
    Step {
        at: 113,
        keys: &["esc", "a"],
        caption: "a: units lose what they have, so it asks for a name.",
        seconds: 4,
    },
    Step {
        at: 116,
        keys: &[
            "p", "a", "y", "m", "e", "n", "t", "_", "w", "a", "l", "l", "e", "t", "s",
        ],
        caption: "a: units lose what they have, so it asks for a name.",
        seconds: 3,
    },
    Step {
        at: 118,
        keys: &["enter"],
        caption: "Applied, in one transaction.",
        seconds: 5,
    },
];

/// Tells the story.
pub(crate) fn draw() -> Result<String, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let mut desk = Desk::open(place.path())?;
    let mut shots = Vec::new();
    for step in &STORY {
        desk.wait_until(step.at)?;
        for key in step.keys {
            let chord = key.parse().map_err(|_| format!("`{key}` is no key"))?;
            desk.take(Message::Key(chord))?;
        }
        shots.push(Shot {
            screen: desk.screen()?,
            caption: step.caption,
            seconds: step.seconds,
        });
    }
    Ok(animation::draw(&shots))
}

/// When the story begins, in seconds since 1970.
const BEGIN: i64 = 1_778_051_280;

/// The story's clock, in seconds from its beginning.
static CLOCK: AtomicI64 = AtomicI64::new(0);

fn now() -> Timestamp {
    let seconds = BEGIN + CLOCK.load(Ordering::Relaxed);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The console without a terminal.
struct Desk {
    scene: Scene,
    model: Model,
    worker: Worker,
    answers: Receiver<Message>,
    /// Requests that aren't answered yet.
    open: usize,
}

impl Desk {
    fn open(place: &Path) -> Result<Self, Box<dyn Error>> {
        let scene = Scene::begin(place, now())?;
        let proposal = Proposal::Configs(scene.configs().to_owned());
        let startup = Startup {
            log: Some(scene.log().to_string()),
            title: Some("demo in /tmp/avos-demo".to_owned()),
            ..console::startup(proposal.clone())
        };
        let (sender, answers) = channel();
        let deps = WorkerDeps {
            proposal,
            store: store::open(scene.database()),
            log: Some(scene.log()),
            actor: "you@laptop".to_owned(),
            sample_size: u64::from(startup.srm.sample_size),
            alpha: startup.srm.alarm_at,
            least_deviation: startup.srm.least_deviation / 100.0,
            now,
        };
        let worker = Worker::start(deps, move |message| {
            // Nobody listens anymore once the picture is drawn.
            let _ = sender.send(message);
        })?;
        let mut desk = Self {
            scene,
            model: Model::new(startup, SIZE),
            worker,
            answers,
            open: 0,
        };
        desk.take(Message::Watch(WatchEvent::Mode(WatchMode::Kernel)))?;
        desk.take(Message::Watch(WatchEvent::Proposal))?;
        Ok(desk)
    }

    /// Lets everything happen until this second.
    fn wait_until(&mut self, second: i64) -> Result<(), Box<dyn Error>> {
        CLOCK.store(second, Ordering::Relaxed);
        self.scene.advance(now())?;
        self.take(Message::Watch(WatchEvent::Log))?;
        self.take(Message::Watch(WatchEvent::Database))
    }

    /// Takes a message, and waits until everything that comes of it is done.
    fn take(&mut self, message: Message) -> Result<(), Box<dyn Error>> {
        let mut next = Some(message);
        while let Some(message) = next {
            if matches!(message, Message::Answer(..)) {
                self.open -= 1;
            }
            for effect in update(&mut self.model, message) {
                self.carry_out(effect)?;
            }
            next = (self.open > 0).then(|| self.answers.recv()).transpose()?;
        }
        Ok(())
    }

    /// Has the worker carry out what is its own; nothing else is done for a picture.
    fn carry_out(&mut self, effect: Effect) -> Result<(), Box<dyn Error>> {
        let worker = &self.worker;
        match effect {
            Effect::Load(request) => {
                self.date_files()?;
                worker.load(request);
            }
            Effect::Simulate {
                request,
                states,
                first,
            } => worker.simulate(request, states, first),
            Effect::Count {
                request,
                is_database_new,
            } => worker.count(request, is_database_new),
            Effect::Apply(request, plan, why) => worker.apply(request, plan, why),
            Effect::ReadHistory(request) => worker.read_history(request),
            Effect::ReadEntry(request, id) => worker.read_entry(request, id),
            Effect::Explain(request, unit, loaded) => worker.explain(request, unit, loaded),
            Effect::Search(request, unit) => worker.search(request, unit),
            _ => return Ok(()),
        }
        self.open += 1;
        Ok(())
    }

    /// Dates layer files and database, whose times the console shows, by the story's clock.
    fn date_files(&self) -> Result<(), Box<dyn Error>> {
        let written = Timestamp::from_second(BEGIN)? - SignedDuration::from_mins(3);
        for entry in fs::read_dir(self.scene.configs())? {
            File::open(entry?.path())?.set_modified(written.into())?;
        }
        let database = self.scene.database();
        let journal = store::open(database.clone()).journal_heads()?;
        if let (Some(path), Some(last)) = (database.path(), journal.first()) {
            File::open(path)?.set_modified(last.applied_at.into())?;
        }
        Ok(())
    }

    /// The screen as a terminal would show it.
    fn screen(&self) -> Result<Screen, Box<dyn Error>> {
        let (columns, rows) = SIZE;
        let mut bytes = Vec::new();
        let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
        let mut terminal = Terminal::with_options(
            CrosstermBackend::new(&mut bytes),
            TerminalOptions { viewport },
        )?;
        terminal.draw(|frame| view::draw(&self.model, frame))?;
        drop(terminal);
        let mut parser = Parser::new(non_zero(rows), non_zero(columns), 0);
        parser.process(&bytes);
        Ok(parser.screen().clone())
    }
}
