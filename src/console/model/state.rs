//! The model.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{DiffDetail, Distribution, Loaded, Overlay, Panel, PanelState, Sampled, Source, View};
use crate::console::commands::{Command, Keymap};
use crate::console::component::Context;
use crate::console::history::History;
use crate::console::incident::{Incident, IncidentView};
use crate::console::lookup::Lookup;
use crate::console::message::{Owner, RequestId};
use crate::console::proposal::Proposal;
use crate::console::settings::SrmSettings;
use crate::console::theme::{Symbols, Theme};
use crate::console::watch::WatchMode;
use crate::domain::LayerId;

/// What doesn't change while the console runs.
#[derive(Clone, Debug)]
pub struct Startup {
    /// What is proposed for the database.
    pub proposal: Proposal,
    /// The database, as the user named it.
    pub database: String,
    /// The exposure log, as the user named it.
    pub log: Option<String>,
    /// Whether nothing may be applied.
    pub is_read_only: bool,
    /// Which key does what.
    pub keymap: Keymap,
    /// Colours.
    pub theme: Theme,
    /// Bars, borders and bullets.
    pub symbols: &'static Symbols,
    /// When a p-value warns and when it alarms, and the size of the sample.
    pub srm: SrmSettings,
    /// For times on the screen.
    pub time_zone: TimeZone,
}

impl Startup {
    /// The key that runs a command, as a hint shows it; none where it has none.
    #[must_use]
    pub fn key(&self, command: Command) -> Option<String> {
        let key = self.keymap.hint(command)?;
        Some(key.hint(self.symbols.ascii))
    }

    /// A command in a sentence: by its key, or by its name where it has none.
    #[must_use]
    pub fn named(&self, command: Command) -> String {
        let name = || command.spec().label.to_owned();
        self.key(command).unwrap_or_else(name)
    }
}

/// Everything that the console knows and shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What doesn't change while it runs.
    pub startup: Startup,
    /// The terminal's size: columns, rows.
    pub size: (u16, u16),
    /// How changes of the files are noticed; none until the watcher has said.
    pub watch: Option<WatchMode>,
    /// What the worker read last; none before the first time.
    pub loaded: Option<Arc<Loaded>>,
    /// How the sample splits; none until it is simulated for what is loaded.
    pub distribution: Option<Arc<Distribution>>,
    /// What the distribution is shown of.
    pub source: Source,
    /// What the exposure log says.
    pub incident: Incident,
    /// Which screen is shown.
    pub view: View,
    /// Which panel of it has the keys.
    pub focus: Panel,
    /// Which panel of the other screen had them.
    pub other_focus: Panel,
    /// Whether the focused panel fills the screen.
    pub is_zoomed: bool,
    /// Each panel's selection and scroll position.
    pub panels: [PanelState; Panel::COUNT],
    /// The layer that the last selection was about, in whichever panel.
    pub layer: Option<LayerId>,
    /// How much of the diff is shown.
    pub diff_detail: DiffDetail,
    /// Only rows that contain this are listed; empty for all.
    pub filter: String,
    /// The journal, while it is open.
    pub history: History,
    /// The unit that was looked up last.
    pub lookup: Lookup,
    /// What lies over the view.
    pub overlay: Option<Overlay>,
    /// What the worker is doing.
    pub running: Running,
    /// How the last action ended.
    pub outcome: Option<Outcome>,
}

/// Requests that the worker hasn't answered yet.
#[derive(Clone, Debug, Default)]
pub struct Running {
    /// The number of the newest request.
    pub last: u64,
    /// Reading files and database.
    pub load: Option<RequestId>,
    /// Something changed while a load was running: load again after it.
    pub is_load_due: bool,
    /// A locked database will be tried again: one such wait is enough, however much happens.
    pub is_retry_due: bool,
    /// Simulating the sample.
    pub simulate: Option<RequestId>,
    /// Applying a plan.
    pub apply: Option<RequestId>,
    /// Leave once the apply has succeeded.
    pub is_quit_due: bool,
}

impl Running {
    /// Begins a new request.
    pub fn begin(&mut self, owner: Owner) -> RequestId {
        owner.next_request(&mut self.last)
    }
}

/// How an action ended, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The line.
    pub text: String,
    /// Good or bad.
    pub tone: Tone,
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// For information.
    Plain,
    /// It didn't work.
    Bad,
}

impl Model {
    /// A model that knows nothing yet. Whoever may only look, and at a log, looks at an incident.
    #[must_use]
    pub fn new(startup: Startup, size: (u16, u16)) -> Self {
        let source = match startup.log {
            Some(_) => Source::Log,
            None => Source::Sample(Sampled::default()),
        };
        let is_for_incident = startup.log.is_some() && startup.is_read_only;
        let mut model = Self {
            startup,
            size,
            watch: None,
            loaded: None,
            distribution: None,
            source,
            incident: Incident::default(),
            view: View::default(),
            focus: Panel::default(),
            other_focus: Panel::Experiments,
            is_zoomed: false,
            panels: Default::default(),
            layer: None,
            diff_detail: DiffDetail::default(),
            filter: String::new(),
            history: History::default(),
            lookup: Lookup::default(),
            overlay: None,
            running: Running::default(),
            outcome: None,
        };
        if is_for_incident {
            model.turn();
        }
        model
    }

    /// Shows the other screen, as it was left.
    pub fn turn(&mut self) {
        self.view = match self.view {
            View::Review => View::Incident,
            View::Incident => View::Review,
        };
        std::mem::swap(&mut self.focus, &mut self.other_focus);
        self.is_zoomed = false;
    }

    /// The state of a panel.
    #[must_use]
    pub fn panel(&self, panel: Panel) -> &PanelState {
        &self.panels[panel.index()]
    }

    /// The state of a panel, to be changed.
    pub fn panel_mut(&mut self, panel: Panel) -> &mut PanelState {
        &mut self.panels[panel.index()]
    }

    /// The panel that fills the screen, if one does.
    #[must_use]
    pub fn zoomed(&self) -> Option<Panel> {
        self.is_zoomed.then_some(self.focus)
    }

    /// The incident view, with what it may see of the rest.
    #[must_use]
    pub fn incident_view(&self) -> IncidentView<'_> {
        IncidentView {
            incident: &self.incident,
            cx: Context::of(self),
        }
    }
}
