//! What a list over the view shows, and the position in it.

use ratatui::text::Line;

use super::ListFilter;
use crate::console::commands::Command;
use crate::console::component::Context;
use crate::console::model::{PanelState, Startup};
use crate::console::panels::Content;
use crate::text;

/// The columns on the border beside a hint: spaces around it, and how much is scrolled out below.
const BESIDE_HINT: usize = 20;

/// The position in a list and in the detail of its selected row.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The list's selection and scroll position.
    pub list: PanelState,
    /// Whether the detail has the keys and the whole area.
    pub is_open: bool,
    /// The number of the detail's lines scrolled out above.
    pub offset: usize,
    /// What filters the list.
    pub filter: ListFilter,
}

/// A list, and the detail of its selected row.
pub struct Browsed<'a> {
    /// The position in it.
    pub browser: &'a Browser,
    /// Whether the list has the keys, rather than its detail or a field above it.
    pub has_keys: bool,
    /// Its name on the border.
    pub title: String,
    /// What its keys do, on the border.
    pub hint: String,
    /// The lines above the list.
    pub head: Vec<Line<'static>>,
    /// The list.
    pub list: Content<'a>,
    /// The selected row's detail.
    pub detail: Content<'a>,
}

/// A component that is a list over the view.
pub trait Browse {
    /// Returns the position in it, mutable.
    fn browser_mut(&mut self) -> &mut Browser;

    /// Returns what it shows, this many columns wide.
    fn content<'a>(&'a self, cx: Context<'a>, width: u16) -> Browsed<'a>;

    /// Applies a new filter, if it keeps what passes it.
    fn refilter(&mut self, _cx: Context<'_>) {}
}

/// Returns what keys do: fixed keys, and between them those of commands, which may be rebound or
/// unbound. On a narrow border only the key that closes is kept.
pub(in crate::console) fn hint(
    startup: &Startup,
    width: u16,
    first: Option<&str>,
    commands: &[(Command, &str)],
    last: &str,
) -> String {
    let of_command = |&(command, does): &(Command, &str)| {
        let key = startup.key(command)?;
        Some(format!("{key} {does}"))
    };
    let mut keys: Vec<String> = first.map(str::to_owned).into_iter().collect();
    keys.extend(commands.iter().filter_map(of_command));
    let room = usize::from(width).saturating_sub(BESIDE_HINT + text::width(last));
    let widths = |keys: &[String]| keys.iter().map(|key| text::width(key) + 2).sum::<usize>();
    while widths(&keys) > room {
        keys.pop();
    }
    keys.push(last.to_owned());
    keys.join(", ")
}
