//! The page for teams on a real server: its SQL, its commands, and whether its rights are enough and none too many.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use avos::store::{Author, ServerError, StateStore, StoreError};
use jiff::Timestamp;
use postgres::{Client, NoTls};
use serde_json::json;

use super::console::{home, is_console, run_blocks};
use super::{Block, blocks, page};
use crate::store::support::{create_experiment, create_layer, plan};
use crate::support::postgres::{connect, server, store_at};

const PAGE: &str = "docs/team.md";
const ROLES: [&str; 3] = ["owner", "writer", "reader"];

/// The page's roles and database, with names of their own, for others use the server too.
struct Team {
    name: String,
    /// The server's host and port.
    place: String,
}

impl Team {
    /// Created by the page's first SQL.
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let server = server();
        let (_, place) = server.rsplit_once('@').expect("a user in the URL");
        let (place, _) = place.split_once('/').expect("a database in the URL");
        let team = Self {
            name: format!("avos_team_{}_{number}", std::process::id()),
            place: place.to_owned(),
        };
        team.remove();
        execute(&server, &team.sql(0));
        team
    }

    /// A text of the page with the names of this team.
    fn renamed(&self, text: &str) -> String {
        let name = &self.name;
        let mut text = text
            .replace("DATABASE avos ", &format!("DATABASE {name} "))
            .replace("localhost/avos", &format!("{}/{name}", self.place));
        for role in ROLES {
            let upper = role.to_uppercase();
            text = text
                .replace(&format!("avos_{role}"), &format!("{name}_{role}"))
                .replace(&format!("$AVOS_{upper}_PASSWORD"), &upper);
        }
        text
    }

    /// One of the page's blocks of SQL.
    fn sql(&self, index: usize) -> String {
        let blocks = blocks(&page(PAGE));
        let mut sql = blocks.iter().filter(|block| block.info == "sql");
        self.renamed(&sql.nth(index).expect("SQL").text)
    }

    fn url(&self, role: &str) -> String {
        let url = format!(
            "postgres://avos_{role}:$AVOS_{}_PASSWORD@localhost/avos",
            role.to_uppercase()
        );
        self.renamed(&url)
    }

    fn remove(&self) {
        // A server that a failing test lost can't be tidied up.
        let Ok(mut admin) = Client::connect(&server(), NoTls) else {
            return;
        };
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = admin.batch_execute(&drop);
        for role in ROLES {
            let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {}_{role}", self.name));
        }
    }
}

/// Executes one statement after the other: a database can't be created in a transaction.
fn execute(url: &str, sql: &str) {
    let mut client = connect(url);
    for statement in sql.split_terminator(";\n") {
        let done = client.batch_execute(statement);
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.remove();
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_first_steps_lead_to_a_database_in_postgres() {
    let team = Team::new();
    let home = home();
    let first = Command::new(env!("CARGO_BIN_EXE_avos"))
        .args(["apply", "--configs", "examples/configs/v1"])
        .args(["--db", "avos.db", "--yes"])
        .current_dir(home.path())
        .env_remove("AVOS_DB")
        .output();
    assert!(first.is_ok_and(|first| first.status.success()));
    let page = team.renamed(&page(PAGE));
    let console: Vec<Block> = blocks(&page).into_iter().filter(is_console).collect();
    let (as_owner, others) = console.split_at(1);
    let mut count = run_blocks(home.path(), PAGE, as_owner);
    execute(&team.url("owner"), &team.sql(1));
    count += run_blocks(home.path(), PAGE, others);
    assert!(count >= 7, "{count}");
}

/// All that an apply can write, in a new layer.
fn write_everything(store: &dyn StateStore, layer: &str) -> Result<(), StoreError> {
    let id = format!("exp_{layer}");
    let hold = json!({"since": "2026-01-01T00:00:00Z", "until": null, "reason": "why",
        "actor": "ada@host"});
    for changes in [
        vec![
            create_layer(layer, 20),
            create_experiment(layer, &id, &json!({}), [5, 0]),
        ],
        vec![
            json!({"layer_id": layer, "experiment_id": null, "kind": "update_layer",
            "from": 1.0, "to": 0.9}),
        ],
        vec![
            json!({"layer_id": layer, "experiment_id": id, "kind": "hold", "from": "active",
            "hold": hold}),
        ],
        vec![json!({"layer_id": layer, "experiment_id": id, "kind": "release", "hold": hold})],
    ] {
        let state = store.snapshot()?.state;
        let author = Author::new("ada@host", Timestamp::UNIX_EPOCH);
        store.apply(&plan(&state, &changes), &author)?;
    }
    Ok(())
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn the_rights_on_postgres_are_enough_and_none_is_too_many() {
    let team = Team::new();
    let owner = store_at(&team.url("owner"));
    owner.init(true).expect("prepared");
    execute(&team.url("owner"), &team.sql(1));
    let (writer, reader) = (store_at(&team.url("writer")), store_at(&team.url("reader")));
    write_everything(&writer, "all").expect("applied");
    assert!(writer.is_writable().expect("known"));
    assert!(!reader.is_writable().expect("known"));
    assert_eq!(
        reader.snapshot().expect("a state").state.revision,
        writer.snapshot().expect("a state").state.revision
    );
    let is_forbidden = |outcome: Result<(), StoreError>| {
        matches!(
            outcome,
            Err(StoreError::Server(ServerError::Forbidden { .. }))
        )
    };
    assert!(is_forbidden(write_everything(&reader, "none")));
    let mut count = 0;
    for grant in team.sql(1).lines() {
        let words = grant
            .strip_prefix("GRANT ")
            .and_then(|it| it.strip_suffix(';'));
        let (rights, rest) = words.and_then(|it| it.split_once(" ON ")).expect("a grant");
        let (things, _) = rest.split_once(" TO ").expect("a role");
        if rights == "USAGE" || rights == "SELECT" {
            continue;
        }
        for right in rights.split(", ") {
            for table in things.split(", ") {
                count += 1;
                let change = |verb: &str, to: &str| {
                    let sql = format!("{verb} {right} ON {table} {to} {}_writer", team.name);
                    execute(&team.url("owner"), &sql);
                };
                change("REVOKE", "FROM");
                let outcome = write_everything(&writer, &format!("without_{count}"));
                assert!(is_forbidden(outcome), "{right} on {table} isn't needed");
                change("GRANT", "TO");
            }
        }
    }
    assert_eq!(count, 10);
    write_everything(&writer, "again").expect("applied");
}
