//! What a plan does to a layer's units: two sentences, and a table where somebody moves.

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::plan::{Impact, Sign, UnitMoves};
use crate::text::wrap;

use super::fit::cut;
use super::{Cell, Column, Table, TextStyle, Tint, percent};

/// Of the experiments that lose units so many are named in the sentence.
const MOST_NAMED: usize = 3;
/// Of the experiments that go on as before so many have a row each.
const MOST_UNTOUCHED: usize = 3;
/// How many columns of an id a sentence shows.
const LONGEST_ID: usize = 48;
/// What the figures of an experiment are called.
pub(super) const FIGURES: [&str; 6] = ["before", "after", "stays", "joins", "leaves", "switches"];

/// The impact in text, moved to the right.
pub(super) fn impact(impact: &Impact, style: TextStyle) -> String {
    let quoted = |id: &ExperimentId| format!("`{}`", cut(&visible(id.as_str()), LONGEST_ID));
    let losses = losses(impact, quoted).map(|text| (text, Tint::Bad));
    let sentences = losses.into_iter().chain([(rest(impact), Tint::Plain)]);
    let mut text = String::new();
    for (sentence, tint) in sentences {
        for line in wrap(&sentence, style.width.saturating_sub(2)) {
            text.push_str(&format!("  {}\n", style.paint(tint, &line)));
        }
    }
    if impact.is_moving() {
        text.push_str(&table(impact, style));
    }
    text
}

fn table(impact: &Impact, style: TextStyle) -> String {
    let mut columns = vec![Column::whole(""), Column::text("experiment")];
    columns.extend(FIGURES.map(Column::number));
    let mut table = Table::new(columns).indented(2);
    for ImpactRow { sign, name, units } in rows(impact) {
        let name = match name {
            ImpactSubject::Experiment(id) => id.to_string(),
            ImpactSubject::Others(count) => others(count),
        };
        let cells = [Cell::new(sign.as_str(), sign.into()), Cell::from(name)];
        let figures = figures(&units).map(|figure| match figure.as_str() {
            "0" => Cell::new(figure, Tint::Faint),
            _ => Cell::from(figure),
        });
        table.row(cells.into_iter().chain(figures));
    }
    table.render(style)
}

/// Who loses how many units; none where nobody does.
pub(super) fn losses(impact: &Impact, quoted: impl Fn(&ExperimentId) -> String) -> Option<String> {
    if !impact.is_disruptive() {
        return None;
    }
    let losing = impact.experiments.iter().filter(|it| it.units.lost() > 0.0);
    let losing: Vec<_> = losing.collect();
    let (named, unnamed) = losing.split_at(losing.len().min(MOST_NAMED));
    let mut losers: Vec<String> = Vec::new();
    for experiment in named {
        let verb = if losers.is_empty() { " loses" } else { "" };
        let id = quoted(&experiment.experiment_id);
        losers.push(format!("{id}{verb} {}", percent(experiment.units.lost())));
    }
    if !unnamed.is_empty() {
        let lost = unnamed.iter().map(|it| it.units.lost()).sum();
        losers.push(format!("{} {}", others(unnamed.len()), percent(lost)));
    }
    Some(format!(
        "{} switching, {} leaving: {}.",
        figure(impact.units_switching),
        figure(impact.units_leaving),
        losers.join(", ")
    ))
}

/// What becomes of all others.
pub(super) fn rest(impact: &Impact) -> String {
    let has_kept = impact.units_kept > 0.0;
    let kept = match (impact.is_disruptive(), has_kept) {
        (false, true) => "0 switching: all units with a variant keep it",
        (false, false) => "0 switching: no unit has a variant yet",
        (true, true) => "All other units with a variant keep it",
        (true, false) => "No other unit has a variant",
    };
    let mut text = kept.to_owned();
    if has_kept {
        text.push_str(&format!(" ({} of the layer)", percent(impact.units_kept)));
    }
    if impact.units_joining > 0.0 {
        text.push_str(&format!("; {} join", percent(impact.units_joining)));
    }
    text.push('.');
    text
}

/// A row of an impact's table.
pub(super) struct ImpactRow<'a> {
    pub(super) sign: Sign,
    pub(super) name: ImpactSubject<'a>,
    pub(super) units: UnitMoves,
}

/// Whose row it is.
pub(super) enum ImpactSubject<'a> {
    Experiment(&'a ExperimentId),
    /// So many that go on as before.
    Others(usize),
}

/// Those whose units move, each; of many that go on as before only the sum.
pub(super) fn rows(impact: &Impact) -> Vec<ImpactRow<'_>> {
    let rows = impact.experiments.iter().map(|experiment| ImpactRow {
        sign: experiment.units.sign(),
        name: ImpactSubject::Experiment(&experiment.experiment_id),
        units: experiment.units,
    });
    let (untouched, mut rows): (Vec<_>, Vec<_>) = rows.partition(|row| row.sign == Sign::Stays);
    if untouched.len() <= MOST_UNTOUCHED {
        rows.extend(untouched);
        return rows;
    }
    let kept = untouched.iter().map(|row| row.units.kept).sum();
    rows.push(ImpactRow {
        sign: Sign::Stays,
        name: ImpactSubject::Others(untouched.len()),
        units: UnitMoves {
            before: kept,
            after: kept,
            kept,
            ..UnitMoves::default()
        },
    });
    rows
}

