//! Puts a line together from what fits its width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Joins the segments that fit, in order of importance, with gaps; stops at the first that doesn't fit.
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

/// Returns a styled line.
pub(super) fn styled(text: impl Into<String>, style: Style) -> Line<'static> {
    Line::from(Span::styled(text.into(), style))
}
