//! The terminal is given back as it was, on every way out and to everybody in between.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use vt100::Screen;

use super::place::{Place, SIZE, wait_until_ready};
use super::terminal::{Launch, Terminal, is_given_back};

type WayOut = fn(&mut Terminal);

#[test]
fn every_way_out_restores_the_terminal() {
    let place = Place::with_v1();
    let ways: [(&str, WayOut, u32); 6] = [
        ("q", |console| console.keys("q"), 0),
        ("Ctrl-C", |console| console.keys("\x03"), 0),
        ("SIGTERM", |console| console.signal("TERM"), 143),
        ("SIGINT", |console| console.signal("INT"), 130),
        ("SIGHUP", |console| console.signal("HUP"), 129),
        ("SIGQUIT", |console| console.signal("QUIT"), 131),
    ];
    for (way, leave, code) in ways {
        let mut console = place.console();
        let before = console.line_modes_at_start().to_owned();
        wait_until_ready(&mut console);
        assert!(console.screen().alternate_screen() && console.screen().hide_cursor());
        assert_ne!(console.line_modes(), before, "raw while it runs");
        leave(&mut console);
        assert_eq!(console.exit_code(), code, "{way}");
        assert!(is_given_back(console.screen()), "{way}");
        assert_eq!(console.line_modes(), before, "{way}");
        assert_eq!(console.text(), "", "{way} leaves nothing behind");
    }
}

#[test]
fn a_signal_ends_it_under_a_dialog_too() {
    let place = Place::with_v1();
    let mut console = place.console();
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    console.signal("TERM");
    assert_eq!(console.exit_code(), 143);
    assert!(is_given_back(console.screen()));
    assert!(!place.path("avos.db").exists());
}

/// A shell in which the console was started.
fn shell_with_console(place: &Place) -> Terminal {
    let mut shell = Terminal::start(&Launch {
        program: "sh",
        args: vec!["-i"],
        directory: &place.path(""),
        home: &place.path("home"),
        variables: vec![("PS1", "prompt> "), ("ENV", "")],
        size: SIZE,
    });
    shell.wait_for_text("prompt> ");
    let program = env!("CARGO_BIN_EXE_avos-tui");
    shell.keys(&format!("{program} --configs configs --db avos.db\n"));
    wait_until_ready(&mut shell);
    shell
}

#[test]
fn the_shell_gets_the_terminal_with_ctrl_z() {
    let place = Place::with_v1();
    let mut shell = shell_with_console(&place);
    for _ in 0..2 {
        shell.keys("\x1a");
        shell.wait_for("the shell's prompt", is_at_prompt);
        assert!(shell.text().contains("Stopped"), "{}", shell.text());
        // What was saved meanwhile is seen afterwards.
        shell.keys("echo 'owner: me' >> configs/homepage_hero.yml\n");
        shell.keys("fg\n");
        shell.wait_for("the console to be back", |screen| {
            screen.alternate_screen() && screen.hide_cursor()
        });
        shell.wait_for_text("owner");
    }
    shell.keys("q");
    shell.wait_for("the shell's prompt", is_at_prompt);
    shell.keys("echo code $?\n");
    shell.wait_for_text("code 0");
    shell.keys("exit\n");
    assert_eq!(shell.exit_code(), 0);
}

fn is_at_prompt(screen: &Screen) -> bool {
    is_given_back(screen) && screen.contents().trim_end().ends_with("prompt>")
}

/// Its name makes it an editor that is told the line.
const EDITOR: &str = r#"#!/bin/sh
printf '%s\n' "$@" > "$HOME/arguments"
stty -a > "$HOME/modes"
echo "editing, type a key:"
read key
echo "$key: me" >> "$2"
"#;

/// A place with the editor in it, and the console that opens it with `ge`.
fn with_editor() -> (Place, Terminal) {
    let place = Place::with_v1();
    let editor = place.path("vi");
    fs::write(&editor, EDITOR).expect("our file");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("our file");
    let variables = [("EDITOR", editor.to_str().expect("a plain path"))];
    let mut console = place.console_with(&[], &variables, SIZE);
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("ge");
    console.wait_for("the editor", |screen| {
        screen.contents().contains("editing") && is_given_back(screen)
    });
    (place, console)
}

