//! A console's model with a worker of its own: keys are pressed, and everything that follows from them is
//! carried out on files and database, as in a terminal.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use avos::console::effect::Effect;
use avos::console::message::{Message, RequestId};
use avos::console::model::Model;
use avos::console::proposal::Proposal;
use avos::console::update::update;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::console::worker::{Worker, WorkerDeps};

use super::console::{now, press, says, startup};
use super::desk::Desk;
use crate::screens::picture;

/// Only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

/// The console of one person at this desk.
pub(crate) struct WorkingConsole {
    pub(crate) model: Model,
    worker: Worker,
    messages: Receiver<Message>,
    /// The requests that aren't answered yet.
    open: Vec<RequestId>,
    /// The files that were opened in the editor, with their lines.
    pub(crate) edited: Vec<(String, usize)>,
}

impl WorkingConsole {
    /// Opens the console and lets it read everything.
    pub(crate) fn open(desk: &Desk, actor: &str, size: (u16, u16)) -> Self {
        Self::open_on(desk, Proposal::Configs(desk.configs()), actor, size)
    }

    /// The same on another proposal.
    pub(crate) fn open_on(desk: &Desk, proposal: Proposal, actor: &str, size: (u16, u16)) -> Self {
        let (send, messages) = channel();
        let deps = WorkerDeps {
            proposal: proposal.clone(),
            store: Arc::new(desk.store()),
            actor: actor.to_owned(),
            sample_size: 100,
            alpha: 0.01,
            least_deviation: 0.0,
            log: None,
            now,
        };
        let worker = Worker::start(deps, move |message| {
            // The test has ended with an error of its own.
            let _ = send.send(message);
        });
        let mut console = Self {
            model: Model::new(startup(proposal), size),
            worker: worker.expect("threads"),
            messages,
            open: Vec::new(),
            edited: Vec::new(),
        };
        console.tell(Message::Watch(WatchEvent::Mode(WatchMode::Kernel)));
        console
    }

    /// Presses these keys, with blanks between them, and waits for all that follows.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let effects = press(&mut self.model, key);
            self.settle(effects);
        }
    }

    /// Presses these keys, with blanks between them, before anything is answered.
    pub(crate) fn press_ahead(&mut self, keys: &str) {
        let effects = press(&mut self.model, keys);
        self.settle(effects);
    }

    /// Pastes a text where one is typed.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.tell(Message::Paste(text.to_owned()));
    }

    /// Lets it notice that somebody else wrote files or database.
    pub(crate) fn notice(&mut self) {
        self.tell(Message::Watch(WatchEvent::Proposal));
        self.tell(Message::Watch(WatchEvent::Database));
    }

    /// Returns what it says at the bottom.
    pub(crate) fn says(&self) -> &str {
        says(&self.model)
    }

    /// Returns its screen without the first line, which has the directory and the files' times.
    pub(crate) fn screen(&self) -> String {
        let picture = picture(&self.model);
        let below = picture.split_once('\n').map(|(_, below)| below.to_owned());
        below.expect("a screen has several lines")
    }

    fn tell(&mut self, message: Message) {
        let effects = update(&mut self.model, message);
        self.settle(effects);
    }

    fn settle(&mut self, effects: Vec<Effect>) {
        self.carry_out(effects);
        while !self.open.is_empty() {
            let message = self.messages.recv_timeout(DEADLINE).expect("an answer");
            if let Message::Answer(request, _) = &message {
                self.open.retain(|open| open != request);
            }
            let effects = update(&mut self.model, message);
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let worker = &self.worker;
            let request = match effect {
                Effect::Load(request) => {
                    worker.load(request);
                    request
                }
                Effect::Simulate {
                    request,
                    states,
                    first,
                } => {
                    worker.simulate(request, states, first);
                    request
                }
                Effect::Stage(request, comparison, marks, files) => {
                    worker.stage(request, comparison, marks, files);
                    request
                }
                Effect::Apply(request, plan, why) => {
                    worker.apply(request, plan, why);
                    request
                }
                Effect::ListPlans(request) => {
                    worker.list_plans(request);
                    request
                }
                Effect::OpenPlan(file) => {
                    worker.open_plan(file);
                    continue;
                }
                Effect::ReadHistory(request) => {
                    worker.read_history(request);
                    request
                }
                Effect::ReadEntry(request, id) => {
                    worker.read_entry(request, id);
                    request
                }
                Effect::ReadPast(request) => {
                    worker.read_past(request);
                    request
                }
                Effect::EditExperiment(request, id, edit) => {
                    worker.edit_experiment(request, id, edit);
                    request
                }
                Effect::CreateExperiment(request, new) => {
                    worker.create_experiment(request, new);
                    request
                }
                Effect::PlanUndo(request, id) => {
                    worker.plan_undo(request, id);
                    request
                }
                Effect::ReplaceFiles(request, edits) => {
                    worker.replace_files(request, edits);
                    request
                }
                Effect::Hold(request, hold) => {
                    worker.hold(request, hold);
                    request
                }
                Effect::Release(request, id, reason) => {
                    worker.release(request, id, reason);
                    request
                }
                Effect::Edit { file, line, .. } => {
                    self.edited.push((file, line));
                    continue;
                }
                other => panic!("nobody carries out {other:?}"),
            };
            self.open.push(request);
        }
    }
}
