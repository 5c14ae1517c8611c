//! A split by the values of further columns: what each value has to do with a deviation.

use super::{Column, Table, aligned_percent};
use crate::diagnostic::{quoted, quoted_list};
use crate::numbers::{counted, probability, thousands};
use crate::traffic::{Breakdown, DimensionBreakdown, ValueDeviation};

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
    for (of, value) in breakdown.ranked().into_iter().take(MAX_SHOWN) {
        let without = value.p_value_without.map_or(String::new(), probability);
        let units: u64 = value.units.iter().sum();
        table.row([
            condition(of, value).into(),
            thousands(units).into(),
            aligned_percent(units as f64 / of.units.max(1) as f64, 2).into(),
            // Below 0 the rest deviates even more: the value explains nothing.
            aligned_percent(value.explained.max(0.0), 2).into(),
            probability(value.corrected_p_value).into(),
            without.into(),
        ]);
    }
    table
}

/// Returns what was looked at, and what it comes to.
pub(crate) fn breakdown_words(breakdown: &Breakdown) -> Vec<String> {
    let dimensions = &breakdown.dimensions;
    let looked_at: usize = dimensions.iter().map(|of| of.values.len()).sum();
    let mut words = vec![format!(
        "by {}: {}, p alone corrected for all of them",
        quoted_list(dimensions.iter().map(|of| &of.name)),
        counted(looked_at as u64, "value", "values")
    )];
    let hidden = looked_at.saturating_sub(MAX_SHOWN) as u64;
    if hidden > 0 {
        words.push(format!("not shown: {}", counted(hidden, "value", "values")));
    }
    let others: u64 = dimensions.iter().map(|of| of.other_values).sum();
    if others > 0 {
        let others = counted(others, "value", "values");
        words.push(format!("not looked at: {others} with fewer units"));
    }
    if let Some((of, most)) = breakdown.ranked().first()
        && let Some(p_value) = most.p_value_without
    {
        let condition = quoted(&condition(of, most));
        words.push(format!("without {condition}: p {}", probability(p_value)));
    }
    words
}

fn condition(of: &DimensionBreakdown, value: &ValueDeviation) -> String {
    format!(
        "{} = {}",
        of.name,
        value.value.as_deref().unwrap_or(NO_VALUE)
    )
}
