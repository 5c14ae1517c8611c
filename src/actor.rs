//! Who is at the keyboard, for the journal.

/// `user@host`; what the system doesn't say is `unknown`.
pub(crate) fn actor() -> String {
    let known = |name: whoami::Result<String>| name.unwrap_or_else(|_| "unknown".to_owned());
    format!(
        "{}@{}",
        known(whoami::username()),
        known(whoami::hostname())
    )
}
