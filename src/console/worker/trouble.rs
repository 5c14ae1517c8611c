//! Errors as the console shows them.

use std::error::Error;
use std::io;

use crate::console::model::Trouble;
use crate::exposure::LogError;

/// An error, and how to fix it.
pub(super) fn of(error: &dyn Error, help: Option<&str>) -> Trouble {
    Trouble {
        message: error.to_string(),
        help: help.unwrap_or_default().to_owned(),
    }
}

/// Nothing can be said of exposures.
pub(super) fn no_log() -> Trouble {
    Trouble {
        message: "there is no exposure log".to_owned(),
        help: "start with --log FILE".to_owned(),
    }
}

/// No thread can be spawned for the lookup; the fix is the same as for the logger's thread.
pub(super) fn no_thread(error: io::Error) -> Trouble {
    let message = format!("no thread could be started: {error}");
    let error = LogError::Thread(error);
    Trouble {
        message,
        ..of(&error, error.help().as_deref())
    }
}
