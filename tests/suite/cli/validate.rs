//! `avos validate`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::support::{Place, Run, avos, command, example, keys, layer_file};

#[test]
fn sound_files_are_counted() {
    let run = avos(&["validate", "--configs", &example("v2"), "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let expected = r#"{"format_version":1,"files":2,"layers":2,"experiments":4,"diagnostics":[]}"#;
    assert_eq!(run.out, format!("{expected}\n"));
    let run = avos(&["validate", "--configs", &example("v2")]);
    assert_eq!(run.code, 0);
    assert_eq!(run.out, "2 files, 2 layers, 4 experiments: no findings\n");
}

#[test]
fn every_finding_has_its_place() {
    let place = Place::empty();
    let text = layer_file("web", "exp").replace("{a: 0.5", "{a: 0.4");
    let configs = place.configs(&[("web.yml", &text)]);
    let run = avos(&["validate", "--configs", &configs, "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let document = run.json();
    let finding = &document["diagnostics"][0];
    let all = [
        "code",
        "column",
        "end_column",
        "end_line",
        "file",
        "help",
        "line",
        "message",
        "path",
        "severity",
    ];
    assert_eq!(keys(finding), all);
    assert_eq!(finding["code"], "allocation-sum");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["file"], "web.yml");
    assert_eq!(finding["line"], 8);
    assert_eq!(finding["path"], "experiments[0].traffic_allocation");
    let run = avos(&["validate", "--configs", &configs]);
    assert_eq!(run.code, 1);
    let shown = run.out.replace(&configs, "configs");
    insta::assert_snapshot!(shown, @r"
    error[allocation-sum]: `experiments[0].traffic_allocation` doesn't sum to 1: 0.4 + 0.5 = 0.9
      --> configs/web.yml:8:5
      7 |     variants: [a, b]
      8 |     traffic_allocation: {a: 0.4, b: 0.5}
        |     ^^^^^^^^^^^^^^^^^^
      9 |     status: active
    help: add 0.1 in all, or keep the proportions: write {a: 0.444444, b: 0.555556}

    1 file, 1 layer, 1 experiment: 1 error
    ");
}

#[test]
fn warnings_alone_are_fine() {
    let place = Place::empty();
    let text = layer_file("web", "exp").replace("0.5\n", "0.505\n");
    let text = text + "total_slots: 100\n";
    let configs = place.configs(&[("web.yml", &text)]);
    let run = avos(&["validate", "--configs", &configs, "--format", "json"]);
    assert_eq!(run.code, 0);
    assert_eq!(run.json()["diagnostics"][0]["severity"], "warning");
}

#[test]
fn an_empty_directory_is_an_error() {
    let place = Place::empty();
    let configs = place.configs(&[]);
    let run = avos(&["validate", "--configs", &configs, "--format", "json"]);
    assert_eq!(run.code, 1);
    let document = run.json();
    assert_eq!(document["files"], 0);
    assert_eq!(document["diagnostics"][0]["code"], "empty-directory");
    assert_eq!(document["diagnostics"][0]["file"], ".");
}

#[test]
fn a_missing_directory_is_an_error_and_a_document() {
    let run = avos(&["validate", "--configs", "no/such/place", "--format", "json"]);
    assert_eq!(run.code, 1);
    let document = run.json();
    assert_eq!(document["files"], 0);
    assert_eq!(document["diagnostics"][0]["code"], "unreadable");
    assert_eq!(document["diagnostics"][0]["file"], ".");
    insta::assert_snapshot!(run.err, @r"
    error: the configs directory no/such/place doesn't exist
    help: give the directory that holds the layer files (`--configs DIR`), or create it
    ");
    let human = avos(&["validate", "--configs", "no/such/place"]);
    assert_eq!((human.code, human.out.as_str()), (1, ""));
    assert_eq!(human.err, run.err);
}

/// A run in the directory of the examples.
fn in_root(arguments: &[&str]) -> Run {
    let root = env!("CARGO_MANIFEST_DIR");
    let output = command(arguments).current_dir(root).output();
    Run::new(output.expect("a run"))
}

fn elements(list: &Value) -> &[Value] {
    list.as_array().expect("a list")
}

/// Its schema forbids other keys and asks for most of these.
#[test]
fn a_log_for_code_hosts_has_the_shape_of_its_format() {
    let broken = [
        "validate",
        "--configs",
        "examples/configs/broken",
        "--format",
    ];
    let run = in_root(&[&broken[..], &["sarif"]].concat());
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let log = run.json();
    assert_eq!(keys(&log), ["$schema", "runs", "version"]);
    assert_eq!(log["version"], "2.1.0");
    let [run] = elements(&log["runs"]) else {
        panic!("one run: {log}");
    };
    assert_eq!(keys(run), ["columnKind", "results", "tool"]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(keys(&run["tool"]), ["driver"]);
    let driver = &run["tool"]["driver"];
    assert_eq!(keys(driver), ["name", "rules", "version"]);
    assert_eq!(
        (&driver["name"], &driver["version"]),
        (&json!("avos"), &json!(env!("CARGO_PKG_VERSION")))
    );
    let rules = elements(&driver["rules"]);
    let ids: BTreeSet<&str> = rules
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    assert_eq!(ids.len(), avos::config::rules::ALL.len());
    for rule in rules {
        let all = [
            "defaultConfiguration",
            "fullDescription",
            "help",
            "id",
            "shortDescription",
        ];
        assert_eq!(keys(rule), all);
        assert_eq!(keys(&rule["defaultConfiguration"]), ["level"]);
        assert_eq!(keys(&rule["help"]), ["markdown", "text"]);
        for text in ["shortDescription", "fullDescription"] {
            assert_eq!(keys(&rule[text]), ["text"]);
        }
    }
    let mut prints = BTreeSet::new();
    for result in elements(&run["results"]) {
        let all = [
            "level",
            "locations",
            "message",
            "partialFingerprints",
            "ruleId",
            "ruleIndex",
        ];
        assert_eq!(keys(result), all);
        let index = result["ruleIndex"].as_u64().expect("an index");
        let rule = &rules[usize::try_from(index).expect("a small one")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
        assert!(
            ["error", "warning"]
                .map(Value::from)
                .contains(&result["level"])
        );
        assert_eq!(keys(&result["message"]), ["text"]);
        let [location] = elements(&result["locations"]) else {
            panic!("one place: {result}");
        };
        assert_eq!(keys(location), ["physicalLocation"]);
        let place = &location["physicalLocation"];
        assert_eq!(keys(place), ["artifactLocation", "region"]);
        assert_eq!(keys(&place["artifactLocation"]), ["uri"]);
        let region = &place["region"];
        assert_eq!(
            keys(region),
            ["endColumn", "endLine", "startColumn", "startLine"]
        );
        let numbers = region.as_object().expect("an object").values();
        assert!(
            numbers.clone().all(|number| number.as_u64() > Some(0)),
            "{region}"
        );
        let fingerprints = result["partialFingerprints"]
            .as_object()
            .expect("an object");
        let fingerprints = fingerprints.values().filter_map(Value::as_str);
        prints.extend(fingerprints.map(str::to_owned));
    }
    assert_eq!(
        prints.len(),
        elements(&run["results"]).len(),
        "each its own"
    );
}

#[test]
fn a_log_for_code_hosts_says_what_the_report_says() {
    let broken = [
        "validate",
        "--configs",
        "./examples/configs/broken",
        "--format",
    ];
    let log = in_root(&[&broken[..], &["sarif"]].concat()).json();
    let report = in_root(&[&broken[..], &["json"]].concat()).json();
    let results = elements(&log["runs"][0]["results"]);
    let diagnostics = elements(&report["diagnostics"]);
    assert_eq!(results.len(), diagnostics.len());
    for (result, diagnostic) in results.iter().zip(diagnostics) {
        assert_eq!(result["ruleId"], diagnostic["code"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
        let file = diagnostic["file"].as_str().expect("a name");
        assert_eq!(uri, format!("examples/configs/broken/{file}"));
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(uri).exists());
        let region = ["startLine", "startColumn", "endLine", "endColumn"];
        let numbers = ["line", "column", "end_line", "end_column"];
        for (ours, theirs) in region.iter().zip(numbers) {
            assert_eq!(place["region"][ours], diagnostic[theirs]);
        }
        let text = result["message"]["text"].as_str().expect("a text");
        for part in ["message", "help"] {
            // Single braces would be placeholders there.
            let said = diagnostic[part].as_str().expect("a text");
            let said = said.replace('{', "{{").replace('}', "}}");
            assert!(text.contains(&said), "{text}");
        }
    }
}

#[test]
fn a_log_for_code_hosts_is_written_in_every_case() {
    let sound = ["validate", "--configs", &example("v2"), "--format", "sarif"];
    let run = avos(&sound);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.json()["runs"][0]["results"], json!([]));
    let place = Place::empty();
    let configs = place.configs(&[]);
    let empty = avos(&["validate", "--configs", &configs, "--format", "sarif"]);
    assert_eq!(empty.code, 1);
    let result = &empty.json()["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "empty-directory");
    let location = json!({"artifactLocation": {"uri": format!("file://{configs}")}});
    assert_eq!(result["locations"][0]["physicalLocation"], location);
    let missing = avos(&[
        "validate",
        "--configs",
        "no/such/place",
        "--format",
        "sarif",
    ]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.starts_with("error: "), "{}", missing.err);
    let result = &missing.json()["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unreadable");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "no/such/place");
}
