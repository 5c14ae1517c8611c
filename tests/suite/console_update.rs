//! What messages do to the console's model: no terminal, no thread, no clock.

use std::fs;
use std::sync::Arc;

use avos::console::attention::AttentionKind;
use avos::console::effect::Effect;
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::model::{Loaded, Model, Overlay, Panel, Trouble};
use avos::console::pages::PageId;
use avos::console::panels::content;
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::domain::{LayerId, LayerState};
use avos::plan::Scope;
use avos::store::{Author, StateStore};
use serde_json::json;

use crate::screens::picture;
use crate::support::console::{now, press, says};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::layers::{experiment, layer};

fn type_text(model: &mut Model, text: &str) {
    for character in text.chars() {
        press(model, &character.to_string());
    }
}

/// Lets the worker answer a load with this.
fn answer_load(model: &mut Model, loaded: Loaded) -> Vec<Effect> {
    let effects = update(model, Message::Watch(WatchEvent::Proposal));
    let request = load_request(&effects).expect("a change is read");
    update(
        model,
        Message::Answer(request, Answer::Loaded(Box::new(loaded))),
    )
}

fn load_request(effects: &[Effect]) -> Option<RequestId> {
    effects.iter().find_map(|effect| match effect {
        Effect::Load(request) => Some(*request),
        _ => None,
    })
}

#[test]
fn additions_take_one_key_in_a_dialog_whose_focus_is_on_cancel() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    assert!(
        press(&mut model, "a enter").is_empty(),
        "Enter takes Cancel"
    );
    assert!(model.overlay.is_none());
    let effects = press(&mut model, "a y");
    assert!(matches!(&effects[..], [Effect::Apply(_, plan, _)] if plan.changes.len() == 5));
    assert!(press(&mut model, "a").is_empty(), "one apply at a time");
    assert!(says(&model).contains("an apply is running"));
}

#[test]
fn a_plan_by_which_units_lose_something_asks_for_a_name() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "a");
    type_text(&mut model, "al");
    assert!(press(&mut model, "enter").is_empty());
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("a wrong name closed it")
    };
    assert!(confirm.is_wrong);
    type_text(&mut model, "l");
    let effects = press(&mut model, "enter");
    assert!(matches!(&effects[..], [Effect::Apply(..)]));
}

#[test]
fn the_selected_layer_alone_asks_for_its_experiment() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "home A");
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("no dialog")
    };
    assert_eq!(
        confirm.review.scope,
        Scope::Layers(vec!["checkout_flow".into()])
    );
    type_text(&mut model, "checkout_payment_v1");
    let effects = press(&mut model, "enter");
    let [Effect::Apply(_, plan, _)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(
        plan.changes
            .iter()
            .all(|change| change.layer_id.as_str() == "checkout_flow")
    );
}

#[test]
fn what_moves_under_an_open_dialog_voids_it_and_is_named() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "a");
    desk.append("homepage_hero.yml", "# a comment\n");
    answer_load(&mut model, desk.load());
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("the dialog closed")
    };
    let stale = confirm.stale.as_ref().expect("it is stale");
    assert!(stale.what.contains("homepage_hero.yml"), "{}", stale.what);
    type_text(&mut model, "all");
    assert!(
        press(&mut model, "enter").is_empty(),
        "what is stale can't be applied"
    );
    assert!(model.overlay.is_none());
}

#[test]
fn reading_the_same_again_leaves_a_dialog_and_the_sample_alone() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "a");
    let effects = answer_load(&mut model, desk.load());
    assert!(effects.is_empty(), "nothing to simulate: {effects:?}");
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("the dialog closed")
    };
    assert!(confirm.stale.is_none());
}

#[test]
fn one_load_is_under_way_and_one_is_due_at_most() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    let first = update(&mut model, Message::Watch(WatchEvent::Proposal));
    let request = load_request(&first).expect("a change is read");
    for _ in 0..5 {
        assert!(update(&mut model, Message::Watch(WatchEvent::Database)).is_empty());
    }
    let loaded = Answer::Loaded(Box::new(desk.load()));
    let effects = update(&mut model, Message::Answer(request, loaded));
    let second = load_request(&effects).expect("what came meanwhile is read after it");
    assert_ne!(request, second);
    let loaded = Answer::Loaded(Box::new(desk.load()));
    assert_eq!(
        load_request(&update(&mut model, Message::Answer(second, loaded))),
        None
    );
}

