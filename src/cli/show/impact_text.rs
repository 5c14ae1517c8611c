//! What a plan does to a layer's units: two sentences, and a table if any units move.

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::plan::Impact;
use crate::report::{FIGURES, ImpactRow, ImpactSubject, Role, figures, losses, others, rest, rows};
use crate::text::wrap;

use super::{Cell, Column, Table, TextStyle, cut};

/// The maximum columns of an id in a sentence.
const LONGEST_ID: usize = 48;

/// Returns the impact as text, indented.
pub(super) fn impact(impact: &Impact, style: TextStyle) -> String {
    let quoted = |id: &ExperimentId| format!("`{}`", cut(&visible(id.as_str()), LONGEST_ID));
    let losses = losses(impact, quoted).map(|text| (text, Role::Error));
    let sentences = losses.into_iter().chain([(rest(impact), Role::Text)]);
    let mut text = String::new();
    for (sentence, role) in sentences {
        for line in wrap(&sentence, style.width.saturating_sub(2)) {
            text.push_str(&format!("  {}\n", style.paint(role, &line)));
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
            "0" => Cell::new(figure, Role::Dim),
            _ => Cell::from(figure),
        });
        table.row(cells.into_iter().chain(figures));
    }
    table.render(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{ExperimentImpact, UnitMoves};

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
        let widest = text.lines().map(crate::text::width).max();
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
