//! What a unit gets in each layer, now and after the plan, and whether the log says so: a few words
//! for each.

use ratatui::text::Line;

use super::detail::detail;
use super::words::{got, known, when};
use super::{Agreement, Logged, Lookup, LookupRow, UnitAnswer, is_drawn};
use crate::assign::{Decision, Explanation};
use crate::console::browser::{Browse, Browsed, Browser, hint};
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::model::{RowKey, Startup};
use crate::console::panels::pen::{Pen, Spans, foreign, span, width as columns_of};
use crate::console::panels::{Content, Rows};
use crate::diagnostic::visible;
use crate::domain::{Inactivity, LayerId, SlotUse};
use crate::numbers::{counted, thousands};
use crate::report::whole_percent;
use crate::text::{cut, cut_start, pad, widest};

/// The maximum columns of a layer's name.
const NAME: usize = 32;
/// Between two columns.
const GAP: &str = "  ";

impl Browse for Lookup {
    fn browser_mut(&mut self) -> &mut Browser {
        &mut self.browser
    }

    fn content<'a>(&'a self, cx: Context<'a>, width: u16) -> Browsed<'a> {
        let (startup, is_open) = (cx.startup, self.browser.is_open);
        let field = &self.browser.filter;
        let copies = (Command::Copy, "copies");
        let filters = (Command::Filter, "filters");
        let types = (Command::Lookup, "types");
        let opens = match &self.as_of {
            Some(_) => {
                let [earlier, later] =
                    [Command::Earlier, Command::Later].map(|command| startup.named(command));
                format!("{earlier} {later} other entries, Enter opens")
            }
            None => "Enter opens".to_owned(),
        };
        let hint = |first, commands: &[_], last| hint(startup, width, first, commands, last);
        Browsed {
            browser: &self.browser,
            has_keys: !is_open && !self.is_typing && !field.is_typing,
            title: match &self.as_of {
                Some(as_of) => format!("Unit {}", as_of.words),
                None => "Unit".to_owned(),
            },
            hint: if self.is_typing {
                hint(Some("Enter looks up"), &[], "Esc closes")
            } else if is_open {
                hint(None, &[copies], "Esc goes back")
            } else if field.is_typing {
                hint(Some("Enter keeps the filter"), &[], "Esc clears it")
            } else {
                let closes = if field.is_shown() {
                    "Esc clears the filter"
                } else {
                    "Esc closes"
                };
                hint(Some(&*opens), &[types, filters, copies], closes)
            },
            head: head(startup, self, width),
            list: list(startup, self, width),
            detail: Content::saying(detail(startup, self, width)),
        }
    }
}

/// Returns the field for the unit's id with the state of the search, and the filter.
fn head(startup: &Startup, lookup: &Lookup, width: u16) -> Vec<Line<'static>> {
    let pen = Pen::new(startup, width);
    let log = log_state(startup, &pen, lookup);
    let label = "Unit: ";
    let room = pen
        .columns
        .saturating_sub(label.len() + columns_of(&log) + GAP.len());
    let typed = visible(&lookup.typed).into_owned();
    let style = if lookup.is_typing && lookup.is_replaced {
        pen.theme.selection
    } else {
        pen.theme.text
    };
    let mut field = vec![span(label, pen.theme.key_hint)];
    // The end, since that is where the user types.
    let shown = cut_start(&typed, room.saturating_sub(1), pen.symbols.ellipsis);
    field.push(span(shown, style));
    if lookup.is_typing && !lookup.is_replaced {
        field.push(span(" ", pen.theme.selection));
    }
    let mut lines = vec![pen.sides(field, log)];
    let filter = &lookup.browser.filter;
    if filter.is_shown() {
        let what = if filter.text.is_empty() {
            "a layer or an experiment".to_owned()
        } else {
            let rows = lookup.rows().len();
            counted(rows as u64, "row", "rows")
        };
        lines.push(filter.line(&pen, vec![pen.dim(what)]));
    }
    lines
}

fn log_state(startup: &Startup, pen: &Pen<'_>, lookup: &Lookup) -> Spans {
    let theme = pen.theme;
    if startup.log.is_none() {
        return vec![pen.dim("no log")];
    }
    if lookup.as_of.is_some() {
        return vec![pen.dim("the log is compared only with the present")];
    }
    vec![match &lookup.logged {
        _ if !lookup.is_current() => return Spans::new(),
        Logged::Unasked => return Spans::new(),
        Logged::Searching(_, fraction) => {
            let so_far = whole_percent(*fraction);
            span(format!("searching the log: {so_far}"), theme.accent)
        }
        Logged::Found(found) => {
            let rows = format!("{} in the log", counted(found.total, "row", "rows"));
            if found.is_complete {
                pen.dim(rows)
            } else {
                span(format!("stopped: {rows} so far"), theme.warning)
            }
        }
        Logged::Failed(_) => {
            let said = format!("{} the log can't be read", pen.symbols.cross);
            span(said, theme.error)
        }
    }]
}

