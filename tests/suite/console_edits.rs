//! Edits of layer files from the console: what is asked, what is written, and the way back.

use std::fs;
use std::sync::Arc;

use avos::config::edit::{EditPlace, ExperimentEdit, FileEdit, plan_edit, replace_layer_files};
use avos::config::read_sources;
use avos::console::edits::EditSet;
use avos::console::effect::Effect;
use avos::console::message::{Answer, Message, RequestId};
use avos::console::model::{Model, Overlay, Trouble};
use avos::console::pages::{Page, PageId};
use avos::console::update::update;
use avos::console::watch::WatchEvent;
use avos::domain::VariantName;
use insta::assert_snapshot;

use crate::screens::{at_every_size, in_every_look, picture};
use crate::support::console::{now, press, says};
use crate::support::desk::{Desk, EXAMPLES};

/// The console on the page of an experiment of the examples.
fn on_page(desk: &Desk, layer: &str, experiment: &str) -> Model {
    let mut model = desk.model((120, 40));
    open_page(&mut model, layer, experiment);
    model
}

fn open_page(model: &mut Model, layer: &str, experiment: &str) {
    let id = PageId::Experiment(layer.into(), experiment.into());
    model.pages.push(Page::new(id));
    let (columns, rows) = model.size;
    update(model, Message::Resized(columns, rows));
}

/// Does what the worker does, and passes its answer and the files on.
fn carry_out(desk: &Desk, model: &mut Model, effects: &[Effect]) {
    let (request, edit) = match effects {
        [Effect::EditExperiment(request, id, edit)] => {
            let sources = read_sources(&desk.configs()).expect("files");
            let planned = plan_edit(&sources, id, edit, now()).expect("an edit");
            let subject = id.to_string();
            let files = vec![planned];
            (*request, EditSet { subject, files })
        }
        [Effect::ReplaceFiles(request, edit)] => (*request, (**edit).clone()),
        other => panic!("{other:?}"),
    };
    replace_layer_files(&desk.configs(), &edit.files).expect("written");
    let answer = Answer::Edited(Arc::new(edit));
    let effects = update(model, Message::Answer(request, answer));
    read_again(desk, model, &effects);
}

/// Answers the load that these ask for.
fn read_again(desk: &Desk, model: &mut Model, effects: &[Effect]) {
    let load = effects.iter().find_map(|effect| match effect {
        Effect::Load(request) => Some(*request),
        _ => None,
    });
    let loaded = Answer::Loaded(Box::new(desk.load()));
    update(model, Message::Answer(load.expect("a load"), loaded));
}

fn file(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.configs().join(name)).expect("a file")
}

#[test]
fn pause_and_resume_are_written_at_once_and_undone_byte_for_byte() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let before = file(&desk, "homepage_hero.yml");
    let mut model = on_page(&desk, "homepage_hero", "hero_layout_v1");
    let effects = press(&mut model, "p");
    carry_out(&desk, &mut model, &effects);
    let paused = file(&desk, "homepage_hero.yml");
    assert_ne!(paused, before);
    assert!(
        says(&model).starts_with("hero_layout_v1: status active → paused in homepage_hero.yml:")
    );
    assert!(press(&mut model, "p").is_empty());
    assert_eq!(says(&model), "pause: it is paused in the file already");
    // The plan shows it by itself.
    let changes = &model
        .loaded
        .as_ref()
        .expect("loaded")
        .review
        .as_ref()
        .expect("a plan")
        .changes;
    assert_eq!(changes.len(), 1);
    for (expected, lead, next) in [
        (&before, "Undone: ", "redoes"),
        (&paused, "Redone: ", "undoes"),
        (&before, "Undone: ", "redoes"),
    ] {
        let effects = press(&mut model, "U");
        carry_out(&desk, &mut model, &effects);
        assert_eq!(file(&desk, "homepage_hero.yml"), *expected);
        let says = says(&model);
        assert!(says.starts_with(lead), "{says}");
        assert!(says.ends_with(&format!("; U {next} it")), "{says}");
    }
    let effects = press(&mut model, "P");
    assert!(effects.is_empty(), "it is active again");
}

