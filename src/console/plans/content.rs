//! The content of the list of saved plans: a line per plan, and the selected one's changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::text::Line;

use super::standing_words::{conflicts, in_full, in_short};
use super::{ListedPlan, PlanStanding, Plans, ReadPlan};
use crate::console::browser::{Browse, Browsed, Browser, hint};
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::model::{RowKey, Startup};
use crate::console::panels::change;
use crate::console::panels::pen::{Pen, Spans, foreign, span};
use crate::console::panels::{Content, Rows};
use crate::diagnostic::visible;
use crate::domain::LayerId;
use crate::numbers::{counted, thousands};
use crate::plan::{Change, Impact};
use crate::report::{relative_time, rounded_percent};
use crate::text::{cut, pad, pad_start, widest};

/// The most columns of a plan's name and of its standing in the list.
const NAME: usize = 32;
const STANDING: usize = 40;
/// Between two columns.
const GAP: &str = "  ";

impl Browse for Plans {
    fn browser_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }

    fn content<'a>(&'a self, cx: Context<'a>, width: u16) -> Browsed<'a> {
        let (startup, browser) = (cx.startup, &self.browser);
        let filters = (Command::Filter, "filters");
        let copies = (Command::Copy, "copies");
        let quits = (Command::Quit, "quits");
        let hint = |first, commands: &[_], last| hint(startup, width, first, commands, last);
        let opens = Some("Enter reviews");
        Browsed {
            browser,
            has_keys: !browser.is_open && !browser.filter.is_typing,
            title: self.title(),
            hint: if browser.is_open {
                hint(opens, &[copies, filters], "Esc goes back")
            } else if browser.filter.is_typing {
                hint(Some("Enter keeps the filter"), &[], "Esc clears it")
            } else if browser.filter.is_shown() {
                hint(opens, &[filters, copies], "Esc clears the filter")
            } else if self.opened.is_some() {
                hint(opens, &[filters, copies], "Esc closes")
            } else {
                hint(opens, &[quits, filters, copies], "Right shows more")
            },
            head: head(startup, self, width),
            list: list(cx, self, width),
            detail: detail(cx, self, width),
        }
    }

    fn refilter(&mut self, _: Context<'_>) {
        self.filter_plans();
    }
}

impl Plans {
    /// Returns the title: how many plans there are, and how many of them can be applied.
    fn title(&self) -> String {
        let plans = self.plans();
        if plans.is_empty() {
            return "Saved plans".to_owned();
        }
        let fits = plans.iter().filter(|plan| {
            let read = plan.read.as_ref();
            read.is_ok_and(|read| read.standing == PlanStanding::AsReviewed)
        });
        let (fits, all) = (fits.count() as u64, plans.len() as u64);
        format!(
            "Saved plans: {} of {} as reviewed",
            thousands(fits),
            thousands(all)
        )
    }
}

/// Returns the filter with how many plans pass it.
fn head(startup: &Startup, plans: &Plans, width: u16) -> Vec<Line<'static>> {
    let (pen, field) = (Pen::new(startup, width), &plans.browser.filter);
    if !field.is_shown() || plans.plans().is_empty() {
        return Vec::new();
    }
    let right = if field.text.is_empty() {
        "name, id or layer".to_owned()
    } else {
        let all = counted(plans.plans().len() as u64, "plan", "plans");
        format!("{} of {all}", thousands(plans.listed.len() as u64))
    };
    vec![field.line(&pen, vec![pen.dim(right)])]
}

fn list<'a>(cx: Context<'a>, plans: &'a Plans, width: u16) -> Content<'a> {
    let startup = cx.startup;
    let pen = Pen::new(startup, width);
    let list = match &plans.list {
        None => return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis))),
        Some(Err(trouble)) => return Content::saying(pen.trouble(trouble)),
        Some(Ok(list)) => list,
    };
    match &list.plans {
        Err(trouble) => Content::saying(pen.trouble(trouble)),
        Ok(all) if all.is_empty() => Content::saying(pen.hint(
            "no saved plans yet: each file that `avos plan --out` writes into this directory \
             appears here",
        )),
        Ok(_) if plans.listed.is_empty() => Content::saying(pen.hint("no plan passes the filter")),
        Ok(_) => Content::new(Vec::new(), PlanRows::new(cx, pen, plans)),
    }
}

