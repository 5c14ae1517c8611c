//! Saved plans that somebody changed and gave an id that fits: whatever is changed, the plan is refused, or it
//! does the same and passes no gate that it didn't pass before.
//!
//! What a log said, what stands in the files, and the plan that is renewed, a database can't tell: verdicts,
//! warnings and keys that were left out are believed.

use avos::config::check_sources;
use avos::domain::State;
use avos::plan::{ChangedThing, Note, NoteCode, OutsideNote, Scope};
use avos::review::{
    Confirmation, Evidence, EvidenceVerdict, JournalFacts, Reopened, Review, SavedPlan,
    WeighedEvidence, needing_evidence, seal,
};
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};

use crate::support::layers::{LayerYaml, experiment, layer};
use crate::support::reviewing::{errors, now, sources, state_of};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A ramp-up, a winner with an heir, and a pause that takes back what another program did.
fn files() -> Vec<LayerYaml> {
    let home = layer("home")
        .with(experiment("grows").set("traffic_percentage", 0.3))
        .with(experiment("new").set("traffic_percentage", 0.05))
        .with(
            experiment("ends")
                .set("status", "completed")
                .set("traffic_allocation", "{a: 1, b: 0}"),
        );
    let cart = layer("cart")
        .with(experiment("stops").set("status", "paused"))
        .with(experiment("draft").set("traffic_percentage", 0.2))
        .with(experiment("same"));
    vec![home, cart]
}

fn state() -> State {
    let home = layer("home")
        .with(experiment("grows"))
        .with(experiment("ends"));
    let cart = layer("cart")
        .with(experiment("stops"))
        .with(experiment("draft").set("status", "draft"))
        .with(experiment("same"));
    state_of(&[home, cart])
}

fn outside(layer: &str, id: Option<&str>, ends_with_files: bool) -> OutsideNote {
    let message = "somebody did something, outside, since journal 3".to_owned();
    let code = NoteCode::ChangedOutside;
    let note = Note::new(code, layer.into(), id.map(Into::into), message);
    OutsideNote {
        note,
        ends_with_files,
    }
}

fn journal() -> JournalFacts {
    JournalFacts {
        applied_as: None,
        drift: vec![
            outside("cart", Some("stops"), true),
            outside("cart", Some("same"), true),
            outside("home", None, false),
        ],
        never_active: ["draft".into()].into(),
    }
}

fn evidence_of(layer: &str, id: &str) -> Evidence {
    Evidence {
        experiment_id: id.into(),
        layer_id: layer.into(),
        verdict: EvidenceVerdict::Ok,
        corrected_p_value: Some(0.5),
        units: 1000,
        anomalies: Vec::new(),
        last_row: Some(now() - 2.hours()),
        at: now() - 1.hours(),
    }
}

/// The plan of this scope, with evidence that holds for all that needs some.
fn plan_of(scope: &Scope) -> Review {
    let sources = sources(files().iter().map(LayerYaml::file));
    let checked = check_sources(&sources, now());
    let drift = journal().drift;
    let (mut review, _) = Review::with_drift(&sources, &checked, &state(), &drift, scope, now());
    assert_eq!(errors(&review), [""; 0]);
    let needing = needing_evidence(&review.changes);
    let needing = needing
        .iter()
        .filter(|(_, id)| !journal().never_active.contains(*id));
    let evidence = needing.map(|(layer, id)| evidence_of(layer.as_str(), id.as_str()));
    let evidence = evidence.collect();
    review.seal_evidence(evidence);
    review
}

fn plans() -> Vec<Review> {
    let thing = |layer: &str, id: &str| ChangedThing {
        layer_id: layer.into(),
        experiment_id: Some(id.into()),
    };
    let only = vec![
        thing("cart", "stops"),
        thing("home", "ends"),
        thing("home", "grows"),
    ];
    let all = plan_of(&Scope::All);
    let saved = SavedPlan::read(&json!(all.to_report()).to_string()).expect("a plan");
    vec![
        plan_of(&Scope::Layers(vec!["home".into()])),
        plan_of(&Scope::Only(only)),
        all.renewing(&saved),
    ]
}

/// Everything that decides on an apply.
#[derive(Debug)]
struct Gates {
    changes: Value,
    impact: Vec<Value>,
    drift: Vec<(String, Option<String>)>,
    /// `None` if no log was judged, which the conditions about evidence refuse.
    doubted: Option<Vec<(String, bool)>>,
    confirmation: Confirmation,
}

