//! A change, a note and an impact in words.

use std::borrow::Cow;

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Span;

use super::pen::{Pen, Spans, span};
use super::text::{change, counted, percent, thousands};
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, Fraction, LayerState, SlotRun, Status};
use crate::plan::{Action, Change, Edit, Impact, Note, NoteCode, Sign, SlotCounts};

/// Of many runs of slots so many are named.
const MOST_RUNS: usize = 3;

/// A change as its line shows it.
pub(super) struct Said {
    pub(super) symbol: &'static str,
    pub(super) style: Style,
    /// What happens: `create`, `ramp up`.
    pub(super) verb: &'static str,
    /// To what: the experiment, or the layer itself.
    pub(super) name: String,
    /// How much of it.
    pub(super) details: Spans,
}

/// What a change does. `after` is its layer as it will be, where that is known; `inherits` whether the experiment takes
/// slots, and with them units, of another one.
pub(super) fn say(
    pen: &Pen<'_>,
    what: &Change,
    after: Option<&LayerState>,
    inherits: bool,
) -> Said {
    let (theme, symbols) = (pen.theme, pen.symbols);
    let (symbol, style) = match what.action.sign() {
        Sign::Adds => (symbols.plus, theme.added),
        Sign::Changes => (symbols.tilde, theme.changed),
        Sign::Ends => (symbols.minus, theme.removed),
        Sign::Stays => (symbols.equals, theme.dim),
    };
    let mut details = vec![pen.text(details(pen, what, after))];
    if inherits {
        details.push(span(format!(" {}", symbols.warning), theme.warning));
    }
    Said {
        symbol,
        style,
        verb: what.action.verb(),
        name: name(what).into_owned(),
        details,
    }
}

/// What a change is of: the experiment, or the layer itself.
pub(super) fn name(what: &Change) -> Cow<'_, str> {
    visible(match &what.experiment_id {
        Some(id) => id.as_str(),
        None => what.layer_id.as_str(),
    })
}

fn details(pen: &Pen<'_>, what: &Change, after: Option<&LayerState>) -> String {
    let arrow = pen.symbols.right;
    let shares = |from: &Fraction, to: &Fraction| {
        change(&percent(from.value()), &percent(to.value()), arrow)
    };
    let dot = pen.symbols.separator;
    let slots = |was: u32, is: u32| slots(&change(&thousands(was), &thousands(is), arrow));
    match &what.action {
        Action::CreateLayer {
            total_slots,
            total_traffic_percentage,
            hash_algorithm,
            ..
        } => {
            let mut said = format!("{}, {hash_algorithm}", slots(*total_slots, *total_slots));
            let cap = total_traffic_percentage.value();
            if cap < 1.0 {
                said.push_str(&format!(", cap {}", percent(cap)));
            }
            said
        }
        Action::UpdateLayer { from, to } => shares(from, to),
        Action::CreateExperiment { slots, .. } => {
            created(pen, *slots, what.experiment_id.as_ref(), after)
        }
        Action::RampUp {
            from,
            to,
            slots: counts,
        } => {
            let moved = slots(counts.active_before, counts.active_after);
            format!("{} {dot} {moved}", shares(from, to))
        }
        Action::Reserve {
            from,
            to,
            slots: counts,
        } => {
            let held = slots(counts.held_before(), counts.held_after());
            format!("{} {dot} {held} held", shares(from, to))
        }
        Action::SetStatus { to, .. } => {
            let id = what.experiment_id.as_ref();
            let Some((layer, id)) = after.zip(id) else {
                return String::new();
            };
            let held = layer.slots.held(id);
            let kept = if *to == Status::Active { "" } else { " kept" };
            format!("{}{kept}", slots(held, held))
        }
        Action::Complete {
            winner,
            slots: counts,
            ..
        } => {
            let freed = counts.held_before();
            let mut said = format!("frees {}", slots(freed, freed));
            if let Some(winner) = winner {
                said.push_str(&format!(" {dot} winner {}", visible(winner.as_str())));
            }
            said
        }
        Action::Edit(Edit::Name { from, to }) => change(&visible(from), &visible(to), arrow),
        Action::Edit(Edit::StartDate { from, to } | Edit::EndDate { from, to }) => {
            change(&date(*from), &date(*to), arrow)
        }
        Action::Edit(Edit::Priority { from, to }) => {
            change(&from.to_string(), &to.to_string(), arrow)
        }
    }
}

