//! Closed pipes, color, the command line.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use super::support::{Place, Run, avos, command, example, layer_file};

/// A run whose output nobody reads.
fn unread(arguments: &[&str]) -> Run {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    Run::new(command(arguments).stdout(writer).output().expect("a run"))
}

#[test]
fn a_closed_pipe_is_no_error_and_hides_none() {
    let place = Place::at("v1");
    let run = unread(&["layers", "--db", &place.db]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let run = unread(&["validate", "--configs", &example("broken")]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let run = unread(&[
        "apply",
        "--configs",
        &example("v2"),
        "--db",
        &place.db,
        "--yes",
    ]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for arguments in [&["schema"], &["--help"]] {
        let run = unread(arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
    }
}

#[test]
fn a_long_report_ends_when_its_reader_does() {
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
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    let mut input = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        // Without end: it is the program that stops.
        while input.write_all(b"user_1\nuser_2\nuser_3\n").is_ok() {}
    });
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut first).expect("a line");
    drop(reader);
    let run = Run::new(child.wait_with_output().expect("an end"));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    writer.join().expect("a writer");
}

#[test]
fn a_full_disk_is_an_error() {
    let place = Place::at("v1");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    // Only Linux has it.
    let Ok(full) = full else { return };
    let mut command = command(&["layers", "--db", &place.db]);
    let run = Run::new(command.stdout(full).output().expect("a run"));
    assert_eq!(run.code, 1);
    assert!(
        run.err
            .starts_with("error: can't write the output: No space left"),
        "{}",
        run.err
    );
}

#[test]
fn color_is_a_wish_that_can_be_said() {
    let broken = example("broken");
    let arguments = ["validate", "--configs", &broken];
    let is_colored = |more: &[&str], no_color: &str| {
        let mut command = command(&[&arguments[..], more].concat());
        let run = Run::new(command.env("NO_COLOR", no_color).output().expect("a run"));
        run.out.contains('\u{1b}')
    };
    assert!(!is_colored(&[], ""));
    assert!(is_colored(&["--color", "always"], ""));
    assert!(is_colored(&["--color", "always"], "1"));
    assert!(!is_colored(&["--color", "never"], ""));
    let run = avos(&["--color", "always", "layers", "--db", "no/such.db"]);
    assert!(
        run.err.starts_with("\u{1b}[31merror\u{1b}[0m: "),
        "{:?}",
        run.err
    );
    let run = avos(&["layers", "--colour", "--color=always"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains('\u{1b}'), "{:?}", run.err);
}

#[test]
fn color_changes_nothing_but_color() {
    let place = Place::at("v1");
    let broken = layer_file("web", "exp").replace("status: active", "status: actve");
    let configs = place.configs(&[("web.yml", &broken)]);
    for arguments in [
        &["plan", "--configs", &example("v2"), "--db", &place.db][..],
        &["layers", "--db", &place.db],
        &["validate", "--configs", &configs],
        &["srm", "--observed", "10,20"],
        &[
            "preview",
            "--db",
            &place.db,
            "--layer",
            "homepage_hero",
            "--sample",
            "99",
        ],
    ] {
        let colored = avos(&[arguments, &["--color", "always"]].concat()).out;
        let mut bare = String::new();
        for (index, part) in colored.split("\u{1b}[").enumerate() {
            let text = part.split_once('m').filter(|_| index > 0);
            bare.push_str(text.map_or(part, |(_, text)| text));
        }
        assert!(colored.contains('\u{1b}'), "{arguments:?}");
        // Painted padding may end a line.
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .map(|line| line.trim_end().to_owned())
                .collect()
        };
        assert_eq!(lines(&bare), lines(&avos(arguments).out));
    }
}

#[test]
fn every_verb_explains_itself() {
    let run = avos(&["--version"]);
    let version = format!("avos {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((run.code, run.out), (0, version));
    for verb in [
        "validate",
        "plan",
        "apply",
        "layers",
        "assign",
        "preview",
        "srm",
        "history",
        "schema",
        "completions",
        "man",
    ] {
        let run = avos(&[verb, "--help"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{verb}");
        assert!(run.out.contains("\nExamples:\n  "), "{verb}");
        assert!(
            avos(&["--help"]).out.contains(&format!("\n  {verb} ")),
            "{verb}"
        );
        let run = avos(&[verb, "--no-such-flag"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{verb}");
        assert!(run.err.starts_with("error: "), "{}", run.err);
        assert!(run.err.contains("\nhelp: "), "{}", run.err);
    }
    assert_eq!(avos(&[]).code, 2);
}
