//! Whether a simulated sample splits as promised: observed against expected, and the test.
//!
//! It tests a fixed hash and not traffic, so that nothing here alarms.

use ratatui::style::Style;
use ratatui::text::Line;

use super::Content;
use super::bar::positions;
use super::pen::{Pen, Spans, foreign, width};
use super::share;
use super::text::{self, p_value, percent, thousands, widest};
use crate::console::model::{Distribution, Measured, Model, Panel, RowKey, Source};
use crate::diagnostic::visible;
use crate::domain::VariantName;
use crate::srm::Significance;

/// Before an arm's name.
const INDENT: usize = 2;
/// A shorter bar says less than the figure whose place it takes.
const LEAST_BAR: usize = 8;
/// A longer bar only takes its figures out of sight.
const MOST_BAR: usize = 60;
/// `100.0 %`
const OBSERVED: usize = 7;
/// `33.3 %`, with a gap.
const EXPECTED: usize = 9;
/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(super) fn content(model: &Model, width: u16) -> Content {
    let pen = Pen::new(model, width);
    let Some(distribution) = &model.distribution else {
        return Content::saying(pen.hint(&nothing_yet(model, &pen)));
    };
    let all = distribution.of(model.source);
    let shown: Vec<&Measured> = all
        .iter()
        .filter(|measured| passes(model, measured))
        .collect();
    let mut content = Content::saying(match (all.len(), shown.len()) {
        (0, _) => pen.hint("no experiment assigns units: an active one would stand here"),
        (_, 0) => pen.hint("no experiment passes the filter"),
        _ => Vec::new(),
    });
    content.badge = badge(&pen, model, distribution, shown.len(), all.len());
    let columns = Columns::new(&pen, &shown);
    for measured in shown {
        let Measured {
            layer_id,
            experiment_id,
            group,
            ..
        } = measured;
        let group = group.as_ref().map_or("", |group| group.as_str());
        let mut lines = heading(&pen, measured);
        lines.extend(arms(&pen, &columns, measured, style(model, measured)));
        let key = RowKey(format!("{layer_id}/{experiment_id}/{group}"));
        content.push(key, Some(layer_id.clone()), lines);
    }
    content
}

fn nothing_yet(model: &Model, pen: &Pen<'_>) -> String {
    let ellipsis = pen.symbols.ellipsis;
    match &model.loaded {
        _ if model.running.simulate.is_some() => format!("simulating{ellipsis}"),
        None => format!("reading{ellipsis}"),
        Some(loaded) if loaded.states.is_none() => "no state to sample: see Problems".to_owned(),
        Some(_) => "no sample: each experiment's split would stand here".to_owned(),
    }
}

fn passes(model: &Model, measured: &Measured) -> bool {
    let group = measured.group.as_ref().map_or("", |group| group.as_str());
    let mut texts = vec![
        measured.layer_id.as_str(),
        measured.experiment_id.as_str(),
        group,
    ];
    texts.extend(measured.variants.iter().map(VariantName::as_str));
    model.passes_filter(&texts)
}

/// Whatever else must go on a narrow panel, it says that this is simulated.
fn badge(
    pen: &Pen<'_>,
    model: &Model,
    distribution: &Distribution,
    shown: usize,
    total: usize,
) -> Line<'static> {
    let loaded = model.loaded.as_ref();
    let is_pending = loaded.is_some_and(|loaded| loaded.is_pending());
    let state = match model.source {
        Source::Planned if is_pending => "after plan",
        Source::Planned | Source::Database => "database",
    };
    let units = format!("{} units", thousands(distribution.sample_size));
    let mut facts = vec!["simulated".to_owned(), state.to_owned()];
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
        .unwrap_or_else(|| line(vec!["simulated".to_owned()]))
}

