//! What the exposure log says of an experiment: each split with its arms, over time.

use ratatui::style::Style;
use ratatui::text::Line;

use super::experiment::{Block, ExperimentView};
use crate::console::incident::{self, Judged, TimeColumns, anomalies, verdict};
use crate::console::model::{Model, Panel, RowKey};
use crate::console::pages::Destination;
use crate::console::panels::arms::ArmColumns;
use crate::console::panels::pen::{Pen, Spans, span, width};
use crate::console::panels::sparkline;
use crate::console::panels::text::counted;
use crate::domain::ExperimentId;
use crate::report::{ObservedArm, split_arms};
use crate::traffic::SplitTraffic;

/// The most groups that are shown, the worst first.
const MAX_GROUPS: usize = 20;
/// From this width on, an arm's units over time stand beside its share, else below it.
const WIDE: usize = 110;
/// Between both.
const GAP: usize = 3;
/// Before what stands below an arm.
const INDENT: usize = 4;

/// What the log says of an experiment.
pub(super) enum Observed<'a> {
    /// Nothing, for this reason.
    Nothing(String),
    /// Its splits, the worst first: one, or one of each group.
    Splits(&'a Judged, Vec<&'a SplitTraffic>),
}

impl<'a> Observed<'a> {
    pub(super) fn of(model: &'a Model, id: &ExperimentId) -> Self {
        let Some(judged) = &model.incident.judged else {
            return Self::Nothing(match &model.startup.log {
                None => "no log: `--log FILE` shows what its units get".to_owned(),
                Some(_) if model.incident.troubles.is_empty() => {
                    format!("reading the log{}", model.startup.symbols.ellipsis)
                }
                Some(_) => "the log can't be read".to_owned(),
            });
        };
        let splits = judged.traffic.splits.iter();
        let splits: Vec<_> = splits.filter(|split| split.experiment_id == *id).collect();
        if splits.is_empty() {
            return Self::Nothing("not in the log yet".to_owned());
        }
        Self::Splits(judged, splits)
    }

    /// Returns why the log says nothing.
    pub(super) fn why_nothing(&self) -> Option<&str> {
        match self {
            Self::Nothing(why) => Some(why),
            Self::Splits(..) => None,
        }
    }

    /// Returns the split that looks most wrong.
    pub(super) fn worst(&self) -> Option<&'a SplitTraffic> {
        match self {
            Self::Nothing(_) => None,
            Self::Splits(_, splits) => splits.first().copied(),
        }
    }
}

/// Returns a row for each split that is shown, the worst first.
pub(super) fn blocks(
    view: &ExperimentView<'_>,
    judged: &Judged,
    splits: &[&SplitTraffic],
    style: Style,
) -> Vec<Block> {
    let pen = view.pen;
    let shown = &splits[..splits.len().min(MAX_GROUPS)];
    let arms: Vec<Vec<ObservedArm<'_>>> = shown.iter().map(|split| split_arms(split)).collect();
    let chart = Chart::new(pen, judged);
    // The bars leave the room that the charts need.
    let beside = chart.as_ref().filter(|chart| chart.is_beside);
    let bars = Pen {
        columns: pen.columns - beside.map_or(0, |chart| chart.columns + GAP),
        ..*pen
    };
    let columns = ArmColumns::new(&bars, &arms, beside.is_none());
    let traffic = view.model.incident_view();
    let leads = Destination::Row(Panel::Experiments, RowKey::of_experiment(view.id));
    let detail = detail(view, judged, splits.len());
    let mut blocks = vec![view.section("Traffic", &detail, Some(leads.clone()), Vec::new())];
    for (index, split) in shown.iter().enumerate() {
        let mut lines = verdict::heading(traffic, pen, split);
        lines.extend(incident::suspect_lines(traffic, pen, split));
        let observed = incident::arm_lines(traffic, &bars, &columns, split);
        lines.extend(match &chart {
            Some(chart) => chart.add(pen, observed, split, style),
            None => observed,
        });
        // Notes on all groups are shown once, with the worst group.
        let notes = judged.anomalies(split);
        let notes = notes.filter(|anomaly| index == 0 || anomaly.group.is_some());
        lines.extend(anomalies(traffic, pen, notes));
        blocks.push(Block {
            key: format!("split/{}", RowKey::of_split(split).0),
            lines,
            opens: Some(leads.clone()),
        });
    }
    if let Some(more) = splits
        .len()
        .checked_sub(shown.len())
        .filter(|more| *more > 0)
    {
        let more = counted(more as u64, "more group", "more groups");
        blocks.push(Block {
            key: "split/more".to_owned(),
            lines: view.say(&format!("and {more}: see the incident view")),
            opens: Some(leads),
        });
    }
    blocks
}

/// Says what the bars over time show.
fn detail(view: &ExperimentView<'_>, judged: &Judged, splits: usize) -> String {
    let mut facts = Vec::new();
    if splits > 1 {
        facts.push(format!("{splits} groups, the worst first"));
    }
    if let Some(axis) = &judged.axis {
        let [start, end] = view
            .model
            .startup
            .axis_times([axis.start, axis.end], judged.at);
        let dash = view.pen.symbols.dash;
        facts.push(format!("units over time, {start} {dash} {end}"));
    }
    facts.join(", ")
}

/// Where each arm's units over time are drawn.
struct Chart<'a> {
    judged: &'a Judged,
    columns: usize,
    is_beside: bool,
}

impl<'a> Chart<'a> {
    /// Returns the chart; `None` without room or time.
    fn new(pen: &Pen<'_>, judged: &'a Judged) -> Option<Self> {
        judged.axis.as_ref()?;
        let is_beside = pen.columns >= WIDE;
        let columns = if is_beside {
            pen.columns / 3
        } else {
            pen.columns
                .checked_sub(INDENT)
                .filter(|columns| *columns > 0)?
        };
        Some(Self {
            judged,
            columns,
            is_beside,
        })
    }

    /// Adds each arm's units over time to its line.
    fn add(
        &self,
        pen: &Pen<'_>,
        arms: Vec<Line<'static>>,
        split: &SplitTraffic,
        style: Style,
    ) -> Vec<Line<'static>> {
        let Some(axis) = &self.judged.axis else {
            return arms;
        };
        let axis = TimeColumns {
            axis,
            count: self.columns,
            window: self.judged.traffic.window,
        };
        let charts = sparkline::of_arms(pen.symbols, &axis, &split.arms);
        let beside = |(mut arm, chart): (Line<'static>, String)| {
            let blank = (pen.columns + 1 - self.columns).saturating_sub(width(&arm.spans));
            arm.spans.push(" ".repeat(blank).into());
            arm.spans.push(span(chart, style));
            vec![arm]
        };
        let below = |(arm, chart): (Line<'static>, String)| {
            let chart: Spans = vec![" ".repeat(INDENT).into(), span(chart, style)];
            vec![arm, pen.line(chart)]
        };
        let arms = arms.into_iter().zip(charts);
        if self.is_beside {
            arms.flat_map(beside).collect()
        } else {
            arms.flat_map(below).collect()
        }
    }
}
