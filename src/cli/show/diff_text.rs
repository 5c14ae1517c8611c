//! A unified text diff.

use super::{TextStyle, Tint};
use crate::diagnostic::visible;
use crate::plan::UnifiedLine;

/// The diff in colours, every line safe for a terminal.
pub(in crate::cli) fn diff(unified: &str, style: TextStyle) -> String {
    let mut text = String::with_capacity(unified.len());
    for line in unified.lines() {
        let tint = match UnifiedLine::of(line) {
            UnifiedLine::Header => Tint::Strong,
            UnifiedLine::Added => Tint::Good,
            UnifiedLine::Removed => Tint::Bad,
            UnifiedLine::Hunk => Tint::Accent,
            UnifiedLine::Equal => Tint::Plain,
        };
        text.push_str(&style.paint(tint, &visible(line)));
        text.push('\n');
    }
    text
}
