//! Progress of long work: one line on standard error that is redrawn in place.
//!
//! It appears late, so that quick work never flickers, and disappears at the end. It changes no
//! terminal mode, so that Ctrl-C leaves nothing to restore.

use std::io::Write;
use std::time::{Duration, Instant};

use super::context::OutputStream;
use super::show::cut;
use crate::numbers::thousands;
use crate::report::{Role, whole_percent};

/// The number of units between two reads of the clock.
const UNITS_PER_LOOK: u64 = 1024;
/// Shorter work shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// The minimum time between two redraws.
const INTERVAL: Duration = Duration::from_millis(100);
/// Back to the start of the line.
const START: &str = "\r";
/// Erases the rest of the line.
const ERASE: &str = "\u{1b}[K";

/// Counts units and shows the count.
pub(super) struct ProgressLine<'p, 's> {
    /// `None` if nobody would see it.
    screen: Option<&'p mut OutputStream<'s>>,
    total: Option<u64>,
    done: u64,
    next_draw: Instant,
    is_shown: bool,
}

impl<'p, 's> ProgressLine<'p, 's> {
    /// Starts work on `total` units, if that is known.
    pub(super) fn new(screen: Option<&'p mut OutputStream<'s>>, total: Option<u64>) -> Self {
        Self {
            screen,
            total,
            done: 0,
            next_draw: Instant::now() + PATIENCE,
            is_shown: false,
        }
    }

    /// Counts more units.
    pub(super) fn advance(&mut self, units: usize) {
        let looks = self.done / UNITS_PER_LOOK;
        self.done += units as u64;
        if self.screen.is_some() && self.done / UNITS_PER_LOOK > looks {
            self.draw(Instant::now());
        }
    }

    /// Reports the rows of a log read so far, and their share of all.
    pub(super) fn read(&mut self, rows: u64, share: f64) {
        let text = format!("{} rows read, {}", thousands(rows), whole_percent(share));
        self.show(Instant::now(), &text);
    }

    /// Shows the number of finished units.
    fn draw(&mut self, now: Instant) {
        let text = match self.total {
            None => format!("{} units", thousands(self.done)),
            Some(total) => format!(
                "{} of {} units, {}",
                thousands(self.done),
                thousands(total),
                whole_percent(self.done as f64 / total as f64)
            ),
        };
        self.show(now, &text);
    }

    /// Draws the line if it is time. A terminal that can't be written to doesn't stop the work.
    fn show(&mut self, now: Instant, text: &str) {
        let Some(screen) = &mut self.screen else {
            return;
        };
        if now < self.next_draw {
            return;
        }
        self.next_draw = now + INTERVAL;
        self.is_shown = true;
        // A line as wide as the terminal would wrap and couldn't be redrawn.
        let text = cut(text, screen.style.width.saturating_sub(1));
        let text = screen.style.paint(Role::Dim, &text);
        let _ = write!(screen, "{START}{text}{ERASE}").and_then(|()| screen.flush());
    }
}

impl Drop for ProgressLine<'_, '_> {
    fn drop(&mut self) {
        if let Some(screen) = &mut self.screen
            && self.is_shown
        {
            let _ = write!(screen, "{START}{ERASE}").and_then(|()| screen.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::TextStyle;

    /// Returns what is written if these numbers of units are done after these times.
    fn written(looks: &[(u64, Duration)], total: Option<u64>, width: usize) -> String {
        let work = |progress: &mut ProgressLine| {
            let start = progress.next_draw;
            progress.total = total;
            progress.next_draw += PATIENCE;
            for (done, after) in looks {
                progress.done = *done;
                progress.draw(start + *after);
            }
        };
        shown(work, width)
    }

    /// Returns what is written by work that is shown at once.
    fn shown(work: impl Fn(&mut ProgressLine), width: usize) -> String {
        let mut bytes = Vec::new();
        let style = TextStyle {
            is_colored: false,
            width,
            is_cut: true,
        };
        let mut screen = OutputStream::new(&mut bytes, style, true);
        let mut progress = ProgressLine::new(Some(&mut screen), None);
        progress.next_draw = Instant::now();
        work(&mut progress);
        drop(progress);
        drop(screen);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn quick_work_shows_nothing() {
        let looks = [(1024, PATIENCE / 2), (2048, PATIENCE * 9 / 10)];
        assert_eq!(written(&looks, Some(4000), 80), "");
    }

    #[test]
    fn a_line_is_drawn_over_itself_now_and_then_and_goes() {
        let looks = [
            (1024, PATIENCE),
            (2048, PATIENCE + INTERVAL / 2),
            (3072, PATIENCE + INTERVAL),
        ];
        let expected =
            "\r1,024 of 4,000 units, 25%\u{1b}[K\r3,072 of 4,000 units, 76%\u{1b}[K\r\u{1b}[K";
        assert_eq!(written(&looks, Some(4000), 80), expected);
        let rows = |progress: &mut ProgressLine| progress.read(1_234_567, 0.437);
        assert_eq!(
            shown(rows, 80),
            "\r1,234,567 rows read, 43%\u{1b}[K\r\u{1b}[K"
        );
        let expected = "\r1,024 u…\u{1b}[K\r\u{1b}[K";
        assert_eq!(written(&looks[..1], None, 9), expected);
    }
}
