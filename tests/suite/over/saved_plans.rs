//! The saved plans of a directory: what the list says of each, and how one is opened, applied and left.

use std::fs;

use avos::console::effect::Effect;
use avos::console::model::{Model, Overlay};
use avos::console::plans::{ListedPlan, PlanStanding};
use avos::console::proposal::Proposal;
use avos::console::theme::Theme;
use avos::review::Refusal;
use avos::store::{JournalQuery, StateStore};

use crate::screens::{LOOKS, SIZES, picture};
use crate::support::console::press;
use crate::support::desk::{Desk, EXAMPLES};
use crate::support::working_console::WorkingConsole;

/// Two layers that would change, and plans of each kind.
fn desk() -> Desk {
    let desk = Desk::new(EXAMPLES, "v1");
    desk.save_plan_of(&[], "applied.json");
    desk.apply();
    let desk = take_v2(desk);
    desk.save_plan_of(&[], "all.json");
    desk.save_plan_of(&["checkout_flow"], "checkout.json");
    desk.save_plan_of(&["homepage_hero"], "hero.json");
    desk.write_plan("notes.json", "{\"plan\": \"none\"}");
    desk.write_plan("cut", "{\"format_version\":1,");
    desk
}

/// The files of `v2` in the place of those of `v1`.
fn take_v2(desk: Desk) -> Desk {
    for name in ["checkout_flow.yml", "homepage_hero.yml"] {
        let text = fs::read_to_string(format!("{EXAMPLES}/v2/{name}")).expect("an example");
        desk.write(name, &text);
    }
    desk
}

fn open(desk: &Desk, size: (u16, u16)) -> WorkingConsole {
    WorkingConsole::open_on(desk, Proposal::Plans(desk.plans()), "ada@host", size)
}

fn plan<'m>(model: &'m Model, name: &str) -> &'m ListedPlan {
    let mut plans = model.plans.plans().iter();
    plans.find(|plan| plan.name == name).expect("a plan")
}

fn standing<'m>(model: &'m Model, name: &str) -> &'m PlanStanding {
    let read = plan(model, name).read.as_ref();
    &read.expect("a readable plan").standing
}

/// The names of the plans that it conflicts with.
fn conflicts(model: &Model, name: &str) -> Vec<String> {
    let read = plan(model, name).read.as_ref().expect("a readable plan");
    read.conflicts
        .first
        .iter()
        .map(|it| it.with.clone())
        .collect()
}

fn selected(console: &WorkingConsole) -> &str {
    console.model.plans.selected().map_or("", |plan| &plan.name)
}

fn is_listing(console: &WorkingConsole) -> bool {
    matches!(console.model.overlay, Some(Overlay::Plans))
}

