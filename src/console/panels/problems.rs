//! Problems: first those with files or database as a whole, then every finding.

use std::rc::Rc;
use std::sync::Arc;

use ratatui::text::Line;

use super::content::UniqueKeys;
use super::kept::{KeptProblems, ListedProblem, ProblemsFrom};
use super::pen::{Pen, Spans, span};
use super::problem_words::{in_full, in_one_line, in_short, place};
use super::rows::{Places, place_rows};
use super::{Content, Rows, text};
use crate::console::memo::{Identity, Memo};
use crate::console::model::{Contents, Loaded, Model, Panel, Problem, RowKey};
use crate::domain::LayerId;

pub(super) fn content(model: &Model, width: u16, height: u16) -> Content<'_> {
    let pen = Pen::new(&model.startup, width);
    let Some(loaded) = &model.loaded else {
        return Content::saying(pen.hint(&format!("reading{}", pen.symbols.ellipsis)));
    };
    let kept = list(model, loaded);
    let total = loaded.problems.len() + loaded.troubles().count();
    let badge = badge(&pen, loaded, kept.listed.len(), total);
    let opening = match (total, kept.listed.len()) {
        (0, _) => all_is_well(&pen, loaded),
        (_, 0) => pen.hint("no problems match the filter"),
        _ => Vec::new(),
    };
    let selected = selected(model, &kept).filter(|_| model.focus == Panel::Problems);
    let rows = ProblemRows::new(pen, loaded, kept, selected, height);
    Content::new(opening, rows).with_badge(badge)
}

/// Returns the selected problem, if there is one.
#[must_use]
pub fn selected_problem(model: &Model) -> Option<&Problem> {
    let loaded = model.loaded.as_ref()?;
    let kept = list(model, loaded);
    kept.listed[selected(model, &kept)?].1.finding(loaded)
}

fn selected(model: &Model, kept: &KeptProblems) -> Option<usize> {
    let state = model.panel(Panel::Problems);
    state.selected_index(kept.listed.len(), |index| kept.listed[index].0.clone())
}

impl ListedProblem {
    /// Returns the finding; `None` if it is the files or the database as a whole.
    fn finding(self, loaded: &Loaded) -> Option<&Problem> {
        match self {
            Self::Trouble(_) => None,
            Self::Finding(index) => Some(&loaded.problems[index]),
        }
    }
}

/// Returns the problem of this row.
pub(super) fn problem<'a>(model: &'a Model, key: &RowKey) -> Option<&'a Problem> {
    let loaded = model.loaded.as_ref()?;
    let kept = list(model, loaded);
    let (_, listed) = kept.listed.iter().find(|(row, _)| row == key)?;
    listed.finding(loaded)
}

/// Returns the keys of all problems, in order: that of the files, of the database, of each finding.
pub(in crate::console) fn keys(loaded: &Loaded) -> impl Iterator<Item = (RowKey, &Problem)> {
    let mut keys = UniqueKeys::default();
    loaded.problems.iter().map(move |problem| {
        let code = problem.diagnostic.rule.code;
        (keys.key(format!("{}:{code}", place(problem))), problem)
    })
}

/// Lists the problems that match the filter, each with a unique key.
fn list(model: &Model, loaded: &Arc<Loaded>) -> Rc<KeptProblems> {
    let from = ProblemsFrom {
        loaded: Identity::of(loaded),
        filter: model.filter().to_owned(),
    };
    model.memos.problems.get(from, || {
        let cx = model.context();
        let mut listed = Vec::new();
        let troubles = [
            ("files", loaded.files.contents.as_ref().err()),
            ("database", loaded.database.exists.as_ref().err()),
        ];
        let troubles = troubles
            .into_iter()
            .filter_map(|(what, it)| Some((what, it?)));
        for (index, (what, trouble)) in troubles.enumerate() {
            if cx.passes_filter([&trouble.message, &trouble.help]) {
                let key = RowKey::of_trouble(what);
                listed.push((key, ListedProblem::Trouble(index)));
            }
        }
        for (index, (key, problem)) in keys(loaded).enumerate() {
            let (place, found) = (place(problem), &problem.diagnostic);
            let (thing, says) = in_short(problem);
            let texts = [
                place.as_str(),
                found.rule.code,
                &found.message,
                &thing,
                &says,
            ];
            let layers = problem.layers.iter().map(LayerId::as_str);
            if cx.passes_filter(texts.into_iter().chain(layers)) {
                listed.push((key, ListedProblem::Finding(index)));
            }
        }
        KeptProblems {
            listed,
            places: Memo::default(),
        }
    })
}

