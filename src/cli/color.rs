//! Whether text is colored, and why.

use super::options::ColorChoice;
use crate::environment::Environment;

/// Decides whether a stream's text is colored, and returns the reason for people.
pub(super) fn decide(
    choice: ColorChoice,
    is_terminal: bool,
    environment: Environment,
) -> (bool, &'static str) {
    match choice {
        ColorChoice::Always => (true, "`--color always`"),
        ColorChoice::Never => (false, "`--color never`"),
        ColorChoice::Auto if !is_terminal => (false, "not a terminal"),
        // See <https://no-color.org>: any value but an empty one forbids color.
        ColorChoice::Auto if environment.text("NO_COLOR").is_some() => (false, "NO_COLOR is set"),
        ColorChoice::Auto if environment.is_dumb_terminal() => (false, "TERM is dumb"),
        ColorChoice::Auto => (true, "a terminal"),
    }
}
