//! Who acts: the user at the keyboard, for the journal; this program, for exposure logs.

/// Returns `user@host`; an unknown part is `unknown`.
pub(crate) fn actor() -> String {
    format!("{}@{}", or_unknown(whoami::username()), host())
}

/// Returns `avos@host`, the source of the rows that the verbs log.
pub(crate) fn source() -> String {
    format!("avos@{}", host())
}

fn host() -> String {
    or_unknown(whoami::hostname())
}

fn or_unknown(name: whoami::Result<String>) -> String {
    name.unwrap_or_else(|_| "unknown".to_owned())
}
