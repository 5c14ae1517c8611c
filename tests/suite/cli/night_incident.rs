//! An incident at night, as one person handles it with the verbs: an arm dies, its experiment is held, its pause
//! is written back, and it comes back and ramps up on new evidence. All night a colleague's half-finished ramp-up
//! and their mistake are in the same file; nothing of it is applied, and it stays as they left it.

use std::fs;

use serde_json::{Value, json};

use super::support::{Place, Run, avos, example};

/// Whose arm dies.
const ID: &str = "hero_layout_v1";
const DEAD: &str = "layout_b";
/// What the colleague works on.
const COLLEAGUES: &str = "hero_button_colors_v1";
const FILE: &str = "homepage_hero.yml";

/// What the colleague left in the file.
struct Unfinished {
    edits: &'static [(&'static str, &'static str)],
    appended: &'static str,
    /// The code of the mistake; none if the ramp-up is sound, only not wanted yet.
    mistake: Option<&'static str>,
    /// Whether the ramp-up itself could be applied.
    is_ramp_up_sound: bool,
}

const RAMP_UP: (&str, &str) = ("traffic_percentage: 0.6\n", "traffic_percentage: 0.62\n");

const UNFINISHED: [Unfinished; 7] = [
    Unfinished {
        edits: &[RAMP_UP],
        appended: "",
        mistake: None,
        is_ramp_up_sound: true,
    },
    // In an experiment that is only begun.
    Unfinished {
        edits: &[RAMP_UP],
        appended: "
  - experiment_id: hero_image_v1   # next week
    layer_id: homepage_hero
    name: Hero Image v1
    variants: [photo, drawing]
    trafic_allocation: {photo: 0.5, drawing: 0.5}
    traffic_percentage: 0.02
",
        mistake: Some("unknown-key"),
        is_ramp_up_sound: true,
    },
    Unfinished {
        edits: &[RAMP_UP],
        appended: "\n  - experiment_id: hero_image_v1\n    layer_id: homepage_hero\n",
        mistake: Some("missing-key"),
        is_ramp_up_sound: true,
    },
    // In the very experiment that they ramp up.
    Unfinished {
        edits: &[(
            "    traffic_percentage: 0.6\n",
            "    trafic_percentage: 0.62\n",
        )],
        appended: "",
        mistake: Some("unknown-key"),
        is_ramp_up_sound: false,
    },
    Unfinished {
        edits: &[
            RAMP_UP,
            (
                "    status: active\n    splitter",
                "    status: activ\n    splitter",
            ),
        ],
        appended: "",
        mistake: Some("status"),
        is_ramp_up_sound: false,
    },
    Unfinished {
        edits: &[RAMP_UP, ("blue: 0.5", "blue: 0.6")],
        appended: "",
        mistake: Some("allocation-sum"),
        is_ramp_up_sound: false,
    },
    // The file is right, but the database refuses it.
    Unfinished {
        edits: &[RAMP_UP, ("splitter_type: hash", "splitter_type: random")],
        appended: "",
        mistake: Some("immutable-splitter"),
        is_ramp_up_sound: false,
    },
];

/// The place of a night: the examples are applied, and the colleague was at the file since.
struct Night<'a> {
    unfinished: &'a Unfinished,
    place: Place,
    configs: String,
    /// The file as the colleague left it.
    left: String,
}

impl<'a> Night<'a> {
    fn after(unfinished: &'a Unfinished) -> Self {
        let place = Place::at("v1");
        let example = |name| {
            let path = format!("{}/{name}", example("v1"));
            fs::read_to_string(path).expect("an example")
        };
        let mut left = example(FILE);
        for (from, to) in unfinished.edits {
            assert!(left.contains(from), "{from:?}");
            left = left.replacen(from, to, 1);
        }
        left += unfinished.appended;
        let checkout = example("checkout_flow.yml");
        let configs = place.configs(&[(FILE, &left), ("checkout_flow.yml", &checkout)]);
        Self {
            unfinished,
            place,
            configs,
            left,
        }
    }

    fn path(&self, name: &str) -> String {
        self.place.path().join(name).display().to_string()
    }

    fn file(&self) -> String {
        fs::read_to_string(format!("{}/{FILE}", self.configs)).expect("the file")
    }

    /// A verb on the database.
    fn on_database(&self, words: &[&str]) -> Run {
        avos(&[words, &["--db", &self.place.db]].concat())
    }

