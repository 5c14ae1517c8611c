#!/usr/bin/env bash
# yamlpatch: replacing one value of a flow mapping removes keys, and changes the wrong one.
#
# Guess: replacing `status` in `{id: a, status: active}` yields `{id: a, status: paused}`, with the
#   quotes or the spacing changed at most.
# Behaviour: the result is `{ id: paused }`: the first key gets the value, and the rest is lost,
#   whether the mapping stands in a list, under a key, or for the whole document, and in JSON too.
#   The result is YAML, so nothing reports an error. Reported as zizmorcore/zizmor#1579.
# Versions: yamlpatch 1.32.0, yamlpath 1.32.0 (built here with Rust 1.95; a dependency asks for
#   1.97).
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
export CARGO_TARGET_DIR=$directory/target

mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2024"
[dependencies]
yamlpatch = "=1.32.0"
yamlpath = "=1.32.0"
TOML
cat > src/main.rs <<'RUST'
use yamlpatch::{Op, Patch, apply_yaml_patches};
use yamlpath::{Document, Route};

fn replaced(text: &str, route: Route<'static>) -> String {
    let document = Document::new(text).expect("valid YAML");
    let operation = Op::Replace("paused".into());
    let edited = apply_yaml_patches(&document, &[Patch { route, operation }]).expect("an edit");
    edited.source().to_owned()
}

fn main() {
    let root = Route::default;
    let item = root().with_key("tests").with_key(0usize).with_key("status");
    let member = root().with_key("test").with_key("status");
    let json = r#"{"id": "a", "status": "active"}"#;
    println!("block  {:?}", replaced("tests:\n  - id: a\n    status: active\n", item.clone()));
    println!("list   {:?}", replaced("tests:\n  - {id: a, status: active}\n", item));
    println!("key    {:?}", replaced("test: {id: a, status: active}\n", member));
    println!("JSON   {:?}", replaced(json, root().with_key("status")));
}
RUST
cargo run --quiet --ignore-rust-version | tee found

cat > expected <<'FOUND'
block  "tests:\n  - id: a\n    status: paused\n"
list   "tests:\n  - { id: paused }\n"
key    "test: { id: paused }\n"
JSON   "{ \"id\": paused }\n"
FOUND
diff expected found
