//! Units a minute, also by arm, the sequential p-value and the applies, on one axis of time.

use super::{Axis, IncidentView, Judged, Verdict};
use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Line;

use super::columns::TimeColumns;
use super::splits::arm_styles;
use crate::console::panels::arms::is_off;
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::sparkline;
use crate::console::panels::text::{self, thousands, whole};
use crate::diagnostic::visible;
use crate::numbers::probability;
use crate::report::split_arms;
use crate::text::cut_middle;
use crate::timeline::Apply;
use crate::traffic::SplitTraffic;

/// The fewest and the most columns left of the charts, for their scales and the names of arms.
const GUTTER: (usize, usize) = (7, 13);
/// With fewer columns nothing is shown.
const MIN: usize = 16;
/// From this height on, charts are drawn taller.
const TALL: u16 = 28;
/// The minimum and maximum depth of the p-value chart, as powers of ten.
const DEPTHS: (f64, f64) = (6.0, 12.0);
/// The maximum number of applies listed.
const MAX_APPLIES: usize = 20;

/// What all charts of a panel share.
pub(super) struct Charts<'a> {
    view: IncidentView<'a>,
    pen: &'a Pen<'a>,
    judged: &'a Judged,
    axis: &'a Axis,
    split: &'a SplitTraffic,
    columns: TimeColumns<'a>,
    /// The columns left of them.
    gutter: usize,
    height: u16,
}

impl<'a> Charts<'a> {
    /// Creates the charts of a split for a panel of this height; `None` if there is no room or
    /// nothing to show.
    pub(super) fn new(
        view: IncidentView<'a>,
        pen: &'a Pen<'a>,
        judged: &'a Judged,
        split: &'a SplitTraffic,
        height: u16,
    ) -> Option<Self> {
        let axis = judged.axis.as_ref()?;
        let names = split.arms.iter().map(|arm| arm.variant.as_str());
        let names: Vec<_> = names.map(visible).collect();
        let widest_name = text::widest(names.iter().map(AsRef::as_ref));
        // A narrow panel has no room for names beside its charts.
        let most = GUTTER.1.min(pen.columns / 6).max(GUTTER.0);
        let gutter = (widest_name + 1).clamp(GUTTER.0, most);
        let count = pen
            .columns
            .checked_sub(gutter)
            .filter(|count| *count >= MIN)?;
        Some(Self {
            view,
            pen,
            judged,
            axis,
            split,
            gutter,
            columns: TimeColumns {
                axis,
                count,
                window: judged.traffic.window,
            },
            height,
        })
    }

