//! A layer's changes as lines: its impact, each change, and the warnings beside them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use ratatui::text::Line;

use super::change::{self, ChangeCells};
use super::content::UniqueKeys;
use super::pen::{Pen, Spans, foreign, span, width};
use super::rows::Ready;
use super::text::{self, widest};
use crate::console::model::{LayerRow, Loaded, Model, RowKey};
use crate::console::pages::{Destination, PageId, SeenChanges, are_seen, grouped};
use crate::diagnostic::visible;
use crate::domain::{ExperimentId, LayerId};
use crate::plan::ChangedThing;
use crate::plan::{Action, Change, Impact, Note, NoteCode};
use crate::report::irreversible;
use crate::review::Review;

/// Between the columns of a change's line.
const GAP: usize = 2;

/// A note with its row's key.
pub(super) type KeyedNote<'a> = (RowKey, &'a Note);

/// A change with its cells.
pub(super) struct WordedChange<'a> {
    pub(super) change: &'a Change,
    cells: ChangeCells,
    is_seen: bool,
}

/// A layer's part of the changes.
#[derive(Default)]
pub(super) struct LayerChanges<'a> {
    pub(super) row: Option<&'a LayerRow>,
    pub(super) changes: Vec<WordedChange<'a>>,
    /// Warnings about its changes.
    pub(super) warnings: Vec<KeyedNote<'a>>,
}

impl LayerChanges<'_> {
    /// Returns whether it has more than one line.
    pub(super) fn is_block(&self) -> bool {
        !self.changes.is_empty() || !self.warnings.is_empty()
    }

    fn is_refused(&self) -> bool {
        self.row.is_some_and(|row| row.is_in_error)
    }
}

/// Writes the changes of layers.
pub(super) struct ChangesWriter<'a> {
    pub(super) pen: Pen<'a>,
    /// When the review was made.
    at: Timestamp,
    impact: HashMap<&'a LayerId, &'a Impact>,
    /// The widest verb and the widest name.
    columns: [usize; 2],
    /// Whether each change that can't be taken back says so.
    says_final: bool,
}

/// Adds changes, which are in the order of their layers, to the parts of their layers, as far as `passes`
/// lets them through. `review` knows who inherits slots.
pub(super) fn add_changes<'a>(
    parts: &mut Vec<(&'a LayerId, LayerChanges<'a>)>,
    pen: &Pen<'_>,
    (loaded, review): (&'a Loaded, &Review),
    changes: &'a [Change],
    seen: &SeenChanges,
    passes: impl Fn(&[&str]) -> bool,
) {
    let rows: HashMap<&LayerId, &LayerRow> = loaded
        .layers
        .iter()
        .map(|row| (&row.layer_id, row))
        .collect();
    let heirs = heirs(review);
    let is_refused = loaded.files.is_refused();
    let mut places: HashMap<&LayerId, usize> = parts
        .iter()
        .zip(0..)
        .map(|((layer, _), place)| (*layer, place))
        .collect();
    for (thing, range) in grouped(changes) {
        let group = &changes[range];
        let is_seen = are_seen(seen, &thing, group);
        for change in group {
            let row = rows.get(&change.layer_id).copied();
            // A stale plan doesn't say which slots it meant.
            let after = row.filter(|_| !is_refused);
            let after = after.and_then(|row| row.after.as_deref());
            let experiment = change.experiment_id.as_ref();
            let inherits =
                change.action.slots().is_some() && experiment.is_some_and(|id| heirs.contains(id));
            let cells = change::cells(pen, change, after, inherits);
            let (layer, kind) = (change.layer_id.as_str(), change.action.kind());
            if !passes(&[layer, &cells.name, cells.verb, kind]) {
                continue;
            }
            let place = *places.entry(&change.layer_id).or_insert_with(|| {
                let part = LayerChanges {
                    row,
                    ..LayerChanges::default()
                };
                parts.push((&change.layer_id, part));
                parts.len() - 1
            });
            parts[place].1.changes.push(WordedChange {
                change,
                cells,
                is_seen,
            });
        }
    }
}

/// Returns the notes with their keys: an experiment may inherit from several, and omit several keys.
pub(super) fn keyed_notes(review: &Review) -> impl Iterator<Item = KeyedNote<'_>> {
    let mut keys = UniqueKeys::default();
    review.notes.iter().map(move |note| {
        let (layer, code) = (&note.layer_id, note.code.as_str());
        let experiment = note.experiment_id.as_ref();
        let experiment = experiment.map_or("", ExperimentId::as_str);
        (keys.key(format!("{layer}/{experiment}/{code}")), note)
    })
}

