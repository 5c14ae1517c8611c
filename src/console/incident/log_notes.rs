//! Notes on problems with reading the exposure log.

use super::IncidentView;
use ratatui::text::Line;

use crate::console::commands::Command;
use crate::console::panels::pen::{Pen, span};
use crate::console::panels::text::thousands;
use crate::report::{exposures_beyond_limit, skipped_rows, whole_percent};

/// Returns why log or database can't be read, the progress of a long read, and what the counts omit.
pub(super) fn lines(view: IncidentView<'_>, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let incident = view.incident;
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
        let at = view.log_clock(judged.at);
        note(&format!("figures as of {at}"), pen.theme.warning);
    }
    if let Some(progress) = progress(view, pen) {
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
        let reload = view.cx.startup.named(Command::Reload);
        note(&format!("{text}; {reload} resumes"), pen.theme.warning);
    }
    if let Some(at) = judged.replaced_at {
        let at = view.log_clock(at);
        let text = format!("the log was replaced or truncated at {at}: counted again");
        note(&text, pen.theme.warning);
    }
    let skipped = judged.skipped.as_ref().map(skipped_rows);
    for text in skipped
        .into_iter()
        .chain(exposures_beyond_limit(judged.beyond_limit))
    {
        note(&text, pen.theme.warning);
    }
    lines
}

/// Returns the progress of a long read; `None` if none is in progress.
pub(super) fn progress(view: IncidentView<'_>, pen: &Pen<'_>) -> Option<String> {
    let fraction = view.incident.progress?;
    let ellipsis = pen.symbols.ellipsis;
    Some(format!(
        "reading the log{ellipsis} {}, Ctrl-C stops it",
        whole_percent(fraction)
    ))
}

/// Returns the placeholder shown when there are no splits.
pub(super) fn nothing(view: IncidentView<'_>, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let incident = view.incident;
    pen.hint(&match &incident.judged {
        _ if view.cx.startup.log.is_none() => {
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
