//! The worker's threads.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use jiff::Timestamp;

use super::deps::{Reply, WorkerDeps, guarded};
use super::exposures::{CountJob, Reader};
use super::load::Loader;
use super::lookup::LookupThreads;
use super::sample::Sampler;
use super::{edit, history, hold, plan_directory, trouble};
use crate::config::edit::ExperimentEdit;
use crate::console::breakdown::AskedBreakdown;
use crate::console::confirm::ApplyWhy;
use crate::console::edits::{EditSet, NewExperiment};
use crate::console::holds::NewHold;
use crate::console::lookup::UnitState;
use crate::console::marks::{Marks, StagedPlan};
use crate::console::message::{Answer, Message, RequestId};
use crate::console::model::{FileVersions, States, Trouble};
use crate::console::proposal::Proposal;
use crate::domain::{ExperimentId, LayerId};
use crate::exposure::LoggedArm;
use crate::git_commit::git_commit;
use crate::opened_plan::open_plan;
use crate::plan::Plan;
use crate::plan_file;
use crate::review::Comparison;
use crate::store::{Author, Snapshot, StoreError};
use crate::timeline::read_with_drift;

enum StateJob {
    Load(RequestId),
    Stage(RequestId, Arc<Comparison>, Marks, FileVersions),
    Apply(RequestId, Box<Plan>, ApplyWhy),
    History(RequestId),
    Entry(RequestId, i64),
    Past(RequestId),
    Edit(RequestId, ExperimentId, ExperimentEdit),
    Create(RequestId, NewExperiment),
    PlanUndo(RequestId, i64),
    Replace(RequestId, Box<EditSet>),
    Hold(RequestId, NewHold),
    Release(RequestId, ExperimentId, Option<String>),
    ListPlans(RequestId),
    OpenPlan(PathBuf),
}

struct SampleJob {
    request: RequestId,
    states: Arc<States>,
    first: Option<LayerId>,
}

/// A handle to the worker's threads; they end when it is dropped.
pub struct Worker {
    state: Sender<StateJob>,
    sample: Sender<SampleJob>,
    /// The newest sample that was asked for: older ones stop.
    newest_sample: Arc<AtomicU64>,
    /// `None` if there is no log.
    log: Option<Sender<CountJob>>,
    /// Readings of the log up to this request are to stop.
    stop_counting: Arc<AtomicU64>,
    lookup: LookupThreads,
    reply: Reply,
}

