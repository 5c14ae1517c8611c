//! The changes of a plan, one a line.

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::plan::{Action, Change, Edit};

use super::fit::cut;
use super::{Cell, Column, Table, TextStyle, counted, percent};

/// How many columns of a name a terminal shows; all of it stands in the diff.
const LONGEST_NAME: usize = 24;

/// The changes of one layer as a table, moved to the right.
pub(in crate::cli) fn changes<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    style: TextStyle,
) -> String {
    let columns = vec![
        Column::whole(""),
        Column::whole(""),
        Column::text(""),
        Column::whole(""),
    ];
    let mut table = Table::new(columns).without_titles().indented(2);
    for change in changes {
        let (sign, verb) = (change.action.sign(), change.action.verb());
        let id = change.experiment_id.as_ref();
        table.row([
            Cell::new(sign.as_str(), sign.into()),
            Cell::new(verb, sign.into()),
            Cell::from(id.map_or("", ExperimentId::as_str)),
            Cell::from(what(&change.action, |name| {
                cut(&visible(name), style.room(LONGEST_NAME))
            })),
        ]);
    }
    table.render(style)
}

/// What it changes, in a few words; `named` shows a name from the files.
pub(super) fn what(action: &Action, named: impl Fn(&str) -> String) -> String {
    let slots = |count: u32| counted(count as usize, "slot", "slots");
    match action {
        Action::CreateLayer {
            total_slots,
            total_traffic_percentage,
            hash_algorithm,
            ..
        } => format!(
            "{}, cap {}, {hash_algorithm}",
            slots(*total_slots),
            percent(total_traffic_percentage.value())
        ),
        Action::UpdateLayer { from, to } => {
            format!("{} → {}", percent(from.value()), percent(to.value()))
        }
        Action::CreateExperiment {
            experiment,
            slots: counts,
        } => {
            let reserved = match counts.reserved_after {
                0 => String::new(),
                reserved => format!(", {} reserved", slots(reserved)),
            };
            format!(
                "{}, {}{reserved}",
                experiment.status(),
                slots(counts.active_after)
            )
        }
        Action::RampUp {
            from,
            to,
            slots: counts,
        } => format!(
            "{} → {}, {} → {} active",
            percent(from.value()),
            percent(to.value()),
            counts.active_before,
            slots(counts.active_after)
        ),
        Action::Reserve {
            from,
            to,
            slots: counts,
        } => format!(
            "{} → {}, {} → {} held",
            percent(from.value()),
            percent(to.value()),
            counts.held_before(),
            slots(counts.held_after())
        ),
        Action::SetStatus { from, to } => format!("{from} → {to}"),
        Action::Complete {
            from,
            to,
            winner,
            slots: counts,
            ..
        } => {
            let winner = winner.as_ref();
            let winner = winner.map_or_else(String::new, |name| {
                format!(", winner {}", named(name.as_str()))
            });
            format!(
                "{from} → {to}, frees {}{winner}",
                slots(counts.held_before())
            )
        }
        Action::Edit(edit) => edited(edit, named),
    }
}

fn edited(edit: &Edit, named: impl Fn(&str) -> String) -> String {
    let date = |date: &Option<jiff::Timestamp>| date.map_or("none".to_owned(), |d| d.to_string());
    match edit {
        Edit::Name { from, to } => format!("{} → {}", named(from), named(to)),
        Edit::StartDate { from, to } | Edit::EndDate { from, to } => {
            format!("{} → {}", date(from), date(to))
        }
        Edit::Priority { from, to } => format!("{from} → {to}"),
    }
}