fn gates(review: &Review) -> Gates {
    let changed = |id: &avos::domain::LayerId| review.changes.iter().any(|it| it.layer_id == *id);
    let impact = review.impact.iter();
    let drift = review.notes.iter();
    let drift = drift.filter(|it| it.code == NoteCode::ChangedOutside && changed(&it.layer_id));
    let evidence = review.evidence.as_ref();
    let weighed = evidence.map(|evidence| -> Vec<WeighedEvidence> {
        let evidence = evidence.iter();
        evidence
            .map(|it| WeighedEvidence::new(it, now(), DAY))
            .collect()
    });
    let doubted = weighed.as_ref().map(|weighed| {
        let weighed = weighed.iter();
        let doubted = weighed.map(|it| {
            let id = it.evidence.experiment_id.to_string();
            (id, it.doubt().is_some())
        });
        doubted.collect()
    });
    Gates {
        changes: json!(review.changes),
        impact: impact
            .filter(|it| changed(&it.layer_id))
            .map(|it| json!(it))
            .collect(),
        drift: drift
            .map(|it| {
                let id = it.experiment_id.as_ref().map(ToString::to_string);
                (it.layer_id.to_string(), id)
            })
            .collect(),
        doubted,
        confirmation: review.confirmation_on(&weighed.unwrap_or_default()),
    }
}

impl Gates {
    /// Whether the same happens, and whatever stops the other one stops this one.
    fn is_as_strict_as(&self, other: &Self) -> bool {
        let is_evident = match (&self.doubted, &other.doubted) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(doubted), Some(known)) => known.iter().all(|(id, was_doubted)| {
                let mut doubted = doubted.iter();
                doubted.any(|(it, is_doubted)| it == id && *is_doubted >= *was_doubted)
            }),
        };
        let is_confirmed = match (&self.confirmation, &other.confirmation) {
            (_, Confirmation::OneKey) => true,
            (Confirmation::OneKey, _) => false,
            (Confirmation::Type { reasons, .. }, Confirmation::Type { reasons: known, .. }) => {
                reasons.len() >= known.len()
            }
        };
        let mut impact = other.impact.iter();
        self.changes == other.changes
            && impact.all(|it| self.impact.contains(it))
            && other.drift.iter().all(|it| self.drift.contains(it))
            && is_evident
            && is_confirmed
    }
}

/// The paths of all values within this one, itself included.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                paths(value, &format!("{path}/{}", key.replace('~', "~0")), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                paths(value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Other values that could stand there.
fn others(value: &Value) -> Vec<Value> {
    const TEXTS: [&str; 13] = [
        "",
        "home",
        "cart",
        "grows",
        "draft",
        "ok",
        "warning",
        "no-evidence",
        "held",
        "paused",
        "2099-01-01T00:00:00Z",
        "2025-06-01T11:59:00Z",
        "1999-01-01T00:00:00Z",
    ];
    let mut others = vec![json!(null)];
    match value {
        Value::Null => others = vec![json!("home"), json!(1), json!([])],
        Value::Bool(is) => others.push(json!(!is)),
        Value::Number(number) => {
            others.extend([json!(0), json!(1), json!(0.25), json!(2.0), json!(-1)]);
            others.extend(number.as_u64().map(|it| json!(it + 1)));
        }
        Value::String(text) => {
            others.extend(TEXTS.map(|it| json!(it)));
            others.push(json!(format!("{text}x")));
        }
        Value::Array(items) => {
            others.push(json!([]));
            for index in 0..items.len() {
                let mut without = items.clone();
                let item = without.remove(index);
                others.push(json!(without));
                others.push(json!([&items[..], &[item]].concat()));
            }
            others.push(items.iter().rev().cloned().collect());
        }
        Value::Object(entries) => {
            for key in entries.keys() {
                let mut without = entries.clone();
                without.remove(key);
                others.push(json!(without));
            }
        }
    }
    others.retain(|other| other != value);
    others
}

fn reopen(document: &Value, state: &State) -> Option<Review> {
    let mut document = document.clone();
    document["plan_id"] = json!(seal(document.clone()));
    let saved = SavedPlan::read(&document.to_string()).ok()?;
    let Reopened { review, outcome } = saved.reopen(state, &journal(), now());
    outcome.is_ok().then_some(review)
}

#[test]
fn whatever_is_forged_passes_no_gate() {
    let state = state();
    for plan in plans() {
        let document = json!(plan.to_report());
        let original = gates(&reopen(&document, &state).expect("it can be applied as it is"));
        assert!(original.is_as_strict_as(&original));
        let mut found = Vec::new();
        paths(&document, "", &mut found);
        let (mut refused, mut passed) = (0, 0);
        for (index, path) in found.iter().enumerate() {
            let value = document.pointer(path).expect("a value").clone();
            // These are compared as a whole, so it is enough to try some of all values at each place.
            let is_compared = ["/changes/", "/impact/", "/renewal_of/"];
            let is_compared = is_compared.iter().any(|it| path.starts_with(it));
            let step = if is_compared { 9 } else { 1 };
            let others = others(&value).into_iter();
            for other in others.skip(index % step).step_by(step) {
                let mut forged = document.clone();
                *forged.pointer_mut(path).expect("a value") = other.clone();
                if !forged.is_object() {
                    continue;
                }
                match reopen(&forged, &state) {
                    None => refused += 1,
                    Some(review) => {
                        passed += 1;
                        let now = gates(&review);
                        assert!(
                            now.is_as_strict_as(&original),
                            "{path}: {value} → {other}\n{now:#?}\n{original:#?}"
                        );
                    }
                }
            }
        }
        assert!(refused > 500 && passed > 50, "{refused} {passed}");
    }
}

