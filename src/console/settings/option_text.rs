//! The text of an option, in which `${NAME}` stands for an environment variable.

use crate::environment::Environment;
use crate::exposure::SecretText;

/// The text of an option as it is written; `$${` is a plain `${`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OptionText(String);

/// A part of it.
enum TextPart<'t> {
    Plain(&'t str),
    Variable(&'t str),
}

impl OptionText {
    /// Parses a text; `None` if a `${` doesn't begin a variable.
    pub(super) fn parse(text: &str) -> Option<Self> {
        parts(text).map(|_| Self(text.to_owned()))
    }

    /// Returns the text that is the value of one variable; `None` if a variable can't have this name.
    pub(super) fn variable(name: &str) -> Option<Self> {
        is_variable_name(name).then(|| Self(format!("${{{name}}}")))
    }

    /// Returns the text as it is written.
    pub(super) fn written(&self) -> &str {
        &self.0
    }

    /// Returns whether a piece of the text as it is written has a variable.
    pub(super) fn has_variable(text: &str) -> bool {
        let parts = parts(text).unwrap_or_default();
        parts
            .iter()
            .any(|part| matches!(part, TextPart::Variable(_)))
    }

    /// Returns the text with the values of its variables, or the name of one that isn't set.
    pub(super) fn resolve(&self, environment: Environment) -> Result<SecretText, String> {
        let (mut value, mut secrets) = (String::new(), Vec::new());
        for part in parts(&self.0).unwrap_or_default() {
            match part {
                TextPart::Plain(text) => value.push_str(text),
                TextPart::Variable(name) => {
                    let secret = environment.text(name).ok_or_else(|| name.to_owned())?;
                    value.push_str(&secret);
                    secrets.push(secret);
                }
            }
        }
        Ok(SecretText::new(value, secrets))
    }
}

/// Splits a text at its variables; `None` if a `${` doesn't begin one.
fn parts(text: &str) -> Option<Vec<TextPart<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if let Some(before) = rest[..at].strip_suffix('$') {
            parts.push(TextPart::Plain(before));
            parts.push(TextPart::Plain("${"));
            rest = &rest[at + 2..];
            continue;
        }
        let (name, after) = rest[at + 2..].split_once('}')?;
        if !is_variable_name(name) {
            return None;
        }
        parts.push(TextPart::Plain(&rest[..at]));
        parts.push(TextPart::Variable(name));
        rest = after;
    }
    parts.push(TextPart::Plain(rest));
    Some(parts)
}

fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_and_their_values_are_secret() {
        let variable = |name: &str| (name != "UNSET").then(|| format!("<{name}>").into());
        let resolve = |text: &str| {
            let text = OptionText::parse(text).expect("a text");
            text.resolve(Environment(&variable))
                .map(|text| (text.mask("<A> <B_2> C"), format!("{text:?}")))
        };
        let shown =
            |masked: &str, text: &str| Ok((masked.to_owned(), format!("SecretText({text:?})")));
        assert_eq!(resolve("x${A}y"), shown("… <B_2> C", "x…y"));
        assert_eq!(resolve("${A}${B_2}"), shown("… … C", "……"));
        assert_eq!(
            resolve("$A $ {A} $${A}"),
            shown("<A> <B_2> C", "$A $ {A} ${A}")
        );
        assert_eq!(resolve(""), shown("<A> <B_2> C", ""));
        assert_eq!(resolve("${A}${UNSET}"), Err("UNSET".to_owned()));
        for text in ["${", "${}", "${A", "${A B}", "${1}", "${A-b}"] {
            assert_eq!(OptionText::parse(text), None, "{text}");
        }
        assert_eq!(OptionText::variable("B_2"), OptionText::parse("${B_2}"));
        for name in ["", "2B", "A B", "A}${B", "postgresql://ada:pw@host/db"] {
            assert_eq!(OptionText::variable(name), None, "{name}");
        }
    }
}
