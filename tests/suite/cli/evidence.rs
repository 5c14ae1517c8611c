//! `avos plan` and `avos apply` with `--log`: which plans need evidence, and what happens without.

use std::fs;

use avos::review::seal;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::store_kind::{StoreKind, over_named_stores};
use super::support::{Place, Run, avos, keys};
use crate::schemas::verbs::schema;

over_named_stores! {
    a_ramp_up_and_a_winner_need_evidence_and_nothing_else_does
    a_ramp_up_without_units_yet_needs_none
    each_condition_refuses_what_it_names
    lost_exposures_are_a_doubt_of_their_own
    the_plan_says_what_the_evidence_is
    the_evidence_is_sealed_into_the_plan
    sealed_evidence_ages_until_the_log_is_judged_anew
    a_log_that_turned_bad_stops_a_plan_that_was_saved_before
    evidence_of_nothing_that_the_plan_does_is_refused
    a_split_that_does_not_hold_takes_a_reason
    conditions_about_evidence_need_a_log
    apply_takes_the_conditions_of_plan
    wrong_settings_are_reported_and_nothing_is_done
    a_gate_gets_exactly_the_plan_and_decides
    a_saved_plan_passes_the_gate_as_it_was_sealed
    a_gate_needs_to_read_nothing_of_a_large_plan
}

/// The table as the original makes it.
const TABLE: &str = "
CREATE TABLE user_assignments (
    unit_id VARCHAR, layer_id VARCHAR, slot_index INTEGER, experiment_id VARCHAR,
    experiment_name VARCHAR, variant VARCHAR, status VARCHAR, assignment_timestamp TIMESTAMP
)";

const ALL: &str = "mismatch,lost,anomalies,no-evidence";

/// A layer whose experiment `exp` says this besides; `other` is a draft, `rest` is paused.
fn web(exp: &str, other: &str, more: &str) -> String {
    let experiment = |id: &str, keys: &str| {
        format!("  - {{experiment_id: {id}, layer_id: web, name: A, variants: [a, b], {keys}}}\n")
    };
    let half = "traffic_allocation: {a: 0.5, b: 0.5}, ";
    let exp = if exp.contains("traffic_allocation") {
        experiment("exp", exp)
    } else {
        experiment("exp", &format!("{half}{exp}"))
    };
    let other = experiment("other", &format!("{half}{other}"));
    format!("layer_id: web\nlayer_salt: salt\nexperiments:\n{exp}{other}{more}")
}

/// A database three days old with the experiments `exp`, active on a fifth, and `other`, a draft; and
/// a log beside it.
pub(super) struct Desk {
    pub(super) place: Place,
    pub(super) log: String,
}

impl Desk {
    pub(super) fn new(kind: StoreKind) -> Self {
        let place = kind.empty();
        let log = place.path().join("log.db").display().to_string();
        let desk = Self { place, log };
        let run = desk
            .place
            .apply(&desk.asking("status: active, traffic_percentage: 0.2"));
        assert_eq!(run.code, 0, "{run:?}");
        desk.backdate();
        desk.sql(TABLE);
        desk
    }

    /// Files that ask for this of `exp`, and for nothing else.
    pub(super) fn asking(&self, exp: &str) -> String {
        let text = web(exp, "status: draft, traffic_percentage: 0.1", "");
        self.place.configs(&[("web.yml", &text)])
    }

    /// Files that ramp `exp` up.
    pub(super) fn ramp(&self) -> String {
        self.asking("status: active, traffic_percentage: 0.3")
    }

    /// Everything was applied three days ago.
    fn backdate(&self) {
        let long_ago = Timestamp::now() - SignedDuration::from_hours(3 * 24);
        self.place.backdate(long_ago);
    }

    fn sql(&self, sql: &str) {
        let log = Connection::open(&self.log).expect("a database");
        log.execute_batch(sql).expect("valid SQL");
    }

