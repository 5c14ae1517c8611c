//! The main loop: events become messages, `update` changes the model by them and returns effects, and the
//! loop carries these out.
//!
//! It blocks on one inbox, to which keys, watcher and worker write. No timer runs while everything can be
//! read, so an idle console sleeps. All pending messages make one frame.

use std::io;
use std::iter;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::effect::Effect;
use super::launch::LaunchError;
use super::message::Message;
use super::model::{Model, Startup, Trouble};
use super::proposal::Proposal;
use super::signals::{Caught, Signals};
use super::terminal::{self, InputReader, Screen, ScreenOptions};
use super::update::update;
use super::watch::{FileWatcher, ServerWatcher, WatchEvent};
use super::worker::{Worker, WorkerDeps};
use super::{clipboard, editor, events, view};

/// How the console exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsoleExit {
    /// The user quit.
    Quit,
    /// A signal of this number.
    Signal(i32),
}

/// How soon to retry a locked database. No timer runs while it can be read.
const RETRY: Duration = Duration::from_secs(2);

/// Everything that the console needs to run.
#[derive(Debug)]
pub(super) struct ConsoleOptions {
    /// What the screen shows from the start.
    pub startup: Startup,
    /// What the worker works with.
    pub deps: WorkerDeps,
    /// How to open the screen.
    pub screen: ScreenOptions,
    /// `$VISUAL`.
    pub visual: Option<String>,
    /// `$EDITOR`.
    pub editor: Option<String>,
    /// Whether the terminal is tmux, through which copies need another wrapping.
    pub is_inside_tmux: bool,
}

/// Prepares the console and runs it until it exits; the terminal is restored in every case. While it
/// prepares, no signal ends the process, so whatever `prepare` makes can be removed afterwards.
pub(super) fn run(
    prepare: impl FnOnce() -> Result<ConsoleOptions, LaunchError>,
) -> Result<ConsoleExit, LaunchError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let left = runtime.block_on(async {
        // Before the terminal is taken over, so that a signal can't leave it in that state.
        let signals = Signals::listen()?;
        let console = Console::open(prepare()?, signals)?;
        Ok(console.run().await?)
    });
    // Threads busy with a sample or a slow disk don't delay the exit.
    runtime.shutdown_background();
    left
}

struct Console {
    model: Model,
    screen: Screen,
    signals: Signals,
    worker: Worker,
    proposal: Proposal,
    visual: Option<String>,
    editor: Option<String>,
    is_inside_tmux: bool,
    sender: UnboundedSender<Message>,
    inbox: UnboundedReceiver<Message>,
    /// `None` while another program has the terminal.
    input: Option<InputReader>,
    /// Kept alive for its threads.
    _watcher: FileWatcher,
    /// Kept alive for its thread; only for a database on a server.
    _server: Option<ServerWatcher>,
}

impl Console {
    fn open(options: ConsoleOptions, signals: Signals) -> io::Result<Self> {
        let (sender, inbox) = unbounded_channel();
        let mut screen = Screen::open(options.screen)?;
        let size = terminal::size()?;
        let model = Model::new(options.startup, size);
        // The first frame waits only for the terminal.
        screen.draw(|frame| view::draw(&model, frame))?;

        let answers = sender.clone();
        let worker = Worker::start(options.deps.clone(), move |message| {
            // A closed inbox means that the console is exiting.
            let _ = answers.send(message);
        })?;
        let database = options.deps.store.location();
        let server = if database.path().is_none() {
            let events = sender.clone();
            Some(ServerWatcher::start(
                Arc::clone(&options.deps.store),
                move |event| {
                    let _ = events.send(Message::Watch(event));
                },
            )?)
        } else {
            None
        };
        let events = sender.clone();
        let watcher = FileWatcher::start(
            options.deps.proposal.clone(),
            database.path().map(Path::to_path_buf),
            options
                .deps
                .log
                .as_ref()
                .and_then(|log| log.path().map(Path::to_path_buf)),
            move |event| {
                let _ = events.send(Message::Watch(event));
            },
        );
        let input = Some(listen(sender.clone())?);
        Ok(Self {
            model,
            screen,
            signals,
            worker,
            proposal: options.deps.proposal,
            visual: options.visual,
            editor: options.editor,
            is_inside_tmux: options.is_inside_tmux,
            sender,
            inbox,
            input,
            _watcher: watcher,
            _server: server,
        })
    }

    async fn run(mut self) -> io::Result<ConsoleExit> {
        // The first reading of both sides.
        self.take(Message::Watch(WatchEvent::Proposal)).await?;
        loop {
            let message = tokio::select! {
                message = self.inbox.recv() => message,
                caught = self.signals.next() => match caught {
                    Caught::Leave(number) => return Ok(ConsoleExit::Signal(number)),
                    Caught::Resumed => {
                        self.screen.resume()?;
                        self.measure()?;
                        self.show()?;
                        continue;
                    }
                    Caught::Resized => {
                        self.measure()?;
                        self.show()?;
                        continue;
                    }
                },
            };
            let Some(message) = message else {
                return Ok(ConsoleExit::Quit);
            };
            let mut left = self.take(message).await?;
            while left.is_none()
                && let Ok(message) = self.inbox.try_recv()
            {
                left = self.take(message).await?;
            }
            if let Some(left) = left {
                return Ok(left);
            }
            self.show()?;
        }
    }

    fn show(&mut self) -> io::Result<()> {
        let model = &self.model;
        self.screen.draw(|frame| view::draw(model, frame))
    }

    /// Queries the terminal's size again: it may have changed while another program had the terminal.
    fn measure(&mut self) -> io::Result<()> {
        let (columns, rows) = terminal::size()?;
        // A new size only affects the model.
        let _ = update(&mut self.model, Message::Resized(columns, rows));
        Ok(())
    }

