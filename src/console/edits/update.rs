//! Keys of the form, and what the worker answers.

use crossterm::event::KeyCode;

use super::said::said;
use super::state::{EDIT_RUNNING, OpensAfter};
use super::{EditForm, EditSet, EditedThing, Edits, RampForecast};
use crate::config::edit::ExperimentEdit;
use crate::console::component::{Context, Handled};
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Loaded, Outcome, Tone};
use crate::domain::{Experiment, Fraction, Status};
use crate::undo::NOTHING_TO_UNDO;

/// Percentage points of a step with Left or Right, and with Up or Down.
const STEPS: [f64; 2] = [1.0, 5.0];

/// Returns the form that asks for a share, which begins with the present one.
pub(in crate::console) fn ask_ramp(loaded: &Loaded, thing: EditedThing) -> Option<EditForm> {
    let experiment = edited(loaded, &thing)?;
    let percent = experiment.traffic_percentage.value() * 100.0;
    Some(EditForm::Ramp {
        typed: shown(percent),
        is_untouched: true,
        thing,
    })
}

/// Returns the form that asks for a winner.
pub(in crate::console) fn ask_completion(loaded: &Loaded, thing: EditedThing) -> Option<EditForm> {
    let experiment = edited(loaded, &thing)?;
    let variants = experiment.traffic_allocation.arms().iter();
    Some(EditForm::Complete {
        variants: variants.map(|arm| arm.variant.to_string()).collect(),
        winner: None,
        thing,
    })
}

/// Returns why this edit makes no sense now; `None` if it does.
pub(in crate::console) fn disabled(
    edits: &Edits,
    loaded: &Loaded,
    thing: &EditedThing,
    edit: &ExperimentEdit,
) -> Option<String> {
    if edits.running.is_some() {
        return Some(EDIT_RUNNING.to_owned());
    }
    if edited(loaded, thing).is_none() {
        return Some("the experiment isn't in a file".to_owned());
    }
    // What is known of one in error is the database's, and the file may say something else.
    let experiment = in_file(loaded, thing)?;
    if experiment.status == Status::Completed {
        return Some("it is completed in the file".to_owned());
    }
    let is_already = match edit {
        ExperimentEdit::Pause => experiment.status == Status::Paused,
        ExperimentEdit::Resume => experiment.status == Status::Active,
        ExperimentEdit::Complete { .. } | ExperimentEdit::Ramp(_) => false,
    };
    is_already.then(|| format!("it is {} in the file already", experiment.status))
}

/// Requests an edit.
pub(in crate::console) fn write(
    edits: &mut Edits,
    thing: EditedThing,
    edit: ExperimentEdit,
) -> Vec<Effect> {
    let request = begin(edits, false);
    vec![Effect::EditExperiment(request, thing.experiment_id, edit)]
}

/// Requests the way back from an entry of the journal.
pub(in crate::console) fn plan_undo(edits: &mut Edits, journal_id: i64) -> Vec<Effect> {
    let request = begin(edits, false);
    edits.opens = OpensAfter::Form;
    vec![Effect::PlanUndo(request, journal_id)]
}

/// Requests these edits.
pub(in crate::console) fn write_set(edits: &mut Edits, set: Box<EditSet>) -> Vec<Effect> {
    let request = begin(edits, false);
    vec![Effect::ReplaceFiles(request, set)]
}

/// Requests to undo the last edit or, if that was an undo, to redo it.
pub(in crate::console) fn undo(edits: &mut Edits) -> Vec<Effect> {
    let Some(last) = edits.last.clone() else {
        return Vec::new();
    };
    let request = begin(edits, true);
    vec![Effect::ReplaceFiles(request, Box::new(last.inverse()))]
}

pub(super) fn begin(edits: &mut Edits, goes_back: bool) -> RequestId {
    let request = Owner::Edits.next_request(&mut edits.last_request);
    edits.running = Some(request);
    edits.goes_back = goes_back;
    edits.opens = OpensAfter::Nothing;
    request
}