/// The figures of a row, in the order of [`FIGURES`]; who switches in or out stands in one.
pub(super) fn figures(units: &UnitMoves) -> [String; 6] {
    let switches = match (units.switching_out > 0.0, units.switching_in > 0.0) {
        (false, false) => "0".to_owned(),
        (true, false) => format!("-{}", percent(units.switching_out)),
        (false, true) => format!("+{}", percent(units.switching_in)),
        (true, true) => format!(
            "-{} +{}",
            percent(units.switching_out),
            percent(units.switching_in)
        ),
    };
    [
        figure(units.before),
        figure(units.after),
        figure(units.kept),
        figure(units.joining),
        figure(units.leaving),
        switches,
    ]
}

fn figure(share: f64) -> String {
    if share > 0.0 {
        percent(share)
    } else {
        "0".to_owned()
    }
}

/// Those that have no place of their own.
pub(super) fn others(count: usize) -> String {
    super::counted(count, "other", "others")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ExperimentImpact;

    fn staying(share: f64) -> UnitMoves {
        UnitMoves {
            before: share,
            after: share,
            kept: share,
            ..UnitMoves::default()
        }
    }

    fn leaving(share: f64) -> UnitMoves {
        UnitMoves {
            before: share,
            leaving: share,
            ..UnitMoves::default()
        }
    }

    fn shown(moves: &[(&str, UnitMoves)]) -> String {
        let sum = |of: fn(&UnitMoves) -> f64| moves.iter().map(|(_, units)| of(units)).sum();
        let experiments = moves.iter().map(|(id, units)| ExperimentImpact {
            experiment_id: (*id).into(),
            units: *units,
            variants: None,
        });
        let moves = Impact {
            layer_id: "layer".into(),
            units_kept: sum(|units| units.kept),
            units_joining: sum(|units| units.joining),
            units_leaving: sum(|units| units.leaving),
            units_switching: sum(|units| units.switching_out),
            experiments: experiments.collect(),
        };
        let style = TextStyle {
            is_colored: false,
            width: 80,
            is_cut: true,
        };
        impact(&moves, style)
    }

    #[test]
    fn where_nobody_moves_a_sentence_is_enough() {
        insta::assert_snapshot!(shown(&[]), @"  0 switching: no unit has a variant yet.");
        insta::assert_snapshot!(
            shown(&[("a", staying(0.3))]),
            @"  0 switching: all units with a variant keep it (30% of the layer)."
        );
    }

    #[test]
    fn of_many_a_few_are_named_and_the_rest_is_summed_up() {
        let ids: Vec<String> = (1..=9).map(|number| format!("test_{number}")).collect();
        let moves = |number: usize| match number {
            1..=5 => leaving(0.05),
            _ => staying(0.1),
        };
        let all: Vec<(&str, UnitMoves)> = (1..=9)
            .map(|number| (ids[number - 1].as_str(), moves(number)))
            .collect();
        insta::assert_snapshot!(shown(&all), @"
        0 switching, 25% leaving: `test_1` loses 5%, `test_2` 5%, `test_3` 5%, 2
        others 10%.
        All other units with a variant keep it (40% of the layer).
           experiment  before  after  stays  joins  leaves  switches
        -  test_1          5%      0      0      0      5%         0
        -  test_2          5%      0      0      0      5%         0
        -  test_3          5%      0      0      0      5%         0
        -  test_4          5%      0      0      0      5%         0
        -  test_5          5%      0      0      0      5%         0
        =  4 others       40%    40%    40%      0       0         0
        ");
    }

    #[test]
    fn the_table_fits_eighty_columns() {
        let long = "中文".repeat(1000);
        let third = 1.0 / 3.0;
        let switching = |out: f64, r#in: f64| UnitMoves {
            before: out,
            after: r#in,
            switching_out: out,
            switching_in: r#in,
            ..UnitMoves::default()
        };
        let text = shown(&[
            (&long, switching(third, 0.0)),
            ("new", switching(0.0, third)),
            ("kept", staying(third)),
            ("gone\u{1b}", leaving(third)),
        ]);
        let widest = text.lines().map(super::super::fit::width).max();
        assert!(widest <= Some(80), "{text}");
        insta::assert_snapshot!(text, @r"
        33.3333% switching, 33.3333% leaving:
        `中文中文中文中文中文中文中文中文中文中文中文中…` loses 33.3333%, `gone\u{1b}`
        33.3333%.
        All other units with a variant keep it (33.3333% of the layer).
           experiment           before     after     stays  joins    leaves   switches
        -  中文中文中文中文…  33.3333%         0         0      0         0  -33.3333%
        +  new                       0  33.3333%         0      0         0  +33.3333%
        -  gone\u{1b}         33.3333%         0         0      0  33.3333%          0
        =  kept               33.3333%  33.3333%  33.3333%      0         0          0
        ");
    }
}
