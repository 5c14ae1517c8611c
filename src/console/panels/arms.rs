//! The arms of an experiment below each other: observed against expected, as bars and figures.

use ratatui::style::Style;
use ratatui::text::Line;

use super::pen::Pen;
use super::share;
use super::text::{self, thousands, widest};
use crate::diagnostic::visible;
use crate::report::{ObservedArm, aligned_percent, interval_text, rounded_percent};

/// Before an arm's name.
const INDENT: usize = 2;
/// A shorter bar is less useful than the figure it would replace.
const MIN_BAR: usize = 8;
/// A longer bar only moves its figures out of view.
const MAX_BAR: usize = 60;
/// `100.0%`
const OBSERVED: usize = 6;
/// `33.3%`, with a gap.
const EXPECTED: usize = 8;
/// `+33.3`, with a gap.
const DIFFERENCE: usize = 8;

/// The columns of all arms, so that they align.
#[derive(Debug)]
pub(in crate::console) struct ArmColumns {
    name: usize,
    bar: usize,
    /// 0 if not requested, or if there is no room.
    difference: usize,
    /// The same.
    interval: usize,
    /// The widest count with its gap; 0 if there is no room.
    count: usize,
    expected: usize,
}

impl ArmColumns {
    /// Lays out the columns for these experiments; `is_detailed` adds the deviation of each share
    /// and its interval.
    pub(in crate::console) fn new(
        pen: &Pen<'_>,
        experiments: &[Vec<ObservedArm<'_>>],
        is_detailed: bool,
    ) -> Self {
        let arms = || experiments.iter().flatten();
        let names: Vec<_> = arms().map(|arm| visible(&arm.name)).collect();
        let name = widest(names.iter().map(AsRef::as_ref)).min(pen.columns / 3);
        let counts: Vec<String> = arms().map(|arm| thousands(arm.units)).collect();
        let intervals = arms().filter_map(|arm| arm.interval);
        let intervals: Vec<String> = intervals
            .map(|interval| interval_text(interval, pen.symbols.marks()))
            .collect();
        let with_gap = |texts: &[String]| match widest(texts.iter().map(String::as_str)) {
            0 => 0,
            widest => widest + 2,
        };
        let widest_count = with_gap(&counts);
        let room = pen.columns.saturating_sub(INDENT + name + 2 + 1 + OBSERVED);
        let difference = if is_detailed { DIFFERENCE } else { 0 };
        let interval = if is_detailed { with_gap(&intervals) } else { 0 };
        let columns = [
            [EXPECTED, difference, interval, widest_count],
            [EXPECTED, difference, 0, widest_count],
            [EXPECTED, difference, 0, 0],
            [EXPECTED, 0, 0, 0],
        ];
        let figures = |columns: &[usize; 4]| columns.iter().sum::<usize>();
        let mut fitting = columns.into_iter();
        let fitting = fitting.find(|columns| figures(columns) + MIN_BAR <= room);
        let columns = fitting.unwrap_or_default();
        let [expected, difference, interval, count] = columns;
        Self {
            name,
            bar: room.saturating_sub(figures(&columns)).min(MAX_BAR),
            difference,
            interval,
            count,
            expected,
        }
    }
}

/// Returns a line for each arm of an experiment with this style; an arm whose share is certainly off
/// has the style `off`.
pub(in crate::console) fn lines(
    pen: &Pen<'_>,
    columns: &ArmColumns,
    arms: &[ObservedArm<'_>],
    style: Style,
    off: Style,
) -> Vec<Line<'static>> {
    let most = |shares: &mut dyn Iterator<Item = f64>| shares.fold(0.0, f64::max);
    let most_observed = most(&mut arms.iter().filter_map(|arm| arm.share));
    let most_expected = most(&mut arms.iter().filter_map(|arm| arm.expected));
    let scale = most_observed.max(most_expected);
    let line = |arm: &ObservedArm<'_>| {
        let name = visible(&arm.name);
        let name = text::cut(&name, columns.name, pen.symbols.ellipsis);
        let name = text::pad(&name, columns.name + 2);
        let mut line = vec![pen.text(format!("{}{name}", " ".repeat(INDENT)))];
        let style = if is_off(arm) { off } else { style };
        line.extend(share::bar(
            pen,
            style,
            arm.share.unwrap_or(0.0),
            arm.expected,
            scale,
            columns.bar,
        ));
        let shown = arm.share.map(|share| aligned_percent(share, 1));
        let shown = shown.unwrap_or_else(|| pen.symbols.unknown.to_owned());
        let shown = text::pad_start(&shown, 1 + OBSERVED);
        line.push(match arm.share {
            Some(share) if share > 0.0 => pen.text(shown),
            _ => pen.dim(shown),
        });
        if columns.expected > 0 {
            let expected = arm.expected.map(|share| rounded_percent(share, 1));
            let expected = expected.unwrap_or_else(|| pen.symbols.unknown.to_owned());
            line.push(pen.dim(text::pad_start(&expected, columns.expected)));
        }
        if columns.difference > 0 {
            // Without units there is no deviation.
            let off = arm.expected.zip(arm.share).filter(|_| most_observed > 0.0);
            let off = off.map(|(expected, share)| points(pen, share - expected));
            line.push(pen.text(text::pad_start(
                &off.unwrap_or_default(),
                columns.difference,
            )));
        }
        if columns.interval > 0 {
            let interval = arm
                .interval
                .map(|interval| interval_text(interval, pen.symbols.marks()));
            let interval = interval.unwrap_or_default();
            line.push(pen.dim(text::pad_start(&interval, columns.interval)));
        }
        if columns.count > 0 {
            line.push(pen.dim(text::pad_start(&thousands(arm.units), columns.count)));
        }
        pen.line(line)
    };
    arms.iter().map(line).collect()
}

/// Returns whether the share of an arm is certainly off.
pub(in crate::console) fn is_off(arm: &ObservedArm<'_>) -> bool {
    let known = arm.interval.zip(arm.expected);
    known.is_some_and(|(interval, expected)| interval.distance(expected) > 0.0)
}

/// Formats a difference of shares in percentage points: `+12.3`.
pub(in crate::console) fn points(pen: &Pen<'_>, off: f64) -> String {
    let points = off * 100.0;
    let sign = match points {
        _ if points.abs() < 0.05 => return "0.0".to_owned(),
        _ if points < 0.0 => pen.symbols.minus,
        _ => pen.symbols.plus,
    };
    format!("{sign}{:.1}", points.abs())
}
