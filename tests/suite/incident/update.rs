//! What messages about the log do to the model.

use std::sync::Arc;

use avos::console::commands::{Command, Keymap};
use avos::console::effect::Effect;
use avos::console::incident::Counted;
use avos::console::incident::Verdict::{Alarm, Fine, Untested, Warning};
use avos::console::message::{Answer, Message, Owner, RequestId};
use avos::console::model::{Model, Panel, Sampled, Source, Trouble, View};
use avos::console::panels::content;
use avos::console::settings::Settings;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::traffic::Traffic;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use ratatui::buffer::Cell;

use crate::screens::drawn;
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic, traffic_with_untested};

const LOOK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

fn model() -> Model {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.model_with_log((100, 30), LOOK, true, &counted(traffic()))
}

fn send(model: &mut Model, event: WatchEvent) -> Vec<Effect> {
    update(model, Message::Watch(event))
}

/// The request to count among these, and whether the database is to be read.
fn count_request(effects: &[Effect]) -> Option<(RequestId, bool)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Count {
            request,
            is_database_new,
        } => Some((*request, *is_database_new)),
        _ => None,
    })
}

fn answer(model: &mut Model, request: RequestId, counted: Counted) -> Vec<Effect> {
    let answer = Answer::Counted(Box::new(counted));
    update(model, Message::Answer(request, answer))
}

/// A log that can't be read.
fn unread(is_busy: bool) -> Counted {
    Counted {
        judged: None,
        troubles: vec![Trouble {
            message: "the log is away".to_owned(),
            help: "bring it back".to_owned(),
        }],
        unread: Some("locked"),
        is_busy,
    }
}

/// A change of the log, with what comes of reading it.
fn change(model: &mut Model, counted: Counted) -> Vec<Effect> {
    let effects = send(model, WatchEvent::Log);
    let (request, _) = count_request(&effects).expect("a change is read");
    answer(model, request, counted)
}

fn text(model: &Model) -> String {
    let buffer = drawn(model);
    let width = usize::from(buffer.area.width);
    let cells: Vec<&str> = buffer.content().iter().map(Cell::symbol).collect();
    cells
        .chunks(width)
        .map(|line| line.concat() + "\n")
        .collect()
}

