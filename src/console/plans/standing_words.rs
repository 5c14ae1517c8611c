//! Whether a saved plan can be applied, in words: a few for the list, and all for its detail.

use ratatui::style::Style;

use super::{ListedPlan, PlanConflict, PlanConflicts, PlanStanding, ReadPlan};
use crate::console::model::Startup;
use crate::console::panels::pen::Pen;
use crate::diagnostic::{quoted, quoted_list};
use crate::numbers::counted;
use crate::plan::name_layers;
use crate::review::Refusal;

/// A sign, its style, and what it means.
pub(super) struct StandingWords {
    pub(super) symbol: &'static str,
    pub(super) style: Style,
    pub(super) text: String,
}

/// Returns the words for a line of the list; they must still be made safe for a terminal.
pub(super) fn in_short(pen: &Pen<'_>, plan: &ListedPlan) -> StandingWords {
    let (theme, symbols) = (pen.theme, pen.symbols);
    let bad = (symbols.cross, theme.error);
    let read = match &plan.read {
        Ok(read) => read,
        Err(unreadable) => return words(bad, format!("unreadable: {}", unreadable.why)),
    };
    let warning = (symbols.warning, theme.warning);
    match &read.standing {
        PlanStanding::AsReviewed => match &read.conflicts.first[..] {
            [] => words((symbols.check, theme.success), "as reviewed".to_owned()),
            [first, ..] => {
                let verb = if first.is_same {
                    "same as"
                } else {
                    "conflicts with"
                };
                let more = match read.conflicts.count {
                    1 => String::new(),
                    count => format!(" +{}", count - 1),
                };
                words(warning, format!("{verb} {}{more}", first.with))
            }
        },
        PlanStanding::Applied(entry) => {
            let text = format!("applied as journal {}", entry.journal_id);
            words((symbols.equals, theme.dim), text)
        }
        PlanStanding::OtherDatabase => words(warning, "another database".to_owned()),
        PlanStanding::Refused(Refusal::Stale { layers }) => match &layers[..] {
            [only] => words(warning, format!("stale: {only}")),
            layers => words(warning, format!("stale: {} layers", layers.len())),
        },
        PlanStanding::Refused(refusal) if refusal.is_stale() => {
            words(warning, "stale: a date has passed".to_owned())
        }
        PlanStanding::Refused(Refusal::HadErrors) => words(bad, "has errors".to_owned()),
        PlanStanding::Refused(_) => words(bad, "refused".to_owned()),
        PlanStanding::Unknown(_) => words(warning, "unknown: no database".to_owned()),
    }
}

fn words((symbol, style): (&'static str, Style), text: String) -> StandingWords {
    StandingWords {
        symbol,
        style,
        text,
    }
}

/// Returns one sentence on whether the plan can be applied, and what to do if it can't.
pub(super) fn in_full(startup: &Startup, read: &ReadPlan) -> (String, String) {
    match &read.standing {
        PlanStanding::AsReviewed => (
            "It can be applied, and does what was reviewed.".to_owned(),
            "Enter opens it for review.".to_owned(),
        ),
        PlanStanding::Applied(entry) => (
            format!(
                "It was applied as journal {} at {} by {}.",
                entry.journal_id,
                startup.date_and_time(entry.applied_at),
                entry.actor
            ),
            "Make a new plan for further changes.".to_owned(),
        ),
        PlanStanding::OtherDatabase => (
            format!(
                "It was made for another database than `{}`.",
                startup.database
            ),
            "Start with the database that it was made for.".to_owned(),
        ),
        PlanStanding::Refused(refusal) => {
            let renew = if refusal.is_stale() {
                ": `avos plan --renew` compares it with this one"
            } else {
                ""
            };
            (
                format!("{}: {refusal}.", refusal.word()),
                format!("To go on, {}{renew}.", refusal.help()),
            )
        }
        PlanStanding::Unknown(trouble) => (
            format!(
                "Nobody knows whether it can be applied: {}.",
                trouble.message
            ),
            trouble.help.clone(),
        ),
    }
}

/// Says what a plan can't be applied together with, a sentence each; of many, how many more there are.
pub(super) fn conflicts(conflicts: &PlanConflicts) -> Vec<String> {
    let mut sentences: Vec<String> = conflicts.first.iter().map(conflict).collect();
    let more = conflicts.count - conflicts.first.len();
    if more > 0 {
        let plans = counted(more as u64, "more plan", "more plans");
        sentences.push(format!("Conflicts with {plans}."));
    }
    sentences
}

fn conflict(conflict: &PlanConflict) -> String {
    let with = quoted(&conflict.with);
    if conflict.is_same {
        return format!("The file {with} has the same plan, which is applied once.");
    }
    if conflict.layers.is_empty() {
        let ids = quoted_list(&conflict.experiments);
        return format!("Conflicts with {with}: both create {ids}.");
    }
    let layers = name_layers(&conflict.layers);
    format!("Conflicts with {with}: both change {layers}. Applying one makes the other stale.")
}
