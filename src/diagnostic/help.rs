//! What to do about an error.

use std::borrow::Cow;

/// An error that may know what to do about it.
///
/// The text is in the imperative and has no final period: ``give the directory that holds the layer
/// files``. Print it below the error's own message.
pub trait Help {
    /// Returns what to do about the error, or `None` if its message says it all.
    fn help(&self) -> Option<Cow<'_, str>>;
}
