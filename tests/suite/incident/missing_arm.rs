//! The units that the arm of an alarm got last.

use std::sync::Arc;

use avos::console::effect::Effect;
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::model::{Model, Overlay, Panel, RowKey, Trouble};
use avos::console::pages::content;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::exposure::{ArmUnit, ArmUnits, LoggedArm};
use avos::traffic::Traffic;
use jiff::SignedDuration;

use crate::screens::{at_every_size, in_every_look, text};
use crate::support::console::now;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

const DARK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

fn model_of(traffic: Traffic, size: (u16, u16), look: (ThemeName, &'static Symbols)) -> Model {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.model_with_log(size, look, true, &counted(traffic))
}

fn model() -> Model {
    model_of(traffic(), (100, 30), DARK)
}

fn pressed(model: &mut Model, key: &str) -> Vec<Effect> {
    update(model, Message::Key(key.parse().expect("a key")))
}

/// The search among these effects.
fn search(effects: &[Effect]) -> Option<(RequestId, LoggedArm)> {
    effects.iter().find_map(|effect| match effect {
        Effect::SearchArm(request, arm) => Some((*request, arm.clone())),
        _ => None,
    })
}

fn is_stopped(effects: &[Effect], request: RequestId) -> bool {
    let mut effects = effects.iter();
    effects.any(|effect| matches!(effect, Effect::StopSearching(stopped) if *stopped == request))
}

/// Units that were seen every seven seconds, the last of them 25 minutes ago.
fn units(ids: &[&str]) -> ArmUnits {
    let units = (0..).zip(ids).map(|(index, id)| ArmUnit {
        unit_id: (*id).to_owned(),
        slot_index: (index != 2).then_some(3 * index),
        at: now() - SignedDuration::from_mins(25) - SignedDuration::from_secs(7 * index),
    });
    ArmUnits {
        units: units.collect(),
        is_complete: true,
    }
}

fn answer(model: &mut Model, request: RequestId, found: ArmUnits) -> Vec<Effect> {
    update(
        model,
        Message::Answer(request, Answer::ArmFound(found.into())),
    )
}

/// Opens the page, and answers its search.
fn open(model: &mut Model, found: ArmUnits) {
    let (request, _) = search(&pressed(model, "M")).expect("it searches");
    answer(model, request, found);
}

/// What the page says where it is wide.
fn said(model: &Model) -> String {
    let page = model.page().expect("a page");
    let content = content(model, page, 200, 40);
    let lines = content.lines(0..content.total());
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

const IDS: [&str; 4] = [
    "user_28233",
    "customer-00000000000000000000000000000000000000000000000000000017",
    "用户 7",
    "a\u{1b}[1mb",
];

#[test]
fn every_size() {
    let sizes = at_every_size(|size| {
        let mut model = model_of(traffic(), size, DARK);
        open(&mut model, units(&IDS));
        press(&mut model, "j");
        model
    });
    insta::assert_snapshot!("missing_arm_sizes", sizes);
}

#[test]
fn every_look() {
    let looks = in_every_look(|theme, symbols| {
        let mut model = model_of(traffic(), (80, 16), (theme, symbols));
        open(&mut model, units(&IDS));
        model
    });
    insta::assert_snapshot!("missing_arm_looks", looks);
}

#[test]
fn it_is_one_key_away_from_the_alarm_wherever_that_is() {
    let arm = LoggedArm {
        experiment_id: "hero_button_colors_v1".into(),
        group: None,
        variant: "blue".into(),
    };
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    // From the attention panel, from the incident view, and from the experiment's page.
    for keys in ["", "i", "enter", "i enter"] {
        let mut model = desk.model_with_log((100, 30), DARK, false, &counted(traffic()));
        press(&mut model, keys);
        let (_, asked) = search(&pressed(&mut model, "M")).expect("it searches");
        assert_eq!(asked, arm, "{keys}");
        assert!(text(&model).contains("Missing › blue of hero_button_colors_v1"));
    }
}

#[test]
fn the_arm_of_a_group_is_searched_for_in_its_group() {
    let mut model = model();
    press(&mut model, "j");
    let (_, arm) = search(&pressed(&mut model, "M")).expect("it searches");
    assert_eq!(arm.group, Some("DE".into()));
    assert_eq!(arm.variant.as_str(), "a");
}

#[test]
fn without_an_alarm_it_says_so() {
    let mut model = model();
    press(&mut model, "j j");
    assert!(!text(&model).contains("M missing"));
    assert!(pressed(&mut model, "M").is_empty());
    let outcome = model.outcome.take().expect("it is said");
    assert!(outcome.text.contains("no alarm is selected"));
    assert!(model.page().is_none());
}

#[test]
fn enter_looks_up_the_unit_in_the_layer_of_the_alarm() {
    let mut model = model();
    open(&mut model, units(&IDS));
    press(&mut model, "j j");
    // A filter of an earlier lookup could hide the layer.
    model.lookup.browser.filter.text = "checkout".to_owned();
    let effects = pressed(&mut model, "enter");
    assert!(matches!(model.overlay, Some(Overlay::Lookup)));
    assert_eq!(model.lookup.unit_id.as_deref(), Some(IDS[2]));
    let selected = model.lookup.browser.list.selected.as_ref();
    assert_eq!(selected, Some(&RowKey("homepage_hero".to_owned())));
    assert_eq!(model.lookup.browser.filter.text, "");
    let [
        Effect::Explain(_, explained, _),
        Effect::Search(_, searched),
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!([explained, searched], [IDS[2]; 2]);
    press(&mut model, "esc");
    assert!(model.overlay.is_none() && model.listed_arm().is_some());
}

#[test]
fn a_search_says_how_far_it_is_and_ends_with_the_page() {
    let mut model = model();
    let (request, _) = search(&pressed(&mut model, "M")).expect("it searches");
    update(&mut model, Message::Searching(request, 0.42));
    assert!(said(&model).contains("searching the log: 42%"));
    // Whatever is typed meanwhile works; Ctrl-C stops only the search.
    assert!(is_stopped(&pressed(&mut model, "ctrl-c"), request));
    let stopped = ArmUnits {
        is_complete: false,
        ..units(&IDS[..1])
    };
    answer(&mut model, request, stopped);
    let said_then = said(&model);
    assert!(said_then.contains("the search was stopped: R searches again"));
    assert!(said_then.contains(IDS[0]));
    // What was found stays in sight until there is more.
    let (again, _) = search(&pressed(&mut model, "R")).expect("it searches again");
    assert!(said(&model).contains(IDS[0]));
    // An answer to an older request changes nothing.
    answer(&mut model, request, ArmUnits::default());
    assert!(said(&model).contains(IDS[0]));
    for key in ["esc", "n", "i"] {
        let mut model = model.clone();
        let effects = pressed(&mut model, key);
        assert!(is_stopped(&effects, again), "{key}");
        assert!(model.page().is_none());
    }
    // A page above it doesn't stop it.
    let mut above = model.clone();
    assert!(!is_stopped(&pressed(&mut above, "t"), again));
    answer(&mut model, again, units(&IDS));
    assert!(said(&model).contains(IDS[0]) && !said(&model).contains("stopped"));
    assert!(
        !is_stopped(&pressed(&mut model, "esc"), again),
        "it is over"
    );
}

#[test]
fn it_is_searched_again_when_the_log_has_more_of_the_arm() {
    let mut model = model();
    let (request, _) = search(&pressed(&mut model, "M")).expect("it searches");
    let change = |model: &mut Model, more| {
        let mut traffic = traffic();
        traffic.splits[0].arms[2].exposures += more;
        let effects = update(model, Message::Watch(avos::console::watch::WatchEvent::Log));
        let request = effects.iter().find_map(|effect| match effect {
            Effect::Count { request, .. } => Some(*request),
            _ => None,
        });
        let answer = Answer::Counted(Box::new(counted(traffic)));
        let request = request.expect("a change is read");
        search(&update(model, Message::Answer(request, answer)))
    };
    // The search under way is finished first, and followed by another.
    assert_eq!(change(&mut model, 1), None);
    let (second, _) = search(&answer(&mut model, request, units(&IDS))).expect("there is more");
    assert_eq!(search(&answer(&mut model, second, units(&IDS))), None);
    assert_eq!(change(&mut model, 1), None, "there is no more of it");
    assert!(change(&mut model, 2).is_some());
    press(&mut model, "esc");
    assert_eq!(change(&mut model, 3), None, "nobody sees it");
}

#[test]
fn it_says_since_when_the_arm_has_had_no_exposures() {
    let silent = "no exposures since 06:43:00, 25 min ago, while the other arms got 1,764 units";
    let says = |traffic: Traffic, found: &str| {
        let mut model = model_of(traffic, (100, 30), DARK);
        pressed(&mut model, "M");
        let said = said(&model);
        assert!(said.contains(found), "{said}");
    };
    says(traffic(), silent);
    let not_silent = |change: &dyn Fn(&mut Traffic)| {
        let mut traffic = traffic();
        traffic.anomalies.remove(0);
        change(&mut traffic);
        traffic
    };
    says(
        not_silent(&|_| {}),
        "no exposures since the mismatch began at 06:49:00: the last one was at 06:42:00, 26 min ago",
    );
    says(
        not_silent(&|traffic| {
            let windows = &mut traffic.splits[0].arms[2].windows;
            let mut last = windows[0];
            last.start = now() - SignedDuration::from_mins(3);
            last.exposures = 5;
            windows.push(last);
            traffic.splits[0].arms[2].last = Some(last.start);
        }),
        "last exposure at 07:05:09, 3 min ago; 5 since the mismatch began at 06:49:00",
    );
    let never = not_silent(&|traffic| {
        let arm = &mut traffic.splits[0].arms[2];
        (arm.units, arm.exposures, arm.last) = (0, 0, None);
        arm.windows.clear();
    });
    says(never.clone(), "it never had an exposure");
    // There is nothing to search for.
    let mut model = model_of(never, (100, 30), DARK);
    assert_eq!(search(&pressed(&mut model, "M")), None);
}

#[test]
fn it_says_why_it_lists_nothing() {
    let mut model = model();
    open(&mut model, ArmUnits::default().clone());
    let complete = ArmUnits {
        is_complete: true,
        ..ArmUnits::default()
    };
    let (request, _) = search(&pressed(&mut model, "R")).expect("it searches");
    answer(&mut model, request, complete);
    assert!(said(&model).contains("no units were found"));
    let (request, _) = search(&pressed(&mut model, "R")).expect("it searches");
    answer(&mut model, request, units(&IDS));
    press(&mut model, "/ 用 enter");
    assert!(said(&model).contains("用户 7") && !said(&model).contains(IDS[0]));
    press(&mut model, "/ z z enter");
    assert!(said(&model).contains("no units match the filter"));
    press(&mut model, "esc");
    let (request, _) = search(&pressed(&mut model, "R")).expect("it searches");
    let trouble = Trouble {
        message: "the log is locked".to_owned(),
        help: "wait".to_owned(),
    };
    update(
        &mut model,
        Message::Answer(request, Answer::Failed(trouble)),
    );
    assert!(said(&model).contains("the log is locked"));
    // Another log has taken the place of the one that had the arm.
    let mut judged = (**model.incident.judged.as_ref().expect("a log")).clone();
    judged.traffic.splits.clear();
    model.incident.judged = Some(Arc::new(judged));
    assert!(said(&model).contains("the arm isn't in the log any more"));
    assert_eq!(request.owner, Owner::ArmSearch);
}

#[test]
fn no_line_is_too_wide_and_the_selected_id_is_whole() {
    let long = "x".repeat(64);
    let mut model = model();
    open(&mut model, units(&[IDS[1], &long, IDS[2], IDS[3]]));
    press(&mut model, "j");
    let page = model.page().expect("a page");
    for width in [0, 1, 2, 3, 9, 20, 40, 58, 78, 198] {
        let content = content(&model, page, width, 20);
        let lines: Vec<String> = content
            .lines(0..content.total())
            .iter()
            .map(ToString::to_string)
            .collect();
        for (line, text) in content.lines(0..content.total()).iter().zip(&lines) {
            assert!(line.width() <= usize::from(width), "{width}: {text:?}");
            assert!(!text.contains(char::is_control), "{width}: {text:?}");
        }
        if width >= 58 {
            let all: String = lines.iter().map(|line| line.trim()).collect();
            assert!(all.contains(&long), "{width}: {all}");
        }
    }
    assert_eq!(Panel::Experiments, model.focus);
}