#[test]
fn a_key_that_was_inserted_is_taken_out_again() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    desk.write(
        "checkout_flow.yml",
        &file(&desk, "checkout_flow.yml").replace("    status: active\n", ""),
    );
    let before = file(&desk, "checkout_flow.yml");
    let mut model = on_page(&desk, "checkout_flow", "checkout_payment_v1");
    let effects = press(&mut model, "p");
    carry_out(&desk, &mut model, &effects);
    assert!(
        says(&model).starts_with("checkout_payment_v1: status paused added in checkout_flow.yml:"),
        "{}",
        says(&model)
    );
    let effects = press(&mut model, "U");
    carry_out(&desk, &mut model, &effects);
    assert_eq!(file(&desk, "checkout_flow.yml"), before);
}

#[test]
fn a_ramp_is_tried_with_the_arrows_before_it_is_written() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk, "checkout_flow", "checkout_payment_v1");
    press(&mut model, "r up up right");
    assert!(picture(&model).contains("61%"), "{}", picture(&model));
    assert!(
        picture(&model).contains("31 after the ramp"),
        "{}",
        picture(&model)
    );
    assert!(
        picture(&model).contains("12% of the layer's units join"),
        "{}",
        picture(&model)
    );
    // Beyond the layer's cap: said at once, and refused.
    press(&mut model, "up up up up up");
    assert!(
        picture(&model).contains("the other experiments leave at most 80%"),
        "{}",
        picture(&model)
    );
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.overlay, Some(Overlay::Edit(_))));
    // Below what is active.
    press(&mut model, "ctrl-u 4 9");
    assert!(
        picture(&model).contains("50% is active already"),
        "{}",
        picture(&model)
    );
    assert!(press(&mut model, "enter").is_empty());
    press(&mut model, "ctrl-u x - 5 5 . 5");
    let effects = press(&mut model, "enter");
    assert!(model.overlay.is_none());
    assert!(
        matches!(&effects[..], [Effect::EditExperiment(_, _, ExperimentEdit::Ramp(to))] if to.to_string() == "0.555")
    );
    carry_out(&desk, &mut model, &effects);
    assert!(file(&desk, "checkout_flow.yml").contains("traffic_percentage: 0.555\n"));
    assert!(press(&mut model, "r esc").is_empty());
    assert!(model.overlay.is_none());
}

/// The form of a ramp after these keys.
fn ramp_form(desk: &Desk, layer: &str, experiment: &str, keys: &str) -> String {
    let mut model = on_page(desk, layer, experiment);
    press(&mut model, keys);
    picture(&model)
}

#[test]
fn a_forecast_counts_what_waits_in_the_file_and_the_cap() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    // The cap is 80%: 40 of 50 slots.
    let form = ramp_form(&desk, "checkout_flow", "checkout_payment_v1", "r 6 0");
    assert!(
        form.contains("25 of 50 slots active now, 30 after the ramp"),
        "{form}"
    );
    assert!(form.contains("10 slots (20%) stay free"), "{form}");
    let pending = file(&desk, "checkout_flow.yml")
        .replace("traffic_percentage: 0.5", "traffic_percentage: 0.7");
    assert_ne!(pending, file(&desk, "checkout_flow.yml"));
    desk.write("checkout_flow.yml", &pending);
    let form = ramp_form(
        &desk,
        "checkout_flow",
        "checkout_payment_v1",
        "r ctrl-u 6 0",
    );
    assert!(
        form.contains("25 of 50 slots active now, 35 with the file as it is, 30 after the"),
        "{form}"
    );
    assert!(
        form.contains("10% of the layer's units join; nobody else moves"),
        "{form}"
    );
    assert!(form.contains("10 slots (20%) stay free"), "{form}");
    assert!(
        !form.contains("its reserve"),
        "nothing is reserved yet: {form}"
    );
    let form = ramp_form(
        &desk,
        "checkout_flow",
        "checkout_payment_v1",
        "r ctrl-u 8 5",
    );
    assert!(form.contains("leave at most 80% of the layer's"), "{form}");
}

