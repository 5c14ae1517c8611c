//! The watcher on real directories and a real database.
//!
//! Every test waits for a report with a deadline; where none must come, a last change of another
//! kind shows that everything before it was looked at.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use avos::console::proposal::Proposal;
use avos::console::watch::{FileWatcher, WatchEvent, WatchMode};
use rusqlite::Connection;
use tempfile::TempDir;

/// Far more than any report takes; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);
/// More than a burst takes, for the reports that mustn't come.
const SHORT: Duration = Duration::from_millis(300);
/// The least time between two reports of the log.
const LOG_REST: Duration = Duration::from_millis(500);

struct Site {
    home: TempDir,
    watcher: Option<FileWatcher>,
    events: Receiver<WatchEvent>,
}

impl Site {
    /// A configs directory with one file, no database, and a watcher that has set its watches.
    fn new() -> Self {
        Self::prepared(|_| Ok(()))
    }

    /// The same, with more made before the watcher starts.
    fn prepared(prepare: impl FnOnce(&Path) -> io::Result<()>) -> Self {
        let home = tempfile::tempdir().expect("a directory for the test");
        fs::create_dir(home.path().join("real")).expect("a new directory");
        fs::write(home.path().join("real/a.yml"), "layer_id: a\n").expect("a new file");
        prepare(home.path()).expect("the test's own files");
        if !home.path().join("configs").exists() {
            fs::rename(home.path().join("real"), home.path().join("configs"))
                .expect("a directory of our own");
        }
        Self::watching(home, "configs", "state/avos.db")
    }

    fn watching(home: TempDir, configs: &str, database: &str) -> Self {
        let proposal = Proposal::Configs(home.path().join(configs));
        Self::watching_proposal(home, proposal, database, None)
    }

    /// A configs directory, a database, and an exposure log below `logs`.
    fn watching_log(log: &str) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        fs::create_dir(home.path().join("configs")).expect("a new directory");
        let proposal = Proposal::Configs(home.path().join("configs"));
        fs::create_dir(home.path().join("logs")).expect("a new directory");
        Self::watching_proposal(home, proposal, "avos.db", Some(log))
    }

    /// A saved plan beside the database.
    fn watching_plan(home: TempDir, plan: &str) -> Self {
        let proposal = Proposal::Plan(home.path().join(plan));
        Self::watching_proposal(home, proposal, "avos.db", None)
    }

    fn watching_proposal(
        home: TempDir,
        proposal: Proposal,
        database: &str,
        log: Option<&str>,
    ) -> Self {
        let (send, events) = channel();
        let database = home.path().join(database);
        let log = log.map(|log| home.path().join(log));
        if let Some(directory) = database.parent() {
            fs::create_dir_all(directory).expect("a directory of our own");
        }
        let watcher = FileWatcher::start(proposal, database, log, move |event| {
            let _ = send.send(event);
        });
        let site = Self {
            home,
            watcher: Some(watcher),
            events,
        };
        site.expect(&WatchEvent::Mode(WatchMode::Kernel));
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Waits for an event, and leaves those that came with it for later.
    fn expect(&self, wanted: &WatchEvent) {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) if event == *wanted => return,
                Ok(_) => {}
                Err(error) => panic!("waiting for {wanted:?}: {error}"),
            }
        }
    }

    /// Takes reports until none comes for a short time.
    fn drain(&self) -> Vec<WatchEvent> {
        let mut events = Vec::new();
        while let Ok(event) = self.events.recv_timeout(SHORT) {
            events.push(event);
        }
        events
    }

    /// The same where reports of the log may still come: those come more seldom.
    fn drain_log(&self) -> Vec<WatchEvent> {
        let mut events = Vec::new();
        while let Ok(event) = self.events.recv_timeout(SHORT + LOG_REST) {
            events.push(event);
        }
        events
    }

    /// Makes a change and waits for what it must cause, and for the quiet after it.
    fn change(&self, wanted: &WatchEvent, change: impl FnOnce(&Self) -> io::Result<()>) {
        change(self).expect("the test's own change");
        self.expect(wanted);
        self.drain();
    }
}

