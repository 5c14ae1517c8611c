//! A console's model as it is once everything is read, without a terminal or threads.

use std::path::Path;
use std::sync::Arc;

use avos::console::commands::{Command, Keymap};
use avos::console::effect::Effect;
use avos::console::incident::Counted;
use avos::console::message::{Answer, Message};
use avos::console::model::{Loaded, Model, Startup};
use avos::console::past::PastRead;
use avos::console::proposal::Proposal;
use avos::console::settings::Settings;
use avos::console::theme::{Symbols, Theme, ThemeName};
use avos::console::update::update;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::console::worker::{Loader, Sampler};
use avos::domain::{HashAlgorithm, State};
use avos::store::{Author, SqliteStore, StateStore};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// The units of the sample: enough for figures, quick without optimization.
const SAMPLE: u64 = 10_000;

/// When it is, for these tests.
pub(crate) fn now() -> Timestamp {
    "2026-05-06T07:08:09Z".parse().expect("a time")
}

/// What a console starts with: the default keys, dark, Unicode.
pub(crate) fn startup(proposal: Proposal) -> Startup {
    let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
    let settings = Settings::load(None, &ids).expect("the default settings");
    Startup {
        proposal,
        database: "avos.db".to_owned(),
        log: None,
        dimensions: Vec::new(),
        title: None,
        target: None,
        is_read_only: false,
        keymap: Keymap::new(&settings).expect("the default keys"),
        theme: Theme::by_name(ThemeName::Dark),
        symbols: &Symbols::UNICODE,
        srm: settings.srm,
        evidence_max_age: settings.evidence_max_age,
        time_zone: TimeZone::UTC,
    }
}

/// The model of a console on a screen of this size that has read `configs`, planned, and sampled.
/// The database holds what applying `applied` gives; without it there is none yet. The files were
/// changed two seconds ago and the database three minutes ago.
pub(crate) fn model(configs: &Path, applied: Option<&Path>, size: (u16, u16)) -> Model {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Arc::new(SqliteStore::new(directory.path().join("avos.db")));
    let load = |configs: &Path| {
        let proposal = Proposal::Configs(configs.into());
        Loader::new(proposal, Arc::clone(&store) as Arc<dyn StateStore>).load(now())
    };
    if let Some(applied) = applied {
        let review = load(applied).review.expect("a review");
        let plan = review.plan().expect("a plan without errors");
        store
            .apply(&plan, &Author::new("ada@example", now()))
            .expect("applied");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = configs.strip_prefix(root).unwrap_or(configs);
    read(startup(Proposal::Configs(name.into())), size, &|| {
        let mut loaded = load(configs);
        let ago = |seconds| Some(now() - SignedDuration::from_secs(seconds));
        loaded.files.changed_at = loaded.files.changed_at.and(ago(2));
        loaded.database.changed_at = loaded.database.changed_at.and(ago(180));
        loaded
    })
}

/// A model that has read what `load` gives and sampled it.
pub(crate) fn read(startup: Startup, size: (u16, u16), load: &dyn Fn() -> Loaded) -> Model {
    read_with_log(startup, size, load, &|| panic!("there is no log"))
}

/// The same with a log of which the worker says what `count` gives.
pub(crate) fn read_with_log(
    startup: Startup,
    size: (u16, u16),
    load: &dyn Fn() -> Loaded,
    count: &dyn Fn() -> Counted,
) -> Model {
    let mut model = Model::new(startup, size);
    let mode = Message::Watch(WatchEvent::Mode(WatchMode::Kernel));
    let effects = update(&mut model, mode);
    settle(&mut model, effects, load, count);
    model
}

/// Carries out the effects of an update until nothing is to be done, as the worker would.
fn settle(
    model: &mut Model,
    effects: Vec<Effect>,
    load: &dyn Fn() -> Loaded,
    count: &dyn Fn() -> Counted,
) {
    for effect in effects {
        let message = match effect {
            Effect::Load(request) => Message::Answer(request, Answer::Loaded(Box::new(load()))),
            Effect::Simulate {
                request, states, ..
            } => {
                let mut sampler = Sampler::new(SAMPLE);
                let known = sampler.sample(&states, None, now(), &|| false, &mut |_| {});
                Message::Answer(request, Answer::Simulated(known.map(Arc::new)))
            }
            Effect::Count { request, .. } => {
                Message::Answer(request, Answer::Counted(Box::new(count())))
            }
            Effect::ReadPast(request) => {
                let past = PastRead::new(&State::empty(HashAlgorithm::Sha256), Vec::new());
                Message::Answer(request, Answer::Past(Arc::new(past)))
            }
            other => panic!("nobody asked for {other:?}"),
        };
        let effects = update(model, message);
        settle(model, effects, load, count);
    }
}

/// Presses these keys, with blanks between them, and returns the effects.
pub(crate) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = keys.split_whitespace();
    keys.flat_map(|key| update(model, Message::Key(key.parse().expect("a key"))))
        .collect()
}

/// Returns the outcome of the last action.
pub(crate) fn says(model: &Model) -> &str {
    model.outcome.as_ref().map_or("", |outcome| &outcome.text)
}
