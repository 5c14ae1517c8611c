//! `avos plan --fail-on`.

use super::support::{Place, example, layer_file, plan};

#[test]
fn each_reason_refuses_what_it_names_and_nothing_else() {
    let place = Place::at("v1");
    let code = |more: &[&str]| plan(&place, &example("v2"), more).code;
    let (checkout, hero) = ("--layer=checkout_flow", "--layer=homepage_hero");
    // The checkout is paused; on the home page units switch, and some leave.
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "switching"]), 1);
    assert_eq!(code(&["--fail-on", "switching", checkout]), 0);
    assert_eq!(code(&["--fail-on", "leaving", checkout]), 1);
    assert_eq!(code(&["--fail-on", "switching", hero]), 1);
    assert_eq!(code(&["--fail-on", "warnings"]), 0);
    assert_eq!(code(&["--fail-on", "warnings,switching", checkout]), 0);
    assert_eq!(code(&["--fail-on", "warnings,leaving", checkout]), 1);
    // Where nothing is refused, changes are told as ever.
    assert_eq!(code(&["--fail-on", "warnings", "--detailed-exitcode"]), 2);
    assert_eq!(code(&["--fail-on", "leaving", "--detailed-exitcode"]), 1);
    assert_eq!(code(&["--fail-on", "joining", checkout]), 0);
    assert_eq!(code(&["--fail-on", "growing"]), 2);
    assert_eq!(code(&["--fail-on", ""]), 2);
}

#[test]
fn the_report_is_whole_and_the_reasons_stand_on_standard_error() {
    let place = Place::at("v1");
    for format in ["human", "json", "markdown"] {
        let report = plan(&place, &example("v2"), &["--format", format]);
        let twice = ["--fail-on", "leaving", "--fail-on", "switching,leaving"];
        let refused = [&twice[..], &["--format", format]].concat();
        let refused = plan(&place, &example("v2"), &refused);
        // A comment doesn't have the standard error beside it.
        let reasons = "\n### Refused by `--fail-on`\n\n```text\nunits switch in `homepage_hero` (50%); \
            units leave in `checkout_flow` (50%), `homepage_hero` (10%)\n```\n";
        assert_eq!(
            refused.out.contains(reasons),
            format == "markdown",
            "{}",
            refused.out
        );
        let rest = refused.out.replace(reasons, "");
        assert_eq!((refused.code, rest), (1, report.out));
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.err, @"
            error: refused by --fail-on: units switch in `homepage_hero` (50%); units leave in `checkout_flow` (50%), `homepage_hero` (10%)
            help: the report says where; if that is intended, plan again without the condition
            ");
        }
    }
}

#[test]
fn joining_is_refused_from_the_share_on_that_is_given() {
    let place = Place::empty();
    let web = |share: &str| layer_file("web", "exp").replace("age: 0.5", &format!("age: {share}"));
    let configs = |share: &str| place.configs(&[("web.yml", &web(share))]);
    place.apply(&configs("0.1"));
    let code =
        |share: &str, reasons: &str| plan(&place, &configs(share), &["--fail-on", reasons]).code;
    assert_eq!(code("0.1", "joining"), 0);
    assert_eq!(code("0.11", "joining"), 1);
    for share in ["0.5", "50%", "50%", "5e-1"] {
        assert_eq!(code("0.6", &format!("joining={share}")), 0, "{share}");
        assert_eq!(code("0.61", &format!("joining={share}")), 1, "{share}");
    }
    // Among others; of two shares the smaller one.
    assert_eq!(code("0.3", "switching,joining=50%,warnings"), 0);
    assert_eq!(code("0.3", "switching,joining=50%,joining=0.1"), 1);
    assert_eq!(code("0.3", "leaving,joining"), 1);
    for wrong in [
        "joining=",
        "joining=x",
        "joining=50",
        "joining=-0.1",
        "joining=101%",
        "joining=nan",
        "joining=0.5=1",
        "joining =0.5",
        "switching=0.5",
        "growing",
    ] {
        let run = plan(&place, &configs("0.3"), &["--fail-on", wrong]);
        assert_eq!(run.code, 2, "{wrong}: {run:?}");
        assert!(
            run.err.contains("--fail-on <CONDITION>") && run.err.contains("\nhelp: "),
            "{run:?}"
        );
    }
}

