//! Where a list and its detail are drawn over the view.
//!
//! Pure, like `layout`: `view` draws with it, and `update` scrolls with it.

use ratatui::layout::{Constraint, Layout, Rect};

use super::Browsed;

/// The width if the screen has room.
const WIDTH: u16 = 140;
/// The minimum lines of the list, if it has that many.
const MIN_LIST: u16 = 3;

/// Its parts, one below the other.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Over {
    /// The lines above the list; of no height if there are none.
    pub head: Rect,
    /// The list; of no height while the detail is open.
    pub list: Rect,
    /// The line between list and detail; of no height if there is no list.
    pub rule: Rect,
    /// The detail.
    pub detail: Rect,
}

/// What the sizes of the parts depend on.
#[derive(Clone, Copy, Debug)]
pub(in crate::console) struct Parts {
    /// The number of lines above the list.
    pub head: usize,
    /// The number of lines in the list.
    pub list: usize,
    /// Whether the detail takes the list's place.
    pub is_open: bool,
}

impl Parts {
    /// Returns the parts for this content.
    #[must_use]
    pub(in crate::console) fn of(browsed: &Browsed<'_>) -> Self {
        Self {
            head: browsed.head.len(),
            list: browsed.list.total(),
            is_open: browsed.browser.is_open,
        }
    }
}

/// Returns the whole area with its border, on a screen of this size.
#[must_use]
pub(in crate::console) fn outer((columns, rows): (u16, u16)) -> Rect {
    let width = columns.saturating_sub(4).min(WIDTH);
    let height = rows.saturating_sub(2);
    Rect {
        x: (columns - width) / 2,
        y: (rows - height) / 2,
        width,
        height,
    }
}

/// Returns the areas of the parts.
#[must_use]
pub(in crate::console) fn areas(size: (u16, u16), parts: Parts) -> Over {
    let outer = outer(size);
    let inner = Rect {
        x: outer.x + 1,
        y: outer.y + 1,
        width: outer.width.saturating_sub(2),
        height: outer.height.saturating_sub(2),
    };
    let most = (inner.height * 2 / 5).max(MIN_LIST);
    let wanted = u16::try_from(parts.list).unwrap_or(u16::MAX).clamp(1, most);
    let (list, rule) = if parts.is_open { (0, 0) } else { (wanted, 1) };
    let [head, list, rule, detail] = Layout::vertical([
        Constraint::Length(u16::try_from(parts.head).unwrap_or(u16::MAX)),
        Constraint::Length(list),
        Constraint::Length(rule),
        Constraint::Min(0),
    ])
    .areas(inner);
    Over {
        head,
        list,
        rule,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_keeps_most_of_the_room() {
        for (list, is_open, expected) in [
            (0, false, (1, 1, 10)),
            (3, false, (3, 1, 8)),
            (900, false, (4, 1, 7)),
            (900, true, (0, 0, 12)),
        ] {
            let parts = Parts {
                head: 0,
                list,
                is_open,
            };
            let over = areas((60, 16), parts);
            let heights = (over.list.height, over.rule.height, over.detail.height);
            assert_eq!(heights, expected, "{list} {is_open}");
        }
    }
}
