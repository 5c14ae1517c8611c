//! `avos plan`: what an apply would change, what blocks it, and the conditions of `--fail-on`, which refuse
//! a plan although it could be applied.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::inputs::LoadedProposal;
use super::scope_args::ScopeArgs;
use super::show::{NEW_DATABASE, counted, markdown, plan_line, review, saved_line};
use crate::config::Checked;
use crate::domain::{FRACTION_TOLERANCE, Fraction, LayerId, State};
use crate::plan::{Impact, NoteCode};
use crate::plan_file;
use crate::report::percent;
use crate::review::{Review, choose_again};
use crate::store::DatabaseLocation;

const EXAMPLES: &str = "\
Examples:
  avos plan --configs layers --db avos.db
  avos plan --configs layers --db avos.db --layer homepage_hero
  avos plan --configs layers --db avos.db --only hero_layout_v1 checkout_payment_v1
  avos plan --configs layers --db avos.db --detailed-exitcode || echo changes or errors
  avos plan --configs layers --db avos.db --fail-on switching,leaving,joining=50%
  avos plan --configs layers --db avos.db --format markdown > comment.md
  avos plan --configs layers --db avos.db --out plan.json
  avos plan --renew plan.json --configs layers --db avos.db --out plan.json

A database that doesn't exist counts as empty. `avos plan` writes only the file of --out:
`avos apply --plan` applies exactly that plan, and `avos-tui --plan` shows it. --renew plans the layers of
a saved plan anew, and says whether that is the same as was reviewed, less, or more.
With --detailed-exitcode: 0 no changes, 1 errors, 2 changes. --fail-on exits with 1.";

/// The arguments of `avos plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlanArgs {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: PathBuf,
    /// The database
    #[arg(long, value_name = "FILE")]
    db: DatabaseLocation,
    #[command(flatten)]
    choice: ScopeArgs,
    /// Plan what this saved plan chose anew, and compare with it: stale, applied in part or not
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["layers", "only"])]
    renew: Option<PathBuf>,
    /// Save the plan to this file, replacing an earlier plan
    #[arg(long, value_name = "PLAN")]
    out: Option<PathBuf>,
    /// Exit with 2 if there are changes
    #[arg(long)]
    detailed_exitcode: bool,
    /// Refuse a plan that makes units move or has warnings, or whose layers another program changed:
    /// switching, leaving, joining, joining=SHARE (more than this share of a layer, like 0.5 or 50%),
    /// warnings, drift; can be repeated
    #[arg(long, value_name = "CONDITION", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Output format: human, json or markdown
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: PlanFormat,
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// For people at a terminal.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For people at a pull request.
    Markdown,
}

pub(super) fn run(arguments: &PlanArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let (configs, db) = (&arguments.configs, &arguments.db);
    let renewed = arguments
        .renew
        .as_deref()
        .map(plan_file::read)
        .transpose()?;
    let choose = |checked: &Checked, state: &State| match &renewed {
        Some(renewed) => choose_again(&renewed.scope(), checked, state),
        None => arguments.choice.scope(checked, state),
    };
    let mut proposal = LoadedProposal::from_files(configs, db, choose, context.now)?;
    if let Some(renewed) = &renewed {
        proposal.review = proposal.review.renewing(renewed);
    }
    let (plan, after) = (&proposal.review, proposal.known_after());
    let document = plan.to_report();
    let breaches = breaches(&arguments.fail_on, plan);
    let out = arguments.out.as_ref();
    // A refused plan must not be left ready to be applied.
    if let Some(path) = out.filter(|_| breaches.is_none()) {
        plan_file::write(path, &document)?;
    }
    match arguments.format {
        PlanFormat::Json => context.write_json(&document)?,
        PlanFormat::Human => {
            let style = context.out.style;
            if proposal.is_new {
                writeln!(context.out, "{NEW_DATABASE}\n")?;
            }
            let text = review(plan, &proposal.sources, after, style);
            let last = plan_line(plan, style);
            write!(context.out, "{text}{last}")?;
            if let Some(path) = out.filter(|_| breaches.is_none()) {
                write!(context.out, "{}", saved_line(path, db, style))?;
            }
        }
        PlanFormat::Markdown => {
            let text = markdown(
                plan,
                &proposal.sources,
                after,
                proposal.is_new,
                breaches.as_deref(),
            );
            write!(context.out, "{text}")?;
        }
    }
    if let Some(breaches) = breaches {
        return Err(CliError::FailOn {
            breaches,
            has_out: out.is_some(),
        });
    }
    Ok(if !plan.is_applicable {
        Exit::Findings
    } else if arguments.detailed_exitcode && !plan.changes.is_empty() {
        Exit::Changes
    } else {
        Exit::Fine
    })
}

/// At most this many of the affected layers are named.
const MAX_NAMED: usize = 3;

