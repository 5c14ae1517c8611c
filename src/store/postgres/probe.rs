//! Notices that somebody wrote to the database.

use std::thread;
use std::time::{Duration, Instant};

use postgres::Client;
use postgres::fallible_iterator::FallibleIterator;

use super::PostgresUrl;
use super::connect::connect;
use super::failure::Failure;
use crate::store::{ChangeProbe, StoreError};

/// How often the whole state is to be read although no count changed: without the triggers of `avos init
/// --triggers`, nothing tells of rows that are edited by hand.
const FULL_READ: Duration = Duration::from_mins(1);

/// Compares the counts of writes, on a connection that it keeps. Notes of applies only shorten the wait: a
/// lost connection loses some, and poolers pass none on.
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
            client.batch_execute("LISTEN avos")?;
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

    fn wait(&mut self, patience: Duration) {
        let Some(client) = &mut self.client else {
            thread::sleep(patience);
            return;
        };
        let started = Instant::now();
        let mut notes = client.notifications();
        let mut waiting = notes.timeout_iter(patience);
        // A lost connection ends the wait at once, and so would every further one.
        if !matches!(waiting.next(), Ok(Some(_))) {
            thread::sleep(patience.saturating_sub(started.elapsed()));
        }
    }
}
