//! What `plan` and `apply` check of a plan besides its errors: the evidence of an exposure log, the conditions
//! of `--fail-on`, and a team's own command.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::context::{OutputStream, VerbContext};
use super::error::CliError;
use super::fail_on::{FailOn, breaches};
use super::gate::{GATE_PATIENCE, GateVerdict, run_gate};
use super::inputs::LoadedProposal;
use super::log_counts::count_log;
use super::options::words;
use super::show::utc;
use crate::console::setup::Setup;
use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::exposure::LogLocation;
use crate::json;
use crate::review::{Evidence, JudgedLog, Review, SavedPlan, WeighedEvidence, needing_evidence};
use crate::timeline::{Timeline, read_never_active};
use crate::traffic::{JudgeOptions, judge};

/// The options of both verbs.
#[derive(Debug, clap::Args)]
pub(super) struct SafeguardArgs {
    /// The exposure log, as for `srm`: evidence for ramp-ups, and for completions with a winner
    #[arg(long, value_name = "FILE")]
    log: Option<LogLocation>,
    /// Refuse a plan that makes units move or has warnings, or whose layers another program changed:
    /// switching, leaving, joining, joining=SHARE (more than this share of a layer, like 0.5 or 50%),
    /// warnings, drift; with --log, or a plan saved with it, also a ramp-up or a winner on a split that
    /// doesn't hold: mismatch, lost, anomalies, no-evidence; can be repeated
    #[arg(long, value_name = "CONDITION", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// A command of yours that decides on plans with changes: it gets the plan as JSON on its standard
    /// input and has 30 s; only exit code 0 lets it pass
    #[arg(long, value_name = "COMMAND", value_parser = words)]
    gate: Option<String>,
    /// Settings to use instead of ~/.config/avos/settings.yml, for the judgment of --log
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl SafeguardArgs {
    /// Whether a gate is asked, which may take long.
    pub(super) fn has_gate(&self) -> bool {
        self.gate.is_some()
    }

    /// Returns the path of the log, if it is one.
    pub(super) fn log_file(&self) -> Option<&Path> {
        self.log.as_ref().and_then(LogLocation::path)
    }

    /// Judges the log, if one is given, and weighs the evidence for the plan: that of the log, else what was
    /// sealed into a saved plan.
    ///
    /// The log is read only for a plan that needs evidence: nothing else waits for it, or is stopped by it.
    pub(super) fn weigh(
        &self,
        proposal: &mut LoadedProposal,
        context: &mut VerbContext,
    ) -> Result<(), CliError> {
        let sealed = proposal.review.evidence.as_deref();
        if self.log.is_none() && sealed.is_none() && self.fail_on.iter().any(|it| it.needs_log()) {
            return Err(CliError::NoLog);
        }
        let fresh = match &self.log {
            Some(log) => Some(self.judge(log, proposal, context)?),
            None => None,
        };
        let Some(evidence) = fresh.as_deref().or(sealed) else {
            return Ok(());
        };
        if !evidence.is_empty() {
            let max_age = self.setup(context)?.settings.evidence_max_age;
            let now = (context.clock)();
            let weighed = evidence.iter();
            let weighed = weighed.map(|it| WeighedEvidence::new(it, now, max_age));
            proposal.evidence = weighed.collect();
        }
        // A saved plan stays as it was sealed.
        if let Some(fresh) = fresh.filter(|_| !proposal.is_saved) {
            proposal.review.seal_evidence(fresh);
        }
        Ok(())
    }

    /// Without a log, seals the evidence of the plan that is renewed into the new one. It counts as in the
    /// old plan, so it ages; and it must cover every change that needs some.
    pub(super) fn keep_evidence(
        &self,
        renewed: &SavedPlan,
        proposal: &mut LoadedProposal,
        context: &mut VerbContext,
    ) -> Result<(), CliError> {
        let (None, Some(sealed)) = (&self.log, renewed.evidence()) else {
            return Ok(());
        };
        let changes = &proposal.review.changes;
        let mut kept: Vec<Evidence> = Vec::new();
        let mut lacking: Vec<ExperimentId> = Vec::new();
        for (layer_id, id) in needing_evidence(changes) {
            let mut sealed = sealed.iter();
            match sealed.find(|it| it.layer_id == *layer_id && it.experiment_id == *id) {
                Some(evidence) => kept.push(evidence.clone()),
                None => lacking.push(id.clone()),
            }
        }
        if !lacking.is_empty() {
            let never_active = read_never_active(&*proposal.store)?;
            lacking.retain(|id| !never_active.contains(id));
        }
        let renewed = renewed.plan_id().short().to_owned();
        if !lacking.is_empty() {
            return Err(CliError::NoEvidenceToKeep { renewed, lacking });
        }
        if let Some(judged) = kept.iter().map(|evidence| evidence.at).min() {
            writeln!(
                context.err,
                "warning: no `--log` is given, so the evidence is that of plan {renewed}, judged at {}",
                utc(judged)
            )?;
        }
        proposal.review.seal_evidence(kept);
        Ok(())
    }

    fn setup(&self, context: &VerbContext) -> Result<Setup, CliError> {
        Ok(Setup::find(self.settings.as_deref(), context.environment)?)
    }

    fn judge(
        &self,
        log: &LogLocation,
        proposal: &LoadedProposal,
        context: &mut VerbContext,
    ) -> Result<Vec<Evidence>, CliError> {
        let changes = &proposal.review.changes;
        if needing_evidence(changes).is_empty() {
            return Ok(Vec::new());
        }
        let setup = self.setup(context)?;
        let log = setup.log(log.clone(), context.environment)?;
        let settings = setup.settings;
        let counts = count_log(&log, None, context)?;
        // After the log, so that the journal has every apply that a logged row can follow.
        let (snapshot, entries) = proposal.store.snapshot_with_journal()?;
        let timeline = Timeline::new(&snapshot.state, &entries);
        let at: Timestamp = (context.clock)();
        // As the console judges, so that both say the same.
        let mut options = JudgeOptions::new(settings.srm.alarm_at, at);
        options.least_deviation = settings.srm.least_deviation / 100.0;
        let traffic = judge(counts.summary(), &timeline, &options);
        let judged = JudgedLog {
            traffic: &traffic,
            never_active: &timeline.never_active(),
            at,
            max_age: settings.evidence_max_age,
        };
        Ok(judged.evidence(changes))
    }

    /// Returns why the plan may not be applied, although it has no errors.
    pub(super) fn refusal(
        &self,
        proposal: &LoadedProposal,
        context: &mut VerbContext,
    ) -> Result<Option<PlanRefusal>, CliError> {
        let review = &proposal.review;
        if let Some(breaches) = breaches(&self.fail_on, proposal) {
            return Ok(Some(PlanRefusal::FailOn(breaches)));
        }
        let is_asked = review.is_applicable && !review.changes.is_empty();
        match &self.gate {
            Some(gate) if is_asked => ask_gate(gate, review, &mut context.err),
            _ => Ok(None),
        }
    }
}

/// Why a plan without errors is refused.
#[derive(Clone, Debug)]
pub(super) enum PlanRefusal {
    /// It violates these conditions.
    FailOn(String),
    /// The command didn't let it pass.
    Gate(String),
}

impl PlanRefusal {
    /// Returns the option that refuses it.
    pub(super) fn option(&self) -> &'static str {
        match self {
            Self::FailOn(_) => "--fail-on",
            Self::Gate(_) => "--gate",
        }
    }

