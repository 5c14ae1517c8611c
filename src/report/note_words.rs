//! What a note says, with ages. Its message has none, so that the id of a plan doesn't depend on the clock.

use jiff::Timestamp;

use super::relative_time;
use crate::domain::Hold;
use crate::plan::{InheritedSlots, Note, OutsideDifference, SinceEntry};

/// Returns the note's message; where it says until when slots were held, with how long ago that was.
pub(crate) fn aged_message(note: &Note, now: Timestamp) -> String {
    match &note.inherited {
        Some(InheritedSlots {
            held_until: Some(until),
            ..
        }) => format!("{} ({})", note.message, relative_time(*until, now)),
        _ => note.message.clone(),
    }
}

/// Says the same as the note's message, with ages in place of times, and with the age of the entry before a
/// change from outside.
pub(crate) fn note_words(note: &Note, now: Timestamp) -> String {
    let id = note.experiment_id.as_ref();
    if let (Some(inherited), Some(heir)) = (&note.inherited, id) {
        return inherited.sentence(heir, |until| relative_time(until, now));
    }
    if let (Some(held), Some(id)) = (&note.hold, id) {
        return held.sentence(id, &hold_words(&held.hold, now));
    }
    if let Some(OutsideDifference { what, since }) = &note.outside {
        let name = match id {
            Some(id) => format!("`{id}`"),
            None => format!("layer `{}`", note.layer_id),
        };
        let since = since_words(since, now);
        return match what {
            Some(what) => format!("{name} {what}: changed outside, {since}"),
            None => format!(
                "{name} may have changed outside, {since}: the journal doesn't say how it was"
            ),
        };
    }
    // A plan of an earlier version has the sentence alone.
    note.message.clone()
}

/// Says who holds something, since when, until when and why: `held by ada@host 2 h ago, ends in 3 h: reason`.
pub(crate) fn hold_words(hold: &Hold, now: Timestamp) -> String {
    let Hold {
        since,
        until,
        reason,
        actor,
    } = hold;
    let since = relative_time(*since, now);
    let until = until.map_or(String::new(), |until| {
        format!(", ends {}", relative_time(until, now))
    });
    format!("held by {actor} {since}{until}: {reason}")
}

/// Says after which entry of the journal something was changed: `since journal 12, 3 d ago`.
pub(crate) fn since_words(since: &SinceEntry, now: Timestamp) -> String {
    let ago = relative_time(since.applied_at, now);
    format!("since journal {}, {ago}", since.journal_id)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(code: &str, experiment: Option<&str>, facts: Value) -> String {
        let mut note = json!({
            "code": code,
            "layer_id": "home",
            "experiment_id": experiment,
            "message": "as it was written",
        });
        if let (Value::Object(note), Value::Object(facts)) = (&mut note, facts) {
            note.extend(facts);
        }
        let note: Note = serde_json::from_value(note).expect("a note");
        note_words(&note, "2026-05-06T12:00:00Z".parse().expect("a time"))
    }

    fn held(until: Option<&str>, status: &str, desired: Option<&str>) -> String {
        let hold = json!({
            "since": "2026-05-06T10:00:00Z", "until": until, "reason": "blank", "actor": "ada@host",
            "status": status, "desired": desired, "planned": desired.is_some(),
        });
        said("held", Some("a"), json!({ "hold": hold }))
    }

    fn outside(experiment: Option<&str>, what: Option<&str>) -> String {
        let since = json!({ "journal_id": 12, "applied_at": "2026-05-03T11:00:00Z" });
        let facts = json!({ "outside": { "what": what, "since": since } });
        said("changed-outside", experiment, facts)
    }

    fn inherited(slots: u32, freed_by_plan: bool, until: Option<&str>) -> String {
        let facts = json!({
            "from": "b", "slots": slots, "freed_by_plan": freed_by_plan, "held_until": until,
        });
        said("inherits-slots", Some("a"), facts)
    }

    #[test]
    fn a_hold_has_the_age_of_its_begin_and_its_end() {
        let end = Some("2026-05-06T15:30:00Z");
        insta::assert_snapshot!(
            [
                held(None, "paused", Some("active")),
                held(end, "paused", Some("paused")),
                held(None, "active", Some("active")),
                held(None, "active", None),
                held(None, "active", Some("completed")),
            ]
            .join("\n"),
            @"
        `a` held by ada@host 2 h ago: blank; it stays paused, though the files say active
        `a` held by ada@host 2 h ago, ends in 4 h: blank
        `a` held by ada@host 2 h ago: blank; another program made it active, and this plan pauses it
        `a` held by ada@host 2 h ago: blank; another program made it active: `avos hold a` pauses it again
        `a` held by ada@host 2 h ago: blank
        "
        );
    }

    #[test]
    fn a_change_from_outside_has_the_age_of_the_entry_before_it() {
        insta::assert_snapshot!(
            [
                outside(Some("a"), Some("active → paused")),
                outside(None, Some("is new")),
                outside(None, None),
            ]
            .join("\n"),
            @"
        `a` active → paused: changed outside, since journal 12, 3 d ago
        layer `home` is new: changed outside, since journal 12, 3 d ago
        layer `home` may have changed outside, since journal 12, 3 d ago: the journal doesn't say how it was
        "
        );
    }

    #[test]
    fn inherited_slots_have_the_age_of_their_last_holder() {
        insta::assert_snapshot!(
            [
                inherited(5, false, Some("2026-05-01T12:00:00Z")),
                inherited(1, false, None),
                inherited(5, false, None),
                inherited(5, true, None),
            ]
            .join("\n"),
            @"
        `a` takes 5 slots that `b` held until 5 d ago
        `a` takes 1 slot that `b` held until another program took it away
        `a` takes 5 slots that `b` held until another program took them away
        `a` takes 5 slots of `b`, and their units with them
        "
        );
    }

    #[test]
    fn a_plan_of_an_earlier_version_has_the_sentence_alone() {
        for code in ["held", "changed-outside", "inherits-slots", "key-left-out"] {
            assert_eq!(said(code, Some("a"), json!({})), "as it was written");
        }
    }
}
