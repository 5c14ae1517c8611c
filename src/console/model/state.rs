//! The model: the state of the console as one value.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::text::Line;

use super::{
    DiffDetail, Distribution, ExperimentOrder, LayerOrder, Loaded, Outcome, Overlay, Panel,
    PanelState, RowKey, Sampled, Source, Startup, View,
};
use crate::console::arm_search::ArmSearch;
use crate::console::attention::{self, Attention, AttentionFrom};
use crate::console::breakdown::{SplitBreakdown, SplitId};
use crate::console::component::Context;
use crate::console::confirm::{DialogFrom, KeptDialog};
use crate::console::edits::Edits;
use crate::console::history::History;
use crate::console::holds::Holds;
use crate::console::incident::{Incident, IncidentView, MissingArm};
use crate::console::lookup::Lookup;
use crate::console::marks::Marks;
use crate::console::memo::Memo;
use crate::console::message::{Owner, RequestId};
use crate::console::pages::{
    Destination, ExperimentFrom, KeptLayer, LayerFrom, Page, PageId, ReviewFrom, SeenChanges,
    TimeDetail, TimeFrom, TimeRows, TimeView,
};
use crate::console::panels::kept::{
    ChangesFrom, DiffFrom, KeptChanges, KeptDiff, KeptProblems, Listed, ListedFrom, ProblemsFrom,
};
use crate::console::panels::layer_facts::{KeptLayers, LayersFrom};
use crate::console::panels::rows::KeptRows;
use crate::console::past::Past;
use crate::console::plans::Plans;
use crate::console::proposal::Proposal;
use crate::console::type_ahead::TypeAhead;
use crate::console::watch::WatchMode;
use crate::domain::LayerId;
use crate::exposure::LoggedArm;
use crate::traffic::{SplitTraffic, Suspect};

/// Everything that the console knows and shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// What doesn't change while it runs.
    pub startup: Startup,
    /// The terminal's size: columns, rows.
    pub size: (u16, u16),
    /// How changes to the files are noticed; `None` until the watcher has reported it.
    pub watch: Option<WatchMode>,
    /// What the worker read last; `None` before the first time.
    pub loaded: Option<Arc<Loaded>>,
    /// How the sample splits; `None` until it is simulated for what is loaded.
    pub distribution: Option<Arc<Distribution>>,
    /// The last sample, while that of what is loaded isn't known yet: it is shown as outdated.
    pub outdated: Option<Arc<Distribution>>,
    /// The source of the distribution.
    pub source: Source,
    /// What the exposure log says.
    pub incident: Incident,
    /// Which screen is shown.
    pub view: View,
    /// The panel that has the keys.
    pub focus: Panel,
    /// The panel of the other screen that had them.
    pub other_focus: Panel,
    /// Whether the focused panel fills the screen.
    pub is_zoomed: bool,
    /// Each panel's selection and scroll position.
    pub panels: [PanelState; Panel::COUNT],
    /// The layer of the last selection, in any panel.
    pub layer: Option<LayerId>,
    /// Whether any attention item was visited.
    pub has_visited: bool,
    /// The attention items that came since the last key.
    pub news: HashSet<RowKey>,
    /// The changes that were looked at, each as it was then.
    pub seen: SeenChanges,
    /// What is marked for a staged apply.
    pub marks: Marks,
    /// The order of the layers.
    pub layer_order: LayerOrder,
    /// The order of a layer's experiments on its page.
    pub experiment_order: ExperimentOrder,
    /// How much of the diff is shown.
    pub diff_detail: DiffDetail,
    /// Only rows of panels that contain this are listed; empty for all.
    pub panel_filter: String,
    /// The pages that were opened, one from the other; the last one is shown.
    pub pages: Vec<Page>,
    /// The journal, while it is open.
    pub history: History,
    /// The saved plans, if they are those of a directory.
    pub plans: Plans,
    /// The unit that was looked up last.
    pub lookup: Lookup,
    /// The search for the units of a missing arm.
    pub arm_search: ArmSearch,
    /// The split by the values of dimensions that was looked at last.
    pub breakdown: SplitBreakdown,
    /// The edits of layer files that this console made.
    pub edits: Edits,
    /// The holds that this console places and ends.
    pub holds: Holds,
    /// What was applied before, once it is needed.
    pub past: Past,
    /// Which point of it the pages of time look at.
    pub time: TimeView,
    /// What is open over the view.
    pub overlay: Option<Overlay>,
    /// What is typed while a dialog is being prepared.
    pub type_ahead: TypeAhead,
    /// What the worker is doing.
    pub running: Running,
    /// How the last action ended.
    pub outcome: Option<Outcome>,
    /// What is computed once for many frames.
    pub(in crate::console) memos: Memos,
}