#[test]
fn a_failed_request_is_said_and_waits_for_nobody() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "a");
    type_text(&mut model, "all");
    let effects = press(&mut model, "enter");
    let [Effect::Apply(request, ..)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let trouble = Trouble {
        message: "the disk is full".into(),
        help: "make room".into(),
    };
    update(
        &mut model,
        Message::Answer(*request, Answer::Failed(trouble)),
    );
    assert_eq!(says(&model), "the disk is full; make room");
    assert!(model.running.apply.is_none());
}

#[test]
fn the_selection_follows_its_thing_when_rows_come_before_it() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, "end");
    let before = model.panel(Panel::Layers).selected.clone();
    assert_eq!(
        model.layer.as_ref().map(LayerId::as_str),
        Some("homepage_hero")
    );
    desk.write("a.yml", "layer_id: a_new_one\nlayer_salt: s\n");
    answer_load(&mut model, desk.load());
    assert_eq!(model.panel(Panel::Layers).selected, before);
    assert_eq!(model.panel(Panel::Layers).index, 2);
}

#[test]
fn a_broken_file_stops_everything_but_not_another_layer() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.write(
        "homepage_hero.yml",
        "layer_id: homepage_hero\nlayer_salt: [\n",
    );
    let mut model = desk.model((120, 40));
    assert!(press(&mut model, "a").is_empty());
    assert!(
        says(&model).contains("1 error in homepage_hero.yml"),
        "{}",
        says(&model)
    );
    press(&mut model, "2 A");
    let effects = press(&mut model, "y");
    assert!(matches!(&effects[..], [Effect::Apply(..)]), "{effects:?}");
}

#[test]
fn read_only_applies_nothing_and_says_so() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    model.startup.is_read_only = true;
    assert!(press(&mut model, "a").is_empty());
    assert!(model.overlay.is_none());
    assert!(says(&model).contains("--read-only"));
}

#[test]
fn escape_takes_back_one_thing_at_a_time() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, "z /");
    type_text(&mut model, "hero");
    press(&mut model, "enter");
    assert_eq!((model.filter(), model.is_zoomed), ("hero", true));
    press(&mut model, "esc");
    assert_eq!((model.filter(), model.is_zoomed), ("", true));
    press(&mut model, "esc");
    assert!(!model.is_zoomed);
}

#[test]
fn a_key_in_a_text_field_is_text() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    assert!(press(&mut model, "/ q q").is_empty());
    assert_eq!(model.filter(), "qq");
    assert!(matches!(press(&mut model, "esc q")[..], [Effect::Quit]));
}

#[test]
fn the_palette_runs_what_it_finds() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, ":");
    type_text(&mut model, "zoom");
    press(&mut model, "enter");
    assert!(model.is_zoomed && model.overlay.is_none());
}

#[test]
fn tab_goes_round_and_back() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    for panel in [
        Panel::Layers,
        Panel::Problems,
        Panel::Changes,
        Panel::Diff,
        Panel::Distribution,
        Panel::Attention,
    ] {
        press(&mut model, "tab");
        assert_eq!(model.focus, panel);
    }
    press(&mut model, "shift-tab");
    assert_eq!(model.focus, Panel::Distribution);
}