#[test]
fn a_lost_line_is_noted_and_can_be_refused() {
    let place = Place::empty();
    let file = layer_file("web", "exp").replace("age: 0.5", "age: 0.1");
    place.apply(&place.configs(&[("web.yml", &file)]));
    let lost = file.replace("    traffic_percentage: 0.1\n", "");
    let configs = place.configs(&[("web.yml", &lost)]);
    let run = plan(
        &place,
        &configs,
        &["--fail-on", "joining=50%", "--format", "human"],
    );
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @"
    error: refused by --fail-on: more than 50% of the units join in `web` (90%)
    help: the report says where; if that is intended, plan again without the condition
    ");
    let note = "note[key-left-out]: `traffic_percentage` of `exp` isn't in the file: left out it means \
                1.0, and the database has 0.1\n";
    assert!(run.out.contains(note), "{}", run.out);
    let markdown = plan(&place, &configs, &["--format", "markdown"]);
    assert!(markdown.out.contains(note), "{}", markdown.out);
}

#[test]
fn warnings_of_other_layers_do_not_count() {
    let place = Place::empty();
    let half_slots = layer_file("shop", "till").replace("age: 0.5", "age: 0.125");
    let configs = place.configs(&[
        ("web.yml", &layer_file("web", "exp")),
        ("shop.yml", &half_slots),
    ]);
    let gate = ["--fail-on", "switching,leaving,warnings"];
    let all = plan(&place, &configs, &gate);
    assert_eq!(all.code, 1);
    insta::assert_snapshot!(all.err, @"
    error: refused by --fail-on: 1 warning
    help: the report says where; if that is intended, plan again without the condition
    ");
    assert_eq!(
        plan(&place, &configs, &[&gate[..], &["--layer=web"]].concat()).code,
        0
    );
    assert_eq!(
        plan(&place, &configs, &[&gate[..], &["--layer=shop"]].concat()).code,
        1
    );
    // Growth and news take nothing from anybody.
    place.apply(&configs);
    let grown = layer_file("web", "exp").replace("age: 0.5", "age: 0.6");
    let configs = place.configs(&[("web.yml", &grown)]);
    let run = plan(&place, &configs, &[&gate[..], &["--layer=web"]].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""));
}

#[test]
fn a_plan_with_errors_is_refused_for_its_reasons_too() {
    let place = Place::at("v1");
    let files = ["checkout_flow", "homepage_hero"].map(|layer| {
        let path = format!("{}/{layer}.yml", example("v2"));
        std::fs::read_to_string(path).expect("an example")
    });
    let broken = files[1].replace("experiment_id", "experiment");
    let configs = place.configs(&[("checkout.yml", &files[0]), ("hero.yml", &broken)]);
    let run = plan(&place, &configs, &["--fail-on", "leaving"]);
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("units leave in `checkout_flow` (50%)"),
        "{}",
        run.err
    );
    let run = plan(&place, &configs, &["--fail-on", "switching"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
}

#[test]
fn many_layers_are_counted_and_odd_ids_are_shown_safely() {
    let place = Place::empty();
    let files: Vec<(String, String)> = (0..5)
        .map(|number| {
            let file = layer_file("LAYER", &format!("exp{number}"));
            let file = file.replace("LAYER", &format!(r#""layer\e{number}""#));
            let file = file.replacen(r#"salt_of_""#, r#"""#, 1);
            (format!("{number}.yml"), file)
        })
        .collect();
    let files = |from: &str, to: &str| -> Vec<(String, String)> {
        let files = files.iter();
        files
            .map(|(name, text)| (name.clone(), text.replace(from, to)))
            .collect()
    };
    let write = |files: &[(String, String)]| {
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        place.configs(&files)
    };
    place.apply(&write(&files("", "")));
    let run = plan(
        &place,
        &write(&files("active", "paused")),
        &["--fail-on=leaving"],
    );
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.err, @r"
    error: refused by --fail-on: units leave in `layer\u{1b}0` (50%), `layer\u{1b}1` (50%), `layer\u{1b}2` (50%), 2 other layers
    help: the report says where; if that is intended, plan again without the condition
    ");
}
