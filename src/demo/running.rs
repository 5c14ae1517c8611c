//! A scene that keeps going while somebody looks on, and is removed afterwards.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::{DemoError, Scene};
use crate::exposure::LogLocation;
use crate::store::DatabaseLocation;

/// How often the scene advances.
const TICK: Duration = Duration::from_millis(100);
/// A tick that comes this late: the process was stopped, or the machine slept.
const LATE: SignedDuration = SignedDuration::from_secs(3);
/// How often, and after which pauses, to try to remove the directory: a thread of the console may
/// still have a file open and write beside it.
const REMOVALS: u32 = 20;
const REMOVAL_PAUSE: Duration = Duration::from_millis(10);

/// A demo that runs until it is dropped, which removes its directory.
#[must_use = "it stops when it is dropped"]
pub struct Demo {
    directory: TempDir,
    configs: std::path::PathBuf,
    database: DatabaseLocation,
    log: LogLocation,
    /// Dropped to stop the thread; nothing is ever sent.
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Demo {
    /// Founds the company in a new directory below the system's temporary one. `now` is the clock.
    pub fn start(now: fn() -> Timestamp) -> Result<Self, DemoError> {
        let directory = tempfile::Builder::new().prefix("avos-demo-").tempdir()?;
        let scene = Scene::begin(directory.path(), now())?;
        let (stop, stopped) = channel();
        let (configs, database, log) = (scene.configs().into(), scene.database(), scene.log());
        let thread = thread::Builder::new().name("avos-demo".to_owned());
        let thread = thread.spawn(move || keep_going(scene, &stopped, now))?;
        Ok(Self {
            directory,
            configs,
            database,
            log,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the directory that holds everything.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the directory of the layer files.
    #[must_use]
    pub fn configs(&self) -> &Path {
        &self.configs
    }

    /// Returns where the database is.
    #[must_use]
    pub fn database(&self) -> &DatabaseLocation {
        &self.database
    }

    /// Returns where the exposure log is.
    #[must_use]
    pub fn log(&self) -> &LogLocation {
        &self.log
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was reported already.
            let _ = thread.join();
        }
        for _ in 0..REMOVALS {
            let _ = fs::remove_dir_all(self.directory());
            if !self.directory().exists() {
                break;
            }
            thread::sleep(REMOVAL_PAUSE);
        }
    }
}

fn keep_going(mut scene: Scene, stopped: &Receiver<Infallible>, now: fn() -> Timestamp) {
    let mut last = now();
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        let time = now();
        if time.duration_since(last) > LATE {
            scene.skip_to(time);
        }
        last = time;
        if let Err(error) = scene.advance(time) {
            // The files are the user's, too: what was removed comes back no sooner than a new demo.
            tracing::warn!("the demo's traffic ended: {error}");
            return;
        }
    }
}