/// Lists the layers, or says what to do to see them.
fn list<'a>(startup: &'a Startup, lookup: &'a Lookup, width: u16) -> Content<'a> {
    let pen = Pen::new(startup, width);
    if !lookup.is_current() {
        return Content::saying(pen.hint(
            "type or paste a unit's id and press Enter: what it gets in every layer, and why, \
             appears here",
        ));
    }
    let mut opening = match &lookup.answers {
        None => pen.hint(&format!("reading{}", pen.symbols.ellipsis)),
        Some(Err(trouble)) => pen.trouble(trouble),
        Some(Ok(known)) if known.answers.is_empty() => pen.hint(match &lookup.as_of {
            Some(_) => "there were no layers then",
            None => "there are no layers, neither in the database nor planned",
        }),
        Some(Ok(_)) => {
            let (assigned, all) = lookup.layer_counts();
            let all = counted(all as u64, "layer", "layers");
            let mut lines =
                vec![pen.line(vec![pen.dim(format!("assigned in {assigned} of {all}"))])];
            if lookup.rows().is_empty() {
                let filter = &lookup.browser.filter.text;
                let none = format!("no layer or experiment here contains `{filter}`");
                lines.extend(pen.hint(&none));
            }
            lines
        }
    };
    if let Logged::Failed(trouble) = &lookup.logged {
        opening.extend(pen.trouble(trouble));
    }
    Content::new(opening, LookupRows::new(startup, pen, lookup))
}

/// A row for each layer, or for each group of one.
struct LookupRows<'a> {
    startup: &'a Startup,
    pen: Pen<'a>,
    lookup: &'a Lookup,
    rows: Vec<LookupRow<'a>>,
    names: Vec<String>,
    gets: Vec<Gets>,
    /// The widest name, slot and variant.
    columns: [usize; 3],
}

impl<'a> LookupRows<'a> {
    fn new(startup: &'a Startup, pen: Pen<'a>, lookup: &'a Lookup) -> Self {
        let rows = lookup.rows();
        let names: Vec<String> = rows.iter().map(|row| name(&pen, row)).collect();
        let gets: Vec<Gets> = rows.iter().map(|row| now(row.answer)).collect();
        let columns = [
            widest(names.iter().map(String::as_str)),
            widest(gets.iter().map(|gets| gets.slot.as_str())),
            widest(gets.iter().map(|gets| gets.what.as_str())),
        ];
        Self {
            startup,
            pen,
            lookup,
            rows,
            names,
            gets,
            columns,
        }
    }
}

impl Rows for LookupRows<'_> {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows[index].key()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows[index].layer_id
    }

    fn height(&self, index: usize) -> usize {
        let answer = self.rows[index].answer;
        let differs = answer.is_some_and(|answer| answer.after.is_some());
        let is_found = matches!(self.lookup.logged, Logged::Found(_));
        1 + usize::from(differs) + usize::from(is_found)
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        let (pen, row, gets) = (&self.pen, &self.rows[index], &self.gets[index]);
        let [name, slot, what] = self.columns;
        let mut lines = vec![pen.line(vec![
            span(pad(&self.names[index], name), pen.theme.accent),
            pen.dim(format!("{GAP}{}", pad(&gets.slot, slot))),
            span(
                format!("{GAP}{}", pad(&gets.what, what)),
                if row.is_assigned() {
                    pen.theme.text
                } else {
                    pen.theme.dim
                },
            ),
            pen.dim(format!("{GAP}{}", gets.why)),
        ])];
        lines.extend(after(pen, row.answer));
        lines.extend(logged(self.startup, pen, self.lookup, row));
        lines
    }
}

/// Returns the layer, and the group if the answer depends on one.
fn name(pen: &Pen<'_>, row: &LookupRow<'_>) -> String {
    let layer = row.layer_id.map_or("no layer", LayerId::as_str);
    let layer = cut(&visible(layer), NAME, pen.symbols.ellipsis);
    match row.answer.and_then(|answer| answer.group.as_ref()) {
        Some(group) => {
            let name = visible(group.name.as_str());
            let name = cut(&name, NAME, pen.symbols.ellipsis);
            format!("{layer} {} {name}", group.key)
        }
        None => layer,
    }
}

