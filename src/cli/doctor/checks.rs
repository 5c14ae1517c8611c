//! The checks of a report, with the home directory left out of their texts, since it often names a person.

use serde::Serialize;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CheckStatus {
    /// As it should be, or only informative.
    Fine,
    /// It may explain a surprise, but needs no action.
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
    /// Creates an empty list; `home` is the directory to remove.
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

    /// Returns the number of checks with this status.
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

/// Returns the text with `~` wherever a path begins with the home directory.
fn without_home(text: &str, home: Option<&str>) -> String {
    // A home directory of `/` reveals nothing, and every path begins with it.
    let home = home.map(|home| home.trim_end_matches('/'));
    let Some(home) = home.filter(|home| home.len() > 1) else {
        return text.to_owned();
    };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(home) {
        let (before, after) = (&rest[..at], &rest[at + home.len()..]);
        shown.push_str(before);
        // `/home/ada` is neither part of `/home/adam` nor of `/srv/home/ada`.
        let is_path = !before.ends_with(is_name_character) && !after.starts_with(is_name_character);
        shown.push_str(if is_path { "~" } else { home });
        rest = after;
    }
    shown + rest
}

/// Returns whether a character belongs to the name beside it.
fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_a_tilde_and_no_other_is() {
        let shown = |text| without_home(text, Some("/home/ada/"));
        assert_eq!(shown("/home/ada/x.db"), "~/x.db");
        assert_eq!(shown("can't open /home/ada: no"), "can't open ~: no");
        assert_eq!(shown("/home/ada and /home/ada/b"), "~ and ~/b");
        for other in ["/home/adam", "/home/ada.old/x", "/srv/home/ada/x", "/home"] {
            assert_eq!(shown(other), other);
        }
        assert_eq!(without_home("/x", Some("/")), "/x");
        assert_eq!(without_home("/x", None), "/x");
    }
}
