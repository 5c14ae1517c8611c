//! Serves the newest good state of a database.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;

use super::follower::Follower;
use super::{RefreshError, RefreshFailure};
use crate::assign::Assigner;
use crate::store::{ChangeProbe, StateStore, StoreError};

/// Holds the [`Assigner`] of a database's newest state, and replaces it as a whole when the database
/// changes. Share it between threads.
///
/// It reads the database only when it is opened and refreshed: call [`LiveAssigner::refresh`] when
/// you know of a change, or let a [`Watcher`](super::Watcher) do it. If a refresh fails, the last good
/// state is still served.
///
#[cfg_attr(feature = "store", doc = "```")]
#[cfg_attr(not(feature = "store"), doc = "```ignore")]
/// use avos::assign::Groups;
/// use avos::live::LiveAssigner;
/// use avos::store::SqliteStore;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("avos.db");
/// # std::fs::copy("tests/fixtures/reference/python_2026.db", &path)?;
/// let live = LiveAssigner::open(SqliteStore::new(path))?;
/// let at = "2026-01-01T00:00:00Z".parse()?;
///
/// // Take one for the whole request, so that all its answers come from one state.
/// let assigner = live.current();
/// for (layer_id, answer) in assigner.assign_all_layers("user_1", &Groups::default(), at) {
///     match answer {
///         Ok(assignment) => println!("{layer_id}: {:?}", assignment.variant),
///         Err(error) => println!("{layer_id}: {error}"),
///     }
/// }
///
/// // Refresh now and then, outside of requests.
/// if let Err(error) = live.refresh(at) {
///     eprintln!("{error}; {}", error.help().unwrap_or_default());
/// }
/// # assert!(live.last_error().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LiveAssigner {
    /// Locked for writing only while a pointer is replaced.
    current: RwLock<Arc<Assigner>>,
    last_error: Mutex<Option<RefreshError>>,
    /// Locked during a refresh. Readers don't need it.
    follower: Mutex<Follower>,
}

impl LiveAssigner {
    /// Reads the database, which must exist, and compiles its state.
    pub fn open(store: impl StateStore + 'static) -> Result<Self, StoreError> {
        let (follower, assigner) = Follower::new(Box::new(store))?;
        Ok(Self {
            current: RwLock::new(Arc::new(assigner)),
            last_error: Mutex::new(None),
            follower: Mutex::new(follower),
        })
    }

    /// Returns the assigner of the newest good state. It never waits for the database.
    ///
    /// An assigner that you hold doesn't change: use one for all answers that must fit each other, and
    /// take a new one for the next request.
    #[must_use]
    pub fn current(&self) -> Arc<Assigner> {
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks whether the database changed and, if so, makes its state the current one. Returns whether
    /// it did. `at` is the time of the refresh, for [`RefreshError`].
    ///
    /// Without a change it costs a few microseconds, with a server a short query. It may wait for another program's
    /// lock as long as a read of the store does; [`LiveAssigner::current`] keeps answering in the meantime.
    pub fn refresh(&self, at: Timestamp) -> Result<bool, RefreshError> {
        let mut follower = locked(&self.follower);
        self.settle(at, || follower.next(false))
    }

    /// Refreshes although nobody asked whether the database changed: somebody knows that it may have.
    pub(super) fn read_again(&self, at: Timestamp) {
        let mut follower = locked(&self.follower);
        // `last_error` keeps what went wrong.
        let _ = self.settle(at, || follower.next(true));
    }

    /// Returns a probe for changes from now on.
    pub(super) fn probe(&self) -> Result<Box<dyn ChangeProbe>, StoreError> {
        locked(&self.follower).probe()
    }

    /// Returns why the last refresh failed, and since when refreshes fail; `None` if it succeeded.
    #[must_use]
    pub fn last_error(&self) -> Option<RefreshError> {
        locked(&self.last_error).clone()
    }

    /// Completes a refresh: swaps the assigner in, or remembers what went wrong, including a panic.
    fn settle(
        &self,
        at: Timestamp,
        next: impl FnOnce() -> Result<Option<Assigner>, RefreshFailure>,
    ) -> Result<bool, RefreshError> {
        // Whatever a panic leaves half done, the next refresh reads again.
        let next = catch_unwind(AssertUnwindSafe(next));
        let next = next.unwrap_or_else(|panic| Err(RefreshFailure::Panicked(said(&*panic))));
        let mut last_error = locked(&self.last_error);
        match next {
            Ok(next) => {
                *last_error = None;
                Ok(next.map(|next| self.swap_in(next)).is_some())
            }
            Err(failure) => {
                let since = last_error.as_ref().map_or(at, |error| error.since);
                let error = RefreshError { since, failure };
                *last_error = Some(error.clone());
                Err(error)
            }
        }
    }

    fn swap_in(&self, next: Assigner) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let previous = mem::replace(&mut *current, Arc::new(next));
        // Unlock first: readers needn't wait until the previous one is freed.
        drop(current);
        drop(previous);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the message of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

#[cfg(all(test, feature = "store"))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::assign::testing::state;
    use crate::store::SqliteStore;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("near the epoch")
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_refresh_goes_on() -> Result<(), StoreError> {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/reference");
        let live = LiveAssigner::open(SqliteStore::new(fixtures.join("python_2026.db")))?;
        let served = live.current();
        for second in [1, 2] {
            let error = live.settle(at(second), || panic!("at second {second}"));
            let expected = format!(
                "serving an old state since 1970-01-01T00:00:01Z: a refresh panicked: at second {second}"
            );
            assert_eq!(error.map_err(|error| error.to_string()), Err(expected));
            assert!(live.last_error().is_some());
        }
        assert!(Arc::ptr_eq(&served, &live.current()));

        let next = || Ok(Some(Assigner::new(&state(Vec::new(), &[]))));
        assert!(matches!(live.settle(at(3), next), Ok(true)));
        assert!(live.last_error().is_none());
        assert!(!Arc::ptr_eq(&served, &live.current()));
        Ok(())
    }
}
