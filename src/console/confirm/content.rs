//! What the dialog says: what would change, and below it what is asked.

use std::collections::BTreeMap;
use std::rc::Rc;

use ratatui::text::{Line, Span};

use super::name::{Progress, continued};
use super::{Confirm, DialogFocus, Stale};
use crate::console::commands::Command;
use crate::console::memo::Identity;
use crate::console::model::{Loaded, Model};
use crate::console::pages::count_unseen;
use crate::console::panels::pen::{Pen, Spans, span, width};
use crate::console::panels::text::fold;
use crate::console::panels::{change_lines, evidence_lines, total_impact};
use crate::console::text_field;
use crate::diagnostic::visible;
use crate::numbers::counted;
use crate::plan::{ChangedThing, Scope};
use crate::report::UnitMove;
use crate::review::{Confirmation, Review, WeighedEvidence};

/// What the dialog shows of a plan.
#[derive(Debug)]
pub(in crate::console) struct KeptDialog {
    /// What would change.
    pub(super) changes: Vec<Line<'static>>,
    /// The number of changes that weren't looked at.
    unseen: usize,
}

/// What it is made from.
#[derive(Debug, PartialEq)]
pub(in crate::console) struct DialogFrom {
    review: Identity<Review>,
    evidence: Vec<WeighedEvidence>,
    loaded: Option<Identity<Loaded>>,
    seen: Identity<BTreeMap<ChangedThing, String>>,
    width: u16,
}

pub(super) fn title(dialog: &Confirm) -> String {
    let changes = counted(dialog.review.changes.len() as u64, "change", "changes");
    let scope = match &dialog.review.scope {
        Scope::All => "all layers".to_owned(),
        Scope::Layers(chosen) => {
            let chosen: Vec<_> = chosen.iter().map(|id| visible(id.as_str())).collect();
            chosen.join(", ")
        }
        Scope::Only(chosen) => {
            let chosen = chosen.iter().map(|staged| match &staged.experiment_id {
                Some(id) => visible(id.as_str()),
                None => visible(staged.layer_id.as_str()),
            });
            chosen.collect::<Vec<_>>().join(", ")
        }
    };
    format!(" Apply {changes}: {scope} ")
}

/// Returns what would change, and how much of it wasn't looked at; made once for many frames.
pub(super) fn plan(model: &Model, dialog: &Confirm, width: u16) -> Rc<KeptDialog> {
    let review = &dialog.review;
    let from = DialogFrom {
        review: Identity::of(review),
        evidence: dialog.evidence.clone(),
        loaded: model.loaded.as_ref().map(Identity::of),
        seen: Identity::of(&model.seen),
        width,
    };
    model.memos.dialog.get(from, || {
        let pen = Pen::new(&model.startup, width);
        let mut changes = summary(model, &pen, dialog);
        changes.push(Line::default());
        changes.extend(change_lines(model, review, width));
        KeptDialog {
            changes,
            unseen: count_unseen(&model.seen, review),
        }
    })
}

/// Returns what the whole plan does to units, what the words for it mean, what the log says for its ramp-ups
/// and winners, and why else a name is asked for.
fn summary(model: &Model, pen: &Pen<'_>, dialog: &Confirm) -> Vec<Line<'static>> {
    let review = &dialog.review;
    let mut lines = vec![pen.line(vec![total_impact(pen, &review.impact)])];
    let legend = UnitMove::ALL.map(|units| {
        vec![
            pen.text(units.word()),
            pen.dim(format!(" {}", units.meaning())),
        ]
    });
    lines.extend(pen.flow(legend.to_vec(), 0, 3));
    for weighed in &dialog.evidence {
        lines.extend(evidence_lines(model, pen, weighed));
    }
    // Those of the evidence are in its lines.
    if let Confirmation::Type { reasons, .. } = review.confirmation_on(&[]) {
        for reason in reasons {
            let mark = span(format!("{} ", pen.symbols.warning), pen.theme.warning);
            lines.extend(pen.paragraph(vec![mark], &reason, pen.theme.warning));
        }
    }
    lines
}

/// Returns what is asked, below the changes.
pub(super) fn question(
    model: &Model,
    dialog: &Confirm,
    plan: &KeptDialog,
    width: u16,
) -> Vec<Line<'static>> {
    let pen = Pen::new(&model.startup, width);
    if let Some(stale) = &dialog.stale {
        return voided(model, &pen, stale);
    }
    let mut lines = not_looked_at(model, &pen, dialog, plan.unseen);
    match &dialog.confirmation {
        Confirmation::OneKey => lines.push(buttons(&pen, dialog.focus)),
        Confirmation::Type { name, .. } => {
            let name = visible(name);
            lines.extend(request(&pen, &name));
            lines.extend(field(&pen, dialog, &name));
        }
    }
    lines.extend(why(&pen, dialog));
    lines
}

