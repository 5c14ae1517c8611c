//! The split of an alarm by the values of the settings' dimensions.

use std::sync::Arc;

use avos::console::breakdown::{AskedBreakdown, CountedDimensions, FoundBreakdown, SplitId};
use avos::console::effect::Effect;
use avos::console::message::{Answer, Message, RequestId};
use avos::console::model::{Model, Trouble};
use avos::console::pages::content;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::exposure::{Dimension, DimensionUnits};
use avos::traffic::{Breakdown, SplitTraffic, Traffic};

use crate::screens::{at_every_size, in_every_look, text};
use crate::support::console::{now, press};
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

const DARK: (ThemeName, &Symbols) = (ThemeName::Dark, &Symbols::UNICODE);

fn model_of(traffic: Traffic, size: (u16, u16), look: (ThemeName, &'static Symbols)) -> Model {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = desk.model_with_log(size, look, true, &counted(traffic));
    model.startup.dimensions = vec!["country".to_owned(), "platform\u{1b}".to_owned()];
    model
}

fn model() -> Model {
    model_of(traffic(), (100, 30), DARK)
}

fn pressed(model: &mut Model, key: &str) -> Vec<Effect> {
    update(model, Message::Key(key.parse().expect("a key")))
}

/// The question among these effects.
fn asked(effects: &[Effect]) -> Option<(RequestId, AskedBreakdown)> {
    effects.iter().find_map(|effect| match effect {
        Effect::BreakDown(request, asked) => Some((*request, asked.clone())),
        _ => None,
    })
}

fn is_stopped(effects: &[Effect], request: RequestId) -> bool {
    let mut effects = effects.iter();
    effects.any(|effect| matches!(effect, Effect::StopSearching(stopped) if *stopped == request))
}

/// Units of which an arm is lost on one platform, in countries that are as they should be.
fn dimensions(split: &SplitTraffic) -> Vec<Dimension> {
    let of = |arm: usize, value: &str, units: f64| DimensionUnits {
        experiment_id: split.experiment_id.clone(),
        group: split.group.clone(),
        variant: split.arms[arm].variant.clone(),
        value: Some(value.to_owned()).filter(|value| !value.is_empty()),
        units: whole(units * split.arms[arm].fraction.unwrap_or_default()),
    };
    let arms = 0..split.arms.len();
    let platforms = arms.clone().flat_map(|arm| {
        let most = of(arm, "android", 2000.0);
        let lost = of(arm, "ios", if arm == 0 { 10.0 } else { 900.0 });
        [most, lost, of(arm, "", 300.0)]
    });
    let countries = arms.flat_map(|arm| {
        let lost = if arm == 0 { 0.7 } else { 1.0 };
        [of(arm, "用户", 2000.0 * lost), of(arm, "DE", 1200.0 * lost)]
    });
    vec![
        Dimension {
            name: "country".to_owned(),
            units: countries.collect(),
        },
        Dimension {
            name: "platform\u{1b}".to_owned(),
            units: platforms.collect(),
        },
    ]
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few thousand units at most"
)]
fn whole(units: f64) -> u64 {
    units.round() as u64
}

fn answered(model: &mut Model, request: RequestId, asked: &AskedBreakdown) -> Vec<Effect> {
    let split = asked.split.find(&asked.judged.traffic.splits);
    let split = split.expect("the split that was asked for");
    let counted = asked.known.clone().unwrap_or_else(|| {
        Arc::new(CountedDimensions {
            dimensions: dimensions(split),
            rows: asked.judged.rows,
            at: now(),
        })
    });
    let breakdown = Breakdown::new(split, &counted.dimensions, 0.001);
    let found = Arc::new(FoundBreakdown { counted, breakdown });
    let answer = Answer::BrokenDown(Some(found));
    update(model, Message::Answer(request, answer))
}

/// Opens the page, and answers its question.
fn open(model: &mut Model) {
    let (request, question) = asked(&pressed(model, "b")).expect("it asks");
    answered(model, request, &question);
}