    /// The document of a verb that goes well.
    fn document(&self, words: &[&str]) -> Value {
        let run = self.on_database(&[words, &["--format", "json"]].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{words:?} {run:?}");
        run.json()
    }

    /// The plan of these experiments alone, which must be applicable.
    fn plan_only(&self, ids: &[&str]) -> Value {
        let words = ["plan", "--configs", &self.configs, "--only"];
        let plan = self.document(&[&words, ids].concat());
        assert_eq!(plan["applicable"], json!(true), "{plan}");
        plan
    }

    /// Applies only what is the business of the person on call.
    fn apply_only(&self, more: &[&str]) -> Run {
        let words = ["apply", "--configs", &self.configs, "--only", ID, "--yes"];
        self.on_database(&[&words, more, &["--format", "json"]].concat())
    }

    fn edit(&self, verb: &str, more: &[&str]) {
        let run = avos(&[&[verb, ID], more, &["--configs", &self.configs]].concat());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{verb} {run:?}");
    }

    fn entries(&self) -> Vec<Value> {
        let document = self.document(&["history"]);
        let entries = document["entries"].as_array().expect("entries");
        entries.iter().rev().cloned().collect()
    }

    /// What these units get, as the log would have it.
    fn assign(&self, units: &str, more: &[&str]) -> Vec<Value> {
        let path = self.path("units.txt");
        fs::write(&path, units).expect("a file");
        let words = ["assign", "--layer", "homepage_hero", "--units", &path];
        let run = self.on_database(&[&words, more, &["--format", "json"]].concat());
        assert_eq!(run.code, 0, "{run:?}");
        let lines = run.out.lines();
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// What a sample of units gets.
    fn answers(&self) -> Vec<Answer> {
        let answers = self.assign(&units(0..400), &[]).into_iter();
        answers.map(|answer| Answer::of(&answer)).collect()
    }

    /// A service that writes a log; from `dead_from` on, no row of the dead arm arrives.
    fn log(&self, name: &str, dead_from: Option<u32>) -> String {
        let log = self.path(name);
        let whole = dead_from.unwrap_or(4000);
        self.assign(&units(0..whole), &["--log", &log]);
        let rest = self.assign(&units(whole..4000), &[]).into_iter();
        let arriving = rest.filter(|answer| answer["variant"] != DEAD);
        let ids =
            arriving.map(|answer| format!("{}\n", answer["unit_id"].as_str().expect("an id")));
        self.assign(&ids.collect::<String>(), &["--log", &log]);
        log
    }

    /// Nothing of the colleague's was applied, and what they left is there to the byte, beside these edits of
    /// the person on call.
    fn assert_colleagues_untouched(&self, edits: &[(&str, &str)]) {
        let expected = edits.iter().fold(self.left.clone(), |text, (from, to)| {
            let (before, mine) = text.split_once(ID).expect("it is there");
            assert!(mine.contains(from), "{from:?}");
            format!("{before}{ID}{}", mine.replacen(from, to, 1))
        });
        assert_eq!(self.file(), expected);
        let layers = self.document(&["layers", "--layer", "homepage_hero"]);
        let counts = &layers["layers"][0]["experiment_slot_counts"];
        assert_eq!(counts[COLLEAGUES], json!(60));
        for entry in self.entries().iter().skip(1) {
            let changes = entry["changes"].as_array().expect("changes").iter();
            for change in changes {
                assert_eq!(change["experiment_id"], json!(ID), "{change}");
            }
        }
    }
}

fn units(numbers: std::ops::Range<u32>) -> String {
    let ids: Vec<String> = numbers.map(|number| format!("user_{number}")).collect();
    ids.join("\n")
}

/// What a unit gets.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    slot: u64,
    experiment: Option<String>,
    variant: Option<String>,
}

impl Answer {
    fn of(answer: &Value) -> Self {
        let text = |key: &str| answer[key].as_str().map(str::to_owned);
        Self {
            slot: answer["slot_index"].as_u64().expect("a slot"),
            experiment: text("experiment_id").filter(|_| answer["variant"] != Value::Null),
            variant: text("variant"),
        }
    }

    fn is_mine(&self) -> bool {
        self.experiment.as_deref() == Some(ID)
    }

