//! A problem in words: in short, on a line, and in full.

use ratatui::text::Line;

use super::pen::{Pen, Spans, foreign, span, width};
use super::text;
use crate::console::model::Problem;
use crate::diagnostic::{Diagnostic, Severity, Span, visible};
use crate::report::excerpt_lines;
use crate::text::cut_middle;

/// The indent of a message's continuation lines.
const INDENT: usize = 2;
/// The columns that an id keeps beside a long key.
const MIN_THING: usize = 8;
/// From this height on, the selected problem shows an excerpt of its file.
const EXCERPT_HEIGHT: u16 = 7;

/// Returns a problem in short form, safe to show: the thing concerned, and the key with what is wrong.
pub(in crate::console) fn in_short(problem: &Problem) -> (String, String) {
    let (thing, key) = concerned(problem);
    let message = message(problem);
    let says = match key {
        Some(key) => format!("{key}: {message}"),
        None => message.to_owned(),
    };
    (visible(thing).into_owned(), visible(&says).into_owned())
}

/// Returns the experiment, else the layer, else the file that a problem concerns; and the key in it.
fn concerned(problem: &Problem) -> (&str, Option<&str>) {
    let Diagnostic { path, span, .. } = &problem.diagnostic;
    let key = Some(path.as_str()).filter(|path| !path.is_empty());
    match (&problem.experiment, &problem.layers[..]) {
        (Some(id), _) => (id.as_str(), path.split_once('.').map(|(_, key)| key)),
        (None, [layer, ..]) => (layer.as_str(), key),
        (None, []) if span.is_directory() => ("files", key),
        (None, []) => (&span.file, key),
    }
}

/// Returns the message without the path or the key at its start, nor the id after it, which stand before
/// it already.
fn message(problem: &Problem) -> &str {
    let Diagnostic { path, message, .. } = &problem.diagnostic;
    let (thing, key) = concerned(problem);
    let key = key.unwrap_or_default();
    let last = key.rsplit('.').next().unwrap_or_default();
    let names = [path.as_str(), key, last]
        .into_iter()
        .filter(|name| !name.is_empty());
    let rests = names.filter_map(|name| {
        let rest = message
            .strip_prefix('`')?
            .strip_prefix(name)?
            .strip_prefix('`')?;
        let rest = rest.trim_start_matches(':').trim_start();
        Some(without_owner(rest, thing).unwrap_or(rest))
    });
    rests
        .into_iter()
        .find(|rest| !rest.is_empty())
        .unwrap_or(message)
}

/// Returns what follows ``of experiment `id` `` at the start, if this is the id.
fn without_owner<'a>(text: &'a str, id: &str) -> Option<&'a str> {
    let owner = text.strip_prefix("of ")?;
    let owner = ["experiment `", "layer `"]
        .into_iter()
        .find_map(|noun| owner.strip_prefix(noun))?;
    Some(owner.strip_prefix(id)?.strip_prefix('`')?.trim_start())
}

pub(super) fn place(problem: &Problem) -> String {
    let Span {
        file, line, column, ..
    } = &problem.diagnostic.span;
    format!("{file}:{line}:{column}")
}

/// Returns the symbol, and what is concerned: `hero_v1 › traffic_allocation`.
fn lead(pen: &Pen<'_>, problem: &Problem) -> Spans {
    let severity = problem.diagnostic.severity();
    let symbol = match severity {
        Severity::Error => pen.symbols.cross,
        Severity::Warning => pen.symbols.warning,
    };
    let style = pen.theme.style(severity.into());
    let (thing, key) = concerned(problem);
    let mut spans = vec![
        span(format!("{symbol} "), style),
        foreign(thing, pen.theme.text),
    ];
    if let Some(key) = key {
        spans.push(pen.dim(format!(" {} ", pen.symbols.below)));
        spans.push(foreign(key, pen.theme.text));
    }
    spans
}

/// Returns a problem on one line: what is concerned, what is wrong, and the place if there is room. If
/// there is little, what is concerned is cut, and not the reason.
pub(in crate::console) fn in_one_line(pen: &Pen<'_>, problem: &Problem) -> Line<'static> {
    let mut spans = lead(pen, problem);
    let message = foreign(format!("  {}", message(problem)), pen.theme.dim);
    let place = if problem.diagnostic.span.is_directory() {
        Spans::new()
    } else {
        vec![foreign(place(problem), pen.theme.dim)]
    };
    let needed = width(&spans) + text::width(&message.content);
    if needed + 2 + width(&place) <= pen.columns {
        spans.push(message);
        return pen.sides(spans, place);
    }
    let room = pen.columns.saturating_sub(text::width(&message.content));
    let room = room.max(pen.columns / 2);
    if width(&spans) > room {
        // The key stays whole if it can: what is cut is the id.
        let rest = width(&spans) - text::width(&spans[1].content);
        let thing = cut_middle(
            &spans[1].content,
            room.saturating_sub(rest).max(MIN_THING),
            pen.symbols.ellipsis,
        );
        spans[1].content = thing.into();
    }
    spans.push(message);
    pen.line(spans)
}

pub(super) fn in_full(pen: &Pen<'_>, problem: &Problem, height: u16) -> Vec<Line<'static>> {
    let found = &problem.diagnostic;
    let indent = || vec![pen.text(" ".repeat(INDENT))];
    let mut lead = lead(pen, problem);
    let message = message(problem);
    let mut lines = if width(&lead) + 2 + text::width(&visible(message)) <= pen.columns {
        lead.push(foreign(format!("  {message}"), pen.theme.text));
        vec![pen.line(lead)]
    } else {
        let mut lines = pen.flow(vec![lead], 0, 0);
        lines.extend(pen.paragraph(indent(), message, pen.theme.text));
        lines
    };
    let mut place_and_code = indent();
    place_and_code.push(foreign(place(problem), pen.theme.dim));
    place_and_code.push(pen.dim(format!("  {}", found.rule.code)));
    lines.push(pen.line(place_and_code));
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
