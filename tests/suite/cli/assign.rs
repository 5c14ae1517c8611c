//! `avos assign`.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Map, Value, json};

use super::support::{Place, Run, avos, avos_reading, command, keys, layer_file, reference};

fn lines(run: &Run) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).expect("JSON");
    run.out.lines().map(line).collect()
}

#[test]
fn the_python_program_and_this_one_answer_alike() {
    for year in ["2025", "2026"] {
        let place = Place::with_reference(&format!("python_{year}.db"));
        let path = reference(&format!("python_{year}_assignments.json"));
        let text = std::fs::read_to_string(path).expect("a fixture");
        let expected: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        assert_eq!(expected.len(), 450);
        // The reference gives units of one layer different groups, a run gives all the same.
        let mut runs: Vec<([Option<&str>; 3], Vec<&Value>)> = Vec::new();
        for line in &expected {
            let key = ["layer_id", "segment", "geo"].map(|key| line[key].as_str());
            match runs.iter_mut().find(|(known, _)| *known == key) {
                Some((_, lines)) => lines.push(line),
                None => runs.push((key, vec![line])),
            }
        }
        for ([layer, segment, geo], expected) in runs {
            let mut arguments = vec!["assign", "--db", &place.db, "--units", "-"];
            arguments.extend(["--format", "json", "--layer", layer.expect("a layer")]);
            arguments.extend(segment.iter().flat_map(|segment| ["--segment", segment]));
            arguments.extend(geo.iter().flat_map(|geo| ["--geo", geo]));
            let units = expected.iter().filter_map(|line| line["unit_id"].as_str());
            let units: Vec<&str> = units.collect();
            let run = avos_reading(&arguments, units.join("\n").as_bytes());
            assert_eq!((run.code, run.err.as_str()), (0, ""));
            let without_groups = |line: &&Value| {
                let object = line.as_object().expect("an object").clone().into_iter();
                let kept = object.filter(|(key, _)| key != "segment" && key != "geo");
                Value::Object(kept.collect::<Map<_, _>>())
            };
            let expected: Vec<Value> = expected.iter().map(without_groups).collect();
            assert_eq!(lines(&run), expected);
        }
    }
}

