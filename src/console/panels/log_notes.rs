//! Notes on problems with reading the exposure log.

use ratatui::text::Line;

use super::pen::{Pen, span};
use super::text::{counted, thousands};
use crate::console::commands::Command;
use crate::console::model::Model;
use crate::report::whole_percent;

/// Returns why log or database can't be read, the progress of a long read, and what the counts omit.
pub(super) fn lines(model: &Model, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let incident = &model.incident;
    let mut lines = Vec::new();
    let mut note = |text: &str, style| {
        let lead = vec![span(format!("{} ", pen.symbols.warning), style)];
        lines.extend(pen.paragraph(lead, text, style));
    };
    for trouble in &incident.troubles {
        note(
            &format!("{}: {}", trouble.message, trouble.help),
            pen.theme.warning,
        );
    }
    if let Some(judged) = incident
        .judged
        .as_ref()
        .filter(|_| !incident.troubles.is_empty())
    {
        let at = model.log_clock(judged.at);
        note(&format!("figures as of {at}"), pen.theme.warning);
    }
    if let Some(progress) = progress(model, pen) {
        note(&progress, pen.theme.accent);
    }
    let Some(judged) = &incident.judged else {
        return lines;
    };
    if incident.is_stopped {
        let rows = thousands(judged.rows);
        let text = if judged.is_whole {
            format!("the log isn't followed: figures of its first {rows} rows")
        } else {
            format!("reading was stopped: figures of the first {rows} rows")
        };
        let reload = model.startup.named(Command::Reload);
        note(&format!("{text}; {reload} resumes"), pen.theme.warning);
    }
    if let Some(at) = judged.replaced_at {
        let at = model.log_clock(at);
        let text = format!("the log was replaced or truncated at {at}: counted again");
        note(&text, pen.theme.warning);
    }
    if let Some(skipped) = &judged.skipped {
        let text = format!(
            "{} can't be counted; the first, {}: {skipped}",
            counted(skipped.rows, "row", "rows"),
            skipped.first_row,
        );
        note(&text, pen.theme.warning);
    }
    if judged.beyond_limit > 0 {
        let exposures = thousands(judged.beyond_limit);
        let text = format!(
            "{exposures} exposures belong to units beyond the limit on units: the counts cover only \
             the log's first units"
        );
        note(&text, pen.theme.warning);
    }
    lines
}

/// Returns the progress of a long read; `None` if none is in progress.
pub(super) fn progress(model: &Model, pen: &Pen<'_>) -> Option<String> {
    let fraction = model.incident.progress?;
    let ellipsis = pen.symbols.ellipsis;
    Some(format!(
        "reading the log{ellipsis} {}, Ctrl-C stops it",
        whole_percent(fraction)
    ))
}

/// Returns the placeholder shown when there are no splits.
pub(super) fn nothing(model: &Model, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let incident = &model.incident;
    pen.hint(&match &incident.judged {
        _ if model.startup.log.is_none() => {
            "no exposure log: start with --log FILE to see how traffic splits".to_owned()
        }
        // The notes say why.
        None if !incident.troubles.is_empty() || incident.progress.is_some() => {
            "each experiment's arms appear here, observed against expected".to_owned()
        }
        None => format!("reading the log{}", pen.symbols.ellipsis),
        Some(_) => "no exposures yet, and no active experiment to expect them: each \
                    experiment's arms appear here, observed against expected"
            .to_owned(),
    })
}
