//! Finds secrets that stand in the settings in plain text.

use super::option_text::OptionText;
use crate::exposure::url_password;

/// Parameters of a URL, or words before `=`, whose values are secret.
const SECRET_WORDS: [&str; 9] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "authorization",
];
/// Endings of names that only say where a secret is, or of which kind.
const HARMLESS_ENDINGS: [&str; 6] = ["_url", "_uri", "_endpoint", "_type", "_file", "_path"];

/// Returns whether an option has a secret that isn't a variable's value.
pub(super) fn has_plain_secret(name: &str, text: &OptionText) -> bool {
    let is_plain = |value: &str| !value.is_empty() && !OptionText::has_variable(value);
    if is_secret_name(name) {
        return is_plain(text.written());
    }
    embedded_secret(text.written()).is_some_and(is_plain)
}

/// Returns whether an option of this name is secret as a whole.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
        && !HARMLESS_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns a password or another secret that a URL, or a list of `name=value`, holds.
fn embedded_secret(value: &str) -> Option<&str> {
    url_password(value).or_else(|| {
        let parameters = value.split(['?', '&', ';', ' ', '\n']);
        let mut parameters = parameters.filter_map(|parameter| parameter.split_once('='));
        parameters
            .find(|(name, value)| is_secret_name(name) && !value.is_empty())
            .map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_urls_and_lists() {
        for (value, secret) in [
            ("postgresql://ada:pw@host/db", Some("pw")),
            ("postgresql://ada:p/w@host/db", Some("p/w")),
            ("postgresql://ada@host/db?password=pw", Some("pw")),
            ("host=h user=ada password=pw", Some("pw")),
            ("grpc+tls://host:32010", None),
            ("postgresql://ada@host:5432/db", None),
            ("postgresql://host/db?sslmode=require", None),
            ("https://host?token_url=https://other", None),
            ("md:db;motherduck_token=t", Some("t")),
            ("password", None),
            ("", None),
        ] {
            assert_eq!(embedded_secret(value), secret, "{value}");
        }
        for (name, is_secret) in [
            ("password", true),
            ("adbc.flight.sql.authorization_header", true),
            ("adbc.snowflake.sql.client_option.auth_token", true),
            ("token_endpoint", false),
            ("uri", false),
            ("path", false),
        ] {
            assert_eq!(is_secret_name(name), is_secret, "{name}");
        }
    }
}
