//! Problems: first those with files or database as a whole, then every finding.

use ratatui::text::Line;

use super::Content;
use super::content::UniqueKeys;
use super::pen::{Pen, Spans, foreign, span, width};
use super::rows::Ready;
use super::text;
use crate::console::model::{Contents, Loaded, Model, Panel, Problem, RowKey, Trouble};
use crate::diagnostic::{Severity, Span, visible};
use crate::report::excerpt_lines;

/// The indent of a message's continuation lines.
const INDENT: usize = 2;
/// A code is omitted if it would leave less than this to the message.
const MIN_MESSAGE: usize = 24;
/// From this height on, the selected problem shows an excerpt of its file.
const EXCERPT_HEIGHT: u16 = 7;

pub(super) fn content(model: &Model, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let items = items(model, loaded);
    let total = loaded.problems.len() + loaded.troubles().count();
    let badge = badge(&pen, loaded, items.len(), total);
    let opening = match (total, items.len()) {
        (0, _) => all_is_well(&pen, loaded),
        (_, 0) => pen.hint("no problems match the filter"),
        _ => Vec::new(),
    };
    let selected = selected(model, &items).filter(|_| model.focus == Panel::Problems);
    let mut rows = Ready::default();
    for (index, (key, item)) in items.into_iter().enumerate() {
        let (layer, lines) = match item {
            Item::Trouble(trouble) => (None, pen.trouble(trouble)),
            Item::Problem(problem) => {
                let lines = if selected == Some(index) {
                    in_full(&pen, problem, height)
                } else {
                    vec![in_one_line(&pen, problem)]
                };
                (problem.layers.first().cloned(), lines)
            }
        };
        rows.push(key, layer, lines);
    }
    Content::new(opening, rows).with_badge(badge)
}

fn selected(model: &Model, items: &[(RowKey, Item<'_>)]) -> Option<usize> {
    let state = model.panel(Panel::Problems);
    state.selected_index(items.len(), |index| items[index].0.clone())
}

/// Returns the selected problem, if there is one.
#[must_use]
pub fn selected_problem(model: &Model) -> Option<&Problem> {
    let items = items(model, model.loaded.as_ref()?);
    match items[selected(model, &items)?].1 {
        Item::Problem(problem) => Some(problem),
        Item::Trouble(_) => None,
    }
}

/// Returns the problem of this row.
pub(super) fn problem<'a>(model: &'a Model, key: &RowKey) -> Option<&'a Problem> {
    let items = items(model, model.loaded.as_ref()?);
    items.into_iter().find_map(|(row, item)| match item {
        Item::Problem(problem) if row == *key => Some(problem),
        Item::Problem(_) | Item::Trouble(_) => None,
    })
}

/// Returns the keys of all problems, in order: that of the files, of the database, of each finding.
pub(in crate::console) fn keys(loaded: &Loaded) -> impl Iterator<Item = (RowKey, &Problem)> {
    let mut keys = UniqueKeys::default();
    loaded.problems.iter().map(move |problem| {
        let code = problem.diagnostic.rule.code;
        (keys.key(format!("{}:{code}", place(problem))), problem)
    })
}

#[derive(Clone, Copy)]
enum Item<'a> {
    Trouble(&'a Trouble),
    Problem(&'a Problem),
}

/// Returns the listed problems, each with a unique key.
fn items<'a>(model: &Model, loaded: &'a Loaded) -> Vec<(RowKey, Item<'a>)> {
    let troubles = [
        ("files", loaded.files.contents.as_ref().err()),
        ("database", loaded.database.exists.as_ref().err()),
    ];
    let troubles = troubles.into_iter().filter_map(|(what, trouble)| {
        let trouble = trouble?;
        let key = RowKey::of_trouble(what);
        let passes = model
            .context()
            .passes_filter([&trouble.message, &trouble.help]);
        passes.then_some((key, Item::Trouble(trouble)))
    });
    let problems = keys(loaded).filter(|(_, problem)| {
        let found = &problem.diagnostic;
        let mut texts = vec![
            place(problem),
            found.rule.code.to_owned(),
            found.message.clone(),
        ];
        texts.extend(problem.layers.iter().map(ToString::to_string));
        model.context().passes_filter(&texts)
    });
    troubles
        .chain(problems.map(|(key, problem)| (key, Item::Problem(problem))))
        .collect()
}

