//! Text that may hold secrets, and messages without them.

use std::fmt;

/// What stands for a secret in a message.
const MASK: &str = "…";
/// An option's value: what the settings say, with the values of environment variables in it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretText {
    value: String,
    /// The parts that no message may repeat.
    secrets: Vec<String>,
}

impl SecretText {
    /// Creates a value of which these parts, such as values of environment variables, are secret. The
    /// password in a URL is secret in any case.
    #[must_use]
    pub fn new(value: String, parts: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = parts.into_iter().collect();
        secrets.extend(url_password(&value).map(str::to_owned));
        // A driver may repeat a part of a URL as it is, or decoded.
        let decoded: Vec<String> = secrets
            .iter()
            .map(|secret| percent_decode(secret))
            .collect();
        secrets.extend(decoded);
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { value, secrets }
    }

    /// Returns the value itself, to be passed on and never shown.
    #[cfg(feature = "warehouse")]
    pub(super) fn reveal(&self) -> &str {
        &self.value
    }

    /// Replaces the secrets in a message.
    #[must_use]
    pub fn mask(&self, message: &str) -> String {
        let secrets = self.secrets.iter();
        secrets.fold(message.to_owned(), |message, secret| {
            message.replace(secret.as_str(), MASK)
        })
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretText")
            .field(&self.mask(&self.value))
            .finish()
    }
}

/// Returns the password of a URL: what is between the first `:` of its user and the last `@` of its
/// authority.
pub(crate) fn url_password(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    // A password may hold these characters although it should not.
    let authority = if authority.contains('@') {
        authority
    } else {
        rest
    };
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

fn percent_decode(text: &str) -> String {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2)));
        let code = pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        let decoding = code.filter(|_| *byte == b'%');
        decoded.push(decoding.unwrap_or(*byte));
        at += if decoding.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_no_secrets() {
        let text = SecretText::new(
            "postgresql://ada:p%40ss@host/db?x=1".to_owned(),
            ["p%40ss".to_owned()],
        );
        let message = "postgresql://ada:p%40ss@host: password p@ss of ada is wrong";
        assert_eq!(
            text.mask(message),
            "postgresql://ada:…@host: password … of ada is wrong"
        );
        assert_eq!(
            format!("{text:?}"),
            "SecretText(\"postgresql://ada:…@host/db?x=1\")"
        );
        // Of two secrets, the longer one is masked as a whole.
        let two = SecretText::new(String::new(), ["abc".to_owned(), "abcdef".to_owned()]);
        assert_eq!(two.mask("abcdef, abc"), "…, …");
        // A URL that comes whole from one variable.
        let whole = "grpc://bob:s3cret@host".to_owned();
        let whole = SecretText::new(whole.clone(), [whole]);
        assert_eq!(
            whole.mask("login of bob with s3cret"),
            "login of bob with …"
        );
        assert_eq!(
            SecretText::new("x".to_owned(), [String::new()]).mask("abc"),
            "abc"
        );
    }
}