#[test]
fn a_sample_of_another_state_is_not_shown() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    assert!(model.distribution.is_some());
    desk.append("checkout_flow.yml", "# a comment\n");
    let effects = answer_load(&mut model, desk.load());
    assert!(model.distribution.is_none());
    // The last one stays in sight, and doesn't claim to be of what is loaded.
    let shown = content(&model, Panel::Distribution, 60, 20);
    assert!(shown.badge.to_string().contains("before the change"));
    assert!(shown.row_count() > 0);
    drop(shown);
    let [Effect::Simulate { states, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    let shown = model
        .loaded
        .as_ref()
        .and_then(|loaded| loaded.states.as_ref());
    assert!(shown.is_some_and(|shown| Arc::ptr_eq(shown, states)));
}

#[test]
fn a_sample_is_taken_anew_when_a_date_went_by() {
    let desk = Desk::new(EXAMPLES, "v1");
    let dated = layer("web").with(experiment("exp").set("end_date", "2030-01-01"));
    let (name, text) = dated.file();
    desk.write(&name, &text);
    let mut model = desk.model((120, 40));
    let mut load_at = |at: &str| {
        let mut loaded = desk.load();
        loaded.at = at.parse().expect("a time");
        answer_load(&mut model, loaded)
    };
    assert!(load_at("2029-12-31T00:00:00Z").is_empty());
    let effects = load_at("2030-01-02T00:00:00Z");
    assert!(
        matches!(effects[..], [Effect::Simulate { .. }]),
        "{effects:?}"
    );
}

#[test]
fn a_locked_database_is_waited_for_once() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    let mut locked = desk.load();
    locked.database.is_busy = true;
    let retries = |effects: Vec<Effect>| {
        let retries = effects.into_iter();
        retries
            .filter(|effect| matches!(effect, Effect::RetrySoon(Owner::Console)))
            .count()
    };
    assert_eq!(retries(answer_load(&mut model, locked.clone())), 1);
    // A file saved meanwhile must not make the waits grow in number.
    assert_eq!(retries(answer_load(&mut model, locked.clone())), 0);
    let effects = update(&mut model, Message::Retry(Owner::Console));
    let request = load_request(&effects).expect("it is tried again");
    let answer = Answer::Loaded(Box::new(locked));
    let effects = update(&mut model, Message::Answer(request, answer));
    assert_eq!(retries(effects), 1);
}

#[test]
fn a_sample_that_comes_too_late_is_not_shown() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    let late = model.distribution.clone().expect("a sample");
    desk.append("checkout_flow.yml", "# a comment\n");
    let effects = answer_load(&mut model, desk.load());
    let [Effect::Simulate { request, .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    // The files can't be read any more before the sample of what they were is done.
    std::fs::remove_dir_all(desk.configs()).expect("the files go");
    answer_load(&mut model, desk.load());
    assert!(model.running.simulate.is_none(), "nobody waits for it");
    update(
        &mut model,
        Message::Answer(*request, Answer::Simulated(Some(late))),
    );
    assert!(model.distribution.is_none());
}

#[test]
fn the_layer_to_apply_is_that_of_the_row_that_the_filter_leaves() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, "home");
    assert_eq!(
        model.layer.as_ref().map(LayerId::as_str),
        Some("checkout_flow")
    );
    press(&mut model, "/");
    type_text(&mut model, "homepage");
    press(&mut model, "enter A");
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("no dialog")
    };
    assert_eq!(
        confirm.review.scope,
        Scope::Layers(vec!["homepage_hero".into()])
    );
}

#[test]
fn a_ramp_up_by_a_lost_line_asks_for_the_name_and_says_why() {
    let desk = Desk::new(EXAMPLES, "v1");
    let (name, text) = layer("web").with(experiment("exp")).file();
    desk.write(&name, &text);
    desk.apply();
    desk.write(&name, &text.replace("    traffic_percentage: 0.1\n", ""));
    let mut model = desk.model((100, 30));
    assert!(press(&mut model, "a y enter").is_empty());
    let screen = picture(&model);
    for line in [
        "90% of layer `web` joins, and a ramp-up can't be undone.",
        "`traffic_percentage` of `exp` isn't in the file, and a ramp-up can't be",
        "Type exp to apply",
    ] {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
    let effects = press(&mut model, "backspace e x p enter");
    assert!(matches!(effects[..], [Effect::Apply(..)]), "{effects:?}");
}

#[test]
fn only_y_itself_confirms() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    for key in ["ctrl-y", "alt-y"] {
        assert!(press(&mut model, &format!("a {key}")).is_empty(), "{key}");
        press(&mut model, "esc");
    }
}