/// A row for each problem, on one line unless it is selected.
struct ProblemRows<'a> {
    pen: Pen<'a>,
    loaded: &'a Loaded,
    kept: Rc<KeptProblems>,
    /// The selected finding's index and lines.
    open: Option<(usize, Vec<Line<'static>>)>,
}

impl<'a> ProblemRows<'a> {
    fn new(
        pen: Pen<'a>,
        loaded: &'a Loaded,
        kept: Rc<KeptProblems>,
        selected: Option<usize>,
        height: u16,
    ) -> Self {
        let open = selected.and_then(|index| {
            let problem = kept.listed[index].1.finding(loaded)?;
            Some((index, in_full(&pen, problem, height)))
        });
        Self {
            pen,
            loaded,
            kept,
            open,
        }
    }

    fn trouble(&self, index: usize) -> Vec<Line<'static>> {
        let mut troubles = self.loaded.troubles();
        let trouble = troubles.nth(index);
        trouble.map_or_else(Vec::new, |trouble| self.pen.trouble(trouble))
    }
}

impl Rows for ProblemRows<'_> {
    fn count(&self) -> usize {
        self.kept.listed.len()
    }

    fn key(&self, index: usize) -> RowKey {
        self.kept.listed[index].0.clone()
    }

    fn layer(&self, index: usize) -> Option<&LayerId> {
        let problem = self.kept.listed[index].1.finding(self.loaded)?;
        problem.layers.first()
    }

    fn height(&self, index: usize) -> usize {
        match self.kept.listed[index].1 {
            ListedProblem::Trouble(index) => self.trouble(index).len(),
            ListedProblem::Finding(_) => 1,
        }
    }

    fn places(&self, start: usize) -> Places {
        let places = &self.kept.places;
        let places = places.get(self.pen.columns, || place_rows(self, start));
        let places = Places::clone(&places);
        match &self.open {
            Some((index, lines)) => places.with_open_row(*index, lines.len() - 1),
            None => places,
        }
    }

    fn lines(&self, index: usize) -> Vec<Line<'static>> {
        match (&self.open, self.kept.listed[index].1) {
            (Some((open, lines)), _) if *open == index => lines.clone(),
            (_, ListedProblem::Trouble(index)) => self.trouble(index),
            (_, ListedProblem::Finding(index)) => {
                vec![in_one_line(&self.pen, &self.loaded.problems[index])]
            }
        }
    }
}

impl RowKey {
    /// Returns the key of what can't be read: `files` or `database`.
    pub(in crate::console) fn of_trouble(what: &str) -> Self {
        Self(format!("trouble/{what}"))
    }
}

