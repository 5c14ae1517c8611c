//! The page of an arm that lacks units: the units that it got last, to look up what they get now.

use jiff::Timestamp;
use ratatui::text::Line;

use crate::console::commands::Command;
use crate::console::incident::{Judged, MissingArm, verdict};
use crate::console::model::{Model, RowKey};
use crate::console::pages::{Destination, Page};
use crate::console::panels::Content;
use crate::console::panels::pen::{Pen, foreign, span};
use crate::console::panels::rows::Ready;
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::exposure::{ArmUnit, ArmUnits, LoggedArm};
use crate::numbers::{counted, thousands, whole};
use crate::report::{Cell, Column, Role, Table, relative_time, rounded_percent, whole_percent};

pub(super) fn content<'a>(
    model: &'a Model,
    page: &Page,
    layer_id: &LayerId,
    arm: &LoggedArm,
    width: u16,
) -> Content<'a> {
    let pen = Pen::new(&model.startup, width);
    let judged = model.incident.judged.as_deref();
    let Some((judged, missing)) = judged.zip(model.incident_view().arm(arm)) else {
        return Content::saying(pen.hint("the arm isn't in the log any more"));
    };
    let view = ArmView {
        model,
        pen: &pen,
        judged,
        missing,
    };
    let mut lines = view.head();
    let search = &model.arm_search;
    let searching = search.searching.map(|(_, fraction)| {
        let so_far = whole_percent(fraction);
        span(format!("searching the log: {so_far}"), pen.theme.accent)
    });
    match search.found(arm) {
        Some(Ok(found)) => {
            let content = view.units(page, layer_id, found, lines);
            return match searching {
                Some(searching) => content.with_badge(Line::from(searching)),
                None => content,
            };
        }
        Some(Err(trouble)) => lines.extend(pen.trouble(trouble)),
        None => lines.extend(searching.map(|searching| pen.line(vec![searching]))),
    }
    Content::saying(lines)
}

struct ArmView<'a> {
    model: &'a Model,
    pen: &'a Pen<'a>,
    judged: &'a Judged,
    missing: MissingArm<'a>,
}

impl ArmView<'_> {
    /// Says how much the arm lacks, and since when.
    fn head(&self) -> Vec<Line<'static>> {
        let pen = self.pen;
        let MissingArm { split, arm, .. } = self.missing;
        let verdict = self.model.incident_view().verdict(split);
        let mut facts = vec![
            vec![verdict::mark(pen, verdict)],
            vec![foreign(&arm.variant, pen.theme.title)],
        ];
        if let Some((share, expected)) = split.share(arm).zip(arm.fraction) {
            let [share, expected] = [share, expected].map(|share| rounded_percent(share, 1));
            facts.push(vec![pen.text(format!("{share} instead of {expected}"))]);
        }
        let lacking = self.missing.lacking();
        if lacking > 0.0 {
            let lacking = counted(whole(lacking.round()) as u64, "unit", "units");
            facts.push(vec![pen.text(format!("lacks {lacking}"))]);
        }
        let mut lines = pen.flow(facts, 0, 2);
        lines.extend(pen.paragraph(vec![pen.text("  ")], &self.since(), pen.theme.text));
        lines
    }

    /// Says whether the arm has had exposures since the mismatch began.
    fn since(&self) -> String {
        let clock = |at| self.model.incident_view().log_clock(at);
        let when = |at| format!("{}, {}", clock(at), self.ago(at));
        let Some(last) = self.missing.arm.last else {
            return "it never had an exposure, so there are no units to list".to_owned();
        };
        if let Some(silent) = self.missing.silent {
            let others = counted(silent.count, "unit", "units");
            let since = when(silent.since);
            return format!("no exposures since {since}, while the other arms got {others}");
        }
        match self.missing.since_onset() {
            Some((onset, 0)) => format!(
                "no exposures since the mismatch began at {}: the last one was at {}",
                clock(onset),
                when(last)
            ),
            Some((onset, count)) => format!(
                "last exposure at {}; {} since the mismatch began at {}",
                when(last),
                thousands(count),
                clock(onset)
            ),
            None => format!("last exposure at {}", when(last)),
        }
    }

    fn ago(&self, at: Timestamp) -> String {
        relative_time(at, self.judged.at)
    }

    /// Lists the units, each of which leads to its lookup.
    fn units<'c>(
        &self,
        page: &Page,
        layer_id: &LayerId,
        found: &ArmUnits,
        mut opening: Vec<Line<'static>>,
    ) -> Content<'c> {
        let pen = self.pen;
        if !found.is_complete {
            let again = self.model.startup.named(Command::Reload);
            let stopped = format!("the search was stopped: {again} searches again");
            opening.extend(pen.paragraph(vec![pen.text("  ")], &stopped, pen.theme.warning));
        }
        let cx = self.model.context();
        let listed = found.units.iter();
        let listed: Vec<&ArmUnit> = listed
            .filter(|unit| cx.passes_filter([&unit.unit_id]))
            .collect();
        if listed.is_empty() {
            opening.extend(pen.hint(if found.units.is_empty() {
                "no units were found"
            } else {
                "no units match the filter"
            }));
            return Content::saying(opening);
        }
        opening.extend(pen.hint("its last units: Enter says what one gets now, and why"));
        opening.push(Line::default());
        let mut lines = self.table(&listed).into_iter();
        opening.extend(lines.next());
        let key = |index: usize| RowKey(listed[index].unit_id.clone());
        let selected = page.list.selected_index(listed.len(), key);
        let mut rows = Ready::default();
        for (index, (unit, line)) in listed.iter().zip(lines).enumerate() {
            let is_whole = line.to_string().contains(&*visible(&unit.unit_id));
            let mut lines = vec![line];
            // An id that was cut is shown whole while the keys are on it.
            if selected == Some(index) && !is_whole {
                lines.extend(pen.folded(&unit.unit_id, pen.theme.text));
            }
            let leads = Destination::Unit(unit.unit_id.clone(), layer_id.clone());
            rows.push_opening(key(index), None, Some(leads), lines);
        }
        let count = thousands(listed.len() as u64);
        let badge = pen.dim(format!("last {count}, newest first"));
        Content::new(opening, rows).with_badge(Line::from(badge))
    }

    /// Returns the titles, then a line for each unit.
    fn table(&self, units: &[&ArmUnit]) -> Vec<Line<'static>> {
        let pen = self.pen;
        let mut table = Table::new(vec![
            Column::id("unit"),
            Column::number("slot"),
            Column::number("last seen"),
            Column::whole("at"),
        ]);
        for unit in units {
            let slot = unit.slot_index.map(|slot| slot.to_string());
            let at = self.model.startup.clock(unit.at, self.judged.at);
            table.row([
                Cell::new(&unit.unit_id, Role::Text),
                Cell::new(slot.unwrap_or_default(), Role::Dim),
                Cell::new(self.ago(unit.at), Role::Text),
                Cell::new(at, Role::Dim),
            ]);
        }
        let lines = table.lines(pen.columns, pen.symbols.ellipsis).into_iter();
        lines.map(|line| pen.line(pen.paint(line))).collect()
    }
}
