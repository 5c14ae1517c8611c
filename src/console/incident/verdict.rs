//! How a split of traffic looks, in words and figures.

use super::{IncidentView, Verdict};
use ratatui::style::Style;
use ratatui::text::Span;

use crate::console::panels::pen::{Pen, Spans, foreign, span, width};
use crate::console::panels::text::thousands;
use crate::numbers::probability;
use crate::report::{Role, chi_squared, split_findings};
use crate::srm::{Significance, Srm};
use crate::traffic::{SplitTraffic, Tested};
use ratatui::text::Line;

/// Returns the symbol of a verdict and its style.
pub(in crate::console) fn symbol(pen: &Pen<'_>, verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Alarm => (pen.symbols.cross, pen.theme.error),
        Verdict::Warning => (pen.symbols.warning, pen.theme.warning),
        Verdict::Fine => (pen.symbols.check, pen.theme.success),
        Verdict::Untested => (pen.symbols.unknown, pen.theme.dim),
    }
}

/// Returns symbol and word.
pub(in crate::console) fn mark(pen: &Pen<'_>, verdict: Verdict) -> Span<'static> {
    let (symbol, style) = symbol(pen, verdict);
    span(format!("{symbol} {}", verdict.word()), style)
}

/// Returns the p-value that decides: the sequential one, corrected.
pub(in crate::console) fn deciding(split: &SplitTraffic) -> Option<String> {
    let tested = split.test.as_ref().ok()?;
    Some(format!("p {}", probability(tested.corrected_p_value)))
}

/// Returns the experiment with its verdict; if not everything fits on a line, the layer is dropped
/// first.
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

/// Returns the test of all units as for a single look, with these stars.
pub(in crate::console) fn at_once(pen: &Pen<'_>, srm: &Srm, stars: &str) -> Spans {
    let statistic = chi_squared(srm, pen.symbols.marks());
    // The exact test decides if counts are small.
    let method = if srm.exact_p_value.is_some() {
        " exact"
    } else {
        ""
    };
    let p = probability(single_look(srm));
    vec![
        pen.dim(format!("{statistic}   ")),
        pen.text(format!("p {p}{method}{stars}   ")),
    ]
}

/// Returns the p-value of a single look.
fn single_look(srm: &Srm) -> f64 {
    srm.exact_p_value.unwrap_or(srm.p_value)
}

/// Returns the findings, one item each: the single-look test, the sequential one, since when, how
/// far off.
fn findings(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    split: &SplitTraffic,
    tested: &Tested,
) -> Vec<Spans> {
    let stars = match Significance::new(single_look(&tested.srm)) {
        Significance::None => String::new(),
        code => format!(" {code}"),
    };
    let mut once = at_once(pen, &tested.srm, &stars);
    if let Some(last) = once.last_mut() {
        *last = span(last.content.trim_end().to_owned(), last.style);
    }
    let sequential = probability(tested.srm.sequential.p_value);
    let mut items = vec![once, vec![pen.dim(format!("sequential p {sequential}"))]];
    let found = split_findings(split, tested, |at| view.log_clock(at));
    items.extend(found.into_iter().map(|(role, text)| {
        // The mark already says that there is an alarm.
        let style = match role {
            Role::Error => pen.theme.text,
            role => pen.theme.style(role),
        };
        vec![span(text, style)]
    }));
    items
}
