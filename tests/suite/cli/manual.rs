//! `avos completions` and `avos man`.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use super::support::avos;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// What `--help` lists under this heading: the first word of each of its lines.
fn listed(help: &str, heading: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let entries = lines.filter(|line| line.starts_with("  ") && !line.starts_with("         "));
    entries
        .filter_map(|line| line.split_whitespace().find(|word| !word.starts_with("-h")))
        .filter(|word| *word != "--help" && *word != "help")
        .map(str::to_owned)
        .collect()
}

/// Every verb with its own options, as its help lists them.
fn verbs() -> Vec<(String, Vec<String>)> {
    let verbs = listed(&avos(&["--help"]).out, "Commands:");
    assert!(verbs.contains(&"preview".to_owned()), "{verbs:?}");
    let with_options = verbs.into_iter().map(|verb| {
        let mut options = listed(&avos(&[&verb, "--help"]).out, "Options:");
        options.retain(|option| option != "--color");
        (verb, options)
    });
    with_options.collect()
}

/// What a program says to a text on its standard input. Not every machine has every program: where
/// this one is missing there is nothing, and the test's output says so.
#[expect(
    clippy::print_stderr,
    reason = "a check that is left out must not look like one made"
)]
fn given_to(program: &str, arguments: &[&str], text: &str) -> Option<(bool, String)> {
    let child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("skipped: there is no {program} here");
            return None;
        }
        child => child.expect("a run"),
    };
    let mut input = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || drop(input.write_all(text.as_bytes())));
        child.wait_with_output().expect("an end")
    });
    let said = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

#[test]
fn every_shell_completes_every_verb_and_option() {
    let verbs = verbs();
    for shell in SHELLS {
        let run = avos(&["completions", shell]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        for (verb, options) in &verbs {
            assert!(run.out.contains(verb), "{shell}: {verb}");
            for option in options {
                // Some shells are told the name without its dashes.
                let name = option.trim_start_matches('-').trim_end_matches("...");
                assert!(run.out.contains(name), "{shell}: {verb} {option}");
            }
        }
    }
    let unknown = avos(&["completions", "tcsh"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
}

#[test]
fn shells_take_their_scripts() {
    for shell in ["bash", "zsh", "fish"] {
        let script = avos(&["completions", shell]).out;
        if let Some((is_good, said)) = given_to(shell, &["-n"], &script) {
            assert!(is_good && said.is_empty(), "{shell}: {said}");
        }
    }
    let ask = "\nCOMP_WORDS=(avos pre); COMP_CWORD=1; _avos avos pre avos; echo ${COMPREPLY[@]}";
    let script = avos(&["completions", "bash"]).out + ask;
    // One shell at least must be there, or nothing would be tested.
    let (_, said) = given_to("bash", &[], &script).expect("bash");
    assert_eq!(said, "preview\n");
}

#[test]
fn the_manual_has_every_verb_with_its_options_and_examples() {
    let run = avos(&["man"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.is_ascii());
    // Dashes are escaped, so that they can be copied from the page.
    let page = run.out.replace("\\-", "-");
    for (verb, options) in verbs() {
        let heading = format!("\n.SH \"AVOS {}\"\n", verb.to_uppercase());
        let at = page.find(&heading).unwrap_or_else(|| panic!("{verb}"));
        let section = &page[at + heading.len()..];
        let section = &section[..section.find("\n.SH ").unwrap_or(section.len())];
        for option in options {
            let option = option.trim_end_matches("...");
            assert!(section.contains(option), "{verb} {option}");
        }
        let example = format!("\n.SS EXAMPLES\n.nf\n  avos {verb}");
        assert!(section.contains(&example), "{section}");
    }
}

#[test]
fn the_manual_is_sound() {
    let page = avos(&["man"]).out;
    let checked = given_to("groff", &["-man", "-ww", "-z"], &page);
    if let Some((is_good, said)) = checked {
        assert!(is_good && said.is_empty(), "{said}");
    }
}
