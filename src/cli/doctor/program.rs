//! The program itself.

use std::env::consts::{ARCH, OS};

use super::check::Report;
use crate::store::{SCHEMA_VERSION, sqlite_version};

pub(super) fn look(report: &mut Report) {
    report.area("program");
    report.fine("version", env!("CARGO_PKG_VERSION"));
    report.fine("sqlite", sqlite_version());
    report.fine("schema", format!("version {SCHEMA_VERSION}"));
    report.fine("system", format!("{OS} {ARCH}"));
}