#[test]
fn every_way_of_saving_a_file_is_seen() {
    let site = Site::new();
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("configs/a.yml"), "layer_id: b\n")
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("configs/.a.tmp"), "layer_id: c\n")?;
        fs::rename(site.path("configs/.a.tmp"), site.path("configs/a.yml"))
    });
    // Renamed over from elsewhere, after which a watch on the file would be deaf.
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("elsewhere"), "layer_id: d\n")?;
        fs::rename(site.path("elsewhere"), site.path("configs/a.yml"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("configs/b.yml"), "layer_id: e\n")
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::remove_file(site.path("configs/a.yml"))
    });
}

#[test]
fn a_directory_made_again_is_watched_again() {
    let site = Site::new();
    for round in 0..3 {
        site.change(&WatchEvent::Proposal, |site| {
            fs::remove_dir_all(site.path("configs"))
        });
        site.change(&WatchEvent::Proposal, |site| {
            fs::create_dir(site.path("configs"))
        });
        site.change(&WatchEvent::Proposal, |site| {
            fs::write(
                site.path("configs/a.yml"),
                format!("layer_id: round_{round}\n"),
            )
        });
    }
    // Replaced in one go, as a checkout does it: whatever is seen first, the new one is heard.
    site.change(&WatchEvent::Proposal, |site| {
        fs::remove_dir_all(site.path("configs"))?;
        fs::create_dir(site.path("configs"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("configs/a.yml"), "layer_id: late\n")
    });
}

#[test]
fn a_directory_that_is_missing_at_first_is_found() {
    let site = Site::watching(
        tempfile::tempdir().expect("a directory"),
        "not/yet/there",
        "avos.db",
    );
    site.change(&WatchEvent::Proposal, |site| {
        fs::create_dir_all(site.path("not/yet/there"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("not/yet/there/a.yml"), "layer_id: a\n")
    });
}

#[test]
fn a_directory_that_is_a_flipped_link_is_followed() {
    let site = Site::prepared(|home| {
        fs::create_dir(home.join("next"))?;
        fs::write(home.join("next/a.yml"), "layer_id: next\n")?;
        symlink("real", home.join("configs"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        symlink("next", site.path("flip"))?;
        fs::rename(site.path("flip"), site.path("configs"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("next/a.yml"), "layer_id: written\n")
    });
}

#[test]
fn the_flip_of_a_mounted_config_map_is_seen() {
    let site = Site::prepared(|home| {
        fs::create_dir_all(home.join("configs/..one"))?;
        fs::write(home.join("configs/..one/a.yml"), "layer_id: one\n")?;
        symlink("..one", home.join("configs/..data"))?;
        symlink("..data/a.yml", home.join("configs/a.yml"))
    });
    for (old, new) in [("..one", "..two"), ("..two", "..three")] {
        site.change(&WatchEvent::Proposal, |site| {
            let configs = site.path("configs");
            fs::create_dir(configs.join(new))?;
            fs::write(configs.join(new).join("a.yml"), new)
        });
        site.change(&WatchEvent::Proposal, |site| {
            let configs = site.path("configs");
            symlink(new, configs.join("..data_tmp"))?;
            fs::rename(configs.join("..data_tmp"), configs.join("..data"))
        });
        site.change(&WatchEvent::Proposal, |site| {
            fs::remove_dir_all(site.path("configs").join(old))
        });
    }
}

#[test]
fn a_file_that_is_a_link_is_watched_where_it_leads() {
    let site = Site::prepared(|home| {
        fs::create_dir_all(home.join("configs"))?;
        symlink("../real/a.yml", home.join("configs/a.yml"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("real/a.yml"), "layer_id: behind_the_link\n")
    });
}

#[test]
fn a_checkout_of_many_files_is_few_reports() {
    let site = Site::new();
    let start = Instant::now();
    for number in 0..50 {
        fs::write(site.path(&format!("configs/{number}.yml")), "layer_id: a\n")
            .expect("a new file");
    }
    // One every 100 ms at most, however slow the machine is.
    let most = 2 + start.elapsed().as_millis() / 100;
    let reports = site.drain();
    assert!(
        (1..=most).contains(&(reports.len() as u128)),
        "{reports:?} of {most}"
    );
    assert!(reports.iter().all(|event| *event == WatchEvent::Proposal));
}

#[test]
fn reading_is_no_change() {
    let site = Site::new();
    let connection = with_table(&site.path("state/avos.db"));
    site.expect(&WatchEvent::Database);
    site.drain();
    for _ in 0..20 {
        fs::read_dir(site.path("configs"))
            .expect("our directory")
            .for_each(drop);
        fs::read(site.path("configs/a.yml")).expect("our file");
        // A connection for writing, that only reads.
        let reader = Connection::open(site.path("state/avos.db")).expect("our database");
        assert_eq!(count(&reader), 0);
    }
    assert_eq!(
        site.events.recv_timeout(SHORT),
        Err(RecvTimeoutError::Timeout)
    );
    drop(connection);
}

#[test]
fn reading_a_database_with_a_write_ahead_log_is_no_change() {
    let site = Site::new();
    let connection = with_table(&site.path("state/avos.db"));
    connection
        .pragma_update(None, "journal_mode", "wal")
        .expect("the mode changes");
    drop(connection);
    site.expect(&WatchEvent::Database);
    site.drain();
    for _ in 0..5 {
        let reader = Connection::open(site.path("state/avos.db")).expect("our database");
        assert_eq!(count(&reader), 0);
        // The last reader removes the log that it made.
        drop(reader);
    }
    assert_eq!(
        site.events.recv_timeout(SHORT),
        Err(RecvTimeoutError::Timeout)
    );

    let writer = Connection::open(site.path("state/avos.db")).expect("our database");
    insert(&writer);
    site.expect(&WatchEvent::Database);
}

#[test]
fn the_database_is_seen_to_come_to_change_and_to_be_replaced() {
    let site = Site::new();
    let connection = with_table(&site.path("state/avos.db"));
    site.expect(&WatchEvent::Database);
    assert!(!site.drain().contains(&WatchEvent::Proposal));

    insert(&connection);
    site.expect(&WatchEvent::Database);
    assert!(!site.drain().contains(&WatchEvent::Proposal));

    site.change(&WatchEvent::Database, |site| {
        fs::copy(site.path("state/avos.db"), site.path("copy.db"))?;
        fs::rename(site.path("copy.db"), site.path("state/avos.db"))
    });
    site.change(&WatchEvent::Database, |site| {
        fs::remove_dir_all(site.path("state"))
    });
    fs::create_dir(site.path("state")).expect("a new directory");
    site.expect(&WatchEvent::Database);
    site.drain();
    let again = with_table(&site.path("state/avos.db"));
    site.expect(&WatchEvent::Database);
    site.drain();
    insert(&again);
    site.expect(&WatchEvent::Database);
}

#[test]
fn a_database_among_the_configs_is_no_config() {
    let home = tempfile::tempdir().expect("a directory");
    let site = Site::watching(home, ".", "avos.db");
    let connection = with_table(&site.path("avos.db"));
    site.expect(&WatchEvent::Database);
    site.drain();
    insert(&connection);
    site.expect(&WatchEvent::Database);
    assert!(!site.drain().contains(&WatchEvent::Proposal));
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("a.yml"), "layer_id: a\n")
    });
}

#[test]
fn a_database_behind_a_link_is_seen() {
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir(home.path().join("far")).expect("a new directory");
    let connection = with_table(&home.path().join("far/real.db"));
    symlink("far/real.db", home.path().join("avos.db")).expect("a new link");
    let site = Site::watching(home, "configs", "avos.db");
    insert(&connection);
    site.expect(&WatchEvent::Database);
}

#[test]
fn dropping_the_watcher_ends_its_thread() {
    let home = tempfile::tempdir().expect("a directory");
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let watcher = FileWatcher::start(
        Proposal::Configs(home.path().into()),
        home.path().join("avos.db"),
        None,
        move |_| {
            let _ = &held;
        },
    );
    drop(watcher);
    assert_eq!(Arc::strong_count(&alive), 1);

    let mut site = Site::new();
    site.watcher = None;
    fs::write(site.path("configs/a.yml"), "layer_id: unseen\n").expect("our file");
    assert_eq!(
        site.events.recv_timeout(DEADLINE),
        Err(RecvTimeoutError::Disconnected)
    );
}

fn with_table(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("a new database");
    connection
        .execute_batch("CREATE TABLE t (x INTEGER)")
        .expect("a new table");
    connection
}

fn insert(connection: &Connection) {
    connection
        .execute("INSERT INTO t VALUES (1)", [])
        .expect("a row fits");
}

fn count(connection: &Connection) -> i64 {
    connection
        .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        .expect("a count")
}

#[test]
fn a_link_that_flips_on_the_way_of_a_linked_file_is_seen() {
    let site = Site::prepared(|home| {
        for version in ["v1", "v2"] {
            fs::create_dir_all(home.join("releases").join(version))?;
            let text = format!("layer_id: {version}\n");
            fs::write(home.join("releases").join(version).join("b.yml"), text)?;
        }
        symlink("v1", home.join("releases/current"))?;
        symlink(home.join("releases/current/b.yml"), home.join("real/b.yml"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        symlink("v2", site.path("releases/next"))?;
        fs::rename(site.path("releases/next"), site.path("releases/current"))
    });
    // Its new end is watched too.
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("releases/v2/b.yml"), "layer_id: v3\n")
    });
}

#[test]
fn a_linked_file_that_comes_later_is_seen() {
    let site = Site::prepared(|home| {
        fs::create_dir(home.join("shared"))?;
        symlink(home.join("shared/b.yml"), home.join("real/b.yml"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("shared/b.yml"), "layer_id: b\n")
    });
}

#[test]
fn a_saved_plan_is_seen_to_change_to_go_and_to_come() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("plan.json"), "{}").expect("a new file");
    let site = Site::watching_plan(home, "plan.json");
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("plan.json"), "[]")
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("next"), "{}")?;
        fs::rename(site.path("next"), site.path("plan.json"))
    });
    for _ in 0..2 {
        site.change(&WatchEvent::Proposal, |site| {
            fs::remove_file(site.path("plan.json"))
        });
        site.change(&WatchEvent::Proposal, |site| {
            fs::write(site.path("plan.json"), "{}")
        });
    }
}

