//! What an apply would change, layer by layer: impact, changes and notes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use ratatui::text::Line;

use super::Content;
use super::change::{self, ChangeCells};
use super::content::UniqueKeys;
use super::kept::{ChangesFrom, KeptChanges};
use super::pen::{Pen, Spans, foreign, span, width};
use super::refusal;
use super::rows::{KeptPlaces, Places, Ready, Rows, place_rows};
use super::text::{self, widest};
use crate::console::memo::Identity;
use crate::console::model::{LayerRow, Loaded, Model, Refused, RowKey};
use crate::console::pages::{ChangedThing, Destination, PageId};
use crate::domain::{ExperimentId, LayerId};
use crate::plan::{Action, Change, Impact, Note, NoteCode};
use crate::review::Review;

/// Between the columns of a change's line.
const GAP: usize = 2;

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
        filter: model.filter().to_owned(),
        columns: pen.columns,
    };
    let kept = model
        .memos
        .changes
        .get(from, || make(model, pen, loaded, review));
    let (opening, badge) = (kept.opening.clone(), kept.badge.clone());
    Content::new(opening, kept).with_badge(badge)
}

fn make(model: &Model, pen: Pen<'_>, loaded: &Loaded, review: &Review) -> KeptChanges {
    let panel = Changes::new(pen, loaded, review, |texts| {
        model.context().passes_filter(texts)
    });
    let refused = model.plan_refused();
    let mut opening = match &refused {
        Some(refused) => refusal::lines(&panel.pen, refused),
        None => panel.opening(),
    };
    let mut rows = Ready::default();
    let mut is_block = !opening.is_empty();
    for (layer, part) in &panel.parts {
        let was_block = std::mem::replace(&mut is_block, part.is_block());
        let is_first = opening.is_empty() && rows.is_empty();
        if !is_first && (was_block || is_block) {
            rows.leave_gap();
        }
        panel.write_part(layer, part, &mut rows);
    }
    for note in &panel.other_notes {
        panel.write_note(note, &mut rows);
    }
    if opening.is_empty() && rows.is_empty() {
        opening = panel.pen.hint("no changes match the filter");
    }
    KeptChanges {
        opening,
        rows,
        badge: panel.badge(refused.as_ref()),
        places: KeptPlaces::default(),
    }
}

impl Rows for Rc<KeptChanges> {
    fn count(&self) -> usize {
        self.rows.count()
    }

    fn key(&self, index: usize) -> RowKey {
        self.rows.key(index)
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        self.rows.layer(index)
    }

    fn opens(&self, index: usize) -> Option<Destination> {
        self.rows.opens(index)
    }

    fn gap(&self, index: usize) -> usize {
        self.rows.gap(index)
    }

    fn height(&self, index: usize) -> usize {
        self.rows.height(index)
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        self.rows.lines(index)
    }

    fn places(&self, start: usize) -> Places {
        let places = self.places.get_or_init(|| place_rows(self, start));
        places.clone()
    }
}

/// Returns what applying this review changes, ignoring the filter: for the confirmation dialog.
pub(in crate::console) fn change_lines(
    model: &Model,
    review: &Review,
    width: u16,
) -> Vec<Line<'static>> {
    let Some(loaded) = &model.loaded else {
        return Vec::new();
    };
    let panel = Changes::new(Pen::new(&model.startup, width), loaded, review, |_| true);
    let mut rows = Ready::default();
    let changing = panel
        .parts
        .iter()
        .filter(|(_, part)| !part.changes.is_empty());
    for (layer, part) in changing {
        panel.write_part(layer, part, &mut rows);
    }
    rows.into_lines()
}

/// A note with its row's key.
type KeyedNote<'a> = (RowKey, &'a Note);

/// A layer's part of the panel.
#[derive(Default)]
struct Part<'a> {
    row: Option<&'a LayerRow>,
    changes: Vec<(&'a Change, ChangeCells)>,
    notes: Vec<KeyedNote<'a>>,
}

impl Part<'_> {
    /// Returns whether it has more than one line.
    fn is_block(&self) -> bool {
        !self.changes.is_empty() || !self.notes.is_empty()
    }

    fn is_refused(&self) -> bool {
        self.row.is_some_and(|row| row.is_in_error)
    }
}

