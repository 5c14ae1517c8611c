//! Frames as one SVG that shows them in turn, again and again.
//!
//! A row that several frames have is drawn once. Viewers that don't animate show the first frame, and so
//! does a browser whose user wants less motion.

use std::collections::BTreeMap;

use vt100::Screen;

use crate::colors::Paper;
use crate::svg;

/// A screen with what it shows, for a while.
pub(crate) struct Shot {
    pub(crate) screen: Screen,
    pub(crate) caption: &'static str,
    pub(crate) seconds: u32,
}

/// Draws the frames with their captions below them.
pub(crate) fn draw(shots: &[Shot]) -> String {
    let Some(first) = shots.first() else {
        return String::new();
    };
    let (rows, _) = first.screen.size();
    let rows = rows.get();
    // What is drawn, and the frames that show it, as bits.
    let mut drawn: BTreeMap<String, u32> = BTreeMap::new();
    for (number, shot) in shots.iter().enumerate() {
        let caption = svg::draw_sentence(shot.caption, &shot.screen, rows + 1, &Paper::DARK);
        let rows = (0..rows).map(|row| svg::draw_row(&shot.screen, row, &Paper::DARK));
        for row in rows.chain([caption]).filter(|row| !row.is_empty()) {
            *drawn.entry(row).or_default() |= 1 << number;
        }
    }
    let mut groups: BTreeMap<u32, String> = BTreeMap::new();
    for (row, frames) in drawn {
        groups.entry(frames).or_default().push_str(&row);
    }
    let mut all = String::new();
    for (frames, rows) in &groups {
        all.push_str(&format!("<g class=\"f{frames}\">\n{rows}</g>\n"));
    }
    let style = style(groups.keys().copied(), shots);
    svg::frame(&first.screen, &Paper::DARK, 2, &style, &all)
}

/// Shows and hides the groups.
fn style(groups: impl Iterator<Item = u32>, shots: &[Shot]) -> String {
    let total: u32 = shots.iter().map(|shot| shot.seconds).sum();
    let mut style = String::from("<style>\n");
    let visibility = |is_shown| if is_shown { "visible" } else { "hidden" };
    for frames in groups {
        let is_shown = |number: usize| frames & (1 << number) != 0;
        if (0..shots.len()).all(is_shown) {
            continue;
        }
        let (mut start, mut keyframes) = (0, String::new());
        for (number, shot) in shots.iter().enumerate() {
            let percent = f64::from(start) * 100.0 / f64::from(total);
            keyframes.push_str(&format!(
                "{percent:.2}%{{visibility:{}}}",
                visibility(is_shown(number))
            ));
            start += shot.seconds;
        }
        style.push_str(&format!(
            ".f{frames}{{visibility:{};animation:f{frames} {total}s step-end infinite}}\n\
             @keyframes f{frames}{{{keyframes}}}\n",
            visibility(is_shown(0))
        ));
    }
    style
        .push_str("@media(prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n");
    style
}
