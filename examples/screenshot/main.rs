//! The picture of the console in the README, made from the real screen.
//!
//! Runs `avos-tui` in a pseudo-terminal: `examples/configs/v1` is applied to a new database, then
//! the files become those of `v2`, and the screen is drawn as an SVG. Nothing in the picture is
//! made up.
//!
//!     cargo build --bin avos-tui
//!     cargo run --example screenshot docs/images/console.svg

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

mod colors;
mod shapes;
mod svg;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/suite/pty/terminal.rs"]
mod terminal;

use terminal::{Launch, Terminal};

/// Columns and rows of the picture.
const SIZE: (u16, u16) = (120, 36);

fn main() -> Result<(), Box<dyn Error>> {
    let picture = env::args_os().nth(1).map(PathBuf::from);
    let picture = picture.ok_or("name the picture: cargo run --example screenshot FILE.svg")?;
    let program = console()?;
    let place = tempfile::tempdir()?;
    let configs = place.path().join("configs");
    fs::create_dir(&configs)?;
    copy_examples("v1", &configs)?;

    let mut console = Terminal::start(&Launch {
        program: &program,
        args: vec!["--configs", "configs", "--db", "avos.db"],
        directory: place.path(),
        home: place.path(),
        variables: Vec::new(),
        size: SIZE,
    });
    console.wait_for_text("watching");
    console.wait_for_text("No errors");
    console.keys("a");
    console.wait_for_text("Apply (y)");
    console.keys("y");
    console.wait_for_text("Applied");
    copy_examples("v2", &configs)?;
    console.wait_for_text("3 changes");
    // Down to the layer with most to see; the outcome of the apply gives way to the state.
    console.keys("j");
    console.wait_for_text("No errors");
    console.wait_for("the sample of the new plan", |screen| {
        let text = screen.contents();
        !text.contains("simulating") && text.contains("χ²")
    });

    if let Some(directory) = picture.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(&picture, svg::draw(console.screen()))?;
    console.keys("q");
    match console.exit_code() {
        0 => Ok(()),
        code => Err(format!("the console ended with {code}").into()),
    }
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
