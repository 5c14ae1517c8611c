//! Updates the list of saved plans: reads the directory, moves in the list, and opens a plan.

use crossterm::event::KeyCode;

use super::Plans;
use crate::console::browser::{self, Browse};
use crate::console::commands::Command;
use crate::console::component::{Context, Handled};
use crate::console::effect::Effect;
use crate::console::keys::Chord;
use crate::console::message::{Answer, Owner, RequestId};
use crate::console::report;

/// Requests the plans: files or database may have changed.
pub(in crate::console) fn refresh(plans: &mut Plans) -> Vec<Effect> {
    let request = Owner::Plans.next_request(&mut plans.last_request);
    plans.reading = Some(request);
    vec![Effect::ListPlans(request)]
}

/// Inserts pasted text into the filter, if that is being typed.
pub(in crate::console) fn paste(plans: &mut Plans, cx: Context<'_>, text: &str) {
    browser::paste(plans, cx, text);
}

/// Handles a key. While no plan is open there is nothing below the list, so only quitting leaves it.
pub(in crate::console) fn key(plans: &mut Plans, cx: Context<'_>, chord: Chord) -> Handled {
    let is_root = plans.opened.is_none();
    if chord.code() == KeyCode::Enter && !plans.browser.filter.is_typing {
        return match plans.selected() {
            Some(plan) if plan.read.is_ok() => Handled::OpenPlan(plan.file.clone()),
            Some(_) => Handled::disabled("open: the plan can't be read"),
            None => Handled::disabled("open: there is no plan"),
        };
    }
    if browser::key(plans, cx, chord) {
        return Handled::Done(Vec::new());
    }
    match cx.command(chord) {
        Some(Command::Copy) if plans.selected().is_some() => {
            Handled::Done(vec![report::of_detail(plans, cx, "the plan")])
        }
        Some(Command::Reload) => Handled::Done(refresh(plans)),
        Some(command @ (Command::Help | Command::Palette | Command::History | Command::Lookup)) => {
            Handled::Run(command)
        }
        Some(Command::Quit) if is_root => Handled::Run(Command::Quit),
        Some(Command::Quit | Command::Plans) if !is_root => Handled::Close,
        _ if chord.is_interrupt() && is_root => Handled::Run(Command::Quit),
        _ if chord.is_escape() && is_root => Handled::Done(Vec::new()),
        _ => Handled::Ignored,
    }
}

/// Handles the answer to its newest request.
pub(in crate::console) fn answer(
    plans: &mut Plans,
    cx: Context<'_>,
    request: RequestId,
    answer: Answer,
) {
    if plans.reading.take_if(|newest| *newest == request).is_none() {
        return;
    }
    plans.list = match answer {
        Answer::Plans(list) => Some(Ok(list)),
        Answer::Failed(trouble) => Some(Err(trouble)),
        _ => return,
    };
    plans.refilter(cx);
    browser::keep_in_sight(plans, cx);
}