fn voided(model: &Model, pen: &Pen<'_>, stale: &Stale) -> Vec<Line<'static>> {
    let next = if model.startup.proposal.is_plan() {
        "Nothing was applied. Esc closes this; then check the plan's status."
    } else {
        "Nothing was applied. Esc closes this; then look at the new plan."
    };
    let mut lines = pen.paragraph(
        Spans::new(),
        &format!("Stale: {}", stale.what),
        pen.theme.warning,
    );
    lines.extend(pen.paragraph(Spans::new(), next, pen.theme.text));
    lines
}

/// Says how many changes weren't looked at, and how to look at them.
fn not_looked_at(
    model: &Model,
    pen: &Pen<'_>,
    dialog: &Confirm,
    unseen: usize,
) -> Vec<Line<'static>> {
    if unseen == 0 {
        return Vec::new();
    }
    let total = dialog.review.changes.len();
    let key = model.startup.named(Command::NextChange);
    // Where a name is typed, the key types.
    let key = if dialog.asks_for_a_name() {
        format!("Esc, then {key}")
    } else {
        key
    };
    let said = if total == 1 {
        format!("you haven't looked at the change ({key} opens it)")
    } else {
        format!("{unseen} of {total} changes not looked at ({key} walks through them)")
    };
    pen.paragraph(Spans::new(), &said, pen.theme.dim)
}

