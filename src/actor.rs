//! The user at the keyboard, for the journal.

/// Returns `user@host`; an unknown part is `unknown`.
pub(crate) fn actor() -> String {
    let known = |name: whoami::Result<String>| name.unwrap_or_else(|_| "unknown".to_owned());
    format!(
        "{}@{}",
        known(whoami::username()),
        known(whoami::hostname())
    )
}
