//! How the units of each layer spread over its slots: a row for each, below those of experiments.

use super::{IncidentView, Judged, Verdict, verdict};
use crate::console::model::RowKey;
use crate::console::pages::{Destination, PageId};
use crate::console::panels::Rows;
use ratatui::text::Line;

use crate::console::panels::pen::{Pen, foreign, span};
use crate::console::panels::text::{counted, thousands};
use crate::domain::LayerId;
use crate::numbers::probability;
use crate::report::{holder_table, shown_holders};
use crate::traffic::LayerCoverage;

/// The rows of a list, followed by those of the layers' coverage.
pub(super) struct WithCoverage<'a, R> {
    pub(super) rows: R,
    pub(super) view: IncidentView<'a>,
    pub(super) pen: Pen<'a>,
    pub(super) judged: &'a Judged,
    pub(super) layers: Vec<&'a LayerCoverage>,
}

impl<R: Rows> WithCoverage<'_, R> {
    /// Returns the layer of a row after the list.
    fn coverage(&self, index: usize) -> Option<&LayerCoverage> {
        let index = index.checked_sub(self.rows.count())?;
        Some(self.layers[index])
    }

    /// Returns whether a layer has an anomaly. Without one its row is a single line, which need not
    /// be built to be counted.
    fn has_anomaly(&self, coverage: &LayerCoverage) -> bool {
        let mut found = self.judged.coverage_anomalies(&coverage.layer_id);
        found.next().is_some()
    }
}

impl<R: Rows> Rows for WithCoverage<'_, R> {
    fn count(&self) -> usize {
        self.rows.count() + self.layers.len()
    }

    fn key(&self, index: usize) -> RowKey {
        match self.coverage(index) {
            Some(coverage) => RowKey::of_coverage_in(&coverage.layer_id),
            None => self.rows.key(index),
        }
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        match self.coverage(index) {
            Some(coverage) => Some(&coverage.layer_id),
            None => self.rows.layer(index),
        }
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        match self.coverage(index) {
            Some(coverage) => Some(Destination::Page(PageId::Layer(coverage.layer_id.clone()))),
            None => self.rows.opens(index),
        }
    }

    fn gap(&self, index: usize) -> usize {
        let is_first = index == self.rows.count() && index > 0;
        match self.coverage(index) {
            Some(_) => usize::from(is_first),
            None => self.rows.gap(index),
        }
    }

    fn height(&self, index: usize) -> usize {
        match self.coverage(index) {
            Some(coverage) if !self.has_anomaly(coverage) => 1,
            Some(coverage) => lines(self.view, &self.pen, self.judged, coverage).len(),
            None => self.rows.height(index),
        }
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        match self.coverage(index) {
            Some(coverage) => lines(self.view, &self.pen, self.judged, coverage),
            None => self.rows.lines(index),
        }
    }
}

/// Returns the verdict on a layer, and what is wrong with it.
fn lines(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    judged: &Judged,
    coverage: &LayerCoverage,
) -> Vec<Line<'static>> {
    let (symbol, style) = verdict::symbol(pen, look(coverage));
    let left = vec![
        span(format!("{symbol} coverage"), style),
        pen.text("  "),
        foreign(&coverage.layer_id, pen.theme.text),
    ];
    let right = vec![
        pen.text(format!("p {}   ", probability(coverage.corrected_p_value))),
        pen.dim(format!("n {}", thousands(coverage.units))),
    ];
    let mut lines = vec![pen.sides(left, right)];
    for anomaly in judged.coverage_anomalies(&coverage.layer_id) {
        let lead = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
        let message = anomaly.message(|at| view.log_clock(at));
        let text = match &anomaly.experiment_id {
            Some(id) => format!("{id}: {message}"),
            None => message,
        };
        lines.extend(pen.paragraph(vec![lead], &text, pen.theme.text));
    }
    lines
}

/// Returns the verdict on a layer. Lost exposures are a warning: they may have a harmless cause,
/// such as a cache.
fn look(coverage: &LayerCoverage) -> Verdict {
    if coverage.is_rejected {
        Verdict::Warning
    } else {
        Verdict::Fine
    }
}

/// Returns everything known about a layer's coverage: the verdict, and every holder of slots.
pub(super) fn detail(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    judged: &Judged,
    coverage: &LayerCoverage,
) -> Vec<Line<'static>> {
    let mut all = lines(view, pen, judged, coverage);
    all.push(Line::default());
    let holders = shown_holders(coverage);
    let units = counted(coverage.units, "unit", "units");
    let count = counted(holders.len() as u64, "holder", "holders");
    all.push(pen.line(vec![pen.dim(format!(
        "{units} by their first row, over the slots of {count}"
    ))]));
    let table = holder_table(&holders).lines(pen.columns, pen.symbols.ellipsis);
    all.extend(table.into_iter().map(|line| pen.line(pen.paint(line))));
    all
}