#[test]
fn leaving_waits_for_an_apply_and_stays_where_it_fails() {
    let desk = Desk::new(EXAMPLES, "v1");
    let applying = |model: &mut Model| {
        let effects = press(model, "a y");
        let [Effect::Apply(request, ..)] = &effects[..] else {
            panic!("{effects:?}")
        };
        *request
    };
    let applied = Answer::Applied {
        changes: 5,
        journal_id: Some(1),
    };
    for key in ["q", "ctrl-c"] {
        let mut model = desk.model((120, 40));
        let request = applying(&mut model);
        assert!(press(&mut model, key).is_empty(), "{key}");
        let effects = update(&mut model, Message::Answer(request, applied.clone()));
        assert!(matches!(effects[..], [Effect::Quit]), "{effects:?}");

        let mut model = desk.model((120, 40));
        let request = applying(&mut model);
        press(&mut model, key);
        let trouble = Trouble {
            message: "the disk is full".into(),
            help: String::new(),
        };
        let effects = update(
            &mut model,
            Message::Answer(request, Answer::Failed(trouble)),
        );
        assert!(effects.is_empty(), "{effects:?}");
        assert_eq!(says(&model), "the disk is full");

        let request = applying(&mut model);
        assert!(model.running.apply == Some(request));
        press(&mut model, key);
        assert!(matches!(press(&mut model, key)[..], [Effect::Quit]));
    }
}

#[test]
fn a_new_error_is_not_hidden_by_how_an_action_ended() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, "c");
    update(&mut model, Message::Copied(Ok("the layers")));
    answer_load(&mut model, desk.load());
    assert_eq!(says(&model), "Copied the layers", "nothing changed");
    desk.write("homepage_hero.yml", "layer_id: [\n");
    answer_load(&mut model, desk.load());
    assert_eq!(says(&model), "");
}

/// Applies the pending changes of one layer alone, as another program would.
fn apply_elsewhere(desk: &Desk, layer: &str) {
    let loaded = desk.load();
    let review = loaded.layer_review(&layer.into());
    let plan = review.and_then(|review| review.plan());
    let applied = desk
        .store()
        .apply(&plan.expect("a plan"), &Author::new("bob@host", now()));
    assert!(applied.is_ok_and(|applied| applied.applied > 0));
}

#[test]
fn a_saved_plan_is_applied_as_it_is_and_as_a_whole() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.save_plan();
    let saved = desk.load().review.expect("a review").plan_id.clone();
    // What the files say meanwhile is of no matter.
    desk.write("homepage_hero.yml", "layer_id: [\n");
    let mut model = desk.model_of_plan((120, 40));
    press(&mut model, "home A");
    assert_eq!(
        says(&model),
        "apply layer: a saved plan is applied as a whole"
    );
    press(&mut model, "e");
    assert_eq!(says(&model), "edit: a saved plan has no files to edit");
    let effects = press(&mut model, "a y");
    let [Effect::Apply(_, plan, _)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((&plan.plan_id, plan.changes.len()), (&saved, 5));
}

#[test]
fn a_saved_plan_asks_for_what_it_does_to_units() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    press(&mut model, "a");
    type_text(&mut model, "all");
    let effects = press(&mut model, "enter");
    assert!(matches!(&effects[..], [Effect::Apply(..)]), "{effects:?}");
}

#[test]
fn a_saved_plan_that_was_applied_can_be_read_but_not_be_applied_again() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    desk.apply();
    answer_load(&mut model, desk.load_plan());
    assert!(press(&mut model, "a").is_empty());
    assert!(model.overlay.is_none());
    assert_eq!(
        says(&model),
        "apply: Stale: this plan was applied as journal 1 at 07:08:09 by test@host; make a new \
         plan for further changes"
    );
    let loaded = model.loaded.as_ref().expect("it was read");
    assert!(!loaded.is_pending());
    assert!(loaded.review.as_ref().is_some_and(|r| r.changes.len() == 5));
}

