//! What each arm of a split got over time, a line of bars each.

use super::text::whole;
use crate::console::incident::TimeColumns;
use crate::console::theme::Symbols;
use crate::traffic::ArmTraffic;

/// Returns a line for each arm, as wide as the axis: its units per minute, as bars. They are relative
/// to the arm's expected share, so while traffic splits as expected, all lines look alike. A column
/// without units is blank, and one with few has the lowest bar.
pub(in crate::console) fn of_arms(
    symbols: &Symbols,
    axis: &TimeColumns<'_>,
    arms: &[ArmTraffic],
) -> Vec<String> {
    let relative = |arm: &ArmTraffic| -> Vec<f64> {
        let share = arm.fraction.filter(|share| *share > 0.0).unwrap_or(1.0);
        let rates = axis.units_a_minute(&arm.windows).into_iter();
        rates.map(|rate| rate / share).collect()
    };
    let arms: Vec<Vec<f64>> = arms.iter().map(relative).collect();
    let most = arms.iter().flatten().copied().fold(0.0, f64::max);
    let bar = |rate: &f64| {
        if *rate > 0.0 {
            let eighths = whole((rate / most * 8.0).round()).clamp(1, 8);
            symbols.sparks[eighths - 1]
        } else {
            " "
        }
    };
    arms.iter()
        .map(|rates| rates.iter().map(bar).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::console::incident::Axis;
    use crate::traffic::SplitWindow;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).expect("a time")
    }

    fn arm(fraction: Option<f64>, units: &[u64]) -> ArmTraffic {
        let windows = (0..).zip(units).filter(|(_, units)| **units > 0);
        ArmTraffic {
            variant: "a".into(),
            fraction,
            units: units.iter().sum(),
            exposures: units.iter().sum(),
            last: None,
            windows: windows
                .map(|(minute, units)| SplitWindow {
                    start: at(minute),
                    units: *units,
                    exposures: *units,
                })
                .collect(),
        }
    }

    fn lines(symbols: &Symbols, arms: &[ArmTraffic]) -> Vec<String> {
        let axis = Axis {
            start: at(0),
            end: at(8),
            outside: 0,
        };
        let axis = TimeColumns {
            axis: &axis,
            count: 8,
            window: SignedDuration::from_mins(1),
        };
        of_arms(symbols, &axis, arms)
    }

    #[test]
    fn arms_that_split_as_expected_look_alike() {
        let large = arm(Some(0.9), &[90, 180, 270, 360, 450, 540, 630, 720]);
        let small = arm(Some(0.1), &[10, 20, 30, 40, 50, 60, 70, 80]);
        let rising = Symbols::UNICODE.sparks.concat();
        assert_eq!(
            lines(&Symbols::UNICODE, &[large, small]),
            [rising.clone(), rising]
        );
    }

    #[test]
    fn silence_is_blank_and_the_least_traffic_is_seen() {
        let busy = arm(Some(0.5), &[80; 8]);
        let silent = arm(Some(0.5), &[80, 80, 40, 1]);
        assert_eq!(
            lines(&Symbols::UNICODE, &[busy, silent]),
            ["████████", "██▄▁    "]
        );
    }

    #[test]
    fn shares_that_are_unknown_or_zero_are_drawn_all_the_same() {
        let all = |fraction| lines(&Symbols::UNICODE, &[arm(fraction, &[4; 8])]);
        assert_eq!(all(None), ["████████"]);
        assert_eq!(all(Some(0.0)), ["████████"]);
        assert_eq!(lines(&Symbols::UNICODE, &[arm(None, &[])]), ["        "]);
        assert!(lines(&Symbols::ASCII, &[arm(None, &[1, 4, 8])])[0].is_ascii());
    }
}