/// What a panel says where it is wide.
fn said(model: &Model, panel: Panel) -> String {
    let content = content(model, panel, 200, 30);
    let lines = content.lines(0..content.total());
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

#[test]
fn without_a_log_nothing_is_counted_and_the_view_says_how_to_get_one() {
    let mut model = Desk::applied(EXAMPLES, "v1", "v1").model((100, 30));
    for event in [WatchEvent::Database, WatchEvent::Log] {
        assert_eq!(count_request(&send(&mut model, event)), None);
    }
    press(&mut model, "s s");
    assert_eq!(model.source, Source::Sample(Sampled::Planned));
    press(&mut model, "i");
    assert!(said(&model, Panel::Experiments).contains("start with --log FILE"));
    drawn(&model);
}

#[test]
fn one_reading_is_under_way_and_one_due_at_most() {
    let mut model = model();
    let (first, is_database_new) =
        count_request(&send(&mut model, WatchEvent::Log)).expect("it is read");
    assert!(!is_database_new);
    for event in [WatchEvent::Log, WatchEvent::Log, WatchEvent::Database] {
        assert_eq!(count_request(&send(&mut model, event)), None);
    }
    let effects = answer(&mut model, first, counted(traffic()));
    let (second, is_database_new) = count_request(&effects).expect("what came meanwhile");
    assert!(is_database_new, "the database changed meanwhile");
    let effects = answer(&mut model, second, counted(traffic()));
    assert_eq!(count_request(&effects), None);
}

#[test]
fn what_can_not_be_read_is_said_and_the_last_figures_stay() {
    let mut model = model();
    let effects = change(&mut model, unread(false));
    assert!(
        effects.is_empty(),
        "nothing says that it helps: {effects:?}"
    );
    let shown = text(&model);
    for said in [
        "⚠ log locked",
        "the log is away",
        "figures as of 07:08:09",
        "✗ SRM",
    ] {
        assert!(shown.contains(said), "{said} in:\n{shown}");
    }
    // A lock goes away without an event.
    let effects = change(&mut model, unread(true));
    assert!(matches!(effects[..], [Effect::RetrySoon(Owner::Incident)]));
    let effects = change(&mut model, unread(true));
    assert!(effects.is_empty(), "one wait is enough: {effects:?}");
    let effects = update(&mut model, Message::Retry(Owner::Incident));
    assert!(count_request(&effects).is_some());
    assert_eq!(effects.len(), 1, "nothing but the log: {effects:?}");
    change_back(&mut model);
}

fn change_back(model: &mut Model) {
    let request = model.incident.reading.request.expect("it is tried again");
    answer(model, request, counted(traffic()));
    let shown = text(model);
    assert!(
        !shown.contains("away") && !shown.contains("locked"),
        "{shown}"
    );
}

#[test]
fn a_defect_is_said_where_the_log_is_shown() {
    let mut model = model();
    let effects = send(&mut model, WatchEvent::Log);
    let (request, _) = count_request(&effects).expect("a change is read");
    let trouble = unread(false).troubles.remove(0);
    update(
        &mut model,
        Message::Answer(request, Answer::Failed(trouble)),
    );
    assert!(text(&model).contains("the log is away"));
    assert!(count_request(&send(&mut model, WatchEvent::Log)).is_some());
}

#[test]
fn ctrl_c_stops_a_long_reading_and_else_leaves() {
    let mut model = model();
    let (request, _) = count_request(&send(&mut model, WatchEvent::Log)).expect("it is read");
    // Short readings are none that anybody would want to stop.
    assert!(matches!(
        press_keys(&mut model, "ctrl-c")[..],
        [Effect::Quit]
    ));
    update(&mut model, Message::Counting(request, 0.43));
    assert!(text(&model).contains("reading the log… 43%"));
    let effects = press_keys(&mut model, "ctrl-c");
    assert!(matches!(effects[..], [Effect::StopCounting(stopped)] if stopped == request));
    assert!(matches!(
        press_keys(&mut model, "ctrl-c")[..],
        [Effect::Quit]
    ));

    let mut part = counted(traffic());
    let mut judged = (**part.judged.as_ref().expect("verdicts")).clone();
    judged.is_whole = false;
    part.judged = Some(Arc::new(judged));
    answer(&mut model, request, part);
    let part = "reading was stopped: figures of the first 18,106 rows; R resumes";
    assert!(said(&model, Panel::Traffic).contains(part));
    model.size = (180, 40);
    assert!(text(&model).contains("R reload"));
    // It stays stopped until it is asked for.
    assert_eq!(count_request(&send(&mut model, WatchEvent::Log)), None);
    assert!(count_request(&press_keys(&mut model, "R")).is_some());
    assert!(!text(&model).contains("R reload"));
}

#[test]
fn hints_name_the_keys_of_the_settings() {
    let rebound = |keys: &str| {
        let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
        let settings = Settings::load(Some(("my.yml", keys)), &ids).expect("good settings");
        let mut model = model();
        model.startup.keymap = Keymap::new(&settings).expect("good keys");
        model.incident.is_stopped = true;
        model
    };
    let mut model = rebound("keys: {reload: [f5], copy: [y], lookup: [w]}");
    assert!(said(&model, Panel::Traffic).contains("; F5 resumes"));
    press(&mut model, "h");
    let keys = "Enter opens, w undoes, t shows the state then, / filters, Esc closes";
    assert!(text(&model).contains(keys));
    press(&mut model, "esc w 1 enter");
    let keys = "Enter opens, w types, / filters, y copies, Esc closes";
    assert!(text(&model).contains(keys));
    // On a narrow border the way out stays.
    model.size = (60, 16);
    assert!(text(&model).contains("Enter opens, w types, Esc closes"));
    let mut model = rebound("keys: {reload: [], copy: [], lookup: [w]}");
    assert!(said(&model, Panel::Traffic).contains("; reload resumes"));
    press(&mut model, "h");
    let keys = "Enter opens, w undoes, t shows the state then, / filters, Esc closes";
    assert!(text(&model).contains(keys));
}

#[test]
fn a_log_in_the_place_of_another_is_said() {
    let mut model = model();
    let mut anew = counted(traffic());
    let mut judged = (**anew.judged.as_ref().expect("verdicts")).clone();
    judged.replaced_at = Some("2026-05-06T06:54:32Z".parse().expect("a time"));
    anew.judged = Some(Arc::new(judged));
    change(&mut model, anew);
    let note = "the log was replaced or truncated at 06:54:32: counted again";
    assert!(said(&model, Panel::Traffic).contains(note));
}

#[test]
fn a_log_that_is_written_to_all_the_time_can_be_stopped_too() {
    let mut model = model();
    let (request, _) = count_request(&send(&mut model, WatchEvent::Log)).expect("it is read");
    update(&mut model, Message::Counting(request, 0.43));
    for event in [WatchEvent::Log, WatchEvent::Database] {
        assert_eq!(count_request(&send(&mut model, event)), None);
    }
    press_keys(&mut model, "ctrl-c");
    assert_eq!(count_request(&send(&mut model, WatchEvent::Log)), None);
    let effects = answer(&mut model, request, counted(traffic()));
    assert_eq!(count_request(&effects), None, "it was stopped");
    let (_, is_database_new) = count_request(&press_keys(&mut model, "R")).expect("it goes on");
    assert!(is_database_new, "the database changed meanwhile");
}

fn press_keys(model: &mut Model, key: &str) -> Vec<Effect> {
    update(model, Message::Key(key.parse().expect("a key")))
}

#[test]
fn the_source_goes_round() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model_with_log((100, 30), LOOK, false, &counted(traffic()));
    assert_eq!((model.view, model.source), (View::Review, Source::Log));
    let mut seen = Vec::new();
    for _ in 0..3 {
        press(&mut model, "s");
        seen.push(model.source);
        // The alarm is there whatever is shown.
        assert!(text(&model).contains("✗ SRM hero_button_colors_v1 +1"));
    }
    let expected = [Sampled::Planned, Sampled::Database].map(Source::Sample);
    assert_eq!(seen[..2], expected);
    assert_eq!(seen[2], Source::Log);
}

