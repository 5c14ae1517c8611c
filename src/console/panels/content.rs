//! What a panel says.

use std::collections::HashMap;
use std::ops::Range;

use ratatui::text::Line;

use super::{changes, diff, distribution, incident, layers, problems, traffic};
use crate::console::model::{Model, Panel, RowKey, Source};
use crate::domain::LayerId;

/// All lines of a panel, those that are scrolled out too. The first column of each is blank: the
/// mark of the selected row goes there.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What stands at the right end of the title: the panel in a few words.
    pub badge: Line<'static>,
    /// The lines.
    pub lines: Vec<Line<'static>>,
    /// The rows that can be selected, in order; empty for a panel that only scrolls.
    pub rows: Vec<Row>,
}

/// A row that can be selected.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is about.
    pub key: RowKey,
    /// Its lines.
    pub lines: Range<usize>,
    /// The layer that it belongs to.
    pub layer: Option<LayerId>,
}

/// Makes keys that are all different: things of the same name are told apart by their order.
#[derive(Default)]
pub(super) struct UniqueKeys(HashMap<String, usize>);

impl UniqueKeys {
    pub(super) fn key(&mut self, name: String) -> RowKey {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        RowKey(if *count == 1 {
            name
        } else {
            format!("{name}#{count}")
        })
    }
}

impl Content {
    /// The keys of the rows.
    #[must_use]
    pub fn keys(&self) -> Vec<RowKey> {
        self.rows.iter().map(|row| row.key.clone()).collect()
    }

    /// Only these lines.
    pub(super) fn saying(lines: Vec<Line<'static>>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }

    /// Adds a row with its lines.
    pub(super) fn push(&mut self, key: RowKey, layer: Option<LayerId>, lines: Vec<Line<'static>>) {
        let first = self.lines.len();
        self.lines.extend(lines);
        self.rows.push(Row {
            key,
            lines: first..self.lines.len(),
            layer,
        });
    }

    /// Adds a line that belongs to no row.
    pub(super) fn push_line(&mut self, line: Line<'static>) {
        self.lines.push(line);
    }
}

/// What the panel says, `width` columns wide and `height` rows high. The height only decides how
/// much detail is worth its place; all lines are given.
#[must_use]
pub fn content(model: &Model, panel: Panel, width: u16, height: u16) -> Content {
    match panel {
        Panel::Layers => layers::content(model, width, height),
        Panel::Problems => problems::content(model, width, height),
        Panel::Changes => changes::content(model, width),
        Panel::Diff => diff::content(model, width),
        Panel::Experiments => incident::list(model, width),
        Panel::Traffic => incident::detail(model, width, height),
        Panel::Distribution => match model.source {
            Source::Sample(sampled) => distribution::content(model, sampled, width),
            Source::Log => traffic::content(model, width),
        },
    }
}