/// What a unit gets, in three columns.
struct Gets {
    slot: String,
    what: String,
    /// The experiment, or the reason for no variant.
    why: String,
}

fn now(answer: Option<&UnitAnswer>) -> Gets {
    match answer.and_then(|answer| answer.now.as_ref()) {
        Some(explanation) => gets(explanation),
        None => Gets {
            slot: String::new(),
            what: "nothing".to_owned(),
            why: "the database doesn't have the layer".to_owned(),
        },
    }
}

/// Summarizes an explanation in a few words.
fn gets(explanation: &Explanation) -> Gets {
    let experiment = explanation.experiment.as_ref();
    let id = experiment.map(|experiment| experiment.experiment_id.as_str());
    let id = visible(id.unwrap_or_default()).into_owned();
    let (what, why) = match &explanation.decision {
        Decision::Assigned(_) if is_drawn(explanation) => ("drawn for each call".to_owned(), id),
        Decision::Assigned(choice) => (visible(choice.variant.as_str()).into_owned(), id),
        Decision::NotAssigned => ("no variant".to_owned(), holder(explanation)),
        Decision::Inactive(inactivity) => {
            let why = match inactivity {
                Inactivity::Status(status) => format!("{id} is {status}"),
                Inactivity::NotStarted(_) => format!("{id} hasn't started"),
                Inactivity::Ended(_) => format!("{id} has ended"),
            };
            ("no variant".to_owned(), why)
        }
        Decision::Refused(error) => {
            let why = visible(&error.to_string()).into_owned();
            ("no answer".to_owned(), why)
        }
    };
    Gets {
        slot: format!("slot {}", explanation.slot_index),
        what,
        why,
    }
}

/// Names the experiment that reserves a slot without being active on it.
fn holder(explanation: &Explanation) -> String {
    let Some(run) = &explanation.holder else {
        return "the slot is free".to_owned();
    };
    let id = visible(run.experiment_id.as_str());
    match run.usage {
        SlotUse::Reserved => format!("reserved for {id}"),
        SlotUse::Active => format!("held by {id}, which isn't on this layer"),
    }
}

/// Returns what it gets after the plan, if that differs.
fn after(pen: &Pen<'_>, answer: Option<&UnitAnswer>) -> Option<Line<'static>> {
    let after = gets(answer?.after.as_ref()?);
    let lead = format!("{GAP}{} after the plan: ", pen.symbols.right);
    Some(pen.line(vec![
        span(lead, pen.theme.changed),
        pen.text(after.what),
        pen.dim(format!("{GAP}{}", after.why)),
    ]))
}

/// Returns what the log says, if it has been searched.
fn logged(
    startup: &Startup,
    pen: &Pen<'_>,
    lookup: &Lookup,
    row: &LookupRow<'_>,
) -> Option<Line<'static>> {
    let Logged::Found(found) = &lookup.logged else {
        return None;
    };
    let Some((newest, agreement)) = row.logged.first() else {
        let none = format!("{GAP}log: no rows{}", known(found));
        return Some(pen.line(vec![pen.dim(none)]));
    };
    // It may have got the same variant on a slot that isn't its own.
    let newest_got = match agreement {
        Agreement::OtherSlot(slot) => format!("{} on slot {slot}", got(newest)),
        _ => got(newest),
    };
    let total = counted(row.logged.len() as u64, "row", "rows");
    let differing = row
        .logged
        .iter()
        .filter(|(_, agreement)| agreement.is_different());
    let mut agreements = row.logged.iter().map(|(_, agreement)| *agreement);
    Some(match differing.count() {
        0 if agreements.all(|agreement| agreement == Agreement::Same) => pen.line(vec![
            span(format!("{GAP}{} ", pen.symbols.check), pen.theme.success),
            pen.text(format!("log: {total}, all as now")),
        ]),
        0 => pen.line(vec![
            pen.text(format!("{GAP}log: {total}, newest ")),
            foreign(got(newest), pen.theme.text),
            pen.dim(format!("{GAP}{}", when(startup, newest))),
        ]),
        differing => pen.line(vec![
            span(
                format!("{GAP}{} log differs: ", pen.symbols.warning),
                pen.theme.warning,
            ),
            pen.text(format!(
                "{} of {total}, newest ",
                thousands(differing as u64)
            )),
            foreign(newest_got, pen.theme.text),
            pen.dim(format!("{GAP}{}", when(startup, newest))),
        ]),
    })
}