/// Asks for nothing, and opens no editor, when the request that runs is answered.
pub(in crate::console) fn stop_waiting(edits: &mut Edits) {
    edits.opens = OpensAfter::Nothing;
}

/// What follows from an answer.
#[derive(Debug, Default)]
pub(in crate::console) struct Taken {
    /// What is to be said.
    pub(in crate::console) outcome: Option<Outcome>,
    /// What is to be asked.
    pub(in crate::console) form: Option<EditForm>,
    /// What is to be done: the editor, for what only a person can edit.
    pub(in crate::console) effects: Vec<Effect>,
}

impl Taken {
    fn saying(text: String, tone: Tone) -> Self {
        Self {
            outcome: Some(Outcome { text, tone }),
            ..Self::default()
        }
    }
}

/// Handles the worker's answer.
pub(in crate::console) fn answer(
    edits: &mut Edits,
    cx: Context<'_>,
    request: RequestId,
    answer: Answer,
) -> Taken {
    if edits
        .running
        .take_if(|running| *running == request)
        .is_none()
    {
        return Taken::default();
    }
    match answer {
        Answer::UndoPlanned(planned) => {
            let is_undone = planned.obstacles.is_empty() && planned.edits.files.is_empty();
            if is_undone {
                let says = format!("journal {}: {NOTHING_TO_UNDO}", planned.journal_id);
                return Taken::saying(says, Tone::Good);
            }
            let is_wanted = edits.opens == OpensAfter::Form;
            Taken {
                form: is_wanted.then_some(EditForm::Undo(*planned)),
                ..Taken::default()
            }
        }
        Answer::Edited(edit) => {
            let said = said(edits, &edit, cx.startup);
            let opened = edit
                .files
                .first()
                .filter(|_| edits.opens == OpensAfter::Editor);
            let effects = opened.map(|file| Effect::Edit {
                file: file.file.clone(),
                line: file.edits.first().map_or(1, |first| first.line),
                column: 1,
            });
            let effects = effects.into_iter().collect();
            if edit.is_change() {
                edits.is_undone = edits.goes_back && !edits.is_undone;
                edits.last = Some(edit);
            }
            Taken {
                effects,
                ..Taken::saying(said, Tone::Good)
            }
        }
        Answer::EditByHand(place, trouble) => {
            let effect = Effect::Edit {
                file: place.file,
                line: place.line,
                column: place.column,
            };
            Taken {
                effects: vec![effect],
                ..Taken::saying(trouble.message, Tone::Bad)
            }
        }
        Answer::Failed(trouble) => Taken {
            outcome: Some(Outcome::of_trouble(&trouble)),
            ..Taken::default()
        },
        _ => Taken::default(),
    }
}

/// Handles a key of the form.
pub(in crate::console) fn key(form: &mut EditForm, cx: Context<'_>, chord: Chord) -> Handled {
    if chord.leaves() {
        return Handled::Close;
    }
    match form {
        EditForm::Undo(planned) => match chord.code() {
            KeyCode::Enter if planned.obstacles.is_empty() => {
                Handled::WriteEdits(Box::new(planned.edits.clone()))
            }
            KeyCode::Enter => Handled::Close,
            _ => Handled::Ignored,
        },
        EditForm::Ramp {
            thing,
            typed,
            is_untouched,
        } => {
            if chord.typed().is_some_and(is_of_number) && std::mem::take(is_untouched) {
                typed.clear();
            }
            let handled = ramp_key(thing, typed, cx, chord);
            *is_untouched &= chord.typed().is_none() && matches!(handled, Handled::Say(_));
            handled
        }
        EditForm::Complete {
            thing,
            variants,
            winner,
        } => match chord.code() {
            KeyCode::Enter => {
                let winner = winner.map(|index| variants[index].as_str().into());
                let edit = ExperimentEdit::Complete { winner };
                Handled::EditExperiment(thing.clone(), Box::new(edit))
            }
            KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') => {
                *winner = match *winner {
                    None => Some(0).filter(|_| !variants.is_empty()),
                    Some(index) => Some((index + 1).min(variants.len() - 1)),
                };
                Handled::Done(Vec::new())
            }
            KeyCode::Up | KeyCode::BackTab | KeyCode::Char('k') => {
                *winner = winner.and_then(|index| index.checked_sub(1));
                Handled::Done(Vec::new())
            }
            _ => Handled::Ignored,
        },
    }
}

