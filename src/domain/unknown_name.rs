//! The error of parsing a name that isn't in a fixed set.

/// A text that doesn't name a value of its kind.
///
/// ```
/// use avos::domain::Status;
///
/// let error = "activ".parse::<Status>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`activ`: unknown status; expected one of draft, active, paused, completed"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}`: unknown {kind}; expected one of {}", .expected.join(", "))]
#[non_exhaustive]
pub struct UnknownName {
    /// The text.
    pub text: String,
    /// What it should name, such as `status`.
    pub kind: &'static str,
    /// The names that exist.
    pub expected: Vec<&'static str>,
}

impl UnknownName {
    /// Returns the value that `text` names.
    pub(crate) fn find<T: Copy>(
        text: &str,
        kind: &'static str,
        values: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T, Self> {
        let found = values.iter().find(|value| name(**value) == text);
        found.copied().ok_or_else(|| Self {
            text: text.to_owned(),
            kind,
            expected: values.iter().map(|value| name(*value)).collect(),
        })
    }
}