/// Returns reason and ticket as they are typed; one line that says how to get there, until they are.
fn why(pen: &Pen<'_>, dialog: &Confirm) -> Vec<Line<'static>> {
    let (why, focus) = (&dialog.why, dialog.focus);
    let is_required = dialog.confirmation.needs_reason();
    if !is_required && !focus.is_text() && why.reason.is_empty() && why.ticket.is_empty() {
        return vec![pen.line(vec![pen.dim("Tab: reason and ticket for the journal")])];
    }
    let mut lines = Vec::new();
    let reason = if is_required {
        "Reason (required): "
    } else {
        "Reason: "
    };
    for (label, text, of) in [
        (reason, &why.reason, DialogFocus::Reason),
        ("Ticket: ", &why.ticket, DialogFocus::Ticket),
    ] {
        let has_keys = focus == of;
        let hint = match of {
            DialogFocus::Reason if has_keys => "   Enter goes back, Tab to the ticket",
            _ if has_keys => "   Enter goes back",
            DialogFocus::Reason if dialog.lacks_reason() => "   Tab goes there",
            _ => "",
        };
        lines.extend(text_field::lines(pen, label, text, has_keys, hint));
        if of == DialogFocus::Reason && dialog.is_reason_missed && dialog.lacks_reason() {
            let cross = span(format!("{} ", pen.symbols.cross), pen.theme.error);
            let says = "give a reason for applying anyway: the journal keeps it";
            lines.extend(pen.paragraph(vec![cross], says, pen.theme.error));
        }
    }
    lines
}

fn buttons(pen: &Pen<'_>, focus: DialogFocus) -> Line<'static> {
    let theme = pen.theme;
    let (cancel, apply) = match focus {
        DialogFocus::Answer => (theme.selection, theme.text),
        DialogFocus::Apply => (theme.text, theme.selection),
        DialogFocus::Reason | DialogFocus::Ticket => (theme.text, theme.text),
    };
    pen.line(vec![
        span(" Cancel (Esc) ", cancel),
        pen.text("  "),
        span(" Apply (y) ", apply),
        pen.dim("   Tab moves, Enter selects"),
    ])
}

/// Asks for the name, which is broken only if it is longer than a line.
fn request(pen: &Pen<'_>, name: &str) -> Vec<Line<'static>> {
    let (text, warning) = (pen.theme.text, pen.theme.warning);
    let line = vec![
        span("Type ", text),
        span(name, warning),
        span(" to apply", text),
    ];
    if width(&line) <= pen.columns {
        return vec![pen.line(line)];
    }
    let mut lines = vec![pen.line(vec![span("Type this to apply:", text)])];
    let parts = fold(name, pen.columns).into_iter();
    lines.extend(parts.map(|part| pen.line(vec![span(part, warning)])));
    lines
}

/// Returns the text that was typed, with what is wrong in it marked.
fn field(pen: &Pen<'_>, dialog: &Confirm, name: &str) -> Vec<Line<'static>> {
    let theme = pen.theme;
    let typed = visible(&dialog.typed);
    let progress = Progress::of(&typed, name);
    let right = match progress {
        Progress::Wrong(right) => right,
        Progress::Nothing | Progress::Begun | Progress::Whole => typed.len(),
    };
    let lead = || vec![span(format!("{} ", pen.symbols.right), theme.accent)];
    let indent = width(&lead());
    let mut lines: Vec<Spans> = Vec::new();
    let mut start = 0;
    // The cursor needs a column too.
    for part in fold(&typed, pen.columns.saturating_sub(indent + 1)) {
        let mut line = if lines.is_empty() {
            lead()
        } else {
            vec![pen.text(" ".repeat(indent))]
        };
        let (good, bad) = part.split_at(right.clamp(start, start + part.len()) - start);
        start += part.len();
        line.push(span(good, theme.success));
        line.push(span(bad, theme.error));
        lines.push(line);
    }
    let hint = hint(pen, dialog, &typed, name, progress);
    let has_keys = !dialog.focus.is_text();
    if let Some(last) = lines.last_mut().filter(|_| has_keys) {
        last.push(span(" ", theme.selection));
        if width(last) + 3 + width(std::slice::from_ref(&hint)) <= pen.columns {
            last.push(pen.text("   "));
            last.push(hint);
        } else {
            lines.push(vec![pen.text(" ".repeat(indent)), hint]);
        }
    }
    lines.into_iter().map(|line| pen.line(line)).collect()
}

/// Says how far the typed name is right.
fn hint(
    pen: &Pen<'_>,
    dialog: &Confirm,
    typed: &str,
    name: &str,
    progress: Progress,
) -> Span<'static> {
    let (check, cross) = (pen.symbols.check, pen.symbols.cross);
    let not_the_name = if dialog.is_wrong {
        "that is not the name: "
    } else {
        ""
    };
    match progress {
        Progress::Whole if dialog.lacks_reason() => span(
            format!("{check} Enter goes to the reason"),
            pen.theme.success,
        ),
        Progress::Whole => span(format!("{check} Enter applies"), pen.theme.success),
        Progress::Wrong(right) => {
            let place = typed[..right].chars().count() + 1;
            span(
                format!("{cross} {not_the_name}wrong from character {place}"),
                pen.theme.error,
            )
        }
        Progress::Begun | Progress::Nothing if dialog.is_wrong => {
            span(format!("{cross} {not_the_name}it goes on"), pen.theme.error)
        }
        Progress::Begun if continued(typed, name, &dialog.alike).is_some() => {
            pen.dim(format!("{check} so far, Tab completes"))
        }
        Progress::Begun => pen.dim(format!("{check} so far")),
        Progress::Nothing => pen.dim("Enter applies, Esc cancels"),
    }
}
