//! What a plan does to a layer's units: two sentences, the rows of a table, and four figures.

use super::percent;
use crate::domain::ExperimentId;
use crate::numbers::counted;
use crate::plan::{Impact, Sign, UnitMoves};

/// The maximum number of experiments named as losing units in the sentence.
const MAX_NAMED: usize = 3;
/// The maximum number of experiments without moving units that have a row each.
const MAX_UNTOUCHED: usize = 3;
/// The titles of an experiment's figures.
pub(crate) const FIGURES: [&str; 6] = ["before", "after", "stays", "joins", "leaves", "switches"];

/// What a plan does to a unit of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitMove {
    Stays,
    Joins,
    Leaves,
    Switches,
}

impl UnitMove {
    /// Returns its title among [`FIGURES`].
    pub(crate) const fn word(self) -> &'static str {
        FIGURES[2 + self as usize]
    }

    /// All of them, in order.
    pub(crate) const ALL: [Self; 4] = [Self::Stays, Self::Joins, Self::Leaves, Self::Switches];

    /// Returns what the word means, for a legend.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Stays => "keeps its variant",
            Self::Joins => "gets one",
            Self::Leaves => "loses it",
            Self::Switches => "gets another",
        }
    }
}

/// Says whether any unit of these layers loses its variant: `nobody leaves or switches`, or
/// `units leave in 4 layers, switch in 1`, or the shares if it is a single layer.
pub(crate) fn total_losses(impacts: &[Impact]) -> String {
    let losing = |lost: fn(&Impact) -> f64| impacts.iter().filter(move |it| lost(it) > 0.0);
    let leaving: Vec<&Impact> = losing(|it| it.units_leaving).collect();
    let switching: Vec<&Impact> = losing(|it| it.units_switching).collect();
    let disrupted = impacts.iter().filter(|it| it.is_disruptive()).count();
    let mut parts = Vec::new();
    if disrupted == 1 {
        let shares = |of: &[&Impact], share: fn(&Impact) -> f64, verb: &str| {
            let share = of.first().map(|it| percent(share(it)));
            share.map(|share| format!("{share} {verb}"))
        };
        parts.extend(shares(&leaving, |it| it.units_leaving, "leave"));
        parts.extend(shares(&switching, |it| it.units_switching, "switch"));
        let of_several = if impacts.len() > 1 { " in 1 layer" } else { "" };
        return format!("{}{of_several}", parts.join(", "));
    }
    for (verb, layers) in [("leave", leaving.len()), ("switch", switching.len())] {
        match (layers, parts.is_empty()) {
            (0, _) => {}
            (_, true) => {
                let layers = counted(layers as u64, "layer", "layers");
                parts.push(format!("units {verb} in {layers}"));
            }
            (_, false) => parts.push(format!("{verb} in {layers}")),
        }
    }
    if parts.is_empty() {
        return "nobody leaves or switches".to_owned();
    }
    parts.join(", ")
}

/// Returns the share of a layer's units for each move.
pub(crate) fn moves(impact: &Impact) -> [(UnitMove, f64); 4] {
    [
        (UnitMove::Stays, impact.units_kept),
        (UnitMove::Joins, impact.units_joining),
        (UnitMove::Leaves, impact.units_leaving),
        (UnitMove::Switches, impact.units_switching),
    ]
}

/// Describes the units that lose their variant, by experiment: `50% switching, 10% leaving: …`.
/// `None` if none do. `quoted` shows an id.
pub(crate) fn losses(impact: &Impact, quoted: impl Fn(&ExperimentId) -> String) -> Option<String> {
    if !impact.is_disruptive() {
        return None;
    }
    let losing = impact.experiments.iter().filter(|it| it.units.lost() > 0.0);
    let losing: Vec<_> = losing.collect();
    let (named, unnamed) = losing.split_at(losing.len().min(MAX_NAMED));
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

/// Describes what happens to all other units.
pub(crate) fn rest(impact: &Impact) -> String {
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
pub(crate) struct ImpactRow<'a> {
    pub(crate) sign: Sign,
    pub(crate) name: ImpactSubject<'a>,
    pub(crate) units: UnitMoves,
}

/// The subject of a row.
pub(crate) enum ImpactSubject<'a> {
    Experiment(&'a ExperimentId),
    /// This many experiments whose units don't move.
    Others(usize),
}

/// Returns a row for each experiment whose units move; many others share one row.
pub(crate) fn rows(impact: &Impact) -> Vec<ImpactRow<'_>> {
    let rows = impact.experiments.iter().map(|experiment| ImpactRow {
        sign: experiment.units.sign(),
        name: ImpactSubject::Experiment(&experiment.experiment_id),
        units: experiment.units,
    });
    let (untouched, mut rows): (Vec<_>, Vec<_>) = rows.partition(|row| row.sign == Sign::Stays);
    if untouched.len() <= MAX_UNTOUCHED {
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

/// Returns the figures of a row, in the order of [`FIGURES`]; switching out and in share one.
pub(crate) fn figures(units: &UnitMoves) -> [String; 6] {
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

/// Returns `3 others`.
pub(crate) fn others(count: usize) -> String {
    counted(count as u64, "other", "others")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impact(leaving: f64, switching: f64) -> Impact {
        Impact {
            layer_id: "web".into(),
            units_kept: 0.1,
            units_joining: 0.2,
            units_leaving: leaving,
            units_switching: switching,
            experiments: [].into(),
        }
    }

    #[test]
    fn the_total_names_shares_of_one_layer_and_counts_several() {
        let total = |impacts: &[(f64, f64)]| {
            let impacts = impacts
                .iter()
                .map(|(leaving, switching)| impact(*leaving, *switching));
            total_losses(&impacts.collect::<Vec<_>>())
        };
        assert_eq!(total(&[]), "nobody leaves or switches");
        assert_eq!(
            total(&[(0.0, 0.0), (0.0, 0.0)]),
            "nobody leaves or switches"
        );
        assert_eq!(total(&[(0.1, 0.05)]), "10% leave, 5% switch");
        assert_eq!(total(&[(0.0, 0.0), (0.0, 0.5)]), "50% switch in 1 layer");
        assert_eq!(total(&[(0.1, 0.0), (0.2, 0.0)]), "units leave in 2 layers");
        assert_eq!(
            total(&[(0.1, 0.0), (0.2, 0.3), (0.1, 0.0)]),
            "units leave in 3 layers, switch in 1"
        );
        assert_eq!(total(&[(0.0, 0.1), (0.0, 0.3)]), "units switch in 2 layers");
    }
}
