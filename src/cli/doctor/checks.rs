//! One line of the report, and all of them.

use serde::Serialize;

use super::private::without_home;

/// How well something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckStatus {
    /// As it should be, or merely said.
    Fine,
    /// It may explain what surprises; nothing has to be done.
    Attention,
    /// It stands in the way.
    Problem,
}

/// What was found of one thing.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// What it belongs to: one section of the checks.
    pub(super) area: &'static str,
    /// What was looked at.
    pub(super) name: &'static str,
    pub(super) status: CheckStatus,
    /// What was found.
    pub(super) value: String,
    /// How to mend it, or what to know about it; every problem has one.
    pub(super) help: Option<String>,
}

/// What was found of everything, in order; without the home directory.
pub(super) struct Checks {
    pub(super) found: Vec<Check>,
    home: Option<String>,
    area: &'static str,
}

impl Checks {
    /// Nothing yet. `home` is what paths are shown without.
    pub(super) fn new(home: Option<String>) -> Self {
        Self {
            found: Vec::new(),
            home,
            area: "",
        }
    }

    /// What follows belongs to this area.
    pub(super) fn area(&mut self, area: &'static str) {
        self.area = area;
    }

    pub(super) fn fine(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.add(name, CheckStatus::Fine, value.as_ref(), None);
    }

    pub(super) fn attention(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        help: impl AsRef<str>,
    ) {
        let help = Some(help.as_ref());
        self.add(name, CheckStatus::Attention, value.as_ref(), help);
    }

    pub(super) fn problem(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        help: impl AsRef<str>,
    ) {
        let help = Some(help.as_ref());
        self.add(name, CheckStatus::Problem, value.as_ref(), help);
    }

    /// How many checks have this status.
    pub(super) fn count(&self, status: CheckStatus) -> usize {
        let checks = self.found.iter();
        checks.filter(|check| check.status == status).count()
    }

    fn add(&mut self, name: &'static str, status: CheckStatus, value: &str, help: Option<&str>) {
        let private = |text: &str| without_home(text, self.home.as_deref());
        self.found.push(Check {
            area: self.area,
            name,
            status,
            value: private(value),
            help: help.map(private),
        });
    }
}
