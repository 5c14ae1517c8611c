//! Logs that aren't as they should be.