#[test]
fn there_and_back_each_view_is_as_it_was_left() {
    let mut model = model();
    assert_eq!(
        (model.view, model.focus),
        (View::Incident, Panel::Experiments)
    );
    press(&mut model, "tab z i");
    assert_eq!((model.view, model.focus), (View::Review, Panel::Attention));
    assert!(!model.is_zoomed);
    press(&mut model, "shift-tab i");
    assert_eq!((model.view, model.focus), (View::Incident, Panel::Traffic));
    press(&mut model, "esc");
    assert_eq!(
        (model.view, model.focus),
        (View::Review, Panel::Distribution)
    );
}

#[test]
fn what_is_of_the_other_view_says_so() {
    let mut model = model();
    for (key, why) in [
        ("a", "the plan is on the main screen"),
        ("A", "the plan is on the main screen"),
        ("s", "what it changes is on the main screen"),
        ("left", "no groups are listed"),
        ("right", "the experiment has no groups"),
    ] {
        assert!(press_keys(&mut model, key).is_empty());
        let outcome = model.outcome.take().expect("it is said");
        assert!(outcome.text.contains(why), "{key}: {}", outcome.text);
    }
    press(&mut model, "i right");
    let outcome = model.outcome.take().expect("it is said");
    assert!(
        outcome.text.contains("in the incident view"),
        "{}",
        outcome.text
    );
}

/// The selected row of the list.
fn selected(model: &Model) -> String {
    let content = content(model, Panel::Experiments, 60, 20);
    let index = content.selected(model.panel(Panel::Experiments));
    let row = content.row(index.expect("a row"));
    let words = content.lines(row.lines)[0].to_string();
    words.split_whitespace().nth(2).expect("a name").to_owned()
}

#[test]
fn groups_open_and_close() {
    let mut model = model();
    model.size = (160, 40);
    assert!(!text(&model).contains("hide groups"));
    press(&mut model, "j right j j");
    assert_eq!(selected(&model), "首页");
    assert!(text(&model).contains("← hide groups"));
    press(&mut model, "left");
    assert_eq!(selected(&model), "checkout_payment_v1");
    press(&mut model, "right j");
    assert_eq!(selected(&model), "DE");
    // Somebody else's selection stays when they are closed.
    press(&mut model, "home left");
    assert_eq!(selected(&model), "hero_button_colors_v1");
    press(&mut model, "j right j esc");
    assert_eq!(selected(&model), "checkout_payment_v1");
    assert_eq!(model.view, View::Incident);
}

