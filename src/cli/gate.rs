//! A team's own check of a plan: a command that reads the plan and decides by its exit code.

use std::io::{self, PipeReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// How long a gate may take.
pub(crate) const GATE_PATIENCE: Duration = Duration::from_secs(30);

/// How often a waiting gate looks whether a signal came for this process.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);
/// How long to wait for the rest of the output of a gate that has ended: what it left running in the
/// background may keep the pipe open.
const LAST_OUTPUT: Duration = Duration::from_millis(250);
/// How many pieces of output may wait to be shown.
const MAX_PENDING: usize = 16;

/// What a gate decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GateVerdict {
    /// It exited with 0.
    Passed,
    /// It didn't.
    Failed(ExitStatus),
    /// It took too long, and was killed with everything that it started in its process group.
    TimedOut,
}

enum GateEvent {
    Output(Vec<u8>),
    /// No more output comes.
    Closed,
    /// The command has ended, and waits to be reaped.
    Ended,
}

/// Runs the command by the shell with `input` on its standard input, and hands what it writes, on either
/// stream, to `relay`. It needn't read its input. If a signal ends this process, it ends the gate as well.
pub(crate) fn run_gate(
    command: &str,
    input: Vec<u8>,
    patience: Duration,
    relay: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<GateVerdict> {
    let deadline = Instant::now() + patience;
    let signals = GateSignals::listen()?;
    let (output, writer) = io::pipe()?;
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).process_group(0);
    shell.stdin(Stdio::piped()).stdout(writer.try_clone()?);
    let mut child = shell.stderr(writer).spawn()?;
    // It keeps the pipe's other end open.
    drop(shell);
    let events = start_threads(&mut child, output, input);
    let verdict = follow(&events, deadline, &signals, relay);
    if !matches!(verdict, Ok(GateEnd::Ended)) {
        kill(&child);
    }
    let status = child.wait()?;
    match verdict? {
        GateEnd::Ended if status.success() => Ok(GateVerdict::Passed),
        GateEnd::Ended => Ok(GateVerdict::Failed(status)),
        GateEnd::TimedOut => Ok(GateVerdict::TimedOut),
        GateEnd::Signal(signal) => {
            emulate_default_handler(signal)?;
            Err(io::ErrorKind::Interrupted.into())
        }
    }
}

enum GateEnd {
    Ended,
    TimedOut,
    Signal(i32),
}

fn start_threads(child: &mut Child, output: PipeReader, input: Vec<u8>) -> Receiver<GateEvent> {
    let (sender, events) = sync_channel(MAX_PENDING);
    if let Some(mut stdin) = child.stdin.take() {
        // A gate that doesn't read closes the pipe, and the rest isn't for anybody.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    let reader = sender.clone();
    thread::spawn(move || read_output(output, &reader));
    let leader = pid(child);
    thread::spawn(move || {
        // Not reaped yet: as long as it isn't, no other process group can have its id.
        let exited = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(leader), exited) {}
        let _ = sender.send(GateEvent::Ended);
    });
    events
}

fn read_output(mut output: PipeReader, events: &SyncSender<GateEvent>) {
    let mut bytes = [0; 4096];
    loop {
        match output.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(read) => {
                let piece = GateEvent::Output(bytes[..read].to_vec());
                if events.send(piece).is_err() {
                    return;
                }
            }
        }
    }
    let _ = events.send(GateEvent::Closed);
}

