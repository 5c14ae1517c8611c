//! How the reading of the exposure log stands, where all isn't well with it.

use ratatui::text::Line;

use super::pen::{Pen, span};
use super::text::{counted, thousands};
use crate::console::commands::Command;
use crate::console::model::Model;
use crate::report::whole_percent;

/// Why log or database can't be read now, how far a long reading is, and what the counts leave out.
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
        note(&format!("the figures are those of {at}"), pen.theme.warning);
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
            format!("the log isn't followed: these are its first {rows} rows")
        } else {
            format!("the reading was stopped: these are the first {rows} rows")
        };
        let reload = model.startup.named(Command::Reload);
        note(&format!("{text}; {reload} goes on"), pen.theme.warning);
    }
    if let Some(at) = judged.replaced_at {
        let at = model.log_clock(at);
        let text = format!("the log was replaced or shortened at {at}: counted anew");
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
            "{exposures} exposures are of units that couldn't be remembered any more: the counts \
             are those of the log's first units"
        );
        note(&text, pen.theme.warning);
    }
    lines
}

/// How far a long reading is; none while none is under way.
pub(super) fn progress(model: &Model, pen: &Pen<'_>) -> Option<String> {
    let fraction = model.incident.progress?;
    let ellipsis = pen.symbols.ellipsis;
    Some(format!(
        "reading the log{ellipsis} {}, Ctrl-C stops it",
        whole_percent(fraction)
    ))
}

/// What stands in the place of splits where there are none.
pub(super) fn nothing(model: &Model, pen: &Pen<'_>) -> Vec<Line<'static>> {
    let incident = &model.incident;
    pen.hint(&match &incident.judged {
        _ if model.startup.log.is_none() => {
            "no exposure log: start with --log FILE to see how traffic splits".to_owned()
        }
        // The notes say why.
        None if !incident.troubles.is_empty() || incident.progress.is_some() => {
            "each experiment's arms would stand here, observed against expected".to_owned()
        }
        None => format!("reading the log{}", pen.symbols.ellipsis),
        Some(_) => "no exposures yet, and no active experiment that should have some: each \
                    experiment's arms would stand here, observed against expected"
            .to_owned(),
    })
}