#[test]
fn a_share_that_looks_like_a_fraction_is_asked_about() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let form = |keys: &str| ramp_form(&desk, "checkout_flow", "checkout_payment_v1", keys);
    for (keys, meant) in [("0 . 7 5", "75"), (". 0 5", "5"), ("0 , 6", "60")] {
        let form = form(&format!("r {keys}"));
        assert!(
            form.contains(&format!("for {meant}% type {meant}")),
            "{form}"
        );
    }
    for keys in ["7 5", "7 5 %", "7 , 5", "1 . 5", "1", "0"] {
        let form = form(&format!("r {keys}"));
        assert!(!form.contains("less than 1%"), "{keys}: {form}");
    }
    assert!(form("r 7 5 %").contains("75% "));
    assert!(form("r 5 5 , 5").contains("55.5%"), "no comma makes it 555");
}

#[test]
fn a_completion_asks_for_the_winner() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk, "homepage_hero", "hero_layout_v1");
    press(&mut model, "x");
    assert!(picture(&model).contains("no winner"));
    let effects = press(&mut model, "down down up down enter");
    let [Effect::EditExperiment(_, _, ExperimentEdit::Complete { winner })] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(winner.as_ref().map(VariantName::as_str), Some("layout_b"));
    carry_out(&desk, &mut model, &effects);
    assert!(
        says(&model).starts_with("hero_layout_v1: 4 values changed in homepage_hero.yml:"),
        "{}",
        says(&model)
    );
    for key in ["p", "P", "r", "x"] {
        assert!(press(&mut model, key).is_empty());
        assert!(
            says(&model).ends_with("it is completed in the file"),
            "{}",
            says(&model)
        );
    }
    let effects = press(&mut model, "U");
    carry_out(&desk, &mut model, &effects);
    assert_eq!(
        file(&desk, "homepage_hero.yml"),
        example("homepage_hero.yml")
    );
}

fn example(name: &str) -> String {
    fs::read_to_string(format!("{EXAMPLES}/v1/{name}")).expect("an example")
}

#[test]
fn the_experiment_is_the_one_of_the_selected_row() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = desk.model((120, 40));
    // The first attention item is the pause of the checkout's test.
    let effects = press(&mut model, "1 home P");
    assert!(
        matches!(&effects[..], [Effect::EditExperiment(_, id, ExperimentEdit::Resume)] if id.as_str() == "checkout_payment_v1")
    );
    let mut model = desk.model((120, 40));
    press(&mut model, "2 end enter");
    let effects = press(&mut model, "down p");
    assert!(
        matches!(&effects[..], [Effect::EditExperiment(..)]),
        "{effects:?} {}",
        says(&model)
    );
    // A layer isn't an experiment.
    let mut model = desk.model((120, 40));
    assert!(press(&mut model, "2 home p").is_empty());
    assert_eq!(
        says(&model),
        "pause: no experiment is selected: Enter on its layer lists them"
    );
    assert!(press(&mut model, "U").is_empty());
    assert_eq!(says(&model), "undo: this console hasn't edited a file");
}

