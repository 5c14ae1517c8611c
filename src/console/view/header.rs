//! The header. What may not fall off comes first: what the target is called, whether it may be written,
//! how much is marked, and the alarm. Then what is compared, how changes are noticed, and how old both sides are.

use std::path::Path;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::line::{fitting, styled};
use crate::console::marks;
use crate::console::model::{Model, Source, View};
use crate::console::panels::cut;
use crate::console::watch::WatchMode;
use crate::diagnostic::visible;
use crate::text::{cut_middle, width};

/// The columns that the right half leaves to the names on the left.
const MIN_NAMES: usize = 24;
/// The most columns of a target's name.
const MAX_TARGET: usize = 20;
/// The most columns of an alarm's experiment and group.
const MAX_ALARM: usize = 32;
const GAP: &str = "  ";

pub(super) fn draw(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width);
    let mut line = first(model, columns);
    let room = columns.saturating_sub(line.width() + GAP.len() + 1);
    let state = fitting(
        state(model),
        GAP,
        room.saturating_sub(MIN_NAMES + GAP.len()),
    );
    let room = room.saturating_sub(state.width() + GAP.len());
    line.spans.push(Span::raw(GAP));
    line.spans.push(names(model, room));
    frame.render_widget(line, area);
    frame.render_widget(
        state.alignment(Alignment::Right),
        Rect {
            width: area.width - 1,
            ..area
        },
    );
}

/// Returns what may not fall off.
fn first(model: &Model, columns: usize) -> Line<'static> {
    let startup = &model.startup;
    let (theme, ellipsis) = (&startup.theme, startup.symbols.ellipsis);
    let mut line = Line::from(match &startup.target {
        None => Span::styled(" AVOS ", theme.accent),
        Some(target) => {
            let name = visible(&target.name).to_uppercase();
            let name = cut_middle(&name, MAX_TARGET, ellipsis);
            Span::styled(format!(" {name} "), theme.target(target.color))
        }
    });
    let may = if model.may_only_read() {
        "read-only role"
    } else if startup.is_read_only {
        "read-only"
    } else {
        "writable"
    };
    line.spans.push(Span::raw(" "));
    line.spans.push(Span::styled(may, theme.text));
    if let Some(marked) = marks::counted(model) {
        line.spans.push(Span::raw(GAP));
        line.spans.push(Span::styled(marked, theme.accent));
    }
    let room = columns.saturating_sub(line.width() + GAP.len() + 1);
    if let Some(alarm) = alarm(model, room) {
        line.spans.push(Span::raw(GAP));
        line.spans.push(Span::styled(alarm, theme.error));
    }
    line
}

/// Returns what is compared: paths, or if there is no room for them, the names of the files.
fn names(model: &Model, room: usize) -> Span<'static> {
    let symbols = model.startup.symbols;
    let texts = [false, true].map(|is_short| compared(model, is_short));
    let [whole, short] = &texts;
    let text = if width(whole) <= room { whole } else { short };
    Span::styled(cut(text, room, symbols.ellipsis), model.startup.theme.text)
}

fn compared(model: &Model, is_short: bool) -> String {
    let startup = &model.startup;
    let both = startup.symbols.both;
    let name = |path: &str| {
        let short = Path::new(path).file_name().filter(|_| is_short);
        let shown = short.map_or(path.into(), |short| short.to_string_lossy());
        visible(&shown).into_owned()
    };
    let proposal = name(&model.proposal().path().display().to_string());
    let database = name(&startup.database);
    let log = startup.log.as_ref().map(|log| name(log));
    // What is compared here comes first.
    match (model.view, log) {
        _ if let Some(title) = &startup.title => visible(title).into_owned(),
        (View::Incident, Some(log)) => format!("{log} {both} {database}"),
        (View::Review, Some(log)) => format!("{proposal} {both} {database}  log {log}"),
        (_, None) => format!("{proposal} {both} {database}"),
    }
}

/// Returns how changes are noticed and the age of both sides, most important first.
fn state(model: &Model) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    let mut segments = log(model);
    segments.push(match &model.watch {
        None => styled("starting", theme.dim),
        Some(mode @ WatchMode::Kernel) => styled(
            format!("{} {mode}", model.startup.symbols.check),
            theme.success,
        ),
        Some(mode) => styled(
            format!("{} {mode}", model.startup.symbols.warning),
            theme.warning,
        ),
    });
    let Some(loaded) = &model.loaded else {
        return segments;
    };
    let time = |at: Option<Timestamp>| {
        at.map_or("none".to_owned(), |at| model.startup.clock(at, loaded.at))
    };
    let (files, database) = (
        time(loaded.files.changed_at),
        time(loaded.database.changed_at),
    );
    segments.push(styled(
        format!("{} {files}", model.proposal().noun()),
        theme.dim,
    ));
    let is_new = loaded.database.exists == Ok(false);
    let database = if is_new { "new".to_owned() } else { database };
    if loaded.database.reconnecting.is_some() {
        let text = format!("{} reconnecting", model.startup.symbols.warning);
        // First, so that it is the last to fall off.
        segments.insert(0, styled(text, theme.warning));
    } else {
        segments.push(styled(format!("database {database}"), theme.dim));
    }
    segments
}

/// Returns the alarm about traffic, which is shown in every view: the experiment that looks most wrong, its
/// group, and how many more there are.
fn alarm(model: &Model, room: usize) -> Option<String> {
    let mut alarms = model.incident_view().alarms();
    let worst = alarms.next()?;
    let group = worst.group.as_ref();
    let group = group.map_or(String::new(), |group| {
        format!("[{}]", visible(group.as_str()))
    });
    let more = match alarms.count() {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    let symbols = model.startup.symbols;
    let lead = format!("{} SRM ", symbols.cross);
    let left = MAX_ALARM.min(room.saturating_sub(width(&lead) + width(&more)));
    let group = cut_middle(&group, left / 2, symbols.ellipsis);
    let id = visible(worst.experiment_id.as_str());
    let id = cut_middle(&id, left - width(&group), symbols.ellipsis);
    Some(format!("{lead}{id}{group}{more}"))
}

/// Returns the log's status and the distribution's source.
fn log(model: &Model) -> Vec<Line<'static>> {
    if model.startup.log.is_none() {
        return Vec::new();
    }
    let (theme, symbols) = (&model.startup.theme, model.startup.symbols);
    let incident = &model.incident;
    let state = match (&incident.judged, incident.unread) {
        (_, Some(unread)) => styled(format!("{} log {unread}", symbols.warning), theme.warning),
        _ if incident.progress.is_some() => styled("reading log", theme.accent),
        _ if incident.is_stopped => {
            styled(format!("{} log stopped", symbols.warning), theme.warning)
        }
        (Some(judged), None) => styled(
            format!("log {}", model.incident_view().log_clock(judged.at)),
            theme.dim,
        ),
        (None, None) => styled("log", theme.dim),
    };
    let source = match model.source {
        Source::Log => "source log",
        Source::Sample(_) => "source sample",
    };
    vec![state, styled(source, theme.dim)]
}
