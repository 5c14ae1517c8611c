//! A service on a database while its experiments change: v1 is served and logged, the log is counted,
//! v2 is planned, applied and swapped in, and the units are compared with what the plan said of them.
//!
//! `cargo run --example service_workflow`
//!
//! It needs the library with its feature `store` alone.

use std::error::Error;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use avos::assign::{Assigner, Assignment, Groups, UnitSample, simulate};
use avos::config;
use avos::domain::{LayerId, State};
use avos::exposure::{AssignmentLogger, CountOptions, ExposureCounter, FileLogger, LoggerOptions};
use avos::live::LiveAssigner;
use avos::plan::Scope;
use avos::review::Review;
use avos::store::{Author, Snapshot, SqliteStore, StateStore};
use jiff::Timestamp;

/// How many units visit.
const UNITS: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// The whole story. Times are fixed, so what it writes is always the same.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let home = tempfile::tempdir()?;
    let store = SqliteStore::new(home.path().join("avos.db"));
    let layer = LayerId::from("homepage_hero");

    // 1. The first version goes to a new database. `avos apply` and the console do the same.
    let at: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let (review, _) = reviewed("v1", &Snapshot::empty().state, at)?;
    apply(&store, &review, at, out)?;

    // 2. The service opens the database once and shares this with all of its threads.
    let live = LiveAssigner::open(store.clone())?;
    let assigner = live.current();
    let log = home.path().join("exposures.db");
    let logger = FileLogger::open(&log, LoggerOptions::default())?;
    for (layer_id, answer) in assigner.assign_all_layers("user_1", &Groups::default(), at) {
        let answer = answer?;
        // What is about to be shown is logged; this does no I/O.
        logger.log_assignments(&[answer], at)?;
        writeln!(out, "user_1 in {layer_id}: {}", shown(&answer))?;
    }
    writeln!(
        out,
        "\n{}",
        assigner.explain(&layer, "user_1", &Groups::default(), at)?
    )?;

    // 3. How would traffic split? Invented units test the hash and the shares, not the service.
    writeln!(out, "\nPreview of {layer} with {UNITS} units:")?;
    let preview = simulate(&assigner, &layer, UNITS, &Groups::default(), at, &|| false)?;
    for experiment in preview.iter().flat_map(|preview| &preview.experiments) {
        for (variant, count) in &experiment.counts {
            writeln!(out, "  {}:{variant} {count}", experiment.experiment_id)?;
        }
    }

    // 4. How does it split? Each unit is counted once, however often it comes.
    serve(&assigner, &layer, &logger, at)?;
    logger.close()?;
    writeln!(out, "\nThe log of what they got:")?;
    write_counts(&log, out)?;

    // 5. The second version is planned: nothing is written yet, and what it does is known.
    let at: Timestamp = "2026-02-01T00:00:00Z".parse()?;
    let (review, after) = reviewed("v2", &store.snapshot()?.state, at)?;
    writeln!(out, "\nv2 would do to units, in per cent of their layer:")?;
    for impact in &review.impact {
        let percent = [
            impact.units_kept,
            impact.units_joining,
            impact.units_leaving,
            impact.units_switching,
        ];
        let [kept, joining, leaving, switching] = percent.map(|share| share * 100.0);
        writeln!(
            out,
            "  {}: {kept} keep, {joining} join, {leaving} leave, {switching} switch",
            impact.layer_id
        )?;
    }
    let planned = Assigner::new(&after);

    // 6. It is applied. The service answers as before until it looks; then from the new state.
    apply(&store, &review, at, out)?;
    let before = live.current();
    writeln!(out, "Another state: {}", live.refresh(at)?)?;
    let now = live.current();

    // 7. Who switched? Whoever the plan said.
    let (mut kept, mut left, mut switched) = (0, 0, 0);
    let mut sample = UnitSample::new(UNITS);
    for unit in sample.next_units(usize::MAX) {
        let answer = |assigner| answer(assigner, &layer, unit, at);
        let (old, new) = (answer(&before)?, answer(&now)?);
        if new != answer(&planned)? {
            return Err(format!("{unit} doesn't get what was planned").into());
        }
        match (old.as_deref(), new.as_deref()) {
            (Some(old), Some(new)) if old == new => kept += 1,
            (Some(old), Some(new)) => {
                if switched < 3 {
                    writeln!(out, "  {unit}: {old} → {new}")?;
                }
                switched += 1;
            }
            (Some(_), None) => left += 1,
            (None, _) => {}
        }
    }
    writeln!(
        out,
        "Of {UNITS} units in {layer}, {kept} keep their variant, {left} left, {switched} switched."
    )?;
    Ok(())
}

/// The units visit, and every answer is logged. A service does this as in step 2, in its requests.
fn serve(
    assigner: &Assigner,
    layer: &LayerId,
    logger: &dyn AssignmentLogger,
    at: Timestamp,
) -> Result<(), Box<dyn Error>> {
    let mut sample = UnitSample::new(UNITS);
    for unit in sample.next_units(usize::MAX) {
        let answer = assigner.assign(layer, unit, &Groups::default(), at)?;
        logger.log_assignments(&[answer], at)?;
    }
    Ok(())
}

/// What the log says: units per arm, and answers without a variant. `avos srm --log` judges the
/// same counts; another refresh would read only the rows that are new.
fn write_counts(log: &Path, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut counts = ExposureCounter::new(log, CountOptions::default());
    counts.refresh(|_| ControlFlow::Continue(()))?;
    for arm in counts.summary().arms() {
        writeln!(
            out,
            "  {}:{} units {}, answers {}",
            arm.experiment_id, arm.variant, arm.units, arm.exposures
        )?;
    }
    for status in counts.summary().statuses() {
        writeln!(out, "  {}: answers {}", status.status, status.exposures)?;
    }
    Ok(())
}

/// The review of one of the example directories on this state, and the state that would come of it.
fn reviewed(
    version: &str,
    state: &State,
    at: Timestamp,
) -> Result<(Review, State), Box<dyn Error>> {
    let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs");
    let sources = config::read_sources(&configs.join(version))?;
    let checked = config::check_sources(&sources, at);
    let (review, after) = Review::new(&sources, &checked, state, &Scope::All, at);
    Ok((review, state.with_layers(after)))
}

fn apply(
    store: &dyn StateStore,
    review: &Review,
    at: Timestamp,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let plan = review.plan().ok_or("an error stands in the way")?;
    let applied = store.apply(&plan, &Author::new("example@localhost", at))?;
    writeln!(out, "Applied {} changes", applied.applied)?;
    Ok(())
}

/// `experiment:variant` of a unit; none without a variant.
fn answer(
    assigner: &Assigner,
    layer: &LayerId,
    unit: &str,
    at: Timestamp,
) -> Result<Option<String>, Box<dyn Error>> {
    let answer = assigner.assign(layer, unit, &Groups::default(), at)?;
    let (experiment, variant) = (answer.experiment_id, answer.variant);
    Ok(experiment
        .zip(variant)
        .map(|(experiment, variant)| format!("{experiment}:{variant}")))
}

fn shown(assignment: &Assignment) -> String {
    let variant = assignment
        .variant
        .map_or("no variant", |variant| variant.as_str());
    format!(
        "slot {}, {variant} ({})",
        assignment.slot_index, assignment.status
    )
}
