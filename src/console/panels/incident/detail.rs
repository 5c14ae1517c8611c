//! What the traffic of the selected experiment, or of the selected group of it, did.

use ratatui::text::Line;

use super::charts::Charts;
use crate::console::model::{Judged, Model};
use crate::console::panels::arms::{self, Columns};
use crate::console::panels::pen::Pen;
use crate::console::panels::text::counted;
use crate::console::panels::{Content, coverage, log_notes, traffic, verdict};
use crate::traffic::SplitTraffic;

pub(in crate::console::panels) fn content(model: &Model, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(judged) = &model.incident.judged else {
        return Content::saying(pen.hint("what the selected experiment got would stand here"));
    };
    let mut lines = log_notes::lines(model, &pen);
    let mut badge = Line::default();
    if let Some(coverage) = model.selected_coverage() {
        lines.extend(coverage::detail(model, &pen, judged, coverage));
        return Content::saying(lines);
    }
    match model.selected_split() {
        None => lines.extend(pen.hint("no experiment is selected")),
        Some(split) => {
            badge = pen.facts(vec![
                pen.dim(counted(judged.rows, "row", "rows")),
                pen.dim(model.log_clock(judged.at)),
            ]);
            lines.extend(split_lines(model, &pen, judged, split));
            let charts = Charts::new(model, &pen, judged, height);
            lines.extend(charts.into_iter().flat_map(|charts| charts.lines(split)));
        }
    }
    Content::saying(lines).with_badge(badge)
}

fn split_lines(
    model: &Model,
    pen: &Pen<'_>,
    judged: &Judged,
    split: &SplitTraffic,
) -> Vec<Line<'static>> {
    let mut lines = verdict::heading(model, pen, split);
    let arms = [verdict::arms(split)];
    let columns = Columns::new(pen, &arms, true);
    let style = traffic::style(model, split);
    lines.extend(arms::lines(pen, &columns, &arms[0], style));
    lines.extend(traffic::anomalies(model, pen, judged.anomalies(split)));
    lines
}