impl Worker {
    /// Starts the threads; `reply` is called on one of them for every answer, and in between for how
    /// far a long reading is.
    pub fn start(
        deps: WorkerDeps,
        reply: impl Fn(Message) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let reply: Reply = Arc::new(reply);
        let newest_sample = Arc::new(AtomicU64::new(0));
        let stop_counting = Arc::new(AtomicU64::new(0));
        let log = deps.log.clone().map(|log| {
            let (log_sender, jobs) = channel();
            let (stop, reply) = (Arc::clone(&stop_counting), Arc::clone(&reply));
            let reader = Reader::new(deps.clone(), log, stop, reply);
            let thread = thread::Builder::new().name("log".to_owned());
            let started = thread.spawn(move || reader.work(&jobs));
            started.map(|_| log_sender)
        });
        let log = log.transpose()?;
        let lookup = LookupThreads::new(&deps, &reply);
        let (state, state_jobs) = channel();
        let (sample, sample_jobs) = channel();
        let (sample_deps, newest) = (deps.clone(), Arc::clone(&newest_sample));
        let sample_reply = Arc::clone(&reply);
        let state_reply = Arc::clone(&reply);
        thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || work_on_state(&deps, &state_jobs, &state_reply))?;
        thread::Builder::new()
            .name("sample".to_owned())
            .spawn(move || work_on_samples(&sample_deps, &sample_jobs, &newest, &sample_reply))?;
        Ok(Self {
            state,
            sample,
            newest_sample,
            log,
            stop_counting,
            lookup,
            reply,
        })
    }

    /// Asks for proposal and database to be read.
    pub fn load(&self, request: RequestId) {
        // A thread that is gone has panicked outside of a job; nothing is left to answer.
        let _ = self.state.send(StateJob::Load(request));
    }

    /// Asks for a plan of what is marked.
    pub fn stage(
        &self,
        request: RequestId,
        comparison: Arc<Comparison>,
        marks: Marks,
        files: FileVersions,
    ) {
        let _ = self
            .state
            .send(StateJob::Stage(request, comparison, marks, files));
    }

    /// Asks for a plan to be applied.
    pub fn apply(&self, request: RequestId, plan: Box<Plan>, why: ApplyWhy) {
        let _ = self.state.send(StateJob::Apply(request, plan, why));
    }

    /// Asks for the journal's entries.
    pub fn read_history(&self, request: RequestId) {
        let _ = self.state.send(StateJob::History(request));
    }

    /// Asks for one entry of the journal.
    pub fn read_entry(&self, request: RequestId, journal_id: i64) {
        let _ = self.state.send(StateJob::Entry(request, journal_id));
    }

    /// Asks for the whole journal with the states between its entries.
    pub fn read_past(&self, request: RequestId) {
        let _ = self.state.send(StateJob::Past(request));
    }

    /// Asks for an experiment to be edited in its file.
    pub fn edit_experiment(&self, request: RequestId, id: ExperimentId, edit: ExperimentEdit) {
        let _ = self.state.send(StateJob::Edit(request, id, edit));
    }

    /// Asks for a new experiment in a layer file.
    pub fn create_experiment(&self, request: RequestId, new: NewExperiment) {
        let _ = self.state.send(StateJob::Create(request, new));
    }

    /// Asks for the way back from an entry of the journal.
    pub fn plan_undo(&self, request: RequestId, journal_id: i64) {
        let _ = self.state.send(StateJob::PlanUndo(request, journal_id));
    }

    /// Asks for files to get their new texts.
    pub fn replace_files(&self, request: RequestId, edits: Box<EditSet>) {
        let _ = self.state.send(StateJob::Replace(request, edits));
    }

    /// Asks for an experiment to be held.
    pub fn hold(&self, request: RequestId, hold: NewHold) {
        let _ = self.state.send(StateJob::Hold(request, hold));
    }

    /// Asks for an experiment to be released.
    pub fn release(&self, request: RequestId, id: ExperimentId, reason: Option<String>) {
        let _ = self.state.send(StateJob::Release(request, id, reason));
    }

    /// Asks for the saved plans of the directory.
    pub fn list_plans(&self, request: RequestId) {
        let _ = self.state.send(StateJob::ListPlans(request));
    }

    /// From now on, what is loaded and applied is this saved plan; nothing is answered.
    pub fn open_plan(&self, file: PathBuf) {
        let _ = self.state.send(StateJob::OpenPlan(file));
    }

    /// Asks for a sample of both states, beginning with the layer `first`; an unfinished one is given
    /// up.
    pub fn simulate(&self, request: RequestId, states: Arc<States>, first: Option<LayerId>) {
        self.newest_sample.store(request.number, Ordering::Relaxed);
        let _ = self.sample.send(SampleJob {
            request,
            states,
            first,
        });
    }

    /// Asks for the log to be read and judged.
    pub fn count(&self, request: RequestId, is_database_new: bool) {
        let Some(log) = &self.log else {
            (self.reply)(Message::Answer(request, Answer::Failed(trouble::no_log())));
            return;
        };
        let _ = log.send(CountJob {
            request,
            is_database_new,
        });
    }

    /// Stops the reading that this request asked for; it is answered all the same.
    pub fn stop_counting(&self, request: RequestId) {
        self.stop_counting.store(request.number, Ordering::Relaxed);
    }

    /// Asks what a unit gets in every layer.
    pub fn explain(&self, request: RequestId, unit_id: String, state: UnitState) {
        self.lookup.explain(request, unit_id, state);
    }

    /// Asks for a unit's rows in the log; an older search is given up.
    pub fn search(&self, request: RequestId, unit_id: String) {
        self.lookup.search(request, unit_id);
    }

    /// Asks for the units that an arm got last; an older search is given up.
    pub fn search_arm(&self, request: RequestId, arm: LoggedArm) {
        self.lookup.search_arm(request, arm);
    }

    /// Asks for a split by the values of dimensions; an older one is given up.
    pub fn break_down(&self, request: RequestId, asked: AskedBreakdown) {
        self.lookup.break_down(request, asked);
    }

    /// Stops the search that this request asked for; it is answered all the same.
    pub fn stop_searching(&self, request: RequestId) {
        self.lookup.stop_searching(request);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.newest_sample.store(u64::MAX, Ordering::Relaxed);
        self.stop_counting.store(u64::MAX, Ordering::Relaxed);
    }
}

