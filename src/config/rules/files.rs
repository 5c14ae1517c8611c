//! `unreadable`, `limits`, `empty-directory`, `yaml-syntax`: files without a tree, and what a YAML
//! parser stumbles over without saying so: the markers of an unfinished merge, and tabs and other
//! characters where YAML requires spaces.

use crate::config::file_report::FileReport;
use crate::config::limits;
use crate::config::plain::{is_odd_space, name_of};
use crate::config::sources::FileProblem;
use crate::config::text::Text;
use crate::config::tree::{ParseError, ParseProblem};
use crate::diagnostic::{Diagnostic, Rule, Severity, Span};

/// Every layer file can be read as text.
pub static UNREADABLE: Rule = Rule {
    code: "unreadable",
    severity: Severity::Error,
    what: "Every layer file can be opened and is UTF-8 text.",
    why: "A file that can't be read may hold any layer, so nobody can say what it asks for.",
    example: "# a file without read permission, a dangling link, or one saved as UTF-16",
    fix: "Allow reading it, fix the link, or save it as UTF-8.",
};

/// Files stay within the limits.
pub static LIMITS: Rule = Rule {
    code: "limits",
    severity: Severity::Error,
    what: "A layer file stays within 1 MiB, 32 levels, 100,000 values and 100 aliases (which \
           repeat at most 20,000 values). Of more than 200 errors in a file, 200 are shown.",
    why: "A few lines of aliases can expand to billions of values. A layer file is small.",
    example: "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n# and so on",
    fix: "Write the values out, split the layer, or fix the first errors.",
};

/// The directory holds layer files.
pub static EMPTY_DIRECTORY: Rule = Rule {
    code: "empty-directory",
    severity: Severity::Error,
    what: "The configs directory has at least one layer file.",
    why: "An empty directory usually means a wrong path; treating it as an empty set of \
          layers would hide that.",
    example: "# a directory without any *.yml or *.yaml",
    fix: "Give the right directory, or add a layer file to it.",
};

/// Reports a file without text.
pub(in crate::config) fn problem(file: &str, problem: &FileProblem, report: &mut FileReport) {
    let start = || Span::start_of(file);
    let (rule, span, help) = match *problem {
        FileProblem::Unreadable(_) => (&UNREADABLE, start(), "allow this user to read the file"),
        FileProblem::TooLarge => {
            let help = "check whether this is a layer file: they are small";
            (&LIMITS, start(), help)
        }
        FileProblem::NotUtf8 {
            offset,
            line,
            column,
            ..
        } => {
            let span = Span::new(file, (line, column), (line, column + 1));
            let span = span.with_bytes(offset..offset + 1);
            (&UNREADABLE, span, "save the file as UTF-8")
        }
    };
    report.at(rule, &span, "", problem.to_string(), help);
}

/// Reports a text that isn't one YAML document.
pub(in crate::config) fn unparsable(text: &Text<'_>, error: &ParseError, report: &mut FileReport) {
    let span = text.point(error.position);
    if let ParseProblem::Syntax(_) = &error.problem
        && let Some(culprit) = culprit(text, span.line)
    {
        let (message, help) = (culprit.message, culprit.help);
        report.at(&YAML_SYNTAX, &culprit.span, "", message, help);
        return;
    }
    let (rule, message, help) = match &error.problem {
        ParseProblem::Syntax(words) => (
            &YAML_SYNTAX,
            format!("this is not valid YAML: {words}"),
            syntax_help(words),
        ),
        ParseProblem::SeveralDocuments => {
            let is_code = |line: &str| !line.is_empty() && !line.starts_with(['#', '-']);
            let mut rest = text.lines().skip(span.line - 1);
            let help = if rest.any(|(_, line)| is_code(line.trim())) {
                "one layer per file: move what follows to a file of its own"
            } else {
                "remove the `---`: nothing follows it"
            };
            let message = "a second YAML document starts here, but a file holds one layer";
            (&YAML_SYNTAX, message.to_owned(), help)
        }
        ParseProblem::Limit(what) => (
            &LIMITS,
            format!("the file is beyond what a layer may hold: {what}"),
            "write the values out plainly, or split the layer",
        ),
    };
    report.at(rule, &span, "", message, help);
}

/// Returns how to fix the parser's complaint.
fn syntax_help(words: &str) -> &'static str {
    let about = |what: &str| words.contains(what);
    if about("mapping values") {
        "quote a value that holds `: `, or correct the indentation of this line"
    } else if about("tab") {
        "indent with spaces, not tabs"
    } else if about("quote") {
        "close the quote, or use the other kind of quotes"
    } else if about("bracket") || about("flow") {
        "close the bracket, and separate its items with commas"
    } else if about("anchor") || about("recursive") {
        "define `&name` before `*name`, outside of it; or quote a text that starts with `*`"
    } else if about("unexpected character") {
        "quote a text that starts with one of @ ` % * & ! | >"
    } else if about("expected ':'") {
        "put `: ` after the key, and `- ` with a space before a list item"
    } else {
        "check indentation, quotes and brackets here and in the line above"
    }
}

