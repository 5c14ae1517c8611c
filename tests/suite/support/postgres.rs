//! Databases on the PostgreSQL server that `AVOS_TEST_POSTGRES` names: one for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use avos::domain::HashAlgorithm;
use avos::plan::Plan;
use avos::store::{Author, PostgresStore, PostgresUrl, StateStore};
use postgres::{Client, NoTls};

use super::world::World;

/// The server's URL with a superuser, ending in a database. A test without a server fails: it must not look
/// as if it had passed.
pub(crate) fn server() -> String {
    std::env::var("AVOS_TEST_POSTGRES").expect(
        "these tests need a server: set AVOS_TEST_POSTGRES to its URL, like \
         postgres://postgres:test@127.0.0.1:55432/postgres (`.ci/run` starts one)",
    )
}

/// Connects to this database without encryption.
pub(crate) fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).expect("a connection")
}

/// A database of its own, dropped with it.
pub(crate) struct TestDatabase {
    name: String,
    pub(crate) url: String,
}

impl TestDatabase {
    /// Without the tables of AVOS.
    pub(crate) fn bare() -> Self {
        Self::like("template1")
    }

    /// Another one with the same contents.
    pub(crate) fn copy(&self) -> Self {
        // A program that was killed may still be connected.
        self.end_connections();
        Self::like(&self.name)
    }

    fn like(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("avos_test_{}_{number}", std::process::id());
        let server = server();
        let mut admin = connect(&server);
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.batch_execute(&drop).expect("dropped");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        admin.batch_execute(&create).expect("created");
        let (place, _) = server.rsplit_once('/').expect("a URL with a database");
        let url = format!("{place}/{name}");
        Self { name, url }
    }

    /// Prepared and empty.
    pub(crate) fn new() -> Self {
        let database = Self::bare();
        assert!(database.store().init(false).expect("prepared"));
        database
    }

    /// Prepared, with another hash for new layers.
    pub(crate) fn with_hash(hash: HashAlgorithm) -> Self {
        let database = Self::new();
        database.execute(&format!(
            "UPDATE avos.meta SET value = '{hash}' WHERE key = 'default_hash_algorithm'"
        ));
        database
    }

    pub(crate) fn store(&self) -> PostgresStore {
        store_at(&self.url)
    }

    /// Another program's statements.
    pub(crate) fn execute(&self, sql: &str) {
        connect(&self.url).batch_execute(sql).expect("valid SQL");
    }

    /// The only value of a query, as text.
    pub(crate) fn value(&self, sql: &str) -> String {
        let row = connect(&self.url).query_one(sql, &[]).expect("a row");
        row.get(0)
    }

    /// Ends the connections of all programs.
    pub(crate) fn end_connections(&self) {
        self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'avos'",
        );
    }

    /// The URL of a user of this name and password, who is created, with these rights on the schema's tables;
    /// the name is of the whole server.
    pub(crate) fn user(&self, name: &str, rights: &str) -> TestUser {
        let user = format!("{}_{name}", self.name);
        self.execute(&format!(
            "CREATE ROLE {user} LOGIN PASSWORD 'open-sesame';
             GRANT USAGE ON SCHEMA avos TO {user};
             GRANT {rights} ON ALL TABLES IN SCHEMA avos TO {user};"
        ));
        let (_, place) = self.url.rsplit_once('@').expect("a user in the URL");
        let url = format!("postgres://{user}:open-sesame@{place}");
        TestUser {
            url,
            name: user,
            database: self.url.clone(),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A server that a failing test lost can't be tidied up.
        if let Ok(mut admin) = Client::connect(&server(), NoTls) {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = admin.batch_execute(&drop);
        }
    }
}

/// A user of the server, dropped with it.
pub(crate) struct TestUser {
    pub(crate) url: String,
    pub(crate) name: String,
    database: String,
}

impl Drop for TestUser {
    fn drop(&mut self) {
        if let Ok(mut admin) = Client::connect(&self.database, NoTls) {
            let name = &self.name;
            let drop = format!("DROP OWNED BY {name}; DROP ROLE {name};");
            let _ = admin.batch_execute(&drop);
        }
    }
}

pub(crate) fn store_at(url: &str) -> PostgresStore {
    PostgresStore::new(PostgresUrl::parse(url).expect("a URL"))
}

impl World for TestDatabase {
    fn state(&self) -> avos::domain::State {
        self.store().snapshot().expect("a state").state
    }

    fn apply(&mut self, plan: &Plan) {
        let author = Author::new("test@host", jiff::Timestamp::UNIX_EPOCH);
        let applied = self.store().apply(plan, &author);
        applied.expect("a plan fits the state that it was made for");
    }
}
