//! Color and width.

use crate::report::{Pieces, Role, Table};

/// How text looks at its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct TextStyle {
    /// Whether it is colored. Color never conveys anything that words and symbols don't.
    pub(in crate::cli) is_colored: bool,
    /// The number of columns of a line of prose.
    pub(in crate::cli) width: usize,
    /// Whether names and columns are cut to the width: on a terminal, where a longer line would
    /// wrap. A file or a pipe has room for everything.
    pub(in crate::cli) is_cut: bool,
}

/// Colors of experiments; red is reserved for errors.
const EXPERIMENTS: [&str; 5] = ["36", "35", "34", "33", "32"];

impl TextStyle {
    /// Returns the number of columns for text that would be cut to this many on a terminal.
    pub(in crate::cli) fn room(self, columns: usize) -> usize {
        if self.is_cut { columns } else { usize::MAX }
    }

    /// Returns the text in the color of its role.
    pub(in crate::cli) fn paint(self, role: Role, text: &str) -> String {
        match code(role) {
            Some(code) if self.is_colored && !text.is_empty() => {
                format!("\u{1b}[{code}m{text}\u{1b}[0m")
            }
            _ => text.to_owned(),
        }
    }

    /// Returns the lines of a block in colors.
    pub(in crate::cli) fn paint_lines(self, lines: &[Pieces]) -> String {
        let mut text = String::new();
        for line in lines {
            for piece in line {
                text.push_str(&self.paint(piece.role, &piece.text));
            }
            text.push('\n');
        }
        text
    }
}

impl Table {
    /// Returns the rows added since the last call, the first time with their titles.
    pub(in crate::cli) fn render(&mut self, style: TextStyle) -> String {
        style.paint_lines(&self.lines(style.room(style.width), "…"))
    }
}

/// Returns the parameters of the escape sequence that selects a role's color.
fn code(role: Role) -> Option<&'static str> {
    match role {
        Role::Text => None,
        Role::Strong => Some("1"),
        Role::Dim => Some("2"),
        Role::Success | Role::Added => Some("32"),
        Role::Error | Role::Removed => Some("31"),
        Role::Warning | Role::Changed => Some("33"),
        Role::Accent => Some("36"),
        Role::Experiment(number) => Some(EXPERIMENTS[number % EXPERIMENTS.len()]),
    }
}
