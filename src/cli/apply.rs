//! `avos apply`: shows the plan, asks for confirmation, and makes all changes or none.

use std::io::Write;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use super::apply_questions::confirm;
use super::context::{Exit, VerbContext};
use super::error::CliError;
use super::inputs::LoadedProposal;
use super::options::{ReportFormat, words};
use super::safeguards::SafeguardArgs;
use super::scope_args::ScopeArgs;
use super::show::{counted, show_plan};
use crate::config::Checked;
use crate::diagnostic::{Diagnostic, visible};
use crate::domain::{Revision, State};
use crate::plan::{Plan, PlanId};
use crate::review::Review;
use crate::store::{Applied, Author, DatabaseLocation};
use crate::{FORMAT_VERSION, config};

const EXAMPLES: &str = "\
Examples:
  avos apply --configs layers --db avos.db
  avos apply --configs layers --db avos.db --layer homepage_hero
  avos apply --configs layers --db avos.db --only hero_layout_v1
  avos apply --configs layers --db avos.db --yes --format json
  avos apply --configs layers --db avos.db --reason 'more traffic for the sale' --ticket WEB-42
  avos apply --plan plan.json --db avos.db

Shows the plan and asks for confirmation; without a terminal it needs --yes. Makes all changes
in one transaction, or none. The first apply creates the database. A plan saved by
`avos plan --out` is applied exactly as it was reviewed, or not at all. The journal keeps --reason,
--ticket and, if Git knows it, the commit of the layer files.";

/// The arguments of `avos apply`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    proposed: ApplySource,
    /// The database
    #[arg(long, value_name = "FILE", env = "AVOS_DB", hide_env_values = true)]
    db: DatabaseLocation,
    #[command(flatten)]
    choice: ScopeArgs,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", value_parser = words)]
    reason: Option<String>,
    /// A ticket or another reference, for the journal
    #[arg(long, value_name = "ID", value_parser = words)]
    ticket: Option<String>,
    #[command(flatten)]
    safeguards: SafeguardArgs,
    /// Apply without confirmation
    #[arg(long)]
    yes: bool,
    /// Output format: human or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    format: ReportFormat,
}

/// What to apply: one of the two.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ApplySource {
    /// Directory of the layer files
    #[arg(long, value_name = "DIR")]
    configs: Option<PathBuf>,
    /// A saved plan, applied exactly as it was reviewed or not at all
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["layers", "only"])]
    plan: Option<PathBuf>,
}

pub(super) fn run(arguments: &ApplyArgs, context: &mut VerbContext) -> Result<Exit, CliError> {
    let format = arguments.format;
    let mut proposal = match propose(arguments, context.now) {
        Ok(proposal) => proposal,
        Err(error) => return refuse(format, Vec::new(), error, context),
    };
    if let Err(error) = arguments.safeguards.weigh(&mut proposal, context) {
        return refuse(format, Vec::new(), error, context);
    }
    if arguments.proposed.plan.is_some() && proposal.is_new {
        // A plan for a new database fits any path without a file.
        writeln!(
            context.err,
            "warning: `{}` doesn't exist, so applying this plan creates it; check the path if the \
             plan was made for another database",
            visible(&arguments.db.to_string())
        )?;
    }
    if format == ReportFormat::Human {
        show_plan(&proposal, &mut context.out)?;
    }
    let LoadedProposal { review, .. } = &proposal;
    let plan = proposal.plan();
    match plan.and_then(|plan| carry_out(arguments, &proposal, &plan, context)) {
        Ok(applied) => report(format, review, &applied, context)?,
        Err(error) => return refuse(format, review.diagnostics().collect(), error, context),
    }
    Ok(Exit::Fine)
}

fn propose(arguments: &ApplyArgs, now: Timestamp) -> Result<LoadedProposal, CliError> {
    let (proposed, db) = (&arguments.proposed, &arguments.db);
    if let Some(plan) = &proposed.plan {
        return LoadedProposal::from_saved_plan(plan, db, now);
    }
    let configs = proposed.configs.as_ref();
    let configs = configs.expect("one of the two is required");
    let choose = |checked: &Checked, state: &State| arguments.choice.scope(checked, state);
    LoadedProposal::from_files(configs, db, choose, now)
}