#[test]
fn another_apply_makes_a_saved_plan_stale_and_voids_its_dialog() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    press(&mut model, "a");
    type_text(&mut model, "al");
    apply_elsewhere(&desk, "checkout_flow");
    answer_load(&mut model, desk.load_plan());
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("the dialog closed")
    };
    let stale = confirm.stale.as_ref().expect("it is stale");
    assert_eq!(stale.what, "another program changed layer `checkout_flow`");
    type_text(&mut model, "l");
    assert!(press(&mut model, "enter").is_empty());
    assert!(press(&mut model, "a").is_empty());
    assert!(
        says(&model)
            .starts_with("apply: Stale: the database changed since the plan was made: layer "),
        "{}",
        says(&model)
    );
    let items = model.attention();
    let item = items
        .iter()
        .find(|item| item.kind == AttentionKind::RefusedPlan)
        .expect("it needs somebody");
    assert!(
        item.says
            .starts_with("Stale: the database changed since the plan was made: layer "),
        "{}",
        item.says
    );
    let rows = &model.loaded.as_ref().expect("it was read").layers;
    let slots = |state: &Option<Arc<LayerState>>| state.as_ref().map(|state| state.slots.clone());
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(slots(&row.before), slots(&row.after), "only the database");
    }
}

#[test]
fn the_same_plan_written_in_another_way_is_no_change() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    press(&mut model, "a");
    let text = fs::read_to_string(desk.plan()).expect("our plan");
    fs::write(desk.plan(), text.replacen(',', " ,\n  ", 1)).expect("our plan");
    let effects = answer_load(&mut model, desk.load_plan());
    assert!(effects.is_empty(), "nothing to simulate: {effects:?}");
    assert!(matches!(press(&mut model, "y")[..], [Effect::Apply(..)]));
}

#[test]
fn another_plan_under_the_dialog_voids_it() {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    press(&mut model, "a");
    let loaded = desk.load();
    let review = loaded.layer_review(&loaded.layers[0].layer_id);
    let document = review.expect("a layer's plan").to_report();
    fs::write(desk.plan(), json!(document).to_string()).expect("our plan");
    answer_load(&mut model, desk.load_plan());
    let Some(Overlay::Confirm(confirm)) = &model.overlay else {
        panic!("the dialog closed")
    };
    let stale = confirm.stale.as_ref().expect("it is stale");
    assert_eq!(stale.what, "changed meanwhile: plan.json");
    press(&mut model, "esc");
    // The new one is that of a layer alone.
    let effects = press(&mut model, "a y");
    let [Effect::Apply(_, plan, _)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(plan.changes.len() < 5);
}

#[test]
fn a_saved_plan_with_errors_is_refused() {
    let desk = Desk::applied(EXAMPLES, "v1", "broken");
    desk.save_plan();
    let mut model = desk.model_of_plan((120, 40));
    assert!(press(&mut model, "a").is_empty());
    assert!(
        says(&model).starts_with("apply: Refused: the plan couldn't be applied when it was made"),
        "{}",
        says(&model)
    );
    let loaded = model.loaded.as_ref().expect("it was read");
    assert!(loaded.error_count() > 0);
    assert!(loaded.problems.iter().all(|found| found.excerpt.is_none()));
}

#[test]
fn what_is_no_plan_is_said_until_there_is_one() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.save_plan();
    let good = fs::read(desk.plan()).expect("our plan");
    let mut model = desk.model_of_plan((120, 40));
    let mut altered = good.clone();
    let at = altered.len() / 2;
    altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
    let of_other_version = String::from_utf8_lossy(&good)
        .replace("\"format_version\":1", "\"format_version\":2")
        .into_bytes();
    let cases: [(&str, Vec<u8>); 6] = [
        ("it isn't a saved plan", Vec::new()),
        ("it isn't a saved plan", b"layer_id: a\n".to_vec()),
        ("its format_version is 2", of_other_version),
        ("can't be used: ", altered),
        ("it is not UTF-8 text", vec![0xff; 10]),
        ("it is larger than 64 MiB", vec![b' '; (64 << 20) + 1]),
    ];
    for (message, contents) in cases {
        fs::write(desk.plan(), contents).expect("our plan");
        answer_load(&mut model, desk.load_plan());
        assert!(press(&mut model, "a").is_empty(), "{message}");
        assert!(says(&model).contains(message), "{}", says(&model));
        let loaded = model.loaded.as_ref().expect("it was read");
        assert!(loaded.troubles().all(|trouble| !trouble.help.is_empty()));
        assert_eq!(loaded.layers.len(), 2, "the database is shown");
    }
    fs::remove_file(desk.plan()).expect("our plan");
    answer_load(&mut model, desk.load_plan());
    press(&mut model, "a");
    assert!(says(&model).ends_with("plan.json doesn't exist"));
    fs::create_dir(desk.plan()).expect("a directory");
    answer_load(&mut model, desk.load_plan());
    press(&mut model, "a");
    assert!(says(&model).ends_with("can't be read: it is not a file"));
    fs::remove_dir(desk.plan()).expect("our directory");

    fs::write(desk.plan(), good).expect("our plan");
    answer_load(&mut model, desk.load_plan());
    press(&mut model, "a");
    assert!(matches!(model.overlay, Some(Overlay::Confirm(_))));
}

