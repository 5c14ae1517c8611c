//! How a split of traffic looks, in words and figures.

use super::{IncidentView, Verdict};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::console::panels::arms::Arm;
use crate::console::panels::pen::{Pen, Spans, foreign, span, width};
use crate::console::panels::text::thousands;
use crate::numbers::probability;
use crate::report::{SLIGHT, alarm, deviation, onset};
use crate::srm::{Significance, Srm};
use crate::traffic::{SplitTraffic, Tested};
use ratatui::text::Line;

/// The symbol of a verdict and its style.
pub(in crate::console) fn symbol(pen: &Pen<'_>, verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Alarm => (pen.symbols.cross, pen.theme.error),
        Verdict::Warning => (pen.symbols.warning, pen.theme.warning),
        Verdict::Fine => (pen.symbols.check, pen.theme.success),
        Verdict::Untested => (pen.symbols.dash, pen.theme.dim),
    }
}

/// Symbol and word.
pub(in crate::console) fn mark(pen: &Pen<'_>, verdict: Verdict) -> Span<'static> {
    let (symbol, style) = symbol(pen, verdict);
    span(format!("{symbol} {}", verdict.word()), style)
}

/// The arms to be shown.
pub(in crate::console) fn arms(split: &SplitTraffic) -> Vec<Arm<'_>> {
    let intervals = split
        .test
        .as_ref()
        .map_or(&[][..], |tested| &tested.intervals);
    let arms = split.arms.iter().enumerate();
    arms.map(|(place, arm)| Arm {
        variant: &arm.variant,
        count: arm.units,
        share: split.share(arm),
        fraction: arm.fraction,
        interval: intervals.get(place).copied(),
    })
    .collect()
}

/// The p-value that decides: the sequential one, corrected.
pub(in crate::console) fn deciding(split: &SplitTraffic) -> Option<String> {
    let tested = split.test.as_ref().ok()?;
    Some(format!("p {}", probability(tested.corrected_p_value)))
}

/// The experiment with its verdict; where all doesn't fit on a line, the layer goes first.
pub(in crate::console) fn heading(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    let mut left = vec![mark(pen, view.verdict(split)), pen.text("  ")];
    let name = split.name();
    left.push(foreign(name, pen.theme.text));
    let mut with_layer = left.clone();
    if let Some(layer) = &split.layer_id {
        with_layer.push(foreign(format!("  {layer}"), pen.theme.dim));
    }
    let mut figures = Spans::new();
    figures.extend(deciding(split).map(|p| pen.text(format!("{p}   "))));
    figures.push(pen.dim(format!("n {}", thousands(split.units))));
    let fits = |left: &Spans| width(left) + 2 + width(&figures) <= pen.columns;
    let mut lines = match [with_layer, left.clone()].into_iter().find(fits) {
        Some(fitting) => vec![pen.sides(fitting, figures)],
        None => vec![pen.line(left), pen.sides(Spans::new(), figures)],
    };
    match &split.test {
        Ok(tested) => lines.extend(pen.flow(findings(view, pen, split, tested), 2, 3)),
        Err(why) => lines.extend(pen.paragraph(
            vec![pen.dim("  not tested: ")],
            &why.to_string(),
            pen.theme.dim,
        )),
    }
    lines
}

/// The test of all units as if they were looked at once.
pub(in crate::console) fn at_once(pen: &Pen<'_>, srm: &Srm) -> Spans {
    let symbols = pen.symbols;
    let statistic = srm
        .chi2_stat
        .map_or(symbols.dash.to_owned(), |stat| format!("{stat:.2}"));
    // The exact test decides where counts are small.
    let (p, method) = match srm.exact_p_value {
        Some(p) => (p, " exact"),
        None => (srm.p_value, ""),
    };
    let stars = match Significance::new(p) {
        Significance::None => String::new(),
        code => format!(" {code}"),
    };
    vec![
        pen.dim(format!("{} {statistic}   ", symbols.chi_squared)),
        pen.text(format!("p {}{method}{stars}   ", probability(p))),
    ]
}

/// What was found, in one item each: the test at once, the sequential one, since when, how far off.
fn findings(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    split: &SplitTraffic,
    tested: &Tested,
) -> Vec<Spans> {
    let mut once = at_once(pen, &tested.srm);
    if let Some(last) = once.last_mut() {
        *last = span(last.content.trim_end().to_owned(), last.style);
    }
    let sequential = probability(tested.srm.sequential.p_value);
    let mut items = vec![once, vec![pen.dim(format!("sequential p {sequential}"))]];
    let time = |at| view.log_clock(at);
    if let Some(crossing) = tested.crossing {
        items.push(vec![pen.text(alarm(crossing, time))]);
        items.extend(tested.onset.map(|began| vec![pen.text(onset(began, time))]));
        items.extend(deviation(split, tested).map(|(variant, off)| {
            let variant = foreign(variant, pen.theme.text);
            vec![variant, pen.text(format!(" {off}"))]
        }));
    }
    if tested.is_slight {
        items.push(vec![span(SLIGHT, pen.theme.warning)]);
    }
    items
}
