//! `avos`: the verbs for scripts and CI.
fn main() {}
