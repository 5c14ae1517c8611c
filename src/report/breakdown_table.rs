//! A split by the values of a further column: what each value has to do with a deviation.

use super::{Column, Table, aligned_percent};
use crate::diagnostic::quoted;
use crate::numbers::{counted, probability, thousands};
use crate::traffic::{Breakdown, ValueDeviation};

/// The most values that are shown. The others explain less.
const MAX_SHOWN: usize = 10;
/// What stands for NULL and for an empty text.
const NO_VALUE: &str = "(none)";

/// Returns a row for each of the values that explain most.
pub(crate) fn breakdown_table(breakdown: &Breakdown) -> Table {
    let mut table = Table::new(vec![
        Column::text("value"),
        Column::number("units"),
        Column::number("of all"),
        Column::number("explains"),
        Column::number("p alone"),
        Column::number("p without"),
    ]);
    let units = |value: &ValueDeviation| value.units.iter().sum::<u64>();
    let all = breakdown.units.max(1) as f64;
    for value in breakdown.values.iter().take(MAX_SHOWN) {
        let without = value.p_value_without.map_or(String::new(), probability);
        table.row([
            value.value.as_deref().unwrap_or(NO_VALUE).into(),
            thousands(units(value)).into(),
            aligned_percent(units(value) as f64 / all, 2).into(),
            // Below 0 the rest deviates even more: the value explains nothing.
            aligned_percent(value.explained.max(0.0), 2).into(),
            probability(value.corrected_p_value).into(),
            without.into(),
        ]);
    }
    table
}

/// Returns what was looked at, and what it comes to.
pub(crate) fn breakdown_words(column: &str, breakdown: &Breakdown) -> Vec<String> {
    let looked_at = breakdown.values.len() as u64;
    let values = counted(looked_at, "value", "values");
    let mut words = vec![format!(
        "by {}: {values}, p alone corrected for all of them",
        quoted(column)
    )];
    let hidden = looked_at.saturating_sub(MAX_SHOWN as u64);
    if hidden > 0 {
        words.push(format!("not shown: {}", counted(hidden, "value", "values")));
    }
    if breakdown.other_values > 0 {
        let others = counted(breakdown.other_values, "value", "values");
        words.push(format!("not looked at: {others} with fewer units"));
    }
    let most = breakdown.values.first();
    let most = most.and_then(|most| Some((most, most.p_value_without?)));
    if let Some((most, p_value)) = most {
        let value = most.value.as_deref().unwrap_or(NO_VALUE);
        let condition = quoted(&format!("{column} = {value}"));
        words.push(format!("without {condition}: p {}", probability(p_value)));
    }
    words
}