#[test]
fn the_screens() {
    let desk = desk();
    for size in SIZES {
        let console = open(&desk, size);
        let name = format!("plans_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, console.screen());
    }
}

#[test]
fn other_looks() {
    let desk = desk();
    for (name, theme, symbols) in LOOKS {
        let mut console = open(&desk, (100, 30));
        console.press("down");
        console.model.startup.theme = Theme::by_name(theme);
        console.model.startup.symbols = symbols;
        insta::assert_snapshot!(format!("plans_{name}"), console.screen());
    }
}

#[test]
fn each_plan_is_held_against_database_and_others() {
    let desk = desk();
    let console = open(&desk, (100, 30));
    let model = &console.model;
    let names: Vec<&str> = model.plans.plans().iter().map(|it| &*it.name).collect();
    assert_eq!(
        names,
        [
            "all.json",
            "applied.json",
            "checkout.json",
            "cut",
            "hero.json",
            "notes.json"
        ]
    );
    for name in ["all.json", "checkout.json", "hero.json"] {
        assert_eq!(standing(model, name), &PlanStanding::AsReviewed, "{name}");
    }
    assert_eq!(conflicts(model, "all.json"), ["checkout.json", "hero.json"]);
    assert_eq!(conflicts(model, "checkout.json"), ["all.json"]);
    assert!(matches!(
        standing(model, "applied.json"),
        PlanStanding::Applied(entry) if entry.journal_id == 1
    ));
    assert!(conflicts(model, "applied.json").is_empty());
    for (name, why) in [
        ("cut", "it isn't a saved plan: EOF while parsing"),
        (
            "notes.json",
            "it isn't a saved plan: it has no `format_version`",
        ),
    ] {
        let unreadable = plan(model, name).read.as_ref().expect_err("unreadable");
        assert!(unreadable.why.starts_with(why), "{unreadable:?}");
    }
}

#[test]
fn what_no_longer_fits_says_why() {
    let desk = desk();
    // Errors from the beginning.
    desk.append("homepage_hero.yml", "    status: actve\n");
    desk.save_plan_of(&[], "wrong.json");
    let desk = take_v2(desk);
    // Another plan of one layer is applied.
    let mut console = open(&desk, (100, 30));
    console.press("down down enter");
    console.press("a");
    console.type_text("checkout_payment_v1");
    console.press("enter");
    assert_eq!(console.says(), "Applied 1 change, journal 2");
    console.press("l");
    let model = &console.model;
    assert!(matches!(
        standing(model, "checkout.json"),
        PlanStanding::Applied(entry) if entry.journal_id == 2
    ));
    let layers = vec!["checkout_flow".into()];
    assert_eq!(
        standing(model, "all.json"),
        &PlanStanding::Refused(Refusal::Stale { layers })
    );
    assert_eq!(standing(model, "hero.json"), &PlanStanding::AsReviewed);
    assert!(
        conflicts(model, "hero.json").is_empty(),
        "the other is stale"
    );
    assert_eq!(
        standing(model, "wrong.json"),
        &PlanStanding::Refused(Refusal::HadErrors)
    );
}

#[test]
fn a_plan_of_another_database_is_told_from_a_stale_one() {
    let other = desk();
    let desk = Desk::empty();
    desk.write("web.yml", "layer_id: web\nlayer_salt: s\n");
    desk.apply();
    for name in ["all.json", "hero.json"] {
        let text = fs::read_to_string(other.plans().join(name)).expect("a plan");
        desk.write_plan(name, &text);
    }
    let console = open(&desk, (100, 30));
    assert_eq!(
        standing(&console.model, "all.json"),
        &PlanStanding::OtherDatabase
    );
    // One whose journal isn't that far yet.
    other.apply();
    let text = "layer_id: web\nlayer_salt: s\ntotal_traffic_percentage: 0.5\n";
    other.write("web.yml", text);
    other.apply();
    let text = "layer_id: web\nlayer_salt: s\ntotal_traffic_percentage: 0.9\n";
    other.write("web.yml", text);
    other.save_plan_of(&["web"], "later.json");
    let text = fs::read_to_string(other.plans().join("later.json")).expect("a plan");
    desk.write_plan("later.json", &text);
    let console = open(&desk, (100, 30));
    assert_eq!(
        standing(&console.model, "later.json"),
        &PlanStanding::OtherDatabase
    );
}

/// Neither changes a layer of the other, but both create the same experiment.
#[test]
fn two_plans_of_one_new_experiment_conflict() {
    let desk = Desk::empty();
    let layer = |id: &str, experiment: &str| {
        let keys = "variants: [a, b], traffic_allocation: {a: 0.5, b: 0.5}, status: active, \
                    traffic_percentage: 0.1";
        let experiments = format!(
            "experiments:\n  - {{experiment_id: {experiment}, layer_id: {id}, name: N, {keys}}}\n"
        );
        format!("layer_id: {id}\nlayer_salt: s\n{experiments}")
    };
    for (id, experiment) in [("one", "same"), ("two", "same"), ("three", "other")] {
        for name in ["one.yml", "two.yml", "three.yml"] {
            let _ = fs::remove_file(desk.configs().join(name));
        }
        desk.write(&format!("{id}.yml"), &layer(id, experiment));
        desk.save_plan_of(&[id], &format!("{id}.json"));
    }
    let console = open(&desk, (100, 30));
    assert_eq!(conflicts(&console.model, "one.json"), ["two.json"]);
    assert_eq!(conflicts(&console.model, "two.json"), ["one.json"]);
    assert!(conflicts(&console.model, "three.json").is_empty());
    assert!(
        console.screen().contains("both create `same`"),
        "{}",
        console.screen()
    );
}

#[test]
fn a_plan_is_reviewed_applied_and_left() {
    let desk = desk();
    let mut console = open(&desk, (120, 40));
    console.press("down down down down");
    assert_eq!(selected(&console), "hero.json");
    console.press("enter");
    assert!(!is_listing(&console));
    assert!(
        picture(&console.model).contains("hero.json"),
        "the header names it"
    );
    let screen = console.screen();
    assert!(
        screen.contains("complete  hero_button_colors_v1"),
        "{screen}"
    );
    assert!(!screen.contains("pause"), "{screen}");
    // Escape goes back to the list, and the list to the plan.
    console.press("esc");
    assert!(is_listing(&console));
    assert_eq!(selected(&console), "hero.json");
    console.press("esc");
    assert!(!is_listing(&console));
    console.press("a");
    console.type_text("hero_button_colors_v1");
    console.press("enter");
    assert_eq!(console.says(), "Applied 2 changes, journal 2");
    let entries = desk.store().journal(JournalQuery::All).expect("a journal");
    assert_eq!((entries.len(), &*entries[0].actor), (2, "ada@host"));
    // First the outcome, then the list.
    console.press("esc esc");
    assert!(is_listing(&console));
    console.press("up up enter");
    let screen = console.screen();
    assert!(screen.contains("1 change: 50% leave"), "{screen}");
}

#[test]
fn without_an_open_plan_the_list_is_what_there_is() {
    let desk = desk();
    let mut console = open(&desk, (100, 30));
    for keys in ["esc", "? esc", ": esc", "h esc", "right left"] {
        console.press(keys);
        assert!(is_listing(&console), "{keys}");
    }
    // What can't be read isn't opened.
    console.press("end enter");
    assert_eq!(console.says(), "open: the plan can't be read");
    assert!(is_listing(&console));
    for key in ["q", "ctrl-c"] {
        let effects = press(&mut console.model.clone(), key);
        let quits = effects.iter().any(|effect| matches!(effect, Effect::Quit));
        assert!(quits, "{key}: {effects:?}");
    }
}

#[test]
fn the_selection_stays_with_its_plan_and_survives_its_end() {
    let desk = desk();
    let mut console = open(&desk, (60, 16));
    console.press("down down");
    assert_eq!(selected(&console), "checkout.json");
    desk.save_plan_of(&["homepage_hero"], "a-new-one.json");
    console.notice();
    assert_eq!(selected(&console), "checkout.json");
    fs::remove_file(desk.plans().join("checkout.json")).expect("our file");
    console.notice();
    assert_eq!(selected(&console), "cut", "what stands there now");
    // Also while its detail is open.
    console.press("right");
    fs::remove_file(desk.plans().join("cut")).expect("our file");
    console.notice();
    assert_eq!(selected(&console), "hero.json");
    // A plan that is open and disappears is said.
    console.press("left enter");
    fs::remove_file(desk.plans().join("hero.json")).expect("our file");
    console.notice();
    assert!(
        console.screen().contains("doesn't exist"),
        "{}",
        console.screen()
    );
}

#[test]
fn the_filter_finds_names_ids_and_layers() {
    let desk = desk();
    let mut console = open(&desk, (100, 30));
    let id = plan(&console.model, "hero.json")
        .read
        .as_ref()
        .expect("a plan");
    let id = id.review.plan_id.short().to_owned();
    for (text, names) in [
        (
            "JSON",
            vec![
                "all.json",
                "applied.json",
                "checkout.json",
                "hero.json",
                "notes.json",
            ],
        ),
        (&id, vec!["hero.json"]),
        ("homepage", vec!["all.json", "applied.json", "hero.json"]),
        ("nothing", Vec::new()),
    ] {
        console.press("/");
        console.type_text(text);
        let plans = &console.model.plans;
        let listed = plans
            .listed
            .iter()
            .map(|index| &*plans.plans()[*index].name);
        assert_eq!(listed.collect::<Vec<_>>(), names, "{text}");
        console.press("esc");
    }
    assert_eq!(console.model.plans.listed.len(), 6);
}

#[test]
fn empty_and_missing_directories_say_so() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    fs::create_dir(desk.plans()).expect("a directory");
    let mut console = open(&desk, (100, 30));
    assert!(
        console.screen().contains("no saved plans yet"),
        "{}",
        console.screen()
    );
    console.press("enter");
    assert_eq!(console.says(), "open: there is no plan");
    desk.save_plan_of(&["checkout_flow"], "first.json");
    console.notice();
    assert_eq!(selected(&console), "first.json");
    fs::remove_dir_all(desk.plans()).expect("our directory");
    console.notice();
    assert!(
        console.screen().contains("can't be read: "),
        "{}",
        console.screen()
    );
}

