//! `avos-tui`: the console.
fn main() {}