/// Relays output until the command ends, or may not go on.
fn follow(
    events: &Receiver<GateEvent>,
    mut deadline: Instant,
    signals: &GateSignals,
    relay: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<GateEnd> {
    let (mut has_ended, mut is_closed) = (false, false);
    while !(has_ended && is_closed) {
        if let Some(signal) = signals.caught() {
            return Ok(GateEnd::Signal(signal));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        match events.recv_timeout(left.min(SIGNAL_CHECK)) {
            Ok(GateEvent::Output(bytes)) => relay(&bytes)?,
            Ok(GateEvent::Closed) => is_closed = true,
            Ok(GateEvent::Ended) => {
                has_ended = true;
                deadline = deadline.min(Instant::now() + LAST_OUTPUT);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Both threads are done, and one of them failed to say so.
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(if has_ended {
        GateEnd::Ended
    } else {
        GateEnd::TimedOut
    })
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn kill(child: &Child) {
    // Everything in it may have ended by itself.
    let _ = kill_process_group(pid(child), Signal::KILL);
}

/// Catches the signals that would end this process while a gate runs: it is in a process group of its own,
/// so a Ctrl-C of the terminal doesn't reach it.
struct GateSignals {
    caught: Arc<AtomicUsize>,
    /// The default is done again from then on.
    is_over: Arc<AtomicBool>,
}

impl GateSignals {
    fn listen() -> io::Result<Self> {
        let signals = Self {
            caught: Arc::default(),
            is_over: Arc::default(),
        };
        for (signal, number) in [
            (SIGINT, SIGINT.unsigned_abs()),
            (SIGTERM, SIGTERM.unsigned_abs()),
        ] {
            flag::register_usize(signal, Arc::clone(&signals.caught), number as usize)?;
            flag::register_conditional_default(signal, Arc::clone(&signals.is_over))?;
        }
        Ok(signals)
    }

    fn caught(&self) -> Option<i32> {
        let caught = self.caught.load(Ordering::Relaxed);
        i32::try_from(caught).ok().filter(|signal| *signal != 0)
    }
}

impl Drop for GateSignals {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a gate that gets this; returns what it wrote as well.
    fn run(command: &str, input: &[u8], patience: Duration) -> (GateVerdict, String) {
        let mut written = Vec::new();
        let verdict = run_gate(command, input.to_vec(), patience, &mut |bytes| {
            written.extend_from_slice(bytes);
            Ok(())
        });
        let written = String::from_utf8(written).expect("text");
        (verdict.expect("a gate"), written)
    }

    fn code(command: &str, input: &[u8]) -> Option<i32> {
        match run(command, input, GATE_PATIENCE).0 {
            GateVerdict::Passed => Some(0),
            GateVerdict::Failed(status) => status.code(),
            GateVerdict::TimedOut => None,
        }
    }

    #[test]
    fn the_exit_code_decides() {
        assert_eq!(code("true", b""), Some(0));
        assert_eq!(code("exit 7", b""), Some(7));
        assert_eq!(code("no-such-command-at-all", b""), Some(127));
        assert_eq!(code("kill -9 $$", b""), None);
        assert_eq!(code("grep -q needle", b"hay\nneedle\n"), Some(0));
        assert_eq!(code("grep -q needle", b"hay\n"), Some(1));
    }

    #[test]
    fn it_gets_the_whole_input_and_both_streams_are_relayed() {
        let input = vec![b'x'; 3 << 20];
        let (verdict, written) = run("wc -c >&2; echo end", &input, GATE_PATIENCE);
        assert_eq!(verdict, GateVerdict::Passed);
        assert_eq!(
            written.split_whitespace().collect::<Vec<_>>(),
            ["3145728", "end"]
        );
    }

    #[test]
    fn it_needs_to_read_nothing_of_it() {
        let input = vec![b'x'; 3 << 20];
        for (command, code) in [
            ("exit 0", 0),
            ("exec 0<&-; exit 3", 3),
            ("head -c 1 >/dev/null", 0),
        ] {
            assert_eq!(self::code(command, &input), Some(code), "{command}");
        }
    }

    #[test]
    fn it_may_write_more_than_a_pipe_holds() {
        let (verdict, written) = run("head -c 1000000 /dev/zero | tr '\\0' y", b"", GATE_PATIENCE);
        assert_eq!((verdict, written.len()), (GateVerdict::Passed, 1_000_000));
    }

    #[test]
    fn what_it_leaves_in_the_background_is_not_waited_for() {
        let (verdict, written) = run("sleep 600 & echo $!", b"", GATE_PATIENCE);
        assert_eq!(verdict, GateVerdict::Passed);
        let left = written.trim().parse().ok().and_then(Pid::from_raw);
        rustix::process::kill_process(left.expect("an id"), Signal::KILL).expect("it runs");
    }

    #[test]
    fn one_that_takes_too_long_is_killed_with_all_that_it_started() {
        let place = tempfile::tempdir().expect("a directory");
        let pipe = place.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        // It ends when nobody has the pipe open for writing any longer.
        let reading = thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe)
        });
        let writer = format!("(trap '' TERM; exec sleep 600 >'{}') & ", pipe.display());
        let command = format!("{writer} echo up; trap '' TERM; sleep 600");
        let (verdict, written) = run(&command, b"", Duration::from_secs(1));
        assert_eq!((verdict, written.as_str()), (GateVerdict::TimedOut, "up\n"));
        // Should it have been killed before it opened the pipe, the reader still waits for that.
        drop(
            std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(&pipe),
        );
        let read = reading.join().expect("a thread").expect("a pipe");
        assert_eq!(read, b"");
    }
}
