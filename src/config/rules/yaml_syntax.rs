//! `yaml-syntax`, and what a YAML parser stumbles over without saying so: the markers of an
//! unfinished merge, and tabs and other characters where YAML wants blanks.

use crate::config::plain::{is_odd_blank, name_of};
use crate::config::report::FileReport;
use crate::config::text::Text;
use crate::diagnostic::{Rule, Severity, Span};

/// Every file is one YAML document.
pub static YAML_SYNTAX: Rule = Rule {
    code: "yaml-syntax",
    severity: Severity::Error,
    what: "A layer file is one valid YAML document.",
    why: "What can't be parsed can't be checked; and with several layers in one file nobody could \
          say which file a layer stands in.",
    example: "name: Checkout: payment",
    fix: "Fix indentation, quotes and brackets at the place: blanks instead of tabs and no-break \
           spaces, and no `<<<<<<<` of an unresolved merge. One layer a file.",
};

/// Reports each merge conflict, at the first of its marks that is there. Whether there was none.
pub(in crate::config) fn is_merged(text: &Text<'_>, report: &mut FileReport) -> bool {
    let mut is_merged = true;
    let mut is_within = false;
    for (offset, line) in text.lines() {
        let Some(marker) = conflict_marker(line) else {
            continue;
        };
        if !is_within {
            let span = text.span(offset..offset + marker.len());
            let message = format!("`{marker}` marks a conflict of a merge that isn't resolved");
            let help = "keep the lines that are right, and remove the others and the lines with \
                        `<<<<<<<`, `=======` and `>>>>>>>`";
            report.at(&YAML_SYNTAX, &span, "", message, help);
        }
        is_merged = false;
        is_within = !marker.starts_with('>');
    }
    is_merged
}

/// The mark of a conflict that the line is, as version control writes it.
fn conflict_marker(line: &str) -> Option<&str> {
    let (marker, rest) = line.split_at_checked(7)?;
    let has_text = rest.starts_with(' ');
    let is_marker = match marker {
        "<<<<<<<" | "|||||||" | ">>>>>>>" => has_text || rest.trim().is_empty(),
        "=======" => rest.trim().is_empty(),
        _ => false,
    };
    is_marker.then_some(marker)
}

/// A character that explains why a text is no YAML.
pub(in crate::config) struct Culprit {
    pub(in crate::config) span: Span,
    pub(in crate::config) message: String,
    pub(in crate::config) help: &'static str,
}

/// The last tab or odd blank up to this line that stands where YAML wants a blank: in indentation,
/// or after the mark of a key or an item.
pub(in crate::config) fn culprit(text: &Text<'_>, last_line: usize) -> Option<Culprit> {
    let lines: Vec<(usize, &str)> = text.lines().take(last_line).collect();
    let (offset, found) = lines.into_iter().rev().find_map(|(offset, line)| {
        let at = in_indentation(line).or_else(|| after_mark(line))?;
        Some((offset + at, line[at..].chars().next()?))
    })?;
    let (message, help) = match found {
        '\t' => (
            "here is a tab, but YAML is indented with blanks only".to_owned(),
            "replace the tab with blanks, as many as the lines around it have",
        ),
        blank => (
            format!("here is {}, which YAML takes for text", name_of(blank)),
            "replace it with a blank, or remove it",
        ),
    };
    Some(Culprit {
        span: text.character_at(offset),
        message,
        help,
    })
}

fn in_indentation(line: &str) -> Option<usize> {
    let rest = line
        .trim_start_matches(|character: char| character.is_whitespace() || is_odd_blank(character));
    if rest.is_empty() || rest.starts_with('#') {
        return None;
    }
    let indentation = &line[..line.len() - rest.len()];
    indentation.find(|character| character == '\t' || is_odd_blank(character))
}

fn after_mark(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    let item = rest
        .strip_prefix('-')
        .filter(|item| item.starts_with(is_odd_blank));
    // Only behind the first colon: a later one stands within a text.
    let value = || Some(line.split_once(':')?.1).filter(|value| value.starts_with(is_odd_blank));
    item.or_else(value).map(|found| line.len() - found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_conflict_markers() {
        for line in [
            "<<<<<<< HEAD",
            "=======",
            "=======\r",
            ">>>>>>> a1b2 (x: y)",
            "||||||| base",
        ] {
            assert_eq!(conflict_marker(line), Some(&line[..7]), "{line}");
        }
        for line in [
            "",
            "======",
            "========",
            "======= x",
            "# <<<<<<<",
            " =======",
            "<<<<<<<x",
            "äöüäöüä",
        ] {
            assert_eq!(conflict_marker(line), None, "{line}");
        }
    }
}