/// The attention items that `n` visits: kind and id of each.
fn visited(model: &mut Model, keys: usize) -> Vec<String> {
    let visit = |_| {
        press(model, "n");
        says(model).to_owned()
    };
    (0..keys).map(visit).collect()
}

#[test]
fn n_goes_through_everything_that_needs_somebody_wherever_it_is() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.append("checkout_flow.yml", "unknown: 1\n");
    let mut model = desk.model((120, 40));
    let said = visited(&mut model, 4);
    assert!(
        said[0].starts_with("1 of 3: checkout_flow unknown"),
        "{said:?}"
    );
    assert!(
        said[1].starts_with("2 of 3: hero_button_colors_v1 complete"),
        "{said:?}"
    );
    assert!(
        said[2].starts_with("3 of 3: hero_button_colors_v2 create"),
        "{said:?}"
    );
    assert!(said[3].starts_with("1 of 3"), "{said:?}");
    // The error is in Problems, a change has a page.
    assert_eq!((model.focus, model.pages.len()), (Panel::Problems, 0));
    press(&mut model, "n");
    assert_eq!(model.pages.len(), 1);
    // Back from a page, and the other way round.
    press(&mut model, "N");
    assert_eq!((model.focus, model.pages.len()), (Panel::Problems, 0));
}

#[test]
fn enter_opens_pages_and_escape_closes_them_one_by_one() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "2 enter");
    let ids = |model: &Model| -> Vec<String> {
        model
            .pages
            .iter()
            .map(|page| format!("{:?}", page.id))
            .collect()
    };
    assert_eq!(ids(&model), [r#"Layer("checkout_flow")"#]);
    press(&mut model, "enter");
    assert!(
        ids(&model)[1].starts_with("Experiment("),
        "{:?}",
        ids(&model)
    );
    press(&mut model, "esc esc");
    assert_eq!((ids(&model).len(), model.focus), (0, Panel::Layers));
    // A number leads to its panel from wherever one is.
    press(&mut model, "enter 4");
    assert_eq!((ids(&model).len(), model.focus), (0, Panel::Changes));
}

#[test]
fn what_comes_in_is_named_until_the_next_key() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model((120, 40));
    let badge = |model: &Model| content(model, Panel::Attention, 60, 20).badge.to_string();
    press(&mut model, "2 j");
    let selected = model.panel(Panel::Layers).selected.clone();
    desk.append("checkout_flow.yml", "unknown: 1\n");
    answer_load(&mut model, desk.load());
    assert!(
        badge(&model).contains("new: checkout_flow"),
        "{}",
        badge(&model)
    );
    assert_eq!(model.panel(Panel::Layers).selected, selected);
    press(&mut model, "k");
    assert!(!badge(&model).contains("new"), "{}", badge(&model));
}

fn dialog(model: &Model) -> &avos::console::confirm::Confirm {
    match &model.overlay {
        Some(Overlay::Confirm(confirm)) => confirm,
        other => panic!("no dialog: {other:?}"),
    }
}

#[test]
fn the_dialog_scrolls_to_its_ends_and_what_is_typed_does_not_scroll() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((60, 16));
    press(&mut model, "a down");
    assert_eq!(dialog(&model).offset, 1);
    press(&mut model, "end");
    let last = dialog(&model).offset;
    assert!(last > 1);
    assert!(!picture(&model).contains("more ↓ ─"));
    press(&mut model, "down");
    assert_eq!(dialog(&model).offset, last, "there is nothing below");
    press(&mut model, "j k");
    assert_eq!(
        (dialog(&model).offset, &*dialog(&model).typed),
        (last, "jk")
    );
    press(&mut model, "home");
    assert_eq!(dialog(&model).offset, 0);
}

