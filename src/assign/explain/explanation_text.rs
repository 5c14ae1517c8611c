//! The explanation as lines that a person reads, checks and pastes.

use std::fmt;

use jiff::Timestamp;

use super::{Choice, Decision, Explanation, Point};
use crate::diagnostic::visible;
use crate::domain::{Experiment, Inactivity, SlotUse};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layer, at, .. } = self;
        let layer_id = visible(layer.layer_id.as_str());
        writeln!(
            f,
            "Unit `{}` in layer `{layer_id}` at {at}",
            visible(&self.unit_id)
        )?;
        let (hash, total, slot) = (&self.slot_hash, layer.total_slots, self.slot_index);
        let what = "the first 32 digits of the hash modulo the layer's slots";
        writeln!(f, "\nSlot {slot} of {total}: {what}.")?;
        writeln!(f, "$ {}\n{}  -", hash.command(), hash.hex())?;
        writeln!(f, "$ {}\n{slot}", hash.slot_command(total))?;
        writeln!(f, "\nHolder: {}", HolderSentence(self))?;
        if let Some(experiment) = &self.experiment {
            writeln!(f, "\nExperiment: {}", ExperimentSentence(experiment))?;
        }
        match &self.decision {
            Decision::NotAssigned => write!(f, "\nAnswer: no variant (not_assigned)"),
            Decision::Inactive(inactivity) => {
                writeln!(f, "It assigns nothing at that time: {}.", why(*inactivity))?;
                write!(f, "\nAnswer: no variant (experiment_inactive)")
            }
            Decision::Refused(error) => {
                write!(f, "\nAnswer: an error: {}", visible(&error.to_string()))
            }
            Decision::Assigned(choice) => write!(f, "{choice}"),
        }
    }
}

/// The holder of the slot, as a sentence.
struct HolderSentence<'a>(&'a Explanation);

impl fmt::Display for HolderSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation {
            slot_index: slot,
            holder,
            experiment,
            ..
        } = self.0;
        let Some(run) = holder else {
            return write!(f, "nobody, slot {slot} is free.");
        };
        let slots = format!("slots {} to {}", run.first, run.last);
        write!(f, "experiment `{}`, ", visible(run.experiment_id.as_str()))?;
        match run.usage {
            _ if experiment.is_none() => write!(f, "which isn't on this layer."),
            SlotUse::Active => write!(f, "which is active on {slots}."),
            SlotUse::Reserved => {
                write!(f, "which has {slots} reserved and isn't active on them.")
            }
        }
    }
}

/// Name, status, dates and splitter of an experiment, as a sentence.
struct ExperimentSentence<'a>(&'a Experiment);

impl fmt::Display for ExperimentSentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Experiment {
            name,
            status,
            start_date,
            end_date,
            splitter,
            ..
        } = self.0;
        write!(f, "`{}`, {status}", visible(name))?;
        let mut date = |word: &str, date: &Option<Timestamp>| match date {
            Some(date) => write!(f, ", {word} {date}"),
            None => Ok(()),
        };
        date("from", start_date)?;
        date("up to", end_date)?;
        write!(f, ", splits by {}.", splitter.kind())
    }
}

