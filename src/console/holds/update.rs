//! Keys of the form, and what the worker answers.

use crossterm::event::KeyCode;

use super::{Held, HoldForm, HoldPurpose, Holds, NewHold};
use crate::console::component::Handled;
use crate::console::edits::EditedThing;
use crate::console::effect::Effect;
use crate::console::keys::{Chord, paste_text};
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::model::{Loaded, Outcome, Tone};
use crate::console::typed_time::{TimeContext, TypedTime};
use crate::diagnostic::visible;
use crate::domain::{Experiment, Hold, Status};
use crate::holding::HoldEnd;

/// Returns the form to hold the experiment, or to release it.
pub(in crate::console) fn ask(loaded: &Loaded, thing: EditedThing, is_release: bool) -> HoldForm {
    let hold = in_database(loaded, &thing).and_then(|(_, hold)| hold);
    HoldForm {
        purpose: match hold.cloned() {
            Some(hold) if is_release => HoldPurpose::Release(hold),
            Some(hold) if hold.is_in_force(loaded.at) => HoldPurpose::Replace(hold),
            _ => HoldPurpose::Place,
        },
        thing,
        typed: String::new(),
        until: String::new(),
        is_at_until: false,
        ends: None,
        error: None,
    }
}

/// Returns why the experiment can't be held or released now; `None` if it can.
pub(in crate::console) fn disabled(
    holds: &Holds,
    loaded: &Loaded,
    thing: &EditedThing,
    is_release: bool,
) -> Option<String> {
    if holds.running.is_some() {
        return Some("the last hold or release is being written".to_owned());
    }
    let Some((experiment, hold)) = in_database(loaded, thing) else {
        return Some("the experiment isn't in the database yet".to_owned());
    };
    match (is_release, hold) {
        (true, None) => Some("it isn't held".to_owned()),
        (false, _) if experiment.status == Status::Completed => {
            Some("it is completed, and assigns nobody".to_owned())
        }
        _ => None,
    }
}

/// Returns the experiment as the database has it, with its hold.
fn in_database<'a>(
    loaded: &'a Loaded,
    thing: &EditedThing,
) -> Option<(&'a Experiment, Option<&'a Hold>)> {
    let layer = loaded.layer_row(&thing.layer_id)?.before.as_ref()?;
    let experiment = layer.experiment(&thing.experiment_id)?;
    Some((experiment, layer.holds.get(&thing.experiment_id)))
}

/// Handles a key of the form.
pub(in crate::console) fn key(form: &mut HoldForm, time: TimeContext<'_>, chord: Chord) -> Handled {
    if chord.leaves() {
        return Handled::Close;
    }
    form.error = None;
    if chord.code() == KeyCode::Tab {
        form.is_at_until = !form.purpose.is_release() && !form.is_at_until;
        return Handled::Done(Vec::new());
    }
    if chord.code() == KeyCode::Enter {
        let reason = form.typed.trim().to_owned();
        // A release explains itself; a hold must say why.
        if reason.is_empty() && !form.purpose.is_release() {
            return lacking(form, false, "say why: everybody who plans will read it");
        }
        let ends = match read_end(&form.until, time) {
            Ok(end) => end,
            Err(why) => return lacking(form, true, &why),
        };
        return Handled::Hold(Box::new(HoldForm {
            typed: reason,
            ends,
            ..form.clone()
        }));
    }
    chord.edit_text(field(form));
    Handled::Done(Vec::new())
}

/// Says at a field what is wrong with it, and gives it the keys.
fn lacking(form: &mut HoldForm, is_at_until: bool, error: &str) -> Handled {
    form.is_at_until = is_at_until;
    form.error = Some(error.to_owned());
    Handled::Done(Vec::new())
}

/// Returns the text that has the keys.
fn field(form: &mut HoldForm) -> &mut String {
    if form.is_at_until {
        &mut form.until
    } else {
        &mut form.typed
    }
}

/// Reads when the hold ends: so long from now, or a time. Nothing typed means that only a release ends it.
/// How long from now is for the worker to say: what was read last may be old.
fn read_end(text: &str, time: TimeContext<'_>) -> Result<Option<HoldEnd>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let end = HoldEnd::parse_length(text);
    let end = end.or_else(|| Some(HoldEnd::At(TypedTime::parse(text, time)?.at)));
    let end = end.ok_or("30m, 2h or 3d from now, or a time like 2026-11-20 14:00")?;
    end.at(time.now).map_err(|error| error.to_string())?;
    Ok(Some(end))
}

/// Inserts pasted text, without line breaks.
pub(in crate::console) fn paste(form: &mut HoldForm, text: &str) {
    form.error = None;
    paste_text(field(form), text);
}

/// Requests what the form asks for.
pub(in crate::console) fn write(holds: &mut Holds, form: HoldForm) -> Vec<Effect> {
    let request = Owner::Holds.next_request(&mut holds.last_request);
    holds.running = Some(request);
    let (experiment_id, reason) = (form.thing.experiment_id, form.typed);
    vec![if form.purpose.is_release() {
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        Effect::Release(request, experiment_id, reason)
    } else {
        let hold = NewHold {
            experiment_id,
            reason,
            until: form.ends,
            replaces: form.purpose.present().is_some(),
        };
        Effect::Hold(request, hold)
    }]
}

/// Handles the worker's answer.
pub(in crate::console) fn answer(
    holds: &mut Holds,
    request: RequestId,
    answer: Answer,
) -> Option<Outcome> {
    holds.running.take_if(|running| *running == request)?;
    match answer {
        Answer::Held(held) => Some(Outcome {
            text: said(&held),
            tone: Tone::Good,
        }),
        Answer::Failed(trouble) => Some(Outcome::of_trouble(&trouble)),
        _ => None,
    }
}

fn said(standing: &Held) -> String {
    let id = visible(standing.experiment_id.as_str());
    match (&standing.hold, standing.journal_id) {
        (Some(_), Some(journal)) => format!("{id} is held, journal {journal}"),
        (Some(hold), None) => format!("{id} is held by {} already", visible(&hold.actor)),
        (None, Some(journal)) => {
            format!("{id} is released, journal {journal}; the next apply does what its file says")
        }
        (None, None) => format!("{id} isn't held"),
    }
}
