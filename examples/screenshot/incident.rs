//! The incident view. The hour that it shows is made up: `examples/configs/v2` is applied in the
//! middle of it, and a few minutes later the service begins to fail whenever the new button should be
//! red. What units get is what they would really get, and the screen is the real one.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use avos::assign::{Assigner, Groups};
use avos::console::proposal::Proposal;
use avos::console::worker::Loader;
use avos::exposure::{AssignmentLogger as _, FileLogger, LoggerOptions};
use avos::store::{Author, SqliteStore, StateStore};
use jiff::{SignedDuration, Timestamp};

use crate::colors::Paper;
use crate::terminal::{Launch, Terminal};
use crate::{SIZE, copy_examples};

/// How long the log is, in minutes.
const MINUTES: i64 = 60;
/// When the second version is applied.
const APPLIED: i64 = 33;

/// For how many minutes the service is well after that.
const WELL: i64 = 6;

/// The console, once all is on the screen.
pub(crate) fn start(
    program: &str,
    place: &Path,
    paper: &Paper,
) -> Result<Terminal, Box<dyn Error>> {
    write_history(place)?;
    let mut console = Terminal::start(&Launch {
        program,
        args: vec![
            "--configs",
            "configs",
            "--db",
            "avos.db",
            "--log",
            "exposures.db",
            "--read-only",
        ],
        directory: place,
        home: place,
        variables: vec![("COLORFGBG", paper.terminal)],
        size: SIZE,
    });
    console.wait_for_text("✗ SRM  hero_button_colors_v2");
    console.wait_for_text("watching");
    console.wait_for_text("◆ 2");
    Ok(console)
}

/// A database with two applies, and a log around the second one.
fn write_history(place: &Path) -> Result<(), Box<dyn Error>> {
    let store: Arc<dyn StateStore> = Arc::new(SqliteStore::new(place.join("avos.db")));
    let configs = place.join("configs");
    fs::create_dir(&configs)?;
    // Whole minutes, so that the figures are the same each time.
    let now = Timestamp::now().as_second() / 60 * 60;
    let start = Timestamp::from_second(now)? - SignedDuration::from_mins(MINUTES);
    let minute = |number| start + SignedDuration::from_mins(number);
    let apply = |version, at| -> Result<Assigner, Box<dyn Error>> {
        copy_examples(version, &configs)?;
        let mut loader = Loader::new(Proposal::Configs(configs.clone()), Arc::clone(&store));
        let review = loader.load(at).review;
        let plan = review.and_then(|review| review.plan());
        store.apply(&plan.ok_or("no plan")?, &Author::new("ada@example", at))?;
        Ok(Assigner::new(&store.snapshot()?.state))
    };

    let log = FileLogger::open(place.join("exposures.db"), LoggerOptions::default())?;
    let mut assigner = apply("v1", minute(-90))?;
    let (groups, mut units) = (Groups::default(), 0);
    for number in 0..MINUTES {
        if number == APPLIED {
            assigner = apply("v2", minute(number))?;
        }
        // Traffic comes in waves.
        let count = 60 + (number * 7 % 24 - 12).abs() * 2;
        for place in 0..count {
            units += 1;
            let unit = format!("user_{units}");
            let second = SignedDuration::from_secs(place * 60 / count);
            for (_, answer) in assigner.assign_all_layers(&unit, &groups, minute(number)) {
                let answer = answer?;
                let is_well = number < APPLIED + WELL;
                if answer
                    .variant
                    .is_some_and(|variant| is_well || variant.as_str() != "red")
                {
                    log.log_assignments(&[answer], minute(number) + second)?;
                }
            }
        }
    }
    log.close()?;
    Ok(())
}