#[test]
fn the_editor_gets_the_terminal_and_the_line() {
    let (place, mut console) = with_editor();
    console.keys("owner\r");
    console.wait_for("the console to be back", |screen| {
        screen.alternate_screen() && screen.contents().contains("owner")
    });
    console.wait_for_text("1 error");
    let arguments = fs::read_to_string(place.path("home/arguments")).expect("written");
    assert_eq!(arguments, "+2\nconfigs/checkout_flow.yml\n");
    let modes = fs::read_to_string(place.path("home/modes")).expect("written");
    assert!(
        modes.contains(" icanon ") && modes.contains(" echo "),
        "{modes}"
    );
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn ctrl_c_in_the_editor_ends_only_the_editor() {
    let (_place, mut console) = with_editor();
    console.keys("\x03");
    console.wait_for("the console to be back", |screen| {
        screen.alternate_screen() && screen.contents().contains("ended with signal")
    });
    console.keys("?");
    console.wait_for_text(" Help ");
    console.keys("\x1b");
    console.wait_for_no(" Help ");
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn an_editor_that_is_not_there_is_said() {
    let place = Place::with_v1();
    let variables = [("VISUAL", "no-such-editor")];
    let mut console = place.console_with(&[], &variables, SIZE);
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    console.keys("e");
    console.wait_for_text("the editor `no-such-editor` can't be run");
    assert!(console.screen().alternate_screen());
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn on_a_dumb_terminal_it_names_the_verbs() {
    let place = Place::with_v1();
    let mut console = place.console_with(&[], &[("TERM", "dumb")], SIZE);
    assert_eq!(console.exit_code(), 2);
    let message = console.text();
    assert!(message.contains("TERM is `dumb`"), "{message}");
    assert!(
        message.contains("help:") && message.contains("avos plan"),
        "{message}"
    );
    assert!(!console.written().contains("\u{1b}["), "{message}");
}

#[test]
fn without_a_terminal_it_names_the_verbs() {
    let place = Place::with_v1();
    let output = Command::new(env!("CARGO_BIN_EXE_avos-tui"))
        .args(["--configs", "configs", "--db", "avos.db"])
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("the console runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        message.starts_with("error: avos-tui needs a terminal"),
        "{message}"
    );
    assert!(
        message.contains("help:") && message.contains("avos plan"),
        "{message}"
    );
}

/// An editor that takes as long as a test wants, and then reads a line or nothing.
const SLOW_EDITOR: &str = r#"#!/bin/sh
printf '\033[2J\033[Hstarting\n'
until [ -e "$HOME/go" ]; do sleep 0.02; done
[ "$READS" = nothing ] || read line
printf '\033[2J\033[H'
"#;

/// Keys that would quit, apply, open a dialog or paste into one.
const TYPED: [&str; 5] = ["ay", "q", "?", "/x\r", "\x1b[200~q\x1b[201~"];

#[test]
fn what_is_typed_before_the_editor_reads_never_acts() {
    let place = Place::with_v1();
    let editor = place.path("slow");
    fs::write(&editor, SLOW_EDITOR).expect("our file");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("our file");
    let editor = editor.to_str().expect("a plain path");
    for reads in ["a line", "nothing"] {
        let variables = [("EDITOR", editor), ("READS", reads)];
        let mut console = place.console_with(&[], &variables, SIZE);
        wait_until_ready(&mut console);
        console.wait_for_text("No errors");
        for typed in TYPED {
            // In one write with the key that opens the editor, and while that is starting.
            console.keys(&format!("e{typed}"));
            console.wait_for("the editor", |screen| {
                screen.contents().contains("starting") && is_given_back(screen)
            });
            console.keys(typed);
            if reads != "nothing" {
                console.keys("\r");
            }
            fs::write(place.path("home/go"), "").expect("our file");
            console.wait_for_text("No errors");
            fs::remove_file(place.path("home/go")).expect("our file");
            // Whatever acts did so before this key.
            console.keys("h");
            console.wait_for_text("no applies yet");
            let text = console.text();
            for words in ["Apply (y)", " Help ", "Filter", "/x"] {
                assert!(!text.contains(words), "{typed:?}, {reads}: {text}");
            }
            console.keys("\x1b");
            console.wait_for_no("no applies yet");
        }
        console.keys("q");
        assert_eq!(console.exit_code(), 0);
        assert!(!place.path("avos.db").exists());
    }
}

#[test]
fn what_is_typed_before_an_editor_that_cannot_run_never_acts() {
    let place = Place::with_v1();
    let variables = [("VISUAL", "no-such-editor")];
    let mut console = place.console_with(&[], &variables, SIZE);
    wait_until_ready(&mut console);
    console.wait_for_text("No errors");
    for typed in TYPED {
        console.keys(&format!("e{typed}"));
        console.wait_for_text("the editor `no-such-editor` can't be run");
        console.keys("h");
        console.wait_for_text("no applies yet");
        console.keys("\x1b");
        console.wait_for_no("no applies yet");
    }
    console.keys("q");
    assert_eq!(console.exit_code(), 0);
    assert!(!place.path("avos.db").exists());
}

#[test]
fn what_is_typed_before_the_shell_reads_never_acts() {
    let place = Place::with_v1();
    let mut shell = shell_with_console(&place);
    for (round, typed) in (1..).zip(["ay", "q", "?"]) {
        shell.keys(&format!("\x1a{typed}"));
        shell.wait_for("the shell's prompt", |screen| {
            let (text, stopped) = (screen.contents(), "Stopped");
            let last = text.trim_end().lines().next_back();
            is_given_back(screen)
                && text.matches(stopped).count() == round
                && last.is_some_and(|last| last.starts_with("prompt>"))
        });
        // Ctrl-U takes back what reached the shell.
        shell.keys("\x15fg\n");
        shell.wait_for_text("No errors");
        shell.keys("h");
        shell.wait_for_text("no applies yet");
        shell.keys("\x1b");
        shell.wait_for_no("no applies yet");
    }
    assert!(!place.path("avos.db").exists());
    shell.keys("q");
    shell.wait_for("the shell's prompt", is_at_prompt);
    shell.keys("exit\n");
    assert_eq!(shell.exit_code(), 0);
}
