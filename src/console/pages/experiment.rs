//! An experiment's page: everything known about it, section by section.
//!
//! The sections answer what needs attention, what the experiment is, what would change, how its traffic
//! splits, and how it came here.

use ratatui::text::Line;

use super::experiment_traffic::Observed;
use super::{experiment_config, experiment_history, experiment_standing, experiment_traffic};
use crate::console::incident::Judged;
use crate::console::memo::Identity;
use crate::console::model::{LayerRow, Loaded, Model, RowKey};
use crate::console::pages::{Destination, PageId};
use crate::console::panels::pen::{Pen, Spans, span};
use crate::console::panels::rows::{KeptRows, Ready};
use crate::console::panels::text::pad;
use crate::console::panels::{Content, bar};
use crate::console::past::PastRead;
use crate::domain::{Experiment, ExperimentId, LayerId};
use crate::plan::ChangedThing;

/// The columns of a fact's name.
const NAME: usize = 11;

/// What the page shows, with what its sections need.
pub(super) struct ExperimentView<'a> {
    pub(super) model: &'a Model,
    pub(super) pen: &'a Pen<'a>,
    pub(super) loaded: &'a Loaded,
    pub(super) row: &'a LayerRow,
    pub(super) id: &'a ExperimentId,
    /// As the database has it.
    pub(super) before: Option<&'a Experiment>,
    /// As it would be after the plan.
    pub(super) after: Option<&'a Experiment>,
}

/// A part of the page that can be selected.
pub(super) struct Block {
    pub(super) key: String,
    pub(super) lines: Vec<Line<'static>>,
    pub(super) opens: Option<Destination>,
}

/// What the page is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct ExperimentFrom {
    id: PageId,
    loaded: Identity<Loaded>,
    judged: Option<Identity<Judged>>,
    past: Option<Identity<PastRead>>,
    /// Why there is no log, and no journal, in words.
    missing: [Option<String>; 2],
    filter: String,
    width: u16,
}

pub(super) fn content<'a>(
    model: &'a Model,
    layer_id: &LayerId,
    id: &ExperimentId,
    width: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let row = loaded.layer_row(layer_id);
    let states = row.map(|row| [&row.before, &row.after]);
    let [before, after] = states.map_or([None; 2], |states| {
        states.map(|state| state.as_ref()?.experiment(id))
    });
    let Some(row) = row.filter(|_| before.or(after).is_some()) else {
        let why = match row {
            Some(row) if row.is_in_error => {
                "the experiment isn't in the database, and its layer is in error: see Problems"
            }
            _ => "the experiment is neither in the files nor in the database",
        };
        let mut lines = pen.folded(id.as_str(), pen.theme.text);
        lines.extend(pen.hint(why));
        return Content::saying(lines);
    };
    let observed = Observed::of(model, id);
    let from = ExperimentFrom {
        id: PageId::Experiment(layer_id.clone(), id.clone()),
        loaded: Identity::of(loaded),
        judged: model.incident.judged.as_ref().map(Identity::of),
        past: model.past.read().map(Identity::of),
        missing: [
            observed.why_nothing().map(str::to_owned),
            experiment_history::why_nothing(model),
        ],
        filter: model.filter().to_owned(),
        width,
    };
    let view = ExperimentView {
        model,
        pen: &pen,
        loaded,
        row,
        id,
        before,
        after,
    };
    let kept = model
        .memos
        .experiment
        .get(from, || view.make(layer_id, &observed));
    if kept.is_empty() {
        return Content::saying(pen.hint("nothing here matches the filter"));
    }
    let thing = ChangedThing {
        layer_id: layer_id.clone(),
        experiment_id: Some(id.clone()),
    };
    let is_marked = model.marks.contains(&thing);
    let marked =
        is_marked.then(|| span(format!("{} marked", pen.symbols.marked), pen.theme.accent));
    Content::new(Vec::new(), kept).with_badge(marked.map(Line::from).unwrap_or_default())
}

impl ExperimentView<'_> {
    fn make(&self, layer_id: &LayerId, observed: &Observed<'_>) -> KeptRows {
        let sections = [
            experiment_standing::blocks(self, observed),
            experiment_standing::facts(self),
            experiment_config::blocks(self),
            experiment_config::slots(self),
            self.traffic(layer_id, observed),
            experiment_history::blocks(self),
            experiment_history::former_holders(self),
        ];
        let cx = self.model.context();
        let mut rows = Ready::default();
        for section in sections {
            if !rows.is_empty() {
                rows.leave_gap();
            }
            for block in section {
                let mut texts = block.lines.iter().map(ToString::to_string);
                if cx.passes_filter(texts.by_ref()) {
                    let layer = Some(layer_id.clone());
                    rows.push_opening(RowKey(block.key), layer, block.opens, block.lines);
                }
            }
        }
        KeptRows::new(rows)
    }

    /// Says what the log says of it.
    fn traffic(&self, layer_id: &LayerId, observed: &Observed<'_>) -> Vec<Block> {
        match observed {
            Observed::Nothing(why) => vec![self.section("Traffic", "", None, self.say(why))],
            Observed::Splits(judged, splits) => {
                let style = bar::style(self.model.context(), layer_id, self.id);
                experiment_traffic::blocks(self, judged, splits, style)
            }
        }
    }

    /// As it would be after the plan; the same as now if nothing changes.
    pub(super) fn planned(&self) -> Option<&Experiment> {
        self.after.or(self.before)
    }

    /// Returns the first block of a section: its title, and lines below.
    pub(super) fn section(
        &self,
        title: &str,
        detail: &str,
        opens: Option<Destination>,
        lines: Vec<Line<'static>>,
    ) -> Block {
        let pen = self.pen;
        let mut head = vec![span(title.to_owned(), pen.theme.title)];
        if !detail.is_empty() {
            head.push(pen.dim(format!("  {detail}")));
        }
        let mut all = vec![pen.line(head)];
        all.extend(lines);
        Block {
            key: format!("section/{title}"),
            lines: all,
            opens,
        }
    }

    /// Returns a sentence in the place of a section's content.
    pub(super) fn say(&self, text: &str) -> Vec<Line<'static>> {
        let lead = vec![self.pen.text("  ")];
        self.pen.paragraph(lead, text, self.pen.theme.dim)
    }

    /// Returns a fact with its name.
    pub(super) fn fact(&self, name: &str, text: &str) -> Vec<Line<'static>> {
        let lead = vec![self.name(name)];
        self.pen.paragraph(lead, text, self.pen.theme.text)
    }

    /// Returns a fact whose pieces have styles of their own.
    pub(super) fn styled(&self, name: &str, mut text: Spans) -> Line<'static> {
        text.insert(0, self.name(name));
        self.pen.line(text)
    }

    fn name(&self, name: &str) -> ratatui::text::Span<'static> {
        self.pen.dim(format!("  {}", pad(name, NAME)))
    }
}
