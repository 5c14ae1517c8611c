//! The panic hook: the terminal first, then the message.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use super::modes;

static INSTALLED: Once = Once::new();
static CONTEXT: Mutex<Option<Context>> = Mutex::new(None);

/// What the hook needs to know of the screen that is open.
struct Context {
    /// The thread that draws: when it panics, the console is over.
    drawing: ThreadId,
    /// Where the log is, if there is one.
    log: Option<PathBuf>,
}

/// Installs the hook, once for the process, and tells it which thread draws and where the log is.
/// The hook that was there before is called after ours.
pub(super) fn guard(log: Option<PathBuf>) {
    *CONTEXT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Context {
        drawing: thread::current().id(),
        log,
    });
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if survives() {
                // The worker's panic comes back as a failed task; printing it would only spoil
                // the screen that goes on being drawn.
                tracing::error!("a background task panicked: {info}");
                return;
            }
            let was_on = modes::are_on();
            // The terminal may be gone; the message is still worth a try.
            let _ = modes::leave();
            if was_on {
                explain(info);
            }
            previous(info);
        }));
    });
}

/// Whether the console goes on after a panic in this thread.
fn survives() -> bool {
    let drawing = CONTEXT
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .map(|context| context.drawing);
    modes::are_on() && drawing != Some(thread::current().id())
}

fn explain(info: &PanicHookInfo<'_>) {
    tracing::error!("the console panicked: {info}");
    let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let log = context.as_ref().and_then(|context| context.log.as_deref());
    let mut err = io::stderr().lock();
    // Standard error may be gone with the terminal.
    let _ = writeln!(
        err,
        "error: the console stopped by a mistake of its own; the terminal is restored"
    );
    if let Some(log) = log {
        let _ = writeln!(err, "help: the log is in {}", log.display());
    }
}