/// A line per plan.
struct PlanRows<'a> {
    startup: &'a Startup,
    pen: Pen<'a>,
    plans: &'a Plans,
    /// When anything was read last.
    now: Option<Timestamp>,
    /// The columns of the name, of the standing, and of the number of changes.
    columns: [usize; 3],
}

impl<'a> PlanRows<'a> {
    fn new(cx: Context<'a>, pen: Pen<'a>, plans: &'a Plans) -> Self {
        let listed = || plans.listed.iter().map(|index| &plans.plans()[*index]);
        let wide = |texts: Vec<String>| widest(texts.iter().map(String::as_str));
        let names = wide(
            listed()
                .map(|plan| visible(&plan.name).into_owned())
                .collect(),
        );
        let standings = listed().filter(|plan| plan.read.is_ok());
        let standings = standings.map(|plan| visible(&in_short(&pen, plan).text).into_owned());
        let standings = wide(standings.collect());
        let read = listed().filter_map(|plan| plan.read.as_ref().ok());
        let counts = wide(read.map(changes).collect());
        let name = names.min(NAME).min((pen.columns / 3).max(12));
        Self {
            columns: [name, standings.min(STANDING), counts],
            startup: cx.startup,
            now: cx.loaded.map(|loaded| loaded.at),
            pen,
            plans,
        }
    }

    fn plan(&self, index: usize) -> &'a ListedPlan {
        &self.plans.plans()[self.plans.listed[index]]
    }
}

impl Rows for PlanRows<'_> {
    fn count(&self) -> usize {
        self.plans.listed.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.plan(index).key()
    }

    fn height(&self, _: usize) -> usize {
        1
    }

    /// What matters most comes first: narrow terminals cut the rest.
    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (pen, [name, standing, count]) = (&self.pen, self.columns);
        let plan = self.plan(index);
        let said = in_short(pen, plan);
        let ellipsis = pen.symbols.ellipsis;
        let shown = cut(&visible(&plan.name), name, ellipsis);
        let mut spans = vec![
            span(format!("{} ", said.symbol), said.style),
            pen.text(pad(&shown, name)),
        ];
        let text = visible(&said.text).into_owned();
        let Ok(read) = &plan.read else {
            spans.push(span(format!("{GAP}{text}"), said.style));
            return vec![pen.line(spans)];
        };
        let text = cut(&text, standing, ellipsis);
        spans.push(span(format!("{GAP}{}", pad(&text, standing)), said.style));
        spans.push(pen.text(format!("{GAP}{}", pad_start(&changes(read), count))));
        let moving = read.moving();
        let moves = format!("{:>4} of units", rounded_percent(moving, 0));
        spans.push(pen.figure(format!("{GAP}{moves}"), moving == 0.0));
        let saved = plan.saved_at.map_or(String::new(), |at| {
            self.startup.clock(at, self.now.unwrap_or(at))
        });
        spans.push(pen.dim(format!("{GAP}{saved}")));
        spans.push(foreign(
            format!("{GAP}{}", joined(&read.layers())),
            pen.theme.dim,
        ));
        vec![pen.line(spans)]
    }
}

fn changes(read: &ReadPlan) -> String {
    change::count(read.review.changes.len())
}

fn joined(layers: &[&LayerId]) -> String {
    let layers: Vec<&str> = layers.iter().map(|id| id.as_str()).collect();
    layers.join(", ")
}