/// Returns whether a note warns of something that an apply does, or that somebody did to the database
/// whatever the files say, rather than says what stays.
pub(in crate::console) fn is_warning(note: &Note) -> bool {
    match note.code {
        NoteCode::InheritsSlots => is_switching(note),
        NoteCode::KeyLeftOut | NoteCode::Held | NoteCode::GoesAlong | NoteCode::ChangedOutside => {
            true
        }
        NoteCode::OnlyInDatabase | NoteCode::CompletedUnseen => false,
    }
}

/// Returns whether the note is about slots whose units switch to another experiment; a former holder lost
/// its units long ago.
fn is_switching(note: &Note) -> bool {
    let inherited = note.inherited.as_ref();
    inherited.is_some_and(|inherited| inherited.freed_by_plan)
}

/// Puts each warning to its layer, and returns those of other layers.
pub(super) fn add_warnings<'a>(
    parts: &mut [(&'a LayerId, LayerChanges<'a>)],
    warnings: impl Iterator<Item = KeyedNote<'a>>,
) -> Vec<KeyedNote<'a>> {
    let places: HashMap<&LayerId, usize> = parts
        .iter()
        .zip(0..)
        .map(|((layer, _), place)| (*layer, place))
        .collect();
    let mut others = Vec::new();
    for warning in warnings {
        match places.get(&warning.1.layer_id) {
            Some(place) => parts[*place].1.warnings.push(warning),
            None => others.push(warning),
        }
    }
    others
}

/// Returns what applying this review changes, with what can't be taken back and what to know about
/// it, ignoring the filter: for the confirmation dialog.
pub(in crate::console) fn change_lines(
    model: &Model,
    review: &Review,
    width: u16,
) -> Vec<Line<'static>> {
    let Some(loaded) = &model.loaded else {
        return Vec::new();
    };
    let pen = Pen::new(&model.startup, width);
    let mut parts = Vec::new();
    let all = |_: &[&str]| true;
    add_changes(
        &mut parts,
        &pen,
        (loaded, review),
        &review.changes,
        &model.seen,
        all,
    );
    let warnings = keyed_notes(review).filter(|(_, note)| is_warning(note));
    // Whatever a warning is about changes.
    add_warnings(&mut parts, warnings);
    let writer = ChangesWriter::new(pen, (loaded, review), &parts).saying_what_is_final();
    let mut lines = Vec::new();
    for (layer, part) in &parts {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let mut rows = Ready::default();
        writer.write(layer, part, &mut rows);
        lines.extend(rows.into_lines());
    }
    lines
}