    /// So many units of each variant, spread over the time before the last one, which was so long ago.
    pub(super) fn units(&self, experiment: &str, units: &[(&str, u32)], ago: &str) {
        let arms = units
            .iter()
            .map(|(variant, units)| format!("('{variant}', {units})"));
        let arms: Vec<String> = arms.collect();
        self.sql(&format!(
            "WITH RECURSIVE
                 arm(variant, units) AS (VALUES {}),
                 unit(variant, units, n) AS (
                     SELECT variant, units, 1 FROM arm
                     UNION ALL SELECT variant, units, n + 1 FROM unit WHERE n < units
                 )
             INSERT INTO user_assignments
             SELECT '{experiment}' || variant || n || '{ago}', 'web', 0, '{experiment}', 'A', variant,
                    'assigned', datetime('now', '{ago}', ((1.0 * n / units - 1) * 600) || ' seconds')
             FROM unit ORDER BY 1.0 * n / units, variant",
            arms.join(", ")
        ));
    }

    pub(super) fn fair(self) -> Self {
        self.units("exp", &[("a", 500), ("b", 500)], "-1 minutes");
        self
    }

    pub(super) fn skewed(self, ago: &str) -> Self {
        self.units("exp", &[("a", 700), ("b", 300)], ago);
        self
    }

    pub(super) fn run(&self, verb: &str, configs: &str, more: &[&str]) -> Run {
        let words = [verb, "--configs", configs, "--db", &self.place.db];
        avos(&[&words[..], more].concat())
    }

    pub(super) fn plan(&self, configs: &str, more: &[&str]) -> Run {
        let with_log = [&["--log", self.log.as_str()], more].concat();
        self.run("plan", configs, &with_log)
    }

    fn apply(&self, configs: &str, more: &[&str]) -> Run {
        let with_log = [&["--log", self.log.as_str()], more].concat();
        self.run("apply", configs, &with_log)
    }

    fn evidence(&self, configs: &str) -> Value {
        self.plan(configs, &["--format", "json"]).json()["evidence"].clone()
    }

    /// The file of a plan that ramps up, saved with the log's evidence.
    pub(super) fn saved(&self) -> String {
        let plan = self.place.path().join("plan.json").display().to_string();
        let run = self.plan(&self.ramp(), &["--out", &plan]);
        assert_eq!(run.code, 0, "{run:?}");
        plan
    }

    pub(super) fn applies(&self) -> usize {
        let history = avos(&["history", "--db", &self.place.db, "--format", "json"]);
        history.json()["entries"].as_array().expect("entries").len()
    }

    /// A settings file with this age.
    fn settings(&self, age: &str) -> String {
        let path = self.place.path().join("settings.yml");
        fs::write(&path, format!("evidence_max_age: {age}\n")).expect("a file");
        path.display().to_string()
    }