/// Returns a problem in short form, safe to show: the id and the key concerned, and what is wrong.
pub(in crate::console) fn in_short(problem: &Problem) -> (String, String) {
    let message = visible(&problem.diagnostic.message).into_owned();
    (visible(&problem.diagnostic.span.file).into_owned(), message)
}

impl RowKey {
    /// Returns the key of what can't be read: `files` or `database`.
    pub(in crate::console) fn of_trouble(what: &str) -> Self {
        Self(format!("trouble/{what}"))
    }
}

fn place(problem: &Problem) -> String {
    let Span {
        file, line, column, ..
    } = &problem.diagnostic.span;
    format!("{file}:{line}:{column}")
}

fn badge(pen: &Pen<'_>, loaded: &Loaded, shown: usize, total: usize) -> Line<'static> {
    let (errors, warnings) = (
        loaded.error_count() + loaded.troubles().count(),
        loaded.warning_count(),
    );
    let mut facts = Spans::new();
    if shown < total {
        facts.push(pen.text(format!("{shown} of {total}")));
    }
    if errors > 0 {
        let errors = text::counted(errors as u64, "error", "errors");
        facts.push(span(errors, pen.theme.error));
    }
    if warnings > 0 {
        let warnings = text::counted(warnings as u64, "warning", "warnings");
        facts.push(span(warnings, pen.theme.warning));
    }
    if facts.is_empty() {
        facts.push(pen.dim("none"));
    }
    pen.facts(facts)
}

fn all_is_well(pen: &Pen<'_>, loaded: &Loaded) -> Vec<Line<'static>> {
    let counts = match &loaded.files.contents {
        Ok(Contents::Layers(counts)) => counts,
        Ok(Contents::Plan(_)) => {
            return pen
                .hint("no findings when the plan was made: findings in its files appear here");
        }
        Err(_) => return Vec::new(),
    };
    let check = span(format!("{} ", pen.symbols.check), pen.theme.success);
    pen.paragraph(vec![check], &counts.to_string(), pen.theme.text)
}

/// Returns the symbol and the place.
fn lead(pen: &Pen<'_>, problem: &Problem) -> Spans {
    let severity = problem.diagnostic.severity();
    let symbol = match severity {
        Severity::Error => pen.symbols.cross,
        Severity::Warning => pen.symbols.warning,
    };
    let style = pen.theme.style(severity.into());
    let symbol = span(format!("{symbol} "), style);
    vec![symbol, foreign(place(problem), pen.theme.text)]
}

fn code(pen: &Pen<'_>, problem: &Problem) -> Spans {
    vec![pen.dim(format!("  {}", problem.diagnostic.rule.code))]
}

/// Returns a problem on one line; the code is dropped first, since the message matters most.
fn in_one_line(pen: &Pen<'_>, problem: &Problem) -> Line<'static> {
    let (mut spans, code) = (lead(pen, problem), code(pen, problem));
    let message = foreign(format!("  {}", problem.diagnostic.message), pen.theme.text);
    let room = pen.columns.saturating_sub(width(&spans) + width(&code));
    if room >= MIN_MESSAGE.min(text::width(&message.content)) {
        spans.extend(code);
    }
    spans.push(message);
    pen.line(spans)
}

fn in_full(pen: &Pen<'_>, problem: &Problem, height: u16) -> Vec<Line<'static>> {
    let found = &problem.diagnostic;
    let (mut spans, code) = (lead(pen, problem), code(pen, problem));
    let message = foreign(format!("  {}", found.message), pen.theme.text);
    let one_line = width(&spans) + width(&code) + text::width(&message.content);
    spans.extend(code);
    let indent = || vec![pen.text(" ".repeat(INDENT))];
    let mut lines = if one_line <= pen.columns {
        spans.push(message);
        vec![pen.line(spans)]
    } else {
        let mut lines = vec![pen.line(spans)];
        lines.extend(pen.paragraph(indent(), &found.message, pen.theme.text));
        lines
    };
    if height >= EXCERPT_HEIGHT
        && let Some(excerpt) = &problem.excerpt
    {
        let marked = found.severity().into();
        let excerpt = excerpt_lines(excerpt, marked, pen.columns, pen.symbols.ellipsis);
        lines.extend(excerpt.into_iter().map(|line| pen.line(pen.paint(line))));
    }
    let mut help = indent();
    help.push(pen.dim("help: "));
    lines.extend(pen.paragraph(help, &found.help, pen.theme.text));
    lines
}
