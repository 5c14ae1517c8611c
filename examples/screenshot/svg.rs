//! A terminal's screen as an SVG.
//!
//! Every cell has its place, whatever monospace font the viewer has: each word is placed and
//! stretched to its columns, and borders and bars, which must touch, are shapes.

use vt100::{Cell, Screen};

use crate::colors::{Paper, hex};
use crate::shapes::{self, Shape};

/// Width and height of a cell, in the picture's units.
pub(crate) const CELL: (f64, f64) = (8.0, 17.0);
/// A font of this size has characters as wide as a cell, nearly.
const FONT_SIZE: f64 = 13.3;
/// From the top of a cell to the text's base line.
const BASE_LINE: f64 = 12.8;
/// Around the screen.
const MARGIN: f64 = 12.0;

/// Neighbouring cells of a row that look the same.
struct Run {
    first: u16,
    /// In columns.
    width: u16,
    look: Look,
    text: String,
}

#[derive(Clone, PartialEq, Eq)]
struct Look {
    color: String,
    background: Option<String>,
    is_bold: bool,
    is_underlined: bool,
}

/// Draws the screen.
pub(crate) fn draw(screen: &Screen, paper: &Paper) -> String {
    let (rows, _) = screen.size();
    let rows: String = (0..rows.get())
        .map(|row| draw_row(screen, row, paper))
        .collect();
    frame(screen, paper, 0, "", &rows)
}

/// Draws a row of the screen, in its place.
pub(crate) fn draw_row(screen: &Screen, row: u16, paper: &Paper) -> String {
    let mut svg = String::new();
    let y = f64::from(row) * CELL.1;
    let runs = runs(screen, row, paper);
    // Backgrounds first: a neighbor's would cut characters that lean over.
    for run in &runs {
        draw_background(run, y, &mut svg);
    }
    for run in &runs {
        draw_run(run, y, &mut svg);
    }
    svg
}

/// Frames what was drawn of a screen of this size, and so many rows below it.
pub(crate) fn frame(
    screen: &Screen,
    paper: &Paper,
    rows_below: u16,
    style: &str,
    drawn: &str,
) -> String {
    let background = paper.background;
    let (rows, columns) = screen.size();
    let width = f64::from(columns.get()) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows.get() + rows_below) * CELL.1 + 2.0 * MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\">\n{style}\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{background}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" font-size=\"{FONT_SIZE}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">\n\
         {drawn}</g>\n</svg>\n"
    )
}

/// Draws a sentence in the middle of a row.
pub(crate) fn draw_sentence(text: &str, screen: &Screen, row: u16, paper: &Paper) -> String {
    let color = paper.text;
    let (_, columns) = screen.size();
    format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{color}\">{}</text>\n",
        f64::from(columns.get()) * CELL.0 / 2.0,
        f64::from(row) * CELL.1 + BASE_LINE,
        escaped(text)
    )
}

fn runs(screen: &Screen, row: u16, paper: &Paper) -> Vec<Run> {
    let columns = screen.size().1.get();
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else {
            continue;
        };
        if cell.is_wide_continuation() {
            continue;
        }
        let (look, text) = (look(cell, paper), text(cell));
        let width = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run) if run.look == look && goes_on(&run.text, text) => {
                run.width += width;
                run.text.push_str(text);
            }
            _ => runs.push(Run {
                first: column,
                width,
                look,
                text: text.to_owned(),
            }),
        }
    }
    runs
}

/// Whether a text belongs to the run before it: shapes stand with their like.
fn goes_on(run: &str, text: &str) -> bool {
    match (shape_of(run), shapes::shape(text)) {
        (None, None) => true,
        (Some(_), Some(_)) => run.starts_with(text),
        _ => false,
    }
}

/// The shape that a run repeats, if it is one of shapes.
fn shape_of(run: &str) -> Option<Shape> {
    let first = run.chars().next()?;
    shapes::shape(first.encode_utf8(&mut [0; 4]))
}

fn text(cell: &Cell) -> &str {
    if cell.has_contents() {
        cell.contents()
    } else {
        " "
    }
}

fn look(cell: &Cell, paper: &Paper) -> Look {
    let color = hex(cell.fgcolor());
    let background = hex(cell.bgcolor());
    let (color, background) = if cell.inverse() {
        let behind = color.unwrap_or_else(|| paper.text.to_owned());
        (
            background.unwrap_or_else(|| paper.background.to_owned()),
            Some(behind),
        )
    } else {
        (color.unwrap_or_else(|| paper.text.to_owned()), background)
    };
    Look {
        color,
        background,
        is_bold: cell.bold(),
        is_underlined: cell.underline(),
    }
}

fn draw_background(run: &Run, y: f64, svg: &mut String) {
    if let Some(background) = &run.look.background {
        svg.push_str(&format!(
            "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{background}\"/>\n",
            f64::from(run.first) * CELL.0,
            f64::from(run.width) * CELL.0,
            CELL.1
        ));
    }
}

fn draw_run(run: &Run, y: f64, svg: &mut String) {
    let x = f64::from(run.first) * CELL.0;
    if let Some(shape) = shape_of(&run.text) {
        shapes::draw(&shape, run.width, (x, y), &run.look.color, svg);
        return;
    }
    // Word by word, so that nothing adds up in viewers that don't stretch text.
    let mut column = 0.0;
    for word in run.text.split(' ') {
        let columns = unicode_width::UnicodeWidthStr::width(word) as f64;
        if !word.is_empty() {
            draw_word(word, (x + column * CELL.0, y), columns, &run.look, svg);
        }
        column += columns + 1.0;
    }
}

fn draw_word(word: &str, (x, y): (f64, f64), columns: f64, look: &Look, svg: &mut String) {
    let bold = if look.is_bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let underline = if look.is_underlined {
        " text-decoration=\"underline\""
    } else {
        ""
    };
    svg.push_str(&format!(
        "<text x=\"{x}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{}\"{bold}{underline}>{}</text>\n",
        y + BASE_LINE,
        columns * CELL.0,
        look.color,
        escaped(word)
    ));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
