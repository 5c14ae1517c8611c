//! What the log says for a ramp-up or a winner, in the dialog and in the review of the change.

use avos::console::effect::Effect;
use avos::console::incident::Counted;
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::model::{Model, Overlay};
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::review::Confirmation;
use avos::traffic::{Anomaly, AnomalyKind, Traffic};
use jiff::SignedDuration;

use crate::screens::picture;
use crate::support::console::{now, press};
use crate::support::desk::Desk;
use crate::support::traffic::{counted, split};

const LOOK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

/// A layer with an experiment that says this.
fn web(keys: &str) -> String {
    format!(
        "layer_id: web\nlayer_salt: salt\nexperiments:\n  - {{experiment_id: exp, layer_id: web, \
         name: A, variants: [a, b], {keys}}}\n"
    )
}

const EVEN: &str = "traffic_allocation: {a: 0.5, b: 0.5}, ";

/// A desk whose experiment is active on a fifth, and whose file asks for this.
fn desk(keys: &str) -> Desk {
    let desk = Desk::empty();
    desk.write(
        "web.yml",
        &web(&format!("{EVEN}status: active, traffic_percentage: 0.2")),
    );
    desk.apply();
    desk.write("web.yml", &web(keys));
    desk
}

fn ramp() -> Desk {
    desk(&format!("{EVEN}status: active, traffic_percentage: 0.3"))
}

/// An hour of the experiment with so many units per minute and arm.
fn hour(units: [u64; 2]) -> Traffic {
    let split = split(
        1,
        ["web", "exp", ""],
        &[("a", 0.5), ("b", 0.5)],
        60,
        |arm, _| units[arm],
    );
    let (first, last) = (split.windows[0].start, split.windows[59].start);
    Traffic {
        splits: vec![split],
        span: Some((first, last)),
        ..Traffic::default()
    }
}

fn nothing() -> Traffic {
    Traffic::default()
}

fn open(desk: &Desk, traffic: Traffic) -> Model {
    let mut model = desk.model_with_log((100, 40), LOOK, false, &counted(traffic));
    press(&mut model, "a");
    model
}

fn confirmation(model: &Model) -> &Confirmation {
    match &model.overlay {
        Some(Overlay::Confirm(dialog)) => &dialog.confirmation,
        other => panic!("{other:?}"),
    }
}

/// The log was read again.
fn read(model: &mut Model, traffic: Traffic) {
    let request = RequestId {
        owner: Owner::Incident,
        number: 1_000,
    };
    let answer = Answer::Counted(Box::new(counted(traffic)));
    update(model, Message::Answer(request, answer));
}

/// Types the name and confirms it.
fn confirm(model: &mut Model) -> Vec<Effect> {
    press(model, "e x p enter")
}

fn is_apply(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::Apply(..)])
}

#[test]
fn a_split_that_holds_is_shown_and_asks_for_nothing_more() {
    let desk = ramp();
    let mut model = open(&desk, hour([50, 50]));
    assert!(
        picture(&model)
            .contains("✓ `exp`: its split holds (corrected p 1.000, 6,000 units, last row "),
        "{}",
        picture(&model)
    );
    assert_eq!(confirmation(&model), &Confirmation::OneKey);
    assert!(is_apply(&press(&mut model, "y")));
}

