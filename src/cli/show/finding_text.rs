//! A finding with its place and its help.

use std::path::Path;

use crate::config::Sources;
use crate::diagnostic::{Diagnostic, Excerpt, Severity, visible};
use crate::report::{Role, excerpt_lines};

use super::{TextStyle, counted};

/// Returns the findings, each followed by an empty line.
pub(in crate::cli) fn findings<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    sources: &Sources,
    style: TextStyle,
) -> String {
    let diagnostics = diagnostics.into_iter();
    diagnostics
        .map(|diagnostic| finding(diagnostic, sources, style) + "\n")
        .collect()
}

/// Returns a finding: `error[code]: message`, the place, the lines there, and the help.
fn finding(diagnostic: &Diagnostic, sources: &Sources, style: TextStyle) -> String {
    let role = diagnostic.severity().into();
    let head = format!("{}[{}]", diagnostic.severity(), diagnostic.rule.code);
    let mut text = format!(
        "{}: {}\n  {} {}\n",
        style.paint(role, &head),
        style.paint(Role::Strong, &visible(&diagnostic.message)),
        style.paint(Role::Dim, "-->"),
        visible(&place(diagnostic, &sources.dir)),
    );
    let source = sources.text(&diagnostic.span.file);
    if let Some(lines) = source.and_then(|source| Excerpt::new(source, &diagnostic.span)) {
        let lines = excerpt_lines(&lines, role, style.width, "…");
        text.push_str(&style.paint_lines(&lines));
    }
    text.push_str(&format!(
        "{}: {}\n",
        style.paint(Role::Accent, "help"),
        visible(&diagnostic.help)
    ));
    text
}

/// Returns `directory/file:line:column`, as editors and terminals accept it; without a file, the
/// directory.
fn place(diagnostic: &Diagnostic, dir: &Path) -> String {
    let place = &diagnostic.span;
    if place.is_directory() {
        return dir.display().to_string();
    }
    let file = dir.join(&*place.file);
    format!("{}:{}:{}", file.display(), place.line, place.column)
}

/// Returns `2 errors, 1 warning`, or `None` if there are none.
pub(in crate::cli) fn count_of_findings<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
) -> Option<String> {
    let (mut errors, mut warnings) = (0, 0);
    for diagnostic in diagnostics {
        match diagnostic.severity() {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let errors = (errors > 0).then(|| counted(errors, "error", "errors"));
    let warnings = (warnings > 0).then(|| counted(warnings, "warning", "warnings"));
    let counts: Vec<String> = errors.into_iter().chain(warnings).collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}
