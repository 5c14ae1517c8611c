//! The pictures of the console in the README, made from the real screens and drawn as SVGs. For those
//! that stand still, `avos-tui` runs in a pseudo-terminal. For the moving one, its model and worker run
//! here, on the demo's company, with a clock that needn't be waited for.
//!
//!     cargo build --bin avos-tui
//!     cargo run --example screenshot docs/images

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

mod animation;
mod colors;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/suite/support/console.rs"]
mod console;
mod demo;
mod incident;
mod review;
mod shapes;
mod svg;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/suite/pty/terminal.rs"]
mod terminal;

use colors::Paper;
use terminal::{DEADLINE, Terminal, non_zero};

/// Columns and rows of the pictures.
const SIZE: (u16, u16) = (120, 36);

/// What the console writes after a frame.
const END_OF_FRAME: &str = "\x1b[?2026l";

/// Starts the console in a directory and on this paper, and waits until all is on the screen.
type Start = fn(&str, &Path, &Paper) -> Result<Terminal, Box<dyn Error>>;

/// A picture that stands still.
struct Picture {
    name: &'static str,
    start: Start,
    /// The keys pressed then, and what each of them brings to the screen.
    steps: &'static [(&'static str, &'static str)],
    paper: &'static Paper,
}

impl Picture {
    const fn new(
        name: &'static str,
        start: Start,
        steps: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name,
            start,
            steps,
            paper: &Paper::DARK,
        }
    }

    const fn light(mut self) -> Self {
        self.paper = &Paper::LIGHT;
        self
    }
}

const PICTURES: &[Picture] = &[
    Picture::new("console.svg", review::start, &[]),
    Picture::new("console-light.svg", review::start, &[]).light(),
    Picture::new("layer.svg", review::start, &[("2\r", "Layer › ")]),
    Picture::new("change.svg", review::start, &[("J", "Change 1 of 3")]),
    Picture::new("dialog.svg", review::start, &[("a", "to apply")]),
    Picture::new(
        "unit.svg",
        review::start,
        &[("u", "Unit: "), ("user_1\r", "assigned in")],
    ),
    Picture::new("time.svg", incident::start, &[("t", "State after journal")]),
    Picture::new("history.svg", incident::start, &[("h", "revision ")]),
    Picture::new("help.svg", review::start, &[("?", "Help")]),
    Picture::new("incident.svg", incident::start, &[]),
    Picture::new("incident-light.svg", incident::start, &[]).light(),
    Picture::new(
        "experiment.svg",
        incident::start,
        &[("\r", "Experiment › ")],
    ),
    Picture::new("missing-arm.svg", incident::start, &[("M", "last seen")]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let pictures = env::args_os().nth(1).map(PathBuf::from);
    let pictures = pictures.ok_or("name a directory: cargo run --example screenshot DIR")?;
    fs::create_dir_all(&pictures)?;
    let program = console()?;
    for Picture {
        name,
        start,
        steps,
        paper,
    } in PICTURES
    {
        let place = tempfile::tempdir()?;
        let mut console = start(&program, place.path(), paper)?;
        for (keys, shows) in *steps {
            console.keys(keys);
            console.wait_for_text(shows);
        }
        let deadline = Instant::now() + DEADLINE;
        while !console.written().ends_with(END_OF_FRAME) {
            console.receive(deadline)?;
        }
        fs::write(pictures.join(name), svg::draw(console.screen(), paper))?;
        // Ctrl-C leaves a dialog or a field, where `q` is only a letter.
        console.keys(if steps.is_empty() { "q" } else { "\x03q" });
        let code = console.exit_code();
        if code != 0 {
            return Err(format!("the console ended with {code}").into());
        }
    }
    fs::write(pictures.join("demo.svg"), demo::draw()?)?;
    Ok(())
}

/// The console beside this program: `target/<profile>/examples/screenshot` has it one up.
fn console() -> Result<String, Box<dyn Error>> {
    let own = env::current_exe()?;
    let directory = own.parent().and_then(Path::parent);
    let console = directory.map(|directory| directory.join("avos-tui"));
    match console {
        Some(path) if path.exists() => Ok(path.display().to_string()),
        _ => Err("the console isn't built: run `cargo build --bin avos-tui` first".into()),
    }
}

/// Puts the layer files of a version in place.
fn copy_examples(version: &str, configs: &Path) -> std::io::Result<()> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/configs");
    for entry in fs::read_dir(examples.join(version))? {
        let entry = entry?;
        fs::copy(entry.path(), configs.join(entry.file_name()))?;
    }
    Ok(())
}
