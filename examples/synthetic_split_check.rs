//! A ramp from 0.3 to 0.5 of 0.6 reserved over 5,000 invented units: who stays, who joins, and
//! whether they split as they should.
//!
//! `cargo run --no-default-features --example synthetic_split_check`

use std::error::Error;
use std::io::{self, Write};

use avos::assign::{Assigner, Groups, UnitSample};
use avos::config::{self, SourceFile, Sources};
use avos::domain::{HashAlgorithm, LayerId, State, VariantName};
use avos::plan::{Scope, plan_changes};
use avos::srm;
use jiff::Timestamp;

const UNITS: u64 = 5_000;

/// The layer with this share of it active.
fn layer_file(traffic: f64) -> String {
    format!(
        "\
layer_id: checkout
layer_salt: checkout_2026
total_slots: 1000
experiments:
  - experiment_id: one_page
    layer_id: checkout
    name: One page
    variants: [control, one_page]
    traffic_allocation: {{control: 0.5, one_page: 0.5}}
    status: active
    traffic_percentage: {traffic}
    reserved_percentage: 0.6
"
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// The whole check; what it writes is always the same.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let at: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let nothing = State::empty(HashAlgorithm::Sha256);
    let before = planned(&nothing, 0.3, at)?;
    let after = planned(&before, 0.5, at)?;

    let (old, new) = (Assigner::new(&before), Assigner::new(&after));
    let mut moves = Moves::default();
    let mut counts = [0, 0];
    let mut sample = UnitSample::new(UNITS);
    for unit in sample.next_units(usize::MAX) {
        let (old, new) = (variant(&old, unit, at)?, variant(&new, unit, at)?);
        moves.add(old, new);
        match new.map(VariantName::as_str) {
            Some("control") => counts[0] += 1,
            Some(_) => counts[1] += 1,
            None => {}
        }
    }

    let Moves { stay, join, lose } = moves;
    let share = |count: u64| 100.0 * count as f64 / UNITS as f64;
    writeln!(
        out,
        "{UNITS} units, traffic from 0.3 to 0.5 of 0.6 reserved"
    )?;
    writeln!(out, "stay   {stay:>5}  {:>5.1}%, expected 30%", share(stay))?;
    writeln!(out, "join   {join:>5}  {:>5.1}%, expected 20%", share(join))?;
    writeln!(out, "lose   {lose:>5}  nobody may lose or change a variant")?;
    let srm = srm::test_counts(&counts, &[0.5, 0.5], 0.05)?;
    for (name, (count, expected)) in ["control", "one_page"]
        .iter()
        .zip(counts.iter().zip(&srm.expected_counts))
    {
        writeln!(out, "{name:<8} {count:>5} units, expected {expected}")?;
    }
    let verdict = if srm.reject_null {
        "they don't"
    } else {
        "nothing says that they don't"
    };
    writeln!(
        out,
        "Do they split as they should? p = {:.3}: {verdict}",
        srm.p_value
    )?;
    if lose > 0 || srm.reject_null {
        return Err("the split isn't what it should be".into());
    }
    Ok(())
}

/// What happens to units.
#[derive(Default)]
struct Moves {
    stay: u64,
    join: u64,
    lose: u64,
}

impl Moves {
    fn add(&mut self, old: Option<&VariantName>, new: Option<&VariantName>) {
        match (old, new) {
            (None, None) => {}
            (None, Some(_)) => self.join += 1,
            (old, new) if old == new => self.stay += 1,
            _ => self.lose += 1,
        }
    }
}

/// The state after an apply of the layer with this share of it active.
fn planned(state: &State, traffic: f64, at: Timestamp) -> Result<State, Box<dyn Error>> {
    let file = SourceFile {
        name: "checkout.yml".to_owned(),
        content: Ok(layer_file(traffic).as_str().into()),
    };
    let checked = config::check_sources(&Sources::new(".", vec![file]), at);
    let outcome = plan_changes(&checked.desired, state, &Scope::All, at);
    if checked.has_errors() || !outcome.violations.is_empty() {
        return Err("the layer file has errors".into());
    }
    Ok(state.with_layers(outcome.after))
}

fn variant<'a>(
    assigner: &'a Assigner,
    unit: &'a str,
    at: Timestamp,
) -> Result<Option<&'a VariantName>, Box<dyn Error>> {
    let layer = LayerId::from("checkout");
    Ok(assigner
        .assign(&layer, unit, &Groups::default(), at)?
        .variant)
}
