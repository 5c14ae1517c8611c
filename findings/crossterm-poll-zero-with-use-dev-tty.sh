#!/usr/bin/env bash
# crossterm's feature `use-dev-tty`: a poll without any patience never sees a key.
#
# Guess: `poll(Duration::ZERO)` says whether an event waits, like poll(2), whatever the features are.
# Behaviour: a key was typed long before. Without the feature, a poll without patience says that an event waits. With
#   it, it says that none does, and a poll of a millisecond right afterwards says that one does. The reader behind
#   the feature looks at nothing once no time is left, not even at what it has read already. So a program that
#   polls without patience in a loop of its own gets no keys at all.
# Versions: crossterm 0.29.0; `script` of util-linux is the terminal.
set -euo pipefail
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
mkdir src
cat >src/main.rs <<'RUST'
use std::time::Duration;
use std::{io, thread};

use crossterm::event::poll;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

fn main() -> io::Result<()> {
    enable_raw_mode()?;
    // The first call opens the terminal.
    poll(Duration::from_millis(1))?;
    thread::sleep(Duration::from_millis(1500));
    let at_once = poll(Duration::ZERO)?;
    let soon = poll(Duration::from_millis(1))?;
    disable_raw_mode()?;
    println!("zero: {at_once}, a millisecond: {soon}");
    Ok(())
}
RUST

seen() {
    cat >Cargo.toml <<TOML
[package]
name = "polls"
version = "0.1.0"
edition = "2021"

[dependencies]
crossterm = { version = "=0.29.0", features = [$1] }
TOML
    cargo build --quiet
    (sleep 0.7; printf x; sleep 2) | script -qec target/debug/polls /dev/null | grep -o 'zero: .*e' | tr -d '\r'
}

plain=$(seen '')
dev_tty=$(seen '"use-dev-tty"')
printf 'crossterm 0.29.0: %s\nwith use-dev-tty:  %s\n' "$plain" "$dev_tty"
[ "$plain" = "zero: true, a millisecond: true" ]
[ "$dev_tty" = "zero: false, a millisecond: true" ]