/// What is computed once for many frames.
#[derive(Clone, Debug, Default)]
pub(in crate::console) struct Memos {
    pub(in crate::console) distribution: Memo<ListedFrom, Listed>,
    pub(in crate::console) problems: Memo<ProblemsFrom, KeptProblems>,
    pub(in crate::console) changes: Memo<ChangesFrom, KeptChanges>,
    pub(in crate::console) diff: Memo<DiffFrom, KeptDiff>,
    pub(in crate::console) layers: Memo<LayersFrom, KeptLayers>,
    pub(in crate::console) attention: Memo<AttentionFrom, Vec<Attention>>,
    pub(in crate::console) dialog: Memo<DialogFrom, KeptDialog>,
    pub(in crate::console) review: Memo<ReviewFrom, Vec<Line<'static>>>,
    pub(in crate::console) experiment: Memo<ExperimentFrom, KeptRows>,
    pub(in crate::console) layer: Memo<LayerFrom, KeptLayer>,
    pub(in crate::console) time: Memo<TimeFrom, TimeRows>,
    pub(in crate::console) time_detail: Memo<(TimeFrom, LayerId), TimeDetail>,
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
    /// Whether a locked database will be tried again: a single timer is enough.
    pub is_retry_due: bool,
    /// Simulating the sample.
    pub simulate: Option<RequestId>,
    /// Planning what is marked.
    pub stage: Option<RequestId>,
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

impl Model {
    /// Returns what is compared with the database now: of a directory of plans, the one that is open.
    #[must_use]
    pub fn proposal(&self) -> Proposal {
        match &self.plans.opened {
            Some(file) => Proposal::Plan(file.clone()),
            None => self.startup.proposal.clone(),
        }
    }

    /// Returns whether the database was read by a user who may not apply to it.
    #[must_use]
    pub fn may_only_read(&self) -> bool {
        let loaded = self.loaded.as_ref();
        loaded.is_some_and(|loaded| loaded.database.is_read_only)
    }

    /// A model that knows nothing yet. Whoever may only look, and at a log, looks at an incident.
    #[must_use]
    pub fn new(startup: Startup, size: (u16, u16)) -> Self {
        let source = match startup.log {
            Some(_) => Source::Log,
            None => Source::Sample(Sampled::default()),
        };
        let is_for_plans = matches!(startup.proposal, Proposal::Plans(_));
        let overlay = is_for_plans.then_some(Overlay::Plans);
        let is_for_incident = startup.log.is_some() && startup.is_read_only;
        let mut model = Self {
            startup,
            size,
            watch: None,
            loaded: None,
            distribution: None,
            outdated: None,
            source,
            incident: Incident::default(),
            view: View::default(),
            focus: Panel::default(),
            other_focus: Panel::Experiments,
            is_zoomed: false,
            panels: Default::default(),
            layer: None,
            has_visited: false,
            news: HashSet::new(),
            seen: SeenChanges::default(),
            marks: Marks::default(),
            layer_order: LayerOrder::default(),
            experiment_order: ExperimentOrder::default(),
            diff_detail: DiffDetail::default(),
            panel_filter: String::new(),
            pages: Vec::new(),
            edits: Edits::default(),
            history: History::default(),
            holds: Holds::default(),
            plans: Plans::default(),
            lookup: Lookup::default(),
            arm_search: ArmSearch::default(),
            breakdown: SplitBreakdown::default(),
            past: Past::default(),
            time: TimeView::default(),
            overlay,
            type_ahead: TypeAhead::default(),
            running: Running::default(),
            outcome: None,
            memos: Memos::default(),
        };
        // What is wrong comes first in these, and the log says it last.
        for panel in [Panel::Attention, Panel::Layers] {
            model.panel_mut(panel).is_filling = true;
        }
        if is_for_incident {
            model.turn();
        }
        model
    }

