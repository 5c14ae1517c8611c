//! The changes of a plan, one per line.

use crate::diagnostic::visible;
use crate::domain::{ExperimentId, LayerState};
use crate::plan::Change;
use crate::report::{ChangeContext, Marks, details};

use super::{Cell, Column, Table, TextStyle, cut};

/// The maximum columns of a name at a terminal; the diff shows all of it.
const LONGEST_NAME: usize = 24;

/// Returns the changes of one layer as a table, indented; `after` is the layer after the plan, if
/// known.
pub(in crate::cli) fn changes<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    after: Option<&LayerState>,
    style: TextStyle,
) -> String {
    let columns = vec![
        Column::whole(""),
        Column::whole(""),
        Column::text(""),
        Column::whole(""),
    ];
    let context = ChangeContext {
        marks: Marks::UNICODE,
        after,
        name: &|name| cut(&visible(name), style.room(LONGEST_NAME)),
    };
    let mut table = Table::new(columns).without_titles().indented(2);
    for change in changes {
        let (sign, verb) = (change.action.sign(), change.action.verb());
        let id = change.experiment_id.as_ref();
        table.row([
            Cell::new(sign.as_str(), sign.into()),
            Cell::new(verb, sign.into()),
            Cell::from(id.map_or("", ExperimentId::as_str)),
            Cell::from(details(change, &context)),
        ]);
    }
    table.render(style)
}
