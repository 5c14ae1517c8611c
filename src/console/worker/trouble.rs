//! Why something couldn't be done, as the console says it.

use std::io;

use crate::console::model::Trouble;
use crate::exposure::LogError;
use crate::store::StoreError;

pub(super) fn of_store(error: &StoreError) -> Trouble {
    Trouble {
        message: error.to_string(),
        help: error.help().unwrap_or_default().to_owned(),
    }
}

pub(super) fn of_log(error: &LogError) -> Trouble {
    Trouble {
        message: error.to_string(),
        help: error.help().unwrap_or_default().to_owned(),
    }
}

/// Nothing can be said of exposures.
pub(super) fn no_log() -> Trouble {
    Trouble {
        message: "there is no exposure log".to_owned(),
        help: "start with --log FILE".to_owned(),
    }
}

/// The system gives no thread to look up with; that is mended as for one to log with.
pub(super) fn no_thread(error: io::Error) -> Trouble {
    Trouble {
        message: format!("no thread could be started: {error}"),
        ..of_log(&LogError::Thread(error))
    }
}
