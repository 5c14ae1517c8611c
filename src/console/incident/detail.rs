//! What the traffic of the selected experiment, or of the selected group of it, did.

use super::{IncidentView, Judged, coverage, log_notes, splits, verdict};
use ratatui::text::Line;

use super::charts::Charts;
use crate::console::panels::Content;
use crate::console::panels::arms::{self, ArmColumns};
use crate::console::panels::pen::Pen;
use crate::console::panels::text::counted;
use crate::report::split_arms;
use crate::traffic::SplitTraffic;

pub(in crate::console) fn content(view: IncidentView<'_>, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(view.cx.startup, width);
    let Some(judged) = &view.incident.judged else {
        return Content::saying(pen.hint("the traffic of the selected experiment appears here"));
    };
    let mut lines = log_notes::lines(view, &pen);
    let mut badge = Line::default();
    if let Some(coverage) = view.selected_coverage() {
        lines.extend(coverage::detail(view, &pen, judged, coverage));
        return Content::saying(lines);
    }
    match view.selected_split() {
        None => lines.extend(pen.hint("no experiment is selected")),
        Some(split) => {
            badge = pen.facts(vec![
                pen.dim(counted(judged.rows, "row", "rows")),
                pen.dim(view.log_clock(judged.at)),
            ]);
            lines.extend(split_lines(view, &pen, judged, split));
            let charts = Charts::new(view, &pen, judged, height);
            lines.extend(charts.into_iter().flat_map(|charts| charts.lines(split)));
        }
    }
    Content::saying(lines).with_badge(badge)
}

fn split_lines(
    view: IncidentView<'_>,
    pen: &Pen<'_>,
    judged: &Judged,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    let mut lines = verdict::heading(view, pen, split);
    let arms = [split_arms(split)];
    let columns = ArmColumns::new(pen, &arms, true);
    let style = splits::style(view, split);
    lines.extend(arms::lines(pen, &columns, &arms[0], style));
    lines.extend(splits::anomalies(view, pen, judged.anomalies(split)));
    lines
}