struct Changes<'a> {
    pen: Pen<'a>,
    loaded: &'a Loaded,
    review: &'a Review,
    /// Layers with changes or with a refused plan that match the filter.
    parts: BTreeMap<&'a LayerId, Part<'a>>,
    /// Notes of other layers.
    other_notes: Vec<KeyedNote<'a>>,
    impact: HashMap<&'a LayerId, &'a Impact>,
    /// The number of changes that match the filter.
    shown: usize,
    /// The widest verb and the widest name.
    columns: [usize; 2],
}

impl<'a> Changes<'a> {
    fn new(
        pen: Pen<'a>,
        loaded: &'a Loaded,
        review: &'a Review,
        passes: impl Fn(&[&str]) -> bool,
    ) -> Self {
        let rows: BTreeMap<&LayerId, &LayerRow> = loaded
            .layers
            .iter()
            .map(|row| (&row.layer_id, row))
            .collect();
        let mut parts: BTreeMap<&LayerId, Part<'_>> = BTreeMap::new();
        for row in loaded.layers.iter().filter(|row| row.is_in_error) {
            if passes(&[row.layer_id.as_str(), "refused"]) {
                parts.entry(&row.layer_id).or_default();
            }
        }
        let (mut shown, heirs) = (0, heirs(review));
        let is_refused = loaded.files.is_refused();
        for change in &review.changes {
            let row = rows.get(&change.layer_id);
            // A stale plan doesn't say which slots it meant.
            let after = row.filter(|_| !is_refused);
            let after = after.and_then(|row| row.after.as_deref());
            let experiment = change.experiment_id.as_ref();
            let inherits =
                change.action.slots().is_some() && experiment.is_some_and(|id| heirs.contains(id));
            let cells = change::cells(&pen, change, after, inherits);
            let texts = [
                change.layer_id.as_str(),
                &cells.name,
                cells.verb,
                change.action.kind(),
            ];
            if passes(&texts) {
                parts
                    .entry(&change.layer_id)
                    .or_default()
                    .changes
                    .push((change, cells));
                shown += 1;
            }
        }
        for (id, part) in &mut parts {
            part.row = rows.get(*id).copied();
        }
        let mut other_notes = Vec::new();
        let mut keys = UniqueKeys::default();
        for note in &review.notes {
            let (layer, code) = (&note.layer_id, note.code.as_str());
            let experiment = note.experiment_id.as_ref();
            let experiment = experiment.map_or("", ExperimentId::as_str);
            // An experiment may inherit from several, and omit several keys.
            let key = keys.key(format!("{layer}/{experiment}/{code}"));
            if passes(&[layer.as_str(), experiment, &note.message]) {
                let notes = parts.get_mut(layer).map(|part| &mut part.notes);
                notes.unwrap_or(&mut other_notes).push((key, note));
            }
        }
        let all = || parts.values().flat_map(|part| &part.changes);
        let columns = [
            widest(all().map(|(_, cells)| cells.verb)),
            widest(all().map(|(_, cells)| cells.name.as_str())),
        ];
        let impact = review
            .impact
            .iter()
            .map(|impact| (&impact.layer_id, impact));
        Self {
            pen,
            loaded,
            review,
            parts,
            other_notes,
            impact: impact.collect(),
            shown,
            columns,
        }
    }