/// Applies the plan once nothing refuses it and it is confirmed.
fn carry_out(
    arguments: &ApplyArgs,
    proposal: &LoadedProposal,
    plan: &Plan,
    context: &mut VerbContext,
) -> Result<Applied, CliError> {
    let LoadedProposal { review, store, .. } = proposal;
    if let Some(refusal) = arguments.safeguards.refusal(proposal, context)? {
        return Err(CliError::RefusedPlan {
            refusal,
            consequence: "; nothing was applied",
        });
    }
    let confirmation = review.confirmation_on(&proposal.evidence);
    let mut reason = arguments.reason.clone();
    if arguments.yes && confirmation.needs_reason() && reason.is_none() {
        return Err(CliError::NoReason { is_asked: false });
    }
    let is_asked = !review.changes.is_empty() && !arguments.yes;
    if is_asked {
        if !context.can_ask() {
            return Err(CliError::NoTerminal);
        }
        // The person must see the plan before confirming it.
        if arguments.format == ReportFormat::Json || !context.out.is_terminal {
            show_plan(proposal, &mut context.err)?;
        }
        reason = confirm(confirmation, reason, context)?;
    }
    // A person or a gate may have taken long.
    if (is_asked || arguments.safeguards.has_gate())
        && let Some(configs) = &arguments.proposed.configs
        && config::read_sources(configs)?.digest != review.config_digest
    {
        return Err(CliError::StaleFiles);
    }
    let author = author(arguments, review, reason, context);
    Ok(store.apply(plan, &author)?)
}

/// Returns who applies, and why. A plan without changes isn't journaled.
fn author(
    arguments: &ApplyArgs,
    review: &Review,
    reason: Option<String>,
    context: &VerbContext,
) -> Author {
    let configs = arguments.proposed.configs.as_deref();
    let configs = configs.filter(|_| !review.changes.is_empty());
    let git = configs.and_then(context.git_commit);
    Author {
        reason,
        ticket: arguments.ticket.clone(),
        git,
        // The time of the apply, not of the start: the confirmation may have taken long.
        ..Author::new((context.actor)(), (context.clock)())
    }
}

/// What an apply did.
#[derive(Serialize)]
struct ApplyReport<'a> {
    format_version: u32,
    applied: usize,
    journal_id: Option<i64>,
    plan_id: &'a PlanId,
    revision: &'a Revision,
}

/// An apply that was refused.
#[derive(Serialize)]
struct ApplyRefusal<'a> {
    format_version: u32,
    applied: usize,
    journal_id: Option<i64>,
    /// The entry that applied the plan earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_as: Option<i64>,
    reason: &'static str,
    diagnostics: Vec<&'a Diagnostic>,
}

/// Returns the error; a program that asked for JSON gets a document as well.
fn refuse(
    format: ReportFormat,
    diagnostics: Vec<&Diagnostic>,
    error: CliError,
    context: &mut VerbContext,
) -> Result<Exit, CliError> {
    if format == ReportFormat::Json
        && let Some(reason) = error.refusal()
    {
        context.write_json(&ApplyRefusal {
            format_version: FORMAT_VERSION,
            applied: 0,
            journal_id: None,
            applied_as: error.applied_as(),
            reason,
            diagnostics,
        })?;
    }
    Err(error)
}