#[test]
fn a_directory_of_saved_plans_is_watched() {
    let home = tempfile::tempdir().expect("a directory");
    fs::create_dir(home.path().join("plans")).expect("a new directory");
    let proposal = Proposal::Plans(home.path().join("plans"));
    let site = Site::watching_proposal(home, proposal, "avos.db", None);
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("plans/.new"), "{}")?;
        fs::rename(site.path("plans/.new"), site.path("plans/one.json"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("plans/one.json"), "{ }")
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::remove_file(site.path("plans/one.json"))
    });
    for _ in 0..2 {
        site.change(&WatchEvent::Proposal, |site| {
            fs::remove_dir(site.path("plans"))
        });
        site.change(&WatchEvent::Proposal, |site| {
            fs::create_dir(site.path("plans"))
        });
    }
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("plans/two"), "{}")
    });
}

#[test]
fn what_stands_beside_a_saved_plan_is_none_of_it() {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("plan.json"), "{}").expect("a new file");
    let site = Site::watching_plan(home, "plan.json");
    fs::write(site.path("other.json"), "{}").expect("a new file");
    fs::read(site.path("plan.json")).expect("our file");
    let connection = with_table(&site.path("avos.db"));
    site.expect(&WatchEvent::Database);
    insert(&connection);
    site.expect(&WatchEvent::Database);
    assert!(!site.drain().contains(&WatchEvent::Proposal));
}

