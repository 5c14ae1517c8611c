//! The apply that a mismatch points to.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::{SplitTraffic, Traffic};
use crate::timeline::Apply;

/// How long before a mismatch an apply to its layer is still suspected: units come back, and
/// services restart, some time after it.
const REACH: SignedDuration = SignedDuration::from_hours(1);

/// The apply nearest to when a mismatch probably began. It may be innocent: only the time speaks
/// against it, and its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect<'a> {
    /// The apply.
    pub apply: &'a Apply,
    /// When the mismatch probably began.
    pub onset: Timestamp,
    /// Whether it changed the layer of the split.
    pub is_of_layer: bool,
}

impl Traffic {
    /// Returns the apply that is suspected of a split's mismatch; `None` unless it is a mismatch, or
    /// if no apply is near its onset.
    ///
    /// An apply that may have brought the split's experiment units is preferred, then one that changed its layer:
    /// first one within the onset's interval, then one up to an hour before it; else any apply within the
    /// interval. Of several, the nearest to the estimate counts, and of two as near the newer one. What was
    /// applied after the interval's last window can't be the cause, and neither can what only stopped
    /// experiments, such as the hold that the alarm led to.
    #[must_use]
    pub fn suspect_of(&self, split: &SplitTraffic) -> Option<Suspect<'_>> {
        let tested = split.test.as_ref().ok()?;
        let crossing = tested.crossing?;
        let [onset, low, high] = match tested.onset {
            Some(onset) => [onset.estimate, onset.low, onset.high],
            None => [crossing.since; 3],
        };
        let end = high.checked_add(self.window).unwrap_or(Timestamp::MAX);
        let begin = low.checked_sub(REACH).unwrap_or(Timestamp::MIN);
        let applies = self.applies.iter();
        let causes = applies.filter(|apply| !apply.started.is_empty());
        let suspects = causes.filter_map(|apply| {
            let is_of_layer = split
                .layer_id
                .as_ref()
                .is_some_and(|id| apply.layers.contains(id));
            let is_within = (low..end).contains(&apply.at);
            let is_near = is_within || is_of_layer && (begin..low).contains(&apply.at);
            let distance = apply.at.duration_since(onset).abs();
            let rank = (
                !apply.started.contains(&split.experiment_id),
                !is_of_layer,
                !is_within,
                distance,
                Reverse(apply.journal_id),
            );
            let suspect = Suspect {
                apply,
                onset,
                is_of_layer,
            };
            is_near.then_some((rank, suspect))
        });
        let suspect = suspects.min_by_key(|(rank, _)| *rank);
        suspect.map(|(_, suspect)| suspect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srm::test_counts;
    use crate::traffic::{Crossing, Onset, Tested, Untested};

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    /// A mismatch in the layer `hero` that began at 100, between 97 and 103, with an alarm at 110.
    fn split() -> SplitTraffic {
        let tested = Tested {
            srm: test_counts(&[90, 10], &[0.5, 0.5], 0.01).expect("a test"),
            order: 1,
            weight: 0.5,
            corrected_p_value: 0.0,
            is_mismatch: true,
            is_slight: false,
            crossing: Some(Crossing {
                since: at(110),
                units: 100,
            }),
            onset: Some(Onset {
                estimate: at(100),
                low: at(97),
                high: at(103),
            }),
            intervals: Vec::new(),
            course: Vec::new(),
            deviation: None,
        };
        SplitTraffic {
            layer_id: Some("hero".into()),
            experiment_id: "exp".into(),
            group: None,
            units: 100,
            arms: Vec::new(),
            conflicting_units: 0,
            gravest: None,
            test: Ok(tested),
            windows: Vec::new(),
        }
    }

    /// The suspect among applies at these minutes, numbered from 1: each of a layer, and of what it starts
    /// there if that isn't the layer's usual experiment.
    fn suspect_of(split: &SplitTraffic, applies: &[(i64, &str)]) -> Option<(i64, bool)> {
        let applies = (1..).zip(applies).map(|(journal_id, (minute, what))| {
            let usual = if *what == "hero" { "exp" } else { "cart_exp" };
            let (layer, started) = what.split_once(' ').unwrap_or((what, usual));
            Apply {
                journal_id,
                at: at(*minute),
                actor: "ada".to_owned(),
                layers: vec![layer.into()],
                started: started.split_whitespace().map(Into::into).collect(),
            }
        });
        let traffic = Traffic {
            splits: Vec::new(),
            anomalies: Vec::new(),
            coverage: Vec::new(),
            applies: applies.collect(),
            window: SignedDuration::from_mins(1),
            span: None,
        };
        let suspect = traffic.suspect_of(split)?;
        Some((suspect.apply.journal_id, suspect.is_of_layer))
    }

    #[test]
    fn the_nearest_apply_to_the_layer_is_suspected() {
        let split = split();
        let of = |applies: &[(i64, &str)]| suspect_of(&split, applies);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(98, "hero"), (101, "hero")]), Some((2, true)));
        // Its layer counts for more than its time.
        assert_eq!(of(&[(97, "hero"), (100, "cart")]), Some((1, true)));
        assert_eq!(of(&[(50, "hero"), (100, "cart")]), Some((1, true)));
        // The interval counts for more than the distance.
        assert_eq!(of(&[(96, "hero"), (103, "hero")]), Some((2, true)));
        assert_eq!(of(&[(99, "hero"), (101, "hero")]), Some((2, true)), "newer");
        assert_eq!(of(&[(98, "cart"), (99, "cart")]), Some((2, false)));
    }

    #[test]
    fn what_only_stops_experiments_is_not_suspected() {
        let split = split();
        let of = |applies: &[(i64, &str)]| suspect_of(&split, applies);
        assert_eq!(of(&[(102, "hero ")]), None, "a hold");
        assert_eq!(of(&[(60, "hero"), (102, "hero ")]), Some((1, true)));
        assert_eq!(of(&[(98, "cart"), (101, "hero ")]), Some((1, false)));
        // What concerns the experiment itself counts for more than another one of its layer.
        assert_eq!(of(&[(50, "hero"), (100, "hero other")]), Some((1, true)));
        assert_eq!(of(&[(100, "hero other")]), Some((1, true)));
    }

    #[test]
    fn what_is_out_of_reach_is_not_suspected() {
        let split = split();
        let of = |minute, layer| suspect_of(&split, &[(minute, layer)]);
        let (own, other) = (Some((1, true)), Some((1, false)));
        // An hour before the interval for its own layer, and the interval's last window.
        assert_eq!([36, 37, 96].map(|at| of(at, "hero")), [None, own, own]);
        assert_eq!([96, 97].map(|at| of(at, "cart")), [None, other]);
        assert_eq!([103, 104].map(|at| of(at, "hero")), [own, None]);
        assert_eq!([103, 104].map(|at| of(at, "cart")), [other, None]);
    }

    #[test]
    fn only_a_mismatch_has_a_suspect() {
        let applies = [(100, "hero"), (110, "hero")];
        let mut split = split();
        let tested = split.test.as_mut().expect("a test");
        tested.onset = None;
        assert_eq!(suspect_of(&split, &applies), Some((2, true)), "the alarm");
        split.layer_id = None;
        assert_eq!(suspect_of(&split, &applies), Some((2, false)));
        split.test.as_mut().expect("a test").crossing = None;
        assert_eq!(suspect_of(&split, &applies), None);
        split.test = Err(Untested::UnknownExperiment);
        assert_eq!(suspect_of(&split, &applies), None);
    }
}
