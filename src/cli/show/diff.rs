//! A unified text diff.

use crate::diagnostic::visible;

use super::{Look, Tint};

/// The diff in colours, every line safe for a terminal.
pub(in crate::cli) fn diff(unified: &str, look: Look) -> String {
    let mut text = String::with_capacity(unified.len());
    for line in unified.lines() {
        let tint = if line.starts_with("--- ") || line.starts_with("+++ ") {
            Tint::Strong
        } else {
            match line.chars().next() {
                Some('+') => Tint::Good,
                Some('-') => Tint::Bad,
                Some('@') => Tint::Accent,
                _ => Tint::Plain,
            }
        };
        text.push_str(&look.paint(tint, &visible(line)));
        text.push('\n');
    }
    text
}
