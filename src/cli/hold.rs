//! `avos hold` and `avos release`: stop an experiment in the database at once, whatever the layer files
//! say, and let it go again.

use std::io::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::options::{ReportFormat, time, words};
use super::show::utc;
use crate::FORMAT_VERSION;
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, Hold, LayerId, Revision, Status};
use crate::holding::{self, HoldEnd, HoldStanding};
use crate::store::{self, Author, DatabaseLocation};

const HOLD_EXAMPLES: &str = "\
Examples:
  avos hold hero_layout_v1 --db avos.db --reason 'checkout fails on phones'
  avos hold hero_layout_v1 --db avos.db --reason 'night: nobody is watching' --until 2h
  avos hold hero_layout_v1 --db avos.db --reason 'until the fix is out' --until 2026-12-01T09:00Z
  avos hold hero_layout_v1 --db avos.db --reason 'the fix waits for review' --until 3d --replace

Pauses the experiment now, without asking and without layer files. Until it is released, or until
the time of --until, no apply makes it active; everything else in a plan is applied as usual.
Drafts can be held too. What is held already stays as it is, unless --replace gives it this reason
and this end.";

/// The arguments of `avos hold`.
#[derive(Debug, clap::Args)]
#[command(after_help = HOLD_EXAMPLES)]
pub(super) struct HoldArgs {
    #[command(flatten)]
    held: HeldExperiment,
    /// Why, for the journal and for every plan
    #[arg(long, value_name = "TEXT", value_parser = words)]
    reason: String,
    /// When the hold ends by itself: a time like 2026-12-01T09:00Z, or 30m, 2h, 3d from now
    #[arg(long, value_name = "TIME", value_parser = parse_end)]
    until: Option<HoldEnd>,
    /// Replace a hold in force: another reason, another end
    #[arg(long)]
    replace: bool,
}

const RELEASE_EXAMPLES: &str = "\
Examples:
  avos release hero_layout_v1 --db avos.db
  avos release hero_layout_v1 --db avos.db --reason 'fixed with 4.2.1'

The experiment keeps its status. The next apply makes it active if its layer file says so.";

/// The arguments of `avos release`.
#[derive(Debug, clap::Args)]
#[command(after_help = RELEASE_EXAMPLES)]
pub(super) struct ReleaseArgs {
    #[command(flatten)]
    held: HeldExperiment,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", value_parser = words)]
    reason: Option<String>,
}

/// What both verbs take.
#[derive(Debug, clap::Args)]
struct HeldExperiment {
    /// The experiment
    #[arg(value_name = "EXPERIMENT")]
    experiment: ExperimentId,
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

fn parse_end(text: &str) -> Result<HoldEnd, String> {
    if let Some(end) = HoldEnd::parse_length(text) {
        return Ok(end);
    }
    let at = time(text).map_err(|example| format!("{example}, or 30m, 2h or 3d from now"))?;
    Ok(HoldEnd::At(at))
}

#[derive(Serialize)]
struct HoldReport<'a> {
    format_version: u32,
    experiment_id: &'a ExperimentId,
    layer_id: &'a LayerId,
    /// Whether it is held now.
    held: bool,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Of the hold; of the release if there is none.
    reason: Option<&'a str>,
    /// Null if nothing had to be written.
    journal_id: Option<i64>,
    revision: &'a Revision,
}

pub(super) fn hold(arguments: &HoldArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let held = &arguments.held;
    let until = arguments.until.map(|end| end.at(context.now));
    let until = until.transpose().map_err(CliError::HoldEnd)?;
    let store = store::open(held.db.clone());
    let reason = Some(arguments.reason.clone());
    let author = author(reason, context);
    let standing = holding::hold(&*store, &held.experiment, until, arguments.replace, &author)?;
    report(held, None, &standing, context)?;
    Ok(Exit::Fine)
}

