//! Anomalies: whatever is wrong with a log besides how units split.

use jiff::Timestamp;

use super::SlotHolder;
use super::traffic_report::split_name;
use crate::diagnostic::quoted;
use crate::domain::{ExperimentId, GroupName, LayerId, VariantName};
use crate::numbers::{counted, probability, thousands};

/// Something that is wrong with the exposures of an experiment or a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    /// Its kind.
    pub kind: AnomalyKind,
    /// The layer; `None` unless it was found by the layer's units.
    pub layer_id: Option<LayerId>,
    /// The experiment, as the log has it; `None` if it concerns a layer as a whole, or its free slots.
    pub experiment_id: Option<ExperimentId>,
    /// The group, if it concerns one.
    pub group: Option<GroupName>,
    /// The variant, if it concerns one.
    pub variant: Option<VariantName>,
    /// The holder whose slots lack units, for lost exposures.
    pub holder: Option<SlotHolder>,
    /// The number of exposures. For a silent arm, the number of units that its siblings got since; for
    /// conflicts, of units; for lost exposures, of units that are missing, about; for an experiment
    /// without exposures, of units that its layer got; for uneven coverage, of units that were counted.
    pub count: u64,
    /// For lost exposures, the share of the expected units that is missing, from 0 to 1.
    pub lost: Option<f64>,
    /// The first of these exposures, or the start of its window. For a silent arm, its last exposure,
    /// or the first one of its siblings if it never had one; for conflicts, whose times aren't known,
    /// the experiment's first exposure; for coverage, the alarm; for an experiment without exposures,
    /// the time since which it should have some.
    pub since: Timestamp,
    /// The last of these exposures, or a later time close to it. For a silent arm, its last exposure,
    /// `None` if it never had one; for conflicts, the experiment's last exposure.
    pub last: Option<Timestamp>,
    /// For a silent arm or an experiment without exposures, the chance that all units since went
    /// elsewhere; for coverage, the corrected p-value.
    pub p_value: Option<f64>,
}

/// The kinds of anomalies, the most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// An arm with fraction 0 got exposures.
    ZeroFraction,
    /// An arm no longer gets exposures while its siblings do.
    Silent,
    /// An experiment became active and has had no exposure since, although its layer got units.
    NoExposures,
    /// A holder of slots gets fewer units than it should, while the others of its layer fit.
    LostExposures,
    /// The units of a layer don't spread over its slots as they should, and no loss of a single holder
    /// explains it.
    UnevenCoverage,
    /// Exposures while the experiment was paused, a draft or outside its dates.
    Inactive,
    /// Exposures after the experiment was completed.
    Completed,
    /// Exposures of a variant that the experiment doesn't have.
    UnknownVariant,
    /// Exposures of a group that the experiment doesn't have.
    UnknownGroup,
    /// Exposures of an experiment that was never in the database.
    UnknownExperiment,
    /// Units that were seen with more than one variant.
    Conflict,
    /// Exposures with future timestamps.
    ClockAhead,
}

impl AnomalyKind {
    /// All of them, in order.
    pub const ALL: [Self; 12] = [
        Self::ZeroFraction,
        Self::Silent,
        Self::NoExposures,
        Self::LostExposures,
        Self::UnevenCoverage,
        Self::Inactive,
        Self::Completed,
        Self::UnknownVariant,
        Self::UnknownGroup,
        Self::UnknownExperiment,
        Self::Conflict,
        Self::ClockAhead,
    ];

    /// Whether it says that exposures of a layer are missing.
    #[must_use]
    pub fn is_loss(self) -> bool {
        matches!(
            self,
            Self::NoExposures | Self::LostExposures | Self::UnevenCoverage
        )
    }

    /// The code in reports; it never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ZeroFraction => "zero-fraction",
            Self::Silent => "silent-arm",
            Self::NoExposures => "no-exposures",
            Self::LostExposures => "lost-exposures",
            Self::UnevenCoverage => "uneven-coverage",
            Self::Inactive => "inactive-exposures",
            Self::Completed => "completed-exposures",
            Self::UnknownVariant => "unknown-variant",
            Self::UnknownGroup => "unknown-group",
            Self::UnknownExperiment => "unknown-experiment",
            Self::Conflict => "conflicting-units",
            Self::ClockAhead => "clock-ahead",
        }
    }
}

