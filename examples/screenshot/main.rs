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

/// A picture that stands still, drawn on dark and on light paper.
struct Picture {
    name: &'static str,
    start: Start,
    /// The keys pressed then, and what each of them brings to the screen.
    steps: &'static [(&'static str, &'static str)],
}

impl Picture {
    const fn new(
        name: &'static str,
        start: Start,
        steps: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { name, start, steps }
    }

    /// Draws it with this paper.
    fn draw(&self, program: &str, paper: &Paper) -> Result<String, Box<dyn Error>> {
        let place = tempfile::tempdir()?;
        let mut console = (self.start)(program, place.path(), paper)?;
        for (keys, shows) in self.steps {
            console.keys(keys);
            console.wait_for_text(shows);
        }
        let deadline = Instant::now() + DEADLINE;
        while !console.written().ends_with(END_OF_FRAME) {
            console.receive(deadline)?;
        }
        let drawn = svg::draw(console.screen(), paper);
        // Ctrl-C leaves a dialog or a field, where `q` is only a letter.
        console.keys(if self.steps.is_empty() { "q" } else { "\x03q" });
        match console.exit_code() {
            0 => Ok(drawn),
            code => Err(format!("the console ended with {code}").into()),
        }
    }
}

const PICTURES: &[Picture] = &[
    Picture::new("console", review::start, &[]),
    Picture::new("layer", review::start, &[("2\r", "Layer › ")]),
    Picture::new("change", review::start, &[("J", "Change 1 of 3")]),
    Picture::new("dialog", review::start, &[("a", "to apply")]),
    Picture::new(
        "unit",
        review::start,
        &[("u", "Unit: "), ("user_1\r", "assigned in")],
    ),
    Picture::new(
        "ramp",
        review::start,
        &[
            ("2G\r", "Layer › "),
            ("j\r", "Experiment › "),
            ("r", "30 after the ramp"),
            ("\x1b[A", "35 after the ramp"),
        ],
    ),
    Picture::new(
        "palette",
        review::start,
        &[(":", "Commands"), ("ra", ": ra")],
    ),
    Picture::new("time", incident::start, &[("t", "State after journal")]),
    Picture::new("history", incident::start, &[("h", "revision ")]),
    Picture::new("help", review::start, &[("?", "Help")]),
    Picture::new("incident", incident::start, &[]),
    Picture::new("experiment", incident::start, &[("\r", "Experiment › ")]),
    Picture::new("missing-arm", incident::start, &[("M", "last seen")]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let pictures = env::args_os().nth(1).map(PathBuf::from);
    let pictures = pictures.ok_or("name a directory: cargo run --example screenshot DIR")?;
    fs::create_dir_all(&pictures)?;
    let program = console()?;
    for picture in PICTURES {
        for (paper, end) in [(&Paper::DARK, ".svg"), (&Paper::LIGHT, "-light.svg")] {
            let drawn = picture.draw(&program, paper)?;
            fs::write(pictures.join(format!("{}{end}", picture.name)), drawn)?;
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
