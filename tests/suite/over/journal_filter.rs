//! The conditions of the history's filter: an entry passes if and only if it meets each.

use avos::console::history::{ConditionError, JournalFilter};
use avos::console::typed_time::TimeContext;
use avos::domain::{ExperimentId, LayerId, Revision};
use avos::store::{EntryKind, JournalHead};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::support::console::now;

/// Ids that contain each other, with upper case, spaces and colons.
const IDS: [&str; 6] = ["hero", "Hero two", "search:hero", "a b", "ÄPFEL", "12"];

#[derive(Clone, Debug)]
enum Asked {
    Word(String),
    Layer(String),
    Experiment(String),
    By(String),
    Since(i64),
    Before(i64),
}

impl Asked {
    /// The condition as a user types it; a time in one of its forms.
    fn typed(&self, form: usize) -> String {
        let quoted = |text: &str| {
            let quote = if text.contains([' ', ':']) { "\"" } else { "" };
            format!("{quote}{text}{quote}")
        };
        let time = |hours: i64| match form % 3 {
            0 => format!("{hours}h"),
            1 => at(hours).to_string(),
            _ => format!("\"{hours} h ago\""),
        };
        match self {
            Self::Word(text) => quoted(text),
            Self::Layer(text) => format!("layer:{}", quoted(text)),
            Self::Experiment(text) => format!("experiment:{}", quoted(text)),
            Self::By(text) => format!("by:{}", quoted(text)),
            Self::Since(hours) => format!("since:{}", time(*hours)),
            Self::Before(hours) => format!("before:{}", time(*hours)),
        }
    }

    fn holds(&self, head: &JournalHead) -> bool {
        let within = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
        let layer = |part: &str| head.layers.iter().any(|id| within(id.as_str(), part));
        let experiment = |part: &str| head.experiments.iter().any(|id| within(id.as_str(), part));
        match self {
            Self::Word(part) => {
                layer(part)
                    || experiment(part)
                    || within(&head.actor, part)
                    || head.reason.as_ref().is_some_and(|text| within(text, part))
                    || head.ticket.as_ref().is_some_and(|text| within(text, part))
                    || within(&head.journal_id.to_string(), part)
            }
            Self::Layer(part) => layer(part),
            Self::Experiment(part) => experiment(part),
            Self::By(part) => within(&head.actor, part),
            Self::Since(hours) => head.applied_at >= at(*hours),
            Self::Before(hours) => head.applied_at < at(*hours),
        }
    }
}

/// So many hours ago.
fn at(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn ids() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&IDS[..]), 0..3)
}

fn heads() -> impl Strategy<Value = Vec<JournalHead>> {
    let head = (ids(), ids(), prop::sample::select(&IDS[..]), 0..50i64);
    prop::collection::vec(head, 0..8).prop_map(|heads| {
        let heads = heads.into_iter().enumerate();
        let heads = heads.map(|(index, (layers, experiments, actor, hours))| JournalHead {
            journal_id: i64::try_from(index).expect("a small number"),
            applied_at: at(hours),
            actor: format!("{actor}@host"),
            reason: (hours % 2 == 0).then(|| "because Hero".to_owned()),
            ticket: (hours % 3 == 0).then(|| "AB-X".to_owned()),
            git: None,
            kind: EntryKind::Apply,
            base_revision: Revision::new("beef"),
            revision: Revision::new("f00d"),
            changes: 1,
            layers: layers.into_iter().map(LayerId::from).collect(),
            experiments: experiments.into_iter().map(ExperimentId::from).collect(),
        });
        heads.collect()
    })
}

fn asked() -> impl Strategy<Value = Vec<(Asked, usize)>> {
    let part = || {
        prop::sample::select(
            &[
                "hero", "HERO TWO", "search:", "a b", "äpfel", "12", "host", "x",
            ][..],
        )
        .prop_map(str::to_owned)
    };
    let one = prop_oneof![
        part().prop_map(Asked::Word),
        part().prop_map(Asked::Layer),
        part().prop_map(Asked::Experiment),
        part().prop_map(Asked::By),
        (0..50i64).prop_map(Asked::Since),
        (0..50i64).prop_map(Asked::Before),
    ];
    prop::collection::vec((one, 0..3usize), 0..4)
}

