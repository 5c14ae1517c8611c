//! Reports the program itself.

use std::env::consts::{ARCH, OS};

use super::checks::Checks;
use crate::store::{SCHEMA_VERSION, sqlite_version};

pub(super) fn check_program(checks: &mut Checks) {
    checks.area("program");
    checks.fine("version", env!("CARGO_PKG_VERSION"));
    checks.fine("sqlite", sqlite_version());
    checks.fine("schema", format!("version {SCHEMA_VERSION}"));
    checks.fine("system", format!("{OS} {ARCH}"));
}
