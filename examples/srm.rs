//! Do units split as they should? First of counts, then of an exposure log in which an arm dies.
//!
//! `cargo run --no-default-features --features store --example srm`

use std::error::Error;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use avos::assign::{Assigner, Groups, UnitSample};
use avos::config::{self, SourceFile, Sources};
use avos::domain::{HashAlgorithm, LayerId, State};
use avos::exposure::{AssignmentLogger, CountOptions, ExposureCounter, FileLogger, LoggerOptions};
use avos::plan::{Scope, plan_changes};
use avos::srm;
use avos::timeline::Timeline;
use avos::traffic::{JudgeOptions, judge};
use jiff::{SignedDuration, Timestamp};

/// The level of all tests.
const ALPHA: f64 = 0.05;

const LAYER: &str = "\
layer_id: checkout
layer_salt: checkout_2026
experiments:
  - experiment_id: one_page
    layer_id: checkout
    name: One page
    variants: [control, one_page]
    traffic_allocation: {control: 0.5, one_page: 0.5}
    status: active
";

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// The whole example; what it writes is always the same.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    three_tests(&[5_000, 5_200], out)?;
    three_tests(&[1, 8], out)?;
    let home = tempfile::tempdir()?;
    let log = home.path().join("exposures.db");
    let start: Timestamp = "2026-05-04T12:00:00Z".parse()?;
    let state = state(start);
    serve(&state, &log, start)?;
    let now = start + SignedDuration::from_hours(1);
    verdict(&state, &log, now, out)
}

/// The three tests of counts that should be even.
fn three_tests(counts: &[u64; 2], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let srm = srm::test_counts(counts, &[0.5, 0.5], ALPHA)?;
    let exact = srm.exact_p_value;
    let exact = exact.map_or("not needed".to_owned(), |p| format!("{p:.4}"));
    let [a, b] = counts;
    writeln!(out, "{a} against {b} units")?;
    writeln!(out, "  chi-squared  {:.4}", srm.p_value)?;
    writeln!(out, "  exact        {exact}")?;
    writeln!(out, "  sequential   {:.4}", srm.sequential.p_value)?;
    Ok(())
}

/// Serves 20 new units per minute for an hour. From 12:30 on nothing is logged for `one_page`, as if
/// its page had stopped to load.
fn serve(state: &State, log: &Path, start: Timestamp) -> Result<(), Box<dyn Error>> {
    let assigner = Assigner::new(state);
    let logger = FileLogger::open(log, LoggerOptions::default())?;
    let layer = LayerId::from("checkout");
    let mut units = UnitSample::new(60 * 20);
    for (number, unit) in (0..).zip(units.next_units(usize::MAX)) {
        let at = start + SignedDuration::from_secs(3 * number);
        let assignment = assigner.assign(&layer, unit, &Groups::default(), at)?;
        let is_dead = at >= start + SignedDuration::from_mins(30);
        if is_dead
            && assignment
                .variant
                .is_some_and(|it| it.as_str() == "one_page")
        {
            continue;
        }
        logger.log_assignments(&[assignment], at)?;
    }
    logger.close()?;
    Ok(())
}

/// What the log says.
fn verdict(
    state: &State,
    log: &Path,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let mut counts = ExposureCounter::new(log, CountOptions::default());
    counts.refresh(|_| ControlFlow::Continue(()))?;
    // With a database, state and journal come from `StateStore::snapshot_with_journal`.
    let options = JudgeOptions::new(ALPHA, now);
    let traffic = judge(counts.summary(), &Timeline::new(state, &[]), &options);
    let clock = |at: Timestamp| at.strftime("%H:%M:%S").to_string();
    for split in &traffic.splits {
        let tested = split.test.as_ref().map_err(|reason| *reason)?;
        writeln!(out, "\n{} in the log", split.experiment_id)?;
        for arm in &split.arms {
            let share = arm.fraction.unwrap_or_default();
            writeln!(
                out,
                "  {:<8}  {} units of a share of {share}",
                arm.variant, arm.units
            )?;
        }
        writeln!(
            out,
            "  sequential p, corrected as split {}: {:.1e}",
            tested.order, tested.corrected_p_value
        )?;
        if let Some(onset) = tested.onset {
            writeln!(out, "  began about {}", clock(onset.estimate))?;
        }
        if let Some(crossing) = tested.crossing {
            let (since, units) = (clock(crossing.since), crossing.units);
            writeln!(out, "  SRM: alarm since {since}, seen after {units} units")?;
        }
    }
    for anomaly in &traffic.anomalies {
        writeln!(out, "  {}: {}", anomaly.kind.code(), anomaly.message(clock))?;
    }
    Ok(())
}

/// A state in which the layer was applied.
fn state(at: Timestamp) -> State {
    let file = SourceFile {
        name: "checkout.yml".to_owned(),
        content: Ok(LAYER.into()),
    };
    let checked = config::check_sources(&Sources::new(".", vec![file]), at);
    let nothing = State::empty(HashAlgorithm::Sha256);
    let outcome = plan_changes(&checked.desired, &nothing, &Scope::All, at);
    nothing.with_layers(outcome.after)
}
