//! What the traffic of the selected experiment, or of the selected group of it, did.

use super::entries::Selected;
use super::{Entry, IncidentView, Judged, ListRow, coverage, log_notes, splits, verdict};
use ratatui::text::Line;

use super::charts::Charts;
use crate::console::panels::Content;
use crate::console::panels::arms::ArmColumns;
use crate::console::panels::pen::{Pen, foreign, span};
use crate::console::panels::text::counted;
use crate::report::{split_arms, suspect_words};
use crate::traffic::SplitTraffic;

pub(in crate::console) fn content(view: IncidentView<'_>, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(view.cx.startup, width);
    let Some(judged) = &view.incident.judged else {
        return Content::saying(pen.hint("the traffic of the selected experiment appears here"));
    };
    let mut lines = log_notes::lines(view, &pen);
    let mut badge = Line::default();
    match view.selected() {
        None => lines.extend(pen.hint("no experiment is selected")),
        Some(Selected::Coverage(coverage)) => {
            lines.extend(coverage::detail(view, &pen, judged, coverage));
        }
        Some(Selected::Row(ListRow::Untested(fold))) => {
            let reasons = fold.entries.iter();
            lines.extend(reasons.flat_map(|entry| untested(&pen, entry)));
        }
        Some(Selected::Row(ListRow::Entry(entry))) => {
            let split = entry.worst();
            badge = pen.facts(vec![
                pen.dim(counted(judged.rows, "row", "rows")),
                pen.dim(view.log_clock(judged.at)),
            ]);
            lines.extend(split_lines(view, &pen, judged, split));
            let charts = Charts::new(view, &pen, judged, split, height);
            lines.extend(charts.into_iter().flat_map(|charts| charts.lines()));
        }
    }
    Content::saying(lines).with_badge(badge)
}

/// Says why an experiment couldn't be tested.
fn untested(pen: &Pen<'_>, entry: &Entry<'_>) -> Vec<Line<'static>> {
    let split = entry.worst();
    let name = vec![foreign(&split.experiment_id, pen.theme.text)];
    let units = pen.dim(counted(entry.units(), "unit", "units"));
    let mut lines = vec![pen.sides(name, vec![units])];
    if let Err(why) = &split.test {
        lines.extend(pen.paragraph(vec![pen.text("  ")], &why.to_string(), pen.theme.dim));
    }
    lines
}

fn split_lines(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    judged: &Judged,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    let mut lines = verdict::heading(view, pen, split);
    lines.extend(suspect_lines(view, pen, split));
    let columns = ArmColumns::new(pen, &[split_arms(split)], true);
    lines.extend(splits::arm_lines(view, pen, &columns, split));
    lines.extend(splits::anomalies(view, pen, judged.anomalies(split)));
    lines
}

/// Names the apply that is suspected of an alarm, or says that there is none.
pub(in crate::console) fn suspect_lines(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    if !view.is_alarm(split) {
        return Vec::new();
    }
    let suspect = view.suspect(split);
    let did = suspect.and_then(|suspect| view.suspect_did(split, suspect));
    let words = suspect_words(suspect, did.as_deref(), |at| view.log_clock(at));
    let (lead, style) = match suspect {
        Some(_) => (pen.symbols.suspect, pen.theme.text),
        None => (pen.symbols.unknown, pen.theme.dim),
    };
    let lead = span(format!("  {lead} "), pen.theme.warning);
    pen.paragraph(vec![lead], &format!("suspect: {words}"), style)
}