    /// Returns all charts, one below the other.
    pub(super) fn lines(&self) -> Vec<Line<'static>> {
        let mut lines = vec![Line::default()];
        lines.extend(self.units());
        lines.extend(self.arms());
        lines.extend(self.evidence());
        lines.push(self.times());
        lines.extend(self.onset());
        lines.extend(self.applies());
        lines
    }

    fn units(&self) -> Vec<Line<'static>> {
        let pen = self.pen;
        let rates = self.columns.units_a_minute(&self.split.windows);
        let most = rates.iter().copied().fold(0.0, f64::max);
        let title = vec![pen.text("units per minute")];
        let mut lines = vec![pen.sides(title, vec![pen.dim(format!("at most {}", rate(most)))])];
        let rows = if self.height >= TALL { 3 } else { 1 };
        let style = pen.theme.accent;
        for row in (0..rows).rev() {
            let scale = if row + 1 == rows {
                rate(most)
            } else {
                String::new()
            };
            let cells = rates.iter().map(|rate| {
                // A rate above 0 is always visible.
                let full = if most > 0.0 { rate / most } else { 0.0 };
                let eighths = full * (rows * 8) as f64;
                let eighths = if *rate > 0.0 { eighths.max(1.0) } else { 0.0 };
                self.cell(whole(eighths.floor()), row)
            });
            let mut line = vec![self.scale(&scale)];
            line.push(span(cells.collect::<String>(), style));
            lines.push(pen.line(line));
        }
        lines
    }

    /// Draws what each arm got, in the style of its line in the table of arms.
    fn arms(&self) -> Vec<Line<'static>> {
        let pen = self.pen;
        let title = vec![pen.text("units per minute by arm")];
        let relative = vec![pen.dim("relative to its share")];
        let mut lines = vec![pen.sides(title, relative)];
        let charts = sparkline::of_arms(pen.symbols, &self.columns, &self.split.arms);
        let arms = split_arms(self.split);
        let [style, off] = arm_styles(self.view, pen, self.split);
        for (arm, chart) in arms.iter().zip(charts) {
            let name = visible(&arm.name);
            let name = cut_middle(&name, self.gutter - 1, pen.symbols.ellipsis);
            let style = if is_off(arm) { off } else { style };
            lines.push(pen.line(vec![self.scale(&name), span(chart, style)]));
        }
        lines
    }

    /// Draws the p-values as bars that grow with the evidence, one power of ten after the other,
    /// with a line at the alarm threshold.
    fn evidence(&self) -> Vec<Line<'static>> {
        let split = self.split;
        let (pen, symbols) = (self.pen, self.pen.symbols);
        let Ok(tested) = &split.test else {
            return Vec::new();
        };
        let factor = 1.0 / tested.weight;
        // A deviation that is too small to count raises no alarm.
        let is_alarm = self.view.verdict(split) == Verdict::Alarm;
        let depth = |p: f64| -(p * factor).min(1.0).log10();
        let p_values = self.columns.p_values(&split.windows, &tested.course);
        let deepest = depth(tested.srm.sequential.p_value).ceil();
        let bottom = deepest.clamp(DEPTHS.0, DEPTHS.1);
        let thresholds = &self.view.cx.startup.srm;
        let alarm_at = thresholds.alarm_at;
        let alarms = |p: f64| Verdict::of_p(p * factor, thresholds) == Verdict::Alarm;
        let rows: usize = match self.height {
            TALL.. => 8,
            20.. => 5,
            _ => 3,
        };
        let eighths_of =
            |depth: f64| whole((depth.min(bottom) / bottom * (rows * 8) as f64).floor());
        let threshold = eighths_of(-alarm_at.log10());
        let threshold_row = (threshold / 8).min(rows - 1);
        let title = vec![
            pen.text(format!("sequential p {} {factor:.0}", symbols.times)),
            pen.dim(format!("  weight of split {}", tested.order)),
        ];
        let alarm = format!("{} alarm at {}", symbols.line, probability(alarm_at));
        let mut lines = vec![pen.sides(title, vec![pen.dim(alarm)])];
        for row in (0..rows).rev() {
            let label = match row {
                row if row == threshold_row => probability(alarm_at),
                0 => "1".to_owned(),
                row if row + 1 == rows => format!("1e-{bottom:.0}"),
                _ => String::new(),
            };
            let mut line = vec![self.scale(&label)];
            for p in &p_values {
                let eighths = p.map_or(0, |p| eighths_of(depth(p)));
                let is_bar = eighths > row * 8;
                let style = match p {
                    Some(p) if is_bar && is_alarm && alarms(*p) => pen.theme.error,
                    _ if is_bar => pen.theme.accent,
                    _ => pen.theme.dim,
                };
                let cell = match self.cell(eighths, row) {
                    " " if row == threshold_row => symbols.line,
                    cell => cell,
                };
                line.push(span(cell, style));
            }
            lines.push(pen.line(merged(line)));
        }
        lines
    }

    /// Returns the part of a bar, `eighths` high, that is in this row, counted from below.
    fn cell(&self, eighths: usize, row: usize) -> &'static str {
        match eighths.saturating_sub(row * 8).min(8) {
            0 => " ",
            part => self.pen.symbols.sparks[part - 1],
        }
    }

    fn scale(&self, text: &str) -> ratatui::text::Span<'static> {
        let shown = text::pad_start(text, self.gutter - 1);
        self.pen.dim(format!("{shown} "))
    }

    /// Returns the times below the charts: start, middle if there is room, end.
    fn times(&self) -> Line<'static> {
        let [start, end] = [self.axis.start, self.axis.end];
        let middle = start.checked_add(self.axis.length() / 2).unwrap_or(end);
        let times = [start, middle, end];
        let [start, middle, end] = self.view.cx.startup.axis_times(times, self.judged.at);
        let count = self.columns.count;
        let mut line = text::pad(&start, count.saturating_sub(end.len()));
        line.push_str(&end);
        let at = (count / 2).saturating_sub(middle.len() / 2);
        let is_room = at > start.len() + 1 && at + middle.len() + 1 < count - end.len();
        if is_room {
            // Both are ASCII.
            line.replace_range(at..at + middle.len(), &middle);
        }
        self.pen.line(vec![self.scale(""), self.pen.dim(line)])
    }

    /// Returns a line that shows when the mismatch of an alarm probably began, with the interval of
    /// this estimate, and when the alarm came.
    fn onset(&self) -> Option<Line<'static>> {
        let split = self.split;
        let (pen, theme, symbols) = (self.pen, self.pen.theme, self.pen.symbols);
        let tested = split.test.as_ref().ok()?;
        let crossing = tested.crossing.filter(|_| self.view.is_alarm(split))?;
        let mut cells = vec![span(" ", theme.text); self.columns.count];
        let mut mark = |at: Timestamp, symbol: &'static str, style| {
            let column = self.columns.column(at);
            column.map(|column| cells[column] = span(symbol, style))
        };
        mark(crossing.since, symbols.cross, theme.error);
        if let Some(onset) = tested.onset {
            // Wherever the estimate is, the alarm stays visible.
            if self.columns.column(onset.estimate) != self.columns.column(crossing.since) {
                mark(onset.estimate, symbols.onset, theme.warning);
            }
            let ends = self.columns.clamped(onset.low)..=self.columns.clamped(onset.high);
            for cell in &mut cells[ends] {
                if cell.content == " " {
                    *cell = span(symbols.dash, theme.warning);
                }
            }
        }
        let mut line = vec![self.scale("onset")];
        line.extend(cells);
        Some(pen.line(merged(line)))
    }

    /// Returns the applies in this period: marks with their numbers below the axis, and a line for
    /// each.
    fn applies(&self) -> Vec<Line<'static>> {
        let pen = self.pen;
        let suspect = self.view.suspect(self.split);
        let suspect = suspect.map(|suspect| suspect.apply.journal_id);
        let applies = self.judged.traffic.applies.iter().rev();
        let within: Vec<(&Apply, usize)> = applies
            .filter_map(|apply| Some((apply, self.columns.column(apply.at)?)))
            .collect();
        let mut lines = Vec::new();
        if within.is_empty() {
            lines.extend(pen.hint("no applies in this period"));
        } else {
            lines.push(self.marks(&within, suspect));
        }
        for (apply, _) in within.iter().take(MAX_APPLIES) {
            let is_suspect = suspect == Some(apply.journal_id);
            lines.push(pen.line(self.apply(apply, is_suspect)));
        }
        let more = within.len().saturating_sub(MAX_APPLIES);
        if more > 0 {
            lines.extend(pen.hint(&format!("and {more} before them")));
        }
        if self.axis.outside > 0 {
            let text = format!(
                "{} exposures are outside of this period: a clock may have jumped",
                thousands(self.axis.outside)
            );
            lines.extend(pen.hint(&text));
        }
        lines
    }

    /// Returns the marks; if two are too close, the newer one keeps its number, and the suspected
    /// one always its mark.
    fn marks(&self, within: &[(&Apply, usize)], suspect: Option<i64>) -> Line<'static> {
        let mut cells = vec![span(" ", self.pen.theme.text); self.columns.count];
        let (suspects, others): (Vec<_>, Vec<_>) = within
            .iter()
            .partition(|(apply, _)| suspect == Some(apply.journal_id));
        for (apply, column) in others.iter().chain(&suspects) {
            let (symbol, style) = self.mark(suspect == Some(apply.journal_id));
            cells[*column] = span(symbol, style);
        }
        for (apply, column) in within {
            let number = apply.journal_id.to_string();
            let mut room = cells.iter().skip(column + 1).take(number.len() + 1);
            let is_free =
                cells.len() > column + number.len() && room.all(|cell| cell.content == " ");
            if is_free {
                let style = cells[*column].style;
                for (offset, digit) in number.chars().enumerate() {
                    cells[column + 1 + offset] = span(digit, style);
                }
            }
        }
        let mut line = vec![self.scale("")];
        line.extend(cells);
        self.pen.line(merged(line))
    }

    /// Returns the mark of an apply: the suspected one has its own.
    fn mark(&self, is_suspect: bool) -> (&'static str, Style) {
        let (symbols, theme) = (self.pen.symbols, self.pen.theme);
        if is_suspect {
            (symbols.suspect, theme.warning)
        } else {
            (symbols.mark, theme.accent)
        }
    }

    fn apply(&self, apply: &Apply, is_suspect: bool) -> Spans {
        let pen = self.pen;
        let concerns = self
            .split
            .layer_id
            .as_ref()
            .is_some_and(|id| apply.layers.contains(id));
        let style = if concerns {
            pen.theme.text
        } else {
            pen.theme.dim
        };
        let layers: Vec<String> = apply.layers.iter().map(ToString::to_string).collect();
        let (symbol, mark) = self.mark(is_suspect);
        vec![
            span(format!("  {symbol} {}  ", apply.journal_id), mark),
            span(format!("{}  ", self.view.log_clock(apply.at)), style),
            foreign(format!("{}  {}", apply.actor, layers.join(", ")), style),
        ]
    }
}

/// Formats a rate, with a decimal if it is small.
fn rate(rate: f64) -> String {
    if rate >= 10.0 || rate == 0.0 {
        thousands(whole(rate) as u64)
    } else {
        format!("{rate:.1}")
    }
}

/// Merges adjacent pieces with the same style.
fn merged(pieces: Spans) -> Spans {
    let mut merged = Spans::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last) if last.style == piece.style => {
                last.content.to_mut().push_str(&piece.content);
            }
            _ => merged.push(piece),
        }
    }
    merged
}
