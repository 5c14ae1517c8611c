//! The verdict on a log as text.

use crate::diagnostic::{quoted, visible};
use crate::exposure::{ExposureReader, FirstExposure};
use crate::numbers::{self, level, probability, thousands};
use crate::report::{
    Role, breakdown_table, breakdown_words, exposures_beyond_limit, holder_table, shown_holders,
    skipped_rows, split_arms, split_findings,
};
use crate::traffic::{Anomaly, Breakdown, LayerCoverage, SplitTraffic, Tested, Traffic, Untested};

use super::words::{counted, utc};
use super::{Column, TextStyle, arms, cut, tests};

/// Returns the verdict, the log, each split with its tests, and everything else that is wrong. `by` are the splits
/// by the values of columns, if that was asked for.
pub(in crate::cli) fn traffic(
    verdict: &Traffic,
    by: &[Option<Breakdown>],
    counts: &dyn ExposureReader,
    alpha: f64,
    style: TextStyle,
) -> String {
    let mut text = format!(
        "{}\n{}\n",
        headline(verdict, alpha, style),
        log(verdict, counts)
    );
    for (place, split) in verdict.splits.iter().enumerate() {
        if let Ok(tested) = &split.test {
            text.push('\n');
            text.push_str(&block(split, tested, style));
        }
        if let Some(Some(breakdown)) = by.get(place) {
            text.push_str(&by_value(breakdown, style));
        }
    }
    text.push_str(&coverage(&verdict.coverage, style));
    if !verdict.anomalies.is_empty() {
        text.push('\n');
    }
    for anomaly in &verdict.anomalies {
        text.push_str(&remark(anomaly, style));
    }
    let untested = verdict.splits.iter();
    let untested: Vec<String> = untested
        .filter_map(|split| Some(not_tested(split, *split.test.as_ref().err()?)))
        .collect();
    if !untested.is_empty() {
        text.push('\n');
        text.push_str(&untested.concat());
    }
    text
}

fn headline(verdict: &Traffic, alpha: f64, style: TextStyle) -> String {
    let tested = verdict.splits.iter();
    let tested = tested.filter_map(|split| split.test.as_ref().ok());
    let least = tested
        .clone()
        .map(|tested| tested.corrected_p_value)
        .reduce(f64::min);
    let Some(least) = least else {
        let head = style.paint(Role::Warning, "Nothing was tested");
        return format!("{head}: no split of the log could be tested.");
    };
    let is_slight = tested.clone().any(|tested| tested.is_slight);
    let relation = if least <= alpha { "at most" } else { "above" };
    let (least, alpha) = (probability(least), level(alpha));
    let splits = counted(tested.count(), "split", "splits");
    let wrong = verdict.splits.iter().filter(|split| split.is_mismatch());
    let wrong = wrong.count();
    if wrong == 0 && is_slight {
        let head = style.paint(Role::Warning, "Warning:");
        format!(
            "{head} a mismatch in {splits}, but none as large as the least deviation (least corrected \
             p {least}, {relation} {alpha})."
        )
    } else if wrong == 0 {
        let head = style.paint(Role::Success, "No mismatch");
        format!("{head} in {splits} (least corrected p {least}, {relation} {alpha}).")
    } else {
        let head = style.paint(Role::Error, "SRM:");
        let wrong = thousands(wrong as u64);
        format!(
            "{head} mismatch in {wrong} of {splits} (least corrected p {least}, {relation} {alpha})."
        )
    }
}

/// Returns what was counted in the log, and what was skipped.
fn log(verdict: &Traffic, counts: &dyn ExposureReader) -> String {
    let path = counts.location().to_string();
    let units = units_of(counts.summary().units());
    let span = verdict.span.map_or(String::new(), |(first, last)| {
        format!(", {} to {}", utc(first), utc(last))
    });
    let first = match counts.first_exposure() {
        FirstExposure::Written => "",
        FirstExposure::Earliest => "; a unit's first exposure is its earliest",
    };
    let mut text = format!(
        "{}: {}, {units}{span}{first}",
        visible(&path),
        rows(counts.rows()),
    );
    let skipped = counts.summary().skips().iter().map(skipped_rows);
    for line in skipped.chain(exposures_beyond_limit(counts.exposures_beyond_limit())) {
        text.push_str(&format!("\n{line}"));
    }
    text
}

fn block(split: &SplitTraffic, tested: &Tested, style: TextStyle) -> String {
    let name = visible(&split.name()).into_owned();
    let units = tested.srm.total_sample_size;
    let mut text = format!(
        "{}  {}\n{}{}",
        style.paint(Role::Strong, &cut(&name, style.room(style.width / 2))),
        units_of(units),
        arms(Column::text("variant"), &split_arms(split), style),
        tests(&tested.srm, Some(tested), style),
    );
    for (role, found) in split_findings(split, tested, utc) {
        let head = match role {
            Role::Error => style.paint(role, "SRM") + " ",
            Role::Warning => style.paint(role, "warning:") + " ",
            _ => String::new(),
        };
        text.push_str(&format!("{head}{found}\n"));
    }
    text
}

