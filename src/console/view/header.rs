//! The header: what is compared, how changes are detected, and how old both sides are.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::line::{fitting, styled};
use crate::console::model::{Model, Source, View};
use crate::console::panels::cut;
use crate::console::watch::WatchMode;
use crate::diagnostic::visible;

/// The width that the right half leaves to the names on the left.
const MIN_NAMES: usize = 30;
/// The maximum width of an experiment's name in an alarm.
const MAX_ALARM: usize = 24;

pub(super) fn draw(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let width = usize::from(area.width);
    let state = fitting(state(model), "  ", width.saturating_sub(MIN_NAMES));
    let room = width.saturating_sub(state.width() + 3);
    let names = names(model, room);
    frame.render_widget(names, area);
    frame.render_widget(
        state.alignment(Alignment::Right),
        Rect {
            width: area.width - 1,
            ..area
        },
    );
}

fn names(model: &Model, room: usize) -> Line<'static> {
    let theme = &model.startup.theme;
    let symbols = model.startup.symbols;
    let proposal = model.startup.proposal.path().display().to_string();
    let proposal = visible(&proposal);
    let database = visible(&model.startup.database);
    let log = model.startup.log.as_ref().map(|log| visible(log));
    // What is compared here comes first.
    let text = match (model.view, log) {
        _ if let Some(title) = &model.startup.title => visible(title).into_owned(),
        (View::Incident, Some(log)) => format!("{log} {} {database}", symbols.both),
        (View::Review, Some(log)) => format!("{proposal} {} {database}  log {log}", symbols.both),
        (_, None) => format!("{proposal} {} {database}", symbols.both),
    };
    Line::from(vec![
        Span::styled(" AVOS ", theme.accent),
        Span::styled(
            format!(" {}", cut(&text, room.saturating_sub(7), symbols.ellipsis)),
            theme.text,
        ),
    ])
}

/// Returns the state of both sides, most important first.
fn state(model: &Model) -> Vec<Line<'static>> {
    let theme = &model.startup.theme;
    let mut segments = Vec::new();
    segments.extend(alarm(model));
    if model.startup.is_read_only {
        segments.push(styled("read-only", theme.warning));
    }
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
    segments.extend(log(model));
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
        format!("{} {files}", model.startup.proposal.noun()),
        theme.dim,
    ));
    let is_new = loaded.database.exists == Ok(false);
    let database = if is_new { "new".to_owned() } else { database };
    segments.push(styled(format!("database {database}"), theme.dim));
    if !model.startup.is_read_only {
        segments.push(styled("writable", theme.dim));
    }
    segments
}

/// Returns the alarm about traffic, which is shown in every view.
fn alarm(model: &Model) -> Option<Line<'static>> {
    let mut alarms = model.incident_view().alarms();
    let worst = visible(alarms.next()?.experiment_id.as_str()).into_owned();
    let symbols = model.startup.symbols;
    let worst = cut(&worst, MAX_ALARM, symbols.ellipsis);
    let more = match alarms.count() {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    let text = format!("{} SRM {worst}{more}", symbols.cross);
    Some(styled(text, model.startup.theme.error))
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
