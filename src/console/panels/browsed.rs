//! What the list that lies over the view says, whichever it is.

use ratatui::text::Line;

use super::{Content, history, lookup, text, unit_detail};
use crate::console::commands::Command;
use crate::console::model::{Browser, Model, Overlay};

/// On the border beside a hint: blanks around it, and how much is scrolled out below.
const BESIDE_HINT: usize = 20;

/// A list, and the detail of its selected row.
pub struct Browsed<'a> {
    /// Where one stands in it.
    pub browser: &'a Browser,
    /// Whether the list has the keys, rather than its detail or a field above it.
    pub has_keys: bool,
    /// Its name on the border.
    pub title: &'static str,
    /// What its keys do, on the border.
    pub hint: String,
    /// The line above the list.
    pub head: Option<Line<'static>>,
    /// The list.
    pub list: Content<'a>,
    /// The selected row's detail.
    pub detail: Content<'a>,
}

/// What lies over the view, this wide; none where that is no list.
#[must_use]
pub fn browsed(model: &Model, width: u16) -> Option<Browsed<'_>> {
    let copies = (Command::Copy, "copies");
    match model.overlay.as_ref()? {
        Overlay::History(over) => Some(Browsed {
            browser: &over.browser,
            has_keys: !over.browser.is_open,
            title: "History",
            hint: if over.browser.is_open {
                keys(model, width, None, &[copies], "Esc goes back")
            } else {
                keys(model, width, Some("Enter opens"), &[copies], "Esc closes")
            },
            head: None,
            list: history::list(model, over, width),
            detail: history::detail(model, over, width),
        }),
        Overlay::Lookup => {
            let over = &model.lookup;
            Some(Browsed {
                browser: &over.browser,
                has_keys: !over.browser.is_open && !over.is_typing,
                title: "Unit",
                hint: if over.is_typing {
                    keys(model, width, Some("Enter looks up"), &[], "Esc closes")
                } else if over.browser.is_open {
                    keys(model, width, None, &[copies], "Esc goes back")
                } else {
                    let types = (Command::Lookup, "types");
                    keys(
                        model,
                        width,
                        Some("Enter opens"),
                        &[copies, types],
                        "Esc closes",
                    )
                },
                head: Some(lookup::head(model, over, width)),
                list: lookup::list(model, over, width),
                detail: Content::saying(unit_detail::detail(model, over, width)),
            })
        }
        Overlay::Confirm(_) | Overlay::Commands(_) | Overlay::Filter => None,
    }
}

/// What keys do: fixed ones, and between them those of commands, which can have another or none. On
/// a narrow border the way out is what stays.
fn keys(
    model: &Model,
    width: u16,
    first: Option<&str>,
    commands: &[(Command, &str)],
    last: &str,
) -> String {
    let of_command = |&(command, does): &(Command, &str)| {
        let key = model.startup.key(command)?;
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
