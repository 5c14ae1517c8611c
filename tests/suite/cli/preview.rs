//! `avos preview`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::support::{Place, Run, avos, avos_reading, example, keys, layer_file, reference};

/// A preview's document.
fn previewed(place: &Place, more: &[&str]) -> Value {
    let base = ["preview", "--db", &place.db, "--format", "json"];
    let run = avos(&[&base[..], more].concat());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{more:?}");
    run.json()
}

/// What single assignments add up to: `experiment:variant`, and "" for units without one.
fn added_up<'a>(lines: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let key = match line["variant"].as_str() {
            Some(variant) => format!("{}:{variant}", line["experiment_id"].as_str().expect("id")),
            None => String::new(),
        };
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// The same of a document, without the arms that got nothing.
fn counts(document: &Value) -> BTreeMap<String, u64> {
    let arms = document["assignment_distribution"].as_object();
    let arms = arms.expect("an object").iter();
    arms.map(|(key, count)| (key.clone(), count.as_u64().expect("a count")))
        .chain([(
            String::new(),
            document["unassigned_count"].as_u64().expect("a count"),
        )])
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[test]
fn a_sample_counts_what_single_assignments_say() {
    let place = Place::at("v2");
    for layer in ["homepage_hero", "checkout_flow"] {
        let units: Vec<String> = (0..3000).map(|n| format!("user_{n}\n")).collect();
        let units = units.concat();
        let base = ["--db", &place.db, "--layer", layer, "--format", "json"];
        let assign = [&["assign", "--units", "-"], &base[..]].concat();
        let assigned = avos_reading(&assign, units.as_bytes());
        let lines = assigned.out.lines();
        let lines: Vec<Value> = lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let document = previewed(&place, &["--layer", layer, "--sample", "3000"]);
        assert_eq!(document["total_users"], 3000);
        assert_eq!(counts(&document), added_up(&lines));
        // Units that are given are counted like invented ones, each as often as it comes.
        let preview = [&["preview", "--units", "-"], &base[..]].concat();
        let listed = avos_reading(&preview, units.as_bytes());
        assert_eq!(listed.json(), document);
        let twice = avos_reading(&preview, units.repeat(2).as_bytes()).json();
        assert_eq!(twice["total_users"], 6000);
        assert_eq!(twice["assignment_rate"], document["assignment_rate"]);
    }
}

#[test]
fn the_python_program_counts_alike() {
    for year in ["2025", "2026"] {
        let place = Place::with_reference(&format!("python_{year}.db"));
        let path = reference(&format!("python_{year}_assignments.json"));
        let text = std::fs::read_to_string(path).expect("a fixture");
        let expected: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let mut runs: BTreeMap<[Option<&str>; 3], Vec<&Value>> = BTreeMap::new();
        for line in &expected {
            let key = ["layer_id", "segment", "geo"].map(|key| line[key].as_str());
            runs.entry(key).or_default().push(line);
        }
        assert!(runs.len() > 3, "{:?}", runs.keys());
        for ([layer, segment, geo], lines) in runs {
            let mut arguments = vec!["preview", "--db", &place.db, "--units", "-"];
            arguments.extend(["--format", "json", "--layer", layer.expect("a layer")]);
            arguments.extend(segment.iter().flat_map(|segment| ["--segment", segment]));
            arguments.extend(geo.iter().flat_map(|geo| ["--geo", geo]));
            let units = lines.iter().filter_map(|line| line["unit_id"].as_str());
            let units: Vec<&str> = units.collect();
            let run = avos_reading(&arguments, units.join("\n").as_bytes());
            assert_eq!((run.code, run.err.as_str()), (0, ""));
            assert_eq!(counts(&run.json()), added_up(lines), "{arguments:?}");
        }
    }
}

#[test]
fn a_preview_is_written_as_the_contract_says() {
    let place = Place::at("v1");
    let document = previewed(&place, &["--layer", "homepage_hero", "--sample", "1000"]);
    let all = [
        "assignment_distribution",
        "assignment_rate",
        "format_version",
        "srm_results",
        "total_users",
        "unassigned_count",
        "unknown_group_count",
    ];
    assert_eq!(keys(&document), all);
    assert_eq!(document["format_version"], 1);
    let unassigned = document["unassigned_count"].as_f64().expect("a number");
    assert_eq!(
        document["assignment_rate"],
        json!((1000.0 - unassigned) / 1000.0)
    );
    let results = &document["srm_results"];
    assert_eq!(keys(results), ["hero_button_colors_v1", "hero_layout_v1"]);
    let observed = results["hero_layout_v1"]["observed_counts"].clone();
    let arms = ["layout_a", "layout_b", "layout_c"];
    let arms =
        arms.map(|arm| &document["assignment_distribution"][format!("hero_layout_v1:{arm}")]);
    assert_eq!(observed, json!(arms));
    // As the verb that tests counts would have it.
    let observed: Vec<String> = observed
        .as_array()
        .expect("counts")
        .iter()
        .map(ToString::to_string)
        .collect();
    let observed = observed.join(",");
    let srm = ["srm", "--observed", &observed, "--expected", "34,33,33"];
    let mut srm = avos(&[&srm[..], &["--format", "json"]].concat()).json();
    srm.as_object_mut()
        .expect("an object")
        .remove("format_version");
    let p_value = |srm: &Value| srm["p_value"].as_f64().expect("a number");
    assert!((p_value(&srm) - p_value(&results["hero_layout_v1"])).abs() < 1e-9);
    assert_eq!(keys(&srm), keys(&results["hero_layout_v1"]));
}

#[test]
fn a_simulation_is_never_judged() {
    let place = Place::at("v1");
    let arguments = ["--layer", "homepage_hero", "--sample", "1000"];
    let strict = previewed(&place, &[&arguments[..], &["--alpha", "0.999999"]].concat());
    assert_eq!(strict["srm_results"]["hero_layout_v1"]["reject_null"], true);
    let empty = previewed(&place, &["--layer", "homepage_hero", "--sample", "0"]);
    assert_eq!(empty["assignment_rate"], 0.0);
    assert_eq!(empty["srm_results"], json!({}));
    assert_eq!(
        empty["assignment_distribution"]["hero_layout_v1:layout_a"],
        0
    );
    let human = avos(&[&["preview", "--db", &place.db], &arguments[..]].concat());
    assert_eq!((human.code, human.err.as_str()), (0, ""));
    insta::assert_snapshot!(human.out, @"
    homepage_hero  simulated: 1,000 units

    hero_button_colors_v1  574 units
    variant  observed  expected   share  expected share
    blue          293     287.0  51.05%          50.00%  ████████████│
    green         281     287.0  48.95%          50.00%  ███████████▊│
    chi-squared  p 0.616  χ² 0.25, df 1
    sequential   p 1.000  ln Bayes factor -0.2110

    hero_layout_v1  325 units
    variant   observed  expected   share  expected share
    layout_a       120     110.5  36.92%          34.00%  ████████│
    layout_b       105     107.2  32.31%          33.00%  ███████▊│
    layout_c       100     107.2  30.77%          33.00%  ███████▍│
    chi-squared  p 0.508  χ² 1.35, df 2
    sequential   p 1.000  ln Bayes factor -0.2009

    899 of 1,000 units assigned, 89.9%; 101 unassigned
    ");
}

#[test]
fn groups_are_tested_apart_unless_one_is_given() {
    let place = Place::with_reference("python_2026.db");
    let base = ["--layer", "pricing", "--sample", "5000"];
    let all = previewed(&place, &base);
    let entries = [
        "price_geo[DE]",
        "price_geo[US]",
        "price_seg[free]",
        "price_seg[premium]",
    ];
    assert_eq!(keys(&all["srm_results"]), entries);
    let size = |key: &str| {
        let size = &all["srm_results"][key]["total_sample_size"];
        size.as_i64().expect("a count")
    };
    assert!((size("price_geo[DE]") - size("price_geo[US]")).abs() <= 1);
    assert_eq!(counts(&all).values().sum::<u64>(), 5000);
    let one = previewed(
        &place,
        &[&base[..], &["--geo", "DE", "--segment", "free"]].concat(),
    );
    assert_eq!(keys(&one["srm_results"]), ["price_geo", "price_seg"]);
    assert_eq!(one["unassigned_count"], all["unassigned_count"]);
    // A group that an experiment doesn't have gets nothing from it, and that is said.
    let unknown = previewed(&place, &[&base[..], &["--geo", "XX"]].concat());
    assert_eq!(
        keys(&unknown["srm_results"]),
        ["price_seg[free]", "price_seg[premium]"]
    );
    assert_eq!(
        unknown["unknown_group_count"],
        size("price_geo[DE]") + size("price_geo[US]")
    );
    assert_eq!(counts(&unknown).values().sum::<u64>(), 5000);
    let run = avos(&[&["preview", "--db", &place.db], &base[..], &["--geo", "XX"]].concat());
    assert!(
        run.out.contains("doesn't have the given group"),
        "{}",
        run.out
    );
}

#[test]
fn what_is_drawn_afresh_is_counted_and_not_tested() {
    let place = Place::empty();
    let text = layer_file("web", "dice") + "    splitter_type: random\n";
    place.apply(&place.configs(&[("web.yml", &text)]));
    let document = previewed(&place, &["--layer", "web", "--sample", "1000"]);
    assert_eq!(document["srm_results"], json!({}));
    assert_eq!(
        keys(&document["assignment_distribution"]),
        ["dice:a", "dice:b"]
    );
    assert!(document["assignment_rate"].as_f64() > Some(0.4));
}

#[test]
fn the_plan_is_previewed_where_files_are_given() {
    let place = Place::at("v1");
    let (before, configs) = (std::fs::read(&place.db).expect("a database"), example("v2"));
    let arguments = ["--layer", "homepage_hero", "--sample", "2000"];
    let planned = previewed(&place, &[&["--configs", &configs], &arguments[..]].concat());
    assert_eq!(std::fs::read(&place.db).expect("a database"), before);
    assert_ne!(planned, previewed(&place, &arguments));
    place.apply(&configs);
    assert_eq!(planned, previewed(&place, &arguments));
    // A database that doesn't exist counts as empty, and is not made; without files it is missed.
    let nowhere = Place::empty();
    let planned = previewed(
        &nowhere,
        &[&["--configs", &configs], &arguments[..]].concat(),
    );
    assert!(keys(&planned["srm_results"]).contains(&"hero_button_colors_v2"));
    assert!(!std::path::Path::new(&nowhere.db).exists());
    let missed = avos(&[&["preview", "--db", &nowhere.db], &arguments[..]].concat());
    assert_eq!((missed.code, missed.out.as_str()), (1, ""));
    // A layer that is only in the database stays as it is.
    let configs = place.configs(&[("web.yml", &layer_file("web", "exp"))]);
    let kept = previewed(&place, &[&["--configs", &configs], &arguments[..]].concat());
    assert_eq!(kept, previewed(&place, &arguments));
}

#[test]
fn errors_of_the_layer_refuse_and_others_do_not() {
    let place = Place::empty();
    let broken = layer_file("shop", "exp2").replace("{a: 0.5", "{a: 0.4");
    let configs = place.configs(&[
        ("shop.yml", &broken),
        ("syntax.yml", "]"),
        ("web.yml", &layer_file("web", "exp")),
    ]);
    let run = |layer: &str, more: &[&str]| -> Run {
        let base = [
            "preview",
            "--configs",
            &configs,
            "--db",
            &place.db,
            "--layer",
            layer,
        ];
        avos(&[&base[..], &["--sample", "10"], more].concat())
    };
    assert_eq!(run("web", &[]).code, 0);
    let refused = run("shop", &[]);
    assert_eq!(refused.code, 1);
    let text = (refused.out + &refused.err).replace(&configs, "configs");
    insta::assert_snapshot!(text, @"
    error[allocation-sum]: `experiments[0].traffic_allocation` doesn't sum to 1: 0.4 + 0.5 = 0.9
      --> configs/shop.yml:8:5
      7 |     variants: [a, b]
      8 |     traffic_allocation: {a: 0.4, b: 0.5}
        |     ^^^^^^^^^^^^^^^^^^
      9 |     status: active
    help: add 0.1 in all, or keep the proportions: write {a: 0.444444, b: 0.555556}

    error: layer `shop` can't be planned: blocked by 1 error
    help: fix the layer's errors; errors in other layers don't matter here
    ");
    let refused = run("shop", &["--format", "json"]);
    assert_eq!(refused.code, 1);
    assert_eq!(keys(&refused.json()), ["diagnostics", "format_version"]);
    assert_eq!(refused.json()["diagnostics"][0]["code"], "allocation-sum");
    let unknown = run("wob", &[]);
    assert_eq!((unknown.code, unknown.out.as_str()), (1, ""));
    assert!(unknown.err.contains("syntax.yml"), "{}", unknown.err);
}

#[test]
fn entries_whose_keys_would_be_the_same_are_not_mixed_up() {
    let place = Place::empty();
    let text = layer_file("web", "a").replace("0.5\n", "0.4\n");
    let variant = |text: &str, name: &str| {
        let text = text.replace("[a, b]", &format!("[{name}, b]"));
        text.replace("{a:", &format!("{{{name}:"))
    };
    let (head, experiment) = text.split_at(text.find("  - ").expect("an experiment"));
    let other = experiment.replace("_id: a", "_id: 'a:b'");
    let text = format!(
        "{head}{}{}",
        variant(experiment, "'b:c'"),
        variant(&other, "c")
    );
    place.apply(&place.configs(&[("web.yml", &text)]));
    let base = [
        "preview", "--db", &place.db, "--layer", "web", "--sample", "100",
    ];
    let refused = avos(&[&base[..], &["--format", "json"]].concat());
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    insta::assert_snapshot!(refused.err, @"
    error: two entries of the JSON document would have the key `a:b:c`
    help: use `--format human`, which has no keys
    ");
    assert_eq!(avos(&base).code, 0);
}

#[test]
fn what_is_no_source_of_units_is_refused() {
    let place = Place::at("v1");
    let run = |more: &[&str]| {
        let base = ["preview", "--db", &place.db, "--layer", "homepage_hero"];
        avos(&[&base[..], more].concat())
    };
    for arguments in [
        &[][..],
        &["--sample", "1", "--units", "-"],
        &["--sample", "-1"],
        &["--sample", "1.5"],
        &["--sample", "1", "--alpha", "0"],
        &["--sample", "1", "--alpha", "NaN"],
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
    }
    let missing = run(&["--units", "no/such/file"]);
    assert_eq!((missing.code, missing.out.as_str()), (1, ""));
    assert!(
        missing.err.contains("can't read the units"),
        "{}",
        missing.err
    );
}