#[test]
fn tab_goes_on_with_a_name_that_was_begun() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "a tab");
    assert_eq!(dialog(&model).typed, "", "nobody confirms by Tab alone");
    press(&mut model, "shift-tab a tab");
    assert_eq!(dialog(&model).typed, "all");
    let effects = press(&mut model, "enter");
    assert!(matches!(&effects[..], [Effect::Apply(..)]));
}

#[test]
fn from_a_dialog_that_takes_one_key_the_changes_are_walked_through() {
    let desk = Desk::new(EXAMPLES, "v1");
    let mut model = desk.model((120, 40));
    press(&mut model, "a");
    assert!(picture(&model).contains("5 of 5 changes not looked at"));
    press(&mut model, "J");
    assert!(model.overlay.is_none());
    assert!(matches!(&model.pages[..], [page] if matches!(page.id, PageId::Change(_))));
    press(&mut model, "a");
    assert!(picture(&model).contains("4 of 5 changes not looked at"));
    // `m` goes on to the next one, which is looked at then.
    press(&mut model, "esc m a");
    assert!(picture(&model).contains("3 of 5 changes not looked at"));
}

#[test]
fn what_a_problem_shows_says_an_id_once_and_finds_it() {
    let desk = Desk::empty();
    let at = |share: f64, reserved: f64, allocation: &str| {
        let wide = experiment("exp_wide")
            .set("traffic_percentage", share)
            .set("reserved_percentage", reserved)
            .set("traffic_allocation", allocation);
        layer("web").with(wide).file()
    };
    let (name, before) = at(0.5, 0.6, "{a: 0.5, b: 0.5}");
    desk.write(&name, &before);
    desk.apply();
    let dates = "    start_date: 2025-03-01\n    end_date: 2025-02-01\n";
    for (after, says) in [
        (
            at(0.3, 0.6, "{a: 0.5, b: 0.5}").1,
            "traffic_percentage  can't shrink from 0.5 to 0.3",
        ),
        (
            at(0.5, 0.5, "{a: 0.5, b: 0.5}").1,
            "reserved_percentage  can't shrink from 0.6 to 0.5",
        ),
        (
            at(0.5, 0.6, "{a: 0.4, b: 0.6}").1,
            "traffic_allocation  can't change: ",
        ),
        (before.clone() + dates, "end_date  "),
    ] {
        desk.write(&name, &after);
        let mut model = desk.model((160, 50));
        press(&mut model, "3");
        let shown = |model: &Model| {
            let content = content(model, Panel::Problems, 150, 2);
            let lines = content.lines(0..content.total());
            lines.first().map_or(String::new(), ToString::to_string)
        };
        let line = shown(&model);
        assert!(line.contains(says), "{line}");
        assert_eq!(line.matches("exp_wide").count(), 1, "{line}");
        press(&mut model, "/");
        type_text(&mut model, "exp_wide");
        assert_eq!(shown(&model), line, "it is found by the id");
        type_text(&mut model, "r");
        assert!(shown(&model).contains("no problems match"));
    }
}

#[test]
fn a_review_counts_as_looked_at_however_it_was_opened() {
    let desk = Desk::new(EXAMPLES, "v1");
    for keys in ["J", "K", "n", "1 enter", "4 j enter"] {
        let mut model = desk.model((120, 40));
        press(&mut model, keys);
        let PageId::Change(thing) = model.pages[0].id.clone() else {
            panic!("{keys}: {:?}", model.pages)
        };
        assert!(model.is_seen(&thing), "{keys}");
        press(&mut model, "esc a");
        let seen = picture(&model);
        assert!(
            seen.contains("4 of 5 changes not looked at"),
            "{keys}\n{seen}"
        );
    }
}