/// The experiment's own style in its layer.
fn style(model: &Model, measured: &Measured) -> Style {
    let rows = model.loaded.iter().flat_map(|loaded| &loaded.layers);
    let row = rows
        .into_iter()
        .find(|row| row.layer_id == measured.layer_id);
    let position = row.and_then(|row| positions(row).get(&measured.experiment_id).copied());
    model.startup.theme.experiment(position.unwrap_or(0))
}

/// The experiment with its test; where both don't fit on a line, the layer goes first.
fn heading(pen: &Pen<'_>, measured: &Measured) -> Vec<Line<'static>> {
    let mut name = vec![foreign(&measured.experiment_id, pen.theme.text)];
    if let Some(group) = &measured.group {
        name.push(foreign(format!(" [{group}]"), pen.theme.text));
    }
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
    let symbols = pen.symbols;
    let statistic = srm
        .chi2_stat
        .map_or(symbols.dash.to_owned(), |stat| format!("{stat:.2}"));
    // The exact test decides where counts are small.
    let (p, method) = match srm.exact_p_value {
        Some(p) => (p, " exact"),
        None => (srm.p_value, ""),
    };
    let stars = match Significance::of(p) {
        Significance::None => String::new(),
        code => format!(" {code}"),
    };
    vec![
        pen.dim(format!("{} {statistic}   ", symbols.chi_squared)),
        pen.text(format!("p {}{method}{stars}   ", p_value(p))),
        units,
    ]
}

/// The columns of all arms, so that they stand below each other.
struct Columns {
    name: usize,
    bar: usize,
    /// Of the widest count with its gap; 0 where there is no room.
    count: usize,
    expected: usize,
}

impl Columns {
    fn new(pen: &Pen<'_>, shown: &[&Measured]) -> Self {
        let names = shown.iter().flat_map(|measured| &measured.variants);
        let names: Vec<_> = names.map(|name| visible(name.as_str())).collect();
        let name = widest(names.iter().map(AsRef::as_ref)).min(pen.columns / 3);
        let counts = shown.iter().flat_map(|measured| &measured.counts);
        let widest_count = counts
            .map(|count| thousands(*count).len())
            .max()
            .unwrap_or(0)
            + 2;
        let room = pen.columns.saturating_sub(INDENT + name + 2 + 1 + OBSERVED);
        let (expected, count) = [(EXPECTED, widest_count), (EXPECTED, 0)]
            .into_iter()
            .find(|(expected, count)| expected + count + LEAST_BAR <= room)
            .unwrap_or((0, 0));
        Self {
            name,
            bar: room.saturating_sub(expected + count).min(MOST_BAR),
            count,
            expected,
        }
    }
}

fn arms(pen: &Pen<'_>, columns: &Columns, measured: &Measured, style: Style) -> Vec<Line<'static>> {
    let units = measured.units();
    let observed = |count: u64| {
        if units == 0 {
            0.0
        } else {
            count as f64 / units as f64
        }
    };
    let largest = measured.counts.iter().map(|count| observed(*count));
    let scale = largest
        .chain(measured.fractions.iter().copied())
        .fold(0.0, f64::max);
    let arms = measured
        .variants
        .iter()
        .zip(&measured.counts)
        .zip(&measured.fractions);
    arms.map(|((variant, count), expected)| {
        let name = text::cut(
            &visible(variant.as_str()),
            columns.name,
            pen.symbols.ellipsis,
        );
        let name = text::pad(&name, columns.name + 2);
        let shares = [observed(*count), *expected];
        let mut line = vec![pen.text(format!("{}{name}", " ".repeat(INDENT)))];
        line.extend(share::bar(pen, style, shares, scale, columns.bar));
        let share = format!("{:.1} %", observed(*count) * 100.0);
        line.push(pen.text(text::right(&share, 1 + OBSERVED)));
        if columns.expected > 0 {
            line.push(pen.dim(text::right(&percent(*expected), columns.expected)));
        }
        if columns.count > 0 {
            line.push(pen.dim(text::right(&thousands(*count), columns.count)));
        }
        pen.line(line)
    })
    .collect()
}
