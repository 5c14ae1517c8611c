//! The panic hook: the terminal first, then the message.

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use std::thread::{self, ThreadId};

use super::modes;

static INSTALLED: Once = Once::new();
static CONTEXT: Mutex<Option<PanicContext>> = Mutex::new(None);

/// What the hook needs to know about the open screen.
struct PanicContext {
    /// The drawing thread: when it panics, the console ends.
    drawing: ThreadId,
    /// The path of the log, if any.
    log: Option<PathBuf>,
}

/// Installs the hook, once for the process; the current thread is the drawing one. The previous hook
/// is called after ours.
pub(super) fn install_hook(log: Option<PathBuf>) {
    *CONTEXT.lock().unwrap_or_else(PoisonError::into_inner) = Some(PanicContext {
        drawing: thread::current().id(),
        log,
    });
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if is_survivable() {
                // A worker's panic is returned as a failed task; printing it would garble the
                // screen.
                tracing::error!("a background task panicked: {info}");
                return;
            }
            let was_on = modes::are_on();
            // The terminal may be gone, but the message is worth a try.
            let _ = modes::leave();
            if was_on {
                print_help(info);
            }
            previous(info);
        }));
    });
}

/// Returns whether the console survives a panic in this thread.
fn is_survivable() -> bool {
    let drawing = CONTEXT
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .map(|context| context.drawing);
    modes::are_on() && drawing != Some(thread::current().id())
}

fn print_help(info: &PanicHookInfo<'_>) {
    tracing::error!("the console panicked: {info}");
    let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let log = context.as_ref().and_then(|context| context.log.as_deref());
    let mut err = io::stderr().lock();
    // Standard error may be gone with the terminal.
    let _ = writeln!(
        err,
        "error: internal error: the console panicked; the terminal was restored"
    );
    if let Some(log) = log {
        let _ = writeln!(err, "help: the log is in {}", log.display());
    }
}