#[test]
fn one_that_does_not_hold_takes_the_name_and_a_reason() {
    let winner = "traffic_allocation: {a: 1, b: 0}, status: completed, traffic_percentage: 0.2";
    for desk in [ramp(), self::desk(winner)] {
        for (traffic, says) in [
            (
                hour([70, 30]),
                "✗ `exp`: mismatch: its units don't split as they should (corrected p ",
            ),
            (
                nothing(),
                "`exp`: no evidence: the log has no tested split of it (no rows)",
            ),
        ] {
            let mut model = open(&desk, traffic);
            let shown = picture(&model);
            assert!(shown.contains(says), "{shown}");
            assert!(shown.contains("Reason (required): "), "{shown}");
            assert!(press(&mut model, "y").is_empty());
            press(&mut model, "backspace");
            // The name alone leads to the reason, blanks are none.
            assert!(confirm(&mut model).is_empty());
            assert!(press(&mut model, "space enter enter").is_empty());
            update(&mut model, Message::Paste("known".to_owned()));
            assert!(
                press(&mut model, "enter").is_empty(),
                "Enter goes back first"
            );
            let effects = press(&mut model, "enter");
            match &effects[..] {
                [Effect::Apply(_, _, why)] => assert_eq!(why.reason.trim(), "known"),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn what_needs_no_evidence_says_nothing_of_it() {
    for keys in [
        "status: paused, traffic_percentage: 0.2",
        "status: active, traffic_percentage: 0.2, reserved_percentage: 0.4",
    ] {
        let model = open(&desk(&format!("{EVEN}{keys}")), hour([70, 30]));
        assert!(!picture(&model).contains("mismatch: "), "{keys}");
        assert!(!confirmation(&model).needs_reason(), "{keys}");
    }
    // A draft has no units yet.
    let desk = Desk::empty();
    let draft = |share: &str| web(&format!("{EVEN}status: draft, traffic_percentage: {share}"));
    desk.write("web.yml", &draft("0.2"));
    desk.apply();
    desk.write("web.yml", &draft("0.3"));
    let mut model = desk.model((100, 40));
    press(&mut model, "a");
    assert!(!confirmation(&model).needs_reason());
}

#[test]
fn evidence_ages_with_the_log() {
    let desk = ramp();
    let mut old = hour([50, 50]);
    let ago = SignedDuration::from_hours(25);
    old.span = old.span.map(|(first, last)| (first - ago, last - ago));
    let model = open(&desk, old);
    let shown = picture(&model);
    assert!(
        shown.contains("no evidence: the log stands still, without a row for more than 1d"),
        "{shown}"
    );
    assert!(confirmation(&model).needs_reason());
    // A clock that is ahead doesn't keep it alive.
    let mut ahead = hour([50, 50]);
    ahead.splits[0]
        .windows
        .iter_mut()
        .for_each(|window| window.start -= ago);
    ahead.span = ahead.span.map(|(first, _)| (first - ago, now() + ago));
    assert!(confirmation(&open(&desk, ahead)).needs_reason());
}

#[test]
fn lost_exposures_take_a_reason_and_other_anomalies_are_only_shown() {
    let anomaly = |kind| Anomaly {
        kind,
        layer_id: None,
        experiment_id: Some("exp".into()),
        group: None,
        variant: Some("a".into()),
        holder: None,
        count: 10,
        lost: None,
        since: now(),
        last: None,
        p_value: None,
    };
    let desk = ramp();
    for (kind, needs_reason) in [
        (AnomalyKind::LostExposures, true),
        (AnomalyKind::Inactive, false),
    ] {
        let mut traffic = hour([50, 50]);
        traffic.anomalies.push(anomaly(kind));
        let model = open(&desk, traffic);
        assert!(picture(&model).contains(kind.code()));
        assert_eq!(
            confirmation(&model).needs_reason(),
            needs_reason,
            "{kind:?}"
        );
    }
}

#[test]
fn an_open_dialog_asks_for_more_when_the_log_turns_bad_and_never_for_less() {
    let desk = ramp();
    let mut model = open(&desk, hour([50, 50]));
    press(&mut model, "tab");
    read(&mut model, hour([51, 50]));
    assert_eq!(confirmation(&model), &Confirmation::OneKey);
    read(&mut model, hour([70, 30]));
    assert!(confirmation(&model).needs_reason());
    assert!(
        press(&mut model, "enter y").is_empty(),
        "neither the button nor the key"
    );
    read(&mut model, hour([50, 50]));
    assert!(confirmation(&model).needs_reason());
    assert!(picture(&model).contains("mismatch: its units"));
}

#[test]
fn a_log_that_is_still_being_read_may_turn_out_to_be_fine() {
    for (units, is_fine) in [([50, 50], true), ([70, 30], false)] {
        let desk = ramp();
        let unread = Counted {
            judged: None,
            ..counted(nothing())
        };
        let mut model = desk.model_with_log((100, 40), LOOK, false, &unread);
        press(&mut model, "a");
        assert!(confirmation(&model).needs_reason());
        let shown = picture(&model);
        assert!(shown.contains("the log is still being read"), "{shown}");
        read(&mut model, hour(units));
        let shown = picture(&model);
        assert!(!shown.contains("still being read"), "{shown}");
        assert_eq!(*confirmation(&model) == Confirmation::OneKey, is_fine);
    }
}

#[test]
fn the_review_of_the_change_has_the_evidence_too() {
    let desk = ramp();
    let mut model = desk.model_with_log((100, 60), LOOK, false, &counted(hour([70, 30])));
    press(&mut model, "J");
    let shown = picture(&model);
    assert!(
        shown.contains("✗ `exp`: mismatch: its units don't split as they should"),
        "{shown}"
    );
}
