//! The list of experiments, the one that looks most wrong first.

use super::coverage::WithCoverage;
use super::{Entry, IncidentView, Judged, ListRow, UntestedFold, Verdict, log_notes, verdict};
use crate::console::model::RowKey;
use crate::console::pages::{Destination, PageId};
use ratatui::text::{Line, Span};

use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::text::{counted, thousands};
use crate::console::panels::{Content, Rows};
use crate::domain::LayerId;
use crate::traffic::{Crossing, SplitTraffic};

/// The indentation of a group's row.
const INDENT: &str = "  ";

pub(in crate::console) fn content(view: IncidentView<'_>, width: u16) -> Content<'_> {
    let pen = Pen::new(view.cx.startup, width);
    let Some(judged) = &view.incident.judged else {
        let mut lines = log_notes::lines(view, &pen);
        lines.extend(log_notes::nothing(view, &pen));
        return Content::saying(lines);
    };
    let rows = view.rows();
    let opening = match (judged.traffic.splits.len(), rows.len()) {
        (0, _) => log_notes::nothing(view, &pen),
        (_, 0) => pen.hint("no experiments match the filter"),
        _ => Vec::new(),
    };
    let experiments = ExperimentRows {
        judged,
        view,
        pen: Pen::new(view.cx.startup, width),
        rows,
    };
    let rows = WithCoverage {
        rows: experiments,
        view,
        pen: Pen::new(view.cx.startup, width),
        judged,
        layers: view.coverage().collect(),
    };
    Content::new(opening, rows).with_badge(badge(view, &pen, judged))
}

/// Returns the number of alarms; if there are none, the number of warnings.
fn badge(view: IncidentView<'_>, pen: &Pen<'_>, judged: &Judged) -> Line<'static> {
    let is_tested = view.is_anything_tested();
    let is_slight = |split: &&SplitTraffic| split.test.as_ref().is_ok_and(|test| test.is_slight);
    let slight = judged.traffic.splits.iter().filter(is_slight).count();
    let warnings = judged.traffic.anomalies.len() + slight;
    let (count, looks) = match view.alarms().count() {
        0 if !is_tested => ("nothing tested".to_owned(), Verdict::Untested),
        0 if warnings > 0 => {
            let warnings = counted(warnings as u64, "warning", "warnings");
            (format!("no SRM, {warnings}"), Verdict::Warning)
        }
        0 => ("no SRM".to_owned(), Verdict::Fine),
        count => (format!("{count} SRM"), Verdict::Alarm),
    };
    let (symbol, style) = verdict::symbol(pen, looks);
    pen.facts(vec![span(format!("{symbol} {count}"), style)])
}

/// A row for each experiment, for each group of the opened one, and for those that couldn't be
/// tested.
struct ExperimentRows<'a> {
    view: IncidentView<'a>,
    pen: Pen<'a>,
    rows: Vec<ListRow<'a>>,
    judged: &'a Judged,
}

impl Rows for ExperimentRows<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows[index].key()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        match &self.rows[index] {
            ListRow::Entry(entry) => entry.worst().layer_id.as_ref(),
            ListRow::Untested(_) => None,
        }
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        let entry = match &self.rows[index] {
            ListRow::Entry(entry) => entry,
            ListRow::Untested(_) => return Some(Destination::Unfolded),
        };
        let split = entry.worst();
        let (layer, id) = (split.layer_id.clone()?, split.experiment_id.clone());
        Some(Destination::Page(PageId::Experiment(layer, id)))
    }

    fn gap(&self, index: usize) -> usize {
        let is_fold = matches!(self.rows[index], ListRow::Untested(_));
        usize::from(is_fold && index > 0)
    }

    fn height(&self, index: usize) -> usize {
        let entry = match &self.rows[index] {
            ListRow::Entry(entry) => entry,
            ListRow::Untested(_) => return 1,
        };
        let is_plain =
            crossing(entry).is_none() && self.anomaly_count(entry) == 0 && !entry.has_groups();
        // There is nothing to say but the number of units.
        if is_plain {
            return 2;
        }
        1 + self.facts(entry).len()
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        match &self.rows[index] {
            ListRow::Entry(entry) => self.entry(entry),
            ListRow::Untested(fold) => vec![self.untested(fold)],
        }
    }
}