fn badge(pen: &Pen<'_>, loaded: &Loaded, shown: usize, total: usize) -> Line<'static> {
    let (errors, warnings) = (
        loaded.error_count() + loaded.troubles().count(),
        loaded.warning_count(),
    );
    let mut facts = Spans::new();
    if shown < total {
        facts.push(pen.text(format!("{shown} of {total}")));
    }
    if errors > 0 {
        let errors = text::counted(errors as u64, "error", "errors");
        facts.push(span(errors, pen.theme.error));
    }
    if warnings > 0 {
        let warnings = text::counted(warnings as u64, "warning", "warnings");
        facts.push(span(warnings, pen.theme.warning));
    }
    if facts.is_empty() {
        facts.push(pen.dim("none"));
    }
    pen.facts(facts)
}

fn all_is_well(pen: &Pen<'_>, loaded: &Loaded) -> Vec<Line<'static>> {
    let counts = match &loaded.files.contents {
        Ok(Contents::Layers(counts)) => counts,
        Ok(Contents::Plan(_)) => {
            return pen.hint("no findings when the plan was made");
        }
        Err(_) => return Vec::new(),
    };
    let check = span(format!("{} ", pen.symbols.check), pen.theme.success);
    pen.paragraph(vec![check], &counts.to_string(), pen.theme.text)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::config::ConfigCounts;
    use crate::console::commands::{Command, Keymap};
    use crate::console::model::{DatabaseInfo, FileVersions, FilesInfo, Startup};
    use crate::console::proposal::Proposal;
    use crate::console::settings::Settings;
    use crate::console::theme::{Symbols, Theme, ThemeName};
    use crate::diagnostic::{Diagnostic, Span};

    /// A model whose file has this many findings.
    fn model(findings: usize) -> Model {
        let rule = crate::config::rules::ALL[0];
        let problem = |line| Problem {
            diagnostic: Diagnostic {
                rule,
                message: format!("wrong {line}"),
                help: "correct it".to_owned(),
                span: Span::new("a.yml", (line, 1), (line, 2)),
                path: String::new(),
            },
            layers: Vec::new(),
            experiment: None,
            excerpt: None,
        };
        let ids: Vec<&str> = Command::specs().iter().map(|spec| spec.id).collect();
        let settings = Settings::load(None, &ids).expect("the default settings");
        let startup = Startup {
            proposal: Proposal::Configs("configs".into()),
            database: "avos.db".to_owned(),
            log: None,
            dimensions: Vec::new(),
            is_read_only: false,
            keymap: Keymap::new(&settings).expect("the default keys"),
            theme: Theme::by_name(ThemeName::Dark),
            symbols: &Symbols::UNICODE,
            srm: settings.srm,
            evidence_max_age: settings.evidence_max_age,
            time_zone: TimeZone::UTC,
            target: None,
            title: None,
        };
        let mut model = Model::new(startup, (120, 40));
        model.loaded = Some(Arc::new(Loaded {
            at: Timestamp::UNIX_EPOCH,
            files: FilesInfo {
                contents: Ok(Contents::Layers(ConfigCounts::default())),
                changed_at: None,
                versions: FileVersions::new(),
            },
            database: DatabaseInfo {
                exists: Ok(true),
                is_busy: false,
                reconnecting: None,
                is_read_only: false,
                changed_at: None,
                last_entry: None,
                changed_outside: None,
                drift: [].into(),
            },
            layers: Vec::new(),
            problems: (1..=findings).map(problem).collect(),
            review: None,
            sound_changes: Vec::new(),
            comparison: None,
            states: None,
        }));
        model.focus = Panel::Problems;
        model
    }

    /// Counts the rows that are written.
    struct Counting<'a> {
        rows: ProblemRows<'a>,
        written: &'a Cell<usize>,
    }

    impl Rows for Counting<'_> {
        fn count(&self) -> usize {
            self.rows.count()
        }

        fn key(&self, index: usize) -> RowKey {
            self.rows.key(index)
        }

        fn height(&self, index: usize) -> usize {
            self.rows.height(index)
        }

        fn places(&self, start: usize) -> Places {
            self.rows.places(start)
        }

        fn lines(&self, index: usize) -> Vec<Line<'static>> {
            self.written.set(self.written.get() + 1);
            self.rows.lines(index)
        }
    }

    #[test]
    fn of_ten_thousand_problems_a_key_makes_those_in_sight() {
        let mut model = model(10_000);
        let first = content(&model, 100, 40);
        assert_eq!((first.row_count(), first.total()), (10_000, 10_002));
        drop(first);
        let loaded = model.loaded.clone().expect("what was read");
        let kept = list(&model, &loaded);
        let key = kept.listed[9_000].0.clone();
        model.panel_mut(Panel::Problems).select(9_000, key);

        assert!(
            Rc::ptr_eq(&kept, &list(&model, &loaded)),
            "they are listed once"
        );
        let pen = Pen::new(&model.startup, 100);
        let placed = || panic!("they are placed once");
        kept.places.get(pen.columns, placed);
        let written = Cell::default();
        let rows = Counting {
            rows: ProblemRows::new(pen, &loaded, kept, Some(9_000), 40),
            written: &written,
        };
        let content = Content::new(Vec::new(), rows);
        assert_eq!(content.row(9_000).lines, 9_000..9_003, "with its help");
        assert_eq!(content.row(9_001).lines, 9_003..9_004);
        assert_eq!(written.get(), 0);
        assert_eq!(content.lines(8_990..9_020).len(), 30);
        assert_eq!(written.get(), 28);
    }
}
