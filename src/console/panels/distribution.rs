//! Whether a simulated sample splits as promised: observed against expected, and the test.
//!
//! It tests a fixed hash rather than traffic, so nothing here raises an alarm.

use std::rc::Rc;
use std::sync::Arc;

use ratatui::text::Line;

use super::arms::{self, ArmColumns};
use super::bar;
use super::kept::{Listed, ListedFrom};
use super::pen::{Pen, Spans, foreign, width};
use super::rows::{KeptPlaces, Places, place_rows};
use super::text::{self, counted, thousands};
use super::{Content, Rows};
use crate::console::incident::verdict;
use crate::console::memo::Identity;
use crate::console::model::{Distribution, Measured, Model, Panel, RowKey, Sampled};
use crate::domain::{LayerId, VariantName};
use crate::report::{ObservedArm, measured_arms, whole_percent};

/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(super) fn content(model: &Model, sampled: Sampled, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let is_running = model.running.simulate.is_some();
    let outdated = model.outdated.as_ref().filter(|_| is_running);
    let Some(distribution) = model.distribution.as_ref().or(outdated) else {
        return Content::saying(pen.hint(&nothing_yet(model, &pen)));
    };
    let all = distribution.of(sampled);
    let listed = list(model, distribution, sampled, &pen);
    let shown = listed.shown.len();
    let opening = match (all.len(), shown) {
        (0, _) => pen.hint("no experiment assigns units: active experiments appear here"),
        (_, 0) => pen.hint("no experiments match the filter"),
        _ => Vec::new(),
    };
    let is_outdated = model.distribution.is_none();
    let badge = if is_outdated {
        pen.facts(vec![
            pen.dim("simulated before the change"),
            pen.text(format!("simulating{}", pen.symbols.ellipsis)),
        ])
    } else {
        badge(&pen, model, (distribution, sampled), [shown, all.len()])
    };
    let experiments = SampleRows {
        model,
        pen,
        all,
        listed,
        is_outdated,
    };
    Content::new(opening, experiments).with_badge(badge)
}

/// Lists the experiments that match the filter.
fn list(
    model: &Model,
    distribution: &Arc<Distribution>,
    sampled: Sampled,
    pen: &Pen<'_>,
) -> Rc<Listed> {
    let from = ListedFrom {
        distribution: Identity::of(distribution),
        sampled,
        filter: model.filter().to_owned(),
        columns: pen.columns,
    };
    model.memos.distribution.get(from, || {
        let all = distribution.of(sampled);
        let shown = (0..all.len()).filter(|index| passes(model, &all[*index]));
        let shown: Vec<usize> = shown.collect();
        let measured = || shown.iter().map(|index| &*all[*index]);
        let arms: Vec<Vec<ObservedArm<'_>>> = measured().map(measured_arms).collect();
        let height = |measured: &Measured| heading(pen, measured).len() + measured.counts.len();
        Listed {
            heights: measured().map(height).collect(),
            columns: ArmColumns::new(pen, &arms, false),
            shown,
            places: KeptPlaces::default(),
        }
    })
}

/// A row for each experiment, or for each group of one.
struct SampleRows<'a> {
    model: &'a Model,
    pen: Pen<'a>,
    all: &'a [Arc<Measured>],
    listed: Rc<Listed>,
    /// Whether these are figures of the state before a change.
    is_outdated: bool,
}

impl SampleRows<'_> {
    fn measured(&self, index: usize) -> &Measured {
        &self.all[self.listed.shown[index]]
    }
}

impl Rows for SampleRows<'_> {
    fn count(&self) -> usize {
        self.listed.shown.len()
    }

    fn key(&self, index: usize) -> RowKey {
        let Measured {
            layer_id,
            experiment_id,
            group,
            ..
        } = self.measured(index);
        let group = group.as_ref().map_or("", |group| group.as_str());
        RowKey(format!("{layer_id}/{experiment_id}/{group}"))
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        Some(&self.measured(index).layer_id)
    }

    fn height(&self, index: usize) -> usize {
        self.listed.heights[index]
    }

    fn places(&self, start: usize) -> Places {
        let places = self.listed.places.get_or_init(|| place_rows(self, start));
        places.clone()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let measured = self.measured(index);
        let mut lines = heading(&self.pen, measured);
        let style = bar::style(
            self.model.context(),
            &measured.layer_id,
            &measured.experiment_id,
        );
        let arms = measured_arms(measured);
        lines.extend(arms::lines(
            &self.pen,
            &self.listed.columns,
            &arms,
            style,
            style,
        ));
        if self.is_outdated {
            let spans = lines.iter_mut().flat_map(|line| &mut line.spans);
            spans.for_each(|span| span.style = self.pen.theme.dim);
        }
        lines
    }
}