fn ramp_key(thing: &EditedThing, typed: &mut String, cx: Context<'_>, chord: Chord) -> Handled {
    let step = match chord.code() {
        KeyCode::Right => STEPS[0],
        KeyCode::Left => -STEPS[0],
        KeyCode::Up => STEPS[1],
        KeyCode::Down => -STEPS[1],
        KeyCode::Enter => {
            let Some(to) = share_of(typed) else {
                return Handled::disabled("a share is a percentage from 0 to 100");
            };
            let obstacle = forecast(cx, thing, to).and_then(|forecast| forecast.obstacle);
            return obstacle.map_or_else(
                || Handled::EditExperiment(thing.clone(), Box::new(ExperimentEdit::Ramp(to))),
                |why| Handled::disabled(&why),
            );
        }
        _ => {
            match chord.typed() {
                // Left out, `12,5` would become 125.
                Some(',') => typed.push('.'),
                Some(character) if !is_of_number(character) => {}
                _ => {
                    chord.edit_text(typed);
                }
            }
            return Handled::Done(Vec::new());
        }
    };
    let now: f64 = typed.parse().unwrap_or(0.0);
    // To the next whole step, so that steps lead to round numbers.
    let steps = now / step.abs();
    let next = if step > 0.0 {
        (steps + 1e-9).floor() + 1.0
    } else {
        (steps - 1e-9).ceil() - 1.0
    };
    *typed = shown((next * step.abs()).clamp(0.0, 100.0));
    Handled::Done(Vec::new())
}

/// Inserts pasted digits where a share is asked.
pub(in crate::console) fn paste(form: &mut EditForm, text: &str) {
    if let EditForm::Ramp {
        typed,
        is_untouched,
        ..
    } = form
    {
        if std::mem::take(is_untouched) {
            typed.clear();
        }
        let text = text.replace(',', ".");
        typed.extend(text.chars().filter(|it| is_of_number(*it)));
    }
}

/// Whether a percentage may have this character.
fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || character == '.'
}

/// Returns the share that was typed as a percentage, exact to its last digit.
pub(super) fn share_of(typed: &str) -> Option<Fraction> {
    format!("{typed}%").parse().ok()
}

/// Returns what the ramp would do.
pub(super) fn forecast(cx: Context<'_>, thing: &EditedThing, to: Fraction) -> Option<RampForecast> {
    RampForecast::new(cx.loaded?, thing, to)
}

/// Returns what was perhaps meant by a share below 1% that was typed like a fraction: `0.25` as 25%.
pub(super) fn perhaps_meant(typed: &str) -> Option<String> {
    let is_like_fraction = typed.trim_start_matches('0').starts_with('.');
    let fraction = typed
        .parse()
        .ok()
        .filter(|it| is_like_fraction && *it > 0.0);
    fraction.map(|fraction: f64| shown(fraction * 100.0))
}

/// Writes a percentage without the digits of binary fractions.
fn shown(percent: f64) -> String {
    let text = format!("{percent:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns the experiment as its file has it; of one in error, as the database does.
fn edited<'a>(loaded: &'a Loaded, thing: &EditedThing) -> Option<&'a Experiment> {
    let row = loaded.layer_row(&thing.layer_id)?;
    row.file.as_ref()?;
    let stored = || row.before.as_ref()?.experiment(&thing.experiment_id);
    let in_file = in_file(loaded, thing);
    in_file.or_else(|| stored().filter(|_| row.is_in_error))
}

fn in_file<'a>(loaded: &'a Loaded, thing: &EditedThing) -> Option<&'a Experiment> {
    let comparison = loaded.comparison.as_ref()?;
    comparison.in_file(&thing.layer_id, &thing.experiment_id)
}