#[test]
fn a_saved_plan_whose_directory_comes_later_is_found() {
    let home = tempfile::tempdir().expect("a directory");
    let site = Site::watching_plan(home, "not/yet/plan.json");
    site.change(&WatchEvent::Proposal, |site| {
        fs::create_dir_all(site.path("not/yet"))
    });
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("not/yet/plan.json"), "{}")
    });
}

#[test]
fn a_saved_plan_behind_links_is_followed() {
    let home = tempfile::tempdir().expect("a directory");
    for version in ["v1", "v2"] {
        let directory = home.path().join("plans").join(version);
        fs::create_dir_all(&directory).expect("a new directory");
        fs::write(directory.join("plan.json"), version).expect("a new file");
    }
    symlink("v1", home.path().join("plans/current")).expect("a new link");
    symlink("plans/current/plan.json", home.path().join("plan.json")).expect("a new link");
    let site = Site::watching_plan(home, "plan.json");
    site.change(&WatchEvent::Proposal, |site| {
        symlink("v2", site.path("plans/next"))?;
        fs::rename(site.path("plans/next"), site.path("plans/current"))
    });
    // Where the links lead now, the file is heard.
    site.change(&WatchEvent::Proposal, |site| {
        fs::write(site.path("plans/v2/plan.json"), "written")
    });
    site.change(&WatchEvent::Proposal, |site| {
        symlink("plans/v1/plan.json", site.path("flip"))?;
        fs::rename(site.path("flip"), site.path("plan.json"))
    });
}