/// A condition that refuses a plan.
#[derive(Clone, Copy, Debug)]
pub(super) enum FailOn {
    /// A unit changes to another experiment.
    Switching,
    /// A unit with a variant loses it.
    Leaving,
    /// More than this share of a layer's units get a variant without having had one.
    Joining(Fraction),
    /// A chosen layer has a warning.
    Warnings,
    /// A chosen layer isn't as the last entry of the journal left it.
    Drift,
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split_once('=') {
            None => match text {
                "switching" => Ok(Self::Switching),
                "leaving" => Ok(Self::Leaving),
                "joining" => Ok(Self::Joining(Fraction::ZERO)),
                "warnings" => Ok(Self::Warnings),
                "drift" => Ok(Self::Drift),
                _ => Err(CONDITIONS.to_owned()),
            },
            Some(("joining", written)) => match share(written) {
                Some(share) => Ok(Self::Joining(share)),
                None => Err(format!(
                    "{written:?} isn't a share; write it like 0.5 or 50%"
                )),
            },
            Some((reason @ ("switching" | "leaving" | "warnings" | "drift"), _)) => {
                Err(format!("`{reason}` takes no share; only `joining` does"))
            }
            Some(_) => Err(CONDITIONS.to_owned()),
        }
    }
}

/// The choices.
const CONDITIONS: &str =
    "the conditions are switching, leaving, joining, joining=SHARE, warnings and drift";

/// Parses a share from 0 to 1, as a number or in percent.
fn share(text: &str) -> Option<Fraction> {
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    Fraction::new(value)
}

/// Returns the conditions that the plan violates in the chosen layers.
pub(super) fn breaches(refused: &[FailOn], review: &Review) -> Option<String> {
    let is_refused = |reason: fn(&FailOn) -> bool| refused.iter().any(reason);
    // The smallest of several shares is the strictest.
    let joining = refused.iter().filter_map(|reason| match reason {
        FailOn::Joining(most) => Some(most.value()),
        _ => None,
    });
    let breaches = [
        is_refused(|reason| matches!(reason, FailOn::Switching))
            .then(|| moving(review, "units switch", 0.0, |it| it.units_switching)),
        is_refused(|reason| matches!(reason, FailOn::Leaving))
            .then(|| moving(review, "units leave", 0.0, |it| it.units_leaving)),
        joining
            .reduce(f64::min)
            .map(|most| joining_more(review, most)),
        is_refused(|reason| matches!(reason, FailOn::Warnings)).then(|| warnings(review)),
        is_refused(|reason| matches!(reason, FailOn::Drift)).then(|| drift(review)),
    ];
    let breaches: Vec<String> = breaches.into_iter().flatten().flatten().collect();
    (!breaches.is_empty()).then(|| breaches.join("; "))
}

fn joining_more(review: &Review, most: f64) -> Option<String> {
    let what = if most > 0.0 {
        format!("more than {} of the units join", percent(most))
    } else {
        "units join".to_owned()
    };
    moving(review, &what, most, |impact| impact.units_joining)
}

fn warnings(review: &Review) -> Option<String> {
    let findings = review.findings.iter();
    let here = findings.filter(|finding| review.is_concerned_by(finding));
    let warnings = here
        .filter(|finding| !finding.diagnostic.is_error())
        .count();
    (warnings > 0).then(|| counted(warnings, "warning", "warnings"))
}

fn drift(review: &Review) -> Option<String> {
    let notes = review.notes.iter();
    let drifted = notes.filter(|note| note.code == NoteCode::ChangedOutside);
    let layers: BTreeSet<&LayerId> = drifted.map(|note| &note.layer_id).collect();
    let list = named(layers.iter().map(|id| format!("`{id}`")));
    (!layers.is_empty()).then(|| format!("another program changed {list}"))
}

/// Describes the layers in which more than `most` of the units do `what`, with their shares. Only
/// chosen layers have an impact.
fn moving(review: &Review, what: &str, most: f64, share: fn(&Impact) -> f64) -> Option<String> {
    let layers = review.impact.iter();
    let layers: Vec<&Impact> = layers
        .filter(|impact| share(impact) > most + FRACTION_TOLERANCE)
        .collect();
    if layers.is_empty() {
        return None;
    }
    let list = named(layers.iter().map(|impact| {
        let share = percent(share(impact));
        format!("`{}` ({share})", impact.layer_id)
    }));
    Some(format!("{what} in {list}"))
}

/// Joins the names of layers; of many, the first ones and the number of the others.
fn named(layers: impl ExactSizeIterator<Item = String>) -> String {
    let unnamed = layers.len().saturating_sub(MAX_NAMED);
    let mut list: Vec<String> = layers.take(MAX_NAMED).collect();
    if unnamed > 0 {
        list.push(counted(unnamed, "other layer", "other layers"));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_numbers_or_percentages_from_nothing_to_all() {
        let read = |text: &str| share(text).map(Fraction::value);
        for (text, value) in [
            ("0.5", 0.5),
            ("50%", 0.5),
            ("12.5 %", 0.125),
            ("0", 0.0),
            ("1", 1.0),
            ("100%", 1.0),
            ("5e-1", 0.5),
        ] {
            assert!(
                read(text).is_some_and(|read| (read - value).abs() < 1e-12),
                "{text}"
            );
        }
        for text in [
            "", "%", "half", "50", "-0.1", "-1%", "101%", "nan", "inf", "0,5", "5%%",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
