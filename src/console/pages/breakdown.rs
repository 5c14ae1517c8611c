//! The page of a split by the values of the settings' dimensions: which value explains the deviation.

use ratatui::text::Line;

use crate::console::breakdown::{CountedDimensions, FoundBreakdown, SplitId};
use crate::console::commands::Command;
use crate::console::incident::{Judged, verdict};
use crate::console::model::Model;
use crate::console::panels::Content;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::rows::Ready;
use crate::numbers::thousands;
use crate::report::{breakdown_table, breakdown_words, relative_time, whole_percent};

pub(super) fn content<'a>(model: &'a Model, id: &SplitId, width: u16) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let judged = model.incident.judged.as_deref();
    let view = model.incident_view();
    let Some((judged, split)) =
        judged.and_then(|judged| Some((judged, id.find(&judged.traffic.splits)?)))
    else {
        return Content::saying(pen.hint("the split isn't in the log any more"));
    };
    let mut lines = verdict::heading(view, &pen, split);
    lines.push(Line::default());
    let state = &model.breakdown;
    match state.found(id) {
        Some(Ok(found)) => {
            lines.extend(age(model, &pen, judged, &found.counted));
            lines.extend(values(&pen, found));
        }
        Some(Err(trouble)) => lines.extend(pen.trouble(trouble)),
        None if state.counting.is_none() => {
            let again = model.startup.named(Command::Reload);
            let stopped = format!("the counting was stopped: {again} counts again");
            lines.extend(pen.paragraph(vec![pen.text("  ")], &stopped, pen.theme.warning));
        }
        None => {}
    }
    let content = Content::scrolling(lines, Ready::default());
    match state.counting {
        Some((_, fraction)) => {
            let so_far = format!("counting the log: {}", whole_percent(fraction));
            content.with_badge(Line::from(span(so_far, pen.theme.accent)))
        }
        None => content,
    }
}

/// Says that the log has grown since the values were counted.
fn age(
    model: &Model,
    pen: &Pen<'_>,
    judged: &Judged,
    counted: &CountedDimensions,
) -> Vec<Line<'static>> {
    if counted.rows == judged.rows {
        return Vec::new();
    }
    let again = model.startup.named(Command::Reload);
    let ago = relative_time(counted.at, judged.at);
    let rows = thousands(counted.rows);
    pen.hint(&format!(
        "counted {ago}, when the log had {rows} rows: {again} counts again"
    ))
}

/// Says what was found, the value that explains most first.
fn values(pen: &Pen<'_>, found: &FoundBreakdown) -> Vec<Line<'static>> {
    let Some(breakdown) = &found.breakdown else {
        return pen.hint("the split can't be tested, so there is nothing to explain");
    };
    let words = breakdown_words(breakdown);
    let mut lines = Vec::new();
    // What it comes to stands first: a small screen shows no more.
    for words in words.iter().rev() {
        lines.extend(pen.paragraph(vec![pen.text("  ")], words, pen.theme.text));
    }
    lines.push(Line::default());
    let table = breakdown_table(breakdown).lines(pen.columns, pen.symbols.ellipsis);
    lines.extend(table.into_iter().map(|line| pen.line(pen.paint(line))));
    lines
}