    /// The same unit without a variant.
    fn unassigned(&self) -> Self {
        Self {
            experiment: None,
            variant: None,
            ..self.clone()
        }
    }
}

#[test]
fn an_experiment_is_held_written_back_and_ramped_again_beside_a_colleagues_edit() {
    for unfinished in &UNFINISHED {
        let night = Night::after(unfinished);
        let before = night.answers();
        assert!(before.iter().any(Answer::is_mine));
        let without: Vec<Answer> = before
            .iter()
            .map(|answer| {
                if answer.is_mine() {
                    answer.unassigned()
                } else {
                    answer.clone()
                }
            })
            .collect();

        // The alarm.
        let log = night.log("exposures.db", Some(2000));
        let alarm = night.on_database(&["srm", "--log", &log, "--format", "json"]);
        assert_eq!(alarm.code, 1, "{alarm:?}");
        let alarm = alarm.json();
        assert_eq!(alarm["verdict"], json!("mismatch"));
        assert_eq!(alarm["results"][0]["experiment_id"], json!(ID));

        // The hold needs no files.
        let held = night.document(&["hold", ID, "--reason", "layout_b stays blank"]);
        assert_eq!(
            (&held["held"], &held["journal_id"]),
            (&json!(true), &json!(2))
        );
        assert_eq!(night.answers(), without);
        night.assert_colleagues_untouched(&[]);

        look(&night);
        // Nobody's apply resumes it, and whatever the colleague's mistake blocks stays as it is.
        if unfinished.mistake.is_some() {
            let all = night.on_database(&["apply", "--configs", &night.configs, "--yes"]);
            assert_eq!(all.code, 1, "{all:?}");
            assert!(all.err.contains("--only EXPERIMENT"), "{all:?}");
        }
        assert_eq!(night.apply_only(&[]).json()["applied"], json!(0));

        // The pause is written back, and then the files say what the database does.
        night.edit("pause", &[]);
        let note = held_note(&night.plan_only(&[ID]));
        assert!(note.ends_with(": layout_b stays blank"), "{note}");
        night.assert_colleagues_untouched(&[("status: active", "status: paused")]);

        // In the morning it is fixed.
        night.document(&["release", ID, "--reason", "fixed with 4.2.1"]);
        assert_eq!(night.plan_only(&[ID])["changes"], json!([]));
        assert_eq!(night.answers(), without, "a release resumes nothing");
        night.edit("resume", &[]);
        let back = night.apply_only(&["--reason", "4.2.1 is out"]);
        assert_eq!(back.code, 0, "{back:?}");
        assert_eq!(night.answers(), before, "every unit gets what it got");
        night.assert_colleagues_untouched(&[]);

        // It ramps up on evidence from after the fix; the old log has none.
        night.edit("ramp", &["35%"]);
        let gate = ["--fail-on", "mismatch,lost,no-evidence"];
        let refused = night.apply_only(&[&["--log", &log], &gate[..]].concat());
        assert_eq!(refused.code, 1, "{refused:?}");
        assert_eq!(refused.json()["reason"], json!("fail-on"));
        let anew = night.log("since.db", None);
        let more = ["--log", &anew, "--reason", "the split holds"];
        let ramped = night.apply_only(&[&more, &gate[..]].concat());
        assert_eq!(ramped.code, 0, "{ramped:?}");
        for (answer, before) in night.answers().iter().zip(&before) {
            match before.slot {
                90..95 => assert!(answer.is_mine(), "{answer:?}"),
                _ => assert_eq!(answer, before),
            }
        }

        let ramp = [("traffic_percentage: 0.3", "traffic_percentage: 0.35")];
        night.assert_colleagues_untouched(&ramp);
        tell(&night);
    }
}

/// The plan says that the experiment is held, and the colleague's change waits.
fn look(night: &Night<'_>) {
    let mine = night.plan_only(&[ID]);
    assert_eq!(mine["changes"], json!([]));
    let all = night.on_database(&["plan", "--configs", &night.configs, "--format", "json"]);
    assert_eq!(all.code, i32::from(night.unfinished.mistake.is_some()));
    let all = all.json();
    for plan in [&mine, &all] {
        let note = held_note(plan);
        let says = "Z: layout_b stays blank; it stays paused, though the files say active";
        assert!(note.ends_with(says), "{note}");
    }
    let errors = |plan: &Value| -> Vec<Value> {
        let found = plan["diagnostics"].as_array().expect("findings").iter();
        let errors = found.filter(|it| it["severity"] == "error");
        errors.cloned().collect()
    };
    if let Some(code) = night.unfinished.mistake {
        assert!(errors(&all).iter().any(|it| it["code"] == code), "{code}");
    }
    assert!(errors(&mine).iter().all(|it| it["aside"] == true), "{mine}");
    if night.unfinished.is_ramp_up_sound {
        let theirs = night.plan_only(&[COLLEAGUES]);
        let change = &theirs["changes"][0];
        let told = (&change["kind"], &change["to"]);
        assert_eq!(told, (&json!("ramp_up"), &json!(0.62)));
    }
}

/// What the plan's only note on a hold says.
fn held_note(plan: &Value) -> String {
    let notes = plan["notes"].as_array().expect("notes").iter();
    let held: Vec<&Value> = notes.filter(|note| note["code"] == "held").collect();
    assert_eq!(held.len(), 1, "{held:?}");
    held[0]["message"].as_str().expect("a text").to_owned()
}

/// The journal tells the night, in order and with the reasons.
fn tell(night: &Night<'_>) {
    let entries = night.entries();
    let told = entries.iter().map(|entry| {
        let changes = entry["changes"].as_array().expect("changes").iter();
        let kinds: Vec<&str> = changes.filter_map(|it| it["kind"].as_str()).collect();
        let reason = entry["reason"].as_str().unwrap_or_default();
        format!(
            "{} {}: {reason}",
            entry["kind"].as_str().expect("a kind"),
            kinds.join(" ")
        )
    });
    let told: Vec<String> = told.skip(1).collect();
    assert_eq!(
        told,
        [
            "hold hold: layout_b stays blank",
            "release release: fixed with 4.2.1",
            "apply set_status: 4.2.1 is out",
            "apply ramp_up: the split holds",
        ]
    );
}