    async fn take(&mut self, message: Message) -> io::Result<Option<ConsoleExit>> {
        for effect in update(&mut self.model, message) {
            match effect {
                Effect::Load(request) => self.worker.load(request),
                Effect::RetrySoon(owner) => {
                    let sender = self.sender.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(RETRY).await;
                        // A closed inbox means that the console is exiting.
                        let _ = sender.send(Message::Retry(owner));
                    });
                }
                Effect::Simulate {
                    request,
                    states,
                    first,
                } => self.worker.simulate(request, states, first),
                Effect::Count {
                    request,
                    is_database_new,
                } => self.worker.count(request, is_database_new),
                Effect::StopCounting(request) => self.worker.stop_counting(request),
                Effect::Stage(request, comparison, marks, files) => {
                    self.worker.stage(request, comparison, marks, files);
                }
                Effect::Apply(request, plan, why) => self.worker.apply(request, plan, why),
                Effect::ListPlans(request) => self.worker.list_plans(request),
                Effect::OpenPlan(file) => self.worker.open_plan(file),
                Effect::ReadHistory(request) => self.worker.read_history(request),
                Effect::ReadEntry(request, id) => self.worker.read_entry(request, id),
                Effect::ReadPast(request) => self.worker.read_past(request),
                Effect::Explain(request, unit, state) => self.worker.explain(request, unit, state),
                Effect::Search(request, unit) => self.worker.search(request, unit),
                Effect::SearchArm(request, arm) => self.worker.search_arm(request, arm),
                Effect::BreakDown(request, asked) => self.worker.break_down(request, asked),
                Effect::StopSearching(request) => self.worker.stop_searching(request),
                Effect::Edit { file, line, column } => self.edit(&file, line, column).await?,
                Effect::EditExperiment(request, id, edit) => {
                    self.worker.edit_experiment(request, id, edit);
                }
                Effect::CreateExperiment(request, new) => {
                    self.worker.create_experiment(request, new);
                }
                Effect::PlanUndo(request, id) => self.worker.plan_undo(request, id),
                Effect::ReplaceFiles(request, edits) => self.worker.replace_files(request, edits),
                Effect::Hold(request, hold) => self.worker.hold(request, hold),
                Effect::Release(request, id, reason) => self.worker.release(request, id, reason),
                Effect::Copy { text, what } => self.copy(&text, what)?,
                Effect::Suspend => {
                    self.stop_listening();
                    self.screen.suspend()?;
                    self.listen_again()?;
                }
                Effect::Quit => return Ok(Some(ConsoleExit::Quit)),
            }
        }
        Ok(None)
    }

    /// Hands the terminal to the editor; what happens meanwhile waits in the inbox.
    async fn edit(&mut self, file: &str, line: usize, column: usize) -> io::Result<()> {
        let path = self.proposal.path().join(file);
        let command = editor::command(
            self.visual.as_deref(),
            self.editor.as_deref(),
            &path,
            line,
            column,
        );
        let closed = match command {
            Err(error) => Err(Trouble {
                message: error.to_string(),
                help: String::new(),
            }),
            Ok(command) => {
                self.stop_listening();
                let status = self
                    .screen
                    .hand_over(|| Command::new(&command.program).args(&command.args).status())?;
                self.signals.forget_interrupt().await;
                self.listen_again()?;
                match status {
                    Ok(status) if status.success() => Ok(()),
                    Ok(status) => Err(Trouble {
                        message: format!("the editor `{}` ended with {status}", command.program),
                        help: "set $VISUAL or $EDITOR to an editor that works here".to_owned(),
                    }),
                    Err(error) => Err(Trouble {
                        message: format!("the editor `{}` can't be run: {error}", command.program),
                        help: "set $VISUAL or $EDITOR to an editor that is installed".to_owned(),
                    }),
                }
            }
        };
        // The inbox outlives this.
        let _ = self.sender.send(Message::EditorClosed(closed));
        Ok(())
    }

    fn copy(&mut self, text: &str, what: &'static str) -> io::Result<()> {
        let copied = match clipboard::copy(text, self.is_inside_tmux) {
            Ok(sequence) => {
                Screen::send(&sequence)?;
                Ok(what)
            }
            Err(error) => Err(Trouble {
                message: error.to_string(),
                help: String::new(),
            }),
        };
        let _ = self.sender.send(Message::Copied(copied));
        Ok(())
    }

    /// Stops reading keys, so that the next owner of the terminal gets them.
    fn stop_listening(&mut self) {
        if let Some(input) = self.input.take() {
            input.stop();
        }
    }

    /// Reads keys again, now that the terminal is back. What was typed until now and hasn't done anything yet was
    /// meant for the program that had the terminal, though it may not have read it: it is forgotten.
    fn listen_again(&mut self) -> io::Result<()> {
        let waiting: Vec<Message> = iter::from_fn(|| self.inbox.try_recv().ok()).collect();
        for message in waiting.into_iter().filter(|message| !message.is_input()) {
            // The inbox outlives this.
            let _ = self.sender.send(message);
        }
        terminal::forget_unread()?;
        self.measure()?;
        self.input = Some(listen(self.sender.clone())?);
        Ok(())
    }
}

/// Reads the terminal's events into the inbox.
fn listen(sender: UnboundedSender<Message>) -> io::Result<InputReader> {
    InputReader::start(move |event| {
        let message = match event {
            Some(event) => events::message(event),
            // The user has gone with it.
            None => Some(Message::TerminalGone),
        };
        if let Some(message) = message {
            // A closed inbox means that the console is exiting.
            let _ = sender.send(message);
        }
    })
}
