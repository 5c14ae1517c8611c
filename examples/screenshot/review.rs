//! The main screen: `examples/configs/v1` is applied to a new database, then the files become those
//! of `v2`. Nothing in it is made up.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::colors::Paper;
use crate::terminal::{Launch, Terminal};
use crate::{SIZE, copy_examples};

/// The console, once all is on the screen.
pub(crate) fn start(
    program: &str,
    place: &Path,
    paper: &Paper,
) -> Result<Terminal, Box<dyn Error>> {
    let configs = place.join("configs");
    fs::create_dir(&configs)?;
    copy_examples("v1", &configs)?;
    let mut console = Terminal::start(&Launch {
        program,
        args: vec!["--configs", "configs", "--db", "avos.db"],
        directory: place,
        home: place,
        variables: vec![("COLORFGBG", paper.terminal)],
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
        text.contains("simulated · ")
    });
    Ok(console)
}