fn work_on_state(deps: &WorkerDeps, jobs: &Receiver<StateJob>, reply: &Reply) {
    let mut proposal = deps.proposal.clone();
    let mut loader = Loader::new(proposal.clone(), Arc::clone(&deps.store));
    for job in jobs {
        let (request, answer) = match job {
            StateJob::Load(request) => (
                request,
                guarded(|| Answer::Loaded(Box::new(loader.load((deps.now)())))),
            ),
            StateJob::Stage(request, comparison, marks, files) => (
                request,
                guarded(|| {
                    let review = comparison.stage(marks.iter().cloned().collect(), (deps.now)());
                    Answer::Staged(Box::new(StagedPlan {
                        marks: Arc::clone(&marks),
                        review: Arc::new(review),
                        files: files.clone(),
                    }))
                }),
            ),
            StateJob::Apply(request, plan, why) => {
                (request, guarded(|| apply(deps, &proposal, &plan, why)))
            }
            StateJob::ListPlans(request) => (
                request,
                guarded(|| plan_directory::list(deps, (deps.now)())),
            ),
            StateJob::OpenPlan(file) => {
                proposal = Proposal::Plan(file);
                loader.propose(proposal.clone());
                continue;
            }
            StateJob::History(request) => (request, guarded(|| history::heads(&*deps.store))),
            StateJob::Past(request) => (request, guarded(|| history::past(&*deps.store))),
            StateJob::Edit(request, id, edit) => {
                (request, guarded(|| edit::experiment(deps, &id, &edit)))
            }
            StateJob::Create(request, new) => (request, guarded(|| edit::create(deps, &new))),
            StateJob::PlanUndo(request, id) => (request, guarded(|| edit::plan_undo(deps, id))),
            StateJob::Replace(request, edits) => (request, guarded(|| edit::replace(deps, *edits))),
            StateJob::Hold(request, hold) => (request, guarded(|| hold::hold(deps, &hold))),
            StateJob::Release(request, id, reason) => (
                request,
                guarded(|| hold::release(deps, &id, reason.as_deref())),
            ),
            StateJob::Entry(request, id) => (request, guarded(|| history::entry(&*deps.store, id))),
        };
        reply(Message::Answer(request, answer));
    }
}

fn apply(deps: &WorkerDeps, proposal: &Proposal, plan: &Plan, why: ApplyWhy) -> Answer {
    let at = (deps.now)();
    if let Some(stale) = gone_by(deps, proposal, plan, at) {
        return Answer::Stale(stale);
    }
    let (reason, ticket) = why.into_reason_and_ticket();
    let author = Author {
        reason,
        ticket,
        git: match proposal {
            Proposal::Configs(directory) => git_commit(directory),
            Proposal::Plan(_) | Proposal::Plans(_) => None,
        },
        ..Author::new(deps.actor.as_str(), at)
    };
    match deps.store.apply(plan, &author) {
        Ok(applied) => Answer::Applied {
            changes: applied.applied,
            journal_id: applied.journal_id,
        },
        Err(error @ (StoreError::Stale { .. } | StoreError::Reapplied { .. })) => {
            Answer::Stale(trouble::of(&error, error.help()))
        }
        Err(error) => Answer::Failed(trouble::of(&error, error.help())),
    }
}

/// Why a saved plan isn't any more what was reviewed. A date may have passed since it was opened, and
/// the store knows only of revisions.
fn gone_by(deps: &WorkerDeps, proposal: &Proposal, plan: &Plan, at: Timestamp) -> Option<Trouble> {
    let Proposal::Plan(file) = proposal else {
        return None;
    };
    let saved = match plan_file::read(file) {
        Ok(saved) if *saved.plan_id() == plan.plan_id => saved,
        Ok(_) => {
            return Some(Trouble {
                message: "its file now holds another plan".to_owned(),
                help: "look at that one".to_owned(),
            });
        }
        Err(error) => {
            return Some(Trouble {
                message: error.to_string(),
                help: error.help().to_owned(),
            });
        }
    };
    // What can't be read can't be applied to either: the apply will say why.
    let store = &*deps.store;
    let read = read_with_drift(store).or_else(|error| {
        let is_missing = error.is_missing();
        let nothing = || (Snapshot::empty(), Vec::new());
        is_missing.then(nothing).ok_or(error)
    });
    let (snapshot, drift) = read.ok()?;
    let opened = open_plan(&saved, store, &snapshot.state, &drift, at).ok()?;
    let refusal = opened.reopened.outcome.err()?;
    Some(Trouble {
        message: refusal.to_string(),
        help: refusal.help().to_owned(),
    })
}

fn work_on_samples(
    deps: &WorkerDeps,
    jobs: &Receiver<SampleJob>,
    newest: &AtomicU64,
    reply: &Reply,
) {
    let mut sampler = Sampler::new(deps.sample_size);
    for SampleJob {
        request,
        states,
        first,
    } in jobs
    {
        let is_outdated = || newest.load(Ordering::Relaxed) != request.number;
        let mut report = |known| reply(Message::Sampling(request, Arc::new(known)));
        let answer = guarded(|| {
            let at = (deps.now)();
            let first = first.as_ref();
            let distribution = sampler.sample(&states, first, at, &is_outdated, &mut report);
            Answer::Simulated(distribution.map(Arc::new))
        });
        reply(Message::Answer(request, answer));
    }
}