/// All of one layer, so that each conflicts with all others.
#[test]
fn two_hundred_plans_are_listed() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    desk.save_plan_of(&["checkout_flow"], "000.json");
    let text = fs::read_to_string(desk.plans().join("000.json")).expect("a plan");
    for index in 1..199 {
        desk.write_plan(&format!("{index:03}.json"), &text);
    }
    desk.save_plan_of(&[], "199.json");
    let mut console = open(&desk, (80, 24));
    let screen = console.screen();
    for says in [
        "same as 001.json +198",
        "The file `001.json` has the same plan, which is applied once.",
        "Conflicts with 194 more plans.",
    ] {
        assert!(screen.contains(says), "{says}: {screen}");
    }
    console.press("end");
    assert_eq!(selected(&console), "199.json");
    let screen = console.screen();
    assert!(screen.contains("conflicts with 000.json +198"), "{screen}");
}

#[test]
fn a_database_that_cannot_be_read_is_no_reason_to_hide_the_plans() {
    let desk = desk();
    fs::write(
        desk.database(),
        "no database at all, but long enough to be one",
    )
    .expect("a file");
    let console = open(&desk, (100, 30));
    assert!(matches!(
        standing(&console.model, "all.json"),
        PlanStanding::Unknown(_)
    ));
    let screen = console.screen();
    assert!(screen.contains("unknown: no database"), "{screen}");
}

#[test]
fn without_a_directory_there_is_no_list() {
    let desk = Desk::applied(EXAMPLES, "v1", "v2");
    let mut console = WorkingConsole::open(&desk, "ada@host", (100, 30));
    console.press("l");
    assert_eq!(
        console.says(),
        "plans: the console was started without `--plan DIR`"
    );
}
