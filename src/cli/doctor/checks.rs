//! The checks of a report.

use serde::Serialize;

use super::private::without_home;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckStatus {
    /// As it should be, or information only.
    Fine,
    /// It may explain a surprise; nothing has to be done.
    Attention,
    /// It prevents work.
    Problem,
}

/// One check.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// The section that it belongs to.
    pub(super) area: &'static str,
    /// What was checked.
    pub(super) name: &'static str,
    pub(super) status: CheckStatus,
    /// What was found.
    pub(super) value: String,
    /// How to fix it, or what to know about it; every problem has one.
    pub(super) help: Option<String>,
}

/// All checks in order, with the home directory removed from their texts.
pub(super) struct Checks {
    pub(super) found: Vec<Check>,
    home: Option<String>,
    area: &'static str,
}

impl Checks {
    /// No checks yet; `home` is the directory to remove.
    pub(super) fn new(home: Option<String>) -> Self {
        Self {
            found: Vec::new(),
            home,
            area: "",
        }
    }

    /// Starts a section.
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