    /// Returns whether files, database and log were all read once, or can't be.
    #[must_use]
    pub fn is_all_read(&self) -> bool {
        let incident = &self.incident;
        let is_log_read = self.startup.log.is_none()
            || incident.judged.is_some()
            || incident.is_stopped
            || !incident.troubles.is_empty();
        self.loaded.is_some() && is_log_read
    }

    /// Switches to the other screen, as it was left.
    pub fn turn(&mut self) {
        self.view = match self.view {
            View::Review => View::Incident,
            View::Incident => View::Review,
        };
        std::mem::swap(&mut self.focus, &mut self.other_focus);
        self.is_zoomed = false;
    }

    /// Returns the state of a panel.
    #[must_use]
    pub fn panel(&self, panel: Panel) -> &PanelState {
        &self.panels[panel.index()]
    }

    /// Returns the state of a panel, mutably.
    pub fn panel_mut(&mut self, panel: Panel) -> &mut PanelState {
        &mut self.panels[panel.index()]
    }

    /// Returns what needs somebody, the worst first.
    #[must_use]
    pub fn attention(&self) -> Rc<Vec<Attention>> {
        let from = AttentionFrom::of(self);
        self.memos.attention.get(from, || attention::collect(self))
    }

    /// Returns the layer of the page, else of the last selection.
    #[must_use]
    pub fn layer_here(&self) -> Option<&LayerId> {
        self.page()
            .and_then(|page| page.id.layer())
            .or(self.layer.as_ref())
    }

    /// Returns the panel that fills the screen, if one does.
    #[must_use]
    pub fn zoomed(&self) -> Option<Panel> {
        self.is_zoomed.then_some(self.focus)
    }

    /// Returns the incident view, with the context that it may read.
    #[must_use]
    pub fn incident_view(&self) -> IncidentView<'_> {
        IncidentView {
            incident: &self.incident,
            cx: self.context(),
        }
    }

    /// Returns the split that the screen is about: that of the page's experiment that looks most
    /// wrong; in the incident view, the selected one; else the one that the selected attention item
    /// is about.
    #[must_use]
    pub fn split_here(&self) -> Option<&SplitTraffic> {
        let view = self.incident_view();
        if let Some(page) = self.page() {
            return view.worst_split(page.id.experiment()?);
        }
        if self.view == View::Incident {
            return view.selected_split();
        }
        if self.focus != Panel::Attention {
            return None;
        }
        match attention::selected(self)?.leads {
            Destination::Row(Panel::Experiments, row) => view.split_of_row(&row),
            _ => None,
        }
    }

    /// Returns the apply that is suspected of the alarm that the screen is about, if there is one.
    #[must_use]
    pub fn suspect(&self) -> Option<Suspect<'_>> {
        self.incident_view().suspect(self.split_here()?)
    }

    /// Returns the arm that lacks units, of the split that the screen is about.
    #[must_use]
    pub fn missing_arm(&self) -> Option<MissingArm<'_>> {
        self.incident_view().missing_arm(self.split_here()?)
    }

    /// Returns the arm whose units a page lists, if one does.
    #[must_use]
    pub fn listed_arm(&self) -> Option<&LoggedArm> {
        self.pages.iter().find_map(|page| match &page.id {
            PageId::MissingArm(_, arm) => Some(arm),
            _ => None,
        })
    }

    /// Returns the split that a page breaks down, if one does.
    #[must_use]
    pub fn broken_down(&self) -> Option<&SplitId> {
        self.pages.iter().find_map(|page| match &page.id {
            PageId::Breakdown(_, split) => Some(split),
            _ => None,
        })
    }

    /// Returns the context that components may read.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            startup: &self.startup,
            size: self.size,
            loaded: self.loaded.as_ref(),
            panels: &self.panels,
            filter: self.filter(),
        }
    }
}
