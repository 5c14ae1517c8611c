//! How units spread over a layer.

use crate::assign::Simulation;
use crate::cli::preview::Measured;
use crate::diagnostic::visible;
use crate::domain::LayerId;

use super::{Column, Look, Tint, arms, cut, percent, tests, thousands};

/// The layer, its experiments with their arms and tests, and how many units got nothing. Nothing
/// here is an alarm: a fixed hash is tested, not traffic.
pub(in crate::cli) fn preview(
    layer: &LayerId,
    when: Option<&str>,
    simulation: &Simulation,
    measured: &[Measured],
    look: Look,
) -> String {
    let when = when.map_or(String::new(), |when| format!("{when}, "));
    let total = units(simulation.total_units);
    let mut text = format!(
        "{}  {when}{}: {total}\n",
        headline(layer.as_str(), look),
        look.paint(Tint::Doubtful, "simulated"),
    );
    for measured in measured {
        text.push('\n');
        text.push_str(&experiment(measured, look));
    }
    let assigned = simulation.assigned();
    text.push_str(&format!(
        "\n{} of {total} assigned, {}; {} unassigned\n",
        thousands(assigned),
        percent(simulation.assignment_rate()),
        thousands(simulation.total_units - assigned),
    ));
    if simulation.group_errors > 0 {
        text.push_str(&format!(
            "{} of them on an experiment that doesn't know the group given\n",
            thousands(simulation.group_errors)
        ));
    }
    text
}

fn experiment(measured: &Measured, look: Look) -> String {
    let rows = measured.rows();
    let total = rows.iter().map(|arm| arm.observed).sum();
    let tests = match &measured.srm {
        Some(srm) => tests(srm, look),
        None if total == 0 => "not tested: it got no units\n".to_owned(),
        None => "not tested: drawn afresh by every run\n".to_owned(),
    };
    format!(
        "{}  {}\n{}{tests}",
        headline(&measured.key, look),
        units(total),
        arms(Column::text("variant"), &rows, look),
    )
}

/// A name that stands out, cut so that something fits beside it.
fn headline(name: &str, look: Look) -> String {
    let name = visible(name);
    look.paint(Tint::Strong, &cut(&name, look.width / 2))
}

fn units(count: u64) -> String {
    let word = if count == 1 { "unit" } else { "units" };
    format!("{} {word}", thousands(count))
}
