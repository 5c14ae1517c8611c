//! The changes of a plan, one a line.

use crate::domain::ExperimentId;
use crate::plan::{Action, Change, Edit};

use super::fit::cut;
use super::{Cell, Column, Look, Table, Tint, counted, percent};

/// How many columns of a name are shown; all of it stands in the diff.
const LONGEST_NAME: usize = 24;

/// The changes of one layer as a table, moved to the right.
pub(in crate::cli) fn changes<'a>(
    changes: impl IntoIterator<Item = &'a Change>,
    look: Look,
) -> String {
    let columns = vec![
        Column::whole(""),
        Column::whole(""),
        Column::text(""),
        Column::whole(""),
    ];
    let mut table = Table::new(columns).without_titles().indented(2);
    for change in changes {
        let (symbol, verb, tint) = head(&change.action);
        let id = change.experiment_id.as_ref();
        table.row([
            Cell::new(symbol, tint),
            Cell::new(verb, tint),
            Cell::from(id.map_or("", ExperimentId::as_str)),
            Cell::from(what(&change.action)),
        ]);
    }
    table.render(look)
}

/// A change's symbol, verb and colour: `+` makes, `~` changes, `-` ends.
fn head(action: &Action) -> (&'static str, &'static str, Tint) {
    match action {
        Action::CreateLayer { .. } => ("+", "create layer", Tint::Good),
        Action::UpdateLayer { .. } => ("~", "update layer", Tint::Doubtful),
        Action::CreateExperiment { .. } => ("+", "create", Tint::Good),
        Action::RampUp { .. } => ("~", "ramp up", Tint::Doubtful),
        Action::Reserve { .. } => ("~", "reserve", Tint::Doubtful),
        Action::SetStatus { .. } => ("~", "set status", Tint::Doubtful),
        Action::Complete { .. } => ("-", "complete", Tint::Bad),
        Action::Edit(_) => ("~", "edit", Tint::Doubtful),
    }
}

/// What it changes, in a few words.
fn what(action: &Action) -> String {
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
            format!("cap {} → {}", percent(from.value()), percent(to.value()))
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
        } => {
            let winner = winner.as_ref();
            let winner = winner.map_or_else(String::new, |name| format!(", winner {name}"));
            format!(
                "{from} → {to}, frees {}{winner}",
                slots(counts.held_before())
            )
        }
        Action::Edit(edit) => edited(edit),
    }
}

fn edited(edit: &Edit) -> String {
    let date = |date: &Option<jiff::Timestamp>| date.map_or("none".to_owned(), |d| d.to_string());
    match edit {
        Edit::Name { from, to } => {
            format!(
                "name {} → {}",
                cut(from, LONGEST_NAME),
                cut(to, LONGEST_NAME)
            )
        }
        Edit::StartDate { from, to } => format!("start_date {} → {}", date(from), date(to)),
        Edit::EndDate { from, to } => format!("end_date {} → {}", date(from), date(to)),
        Edit::Priority { from, to } => format!("priority {from} → {to}"),
    }
}