fn parse(text: &str) -> JournalFilter {
    let zone = &TimeZone::UTC;
    JournalFilter::parse(text, TimeContext { now: now(), zone })
}

proptest! {
    #[test]
    fn an_entry_passes_if_and_only_if_each_condition_holds(heads in heads(), asked in asked()) {
        let typed: Vec<String> = asked.iter().map(|(one, form)| one.typed(*form)).collect();
        let filter = parse(&typed.join("  "));
        prop_assert_eq!(filter.errors(), &[]);
        for head in &heads {
            let holds = asked.iter().all(|(one, _)| one.holds(head));
            prop_assert_eq!(filter.passes(head), holds, "{:?} {:?}", typed, head);
        }
        if heads.iter().any(|head| filter.passes(head)) {
            return Ok(());
        }
        // Conditions that no entry meets are named, and no others.
        let why = filter.why_none(&heads);
        let is_met = |one: &Asked| heads.iter().any(|head| one.holds(head));
        let unmet = asked.iter().zip(&typed).filter(|((one, _), _)| !is_met(one));
        let unmet: Vec<String> = unmet.map(|(_, typed)| format!("`{typed}`")).collect();
        if !unmet.is_empty() {
            prop_assert_eq!(why, format!("no entry passes {}", unmet.join(" or ")));
            return Ok(());
        }
        // Else each is named without which some entries would pass.
        for (index, typed) in typed.iter().enumerate() {
            let others = |head: &&JournalHead| {
                let mut others = asked.iter().enumerate();
                others.all(|(at, (one, _))| at == index || one.holds(head))
            };
            let count = heads.iter().filter(others).count();
            let is_named = why.contains(&format!("without `{typed}` {count} entr"));
            prop_assert_eq!(is_named, count > 0, "{}", why);
        }
    }

    /// While it is typed, every text is a filter or says why it isn't, and what it can't read excludes
    /// nothing.
    #[test]
    fn every_text_can_be_typed(text in "[a-c:\" 0-9é]{0,12}|(layer|since|by|x):[a\" :]{0,4}") {
        let filter = parse(&text);
        let head = JournalHead {
            journal_id: 1,
            applied_at: now(),
            actor: text.clone(),
            reason: None,
            ticket: None,
            git: None,
            kind: EntryKind::Apply,
            base_revision: Revision::new("beef"),
            revision: Revision::new("f00d"),
            changes: 0,
            layers: Vec::new(),
            experiments: Vec::new(),
        };
        if !filter.errors().is_empty() && !text.contains(' ') {
            prop_assert!(filter.passes(&head));
        }
    }
}

#[test]
fn what_is_no_condition_says_why() {
    let errors = |text: &str| -> Vec<String> {
        let filter = parse(text);
        filter
            .errors()
            .iter()
            .map(ConditionError::to_string)
            .collect()
    };
    for (text, expected) in [
        (
            "laye:x",
            "unknown key `laye:`, expected layer, experiment, by, since, before; put a word with a \
             colon in quotes",
        ),
        ("by:", "`by:` needs a value"),
        ("by:\"\"", "`by:` needs a value"),
        (
            "since:soon",
            "`since:` needs a time like 2026-11-20, 2026-11-20T14:00Z, 3d or 1h, not `soon`",
        ),
    ] {
        assert_eq!(errors(text), [expected], "{text}");
    }
    for text in [
        "",
        "  ",
        "hero",
        "\"laye:x\"",
        ":x",
        "LAYER:x",
        "since:3d",
        "layer:a:b",
        "\"",
    ] {
        assert!(errors(text).is_empty(), "{text}: {:?}", errors(text));
    }
    assert_eq!(errors("x:1 hero y:2").len(), 2);
}