fn why(inactivity: Inactivity) -> String {
    match inactivity {
        Inactivity::Status(status) => format!("it is {status}, not active"),
        Inactivity::NotStarted(start) => format!("it starts at {start}"),
        Inactivity::Ended(end) => format!("it ended at {end}"),
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.point.value();
        write!(f, "\nPoint: ")?;
        match &self.point {
            Point::Drawn(_) => writeln!(f, "drawn afresh for every call.")?,
            Point::Hashed(hash) => {
                writeln!(f, "the first 32 digits of the hash divided by 2^128.")?;
                writeln!(f, "$ {}\n{}  -", hash.command(), hash.hex())?;
                writeln!(f, "$ {}\n{}", hash.point_command(), hash.point_digits())?;
            }
        }
        writeln!(f, "As a 64-bit float that is {x}.")?;
        match &self.group {
            Some(group) => writeln!(f, "\nVariants of group `{}`:", visible(group.as_str()))?,
            None => writeln!(f, "\nVariants:")?,
        }
        for arm in &self.arms {
            let mark = if arm.variant == self.variant {
                ">"
            } else {
                " "
            };
            let variant = visible(arm.variant.as_str());
            writeln!(f, "{mark} `{variant}` from {} up to {}", arm.from, arm.to)?;
        }
        write!(
            f,
            "\nAnswer: variant `{}` (assigned)",
            visible(self.variant.as_str())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::testing::{by_segment, experiment, state};
    use crate::assign::{Assigner, Groups};
    use crate::domain::SlotUse::{Active, Reserved};
    use crate::domain::{Splitter, Status};

    fn explained(experiment: Experiment, unit: &str, segment: Option<&str>) -> String {
        let runs = [
            (0, 5, "x", Active),
            (6, 7, "x", Reserved),
            (9, 9, "gone", Active),
        ];
        let assigner = Assigner::with_random(&state(vec![experiment], &runs), || 0.75);
        let groups = Groups {
            segment,
            ..Groups::default()
        };
        let at = "2026-01-01T00:00:00Z".parse().expect("a time");
        let explanation = assigner.explain(&"home".into(), unit, &groups, at);
        explanation.expect("a known layer").to_string()
    }

    /// Returns the text from this word on.
    fn from(word: &str, text: &str) -> String {
        text[text.find(word).expect("the word")..].to_owned()
    }

    #[test]
    fn an_assigned_unit_has_every_step() {
        insta::assert_snapshot!(explained(experiment("x"), "user_0", None), @r#"
        Unit `user_0` in layer `home` at 2026-01-01T00:00:00Z

        Slot 5 of 10: the first 32 digits of the hash modulo the layer's slots.
        $ printf 's\000salt\000user_0' | sha256sum
        0b978fb66aef79162aa0b86775bfbacf70474f765ad35189a0ad69dee1714025  -
        $ echo 'n=10; ibase=16; 0B978FB66AEF79162AA0B86775BFBACF % n' | bc
        5

        Holder: experiment `x`, which is active on slots 0 to 5.

        Experiment: `Experiment x`, active, splits by hash.

        Point: the first 32 digits of the hash divided by 2^128.
        $ printf 'v\000x\000\000user_0' | sha256sum
        675da4d9f92911dbd0894716ad03545d26a6fb22e577015c31297e2d904257af  -
        $ echo 'scale=20; n=2^128; ibase=16; 675DA4D9F92911DBD0894716AD03545D / n' | bc
        .40377264329541542679
        As a 64-bit float that is 0.4037726432954154.

        Variants:
        > `a` from 0 up to 0.5
          `b` from 0.5 up to 1

        Answer: variant `a` (assigned)
        "#);
    }

    #[test]
    fn a_grouped_or_random_choice_says_so() {
        let grouped = Experiment {
            splitter: by_segment(),
            ..experiment("x")
        };
        let text = explained(grouped.clone(), "user_0", Some("paid"));
        insta::assert_snapshot!(from("Point", &text), @r#"
        Point: the first 32 digits of the hash divided by 2^128.
        $ printf 'v\000x\000paid\000user_0' | sha256sum
        7a19c17d600d0c77a7e8901d25648777eaa597e248d1e59fd17debfca669d1cd  -
        $ echo 'scale=20; n=2^128; ibase=16; 7A19C17D600D0C77A7E8901D25648777 / n' | bc
        .47695550261419245679
        As a 64-bit float that is 0.47695550261419245.

        Variants of group `paid`:
          `a` from 0 up to 0
        > `b` from 0 up to 1

        Answer: variant `b` (assigned)
        "#);
        let text = explained(grouped, "user_0", None);
        insta::assert_snapshot!(from("Holder", &text), @r#"
        Holder: experiment `x`, which is active on slots 0 to 5.

        Experiment: `Experiment x`, active, splits by segment.

        Answer: an error: experiment `x` splits by segment, but the unit has no segment
        "#);
        let random = Experiment {
            splitter: Splitter::Random,
            ..experiment("x")
        };
        let text = explained(random, "user_0", None);
        insta::assert_snapshot!(from("Point", &text), @r#"
        Point: drawn afresh for every call.
        As a 64-bit float that is 0.75.

        Variants:
          `a` from 0 up to 0.5
        > `b` from 0.5 up to 1

        Answer: variant `b` (assigned)
        "#);
    }

    #[test]
    fn what_is_not_assigned_says_who_holds_the_slot() {
        let holder = |unit| from("Holder", &explained(experiment("x"), unit, None));
        insta::assert_snapshot!(holder("user_1"), @r#"
        Holder: experiment `x`, which has slots 6 to 7 reserved and isn't active on them.

        Experiment: `Experiment x`, active, splits by hash.

        Answer: no variant (not_assigned)
        "#);
        insta::assert_snapshot!(holder("user_3"), @r#"
        Holder: nobody, slot 8 is free.

        Answer: no variant (not_assigned)
        "#);
        insta::assert_snapshot!(holder("user_6"), @r#"
        Holder: experiment `gone`, which isn't on this layer.

        Answer: no variant (not_assigned)
        "#);
    }

    #[test]
    fn an_inactive_experiment_says_why() {
        let time = |text: &str| Some(text.parse().expect("a time"));
        let ended = Experiment {
            start_date: time("2025-01-01T00:00:00Z"),
            end_date: time("2025-12-31T23:59:59.999999Z"),
            ..experiment("x")
        };
        insta::assert_snapshot!(from("Experiment", &explained(ended, "user_0", None)), @r#"
        Experiment: `Experiment x`, active, from 2025-01-01T00:00:00Z, up to 2025-12-31T23:59:59.999999Z, splits by hash.
        It assigns nothing at that time: it ended at 2025-12-31T23:59:59.999999Z.

        Answer: no variant (experiment_inactive)
        "#);
        let early = Experiment {
            start_date: time("2026-01-01T00:00:00.000001Z"),
            ..experiment("x")
        };
        let paused = Experiment {
            status: Status::Paused,
            ..early.clone()
        };
        insta::assert_snapshot!(from("It assigns", &explained(early, "user_0", None)), @r#"
        It assigns nothing at that time: it starts at 2026-01-01T00:00:00.000001Z.

        Answer: no variant (experiment_inactive)
        "#);
        insta::assert_snapshot!(from("It assigns", &explained(paused, "user_0", None)), @r#"
        It assigns nothing at that time: it is paused, not active.

        Answer: no variant (experiment_inactive)
        "#);
    }

    #[test]
    fn no_text_reaches_the_terminal_as_a_command() {
        let hostile = Experiment {
            name: "a\u{1b}[2Jb\n$ rm".to_owned(),
            ..experiment("x")
        };
        let text = explained(hostile, "\u{1b}[31m\u{202e}$(x)`'\n$ y", None);
        assert!(
            text.chars()
                .all(|letter| letter == '\n' || !letter.is_control())
        );
        insta::assert_snapshot!(text.lines().next().unwrap_or_default(), @r#"Unit `\u{1b}[31m\u{202e}$(x)`'\n$ y` in layer `home` at 2026-01-01T00:00:00Z"#);
        assert_eq!(
            text.lines().filter(|line| line.starts_with('$')).count() % 2,
            0
        );
    }
}