pub(super) fn release(
    arguments: &ReleaseArgs,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    let held = &arguments.held;
    let store = store::open(held.db.clone());
    let author = author(arguments.reason.clone(), context);
    let standing = holding::release(&*store, &held.experiment, &author)?;
    report(held, arguments.reason.as_deref(), &standing, context)?;
    Ok(Exit::Fine)
}

/// Returns the author, whose time is that of each attempt.
fn author(reason: Option<String>, context: &VerbContext) -> impl Fn() -> Author + use<> {
    let (actor, clock) = ((context.actor)(), context.clock);
    move || Author {
        reason: reason.clone(),
        ..Author::new(actor.as_str(), clock())
    }
}

fn report(
    arguments: &HeldExperiment,
    reason: Option<&str>,
    standing: &HoldStanding,
    context: &mut VerbContext,
) -> Result<(), CliError> {
    let hold = standing.hold.as_ref();
    if arguments.format == ReportFormat::Json {
        context.write_json(&HoldReport {
            format_version: FORMAT_VERSION,
            experiment_id: &arguments.experiment,
            layer_id: &standing.layer_id,
            held: hold.is_some(),
            since: hold.map(|hold| hold.since),
            until: hold.and_then(|hold| hold.until),
            reason: hold.map_or(reason, |hold| Some(&hold.reason)),
            journal_id: standing.journal_id,
            revision: &standing.revision,
        })?;
    } else {
        let text = text(&arguments.experiment, standing);
        write!(context.out, "{}", visible_lines(&text))?;
    }
    Ok(())
}

/// Says how the experiment stands now, and what that means for the next apply.
fn text(id: &ExperimentId, standing: &HoldStanding) -> String {
    let HoldStanding {
        layer_id,
        status,
        hold,
        journal_id,
        ..
    } = standing;
    match (hold, journal_id) {
        (Some(hold), Some(journal)) => format!(
            "Held `{id}` of layer `{layer_id}`: it is {} (journal {journal})\n\
             No apply makes it active {}.\n",
            status_words(*status),
            until_words(hold)
        ),
        (Some(hold), None) => format!(
            "`{id}` is held already by {}, since {}, {}: {}\nNothing was changed; \
             `--replace` gives it another reason or end.\n",
            hold.actor,
            utc(hold.since),
            until_words(hold),
            hold.reason
        ),
        (None, Some(journal)) => format!(
            "Released `{id}` of layer `{layer_id}`: it stays {} (journal {journal})\n{}.\n",
            status_words(*status),
            match status {
                Status::Active => "The next apply pauses it if its layer file says so",
                _ => "The next apply makes it active if its layer file says so",
            }
        ),
        (None, None) => format!("`{id}` isn't held. Nothing was changed.\n"),
    }
}

fn status_words(status: Status) -> &'static str {
    match status {
        Status::Draft => "a draft",
        status => status.as_str(),
    }
}

fn until_words(hold: &Hold) -> String {
    match hold.until {
        Some(until) => format!("until {}", utc(until)),
        None => "until it is released".to_owned(),
    }
}

/// Makes control characters visible, which a reason or an id may have; lines stay lines.
fn visible_lines(text: &str) -> String {
    let lines = text.lines().map(|line| visible(line).into_owned() + "\n");
    lines.collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn an_end_is_a_time_or_so_long_from_now() {
        let hours = |hours| Ok(HoldEnd::In(SignedDuration::from_hours(hours)));
        assert_eq!(parse_end("2h"), hours(2));
        assert_eq!(parse_end("120m"), hours(2));
        assert_eq!(parse_end("3d"), hours(72));
        let at = "2026-12-01T09:00:00Z".parse().expect("a time");
        assert_eq!(parse_end("2026-12-01T09:00:00Z"), Ok(HoldEnd::At(at)));
        for text in [
            "",
            "h",
            "2",
            "-2h",
            "+2h",
            "2 h",
            "2s",
            "1.5h",
            "2hh",
            "é",
            "9999999999999999d",
        ] {
            assert!(parse_end(text).is_err(), "{text}");
        }
    }
}
