//! `compose.yaml` against the page that tells how to start it and what to do then.

use std::collections::BTreeSet;
use std::path::Path;

use serde_yaml::Value;

use super::{Block, blocks, page};

const PAGE: &str = "docs/team.md";
const FILE: &str = "docs/compose.yaml";
const ROLES: [&str; 3] = ["avos_owner", "avos_writer", "avos_reader"];

fn compose() -> Value {
    serde_yaml::from_str(&page(FILE)).expect("YAML")
}

/// What the server runs at its first start.
fn first_sql() -> String {
    let compose = compose();
    let service = &compose["services"]["postgres"];
    let config = &service["configs"][0];
    let target = config["target"].as_str().expect("a path");
    assert!(target.starts_with("/docker-entrypoint-initdb.d/"));
    assert!(Path::new(target).extension().is_some_and(|it| it == "sql"));
    let sql = &compose["configs"][&config["source"]]["content"];
    sql.as_str().expect("SQL").to_owned()
}

/// The variable with the password of a role.
fn variable(role: &str) -> String {
    format!("{}_PASSWORD", role.to_uppercase())
}

/// The variables that the file takes its values from.
fn variables() -> BTreeSet<String> {
    let text = page(FILE);
    let variables = text.split("${").skip(1);
    let variables = variables.map(|rest| {
        let (name, _) = rest.split_once(":?}").expect("a value is required");
        name.to_owned()
    });
    variables.collect()
}

fn shell_blocks() -> Vec<Block> {
    let blocks = blocks(&page(PAGE)).into_iter();
    let is_shell = |block: &Block| ["sh", "console"].contains(&block.info.as_str());
    blocks.filter(is_shell).collect()
}

#[test]
fn the_page_has_the_sql_that_the_server_runs() {
    let mut expected = first_sql();
    for role in ROLES {
        let (_, name) = role.split_once('_').expect("two words");
        let of_compose = format!("${{{}:?}}", variable(role));
        assert!(expected.contains(&of_compose), "{role}");
        expected = expected.replace(&of_compose, &name.to_uppercase());
    }
    let blocks = blocks(&page(PAGE));
    let sql: Vec<&Block> = blocks.iter().filter(|block| block.info == "sql").collect();
    assert_eq!(sql[0].text, expected);
    // The second one only speaks of these roles.
    let words = sql[1]
        .text
        .split(|it: char| !it.is_alphanumeric() && it != '_');
    for role in words.filter(|word| word.starts_with("avos_")) {
        assert!(ROLES.contains(&role), "{role}");
    }
}

#[test]
fn the_page_sets_the_variables_that_the_file_needs() {
    let blocks = shell_blocks();
    let export = blocks[0].text.lines().next().expect("a line");
    let words = export.strip_prefix("export ").expect("variables");
    let set = words
        .split(' ')
        .map(|word| word.trim_end_matches("=…").to_owned());
    assert_eq!(set.collect::<BTreeSet<_>>(), variables());
    let of_roles = ROLES.map(variable);
    assert!(of_roles.iter().all(|name| variables().contains(name)));
}

/// The URLs name a role with its password, the published port and the database; the commands of Docker name the file
/// and the service.
#[test]
fn the_commands_of_the_page_reach_what_the_file_starts() {
    let compose = compose();
    let service = &compose["services"]["postgres"];
    assert_eq!(service["image"], "postgres:18");
    // The usual port, so that no URL names it; of this machine only.
    assert_eq!(service["ports"][0], "127.0.0.1:5432:5432");
    assert!(page(PAGE).contains("PostgreSQL 18"));
    let database = "CREATE DATABASE avos OWNER avos_owner;";
    assert!(first_sql().contains(database));
    let volume = service["volumes"][0].as_str().expect("a volume");
    let (name, place) = volume.split_once(':').expect("a place");
    assert!(compose["volumes"].get(name).is_some());
    assert_eq!(place, "/var/lib/postgresql");

    let (mut urls, mut dockers) = (0, 0);
    for block in shell_blocks() {
        for line in block.text.lines() {
            if let Some((_, url)) = line.split_once("AVOS_DB=postgres://") {
                urls += 1;
                let fits =
                    |role: &&str| url == format!("{role}:${}@localhost/avos", variable(role));
                assert!(ROLES.iter().any(fits), "{line}");
            }
            if let Some(words) = line.strip_prefix("docker compose ") {
                dockers += 1;
                let words = words.strip_prefix(&format!("--file {FILE} "));
                let words = words.expect("the file");
                let is_start = words == "up --detach --wait";
                let is_psql = words == "exec postgres psql --username avos_owner avos";
                assert!(is_start || is_psql, "{line}");
            }
        }
    }
    assert_eq!((urls, dockers), (3, 2));
}
