//! The stores that the verbs are tested on, and the databases of each.

use tempfile::TempDir;

use super::support::{Place, example};
#[cfg(feature = "postgres")]
use crate::support::postgres::TestDatabase;

/// Runs each of these tests on databases of every store that a name can tell.
macro_rules! over_named_stores {
    ($($test:ident)*) => {
        mod in_sqlite {
            $(#[test]
            fn $test() {
                insta::allow_duplicates! {
                    super::$test($crate::cli::store_kind::StoreKind::Sqlite);
                }
            })*
        }

        #[cfg(feature = "postgres")]
        mod in_postgres {
            $(#[test]
            #[ignore = "needs a PostgreSQL server"]
            fn $test() {
                insta::allow_duplicates! {
                    super::$test($crate::cli::store_kind::StoreKind::Postgres);
                }
            })*
        }
    };
}
pub(super) use over_named_stores;

/// A kind of store that a name can tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum StoreKind {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl StoreKind {
    /// A place whose database has no layers. A file doesn't even exist.
    pub(super) fn empty(self) -> Place {
        let directory = tempfile::tempdir().expect("a directory");
        let database = Database::new(self, &directory);
        Place::with_database(directory, database)
    }

    /// A place whose database has the examples applied up to this version.
    pub(super) fn at(self, version: &str) -> Place {
        let place = self.empty();
        for earlier in ["v1", "v2"].into_iter().filter(|v| *v <= version) {
            let run = place.apply(&example(earlier));
            assert_eq!(run.code, 0, "{run:?}");
        }
        place
    }
}

/// A database of its own.
pub(super) enum Database {
    File(String),
    #[cfg(feature = "postgres")]
    Server(TestDatabase),
}

impl Database {
    fn new(kind: StoreKind, directory: &TempDir) -> Self {
        match kind {
            StoreKind::Sqlite => Self::File(directory.path().join("avos.db").display().to_string()),
            #[cfg(feature = "postgres")]
            StoreKind::Postgres => Self::Server(TestDatabase::new()),
        }
    }

    /// The name that programs are given.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.clone(),
            #[cfg(feature = "postgres")]
            Self::Server(database) => database.url.clone(),
        }
    }

    pub(super) fn copy(&self, directory: &TempDir) -> Self {
        match self {
            Self::File(path) => {
                let copy = Self::new(StoreKind::Sqlite, directory);
                std::fs::copy(path, copy.name()).expect("a copy");
                copy
            }
            #[cfg(feature = "postgres")]
            Self::Server(database) => Self::Server(database.copy()),
        }
    }

    /// A server sees to it by itself.
    pub(super) fn check_integrity(&self) {
        match self {
            Self::File(path) => {
                let database = rusqlite::Connection::open(path).expect("a database");
                let check = database.query_row("PRAGMA integrity_check", [], |row| row.get(0));
                assert_eq!(check, Ok("ok".to_owned()));
            }
            #[cfg(feature = "postgres")]
            Self::Server(_) => {}
        }
    }

    /// Another program's statements, in the names and words of a file.
    pub(super) fn execute(&self, sql: &str) {
        match self {
            Self::File(path) => {
                let database = rusqlite::Connection::open(path).expect("a database");
                database.execute_batch(sql).expect("valid SQL");
            }
            #[cfg(feature = "postgres")]
            Self::Server(database) => database.execute(&in_words_of_a_server(sql)),
        }
    }
}

#[cfg(feature = "postgres")]
fn in_words_of_a_server(sql: &str) -> String {
    let mut words = sql.replace("avos_", "avos.");
    for status in ["ACTIVE", "PAUSED", "DRAFT"] {
        words = words.replace(
            &format!("'{status}'"),
            &format!("'{}'", status.to_lowercase()),
        );
    }
    format!("SET search_path = avos; SET TimeZone = 'UTC'; {words}")
}
