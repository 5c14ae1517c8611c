//! Lines that fit their width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// As many of the segments as fit, in order, with a gap between two. Those that matter most come
/// first: the first that doesn't fit ends the line.
pub(super) fn fitting(
    segments: Vec<Line<'static>>,
    gap: &'static str,
    width: usize,
) -> Line<'static> {
    let mut line = Line::default();
    for segment in segments {
        let gap = if line.spans.is_empty() { "" } else { gap };
        if line.width() + gap.width() + segment.width() > width {
            break;
        }
        line.spans.push(Span::raw(gap));
        line.spans.extend(
            segment
                .spans
                .into_iter()
                .map(|span| span.patch_style(segment.style)),
        );
    }
    line
}

/// A text and its style as a line.
pub(super) fn styled(text: impl Into<String>, style: Style) -> Line<'static> {
    Line::from(Span::styled(text.into(), style))
}