#[test]
fn a_unit_without_its_group_is_an_error_and_the_rest_goes_on() {
    let place = Place::with_reference("python_2026.db");
    let base = ["assign", "--db", &place.db, "--layer", "pricing"];
    // On slots of `price_geo`, of `price_seg` and of nobody.
    let units = [
        "--unit", "user_0", "user_7", "--unit", "user_14", "user_21", "user_28",
    ];
    let arguments = [&base[..], &units, &["--geo", "DE", "--format", "json"]].concat();
    let run = avos(&arguments);
    assert_eq!(run.code, 1);
    let lines = lines(&run);
    let ids: Vec<&Value> = lines.iter().map(|line| &line["unit_id"]).collect();
    assert_eq!(ids, ["user_0", "user_7", "user_14", "user_21", "user_28"]);
    let refused: Vec<&Value> = lines.iter().filter(|l| l["status"] == "error").collect();
    assert!(!refused.is_empty() && refused.len() < 5, "{lines:?}");
    for line in refused {
        let all = [
            "error",
            "experiment_id",
            "experiment_name",
            "layer_id",
            "slot_index",
            "status",
            "unit_id",
            "variant",
        ];
        assert_eq!(keys(line), all);
        assert_eq!(line["experiment_id"], "price_seg");
        assert_eq!(line["experiment_name"], "Цена ✓");
        assert_eq!(line["variant"], json!(null));
        let error = "experiment `price_seg` splits by segment, but the unit has no segment";
        assert_eq!(line["error"], error);
    }
    assert!(run.err.starts_with("error: "), "{}", run.err);
    let human = avos(&[&base[..], &units, &["--geo", "DE"]].concat());
    assert_eq!(human.code, 1);
    insta::assert_snapshot!(human.out + &human.err, @r#"
    unit     slot  experiment  variant  status
    user_0    322  price_geo   plus     assigned
    user_7    927  -           -        not_assigned
    user_14   709  price_seg   -        error
    user_21   574  price_seg   -        error
    user_28   467  price_geo   plus     assigned
    5 units, 2 assigned
    error: 2 units got no variant: experiment `price_seg` splits by segment, but the unit has no segment
    help: give the units' group with `--segment`, `--geo` or `--stratum`
    "#);
}

#[test]
fn the_time_decides_which_experiments_assign() {
    let place = Place::empty();
    let text = layer_file("web", "exp").replace("0.5\n", "1.0\n") + "    end_date: 2025-03-31\n";
    place.apply(&place.configs(&[("web.yml", &text)]));
    let status = |at: &[&str]| {
        let base = [
            "assign", "--db", &place.db, "--layer", "web", "--unit", "u", "--format", "json",
        ];
        lines(&avos(&[&base[..], at].concat()))[0]["status"].clone()
    };
    assert_eq!(status(&[]), "experiment_inactive");
    assert_eq!(status(&["--at", "2025-03-31"]), "assigned");
    assert_eq!(status(&["--at", "2025-03-31T00:00:00+01:00"]), "assigned");
    assert_eq!(
        status(&["--at", "2025-03-31T00:00:01Z"]),
        "experiment_inactive"
    );
    let base = ["assign", "--db", &place.db, "--layer", "web", "--unit", "u"];
    let run = avos(&[&base[..], &["--at", "yesterday"]].concat());
    assert_eq!(run.code, 2);
    assert!(
        run.err
            .contains("'yesterday' for '--at <TIME>': write it like 2025-03-01")
    );
}

#[test]
fn ids_are_taken_from_lines_as_they_stand() {
    let place = Place::at("v1");
    let file = place.path().join("ids.txt");
    std::fs::write(&file, "a \r\n\n\u{1b}[31m\n中文").expect("a file");
    let file = file.display().to_string();
    let base = [
        "assign",
        "--db",
        &place.db,
        "--layer",
        "homepage_hero",
        "--units",
        &file,
    ];
    let run = avos(&[&base[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 0);
    let lines = lines(&run);
    let ids: Vec<&Value> = lines.iter().map(|line| &line["unit_id"]).collect();
    assert_eq!(ids, ["a ", "\u{1b}[31m", "中文"]);
    assert!(!avos(&base).out.contains('\u{1b}'));
}

#[test]
fn a_stream_is_answered_while_it_is_read() {
    let place = Place::at("v1");
    let arguments = [
        "assign",
        "--db",
        &place.db,
        "--layer",
        "homepage_hero",
        "--units",
        "-",
    ];
    for format in ["json", "human"] {
        let mut child = command(&[&arguments[..], &["--format", format]].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a run");
        let mut input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let writer = std::thread::spawn(move || {
            for number in 0..5000 {
                writeln!(input, "user_{number}").expect("a reader");
            }
            input
        });
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        // The end of the input comes after the first line of output.
        drop(writer.join().expect("a writer"));
        assert_eq!(
            output.lines().count(),
            if format == "json" { 4999 } else { 5001 }
        );
        assert!(child.wait().expect("an end").success());
    }
}

#[test]
fn each_line_of_a_pipe_is_answered_before_the_next_comes() {
    let place = Place::at("v1");
    let mut child = command(&[
        "assign",
        "--db",
        &place.db,
        "--layer",
        "homepage_hero",
        "--units",
        "-",
        "--format",
        "json",
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .spawn()
    .expect("a run");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    for number in 0..3 {
        writeln!(input, "user_{number}").expect("a reader");
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(answer["unit_id"], format!("user_{number}"));
    }
    drop(input);
    assert!(child.wait().expect("an end").success());
}

#[test]
fn what_is_no_source_of_units_is_refused() {
    let place = Place::at("v1");
    let base = ["assign", "--db", &place.db, "--layer", "homepage_hero"];
    let run = |more: &[&str]| avos(&[&base[..], more].concat());
    assert_eq!(run(&[]).code, 2);
    assert_eq!(run(&["--unit", "a", "--units", "-"]).code, 2);
    let missing = run(&["--units", "no/such/file"]);
    assert_eq!(missing.code, 1);
    insta::assert_snapshot!(missing.err, @"
    error: can't read the units from no/such/file: No such file or directory (os error 2)
    help: give a file with one unit id per line, or `-` for standard input
    ");
    let bytes = avos_reading(&[&base[..], &["--units", "-"]].concat(), b"user_1\n\xff\n");
    assert_eq!(bytes.code, 1);
    assert!(
        bytes.out.contains("\nuser_1 "),
        "what came before is answered"
    );
    insta::assert_snapshot!(bytes.err, @"
    error: line 2 of standard input isn't UTF-8 text
    help: give one unit id per line, as UTF-8 text
    ");
    let unknown = avos(&[
        "assign", "--db", &place.db, "--layer", "hero", "--unit", "a",
    ]);
    assert_eq!((unknown.code, unknown.out.as_str()), (1, ""));
    assert!(
        unknown.err.starts_with("error: there is no layer `hero`"),
        "{}",
        unknown.err
    );
}