impl ExperimentRows<'_> {
    /// Returns the verdict with the p-value that decides, and the facts below.
    fn entry(&self, entry: &Entry<'_>) -> Vec<Line<'static>> {
        let pen = &self.pen;
        let split = entry.worst();
        let mark = verdict::mark(pen, self.view.verdict(split));
        let mut left = vec![pen.text(indent(entry)), mark, pen.text("  ")];
        left.push(match split.group.as_ref().filter(|_| entry.is_group) {
            Some(group) => foreign(group, pen.theme.text),
            None => foreign(&split.experiment_id, pen.theme.text),
        });
        let right = match verdict::deciding(split) {
            Some(p) => vec![pen.text(p)],
            None => Vec::new(),
        };
        let mut lines = vec![pen.sides(left, right)];
        lines.extend(self.facts(entry));
        lines
    }

    /// Returns how many experiments couldn't be tested. What else is wrong with them isn't hidden.
    fn untested(&self, fold: &UntestedFold<'_>) -> Line<'static> {
        let pen = &self.pen;
        let arrow = if fold.is_open {
            pen.symbols.down
        } else {
            pen.symbols.right
        };
        let (symbol, style) = verdict::symbol(pen, Verdict::Untested);
        let count = thousands(fold.entries.len() as u64);
        let left = vec![span(format!("{symbol} {count} untested  {arrow}"), style)];
        let anomalies = fold.entries.iter().map(|entry| self.anomaly_count(entry));
        let right = self.anomalies(anomalies.sum());
        pen.sides(left, Vec::from_iter(right))
    }

    /// Returns a number of anomalies, if there are any.
    fn anomalies(&self, count: usize) -> Option<Span<'static>> {
        let (symbols, theme) = (self.pen.symbols, self.pen.theme);
        let counted = counted(count as u64, "anomaly", "anomalies");
        let text = format!("{} {counted}", symbols.warning);
        (count > 0).then(|| span(text, theme.warning))
    }

    /// Returns the number of units, since when and what else, if there is something to see.
    fn facts(&self, entry: &Entry<'_>) -> Vec<Line<'static>> {
        let pen = &self.pen;
        let units = counted(entry.units(), "unit", "units");
        let mut facts: Vec<Spans> = vec![vec![pen.dim(units)]];
        facts.extend(crossing(entry).map(|crossing| {
            let since = self.view.log_clock(crossing.since);
            vec![pen.text(format!("alarm since {since}"))]
        }));
        let anomalies = self.anomalies(self.anomaly_count(entry));
        facts.extend(anomalies.map(|count| vec![count]));
        if entry.has_groups() {
            let opened = self.view.incident.opened.as_ref();
            let symbol = if opened == Some(entry.experiment_id()) {
                pen.symbols.down
            } else {
                pen.symbols.right
            };
            let groups = counted(entry.group_count() as u64, "group", "groups");
            facts.push(vec![pen.dim(format!("{symbol} {groups}"))]);
        }
        pen.flow(facts, indent(entry).len() + 2, 2)
    }

    /// Returns the number of anomalies; for an experiment, in all of its groups.
    fn anomaly_count(&self, entry: &Entry<'_>) -> usize {
        if entry.is_group {
            self.judged.anomalies(entry.worst()).count()
        } else {
            self.judged.anomaly_count(entry.experiment_id())
        }
    }
}

fn crossing(entry: &Entry<'_>) -> Option<Crossing> {
    entry.worst().test.as_ref().ok()?.crossing
}

fn indent(entry: &Entry<'_>) -> &'static str {
    if entry.is_group { INDENT } else { "" }
}