/// A log as writers leave it: with a write-ahead log.
fn log_at(path: &Path) -> Connection {
    let connection = with_table(path);
    let mode = connection.pragma_update(None, "journal_mode", "wal");
    mode.expect("the mode changes");
    connection
}

#[test]
fn a_log_is_seen_to_come_to_grow_to_be_replaced_and_to_go() {
    let site = Site::watching_log("logs/log.db");
    let writer = log_at(&site.path("logs/log.db"));
    site.expect(&WatchEvent::Log);
    site.drain_log();
    for _ in 0..3 {
        insert(&writer);
        site.expect(&WatchEvent::Log);
        let others = site.drain_log();
        assert!(
            others.iter().all(|event| *event == WatchEvent::Log),
            "{others:?}"
        );
    }
    drop(writer);
    site.drain_log();
    site.change(&WatchEvent::Log, |site| {
        drop(log_at(&site.path("next.db")));
        fs::rename(site.path("next.db"), site.path("logs/log.db"))
    });
    let writer = Connection::open(site.path("logs/log.db")).expect("our log");
    insert(&writer);
    site.expect(&WatchEvent::Log);
    drop(writer);
    site.drain_log();
    site.change(&WatchEvent::Log, |site| {
        fs::remove_dir_all(site.path("logs"))
    });
    fs::create_dir(site.path("logs")).expect("a new directory");
    site.drain_log();
    let writer = log_at(&site.path("logs/log.db"));
    site.expect(&WatchEvent::Log);
    site.drain_log();
    insert(&writer);
    site.expect(&WatchEvent::Log);
}

#[test]
fn the_files_of_a_pattern_are_seen_to_come_to_change_and_to_go() {
    let site = Site::watching_log("logs/*.csv");
    site.drain_log();
    fs::write(site.path("logs/a.txt"), "no log").expect("a new file");
    let others = site.drain_log();
    assert!(!others.contains(&WatchEvent::Log), "{others:?}");
    let file = site.path("logs/a.csv");
    for text in ["new", "changed"] {
        fs::write(&file, text).expect("our file");
        site.expect(&WatchEvent::Log);
        site.drain_log();
    }
    fs::remove_file(&file).expect("our file");
    site.expect(&WatchEvent::Log);
}

#[test]
fn a_log_that_is_written_all_the_time_is_reported_no_more_than_twice_a_second() {
    let site = Site::watching_log("logs/log.db");
    let start = Instant::now();
    let writer = log_at(&site.path("logs/log.db"));
    let mut reports = 0;
    while reports < 6 {
        assert!(start.elapsed() < DEADLINE, "{reports} reports");
        insert(&writer);
        reports += site.events.try_iter().count() as u128;
    }
    // One each half second with its repetition, however slow the machine is.
    let most = 3 + 2 * start.elapsed().as_millis() / LOG_REST.as_millis();
    assert!(reports <= most, "{reports} of {most}");
    // Changes of something else are seen besides.
    fs::write(site.path("configs/a.yml"), "layer_id: a\n").expect("our file");
    site.expect(&WatchEvent::Proposal);
    // What came last is reported too, and once more: it may have been on its way to the disk.
    site.drain_log();
    insert(&writer);
    site.expect(&WatchEvent::Log);
    site.expect(&WatchEvent::Log);
}

#[test]
fn reading_a_log_is_no_change() {
    let site = Site::watching_log("logs/log.db");
    let writer = log_at(&site.path("logs/log.db"));
    insert(&writer);
    site.expect(&WatchEvent::Log);
    site.drain_log();
    for _ in 0..5 {
        let reader = Connection::open(site.path("logs/log.db")).expect("our log");
        assert_eq!(count(&reader), 1);
    }
    assert_eq!(
        site.events.recv_timeout(SHORT + LOG_REST),
        Err(RecvTimeoutError::Timeout)
    );
}

#[test]
fn a_log_that_is_the_database_or_stands_among_the_configs_is_both() {
    let home = tempfile::tempdir().expect("a directory");
    let proposal = Proposal::Configs(home.path().into());
    let site = Site::watching_proposal(home, proposal, "avos.db", Some("avos.db"));
    let connection = with_table(&site.path("avos.db"));
    site.expect(&WatchEvent::Database);
    site.drain_log();
    insert(&connection);
    site.expect(&WatchEvent::Log);
    assert!(!site.drain_log().contains(&WatchEvent::Proposal));
}