impl Anomaly {
    /// The experiment, with its group in brackets: `exp[DE]`, as it is in the log; or the layer.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.experiment_id, &self.layer_id) {
            (Some(id), _) => split_name(id, self.group.as_ref()),
            (None, Some(layer_id)) => layer_id.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Describes the anomaly without naming its experiment. `time` formats times. Names from the log are
    /// safe for a terminal, and long ones are cut.
    #[must_use]
    pub fn message(&self, time: impl Fn(Timestamp) -> String) -> String {
        let since = time(self.since);
        let span = match self.last.map(&time) {
            Some(last) if last != since => format!("from {since} to {last}"),
            _ => format!("at {since}"),
        };
        let variant = quoted(self.variant.as_ref().map_or("", VariantName::as_str));
        let group = quoted(self.group.as_ref().map_or("", GroupName::as_str));
        let exposures = counted(self.count, "exposure", "exposures");
        let units = || counted(self.count, "unit", "units");
        let chance = match self.p_value.unwrap_or_default() {
            // Below the smallest float, but not impossible.
            0.0 => "<1e-300".to_owned(),
            p_value => probability(p_value),
        };
        match self.kind {
            AnomalyKind::ZeroFraction => {
                format!("{exposures} of variant {variant}, whose share is 0, {span}")
            }
            AnomalyKind::Silent => {
                let units = units();
                match self.last {
                    Some(_) => format!(
                        "no exposures of variant {variant} since {since}, while the other arms \
                         got {units} (p {chance})"
                    ),
                    None => format!(
                        "no exposures of variant {variant} at all, while the other arms got \
                         {units} since {since} (p {chance})"
                    ),
                }
            }
            AnomalyKind::NoExposures => format!(
                "no exposures since it became active at {since}, while its layer got {} (p {chance})",
                units()
            ),
            AnomalyKind::LostExposures => {
                let whose = match &self.holder {
                    Some(SlotHolder::Active(_)) | None => "its units",
                    Some(SlotHolder::Reserved(_)) => "the units on its reserved slots",
                    Some(SlotHolder::Free) => "the units on the layer's free slots",
                };
                let lost = self.lost.unwrap_or_default() * 100.0;
                format!(
                    "about {lost:.1}% of {whose} are missing, some {} judging by the rest of the \
                     layer; alarm since {since} (corrected p {chance})",
                    thousands(self.count)
                )
            }
            AnomalyKind::UnevenCoverage => format!(
                "the {} of the layer {} spread over its slots as expected, and no single loss \
                 explains it; alarm since {since} (corrected p {chance})",
                units(),
                if self.count == 1 { "doesn't" } else { "don't" }
            ),
            AnomalyKind::Inactive => {
                format!("{exposures} while it was paused, a draft or outside its dates, {span}")
            }
            AnomalyKind::Completed => format!("{exposures} after it was completed, {span}"),
            AnomalyKind::UnknownVariant if self.variant.is_none() => {
                format!("{exposures} of other variants that it doesn't have, {span}")
            }
            AnomalyKind::UnknownVariant => {
                format!("{exposures} of variant {variant}, which it doesn't have, {span}")
            }
            AnomalyKind::UnknownGroup if self.group.is_none() => {
                format!("{exposures} of other groups that it doesn't have, {span}")
            }
            AnomalyKind::UnknownGroup => {
                format!("{exposures} of group {group}, which it doesn't have, {span}")
            }
            AnomalyKind::UnknownExperiment => {
                format!("{exposures} of an experiment that was never in the database, {span}")
            }
            AnomalyKind::Conflict => {
                format!("{} got more than one variant", units())
            }
            AnomalyKind::ClockAhead => {
                format!("{exposures} with future timestamps, {span}: clock skew?")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(count: u64, last: Option<i64>) -> String {
        let at = |seconds| Timestamp::from_second(seconds).expect("a time");
        let message = |kind: AnomalyKind| {
            let anomaly = Anomaly {
                kind,
                layer_id: Some("web".into()),
                experiment_id: Some("exp".into()),
                holder: Some(SlotHolder::Active("exp".into())),
                lost: Some(0.301),
                group: Some("DE".into()),
                variant: Some("b\u{1b}".into()),
                count,
                since: at(0),
                last: last.map(at),
                p_value: Some(2e-9),
            };
            let text = anomaly.message(|time| format!("{time:.0}"));
            format!("{}: {text}", kind.code())
        };
        AnomalyKind::ALL.map(message).join("\n")
    }

    /// Lists all kinds in order. A new variant doesn't compile until it has its place here.
    fn next(kind: AnomalyKind) -> Option<AnomalyKind> {
        Some(match kind {
            AnomalyKind::ZeroFraction => AnomalyKind::Silent,
            AnomalyKind::Silent => AnomalyKind::NoExposures,
            AnomalyKind::NoExposures => AnomalyKind::LostExposures,
            AnomalyKind::LostExposures => AnomalyKind::UnevenCoverage,
            AnomalyKind::UnevenCoverage => AnomalyKind::Inactive,
            AnomalyKind::Inactive => AnomalyKind::Completed,
            AnomalyKind::Completed => AnomalyKind::UnknownVariant,
            AnomalyKind::UnknownVariant => AnomalyKind::UnknownGroup,
            AnomalyKind::UnknownGroup => AnomalyKind::UnknownExperiment,
            AnomalyKind::UnknownExperiment => AnomalyKind::Conflict,
            AnomalyKind::Conflict => AnomalyKind::ClockAhead,
            AnomalyKind::ClockAhead => return None,
        })
    }

    #[test]
    fn all_lists_every_kind() {
        let first = Some(AnomalyKind::ZeroFraction);
        assert!(std::iter::successors(first, |kind| next(*kind)).eq(AnomalyKind::ALL));
    }

    #[test]
    fn every_kind_has_a_code_and_a_sentence() {
        insta::assert_snapshot!(messages(1204, Some(90)), @r"
        zero-fraction: 1,204 exposures of variant `b\u{1b}`, whose share is 0, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        silent-arm: no exposures of variant `b\u{1b}` since 1970-01-01T00:00:00Z, while the other arms got 1,204 units (p 2.0e-9)
        no-exposures: no exposures since it became active at 1970-01-01T00:00:00Z, while its layer got 1,204 units (p 2.0e-9)
        lost-exposures: about 30.1% of its units are missing, some 1,204 judging by the rest of the layer; alarm since 1970-01-01T00:00:00Z (corrected p 2.0e-9)
        uneven-coverage: the 1,204 units of the layer don't spread over its slots as expected, and no single loss explains it; alarm since 1970-01-01T00:00:00Z (corrected p 2.0e-9)
        inactive-exposures: 1,204 exposures while it was paused, a draft or outside its dates, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        completed-exposures: 1,204 exposures after it was completed, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        unknown-variant: 1,204 exposures of variant `b\u{1b}`, which it doesn't have, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        unknown-group: 1,204 exposures of group `DE`, which it doesn't have, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        unknown-experiment: 1,204 exposures of an experiment that was never in the database, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z
        conflicting-units: 1,204 units got more than one variant
        clock-ahead: 1,204 exposures with future timestamps, from 1970-01-01T00:00:00Z to 1970-01-01T00:01:30Z: clock skew?
        ");
        insta::assert_snapshot!(messages(1, None), @r"
        zero-fraction: 1 exposure of variant `b\u{1b}`, whose share is 0, at 1970-01-01T00:00:00Z
        silent-arm: no exposures of variant `b\u{1b}` at all, while the other arms got 1 unit since 1970-01-01T00:00:00Z (p 2.0e-9)
        no-exposures: no exposures since it became active at 1970-01-01T00:00:00Z, while its layer got 1 unit (p 2.0e-9)
        lost-exposures: about 30.1% of its units are missing, some 1 judging by the rest of the layer; alarm since 1970-01-01T00:00:00Z (corrected p 2.0e-9)
        uneven-coverage: the 1 unit of the layer doesn't spread over its slots as expected, and no single loss explains it; alarm since 1970-01-01T00:00:00Z (corrected p 2.0e-9)
        inactive-exposures: 1 exposure while it was paused, a draft or outside its dates, at 1970-01-01T00:00:00Z
        completed-exposures: 1 exposure after it was completed, at 1970-01-01T00:00:00Z
        unknown-variant: 1 exposure of variant `b\u{1b}`, which it doesn't have, at 1970-01-01T00:00:00Z
        unknown-group: 1 exposure of group `DE`, which it doesn't have, at 1970-01-01T00:00:00Z
        unknown-experiment: 1 exposure of an experiment that was never in the database, at 1970-01-01T00:00:00Z
        conflicting-units: 1 unit got more than one variant
        clock-ahead: 1 exposure with future timestamps, at 1970-01-01T00:00:00Z: clock skew?
        ");
    }
}
