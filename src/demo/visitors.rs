//! The company's visitors, and the service that answers them and logs what they got. All of it follows
//! from the seed and the times, so that two demos of the same hour have the same rows.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::company::{CRASH, LAYERS};
use crate::assign::{Assignment, Groups};
use crate::domain::LayerId;
use crate::exposure::{AssignmentLogger, FileLogger, LogError};
use crate::live::LiveAssigner;

/// Chosen so that no split looks odd before the crash.
const SEED: u64 = 1;
/// Visits a second while the demo runs.
const RATE: f64 = 60.0;
/// Visits a second when the log begins.
const RATE_AT_START: f64 = 15.0;
/// How many of a hundred visits are by somebody who was there before.
const RETURNING: u32 = 20;

/// The visitors, from the log's beginning to the last visit.
pub(super) struct Visitors {
    random: Rng,
    layers: Vec<(LayerId, u32)>,
    /// When the log begins, and when the demo does.
    rise: [Timestamp; 2],
    /// From when on the service crashes where it should show the variant.
    crash: Timestamp,
    /// How many there were so far.
    count: u64,
    /// When the next one comes.
    next: Timestamp,
}

impl Visitors {
    /// Nobody has been there yet. Traffic rises from the log's beginning to that of the demo.
    pub(super) fn new(rise: [Timestamp; 2], crash: Timestamp) -> Self {
        // The assigner draws from this thread's generator for `random` splitters.
        fastrand::seed(SEED);
        Self {
            random: Rng::with_seed(SEED),
            layers: LAYERS.map(|layer| (layer.id.into(), layer.reach)).into(),
            rise,
            crash,
            count: 0,
            next: rise[0],
        }
    }

    /// Lets visitors come until this time.
    pub(super) fn come_until(&mut self, end: Timestamp, service: &Service) -> Result<(), LogError> {
        while self.next < end {
            self.visit(service)?;
            self.next += self.pause();
        }
        Ok(())
    }

    /// Skips the time until this one, in which nobody came.
    pub(super) fn skip_to(&mut self, time: Timestamp) {
        self.next = self.next.max(time);
    }

    fn visit(&mut self, service: &Service) -> Result<(), LogError> {
        let is_returning = self.count > 0 && self.random.u32(0..100) < RETURNING;
        let number = if is_returning {
            self.random.u64(0..self.count)
        } else {
            self.count += 1;
            self.count - 1
        };
        let unit = format!("user_{number}");
        let groups = groups_of(number);
        let assigner = service.live.current();
        let mut rows: Vec<Assignment<'_>> = Vec::new();
        for (layer, reach) in &self.layers {
            // A unit without an answer isn't logged.
            if self.random.u32(0..100) < *reach
                && let Ok(row) = assigner.assign(layer, &unit, &groups, self.next)
                && !(self.next >= self.crash && is_crashing(&row))
            {
                rows.push(row);
            }
        }
        service.log.log_assignments(&rows, self.next)
    }

    /// Returns the time to the next visit. Traffic rises before the demo begins, in waves.
    fn pause(&self) -> SignedDuration {
        let [start, end] = self.rise.map(|time| time.as_microsecond() as f64);
        let now = self.next.as_microsecond() as f64;
        let risen = ((now - start) / (end - start)).min(1.0);
        let wave = 1.0 + 0.15 * ((now - start) / 4e7).sin();
        let rate = (RATE_AT_START + (RATE - RATE_AT_START) * risen) * wave;
        SignedDuration::from_secs_f64(1.0 / rate)
    }
}

/// What answers the visitors.
pub(super) struct Service {
    /// Follows the database, as services do.
    pub(super) live: LiveAssigner,
    pub(super) log: FileLogger,
}

impl Service {
    /// Takes the database's newest state.
    pub(super) fn refresh(&self, at: Timestamp) {
        // As in any service: while the database can't be read, the last good state is served.
        let _ = self.live.refresh(at);
    }
}

/// Returns what is known about this visitor, always the same.
fn groups_of(number: u64) -> Groups<'static> {
    let mut random = Rng::with_seed(number);
    let mut choose = |from: &[&'static str]| random.choice(from).copied();
    Groups {
        segment: choose(&["new", "new", "regular", "regular", "vip"]),
        geo: choose(&["DE", "DE", "FR", "US", "US"]),
        stratum: choose(&["light", "heavy"]),
    }
}

fn is_crashing(row: &Assignment<'_>) -> bool {
    let (experiment, variant) = CRASH;
    row.experiment_id
        .is_some_and(|id| id.as_str() == experiment)
        && row.variant.is_some_and(|name| name.as_str() == variant)
}
