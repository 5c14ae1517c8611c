//! Holding and releasing from the console.

use avos::console::effect::Effect;
use avos::console::holds::{Held, NewHold};
use avos::console::message::{Answer, Message};
use avos::console::model::{Loaded, Model, Overlay, Trouble};
use avos::console::pages::{Page, PageId};
use avos::console::update::update;
use avos::domain::Hold;
use avos::review::{plan_hold, plan_release, plan_replacing_hold};
use avos::store::{Author, StateStore};
use jiff::SignedDuration;

use crate::screens::{SIZES, picture};
use crate::support::console::{now, press, says};
use crate::support::desk::{Desk, EXAMPLES};

fn type_text(model: &mut Model, text: &str) {
    update(model, Message::Paste(text.to_owned()));
}

fn on_page(desk: &Desk) -> Model {
    let mut model = desk.model((120, 40));
    let id = PageId::Experiment("homepage_hero".into(), "hero_layout_v1".into());
    model.pages.push(Page::new(id));
    model
}

/// Answers the load that these ask for.
fn read_again(desk: &Desk, model: &mut Model, effects: &[Effect]) {
    let load = effects.iter().find_map(|effect| match effect {
        Effect::Load(request) => Some(*request),
        _ => None,
    });
    let loaded: Loaded = desk.load();
    let answer = Answer::Loaded(Box::new(loaded));
    update(model, Message::Answer(load.expect("a load"), answer));
}

/// Holds or releases in the database what the effect asks for, and answers.
fn carry_out(desk: &Desk, model: &mut Model, effects: &[Effect]) {
    let store = desk.store();
    let state = store.snapshot().expect("a state").state;
    let author = Author::new("ada@host", now());
    let (request, id, plan, hold) = match effects {
        [Effect::Hold(request, new)] => {
            let id = &new.experiment_id;
            let until = new.until.map(|end| end.at(now()).expect("a time"));
            let hold = Hold::new(now(), until, new.reason.as_str(), "ada@host");
            let plan = if new.replaces {
                plan_replacing_hold(&state, id, hold.clone())
            } else {
                plan_hold(&state, id, hold.clone())
            };
            (*request, id.clone(), plan.expect("a plan"), Some(hold))
        }
        [Effect::Release(request, id, _)] => {
            let plan = plan_release(&state, id).expect("a plan");
            (*request, id.clone(), plan, None)
        }
        other => panic!("{other:?}"),
    };
    let plan = plan.expect("something to do");
    let applied = store.apply(&plan, &author).expect("applied");
    let standing = Held {
        experiment_id: id,
        hold,
        journal_id: applied.journal_id,
    };
    let effects = update(model, Message::Answer(request, Answer::Held(standing)));
    read_again(desk, model, &effects);
}

#[test]
fn an_experiment_is_held_with_a_reason_and_released() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk);
    press(&mut model, "H");
    assert!(matches!(model.overlay, Some(Overlay::Hold(_))));
    // From the other field too, Enter leads to what is missing, and it is said there.
    press(&mut model, "tab");
    assert!(press(&mut model, "enter").is_empty());
    let text = picture(&model);
    assert!(text.contains("✗ say why: everybody who plans"), "{text}");
    type_text(&mut model, "checkout fails\n on phones");
    let text = picture(&model);
    assert!(!text.contains("say why"), "{text}");
    assert!(picture(&model).contains("Why: checkout fails on phones"));
    let effects = press(&mut model, "enter");
    assert!(model.overlay.is_none());
    carry_out(&desk, &mut model, &effects);
    assert_eq!(says(&model), "hero_layout_v1 is held, journal 2");
    // The page and the attention panel say so, and no change would resume it.
    let text = picture(&model);
    assert!(
        text.contains("held by ada@host now: checkout fails on phones"),
        "{text}"
    );
    assert!(
        model
            .loaded
            .as_ref()
            .is_some_and(|loaded| !loaded.is_pending())
    );
    assert!(
        text.contains("its file says active: p writes the pause back"),
        "{text}"
    );
    // Another reason and an end: the form shows what it replaces.
    press(&mut model, "H");
    let text = picture(&model);
    assert!(
        text.contains("Replace the hold on hero_layout_v1"),
        "{text}"
    );
    assert!(
        text.contains("held by ada@host now: checkout fails on phones"),
        "{text}"
    );
    assert!(press(&mut model, "enter").is_empty());
    assert!(picture(&model).contains("✗ say why"), "{}", picture(&model));
    type_text(&mut model, "until the fix is out");
    press(&mut model, "tab");
    type_text(&mut model, "2h");
    let effects = press(&mut model, "enter");
    carry_out(&desk, &mut model, &effects);
    assert_eq!(says(&model), "hero_layout_v1 is held, journal 3");
    let state = &desk.store().snapshot().expect("a state").state;
    let hold = &state.layer(&"homepage_hero".into()).expect("a layer").holds["hero_layout_v1"];
    assert_eq!(&*hold.reason, "until the fix is out");
    assert!(hold.until.is_some());

    press(&mut model, "L");
    assert!(
        picture(&model).contains("held by ada@host now, ends in 2 h: until the fix is out"),
        "{}",
        picture(&model)
    );
    let effects = press(&mut model, "enter");
    carry_out(&desk, &mut model, &effects);
    assert!(says(&model).starts_with("hero_layout_v1 is released, journal 4"));
    assert!(
        model
            .loaded
            .as_ref()
            .is_some_and(|loaded| loaded.is_pending()),
        "it may resume"
    );
    assert!(press(&mut model, "L").is_empty());
    assert_eq!(says(&model), "release: it isn't held");
}