/// What the page says where it is wide.
fn said(model: &Model) -> String {
    let page = model.page().expect("a page");
    let content = content(model, page, 200, 40);
    let lines = content.lines(0..content.total()).into_iter();
    let badge = content.badge.to_string();
    lines
        .map(|line| line.to_string() + "\n")
        .collect::<String>()
        + &badge
}

#[test]
fn every_size() {
    let sizes = at_every_size(|size| {
        let mut model = model_of(traffic(), size, DARK);
        open(&mut model);
        model
    });
    insta::assert_snapshot!("breakdown_sizes", sizes);
}

#[test]
fn every_look() {
    let looks = in_every_look(|theme, symbols| {
        let mut model = model_of(traffic(), (80, 24), (theme, symbols));
        open(&mut model);
        model
    });
    insta::assert_snapshot!("breakdown_looks", looks);
}

#[test]
fn it_is_one_key_away_from_the_alarm_wherever_that_is() {
    for keys in ["", "i", "enter", "i enter", "M"] {
        let mut model = model();
        press(&mut model, keys);
        let (_, asked) = asked(&pressed(&mut model, "b")).expect("it asks");
        assert_eq!(
            asked.split.experiment_id.as_str(),
            "hero_button_colors_v1",
            "{keys}"
        );
        assert_eq!(asked.columns, model.startup.dimensions);
        assert!(asked.known.is_none());
        assert!(text(&model).contains("Breakdown › hero_button_colors_v1"));
    }
}

#[test]
fn a_group_is_broken_down_as_a_group() {
    let mut model = model();
    press(&mut model, "i j");
    let (_, asked) = asked(&pressed(&mut model, "b")).expect("it asks");
    assert_eq!(asked.split.group, Some("DE".into()));
}

#[test]
fn without_dimensions_or_a_split_it_says_so() {
    let refused = |model: &mut Model| {
        assert!(!text(model).contains("b break down"));
        assert!(pressed(model, "b").is_empty() && model.page().is_none());
        model.outcome.take().expect("it is said").text
    };
    let mut nothing_named = model();
    nothing_named.startup.dimensions.clear();
    assert!(refused(&mut nothing_named).contains("the settings name no `dimensions`"));
    let mut untested = model();
    press(&mut untested, "G");
    assert!(refused(&mut untested).contains("no split is selected that was tested"));
}

#[test]
fn the_value_that_explains_most_comes_first() {
    let mut model = model();
    assert!(text(&model).contains("b break down"));
    let (request, question) = asked(&pressed(&mut model, "b")).expect("it asks");
    update(&mut model, Message::Searching(request, 0.42));
    assert!(said(&model).contains("counting the log: 42%"));
    answered(&mut model, request, &question);
    let said = said(&model);
    let without = said
        .find("without `platform\\u{1b} = ios`: p 1.000")
        .expect(&said);
    let table = said.find("explains").expect(&said);
    let rows = said[table..].lines().skip(1);
    let rows: Vec<&str> = rows
        .filter_map(|row| row.split("  ").find(|cell| !cell.trim().is_empty()))
        .collect();
    assert!(without < table);
    assert!(
        rows[0].contains("ios") && rows.iter().any(|row| row.contains("country = DE")),
        "{rows:?}"
    );
    assert!(!said.contains('\u{1b}') && !said.contains("counting"));
}

