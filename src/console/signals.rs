//! The signals that the console handles: those that end it, and the one after a stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator;
use signal_hook::low_level::emulate_default_handler;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::terminal;

/// How long a signal may take to end the process. Then it does so by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caught {
    /// To quit, because of this signal.
    Leave(i32),
    /// To take the terminal again: the process was stopped and continued.
    Resumed,
    /// To draw anew: the terminal has another size.
    Resized,
}

/// Receives signals. While this exists, none of them ends the process by itself.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    quit: Signal,
    resumed: Signal,
    resized: Signal,
    /// Set at the moment of an interrupt.
    is_interrupted: Arc<AtomicBool>,
}

impl Signals {
    /// Starts to listen. Do it before taking the terminal, or a signal in between leaves it raw.
    pub(super) fn listen() -> io::Result<Self> {
        insist()?;
        let is_interrupted = Arc::new(AtomicBool::new(false));
        let interrupt = signal(SignalKind::interrupt())?;
        signal_hook::flag::register(SIGINT, Arc::clone(&is_interrupted))?;
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt,
            quit: signal(SignalKind::quit())?,
            resumed: signal(SignalKind::from_raw(SIGCONT))?,
            resized: signal(SignalKind::window_change())?,
            is_interrupted,
        })
    }

    /// Waits for the next signal.
    pub(super) async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.terminate.recv() => Caught::Leave(SIGTERM),
            _ = self.hang_up.recv() => Caught::Leave(SIGHUP),
            _ = self.interrupt.recv() => Caught::Leave(SIGINT),
            _ = self.quit.recv() => Caught::Leave(SIGQUIT),
            _ = self.resumed.recv() => Caught::Resumed,
            _ = self.resized.recv() => Caught::Resized,
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

/// Ends the process by the signal that asked for it, if it is still there after a while: where nobody reads the
/// terminal, it waits for that. While another program has the terminal, it waits for the program.
fn insist() -> io::Result<()> {
    let mut signals = iterator::Signals::new([SIGHUP, SIGQUIT, SIGTERM])?;
    let watch = move || {
        for signal in signals.forever() {
            thread::sleep(PATIENCE);
            if terminal::abandon() {
                // These signals end a process.
                let _ = emulate_default_handler(signal);
            }
        }
    };
    Builder::new()
        .name("avos-signals".to_owned())
        .spawn(watch)?;
    Ok(())
}
