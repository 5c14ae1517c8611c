//! A service that assigns units without a database and without a console: layer files in,
//! variants out.
//!
//! `cargo run --no-default-features --example service_assign`
//!
//! It needs the library alone, without its default features. A real service reads its state with
//! `avos::store::SqliteStore` (feature `store`), or builds it at deployment as here.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use avos::assign::{Assigner, Groups};
use avos::config;
use avos::domain::{HashAlgorithm, LayerId, State};
use avos::plan::{Scope, plan_changes};
use jiff::Timestamp;

fn main() -> Result<(), Box<dyn Error>> {
    // The time of an assignment is always a parameter; here it is fixed, so that the output is too.
    let at: Timestamp = "2026-01-01T00:00:00Z".parse()?;

    // 1. Files to checked values. A service should refuse to start with an error in its files.
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs/v1");
    let checked = config::check_sources(&config::read_sources(&dir)?, at);
    if checked.has_errors() {
        return Err("the layer files have errors: `avos validate` shows them".into());
    }

    // 2. A plan from nothing gives the state that an apply to a new database would give.
    let nothing = State::empty(HashAlgorithm::Sha256);
    let planned = plan_changes(&checked.desired, &nothing, &Scope::All, at);
    let state = nothing.with_layers(planned.after);

    // 3. Compiled once, then shared by all threads. Each answer is two hashes and no lock.
    let assigner = Assigner::new(&state);
    let layer = LayerId::from("homepage_hero");
    let mut out = io::stdout().lock();
    for unit in ["user_1", "user_2", "user_3", "user_4"] {
        let assignment = assigner.assign(&layer, unit, &Groups::default(), at)?;
        let variant = assignment.variant.map_or("-", |name| name.as_str());
        let experiment = assignment.experiment_id.map_or("-", |id| id.as_str());
        writeln!(
            out,
            "{unit}: slot {}, {experiment}, {variant} ({})",
            assignment.slot_index, assignment.status
        )?;
    }
    Ok(())
}