    /// Returns the reason.
    pub(super) fn reason(&self) -> &str {
        match self {
            Self::FailOn(reason) | Self::Gate(reason) => reason,
        }
    }
}

/// Lets the command decide on exactly this plan.
fn ask_gate(
    gate: &str,
    review: &Review,
    screen: &mut OutputStream,
) -> Result<Option<PlanRefusal>, CliError> {
    let mut document = Vec::new();
    json::write(&mut document, &review.to_report()).map_err(io::Error::from)?;
    document.push(b'\n');
    let mut lines = GateLines {
        screen,
        line: Vec::new(),
        shown: String::new(),
    };
    let asked = run_gate(gate, document, GATE_PATIENCE, &mut |bytes| {
        lines.write(bytes)
    });
    lines.end()?;
    let command = visible(gate);
    Ok(match asked.map_err(CliError::Gate)? {
        GateVerdict::Passed => None,
        GateVerdict::Failed(status) => {
            let end = match status.code() {
                Some(code) => format!("exited with {code}"),
                None => "was ended by a signal".to_owned(),
            };
            Some(PlanRefusal::Gate(format!("`{command}` {end}")))
        }
        GateVerdict::TimedOut => Some(PlanRefusal::Gate(format!(
            "`{command}` didn't end within {} s, so it was killed",
            GATE_PATIENCE.as_secs()
        ))),
    })
}

/// Lines of a gate that are longer are broken.
const LONGEST_GATE_LINE: usize = 4096;

/// What a gate writes, line by line, safe for a terminal.
struct GateLines<'a, 'w> {
    screen: &'a mut OutputStream<'w>,
    /// The line so far.
    line: Vec<u8>,
    /// Whole lines that aren't on the screen yet: one by one, many short ones would take minutes.
    shown: String,
}

impl GateLines<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            if *byte != b'\n' {
                self.line.push(*byte);
            }
            if *byte == b'\n' || self.line.len() >= LONGEST_GATE_LINE {
                self.show();
            }
        }
        self.flush()
    }

    fn end(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.show();
        }
        self.flush()
    }

    fn show(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
        self.shown.push_str("gate: ");
        self.shown.push_str(&visible(&line));
        self.shown.push('\n');
    }

    fn flush(&mut self) -> io::Result<()> {
        self.screen.write_all(self.shown.as_bytes())?;
        self.shown.clear();
        self.screen.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::TextStyle;

    #[test]
    fn what_a_gate_writes_is_shown_line_by_line_and_safe() {
        let style = TextStyle {
            is_colored: false,
            width: 80,
            is_cut: false,
        };
        let mut shown = Vec::new();
        let mut screen = OutputStream::new(&mut shown, style, true);
        let mut lines = GateLines {
            screen: &mut screen,
            line: Vec::new(),
            shown: String::new(),
        };
        for bytes in [&b"one\r\n\ntw"[..], b"o \x1b[31m\xff", b"", b"\nend"] {
            lines.write(bytes).expect("written");
        }
        lines.write(&[b'x'; LONGEST_GATE_LINE]).expect("written");
        lines.end().expect("written");
        drop(screen);
        let shown = String::from_utf8(shown).expect("text");
        let (short, long) = shown.split_at(shown.find("gate: end").expect("a line"));
        assert_eq!(short, "gate: one\ngate: \ngate: two \\u{1b}[31m\u{fffd}\n");
        assert_eq!(long.lines().map(str::len).collect::<Vec<_>>(), [4102, 9]);
    }
}
