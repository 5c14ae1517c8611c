//! How a layer's traffic splits, as text.

use crate::assign::Simulation;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::measured::Measured;
use crate::numbers::{counted, thousands};
use crate::report::{Role, measured_arms, percent};

use super::{Column, TextStyle, arms, cut, tests};

/// An experiment, or one of its groups, under the name that it is counted by.
#[derive(Debug)]
pub(in crate::cli) struct Keyed {
    /// The name, as it is in the database.
    pub(in crate::cli) key: String,
    /// Its counts, with their test unless there is nothing to test: no unit, or a `random`
    /// splitter.
    pub(in crate::cli) measured: Measured,
}

/// Returns the layer, its experiments with their arms and tests, and the number of units without a
/// variant. Nothing here is an alarm: a fixed hash is tested, not traffic.
pub(in crate::cli) fn preview(
    layer: &LayerId,
    when: Option<&str>,
    simulation: &Simulation,
    entries: &[Keyed],
    style: TextStyle,
) -> String {
    let when = when.map_or(String::new(), |when| format!("{when}, "));
    let total = counted(simulation.total_units, "unit", "units");
    let mut text = format!(
        "{}  {when}{}: {total}\n",
        headline(layer.as_str(), style),
        style.paint(Role::Warning, "simulated"),
    );
    for entry in entries {
        text.push('\n');
        text.push_str(&experiment(entry, style));
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
            "{} of them in an experiment that doesn't have the given group\n",
            thousands(simulation.group_errors)
        ));
    }
    text
}

fn experiment(Keyed { key, measured }: &Keyed, style: TextStyle) -> String {
    let total = measured.units();
    let tests = match &measured.srm {
        Some(srm) => tests(srm, None, style),
        None if total == 0 => "not tested: no units\n".to_owned(),
        None => "not tested: drawn at random in every run\n".to_owned(),
    };
    format!(
        "{}  {}\n{}{tests}",
        headline(key, style),
        counted(total, "unit", "units"),
        arms(Column::text("variant"), &measured_arms(measured), style),
    )
}

/// Returns a highlighted name, cut so that something fits beside it.
fn headline(name: &str, style: TextStyle) -> String {
    let name = visible(name);
    style.paint(Role::Strong, &cut(&name, style.room(style.width / 2)))
}
