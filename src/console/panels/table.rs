//! Every panel of the console: one row in one table.
//!
//! Frame, layout, copying and editing use it. A new panel is a variant of [`Panel`] and a row here.

use super::{Content, changes, diff, distribution, layers, problems};
use crate::console::model::{Model, Panel, Source, View};
use crate::console::pages::{Destination, PageId};
use crate::console::{attention, incident};

/// The properties of a panel.
pub(in crate::console) struct PanelSpec {
    panel: Panel,
    title: &'static str,
    pub(in crate::console) view: View,
    /// In one column, panels with a lower number stay open longer. Those of the incident view never
    /// fold.
    pub(in crate::console) fold_order: usize,
    content: for<'a> fn(&'a Model, u16, u16) -> Content<'a>,
    /// What `c` copies.
    pub(in crate::console) copied: Copied,
    /// What `e` opens, as file, line and column.
    pub(in crate::console) edit_target: fn(&Model) -> Option<(String, usize, usize)>,
}

/// What is copied from a panel.
#[derive(Clone, Copy)]
pub(in crate::console) enum Copied {
    /// Its lines, with their name.
    Lines(&'static str),
    /// The unified diff.
    Diff,
    /// A report on what is selected in the incident view.
    Report,
}

/// All panels, in the order of [`Panel`]'s variants; those of a screen in the order of Tab.
const TABLE: &[PanelSpec; Panel::COUNT] = &[
    PanelSpec {
        panel: Panel::Attention,
        title: "Attention",
        view: View::Review,
        fold_order: 0,
        content: |model, width, _| attention::content(model, width),
        copied: Copied::Lines("what needs attention"),
        edit_target: attention_place,
    },
    PanelSpec {
        panel: Panel::Layers,
        title: "Layers",
        view: View::Review,
        fold_order: 1,
        content: layers::content,
        copied: Copied::Lines("the layers"),
        edit_target: layer_place,
    },
    PanelSpec {
        panel: Panel::Problems,
        title: "Problems",
        view: View::Review,
        fold_order: 3,
        content: problems::content,
        copied: Copied::Lines("the problems"),
        edit_target: finding_place,
    },
    PanelSpec {
        panel: Panel::Changes,
        title: "Changes",
        view: View::Review,
        fold_order: 2,
        content: |model, width, _| changes::content(model, width),
        copied: Copied::Lines("the changes"),
        edit_target: layer_place,
    },
    PanelSpec {
        panel: Panel::Diff,
        title: "Diff",
        view: View::Review,
        fold_order: 5,
        content: |model, width, _| diff::content(model, width),
        copied: Copied::Diff,
        edit_target: layer_place,
    },
    PanelSpec {
        panel: Panel::Distribution,
        title: "Distribution (SRM)",
        view: View::Review,
        fold_order: 4,
        content: |model, width, _| match model.source {
            Source::Sample(sampled) => distribution::content(model, sampled, width),
            Source::Log => incident::splits(model.incident_view(), width),
        },
        copied: Copied::Lines("the distribution"),
        edit_target: layer_place,
    },
    PanelSpec {
        panel: Panel::Experiments,
        title: "Experiments",
        view: View::Incident,
        fold_order: 0,
        content: |model, width, _| incident::list(model.incident_view(), width),
        copied: Copied::Report,
        edit_target: layer_place,
    },
    PanelSpec {
        panel: Panel::Traffic,
        title: "Traffic",
        view: View::Incident,
        fold_order: 1,
        content: |model, width, height| incident::detail(model.incident_view(), width, height),
        copied: Copied::Report,
        edit_target: layer_place,
    },
];

const REVIEW_COUNT: usize = count(View::Review);
const INCIDENT_COUNT: usize = count(View::Incident);

const fn count(view: View) -> usize {
    let (mut index, mut count) = (0, 0);
    while index < TABLE.len() {
        assert!(
            TABLE[index].panel as usize == index,
            "a panel's row is at its index"
        );
        if TABLE[index].view as usize == view as usize {
            count += 1;
        }
        index += 1;
    }
    count
}

const fn panels_of<const COUNT: usize>(view: View) -> [Panel; COUNT] {
    let mut panels = [Panel::Attention; COUNT];
    let (mut index, mut count) = (0, 0);
    while index < TABLE.len() {
        if TABLE[index].view as usize == view as usize {
            panels[count] = TABLE[index].panel;
            count += 1;
        }
        index += 1;
    }
    panels
}

impl View {
    /// Returns its panels, in the order of Tab.
    #[must_use]
    pub fn panels(self) -> &'static [Panel] {
        match self {
            Self::Review => &Panel::ALL,
            Self::Incident => &Panel::INCIDENT,
        }
    }

    /// Returns the panel `step` further on, wrapping around.
    #[must_use]
    pub fn neighbor(self, panel: Panel, step: isize) -> Panel {
        let panels = self.panels();
        let count = panels.len();
        let at = panels.iter().position(|other| *other == panel);
        let index = at
            .unwrap_or(0)
            .wrapping_add_signed(step)
            .wrapping_add(count)
            % count;
        panels[index]
    }
}

impl Panel {
    /// The panels of the main screen, in the order of Tab.
    pub const ALL: [Self; REVIEW_COUNT] = panels_of(View::Review);

    /// The panels of the incident view, in the order of Tab.
    pub const INCIDENT: [Self; INCIDENT_COUNT] = panels_of(View::Incident);

    /// Returns the panel's row in the table.
    pub(in crate::console) fn spec(self) -> &'static PanelSpec {
        &TABLE[self.index()]
    }

    /// Returns the panel's name on its border.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.spec().title
    }
}

/// Returns the content of a panel that is `width` columns wide and `height` rows high. The height
/// only decides the level of detail; all lines are available.
#[must_use]
pub fn content(model: &Model, panel: Panel, width: u16, height: u16) -> Content<'_> {
    (panel.spec().content)(model, width, height)
}

/// Returns the span of the selected finding, else of the selected layer.
fn finding_place(model: &Model) -> Option<(String, usize, usize)> {
    let Some(problem) = problems::selected_problem(model) else {
        return layer_place(model);
    };
    let place = &problem.diagnostic.span;
    (!place.is_directory()).then(|| (place.file.to_string(), place.line, place.column))
}

/// Returns the place in the files of what the selected attention item leads to.
fn attention_place(model: &Model) -> Option<(String, usize, usize)> {
    match attention::selected(model)?.leads {
        Destination::Page(page) => place_of(model, &page),
        Destination::Row(Panel::Problems, key) => {
            let problem = problems::problem(model, &key)?;
            let place = &problem.diagnostic.span;
            (!place.is_directory()).then(|| (place.file.to_string(), place.line, place.column))
        }
        Destination::Row(..)
        | Destination::Zoomed(_)
        | Destination::History
        | Destination::Entry(_)
        | Destination::Unit(..)
        | Destination::Unfolded => layer_place(model),
    }
}

fn layer_place(model: &Model) -> Option<(String, usize, usize)> {
    place_of(model, &PageId::Layer(model.layer.clone()?))
}

/// Returns where the files say what a page is about: its experiment, else its layer.
pub(in crate::console) fn place_of(model: &Model, page: &PageId) -> Option<(String, usize, usize)> {
    let loaded = model.loaded.as_ref()?;
    let layer = page.layer()?;
    if let Some(experiment) = page.experiment()
        && let Some(place) = loaded.place_of_experiment(layer, experiment)
    {
        return Some(place);
    }
    let row = loaded.layer_row(layer)?;
    let (file, line) = row.file.clone()?;
    Some((file, line, 1))
}
