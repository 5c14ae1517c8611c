//! The report that is pasted into an incident channel.

use avos::console::effect::Effect;
use avos::console::message::Message;
use avos::console::model::Model;
use avos::console::theme::{Symbols, ThemeName};
use avos::console::update::update;
use avos::traffic::{ArmTraffic, Traffic};
use insta::assert_snapshot;

use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::traffic::{counted, traffic};

fn model(traffic: Traffic) -> Model {
    let look = (ThemeName::Dark, &Symbols::UNICODE);
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.model_with_log((100, 30), look, true, &counted(traffic))
}

/// What `c` copies.
fn report(model: &mut Model) -> String {
    let effects = update(model, Message::Key("c".parse().expect("a key")));
    match &effects[..] {
        [Effect::Copy { text, what }] => {
            assert_eq!(*what, "the incident report");
            text.clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_where_since_when_and_by_what_it_is_known() {
    assert_snapshot!(report(&mut model(traffic())), @"
    AVOS traffic report: hero_button_colors_v1 in layer homepage_hero
    SRM: units don't split as they should (sequential p 8.5e-45, corrected)
    alarm since 2026-05-06 06:50:00Z, after 3,770 units
    estimated onset 2026-05-06 06:49:00Z (95%: 2026-05-06 06:47:00Z to 2026-05-06 06:50:00Z)
    `blue` is 8.75 points below its share
    suspect: journal 2 by ada@example, 2026-05-06 06:41:00Z, 8 min before the onset: resume
        hero_button_colors_v1

    variant  observed  expected   share      interval  expected share         last exposure
    red         2,760   2,471.5  55.84%  52.21-54.52%          50.00%  2026-05-06 07:07:00Z
    green       1,380   1,235.8  27.92%  24.74-29.05%          25.00%  2026-05-06 07:07:00Z
    blue          803   1,235.8  16.25%  15.13-21.00%          25.00%  2026-05-06 06:42:00Z

    chi-squared  p 1.3e-44 ***  chi2 202.06, df 2
    sequential   p 1.4e-45      ln Bayes factor 103.2691
    corrected    p 8.5e-45      sequential p x 6: split 2 of the log

    Besides:
    - no exposures of variant `blue` since 2026-05-06 06:43:00Z, while the other arms got 1,764
        units (p 2.0e-9)
    - 3 units got more than one variant

    Nearest applies:
    - 2026-05-05 20:08:00Z journal 1 by ada@example: homepage_hero, checkout_flow
    - 2026-05-06 06:41:00Z journal 2 by ada@example: homepage_hero
    - 2026-05-06 06:42:00Z journal 3 by ada@example: checkout_flow

    Other experiments:
    - SRM checkout_payment_v1[DE]

    log exposures.db, 18,106 rows, read 2026-05-06 07:08:09Z
    database avos.db, revision 3f1c0a5be77d, journal 3; avos 0.1.0
    ");
}

#[test]
fn of_a_group_and_of_what_can_not_be_tested() {
    let mut model = model(traffic());
    press(&mut model, "j right j j");
    assert_snapshot!(report(&mut model), @"
    AVOS traffic report: checkout_payment_v1[首页] in layer checkout_flow
    ok: units split as they should (sequential p 1.000, corrected)

    variant  observed  expected   share     interval  expected share         last exposure
    a              12      12.0  50.00%  2.29-97.71%          50.00%  2026-05-06 07:03:00Z
    b              12      12.0  50.00%  2.29-97.71%          50.00%  2026-05-06 07:03:00Z

    chi-squared  p 1.000  chi2 0.00, df 1
    sequential   p 1.000  ln Bayes factor -0.0293
    corrected    p 1.000  sequential p x 20: split 4 of the log

    Nearest applies:
    - 2026-05-05 20:08:00Z journal 1 by ada@example: homepage_hero, checkout_flow
    - 2026-05-06 06:41:00Z journal 2 by ada@example: homepage_hero
    - 2026-05-06 06:42:00Z journal 3 by ada@example: checkout_flow

    Other experiments:
    - SRM hero_button_colors_v1
    - SRM checkout_payment_v1[DE]

    log exposures.db, 18,106 rows, read 2026-05-06 07:08:09Z
    database avos.db, revision 3f1c0a5be77d, journal 3; avos 0.1.0
    ");
    press(&mut model, "end");
    assert_snapshot!(report(&mut model), @r"
    AVOS traffic report: checkout_\u{1b}[1m
    untested: the database has no such experiment

    variant  observed  expected   share  expected share         last exposure
    a               3         -  50.00%               -  2026-05-06 06:10:00Z
    b               3         -  50.00%               -  2026-05-06 06:10:00Z

    Besides:
    - 6 exposures of an experiment that was never in the database, from 2026-05-06 06:08:00Z to
        2026-05-06 06:10:00Z

    Nearest applies:
    - 2026-05-05 20:08:00Z journal 1 by ada@example: homepage_hero, checkout_flow
    - 2026-05-06 06:41:00Z journal 2 by ada@example: homepage_hero
    - 2026-05-06 06:42:00Z journal 3 by ada@example: checkout_flow

    Other experiments:
    - SRM hero_button_colors_v1
    - SRM checkout_payment_v1[DE]

    log exposures.db, 18,106 rows, read 2026-05-06 07:08:09Z
    database avos.db, revision 3f1c0a5be77d, journal 3; avos 0.1.0
    ");
}

#[test]
fn whatever_the_names_are_it_can_be_pasted() {
    let mut odd = traffic();
    let long = "x".repeat(4096);
    let worst = &mut odd.splits[0];
    worst.experiment_id = long.as_str().into();
    worst.arms.push(ArmTraffic {
        variant: "\u{1b}]52;c;AAAA\u{7}\n".into(),
        fraction: None,
        units: u64::MAX / 4,
        exposures: 1,
        last: None,
        windows: Vec::new(),
    });
    odd.applies[0].actor = format!("eve\u{202e}{long}");
    odd.applies[0].layers = vec![long.as_str().into(); 3];
    let text = report(&mut model(odd));
    for line in text.lines() {
        assert!(line.len() <= 100, "{line}");
        assert!(
            !line.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{line:?}"
        );
        assert!(line.is_ascii(), "{line}");
    }
    assert!(text.contains("\\u{1b}.."), "{text}");
}