#[test]
fn four_keys_and_a_reason_hold_what_an_attention_item_is_about() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "1 H");
    type_text(&mut model, "why");
    let effects = press(&mut model, "enter");
    assert!(
        matches!(&effects[..], [Effect::Hold(_, NewHold { experiment_id, reason, until: None, replaces: false })] if experiment_id.as_str() == "checkout_payment_v1" && reason == "why")
    );
    // One at a time, and a failure is said.
    assert!(press(&mut model, "H").is_empty());
    assert_eq!(
        says(&model),
        "hold: the last hold or release is being written"
    );
    let [Effect::Hold(request, ..)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let trouble = Trouble {
        message: "the database is locked".to_owned(),
        help: "try again".to_owned(),
    };
    update(
        &mut model,
        Message::Answer(*request, Answer::Failed(trouble)),
    );
    assert_eq!(says(&model), "the database is locked; try again");
}

#[test]
fn what_cant_be_held_says_why() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = on_page(&desk);
    assert!(press(&mut model, "H").is_empty());
    assert_eq!(
        says(&model),
        "hold: the experiment isn't in the database yet"
    );
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk);
    model.startup.is_read_only = true;
    for key in ["H", "L"] {
        assert!(press(&mut model, key).is_empty());
        assert!(says(&model).ends_with("the console was started with --read-only"));
    }
}

#[test]
fn the_form_at_every_size() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut pictures = String::new();
    for size in SIZES {
        let mut model = on_page(&desk);
        update(&mut model, Message::Resized(size.0, size.1));
        press(&mut model, "H");
        type_text(&mut model, "checkout fails on phones");
        pictures += &format!("{}×{}\n{}\n", size.0, size.1, picture(&model));
    }
    insta::assert_snapshot!(pictures);
}

#[test]
fn a_hold_can_end_by_itself() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    for (typed, expected) in [
        // From when it is held, not from what was read last.
        ("2h", Some("2026-05-06T09:09:09Z")),
        ("2026-05-07 08:00", Some("2026-05-07T08:00:00Z")),
        (" ", None),
    ] {
        let mut model = on_page(&desk);
        press(&mut model, "H");
        type_text(&mut model, "night");
        press(&mut model, "tab");
        type_text(&mut model, typed);
        let effects = press(&mut model, "enter");
        let [Effect::Hold(_, hold)] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(hold.reason, "night");
        let later = now() + SignedDuration::from_mins(1);
        let until = hold.until.map(|end| end.at(later).expect("a time"));
        assert_eq!(
            until.map(|at| at.to_string()).as_deref(),
            expected,
            "{typed}"
        );
    }
    for (typed, why) in [
        ("soon", "✗ 30m, 2h or 3d from now"),
        ("2026-05-05", "✗ 2026-05-05T00:00:00Z isn't in the future"),
        ("999999999d", "✗ a hold must end before the year 10000"),
    ] {
        let mut model = on_page(&desk);
        press(&mut model, "H");
        type_text(&mut model, "night");
        press(&mut model, "tab");
        type_text(&mut model, typed);
        assert!(press(&mut model, "enter").is_empty());
        // Also from the field above.
        for key in ["", "tab enter"] {
            assert!(press(&mut model, key).is_empty());
            let text = picture(&model);
            assert!(text.contains(why), "{text}");
            let below = text.split("Until: ").nth(1).expect("the field");
            assert!(below.contains(why), "below its field: {text}");
        }
        assert!(
            matches!(model.overlay, Some(Overlay::Hold(_))),
            "it stays open"
        );
    }
}
