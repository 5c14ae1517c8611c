//! The commands in the docs, run as they stand there.
//!
//! A `console` block is commands after `$ `, each followed by its output: standard output, then
//! what standard error says, as a terminal shows them together. A page's blocks run in one
//! directory, one after the other, beside a copy of the examples. In the expected output `…`
//! stands for any text within a line, and alone on a line for any lines.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Block, blocks, page, root};

/// Stands before each command's output, and nowhere else.
const MARK: &str = "\u{1}command";

#[test]
fn the_guide_says_what_the_programs_say() {
    run("docs/guide.md", 10);
}

#[test]
fn the_reference_of_verbs_says_what_the_programs_say() {
    run("docs/cli.md", 6);
}

#[test]
fn the_page_on_services_says_what_the_tools_say() {
    run("docs/services.md", 2);
}

#[test]
fn the_page_on_ci_says_what_the_programs_say() {
    run("docs/ci.md", 2);
}

#[test]
fn the_readme_says_what_the_programs_say() {
    run("README.md", 2);
}

/// A command as the page has it.
struct Step {
    command: String,
    expected: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_continued = false;
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                expected: Vec::new(),
            });
            is_continued = command.ends_with('\\');
        } else {
            let step = steps.last_mut().expect("a block starts with a command");
            if is_continued {
                step.command.push_str(&format!("\n{line}"));
                is_continued = line.ends_with('\\');
            } else {
                step.expected.push(line.trim_end().to_owned());
            }
        }
    }
    steps
}

/// Runs a page's commands and compares; `least` is how many there must be.
fn run(name: &str, least: usize) {
    let home = home();
    let text = page(name);
    let blocks: Vec<Block> = blocks(&text).into_iter().filter(is_console).collect();
    let count = run_blocks(home.path(), name, &blocks);
    assert!(count >= least, "{count} commands in {name}");
}

pub(super) fn is_console(block: &Block) -> bool {
    block.info == "console"
}

/// A directory with a copy of the examples.
pub(super) fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a directory");
    copy(
        &root().join("examples/configs"),
        &home.path().join("examples/configs"),
    );
    copy(
        &root().join("tests/fixtures/reference"),
        &home.path().join("tests/fixtures/reference"),
    );
    home
}

/// Runs these blocks of a page and compares. Returns how many commands there were.
pub(super) fn run_blocks(home: &Path, name: &str, blocks: &[Block]) -> usize {
    let mut count = 0;
    let mut wrong = String::new();
    for block in blocks {
        let steps = steps(&block.text);
        count += steps.len();
        let outputs = outputs(home, &steps);
        for (step, output) in steps.iter().zip(outputs) {
            let found: Vec<&str> = output.lines().map(str::trim_end).collect();
            if !fits(&step.expected, &found) {
                wrong.push_str(&format!(
                    "\n{name}, block at line {}: $ {}\n{output}",
                    block.line, step.command
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "other output than the page says:\n{wrong}"
    );
    count
}

/// What each command prints. They run in one shell, so that `$?` is the last one's.
fn outputs(home: &Path, steps: &[Step]) -> Vec<String> {
    let mut script = String::from("status=0\n");
    for step in steps {
        script.push_str(&format!(
            "printf '{MARK}\\n'\n(exit $status)\n{}\nstatus=$?\n",
            step.command
        ));
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_avos"));
    let programs = programs.parent().expect("a directory").display();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .current_dir(home)
        .env_clear()
        .env("PATH", format!("{programs}:/usr/local/bin:/usr/bin:/bin"))
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("text");
    let mark = format!("{MARK}\n");
    text.split(&mark).skip(1).map(str::to_owned).collect()
}

/// Whether the lines are as expected.
fn fits<T: AsRef<str>>(expected: &[T], found: &[&str]) -> bool {
    let Some((first, rest)) = expected.split_first() else {
        return found.is_empty();
    };
    if first.as_ref().trim() == "…" {
        return (0..=found.len()).any(|skipped| fits(rest, &found[skipped..]));
    }
    found
        .split_first()
        .is_some_and(|(line, left)| fits_line(first.as_ref(), line) && fits(rest, left))
}

/// Whether the line is the pattern, `…` standing for anything.
fn fits_line(pattern: &str, line: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.any(|at| fits_line(after, &rest[at..]))
        }),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn an_ellipsis_stands_for_text_or_for_lines() {
    assert!(fits(&["a … c", "…", "d"], &["a b c", "x", "y", "d"]));
    assert!(fits(&["…"], &[]));
    assert!(!fits(&["a … c"], &["a b d"]));
    assert!(!fits(&["a"], &["a", "b"]));
    assert!(!fits(&["a", "b"], &["a"]));
}
