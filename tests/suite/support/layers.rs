//! Layer files from values.