impl<'a> ChangesWriter<'a> {
    pub(super) fn new(
        pen: Pen<'a>,
        (loaded, review): (&'a Loaded, &'a Review),
        parts: &[(&LayerId, LayerChanges<'_>)],
    ) -> Self {
        let all = || parts.iter().flat_map(|(_, part)| &part.changes);
        let columns = [
            widest(all().map(|worded| worded.cells.verb)),
            widest(all().map(|worded| worded.cells.name.as_str())),
        ];
        let impact = review.impact.iter();
        Self {
            pen,
            at: loaded.at,
            impact: impact.map(|impact| (&impact.layer_id, impact)).collect(),
            columns,
            says_final: false,
        }
    }

    fn saying_what_is_final(self) -> Self {
        Self {
            says_final: true,
            ..self
        }
    }

    /// Writes a layer's heading and its changes, each with the warnings about it.
    pub(super) fn write(&self, layer: &LayerId, part: &LayerChanges<'_>, rows: &mut Ready) {
        let key = RowKey(layer.to_string());
        rows.push(key, Some(layer.clone()), self.heading(layer, part));
        let mut written: HashSet<Option<&ExperimentId>> = HashSet::new();
        for (index, worded) in part.changes.iter().enumerate() {
            let change = worded.change;
            let page = PageId::Change(ChangedThing::of(change));
            rows.push_opening(
                key_of(change),
                Some(layer.clone()),
                Some(Destination::Page(page)),
                self.change(worded),
            );
            let subject = change.experiment_id.as_ref();
            let next = part.changes.get(index + 1);
            if next.is_none_or(|next| next.change.experiment_id.as_ref() != subject) {
                written.insert(subject);
                self.write_notes(&part.warnings, rows, |id| id == subject);
            }
        }
        self.write_notes(&part.warnings, rows, |id| !written.contains(&id));
    }

    fn write_notes(
        &self,
        notes: &[KeyedNote<'_>],
        rows: &mut Ready,
        concerns: impl Fn(Option<&ExperimentId>) -> bool,
    ) {
        for note in notes {
            if concerns(note.1.experiment_id.as_ref()) {
                self.write_note(note, rows);
            }
        }
    }

    /// Writes a note.
    pub(super) fn write_note(&self, (key, note): &KeyedNote<'_>, rows: &mut Ready) {
        let lines = change::note_lines(&self.pen, note, self.at, "  ");
        rows.push(key.clone(), Some(note.layer_id.clone()), lines);
    }

    /// Returns the layer's heading: its name and what happens to its units.
    fn heading(&self, layer: &LayerId, part: &LayerChanges<'_>) -> Vec<Line<'static>> {
        let pen = &self.pen;
        let id = vec![foreign(layer, pen.theme.dim)];
        let alone = || pen.folded(layer.as_str(), pen.theme.dim);
        // What is sound of a layer in error may be planned by itself.
        if part.is_refused() && !self.impact.contains_key(layer) {
            let refused = format!("{} refused: see Problems", pen.symbols.cross);
            let refused = vec![span(refused, pen.theme.error)];
            if width(&id) + GAP + width(&refused) <= pen.columns {
                return vec![pen.sides(id, refused)];
            }
            let mut lines = alone();
            lines.extend(pen.flow(vec![refused], GAP, GAP));
            return lines;
        }
        let impact = self.impact.get(layer).copied();
        let items = impact
            .map(|impact| change::impact(pen, impact))
            .unwrap_or_default();
        let in_a_row = items.join(&pen.text(" ".repeat(GAP)));
        if width(&id) + GAP + width(&in_a_row) <= pen.columns {
            return vec![pen.sides(id, in_a_row)];
        }
        let mut lines = alone();
        lines.extend(pen.flow(items, GAP, GAP));
        lines
    }

    /// Returns a change on one line if it fits, else with the details below the name, which is never
    /// cut; then why it can't be taken back.
    fn change(&self, worded: &WordedChange<'_>) -> Vec<Line<'static>> {
        let WordedChange {
            change,
            cells,
            is_seen,
        } = worded;
        let (pen, dim) = (&self.pen, self.pen.theme.dim);
        let (style, plain) = match is_seen {
            true => (dim, dim),
            false => (cells.style, pen.theme.text),
        };
        let mut check = Spans::new();
        if *is_seen {
            check.push(span(pen.symbols.check, dim));
        }
        let [verbs, names] = self.columns;
        let mut head = vec![
            span(format!("{} ", cells.symbol), style),
            span(text::pad(cells.verb, verbs + GAP), style),
        ];
        let indent = width(&head);
        // Room for the mark, so that looking at it moves nothing.
        let room = pen.columns.saturating_sub(GAP);
        let wide = indent + names + GAP + width(&cells.details);
        let narrow = indent + text::width(&cells.name) + GAP + width(&cells.details);
        let mut lines = Vec::new();
        if narrow <= room {
            let name = if wide <= room {
                text::pad(&cells.name, names)
            } else {
                cells.name.clone()
            };
            head.push(span(format!("{name}{}", " ".repeat(GAP)), plain));
            head.extend(cells.details.iter().cloned());
            lines.push(pen.sides(head, check));
        } else {
            let folded = text::fold(&cells.name, room.saturating_sub(indent)).into_iter();
            let blank = || vec![pen.text(" ".repeat(indent))];
            for (index, part) in folded.enumerate() {
                let mut spans = if index == 0 {
                    std::mem::take(&mut head)
                } else {
                    blank()
                };
                spans.push(span(part, plain));
                let right = if index == 0 {
                    check.clone()
                } else {
                    Spans::new()
                };
                lines.push(pen.sides(spans, right));
            }
            lines.extend(self.details(blank(), cells));
        }
        if self.says_final
            && let Some(why) = irreversible(change, |name| format!("`{}`", visible(name)))
        {
            let mark = span(format!("  {} ", pen.symbols.warning), pen.theme.warning);
            lines.extend(pen.paragraph(vec![mark], &why, pen.theme.text));
        }
        lines
    }

    fn details(&self, mut lead: Spans, cells: &ChangeCells) -> Vec<Line<'static>> {
        let Some((text, marks)) = cells.details.split_last() else {
            return Vec::new();
        };
        lead.extend(marks.iter().cloned());
        self.pen.paragraph(lead, &text.content, text.style)
    }
}

/// Returns the experiments that take slots, and with them units, from others.
fn heirs(review: &Review) -> HashSet<&ExperimentId> {
    let notes = review.notes.iter();
    notes
        .filter(|note| is_switching(note))
        .filter_map(|note| note.experiment_id.as_ref())
        .collect()
}

fn key_of(change: &Change) -> RowKey {
    let experiment = change
        .experiment_id
        .as_ref()
        .map_or("", ExperimentId::as_str);
    let kind = change.action.kind();
    let mut key = format!("{}/{experiment}/{kind}", change.layer_id);
    if let Action::Edit(edit) = &change.action {
        key.push('/');
        key.push_str(edit.verb());
    }
    RowKey(key)
}