/// Shows the selected plan: whether it can be applied, and what it does.
fn detail<'a>(cx: Context<'a>, plans: &'a Plans, width: u16) -> Content<'a> {
    let pen = Pen::new(cx.startup, width);
    let Some(plan) = plans.selected() else {
        return Content::saying(Vec::new());
    };
    let mut opening = facts(cx, &pen, plan);
    match &plan.read {
        Err(unreadable) => {
            let mark = span(format!("{} ", pen.symbols.cross), pen.theme.error);
            let why = format!("This file can't be used: {}", unreadable.why);
            opening.extend(pen.paragraph(vec![mark], &why, pen.theme.text));
            opening.extend(pen.paragraph(Spans::new(), unreadable.help, pen.theme.dim));
            Content::saying(opening)
        }
        Ok(read) => {
            let (says, help) = in_full(cx.startup, read);
            let said = in_short(&pen, plan);
            // What it conflicts with is said below.
            let mark = if read.standing == PlanStanding::AsReviewed {
                span(pen.symbols.check, pen.theme.success)
            } else {
                span(said.symbol, said.style)
            };
            let mark = span(format!("{} ", mark.content), mark.style);
            let says = visible(&says).into_owned();
            opening.extend(pen.paragraph(vec![mark], &says, pen.theme.text));
            for found in conflicts(&read.conflicts) {
                let mark = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
                opening.extend(pen.paragraph(vec![mark], &found, pen.theme.text));
            }
            opening.extend(pen.paragraph(vec![pen.text("  ")], &help, pen.theme.dim));
            Content::scrolling(opening, Effects::new(pen, read))
        }
    }
}

/// Returns the lines that identify a plan. Its age is as of the last reading.
fn facts(cx: Context<'_>, pen: &Pen<'_>, plan: &ListedPlan) -> Vec<Line<'static>> {
    let mut facts = vec![foreign(&plan.name, pen.theme.accent)];
    if let Ok(read) = &plan.read {
        facts.push(foreign(
            format!("plan {}", read.review.plan_id.short()),
            pen.theme.text,
        ));
    }
    if let Some(at) = plan.saved_at {
        let now = cx.loaded.map_or(at, |loaded| loaded.at.max(at));
        let saved = cx.startup.date_and_time(at);
        facts.push(pen.dim(format!("saved {saved}, {}", relative_time(at, now))));
    }
    vec![pen.line(pen.facts(facts).spans)]
}

/// The changes of a plan by layer, with what happens to units; a row each.
struct Effects<'a> {
    pen: Pen<'a>,
    rows: Vec<EffectLine<'a>>,
}

enum EffectLine<'a> {
    /// A layer, with what happens to its units, if that is known.
    Layer(&'a LayerId, Option<&'a Impact>),
    /// A change, with the widest verb and name of its layer.
    Change(&'a Change, [usize; 2]),
}

impl<'a> Effects<'a> {
    fn new(pen: Pen<'a>, read: &'a ReadPlan) -> Self {
        let mut by_layer: BTreeMap<&LayerId, Vec<&Change>> = BTreeMap::new();
        for change in &read.review.changes {
            by_layer.entry(&change.layer_id).or_default().push(change);
        }
        let mut rows = Vec::new();
        for (id, changes) in by_layer {
            let mut impacts = read.review.impact.iter();
            let impact = impacts.find(|impact| impact.layer_id == *id);
            rows.push(EffectLine::Layer(id, impact));
            let names: Vec<_> = changes.iter().map(|what| change::name(what)).collect();
            let columns = [
                widest(changes.iter().map(|what| what.action.verb())),
                widest(names.iter().map(AsRef::as_ref)),
            ];
            let changes = changes.into_iter();
            rows.extend(changes.map(|what| EffectLine::Change(what, columns)));
        }
        Self { pen, rows }
    }
}

impl Rows for Effects<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        RowKey(index.to_string())
    }

    fn gap(&self, index: usize) -> usize {
        usize::from(matches!(self.rows[index], EffectLine::Layer(..)))
    }

    fn height(&self, _: usize) -> usize {
        1
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let pen = &self.pen;
        vec![pen.line(match self.rows[index] {
            EffectLine::Layer(id, impact) => {
                let mut spans = vec![foreign(id, pen.theme.text)];
                for moves in impact.iter().flat_map(|impact| change::impact(pen, impact)) {
                    spans.push(pen.text(GAP));
                    spans.extend(moves);
                }
                spans
            }
            EffectLine::Change(what, [verbs, names]) => {
                let said = change::cells(pen, what, None, false);
                let verb = pad(said.verb, verbs);
                let mut spans = vec![
                    span(format!("  {} {verb}", said.symbol), said.style),
                    pen.text(format!("{GAP}{}{GAP}", pad(&said.name, names))),
                ];
                spans.extend(said.details);
                spans
            }
        })]
    }
}
