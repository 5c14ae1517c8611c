//! What an apply would change, layer by layer: impact and changes; then what it leaves alone.

use std::collections::HashSet;
use std::rc::Rc;

use ratatui::text::{Line, Span};

use super::Content;
use super::change;
use super::kept::{ChangesFrom, KeptChanges};
use super::layer_changes::{
    ChangesWriter, KeyedNote, LayerChanges, add_changes, add_warnings, is_warning, keyed_notes,
};
use super::pen::{Pen, Spans, span, width};
use super::refusal;
use super::rows::{KeptRows, Ready};
use super::text::{self, counted};
use crate::console::marks;
use crate::console::memo::Identity;
use crate::console::model::{Loaded, Model, Panel, Refused, RowKey};
use crate::console::pages::Destination;
use crate::domain::{ExperimentId, LayerId};
use crate::plan::{Impact, NoteCode};
use crate::report::{note_words, total_losses};
use crate::review::Review;

/// On the title line, around title and badge.
const FRAME: usize = 6;

pub(super) fn content(model: &Model, width: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let Some(review) = &loaded.review else {
        return Content::saying(pen.hint("nothing can be planned: see Problems"));
    };
    let from = ChangesFrom {
        loaded: Identity::of(loaded),
        seen: Identity::of(&model.seen),
        marks: Identity::of(&model.marks),
        filter: model.filter().to_owned(),
        lists_notes: lists_notes(model),
        columns: pen.columns,
    };
    let kept = model
        .memos
        .changes
        .get(from, || make(model, pen, loaded, review));
    let rows = Rc::clone(&kept.rows);
    Content::new(kept.opening.clone(), rows).with_badge(kept.badge.clone())
}

/// Returns whether notes about what an apply leaves alone are listed, rather than counted: who zooms
/// the panel or filters it looks for something.
fn lists_notes(model: &Model) -> bool {
    model.zoomed() == Some(Panel::Changes) || !model.filter().is_empty()
}

fn make(model: &Model, pen: Pen<'_>, loaded: &Loaded, review: &Review) -> KeptChanges {
    let passes = |texts: &[&str]| model.context().passes_filter(texts);
    let mut parts = Vec::new();
    for changes in loaded.change_lists() {
        add_changes(
            &mut parts,
            &pen,
            (loaded, review),
            changes,
            &model.seen,
            passes,
        );
    }
    parts.sort_by_key(|(layer, _)| *layer);
    let shown = parts.iter().map(|(_, part)| part.changes.len()).sum();
    // Layers without a plan come after the changes.
    let listed: HashSet<&LayerId> = parts.iter().map(|(layer, _)| *layer).collect();
    let in_error = loaded.layers.iter().filter(|row| row.is_in_error);
    for row in in_error.filter(|row| !listed.contains(&row.layer_id)) {
        if passes(&[row.layer_id.as_str(), "refused"]) {
            let part = LayerChanges {
                row: Some(row),
                ..LayerChanges::default()
            };
            parts.push((&row.layer_id, part));
        }
    }
    let notes = keyed_notes(review).filter(|(_, note)| {
        let experiment = note.experiment_id.as_ref();
        let experiment = experiment.map_or("", ExperimentId::as_str);
        let says = note_words(note, loaded.at);
        passes(&[note.layer_id.as_str(), experiment, &says])
    });
    let (warnings, mut notes): (Vec<_>, Vec<_>) = notes.partition(|(_, note)| is_warning(note));
    notes.extend(add_warnings(&mut parts, warnings.into_iter()));
    let refused = model.plan_refused();
    let badge = badge(&pen, model, loaded, shown, refused.as_ref());
    let mut opening = match &refused {
        Some(refused) => refusal::lines(&pen, refused),
        None => opening(&pen, loaded),
    };
    let writer = ChangesWriter::new(pen, (loaded, review), &parts);
    let mut rows = Ready::default();
    let mut is_block = !opening.is_empty();
    for (layer, part) in &parts {
        let was_block = std::mem::replace(&mut is_block, part.is_block());
        let is_first = opening.is_empty() && rows.is_empty();
        if !is_first && (was_block || is_block) {
            rows.leave_gap();
        }
        writer.write(layer, part, &mut rows);
    }
    if !notes.is_empty() {
        if !opening.is_empty() || !rows.is_empty() {
            rows.leave_gap();
        }
        write_notes(&writer, &notes, lists_notes(model), &mut rows);
    }
    if opening.is_empty() && rows.is_empty() {
        opening = writer.pen.hint("no changes match the filter");
    }
    KeptChanges {
        opening,
        rows: Rc::new(KeptRows::new(rows)),
        badge,
    }
}