/// The rows of the list.
fn listed(model: &Model) -> Vec<String> {
    let content = content(model, Panel::Experiments, 60, 20);
    let rows = (0..content.row_count()).map(|index| {
        let lines = content.lines(content.row(index).lines);
        let words = lines[0].to_string();
        let mut words = words.split_whitespace().map(str::to_owned);
        words.nth(2).unwrap_or_default()
    });
    rows.collect()
}

#[test]
fn what_is_untested_is_one_row_until_it_is_opened() {
    let mut model = model();
    change(&mut model, counted(traffic_with_untested()));
    let folded = [
        "hero_button_colors_v1",
        "checkout_payment_v1",
        "hero_layout_v1",
        "untested",
    ];
    assert_eq!(listed(&model), folded);
    let count = |model: &Model| listed(model).len();
    press(&mut model, "end");
    assert!(text(&model).contains("– 2 untested  →"));
    assert!(text(&model).contains("1 anomaly"), "not hidden");
    assert!(said(&model, Panel::Traffic).contains("cart_drawer"));
    // Every key that opens it, with every key that folds it.
    for (open, fold) in [("enter", "enter"), ("right", "left"), ("enter", "esc")] {
        press(&mut model, open);
        assert_eq!(count(&model), 6, "{open}");
        press(&mut model, fold);
        assert_eq!(count(&model), 4, "{fold}");
    }
    // From within, the selection goes to the row that they are folded into.
    press(&mut model, "right end left");
    assert_eq!(selected(&model), "untested");
    // The filter finds what is folded.
    press(&mut model, "/ d r a w enter");
    assert_eq!(listed(&model), ["cart_drawer"]);
    // A single one is listed.
    press(&mut model, "esc");
    change(&mut model, counted(traffic()));
    assert!(!listed(&model).contains(&"untested".to_owned()));
}

#[test]
fn the_suspect_is_one_key_away() {
    let mut model = model();
    let suspect = "suspect: journal 2 by ada@example, 06:41:00, 8 min before the onset: \
                   resume hero_button_colors_v1";
    assert!(said(&model, Panel::Traffic).contains(suspect));
    assert!(text(&model).contains("D suspect"));
    let effects = press_keys(&mut model, "D");
    assert!(matches!(effects[..], [Effect::ReadHistory(_)]));
    let selected = model.history.browser.list.selected.as_ref();
    assert_eq!(selected.map(|key| key.0.as_str()), Some("2"));
    assert!(model.history.browser.is_open);
    // Another layer is the only one near that alarm.
    press(&mut model, "esc esc j");
    let other = "suspect: journal 3 by ada@example, 06:42:00, 16 min before the onset";
    assert!(said(&model, Panel::Traffic).contains(other));
    press(&mut model, "j");
    assert!(!said(&model, Panel::Traffic).contains("suspect"));
    assert!(!text(&model).contains("D suspect"));
    assert!(press_keys(&mut model, "D").is_empty());
    let outcome = model.outcome.take().expect("it is said");
    assert!(outcome.text.contains("no alarm is selected"));
}

#[test]
fn an_alarm_without_an_apply_near_it_has_no_suspect() {
    let mut traffic = traffic();
    traffic.applies.truncate(1);
    let mut model = model();
    change(&mut model, counted(traffic));
    assert!(said(&model, Panel::Traffic).contains("suspect: no apply near the onset"));
    assert!(press_keys(&mut model, "D").is_empty());
    let outcome = model.outcome.take().expect("it is said");
    assert!(outcome.text.contains("no apply is near the onset"));
}

#[test]
fn the_suspect_is_there_from_the_page_and_from_attention() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model_with_log((100, 30), LOOK, false, &counted(traffic()));
    assert_eq!(model.focus, Panel::Attention);
    assert!(
        !press_keys(&mut model, "D").is_empty(),
        "the alarm is selected"
    );
    press(&mut model, "esc esc i enter");
    assert!(model.page().is_some());
    assert!(!press_keys(&mut model, "D").is_empty(), "its page");
    press(&mut model, "esc esc esc i tab");
    assert!(
        press_keys(&mut model, "D").is_empty(),
        "a layer is selected"
    );
}