/// Reports what was applied.
fn report(
    format: ReportFormat,
    plan: &Review,
    applied: &Applied,
    context: &mut VerbContext,
) -> Result<(), CliError> {
    match (format, applied.journal_id) {
        (ReportFormat::Json, journal_id) => context.write_json(&ApplyReport {
            format_version: FORMAT_VERSION,
            applied: applied.applied,
            journal_id,
            plan_id: &plan.plan_id,
            revision: &applied.revision,
        })?,
        // The plan's last line already said that there are no changes.
        (ReportFormat::Human, None) => {}
        (ReportFormat::Human, Some(journal_id)) => {
            let changes = counted(applied.applied, "change", "changes");
            writeln!(context.out, "Applied {changes} (journal {journal_id})")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufReader, Read};
    use std::path::Path;

    use clap::Parser;
    use jiff::Timestamp;
    use tempfile::TempDir;

    use super::*;
    use crate::cli::context::OutputStream;
    use crate::cli::process::dispatch;
    use crate::cli::show::TextStyle;
    use crate::environment::Environment;
    use crate::holding;
    use crate::store::{JournalQuery, SqliteStore, StateStore};

    /// A user at a terminal, who does something before answering.
    struct Person<'a> {
        before: Option<Box<dyn FnOnce() + 'a>>,
        answer: &'a [u8],
    }

    impl Read for Person<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if let Some(before) = self.before.take() {
                before();
            }
            self.answer.read(buffer)
        }
    }

    fn example(version: &str) -> String {
        format!("{}/examples/configs/{version}", env!("CARGO_MANIFEST_DIR"))
    }

    /// Applies at a terminal; returns the exit code and the contents of both streams.
    fn apply(
        configs: &str,
        db: &Path,
        format: &str,
        before: impl FnOnce(),
        answer: &str,
    ) -> (u8, String, String) {
        apply_with(configs, db, &["--format", format], before, answer)
    }

    /// The same with these options.
    fn apply_with(
        configs: &str,
        db: &Path,
        options: &[&str],
        before: impl FnOnce(),
        answer: &str,
    ) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let style = TextStyle {
            is_colored: false,
            width: 80,
            is_cut: true,
        };
        let person = Person {
            before: Some(Box::new(before)),
            answer: answer.as_bytes(),
        };
        let mut context = VerbContext {
            now: Timestamp::UNIX_EPOCH,
            clock: || Timestamp::constant(60, 0),
            actor: &|| "ada@example".to_owned(),
            git_commit: &|_| None,
            current_dir: PathBuf::new(),
            environment: Environment(&|_| None),
            terminal_size: None,
            input_is_terminal: true,
            input: Box::new(BufReader::new(person)),
            out: OutputStream::new(&mut out, style, true),
            err: OutputStream::new(&mut err, style, true),
        };
        let db = db.to_str().expect("a path in UTF-8");
        let line = ["avos", "apply", "--configs", configs, "--db", db];
        let line = line.iter().chain(options);
        let arguments = crate::cli::AvosArgs::try_parse_from(line).expect("a command line");
        let code = dispatch(&arguments, &mut context);
        drop(context);
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (code, text(out), text(err))
    }

    fn place() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let db = dir.path().join("avos.db");
        (dir, db)
    }

    #[test]
    fn additions_take_a_yes_and_anything_else_changes_nothing() {
        let (_dir, db) = place();
        for answer in ["\n", "n\n", "no\n", "yessir\n"] {
            let (code, out, err) = apply(&example("v1"), &db, "human", || {}, answer);
            assert_eq!(code, 1);
            assert!(!out.contains("Applied"), "{out}");
            insta::allow_duplicates! {
                insta::assert_snapshot!(err, @"
                Apply these changes? [y/N] error: nothing was applied: not confirmed
                help: run the command again to confirm
                ");
            }
            assert!(!db.exists());
        }
        let (code, out, _) = apply(&example("v1"), &db, "human", || {}, "y\n");
        assert_eq!(code, 0);
        assert!(out.ends_with("\nApplied 5 changes (journal 1)\n"), "{out}");
        let history = SqliteStore::new(&db)
            .journal(JournalQuery::All)
            .expect("a journal");
        assert_eq!(history[0].actor, "ada@example");
        assert_eq!(history[0].applied_at, Timestamp::constant(60, 0));
    }

    #[test]
    fn a_loss_takes_the_typed_name() {
        let (_dir, db) = place();
        apply(&example("v1"), &db, "human", || {}, "y\n");
        let (code, _, err) = apply(&example("v2"), &db, "human", || {}, "y\n");
        assert_eq!(code, 1);
        assert!(err.starts_with("Type all to apply: error:"), "{err}");
        let (code, out, _) = apply(&example("v2"), &db, "human", || {}, "all\r\n");
        assert_eq!(code, 0);
        assert!(out.ends_with("\nApplied 3 changes (journal 2)\n"), "{out}");
    }

    #[test]
    fn a_document_stays_alone_on_standard_output() {
        let (_dir, db) = place();
        let (code, out, err) = apply(&example("v1"), &db, "json", || {}, "y\n");
        assert_eq!(code, 0);
        let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(document["applied"], 5);
        assert!(err.contains("create layer"), "the plan is shown: {err}");
        assert!(err.ends_with("Apply these changes? [y/N] "), "{err}");
    }

    #[test]
    fn a_database_that_changed_meanwhile_is_left_alone() {
        let (_dir, db) = place();
        apply(&example("v1"), &db, "human", || {}, "y\n");
        let other = || {
            apply(&example("v2"), &db, "human", || {}, "all\n");
        };
        let (code, out, err) = apply(&example("v2"), &db, "json", other, "all\n");
        assert_eq!(code, 1);
        assert_eq!(
            out,
            "{\"format_version\":1,\"applied\":0,\"journal_id\":null,\"applied_as\":2,\"reason\":\"applied\",\"diagnostics\":[]}\n"
        );
        assert!(
            err.contains("error: Stale: the plan was applied already, as journal 2"),
            "{err}"
        );
        assert_eq!(
            SqliteStore::new(&db)
                .journal(JournalQuery::All)
                .expect("a journal")
                .len(),
            2
        );
    }

    #[test]
    fn an_apply_that_loses_a_race_says_that_nothing_was_applied() {
        let (_dir, db) = place();
        apply(&example("v1"), &db, "human", || {}, "y\n");
        let other = || {
            let store = SqliteStore::new(&db);
            let author = || Author::new("ada@host", Timestamp::UNIX_EPOCH);
            let id = "checkout_payment_v1".into();
            holding::hold(&store, &id, None, false, &author).expect("held");
        };
        let (code, _, err) = apply(&example("v2"), &db, "human", other, "all\n");
        assert_eq!(code, 1);
        let expected = "error: Stale: the database changed since the plan was made: layer \
                        `checkout_flow`; nothing was applied\nhelp: make a new plan and review it\n";
        assert!(err.ends_with(expected), "{err}");
    }

    #[test]
    fn files_that_changed_meanwhile_are_not_applied() {
        let (dir, db) = place();
        let configs = dir.path().join("configs");
        fs::create_dir(&configs).expect("a directory");
        let file = configs.join("checkout_flow.yml");
        let original = Path::new(&example("v1")).join("checkout_flow.yml");
        fs::copy(original, &file).expect("a copy");
        let text = fs::read_to_string(&file).expect("a file");
        let other = || fs::write(&file, text.replace("0.5", "0.6")).expect("a file");
        let configs = configs.to_str().expect("a path in UTF-8");
        let (code, _, err) = apply(configs, &db, "human", other, "y\n");
        assert_eq!(code, 1);
        assert!(
            err.contains("error: Stale: the files changed while waiting for confirmation; nothing"),
            "{err}"
        );
        assert!(!db.exists());
    }

    #[test]
    fn without_evidence_it_takes_the_name_and_a_reason() {
        let (dir, db) = place();
        assert_eq!(apply(&example("v1"), &db, "human", || {}, "y\n").0, 0);
        let configs = dir.path().join("configs");
        fs::create_dir(&configs).expect("a directory");
        let original = Path::new(&example("v1")).join("checkout_flow.yml");
        let text = fs::read_to_string(original).expect("a file");
        let text = text.replace("traffic_percentage: 0.5", "traffic_percentage: 0.6");
        fs::write(configs.join("checkout_flow.yml"), text).expect("a file");
        let configs = configs.to_str().expect("a path in UTF-8");
        let log = dir.path().join("log.db").display().to_string();
        rusqlite::Connection::open(&log)
            .and_then(|log| {
                log.execute_batch(
                    "CREATE TABLE user_assignments (unit_id, layer_id, slot_index, experiment_id, \
                     experiment_name, variant, status, assignment_timestamp)",
                )
            })
            .expect("a log");
        let ask = |options: &[&str], answer: &str| {
            let options = [&["--log", &log], options].concat();
            let (code, _, err) = apply_with(configs, &db, &options, || {}, answer);
            (code, err)
        };
        for answer in [
            "",
            "y\n",
            "checkout_payment_v1\n",
            "checkout_payment_v1\n  \n",
        ] {
            let (code, err) = ask(&[], answer);
            assert_eq!(code, 1, "{answer:?}: {err}");
            assert!(err.contains("error: nothing was applied"), "{err}");
        }
        let (code, err) = ask(&[], "checkout_payment_v1\n known \n");
        assert_eq!(code, 0);
        insta::assert_snapshot!(err, @"
        There is no evidence that the split of `checkout_payment_v1` holds.
        Type checkout_payment_v1 to apply: Reason for applying anyway (kept in the journal): 
        ");
        let entries = SqliteStore::new(&db).journal(JournalQuery::All);
        assert_eq!(
            entries.expect("a journal")[0].reason.as_deref(),
            Some("known")
        );
    }
}
