//! What is selected before anybody has chosen: nothing while the list fills in, then the worst, which stays.

use avos::console::effect::Effect;
use avos::console::message::{Answer, Message, RequestId};
use avos::console::model::{Model, Panel, Startup};
use avos::console::proposal::Proposal;
use avos::console::update::update;
use avos::console::watch::{WatchEvent, WatchMode};
use avos::traffic::Traffic;

use crate::screens::picture;
use crate::support::console::{press, says, startup};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

/// A console that has read files and database, and awaits the log.
fn awaiting_the_log(desk: &Desk) -> (Model, RequestId) {
    let startup = Startup {
        log: Some("exposures.db".to_owned()),
        ..startup(Proposal::Configs(desk.configs()))
    };
    let mut model = Model::new(startup, (120, 40));
    let mode = Message::Watch(WatchEvent::Mode(WatchMode::Kernel));
    let mut log = None;
    for effect in update(&mut model, mode) {
        match effect {
            Effect::Load(request) => {
                let loaded = Answer::Loaded(Box::new(desk.load()));
                update(&mut model, Message::Answer(request, loaded));
            }
            Effect::Count { request, .. } => log = Some(request),
            other => panic!("{other:?}"),
        }
    }
    (model, log.expect("the log is read"))
}

fn read_log(model: &mut Model, request: RequestId, traffic: Traffic) {
    let answer = Answer::Counted(Box::new(counted(traffic)));
    update(model, Message::Answer(request, answer));
}

fn selected(model: &Model) -> Option<String> {
    Some(model.selected_row()?.key.0)
}

#[test]
fn the_first_row_is_selected_once_everything_was_read() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for panel in ["1", "2"] {
        let (mut model, log) = awaiting_the_log(&desk);
        press(&mut model, panel);
        assert_eq!(selected(&model), None, "the alarm isn't known yet");
        assert!(!model.attention().is_empty());
        assert!(press(&mut model, "p").is_empty());
        assert_eq!(
            says(&model),
            "pause: no experiment is selected: Enter on its layer lists them"
        );
        assert!(!picture(&model).contains('▌'), "{}", picture(&model));
        read_log(&mut model, log, traffic());
        let first = model.content_of(model.place(), 60, 30).row(0).key.0;
        assert_eq!(selected(&model), Some(first));
        assert!(picture(&model).contains('▌'), "{}", picture(&model));
    }
}

#[test]
fn a_key_selects_before_that_and_nothing_moves_it() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (key, index) in [("j", 0), ("k", 0), ("g", 0), ("G", 2)] {
        let (mut model, log) = awaiting_the_log(&desk);
        press(&mut model, key);
        let chosen = selected(&model).expect("a row");
        let items = model.attention();
        assert_eq!(chosen, items[index.min(items.len() - 1)].key.0, "{key}");
        read_log(&mut model, log, traffic());
        assert_eq!(selected(&model), Some(chosen), "{key}");
        assert!(model.attention().len() > items.len());
    }
}

#[test]
fn what_comes_later_stays_unselected_and_n_goes_there_first() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let (mut model, log) = awaiting_the_log(&desk);
    read_log(&mut model, log, Traffic::default());
    let before = selected(&model);
    assert!(before.is_some());
    let effects = update(&mut model, Message::Watch(WatchEvent::Log));
    let [Effect::Count { request, .. }] = &effects[..] else {
        panic!("{effects:?}");
    };
    read_log(&mut model, *request, traffic());
    assert_eq!(selected(&model), before, "nobody has pressed a key");
    assert!(
        picture(&model).contains("new: hero_but"),
        "{}",
        picture(&model)
    );
    press(&mut model, "n");
    assert_eq!(model.focus, Panel::Experiments);
    assert!(says(&model).starts_with("1 of "), "{}", says(&model));
}
