//! `avos`: arguments to a call and an exit code.

fn main() {}
