#!/usr/bin/env bash
# yaml-rt: an entry added after a block scalar goes between the scalar's header and its text.
#
# Guess: adding `winner` to a mapping whose last value is a block scalar writes the key after the
#   scalar's last line.
# Behaviour: the key goes right after the line with `|`, the scalar becomes empty, and its text is
#   now a part of the new value. An item added to a list does the same. The result is valid YAML,
#   so the edit succeeds. After a plain value the new entry is in its place.
# Versions: yaml-rt 0.3.3 (built here with Rust 1.95; it asks for 1.96).
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
yaml-rt = { version = "=0.3.3", default-features = false }
TOML
cat > src/main.rs <<'RUST'
use yaml_rt::{JsonPointer, YamlDoc, YamlFragment};

fn added(text: &str, pointer: &str) -> String {
    let mut document = YamlDoc::parse(text).expect("valid YAML");
    let pointer = JsonPointer::parse(pointer).expect("a pointer");
    let value = YamlFragment::parse_owned("blue".to_owned()).expect("a value");
    document.add_at(0, &pointer, &value).expect("an edit");
    let edited = document.to_string();
    YamlDoc::parse(&edited).expect("the result is valid YAML");
    edited
}

fn main() {
    println!("plain  {:?}", added("note: one\n", "/winner"));
    println!("block  {:?}", added("note: |\n  one\n", "/winner"));
    println!("list   {:?}", added("notes:\n  - |\n    one\n", "/notes/-"));
}
RUST
cargo run --quiet --ignore-rust-version | tee found

cat > expected <<'FOUND'
plain  "note: one\nwinner: blue\n"
block  "note: |\nwinner: blue\n  one\n"
list   "notes:\n  - |\n  - blue\n    one\n"
FOUND
diff expected found
