#!/usr/bin/env bash
# yamlpath: a list of more than 32,767 lines isn't valid YAML.
#
# Guess: a valid document of 1 MB is parsed, in some 200 ms.
# Behaviour: a list of 32,767 items of a line each is read; one more item, and the whole document
#   is `not valid YAML`, with an error in the first column of the first line, where nothing is
#   wrong. So yamlpatch can't edit it. A list of 200 KB is enough, and items of two lines halve the
#   number. As many lines of comments do no harm. The cause is a row number of 16 bits, reported as
#   tree-sitter-grammars/tree-sitter-yaml#49.
# Versions: yamlpath 1.32.0, tree-sitter-yaml 0.7.2 (built here with Rust 1.95; a dependency asks
#   for 1.97).
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
yamlpath = "=1.32.0"
tree-sitter-yaml = "=0.7.2"
TOML
cat > src/main.rs <<'RUST'
fn verdict(text: &str) -> String {
    match yamlpath::Document::new(text) {
        Ok(_) => "read".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn main() {
    let list = |item: &str, count| format!("list:\n{}", item.repeat(count));
    println!("32767 items of one line   {}", verdict(&list("  - x\n", 32_767)));
    println!("32768 items of one line   {}", verdict(&list("  - x\n", 32_768)));
    println!("16383 items of two lines  {}", verdict(&list("  - a: x\n    b: y\n", 16_383)));
    println!("16384 items of two lines  {}", verdict(&list("  - a: x\n    b: y\n", 16_384)));
    let comments = format!("a: x\n{}b: y\n", "# c\n".repeat(40_000));
    println!("40000 lines of comments   {}", verdict(&comments));
}
RUST
cargo run --quiet --ignore-rust-version | tee found

cat > expected <<'FOUND'
32767 items of one line   read
32768 items of one line   input is not valid YAML: error at line 1, column 1
16383 items of two lines  read
16384 items of two lines  input is not valid YAML: error at line 1, column 1
40000 lines of comments   read
FOUND
diff expected found