#[test]
fn what_was_counted_serves_all_splits_until_the_log_grows() {
    let mut model = model();
    open(&mut model);
    press(&mut model, "esc i j");
    let (request, question) = asked(&pressed(&mut model, "b")).expect("it asks");
    let known = question.known.clone().expect("the counts of before");
    assert_eq!(known.rows, question.judged.rows);
    answered(&mut model, request, &question);
    // More rows: the page says of when it is, and counts again only if somebody asks.
    let effects = update(&mut model, Message::Watch(WatchEvent::Log));
    let count = effects.iter().find_map(|effect| match effect {
        Effect::Count { request, .. } => Some(*request),
        _ => None,
    });
    let mut more = counted(traffic());
    let mut judged = (**more.judged.as_ref().expect("a log")).clone();
    judged.rows += 7;
    more.judged = Some(Arc::new(judged));
    let answer = Answer::Counted(Box::new(more));
    let effects = update(
        &mut model,
        Message::Answer(count.expect("it is read"), answer),
    );
    assert!(asked(&effects).is_none());
    assert!(
        said(&model).contains(": R counts again"),
        "{}",
        said(&model)
    );
    let (request, question) = asked(&pressed(&mut model, "R")).expect("it asks");
    assert!(question.known.is_none());
    answered(&mut model, request, &question);
    assert!(!said(&model).contains("R counts again"));
}

#[test]
fn counting_ends_with_the_page_and_at_ctrl_c() {
    let mut model = model();
    let (request, _) = asked(&pressed(&mut model, "b")).expect("it asks");
    for key in ["esc", "n", "i"] {
        let mut model = model.clone();
        assert!(is_stopped(&pressed(&mut model, key), request), "{key}");
        assert!(model.page().is_none());
    }
    let mut above = model.clone();
    assert!(
        !is_stopped(&pressed(&mut above, "t"), request),
        "a page above it"
    );
    assert!(is_stopped(&pressed(&mut model, "ctrl-c"), request));
    update(
        &mut model,
        Message::Answer(request, Answer::BrokenDown(None)),
    );
    assert!(said(&model).contains("the counting was stopped: R counts again"));
    let (again, question) = asked(&pressed(&mut model, "R")).expect("it asks");
    // An answer to an older request changes nothing.
    answered(&mut model, request, &question);
    assert!(said(&model).contains("counting the log"));
    answered(&mut model, again, &question);
    assert!(said(&model).contains("without `platform"));
    assert!(
        !is_stopped(&pressed(&mut model, "esc"), again),
        "it is over"
    );
}

#[test]
fn it_says_why_there_is_nothing() {
    let mut model = model();
    let (request, question) = asked(&pressed(&mut model, "b")).expect("it asks");
    let trouble = Trouble {
        message: "log.db has no column `plattform`".to_owned(),
        help: "did you mean `platform`?".to_owned(),
    };
    update(
        &mut model,
        Message::Answer(request, Answer::Failed(trouble)),
    );
    let failed = said(&model);
    assert!(
        failed.contains("no column `plattform`") && failed.contains("did you mean"),
        "{failed}"
    );
    let (request, _) = asked(&pressed(&mut model, "R")).expect("it asks");
    let found = FoundBreakdown {
        counted: Arc::new(CountedDimensions {
            dimensions: Vec::new(),
            rows: question.judged.rows,
            at: now(),
        }),
        breakdown: None,
    };
    let answer = Answer::BrokenDown(Some(Arc::new(found)));
    update(&mut model, Message::Answer(request, answer));
    assert!(said(&model).contains("the split can't be tested"));
    let mut judged = (*question.judged).clone();
    judged.traffic.splits.clear();
    model.incident.judged = Some(Arc::new(judged));
    assert!(said(&model).contains("the split isn't in the log any more"));
}

#[test]
fn no_line_is_too_wide() {
    let mut model = model();
    open(&mut model);
    let page = model.page().expect("a page");
    for width in [0, 1, 2, 3, 9, 20, 40, 58, 78, 198] {
        let content = content(&model, page, width, 20);
        for line in content.lines(0..content.total()) {
            assert!(line.width() <= usize::from(width), "{width}: {line}");
            assert!(
                !line.to_string().contains(char::is_control),
                "{width}: {line}"
            );
        }
    }
    let id = SplitId::from(&traffic().splits[0]);
    assert_eq!(model.broken_down(), Some(&id));
}