/// Returns the finding for a directory without layer files.
pub(in crate::config) fn empty_directory() -> Diagnostic {
    Diagnostic {
        rule: &EMPTY_DIRECTORY,
        message: "the configs directory has no layer files".to_owned(),
        help: "add a layer file (*.yml or *.yaml), or give the directory that holds them"
            .to_owned(),
        span: Span::directory(),
        path: String::new(),
    }
}

/// Keeps a file's first errors and all its warnings, and adds a finding with the number left out.
pub(in crate::config) fn cap(findings: &mut Vec<Diagnostic>) {
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    if errors <= limits::ERRORS {
        return;
    }
    let mut kept = 0;
    let mut last = None;
    findings.retain(|finding| {
        kept += usize::from(finding.is_error());
        let is_kept = !finding.is_error() || kept <= limits::ERRORS;
        if is_kept && finding.is_error() {
            last = Some(finding.span.clone());
        }
        is_kept
    });
    // At the last error shown, so that it ends the list.
    findings.extend(last.map(|span| Diagnostic {
        rule: &LIMITS,
        message: format!(
            "{} more errors in this file are not shown",
            errors - limits::ERRORS
        ),
        help: "fix the ones shown first".to_owned(),
        span,
        path: String::new(),
    }));
}

/// Every file is one YAML document.
pub static YAML_SYNTAX: Rule = Rule {
    code: "yaml-syntax",
    severity: Severity::Error,
    what: "A layer file is one valid YAML document.",
    why: "What can't be parsed can't be checked; and with several layers in one file nobody could \
          say which file a layer is in.",
    example: "name: Checkout: payment",
    fix: "Fix indentation, quotes and brackets: use spaces instead of tabs and no-break \
           spaces, and no `<<<<<<<` of an unresolved merge. One layer per file.",
};

/// Reports each merge conflict at its first mark. Returns whether there are none.
pub(in crate::config) fn is_merged(text: &Text<'_>, report: &mut FileReport) -> bool {
    let mut is_merged = true;
    let mut is_within = false;
    for (offset, line) in text.lines() {
        let Some(marker) = conflict_marker(line) else {
            continue;
        };
        if !is_within {
            let span = text.span(offset..offset + marker.len());
            let message = format!("`{marker}` marks an unresolved merge conflict");
            let help = "keep the lines that are right, and remove the others and the lines with \
                        `<<<<<<<`, `=======` and `>>>>>>>`";
            report.at(&YAML_SYNTAX, &span, "", message, help);
        }
        is_merged = false;
        is_within = !marker.starts_with('>');
    }
    is_merged
}

/// Returns the conflict mark of this line, as version control writes it.
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

/// A character that explains why a text isn't YAML.
pub(in crate::config) struct Culprit {
    pub(in crate::config) span: Span,
    pub(in crate::config) message: String,
    pub(in crate::config) help: &'static str,
}

/// Returns the last tab or odd space up to this line where YAML requires a space: in indentation,
/// or after the mark of a key or an item.
pub(in crate::config) fn culprit(text: &Text<'_>, last_line: usize) -> Option<Culprit> {
    let lines: Vec<(usize, &str)> = text.lines().take(last_line).collect();
    let (offset, found) = lines.into_iter().rev().find_map(|(offset, line)| {
        let at = in_indentation(line).or_else(|| after_mark(line))?;
        Some((offset + at, line[at..].chars().next()?))
    })?;
    let (message, help) = match found {
        '\t' => (
            "found a tab, but YAML is indented with spaces".to_owned(),
            "replace the tab with as many spaces as the lines around it have",
        ),
        space => (
            format!("found {}, which YAML treats as text", name_of(space)),
            "replace it with a space, or remove it",
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
        .trim_start_matches(|character: char| character.is_whitespace() || is_odd_space(character));
    if rest.is_empty() || rest.starts_with('#') {
        return None;
    }
    let indentation = &line[..line.len() - rest.len()];
    indentation.find(|character| character == '\t' || is_odd_space(character))
}

fn after_mark(line: &str) -> Option<usize> {
    let rest = line.trim_start();
    let item = rest
        .strip_prefix('-')
        .filter(|item| item.starts_with(is_odd_space));
    // Only after the first colon: a later one is within a text.
    let value = || Some(line.split_once(':')?.1).filter(|value| value.starts_with(is_odd_space));
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
