//! A sample's arms and tests.

use super::slot_bar::observed_bar;
use super::{Cell, Column, TextStyle};
use crate::report::{Marks, ObservedArm, Role, arm_table, test_table};
use crate::srm::Srm;
use crate::traffic::Tested;

/// Returns the arms as a table, each with a bar of its share; `names` is the name column.
pub(in crate::cli) fn arms(names: Column, arms: &[ObservedArm<'_>], style: TextStyle) -> String {
    let mut table = arm_table(names, arms, Marks::UNICODE);
    let bars = arms.iter().map(|arm| {
        let bar = arm.share.zip(arm.expected);
        let bar = bar.map(|(share, expected)| observed_bar(share, expected));
        Cell::new(bar.unwrap_or_default(), Role::Accent)
    });
    table.push_column(Column::whole(""), bars);
    table.render(style)
}

/// Returns each test's result, one line each; for a log's split also the corrected sequential
/// p-value.
pub(in crate::cli) fn tests(srm: &Srm, split: Option<&Tested>, style: TextStyle) -> String {
    test_table(srm, split, Marks::UNICODE).render(style)
}
