//! The signals that the console handles: those that end it, and the one after a stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caught {
    /// To quit, because of this signal.
    Leave(i32),
    /// To take the terminal again: the process was stopped and continued.
    Resumed,
}

/// Receives signals. While this exists, none of them ends the process by itself.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    resumed: Signal,
    /// Set at the moment of an interrupt.
    is_interrupted: Arc<AtomicBool>,
}

impl Signals {
    /// Starts to listen. Do it before taking the terminal, or a signal in between leaves it raw.
    pub(super) fn listen() -> io::Result<Self> {
        let is_interrupted = Arc::new(AtomicBool::new(false));
        let interrupt = signal(SignalKind::interrupt())?;
        signal_hook::flag::register(SIGINT, Arc::clone(&is_interrupted))?;
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt,
            resumed: signal(SignalKind::from_raw(SIGCONT))?,
            is_interrupted,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.terminate.recv() => Caught::Leave(SIGTERM),
            _ = self.hang_up.recv() => Caught::Leave(SIGHUP),
            _ = self.interrupt.recv() => Caught::Leave(SIGINT),
            _ = self.resumed.recv() => Caught::Resumed,
        }
    }

    /// Discards the Ctrl-C that arrived while another program had the terminal: it was meant for that
    /// program, but the terminal sends it to both.
    pub(super) async fn forget_interrupt(&mut self) {
        if self.is_interrupted.swap(false, Ordering::Relaxed) {
            // It is on its way, so this doesn't wait for another one.
            let _ = self.interrupt.recv().await;
        }
    }
}