fn nothing_yet(model: &Model, pen: &Pen<'_>) -> String {
    let ellipsis = pen.symbols.ellipsis;
    match &model.loaded {
        _ if model.running.simulate.is_some() => format!("simulating{ellipsis}"),
        None => format!("reading{ellipsis}"),
        Some(loaded) if loaded.states.is_none() => "no state to sample: see Problems".to_owned(),
        Some(_) => "no sample: each experiment's split appears here".to_owned(),
    }
}

fn passes(model: &Model, measured: &Measured) -> bool {
    let group = measured.group.as_ref().map_or("", |group| group.as_str());
    let ids = [
        measured.layer_id.as_str(),
        measured.experiment_id.as_str(),
        group,
    ];
    let variants = measured.variants.iter().map(VariantName::as_str);
    model
        .context()
        .passes_filter(ids.into_iter().chain(variants))
}

/// Even on the narrowest panel, the badge says that this is simulated.
fn badge(
    pen: &Pen<'_>,
    model: &Model,
    (distribution, sampled): (&Distribution, Sampled),
    [shown, total]: [usize; 2],
) -> Line<'static> {
    let loaded = model.loaded.as_ref();
    let is_pending = loaded.is_some_and(|loaded| loaded.is_pending());
    let state = match sampled {
        Sampled::Planned if is_pending => "after plan",
        Sampled::Planned | Sampled::Database => "database",
    };
    let units = counted(distribution.sample_size, "unit", "units");
    let simulated = if distribution.progress < 1.0 {
        format!("simulated {}", whole_percent(distribution.progress))
    } else {
        "simulated".to_owned()
    };
    let mut facts = vec![simulated.clone(), state.to_owned()];
    if shown < total {
        facts.insert(0, format!("{shown} of {total}"));
    }
    let mut all = facts.clone();
    all.insert(all.len() - 1, units);
    let room = pen
        .columns
        .saturating_sub(text::width(Panel::Distribution.title()) + FRAME);
    let line =
        |facts: Vec<String>| pen.facts(facts.into_iter().map(|fact| pen.dim(fact)).collect());
    [line(all), line(facts)]
        .into_iter()
        .find(|line| width(&line.spans) <= room)
        .unwrap_or_else(|| line(vec![simulated]))
}

/// Returns the experiment with its test; if both don't fit on a line, the layer is dropped first.
fn heading(pen: &Pen<'_>, measured: &Measured) -> Vec<Line<'static>> {
    let group = measured.group.as_ref();
    let group = group.map_or(String::new(), |group| format!("[{group}]"));
    let name = format!("{}{group}", measured.experiment_id);
    let name = vec![foreign(name, pen.theme.text)];
    let mut with_layer = name.clone();
    with_layer.push(foreign(format!("  {}", measured.layer_id), pen.theme.dim));
    let figures = figures(pen, measured);
    for left in [with_layer, name.clone()] {
        if width(&left) + 2 + width(&figures) <= pen.columns {
            return vec![pen.sides(left, figures)];
        }
    }
    vec![pen.line(name), pen.sides(Spans::new(), figures)]
}

fn figures(pen: &Pen<'_>, measured: &Measured) -> Spans {
    let units = pen.dim(format!("n {}", thousands(measured.units())));
    let Some(srm) = &measured.srm else {
        return vec![pen.dim("not sticky: no test   "), units];
    };
    // Without stars: chance alone gives them to one of twenty.
    let mut figures = verdict::at_once(pen, srm, "");
    figures.push(units);
    figures
}