#[test]
fn what_the_filter_of_attention_hides_is_not_selected() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model_with_log((100, 30), LOOK, false, &counted(traffic()));
    let selected = |model: &Model| model.split_here().map(avos::traffic::SplitTraffic::name);
    assert_eq!(selected(&model).as_deref(), Some("hero_button_colors_v1"));
    press(&mut model, "/ p a y m e n t enter");
    assert_eq!(selected(&model).as_deref(), Some("checkout_payment_v1[DE]"));
    press(&mut model, "/ z z enter");
    assert_eq!(selected(&model), None);
    assert!(press_keys(&mut model, "D").is_empty());
}

/// The traffic with the second experiment ahead.
fn turned() -> Traffic {
    let mut turned = traffic();
    turned.splits.swap(0, 1);
    turned
}

#[test]
fn the_selection_follows_its_experiment_whether_it_was_chosen_or_not() {
    let mut model = model();
    assert_eq!(selected(&model), "hero_button_colors_v1", "the worst");
    change(&mut model, counted(turned()));
    assert_eq!(selected(&model), "hero_button_colors_v1", "not the first");
    press(&mut model, "k");
    assert_eq!(selected(&model), "checkout_payment_v1");
    change(&mut model, counted(traffic()));
    assert_eq!(selected(&model), "checkout_payment_v1", "what was chosen");
}

#[test]
fn the_filter_finds_names_and_words() {
    let mut model = model();
    press(&mut model, "/ 首 enter");
    assert_eq!(selected(&model), "checkout_payment_v1");
    press(&mut model, "esc / u n t e s t e d enter");
    assert!(selected(&model).starts_with("checkout_\\u{1b}"));
    press(&mut model, "esc / n o n e enter");
    assert!(text(&model).contains("no experiments match the filter"));
    assert!(press_keys(&mut model, "c").is_empty());
}

#[test]
fn the_mouse_selects_and_the_wheel_scrolls() {
    let mut model = model();
    let mouse = |model: &mut Model, kind, column, row| {
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        update(model, Message::Mouse(event));
    };
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), 5, 5);
    assert_eq!(selected(&model), "checkout_payment_v1");
    update(&mut model, Message::Resized(80, 20));
    mouse(&mut model, MouseEventKind::ScrollDown, 70, 15);
    assert!(model.panel(Panel::Traffic).offset > 0);
    assert_eq!(model.focus, Panel::Experiments);
}

#[test]
fn the_chart_alarms_where_the_verdict_does() {
    // What is too small to count raises no alarm, whatever the p-value.
    for is_alarm in [true, false] {
        let mut traffic = traffic();
        let split = &mut traffic.splits[0];
        let tested = split.test.as_mut().expect("a test");
        (tested.is_mismatch, tested.is_slight) = (is_alarm, !is_alarm);
        let mut model = model();
        change(&mut model, counted(traffic));
        let lines = content(&model, Panel::Traffic, 100, 30).lines(0..usize::MAX);
        let chart = lines
            .iter()
            .skip_while(|line| !line.to_string().starts_with(" sequential p"));
        let error = model.startup.theme.error;
        let is_red = chart.flatten().any(|span| span.style == error);
        assert_eq!(is_red, is_alarm);
    }
}

#[test]
fn the_thresholds_of_the_settings_decide() {
    let mut model = model();
    let verdicts = |model: &Model| {
        let judged = model.incident.judged.as_ref().expect("verdicts");
        let splits = judged.traffic.splits.iter();
        splits
            .map(|split| model.incident_view().verdict(split))
            .collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&model), [Alarm, Alarm, Fine, Fine, Untested]);
    model.startup.srm.alarm_at = 1e-6;
    assert_eq!(verdicts(&model), [Alarm, Warning, Fine, Fine, Untested]);
    model.startup.srm.warn_at = 1e-6;
    assert_eq!(verdicts(&model), [Alarm, Fine, Fine, Fine, Untested]);
}

#[test]
fn from_an_alarm_or_a_page_the_way_leads_to_its_experiment() {
    let mut model = model();
    // Its page, and back to its traffic.
    press(&mut model, "j enter");
    let page = |model: &Model| model.page().map(|page| page.id.experiment().cloned());
    assert_eq!(page(&model), Some(Some("checkout_payment_v1".into())));
    press(&mut model, "i");
    assert_eq!((model.view, page(&model)), (View::Incident, None));
    assert_eq!(selected(&model), "checkout_payment_v1");
    // From the main screen: to the alarm that is selected.
    press(&mut model, "home i 1 g i");
    assert_eq!(model.view, View::Incident);
    assert_eq!(selected(&model), "hero_button_colors_v1");
}