/// Why it is refused.
fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut document = json!(plan_of(&Scope::All).to_report());
    change(&mut document);
    document["plan_id"] = json!(seal(document.clone()));
    let saved = SavedPlan::read(&document.to_string()).expect("a document");
    let outcome = saved.reopen(&state(), &journal(), now()).outcome;
    outcome
        .err()
        .map_or("applied".to_owned(), |refusal| refusal.to_string())
}

#[test]
fn evidence_is_for_each_change_that_needs_some() {
    const UNTRUE: &str = "the plan's evidence and its changes don't match";
    let evidence = |change: fn(&mut Vec<Value>)| {
        refusal(|plan| change(plan["evidence"].as_array_mut().expect("a list")))
    };
    assert_eq!(evidence(|_| {}), "applied");
    assert_eq!(evidence(Vec::clear), UNTRUE);
    assert_eq!(evidence(|list| drop(list.pop())), UNTRUE);
    assert_eq!(evidence(|list| drop(list.remove(0))), UNTRUE);
    assert_eq!(evidence(|list| list.push(list[0].clone())), UNTRUE);
    assert_eq!(evidence(|list| list[0] = list[1].clone()), UNTRUE);
    assert_eq!(
        evidence(|list| list.push(json!(evidence_of("cart", "stops")))),
        UNTRUE
    );
    // More than is needed is no harm: the draft had no unit yet.
    assert_eq!(
        evidence(|list| list.push(json!(evidence_of("cart", "draft")))),
        "applied"
    );
}

#[test]
fn evidence_that_no_log_can_give_is_refused() {
    for (key, value) in [
        ("verdict", json!("none")),
        ("corrected_p_value", json!(null)),
        ("corrected_p_value", json!(1.5)),
        ("corrected_p_value", json!(-0.1)),
        ("units", json!(0)),
        ("anomalies", json!(["lost-exposures"])),
        ("last_row", json!(null)),
        ("last_row", json!("2025-06-01T11:00:01Z")),
    ] {
        let mut document = json!(plan_of(&Scope::All).to_report());
        document["evidence"][0][key] = value.clone();
        assert!(reopen(&document, &state()).is_none(), "{key} {value}");
    }
}

/// Nobody knows how old it is; a minute may be the difference of two clocks.
#[test]
fn evidence_of_the_future_is_none() {
    for (ahead, is_doubted) in [(0, false), (60, false), (61, true), (1_000_000, true)] {
        let evidence = Evidence {
            at: now() + ahead.seconds(),
            ..evidence_of("home", "grows")
        };
        let weighed = WeighedEvidence::new(&evidence, now(), DAY);
        assert_eq!(weighed.doubt().is_some(), is_doubted, "{ahead}");
        let verdict = if is_doubted { "no-evidence" } else { "ok" };
        assert_eq!(weighed.verdict().as_str(), verdict, "{ahead}");
    }
}

#[test]
fn what_was_changed_outside_is_not_hidden() {
    const UNTRUE: &str = "the plan's notes and its changes don't match";
    let without = |hides: fn(&Value) -> bool| {
        refusal(|plan| {
            plan["notes"]
                .as_array_mut()
                .expect("a list")
                .retain(|it| !hides(it));
        })
    };
    assert_eq!(without(|note| note["code"] == "changed-outside"), UNTRUE);
    assert_eq!(without(|note| note["experiment_id"] == "stops"), UNTRUE);
    assert_eq!(without(|note| note["layer_id"] == "home"), UNTRUE);
    // Told of another experiment, it isn't told.
    let moved = refusal(|plan| {
        for note in plan["notes"].as_array_mut().expect("a list") {
            if note["experiment_id"] == "stops" {
                note["experiment_id"] = json!("draft");
            }
        }
    });
    assert_eq!(moved, UNTRUE);
    // A plan of other layers needs no word of it, and one may say more than is found now.
    let home = plan_of(&Scope::Layers(vec!["home".into()]));
    let saved = SavedPlan::read(&json!(home.to_report()).to_string()).expect("a plan");
    for drift in [vec![outside("cart", Some("stops"), false)], Vec::new()] {
        let journal = JournalFacts { drift, ..journal() };
        let outcome = saved.reopen(&state(), &journal, now()).outcome;
        assert_eq!(outcome.err(), None);
    }
}