fn slots(count: &str) -> String {
    let noun = if count == "1" { "slot" } else { "slots" };
    format!("{count} {noun}")
}

/// How many slots a new experiment gets, which, and its status where it doesn't assign.
fn created(
    pen: &Pen<'_>,
    counts: SlotCounts,
    id: Option<&ExperimentId>,
    after: Option<&LayerState>,
) -> String {
    let mut said = slots(&thousands(counts.active_after));
    if counts.reserved_after > 0 {
        said.push_str(&format!(" +{} reserved", thousands(counts.reserved_after)));
    }
    let Some((layer, id)) = after.zip(id) else {
        return said;
    };
    for stretch in stretches(pen, layer, id) {
        said.push_str(&format!(", {stretch}"));
    }
    // A layer whose plan is refused doesn't have the experiment.
    let status = layer.experiment(id).map(|experiment| experiment.status);
    if let Some(status) = status.filter(|status| *status != Status::Active) {
        said.push_str(&format!(" {} {status}", pen.symbols.separator));
    }
    said
}

/// Where its slots lie: `0–49`; of many stretches the first ones.
fn stretches(pen: &Pen<'_>, layer: &LayerState, id: &ExperimentId) -> Vec<String> {
    let mut joined: Vec<(u32, u32)> = Vec::new();
    let runs = layer
        .slots
        .runs()
        .iter()
        .filter(|run| run.experiment_id == *id);
    for SlotRun { first, last, .. } in runs {
        match joined.last_mut() {
            // Active slots beside reserved ones are one stretch here.
            Some((_, end)) if *end + 1 == first.0 => *end = last.0,
            _ => joined.push((first.0, last.0)),
        }
    }
    let mut said: Vec<String> = joined
        .iter()
        .take(MOST_RUNS)
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}{}{last}", pen.symbols.dash)
            }
        })
        .collect();
    if joined.len() > MOST_RUNS {
        said.push(pen.symbols.ellipsis.to_owned());
    }
    said
}

/// As the files would say it: a date alone means its midnight in UTC.
fn date(at: Option<Timestamp>) -> String {
    let Some(at) = at else {
        return "none".to_owned();
    };
    let at = at.to_string();
    at.strip_suffix("T00:00:00Z").unwrap_or(&at).to_owned()
}

/// What becomes of a layer's units, one item each.
pub(super) fn impact(pen: &Pen<'_>, impact: &Impact) -> Vec<Spans> {
    let theme = pen.theme;
    let if_any = |share: f64, style: Style, otherwise: Style| {
        if share > 0.0 { style } else { otherwise }
    };
    let (leaving, switching) = (impact.units_leaving, impact.units_switching);
    [
        ("stays", impact.units_kept, theme.dim),
        ("joins", impact.units_joining, theme.dim),
        ("leaves", leaving, if_any(leaving, theme.warning, theme.dim)),
        (
            "switches",
            switching,
            if_any(switching, theme.error, theme.success),
        ),
    ]
    .map(|(word, share, style)| vec![span(format!("{word} {}", percent(share)), style)])
    .to_vec()
}

/// The beginning of a note's line, and the style of its text.
pub(super) fn note(pen: &Pen<'_>, note: &Note) -> (Span<'static>, Style) {
    let (symbol, style) = match note.code {
        NoteCode::InheritsSlots | NoteCode::KeyLeftOut => (pen.symbols.warning, pen.theme.warning),
        NoteCode::OnlyInDatabase | NoteCode::CompletedUnseen => (pen.symbols.equals, pen.theme.dim),
    };
    (span(format!("{symbol} "), style), pen.theme.dim)
}

/// `3 changes`.
pub(super) fn count(changes: usize) -> String {
    counted(changes as u64, "change", "changes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_in_the_files() {
        let at = |text: &str| date(Some(text.parse().expect("a time")));
        assert_eq!(at("2025-03-01T00:00:00Z"), "2025-03-01");
        assert_eq!(at("2025-03-01T12:30:00Z"), "2025-03-01T12:30:00Z");
        assert_eq!(date(None), "none");
    }
}
