//! `avos validate`.

use super::support::{Place, avos, example, keys, layer_file};

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
    help: the fractions sum to 0.9; add 0.1

    1 file, 1 layer, 1 experiment: 1 error
    ");
}

#[test]
fn warnings_alone_are_fine() {
    let place = Place::empty();
    let text = layer_file("web", "exp").replace("0.5\n", "0.505\n");
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