/// Writes the notes about what an apply leaves alone, or only how many there are.
fn write_notes(
    writer: &ChangesWriter<'_>,
    notes: &[KeyedNote<'_>],
    is_whole: bool,
    rows: &mut Ready,
) {
    if is_whole {
        for note in notes {
            writer.write_note(note, rows);
        }
        return;
    }
    let pen = &writer.pen;
    let count = counted(notes.len() as u64, "note", "notes");
    let them = if notes.len() == 1 { "it" } else { "them" };
    let line = pen.line(vec![
        pen.dim(format!("{} ", pen.symbols.equals)),
        pen.dim(format!("{count}: Enter lists {them}")),
    ]);
    let key = RowKey("notes".to_owned());
    let zoomed = Destination::Zoomed(Panel::Changes);
    rows.push_opening(key, None, Some(zoomed), vec![line]);
}

/// Returns the lines above everything else.
fn opening(pen: &Pen<'_>, loaded: &Loaded) -> Vec<Line<'static>> {
    let theme = pen.theme;
    if loaded.is_in_agreement() {
        let check = span(format!("{} ", pen.symbols.check), theme.success);
        let notes = loaded.review.iter().flat_map(|review| &review.notes);
        let held = notes.filter(|note| note.code == NoteCode::Held).count();
        let said = if loaded.files.standing().is_some() {
            "No changes: the plan changes nothing".to_owned()
        } else if held > 0 {
            let held = counted(held as u64, "experiment is", "experiments are");
            format!("No changes, but {held} held")
        } else {
            "No changes: files and database agree".to_owned()
        };
        return pen.paragraph(vec![check], &said, theme.text);
    }
    let mut problems = loaded.problems.iter();
    if problems.any(|problem| problem.diagnostic.is_error() && problem.layers.is_empty()) {
        let cross = span(format!("{} ", pen.symbols.cross), theme.error);
        let said = "refused: a file with errors could define any layer: see Problems";
        return pen.paragraph(vec![cross], said, theme.text);
    }
    Vec::new()
}

/// Returns how many changes there are and what they do to units, as far as there is room.
fn badge(
    pen: &Pen<'_>,
    model: &Model,
    loaded: &Loaded,
    shown: usize,
    refused: Option<&Refused>,
) -> Line<'static> {
    let Some(review) = &loaded.review else {
        return Line::default();
    };
    let total = loaded.change_lists().map(<[_]>::len).iter().sum();
    if loaded.is_in_agreement() {
        return Line::from(span("No changes", pen.theme.success));
    }
    let mut facts = Spans::new();
    if let Some(marked) = marks::counted(model) {
        facts.push(span(marked, pen.theme.accent));
    }
    if shown < total {
        facts.push(pen.text(format!("{shown} of {}", change::count(total))));
    } else if total > 0 {
        facts.push(pen.text(change::count(total)));
    }
    if let Some(refused) = refused {
        facts.push(refusal::word(pen.theme, refused));
    } else if !review.is_applicable {
        facts.push(span("refused", pen.theme.error));
    } else if !facts.is_empty() {
        let mut with_impact = pen.facts(facts.clone()).spans;
        with_impact.push(pen.dim(": "));
        with_impact.push(total_impact(pen, &review.impact));
        let room = pen
            .columns
            .saturating_sub(text::width(Panel::Changes.title()) + FRAME);
        if width(&with_impact) <= room {
            return Line::from(with_impact);
        }
    }
    pen.facts(facts)
}

/// Returns whether any unit loses its variant, in words.
pub(in crate::console) fn total_impact(pen: &Pen<'_>, impacts: &[Impact]) -> Span<'static> {
    let style = if impacts.iter().any(|it| it.units_switching > 0.0) {
        pen.theme.error
    } else if impacts.iter().any(Impact::is_disruptive) {
        pen.theme.warning
    } else {
        pen.theme.dim
    };
    span(total_losses(impacts), style)
}