#[test]
fn what_only_a_person_can_edit_opens_the_editor_there() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk, "homepage_hero", "hero_layout_v1");
    let request = request(&press(&mut model, "p"));
    let place = EditPlace {
        file: "homepage_hero.yml".to_owned(),
        line: 29,
        column: 5,
        path: "experiments[1].status".to_owned(),
    };
    let trouble = Trouble {
        message: "it is written elsewhere".to_owned(),
        help: String::new(),
    };
    let answer = Answer::EditByHand(place, trouble);
    let effects = update(&mut model, Message::Answer(request, answer));
    assert!(matches!(
        &effects[..],
        [Effect::Edit {
            line: 29,
            column: 5,
            ..
        }]
    ));
    assert_eq!(says(&model), "it is written elsewhere");
    // One edit at a time.
    press(&mut model, "p");
    assert!(press(&mut model, "p").is_empty());
    assert_eq!(says(&model), "pause: an edit is being written");
}

fn request(effects: &[Effect]) -> RequestId {
    match effects {
        [Effect::EditExperiment(request, ..)] => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn forms_at_every_size_and_in_every_look() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    for (name, keys) in [("ramp", "r up up"), ("complete", "x down")] {
        let open = |mut model: Model| {
            open_page(&mut model, "homepage_hero", "hero_layout_v1");
            press(&mut model, keys);
            model
        };
        let sizes = at_every_size(|size| open(desk.model(size)));
        assert_snapshot!(format!("{name}_sizes"), sizes);
        let looks = in_every_look(|theme, symbols| open(desk.model_with((80, 24), theme, symbols)));
        assert_snapshot!(format!("{name}_looks"), looks);
    }
}

#[test]
fn the_way_back_leads_to_the_old_bytes() {
    let edit = FileEdit {
        file: "a.yml".to_owned(),
        before: "a".into(),
        after: "b".into(),
        edits: Vec::new(),
    };
    let back = edit.inverse();
    assert_eq!((&*back.before, &*back.after), ("b", "a"));
    assert_eq!(&*back.inverse().after, "b");
}

#[test]
fn a_read_only_console_writes_no_file() {
    let desk = Desk::applied(EXAMPLES, "v1", "v1");
    let mut model = on_page(&desk, "homepage_hero", "hero_layout_v1");
    model.startup.is_read_only = true;
    for key in ["p", "r", "x", "E"] {
        assert!(press(&mut model, key).is_empty(), "{key}");
        assert!(model.overlay.is_none(), "{key}");
        assert!(
            says(&model).ends_with("the console was started with --read-only"),
            "{key}: {}",
            says(&model)
        );
    }
}

#[test]
fn nothing_is_applied_or_marked_until_the_plan_has_the_edit() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut model = on_page(&desk, "homepage_hero", "hero_layout_v1");
    let is_refused = |model: &mut Model| {
        for (key, label) in [("a", "apply"), ("A", "apply layer"), ("space", "mark")] {
            assert!(press(model, key).is_empty());
            assert!(model.overlay.is_none() && model.marks.is_empty());
            let said = format!("{label}: the edit isn't in the plan yet: wait a moment");
            assert_eq!(says(model), said);
        }
    };
    let effects = press(&mut model, "p");
    let [Effect::EditExperiment(request, id, edit)] = &effects[..] else {
        panic!("{effects:?}")
    };
    is_refused(&mut model);
    let sources = read_sources(&desk.configs()).expect("files");
    let planned = plan_edit(&sources, id, edit, now()).expect("an edit");
    let edit = EditSet {
        subject: id.to_string(),
        files: vec![planned],
    };
    // The watch had it read before the edit, and that isn't answered yet.
    let first = update(&mut model, Message::Watch(WatchEvent::Proposal));
    let before = Box::new(desk.load());
    replace_layer_files(&desk.configs(), &edit.files).expect("written");
    let answer = Answer::Edited(Arc::new(edit));
    update(&mut model, Message::Answer(*request, answer));
    is_refused(&mut model);
    let [Effect::Load(first)] = first[..] else {
        panic!("{first:?}")
    };
    let answer = Message::Answer(first, Answer::Loaded(before));
    let second = update(&mut model, answer);
    is_refused(&mut model);
    read_again(&desk, &mut model, &second);
    press(&mut model, "space");
    assert_eq!(model.marks.len(), 1, "{}", says(&model));
}
