//! A unified text diff.

use super::TextStyle;
use crate::diagnostic::visible;
use crate::plan::UnifiedLine;
use crate::report::Role;

/// Returns the diff in colors, every line safe for a terminal.
pub(in crate::cli) fn diff(unified: &str, style: TextStyle) -> String {
    let mut text = String::with_capacity(unified.len());
    for line in unified.lines() {
        let role = match UnifiedLine::of(line) {
            UnifiedLine::Header => Role::Strong,
            UnifiedLine::Added => Role::Added,
            UnifiedLine::Removed => Role::Removed,
            UnifiedLine::Hunk => Role::Accent,
            UnifiedLine::Equal => Role::Text,
        };
        text.push_str(&style.paint(role, &visible(line)));
        text.push('\n');
    }
    text
}