/// Returns a split by the values of columns, and what that comes to.
fn by_value(breakdown: &Breakdown, style: TextStyle) -> String {
    let words = breakdown_words(breakdown);
    let Some((head, rest)) = words.split_first() else {
        return String::new();
    };
    let mut text = format!("{head}\n{}", breakdown_table(breakdown).render(style));
    for line in rest {
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// Returns how the units of each layer spread over its slots, with a table for each rejected layer.
fn coverage(layers: &[LayerCoverage], style: TextStyle) -> String {
    let (rejected, fitting): (Vec<_>, Vec<_>) = layers.iter().partition(|layer| layer.is_rejected);
    let mut text = String::new();
    for layer in rejected {
        let name = visible(layer.layer_id.as_str()).into_owned();
        text.push_str(&format!(
            "\n{}  {} over its slots, corrected p {}\n{}",
            style.paint(Role::Strong, &cut(&name, style.room(style.width / 2))),
            units_of(layer.units),
            probability(layer.corrected_p_value),
            holder_table(&shown_holders(layer)).render(style)
        ));
    }
    if let Some(worst) = fitting.first() {
        let units = units_of(fitting.iter().map(|layer| layer.units).sum());
        let layers = counted(fitting.len(), "layer", "layers");
        let p_value = probability(worst.corrected_p_value);
        text.push_str(&format!(
            "\ncoverage: {units} of {layers} spread over their slots as expected (least corrected p \
             {p_value})\n"
        ));
    }
    text
}

fn remark(anomaly: &Anomaly, style: TextStyle) -> String {
    let code = style.paint(Role::Warning, anomaly.kind.code());
    let name = quoted(&anomaly.name());
    format!("{code}: {name}: {}\n", anomaly.message(utc))
}

fn not_tested(split: &SplitTraffic, reason: Untested) -> String {
    let name = quoted(&split.name());
    let units = match split.units {
        0 => String::new(),
        units => format!(" ({})", units_of(units)),
    };
    format!("not tested: {name}: {reason}{units}\n")
}

fn units_of(units: u64) -> String {
    numbers::counted(units, "unit", "units")
}

fn rows(rows: u64) -> String {
    numbers::counted(rows, "row", "rows")
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use jiff::Timestamp;

    use super::*;
    use crate::assign::{Assignment, AssignmentStatus};
    use crate::domain::{ExperimentId, HashAlgorithm, LayerId, SlotIndex, State, VariantName};
    use crate::exposure::{
        AssignmentLogger, CountOptions, ExposureCounter, FileLogger, LoggerOptions,
    };
    use crate::timeline::Timeline;
    use crate::traffic::{JudgeOptions, judge};

    #[test]
    fn what_was_left_out_is_said() {
        let at = Timestamp::constant(1_767_261_600, 0);
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log.db");
        let logger = FileLogger::open(&path, LoggerOptions::default()).expect("a log");
        let (layer_id, experiment) = (LayerId::from("web"), ExperimentId::from("exp"));
        let variant = VariantName::from("a");
        for unit_id in ["u1", "u2", "u3"] {
            let assignment = Assignment {
                unit_id,
                layer_id: &layer_id,
                slot_index: SlotIndex(0),
                experiment_id: Some(&experiment),
                experiment_name: None,
                variant: Some(&variant),
                status: AssignmentStatus::Assigned,
                group: None,
                revision: None,
            };
            let taken = logger.log_assignments(&[assignment], at);
            taken.expect("room");
        }
        logger.close().expect("written");
        let options = CountOptions {
            most_units: 1,
            ..CountOptions::default()
        };
        let mut counts = ExposureCounter::new(&path, options);
        let refresh = counts.refresh(|_| ControlFlow::Continue(()));
        refresh.expect("a readable log");
        let nothing = Timeline::new(&State::empty(HashAlgorithm::Sha256), &[]);
        let verdict = judge(counts.summary(), &nothing, &JudgeOptions::new(0.05, at));
        let style = TextStyle {
            is_colored: false,
            width: 80,
            is_cut: true,
        };
        let text = traffic(&verdict, &[], &counts, 0.05, style);
        let text = text.replace(&directory.path().display().to_string(), "DIR");
        insta::assert_snapshot!(text, @"
        Nothing was tested: no split of the log could be tested.
        DIR/log.db: 3 rows, 1 unit, 2026-01-01T10:00:00Z to 2026-01-01T10:00:00Z
        skipped: 2 exposures of units beyond the memory limit; the counts are of the log's first units

        unknown-experiment: `exp`: 3 exposures of an experiment that was never in the database, at 2026-01-01T10:00:00Z

        not tested: `exp`: the database has no such experiment (1 unit)
        ");
    }
}
