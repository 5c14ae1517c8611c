//! Notices that somebody wrote to the database.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use postgres::Client;
use postgres::fallible_iterator::FallibleIterator;

use super::PostgresUrl;
use super::connect::connect;
use super::failure::Failure;
use crate::store::{ChangeProbe, StoreError, wait_for_stop};

/// How often the whole state is to be read although no count changed: without the triggers of `avos init
/// --triggers`, nothing tells of rows that are edited by hand.
const FULL_READ: Duration = Duration::from_mins(1);
/// How long a stop may go unnoticed during a wait for notes.
const STOP_PATIENCE: Duration = Duration::from_millis(100);

/// Compares the counts of writes, on a connection that it keeps from the first comparison on. Notes of applies
/// only shorten the wait: a lost connection loses some, and poolers pass none on.
pub(super) struct PostgresProbe {
    url: PostgresUrl,
    client: Option<Client>,
    /// The counts of applies and of foreign writes; `None` while the server can't be reached.
    seen: Option<(i64, i64)>,
    read_at: Instant,
}

impl PostgresProbe {
    /// Creates a probe for changes from now on. Create it before reading the state.
    pub(super) fn new(url: &PostgresUrl) -> Self {
        let mut probe = Self {
            url: url.clone(),
            client: None,
            seen: None,
            read_at: Instant::now(),
        };
        probe.seen = probe.counts();
        // One who only waits for another probe's changes costs the server nothing.
        probe.client = None;
        probe
    }

    fn counts(&mut self) -> Option<(i64, i64)> {
        let counts = self.ask();
        if counts.is_err() {
            self.client = None;
        }
        counts.ok()
    }

    fn ask(&mut self) -> Result<(i64, i64), Failure> {
        let client = if let Some(client) = &mut self.client {
            client
        } else {
            let mut client = connect(&self.url)?;
            // A standby can't, nor can some engines: then every wait takes the whole time.
            let _ = client.batch_execute("LISTEN avos");
            self.client.insert(client)
        };
        let select = "SELECT serial, foreign_writes FROM avos.state WHERE one = 1";
        let row = client.query_typed_one(select, &[])?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }
}

impl ChangeProbe for PostgresProbe {
    fn changed(&mut self) -> Result<bool, StoreError> {
        let counts = self.counts();
        let is_due = self.read_at.elapsed() >= FULL_READ;
        let has_changed = counts != self.seen || is_due;
        self.seen = counts;
        if has_changed {
            self.read_at = Instant::now();
        }
        Ok(has_changed)
    }

    fn wait(&mut self, patience: Duration, stop: &Receiver<Infallible>) -> ControlFlow<()> {
        let started = Instant::now();
        loop {
            let rest = patience.saturating_sub(started.elapsed());
            // A lost connection must not make for more questions than one that is quiet.
            let Some(client) = &mut self.client else {
                return wait_for_stop(rest, stop);
            };
            match listen(client, rest.min(STOP_PATIENCE)) {
                Heard::Note => return ControlFlow::Continue(()),
                Heard::Nothing if rest.is_zero() => return ControlFlow::Continue(()),
                Heard::Nothing => wait_for_stop(Duration::ZERO, stop)?,
                Heard::End => self.client = None,
            }
        }
    }
}

/// What came of a wait for notes.
enum Heard {
    Note,
    Nothing,
    /// The connection is lost.
    End,
}

/// Waits for a note, and takes all that have come: one question answers them all.
fn listen(client: &mut Client, patience: Duration) -> Heard {
    let started = Instant::now();
    let mut notes = client.notifications();
    let first = notes.timeout_iter(patience).next();
    while let Ok(Some(_)) = notes.iter().next() {}
    match first {
        Ok(Some(_)) => Heard::Note,
        Ok(None) if started.elapsed() >= patience => Heard::Nothing,
        _ => Heard::End,
    }
}