    /// A text without what differs from run to run.
    fn shown(&self, text: &str) -> String {
        let text = text.replace(&self.place.path().display().to_string(), "DIR");
        let word = |word: &str| match word.trim_end_matches([')', ',']) {
            time if time.len() == 20 && time.ends_with('Z') => word.replace(time, "[time]"),
            id if id.len() == 12 && id.bytes().all(|b| b.is_ascii_hexdigit()) => "[id]".to_owned(),
            _ => word.to_owned(),
        };
        let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A saved plan whose document is changed like this, with an id that fits.
pub(super) fn forge(plan: &str, change: impl FnOnce(&mut Value)) {
    let text = fs::read_to_string(plan).expect("a plan");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    change(&mut document);
    document["plan_id"] = json!(seal(document.clone()));
    fs::write(plan, document.to_string()).expect("written");
}

const RAMP: &str = "status: active, traffic_percentage: 0.3";
const WINNER: &str = "status: completed, traffic_percentage: 0.2, traffic_allocation: {a: 1, b: 0}";

fn a_ramp_up_and_a_winner_need_evidence_and_nothing_else_does(kind: StoreKind) {
    let desk = Desk::new(kind).skewed("-1 minutes");
    let evident = [
        RAMP,
        WINNER,
        "status: paused, traffic_percentage: 0.3",
        "status: active, traffic_percentage: 0.3, reserved_percentage: 0.4",
    ];
    for exp in evident {
        let configs = desk.asking(exp);
        assert_eq!(desk.evidence(&configs)[0]["verdict"], "mismatch", "{exp}");
        assert_eq!(desk.plan(&configs, &["--fail-on", ALL]).code, 1, "{exp}");
    }
    let free = [
        "status: active, traffic_percentage: 0.2",
        "status: paused, traffic_percentage: 0.2",
        "status: completed, traffic_percentage: 0.2",
        "status: active, traffic_percentage: 0.2, reserved_percentage: 0.4",
        "status: active, traffic_percentage: 0.2, end_date: 2099-01-01",
    ];
    let no_log = desk.place.path().join("none.db").display().to_string();
    for exp in free {
        let configs = desk.asking(exp);
        assert_eq!(desk.evidence(&configs), json!([]), "{exp}");
        // They don't even wait for the log.
        let strict = ["--log", &no_log, "--fail-on", ALL];
        assert_eq!(desk.run("plan", &configs, &strict).code, 0, "{exp}");
    }
    let hold = [
        "hold",
        "exp",
        "--reason",
        "it fails",
        "--db",
        &desk.place.db,
    ];
    assert_eq!(avos(&hold).code, 0);
}

fn a_ramp_up_without_units_yet_needs_none(kind: StoreKind) {
    let desk = Desk::new(kind);
    let with = |other: &str, more: &str| {
        let text = web("status: active, traffic_percentage: 0.2", other, more);
        desk.place.configs(&[("web.yml", &text)])
    };
    let paused = "  - {experiment_id: rest, layer_id: web, name: A, variants: [a, b], \
        traffic_allocation: {a: 0.5, b: 0.5}, status: paused, traffic_percentage: 0.1}\n";
    let draft = "status: draft, traffic_percentage: 0.1";
    // A creation, also with a start at once.
    assert_eq!(
        desk.evidence(&with(draft, &paused.replace("paused", "active"))),
        json!([])
    );
    assert_eq!(desk.place.apply(&with(draft, paused)).code, 0);
    // A draft that starts with more, and one that was paused from the beginning.
    let more = paused.replace(
        "paused, traffic_percentage: 0.1",
        "active, traffic_percentage: 0.2",
    );
    let configs = with("status: active, traffic_percentage: 0.2", &more);
    assert_eq!(desk.evidence(&configs), json!([]));
    assert_eq!(desk.apply(&configs, &["--fail-on", ALL, "--yes"]).code, 0);
    // From then on they have units.
    let more = paused.replace(
        "paused, traffic_percentage: 0.1",
        "active, traffic_percentage: 0.3",
    );
    let configs = with("status: active, traffic_percentage: 0.3", &more);
    let verdicts = desk.evidence(&configs);
    let verdicts: Vec<_> = verdicts
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| &it["verdict"])
        .collect();
    assert_eq!(verdicts, ["no-evidence", "no-evidence"]);
}

fn each_condition_refuses_what_it_names(kind: StoreKind) {
    let refused = |desk: &Desk| {
        let all: Vec<&str> = ALL.split(',').collect();
        let refused = all.into_iter().filter(|condition| {
            let run = desk.plan(&desk.ramp(), &["--fail-on", condition]);
            assert!(run.code < 2, "{run:?}");
            run.code == 1
        });
        refused.collect::<Vec<_>>()
    };
    assert!(refused(&Desk::new(kind).fair()).is_empty());
    assert_eq!(refused(&Desk::new(kind).skewed("-1 minutes")), ["mismatch"]);
    assert_eq!(refused(&Desk::new(kind)), ["no-evidence"]);
    // Of another experiment only.
    let other = Desk::new(kind);
    other.units("x", &[("a", 10)], "-1 minutes");
    assert_eq!(refused(&other), ["no-evidence"]);
    // A log that stands still hides no mismatch.
    assert_eq!(
        refused(&Desk::new(kind).skewed("-2 days")),
        ["mismatch", "no-evidence"]
    );
    // Units whose clock is ahead don't keep it alive.
    let ahead = Desk::new(kind);
    ahead.units("exp", &[("a", 500), ("b", 500)], "-2 days");
    assert_eq!(refused(&ahead), ["no-evidence"]);
    ahead.units("exp", &[("a", 500), ("b", 500)], "+900 days");
    assert_eq!(refused(&ahead), ["anomalies", "no-evidence"]);
    let unknown = Desk::new(kind).fair();
    unknown.units("exp", &[("c", 3)], "-1 minutes");
    assert_eq!(refused(&unknown), ["anomalies"]);
}

fn lost_exposures_are_a_doubt_of_their_own(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    // A fifth of the slots has a thousand units, so the others should have four thousand.
    desk.sql(
        "WITH RECURSIVE unit(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM unit WHERE n < 40000)
         INSERT INTO user_assignments
         SELECT 'free' || n, 'web', 20 + n % 80, NULL, NULL, NULL, 'not_assigned',
                datetime('now', '-1 minutes') FROM unit",
    );
    let evidence = desk.evidence(&desk.ramp());
    assert_eq!(evidence[0]["verdict"], "warning");
    assert_eq!(evidence[0]["anomalies"], json!(["lost-exposures"]));
    for condition in ["lost", "anomalies"] {
        assert_eq!(desk.plan(&desk.ramp(), &["--fail-on", condition]).code, 1);
    }
    assert_eq!(
        desk.plan(&desk.ramp(), &["--fail-on", "mismatch,no-evidence"])
            .code,
        0
    );
    let run = desk.apply(&desk.ramp(), &["--yes"]);
    assert!(
        run.err
            .starts_with("error: nothing was applied: a split doesn't hold"),
        "{run:?}"
    );
}

fn the_plan_says_what_the_evidence_is(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let run = desk.plan(&desk.ramp(), &[]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let line = |text: &str| {
        let shown = desk.shown(text);
        let line = shown.lines().find(|line| line.contains("evidence["));
        line.expect("a line").to_owned()
    };
    assert_eq!(
        line(&run.out),
        "  = evidence[ok]: `exp`: its split holds (corrected p 1.000, 1,000 units, last row [time])"
    );
    let markdown = desk.plan(&desk.ramp(), &["--format", "markdown"]);
    assert!(
        markdown
            .out
            .contains("\n### Evidence\n\n```text\n= evidence[ok]: `exp`: its split holds (")
    );
    let still = desk.plan(&desk.ramp(), &["--settings", &desk.settings("1m")]);
    assert_eq!(
        line(&still.out),
        "  = evidence[no-evidence]: `exp`: no evidence: the log stands still, without a row for more \
         than 1m (corrected p 1.000, 1,000 units, last row [time])"
    );
    let desk = Desk::new(kind).skewed("-1 minutes");
    let run = desk.plan(&desk.ramp(), &["--fail-on", ALL]);
    let shown = desk.shown(&run.out);
    assert!(shown.contains(
        "= evidence[mismatch]: `exp`: mismatch: its units don't split as they should (corrected p "
    ));
    insta::assert_snapshot!(run.err, @"
    error: refused by --fail-on: the units of `exp` don't split as they should
    help: the report says where; if that is intended, plan again without the condition
    ");
}

fn the_evidence_is_sealed_into_the_plan(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let document = desk.plan(&desk.ramp(), &["--format", "json"]).json();
    schema("plan")
        .validate(&document)
        .expect("a valid document");
    let evidence = &document["evidence"][0];
    assert_eq!(
        keys(evidence),
        [
            "anomalies",
            "at",
            "corrected_p_value",
            "experiment_id",
            "last_row",
            "layer_id",
            "units",
            "verdict"
        ]
    );
    assert_eq!(json!(seal(document.clone())), document["plan_id"]);
    let mut other = document.clone();
    other["evidence"][0]["units"] = json!(1001);
    assert_ne!(json!(seal(other)), document["plan_id"]);
    // Without a log there is none, and the id is as ever.
    let without = desk.run("plan", &desk.ramp(), &["--format", "json"]).json();
    assert_eq!(without.get("evidence"), None);
    assert_ne!(without["plan_id"], document["plan_id"]);

    let plan = desk.saved();
    let apply = |more: &[&str]| {
        avos(
            &[
                &["apply", "--plan", &plan, "--db", &desk.place.db][..],
                more,
            ]
            .concat(),
        )
    };
    let run = apply(&["--yes", "--fail-on", ALL]);
    assert_eq!(run.code, 0, "{run:?}");
    let id = &serde_json::from_str::<Value>(&fs::read_to_string(&plan).expect("a plan"))
        .expect("JSON")["plan_id"];
    let history = avos(&["history", "--db", &desk.place.db, "--format", "json"]).json();
    assert_eq!(history["entries"][0]["plan_id"], *id);
}

fn sealed_evidence_ages_until_the_log_is_judged_anew(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.saved();
    let day = "2020-01-01T00:00:00Z";
    forge(&plan, |plan| {
        plan["evidence"][0]["at"] = json!(day);
        plan["evidence"][0]["last_row"] = json!(day);
    });
    let apply = |more: &[&str]| {
        avos(
            &[
                &["apply", "--plan", &plan, "--db", &desk.place.db, "--yes"][..],
                more,
            ]
            .concat(),
        )
    };
    let old = apply(&["--fail-on", "no-evidence"]);
    assert_eq!(old.code, 1);
    assert!(old.err.contains(
        "error: refused by --fail-on: there is no evidence for `exp`; nothing was applied\n"
    ));
    assert!(old.out.contains("evidence[no-evidence]: `exp`: no evidence: it was judged at 2020-01-01T00:00:00Z, more than 1d ago ("), "{}", old.out);
    assert_eq!(apply(&[]).code, 1);
    assert_eq!(
        apply(&["--fail-on", "mismatch,lost,anomalies"]).code,
        1,
        "no reason"
    );
    assert_eq!(
        apply(&[
            "--settings",
            &desk.settings("3650d"),
            "--fail-on",
            ALL,
            "--gate",
            "false"
        ])
        .code,
        1
    );
    assert_eq!(desk.applies(), 1);
    let fresh = apply(&["--log", &desk.log, "--fail-on", ALL]);
    assert_eq!(fresh.code, 0, "{fresh:?}");
    assert_eq!(desk.applies(), 2);
}

fn a_log_that_turned_bad_stops_a_plan_that_was_saved_before(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.saved();
    desk.units("exp", &[("a", 3000)], "-1 minutes");
    let words = ["apply", "--plan", &plan, "--db", &desk.place.db, "--yes"];
    let judged = avos(&[&words[..], &["--log", &desk.log, "--fail-on", "mismatch"]].concat());
    assert_eq!(judged.code, 1);
    assert_eq!(
        avos(&[&words[..], &["--fail-on", "mismatch"]].concat()).code,
        0,
        "as sealed"
    );
}

fn evidence_of_nothing_that_the_plan_does_is_refused(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    for change in [
        (|evidence: &mut Value| evidence[0]["experiment_id"] = json!("other")) as fn(&mut Value),
        |evidence| evidence[0]["layer_id"] = json!("other"),
        |evidence| evidence[1] = evidence[0].clone(),
    ] {
        let plan = desk.saved();
        forge(&plan, |plan| {
            let evidence = &mut plan["evidence"];
            let list = evidence.as_array_mut().expect("a list");
            list.push(json!(null));
            change(evidence);
            let list = evidence.as_array_mut().expect("a list");
            list.retain(|it| !it.is_null());
        });
        let run = avos(&["apply", "--plan", &plan, "--db", &desk.place.db, "--yes"]);
        assert!(
            run.err
                .starts_with("error: Refused: the plan's evidence and its changes don't match;"),
            "{run:?}"
        );
    }
}

fn a_split_that_does_not_hold_takes_a_reason(kind: StoreKind) {
    for desk in [Desk::new(kind).skewed("-1 minutes"), Desk::new(kind)] {
        let run = desk.apply(&desk.ramp(), &["--yes", "--format", "json"]);
        assert_eq!(run.code, 1);
        schema("apply")
            .validate(&run.json())
            .expect("a valid document");
        assert_eq!(run.json()["reason"], "no-reason");
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.err, @"
            error: nothing was applied: a split doesn't hold, so `--yes` needs `--reason`
            help: say why with `--reason TEXT`; to refuse such plans, use `--fail-on mismatch,lost,no-evidence`
            ");
        }
        assert_eq!(desk.applies(), 1);
        let refused = desk.apply(
            &desk.ramp(),
            &[
                "--yes",
                "--reason",
                "known",
                "--fail-on",
                ALL,
                "--format",
                "json",
            ],
        );
        assert_eq!(
            (refused.code, &refused.json()["reason"]),
            (1, &json!("fail-on"))
        );
        let run = desk.apply(&desk.ramp(), &["--yes", "--reason", "known: WEB-7"]);
        assert_eq!(run.code, 0, "{run:?}");
        let history = avos(&["history", "--db", &desk.place.db, "--format", "json"]).json();
        assert_eq!(history["entries"][0]["reason"], "known: WEB-7");
    }
    // A split that holds, or a plan that needs none, takes none.
    let desk = Desk::new(kind).fair();
    assert_eq!(desk.apply(&desk.ramp(), &["--yes"]).code, 0);
    let pause = desk.asking("status: paused, traffic_percentage: 0.3");
    assert_eq!(
        Desk::new(kind)
            .skewed("-1 minutes")
            .apply(&pause, &["--yes"])
            .code,
        1,
        "a ramp-up too"
    );
    assert_eq!(desk.apply(&pause, &["--yes"]).code, 0);
}

fn conditions_about_evidence_need_a_log(kind: StoreKind) {
    let desk = Desk::new(kind);
    for condition in ALL.split(',') {
        for verb in ["plan", "apply"] {
            let run = desk.run(verb, &desk.ramp(), &["--fail-on", condition]);
            assert_eq!(run.code, 2, "{run:?}");
            assert!(
                run.err
                    .contains("need an exposure log\nhelp: give the log with `--log`"),
                "{run:?}"
            );
        }
    }
    let plan = desk.place.path().join("plan.json").display().to_string();
    assert_eq!(desk.run("plan", &desk.ramp(), &["--out", &plan]).code, 0);
    let words = [
        "apply",
        "--plan",
        &plan,
        "--db",
        &desk.place.db,
        "--yes",
        "--fail-on",
        "mismatch",
    ];
    assert_eq!(avos(&words).code, 2);
    assert_eq!(desk.applies(), 1);
    // A log that can't be read is no evidence of anything either.
    let run = desk.run("plan", &desk.ramp(), &["--log", "/nowhere/log.db"]);
    assert_eq!(run.code, 1, "{run:?}");
}

fn apply_takes_the_conditions_of_plan(kind: StoreKind) {
    let desk = Desk::new(kind);
    let run = desk.run("apply", &desk.ramp(), &["--yes", "--fail-on", "joining=5%"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @"
    error: refused by --fail-on: more than 5% of the units join in `web` (10%); nothing was applied
    help: the report says where; if that is intended, plan again without the condition
    ");
    assert_eq!(
        desk.run(
            "apply",
            &desk.ramp(),
            &["--yes", "--fail-on", "joining=10%,leaving"]
        )
        .code,
        0
    );
}

fn wrong_settings_are_reported_and_nothing_is_done(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    for age in ["1", "0m", "4000d", "1 day", "true"] {
        let run = desk.plan(&desk.ramp(), &["--settings", &desk.settings(age)]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains("settings.yml:1:19: `evidence_max_age`: expected a time from 1m to 3650d, such as 90m, 36h or 2d, found "), "{run:?}");
    }
    let missing = desk.plan(&desk.ramp(), &["--settings", "/nowhere/settings.yml"]);
    assert!(
        missing
            .err
            .starts_with("error: can't read settings /nowhere/settings.yml"),
        "{missing:?}"
    );
}

fn a_gate_gets_exactly_the_plan_and_decides(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let seen = desk.place.path().join("seen.json");
    let keep = format!("cat >'{}'; echo checked", seen.display());
    let run = desk.plan(&desk.ramp(), &["--format", "json", "--gate", &keep]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (0, "gate: checked\n"),
        "{run:?}"
    );
    assert_eq!(fs::read_to_string(&seen).expect("a plan"), run.out);

    let plan = desk.place.path().join("plan.json").display().to_string();
    let refused = desk.plan(
        &desk.ramp(),
        &["--out", &plan, "--gate", "echo '\u{1b}[31mno' >&2; exit 3"],
    );
    assert_eq!(refused.code, 1);
    insta::assert_snapshot!(refused.err.replace('\u{1b}', "ESC"), @r"
    gate: \u{1b}[31mno
    error: refused by --gate: `echo '\u{1b}[31mno' >&2; exit 3` exited with 3; the plan wasn't saved
    help: its output above may say why; make a plan that passes
    ");
    assert!(!fs::exists(&plan).expect("a directory"));
    let markdown = desk.plan(&desk.ramp(), &["--format", "markdown", "--gate", "exit 3"]);
    assert!(
        markdown
            .out
            .contains("\n### Refused by `--gate`\n\n```text\n`exit 3` exited with 3\n```\n")
    );

    // An apply is decided on by what it applies, with and without confirmation.
    let run = desk.apply(
        &desk.ramp(),
        &["--yes", "--gate", "exit 3", "--format", "json"],
    );
    assert_eq!((run.code, &run.json()["reason"]), (1, &json!("gate")));
    schema("apply")
        .validate(&run.json())
        .expect("a valid document");
    assert!(run.err.contains("exited with 3; nothing was applied\n"));
    assert_eq!(desk.applies(), 1);
    // Files that change while the gate decides aren't those that it decided on.
    let ramp = desk.ramp();
    let edit = format!("for file in '{ramp}'/*.y*ml; do echo '# later' >>\"$file\"; done");
    let run = desk.apply(&ramp, &["--yes", "--gate", &edit, "--format", "json"]);
    assert_eq!((run.code, &run.json()["reason"]), (1, &json!("stale")));
    assert_eq!(desk.applies(), 1);
    let run = desk.apply(
        &desk.ramp(),
        &["--yes", "--gate", &keep, "--format", "json"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let document: Value = serde_json::from_slice(&fs::read(&seen).expect("a plan")).expect("JSON");
    assert_eq!(run.json()["plan_id"], document["plan_id"]);
    // Nothing to decide on.
    assert_eq!(desk.plan(&desk.ramp(), &["--gate", "exit 3"]).code, 0);
    assert_eq!(
        desk.apply(&desk.ramp(), &["--yes", "--gate", "exit 3"])
            .code,
        0
    );
}

fn a_saved_plan_passes_the_gate_as_it_was_sealed(kind: StoreKind) {
    let desk = Desk::new(kind).fair();
    let plan = desk.saved();
    let seen = desk.place.path().join("seen.json");
    let gate = format!("cat >'{}'", seen.display());
    let words = [
        "apply",
        "--plan",
        &plan,
        "--db",
        &desk.place.db,
        "--yes",
        "--log",
        &desk.log,
        "--gate",
    ];
    assert_eq!(avos(&[&words[..], &["false"]].concat()).code, 1);
    assert_eq!(avos(&[&words[..], &[&gate]].concat()).code, 0);
    let read = |path: &str| {
        serde_json::from_slice::<Value>(&fs::read(path).expect("a plan")).expect("JSON")
    };
    assert_eq!(read(seen.to_str().expect("UTF-8")), read(&plan));
}

fn a_gate_needs_to_read_nothing_of_a_large_plan(kind: StoreKind) {
    let place = kind.empty();
    let layer = |number: usize| {
        let text = super::support::layer_file(&format!("layer_{number}"), &format!("exp_{number}"));
        (format!("{number}.yml"), text)
    };
    let files: Vec<_> = (0..300).map(layer).collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let configs = place.configs(&files);
    let words = [
        "apply",
        "--configs",
        &configs,
        "--db",
        &place.db,
        "--yes",
        "--format",
        "json",
        "--gate",
    ];
    for (gate, code) in [("exit 4", 1), ("exec <&-; exit 4", 1), ("true", 0)] {
        assert_eq!(avos(&[&words[..], &[gate]].concat()).code, code, "{gate}");
    }
}