    /// Returns the lines above everything else.
    fn opening(&self) -> Vec<Line<'static>> {
        let (pen, theme) = (&self.pen, self.pen.theme);
        if self.loaded.is_in_agreement() {
            let check = span(format!("{} ", pen.symbols.check), theme.success);
            let said = if self.loaded.files.standing().is_some() {
                "No changes: the plan changes nothing"
            } else {
                "No changes: files and database agree"
            };
            return pen.paragraph(vec![check], said, theme.text);
        }
        let mut problems = self.loaded.problems.iter();
        if problems.any(|problem| problem.diagnostic.is_error() && problem.layers.is_empty()) {
            let cross = span(format!("{} ", pen.symbols.cross), theme.error);
            let said = "refused: a file with errors could define any layer: see Problems";
            return pen.paragraph(vec![cross], said, theme.text);
        }
        Vec::new()
    }

    fn badge(&self, refused: Option<&Refused>) -> Line<'static> {
        let pen = &self.pen;
        let total = self.review.changes.len();
        if self.loaded.is_in_agreement() {
            return Line::from(span("No changes", pen.theme.success));
        }
        let mut facts = Spans::new();
        if self.shown < total {
            facts.push(pen.text(format!("{} of {}", self.shown, change::count(total))));
        } else if total > 0 {
            facts.push(pen.text(change::count(total)));
        }
        if let Some(refused) = refused {
            facts.push(refusal::word(pen.theme, refused));
        } else if self.review.is_applicable {
            let mut layers: Vec<&LayerId> = self
                .review
                .changes
                .iter()
                .map(|change| &change.layer_id)
                .collect();
            layers.dedup();
            facts.push(pen.dim(text::counted(layers.len() as u64, "layer", "layers")));
        } else {
            facts.push(span("refused", pen.theme.error));
        }
        pen.facts(facts)
    }

    fn write_part(&self, layer: &LayerId, part: &Part<'_>, rows: &mut Ready) {
        let key = RowKey(layer.to_string());
        rows.push(key, Some(layer.clone()), self.heading(layer, part));
        for (change, cells) in &part.changes {
            let page = PageId::Change(ChangedThing::of(change));
            rows.push_opening(
                key_of(change),
                Some(layer.clone()),
                Some(Destination::Page(page)),
                self.change(cells),
            );
        }
        for note in &part.notes {
            self.write_note(note, rows);
        }
    }

    /// Returns the layer's heading: its name and what happens to its units.
    fn heading(&self, layer: &LayerId, part: &Part<'_>) -> Vec<Line<'static>> {
        let pen = &self.pen;
        let id = vec![foreign(layer, pen.theme.dim)];
        if part.is_refused() {
            let refused = format!("{} refused: see Problems", pen.symbols.cross);
            return vec![pen.sides(id, vec![span(refused, pen.theme.error)])];
        }
        let impact = self.impact.get(layer).copied();
        let items = impact
            .map(|impact| change::impact(pen, impact))
            .unwrap_or_default();
        let in_a_row = items.join(&pen.text(" ".repeat(GAP)));
        if width(&id) + GAP + width(&in_a_row) <= pen.columns {
            return vec![pen.sides(id, in_a_row)];
        }
        let mut lines = vec![pen.line(id)];
        lines.extend(pen.flow(items, GAP, GAP));
        lines
    }

    /// Returns a change on one line if it fits, else with the details on a second one.
    fn change(&self, cells: &ChangeCells) -> Vec<Line<'static>> {
        let pen = &self.pen;
        let [verbs, names] = self.columns;
        let verb = text::pad(cells.verb, verbs + GAP);
        let mut head = vec![
            span(format!("{} ", cells.symbol), cells.style),
            span(verb, cells.style),
        ];
        let indent = width(&head);
        let wide = indent + names + GAP + width(&cells.details);
        let narrow = indent + text::width(&cells.name) + GAP + width(&cells.details);
        if narrow <= pen.columns {
            let name = if wide <= pen.columns {
                text::pad(&cells.name, names)
            } else {
                cells.name.clone()
            };
            head.push(pen.text(format!("{name}{}", " ".repeat(GAP))));
            head.extend(cells.details.iter().cloned());
            return vec![pen.line(head)];
        }
        head.push(pen.text(cells.name.clone()));
        let mut details = vec![pen.text(" ".repeat(indent))];
        details.extend(cells.details.iter().cloned());
        vec![pen.line(head), pen.line(details)]
    }

    fn write_note(&self, (key, note): &KeyedNote<'_>, rows: &mut Ready) {
        let (lead, style) = change::note(&self.pen, note);
        let lines = self.pen.paragraph(vec![lead], &note.message, style);
        rows.push(key.clone(), Some(note.layer_id.clone()), lines);
    }
}

/// Returns the experiments that take slots, and with them units, from others.
fn heirs(review: &Review) -> HashSet<&ExperimentId> {
    let notes = review.notes.iter();
    notes
        .filter(|note| note.code == NoteCode::InheritsSlots)
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