#[test]
fn a_change_is_unseen_again_when_it_is_another_one() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    press(&mut model, "J");
    let PageId::Change(thing) = model.pages[0].id.clone() else {
        panic!("{:?}", model.pages)
    };
    assert!(model.is_seen(&thing));
    // The same again stays seen, also where something else is edited.
    desk.append("homepage_hero.yml", "# a remark\n");
    answer_load(&mut model, desk.load());
    assert!(model.is_seen(&thing));
    let file = desk.configs().join("checkout_flow.yml");
    let text = fs::read_to_string(&file).expect("the file");
    let text = text.replace("status: paused", "status: completed");
    fs::write(&file, text).expect("the file is written");
    answer_load(&mut model, desk.load());
    assert!(!model.is_seen(&thing));
    press(&mut model, "m");
    assert!(model.is_seen(&thing));
}

#[test]
fn what_stays_is_counted_until_the_panel_fills_the_screen() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    fs::remove_file(desk.configs().join("homepage_hero.yml")).expect("the file");
    let mut model = desk.model((120, 40));
    let folded = ": Enter lists ";
    assert!(picture(&model).contains(folded));
    press(&mut model, "4 end enter");
    assert_eq!(model.zoomed(), Some(Panel::Changes));
    assert!(!picture(&model).contains(folded));
    press(&mut model, "esc");
    assert!(picture(&model).contains(folded));
}

#[test]
fn a_change_of_what_has_ended_says_that_no_unit_gets_it() {
    for (status, dates, is_over) in [
        ("active", "end_date: 2026-05-01", true),
        ("active", "end_date: 2026-05-07", false),
        ("paused", "end_date: 2026-05-01", false),
        ("active", "start_date: 2026-05-07", false),
    ] {
        let desk = Desk::empty();
        let (key, date) = dates.split_once(": ").expect("a date");
        let file = |status: &str| {
            let exp = experiment("exp").set("status", status).set(key, date);
            layer("web").with(exp).file()
        };
        let (name, text) = file("draft");
        desk.write(&name, &text);
        desk.apply();
        desk.write(&name, &file(status).1);
        let mut model = desk.model((100, 30));
        press(&mut model, "J");
        let seen = picture(&model);
        let says = "ended 5 d ago: no unit gets it";
        assert_eq!(seen.contains(says), is_over, "{status} {dates}\n{seen}");
    }
}

#[test]
fn a_layers_page_says_what_is_held_now_and_after_the_plan() {
    let desk = Desk::empty();
    let file = |status: &str| {
        let exp = experiment("exp").set("status", status);
        layer("web").with(exp).file()
    };
    let (name, text) = file("draft");
    desk.write(&name, &text);
    desk.apply();
    let mut model = desk.model((120, 40));
    press(&mut model, "2 enter");
    assert!(picture(&model).contains("10% held, all draft"));
    assert!(!picture(&model).contains("after the plan"));
    desk.write(&name, &file("active").1);
    let mut model = desk.model((120, 40));
    press(&mut model, "2 enter");
    let seen = picture(&model);
    assert!(seen.contains("10% held, all draft now"), "{seen}");
    assert!(
        seen.contains("10% held, all active after the plan"),
        "{seen}"
    );
}

#[test]
fn a_new_error_is_in_sight_in_panels_that_were_scrolled_down() {
    let desk = Desk::empty();
    let mut full = layer("zebra");
    for number in 0..30 {
        full = full.with(experiment(&format!("exp_{number:02}")).set("traffic_percentage", 0.01));
    }
    let (name, text) = full.file();
    desk.write(&name, &text);
    let mut model = desk.model((80, 24));
    press(&mut model, "1 end 2");
    let selected = model.panel(Panel::Attention).selected.clone();
    assert!(selected.is_some() && model.panel(Panel::Attention).offset > 0);
    desk.write("aaa.yml", "unknown: 1\n");
    answer_load(&mut model, desk.load());
    // Nor does another answer or size scroll it away again.
    answer_load(&mut model, desk.load());
    update(&mut model, Message::Resized(90, 24));
    assert_eq!(model.panel(Panel::Attention).offset, 0);
    assert_eq!(model.panel(Panel::Attention).selected, selected);
    // With the keys, the selected row is in sight again.
    press(&mut model, "1");
    assert!(model.panel(Panel::Attention).offset > 0);
}
