//! Borders and bars as shapes: in a browser's font their characters leave gaps.

use crate::svg::CELL;

/// A shape within its cell, the cell being 1 wide and 1 high, strokes in the picture's units.
pub(crate) enum Shape {
    /// A filled rectangle from the left, so wide and so opaque.
    Block(f64, f64),
    /// A filled rectangle from below, so high.
    Rise(f64),
    /// A straight line.
    Line([Point; 2], f64),
    /// A line around the middle: thin ones are bent, heavy ones have an edge.
    Corner([Point; 2], f64),
}

type Point = (f64, f64);

const LEFT: Point = (0.0, 0.5);
const RIGHT: Point = (1.0, 0.5);
const TOP: Point = (0.5, 0.0);
const BOTTOM: Point = (0.5, 1.0);
const MIDDLE: Point = (0.5, 0.5);
const THIN: f64 = 1.2;
const HEAVY: f64 = 2.2;

impl Shape {
    fn is_as_wide_as_its_cell(&self) -> bool {
        match self {
            Self::Block(part, _) => *part >= 1.0,
            Self::Rise(_) => true,
            Self::Line([from, to], _) => *from == LEFT && *to == RIGHT,
            Self::Corner(..) => false,
        }
    }
}

/// The shape of a character; none for one that is text.
pub(crate) fn shape(text: &str) -> Option<Shape> {
    let mut characters = text.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else {
        return None;
    };
    Some(match character {
        '█' => Shape::Block(1.0, 1.0),
        '▉' => Shape::Block(0.875, 1.0),
        '▊' => Shape::Block(0.75, 1.0),
        '▋' => Shape::Block(0.625, 1.0),
        '▌' => Shape::Block(0.5, 1.0),
        '▍' => Shape::Block(0.375, 1.0),
        '▎' => Shape::Block(0.25, 1.0),
        '▏' => Shape::Block(0.125, 1.0),
        '▁' => Shape::Rise(0.125),
        '▂' => Shape::Rise(0.25),
        '▃' => Shape::Rise(0.375),
        '▄' => Shape::Rise(0.5),
        '▅' => Shape::Rise(0.625),
        '▆' => Shape::Rise(0.75),
        '▇' => Shape::Rise(0.875),
        '▓' => Shape::Block(1.0, 0.75),
        '▒' => Shape::Block(1.0, 0.5),
        '░' => Shape::Block(1.0, 0.25),
        '─' => Shape::Line([LEFT, RIGHT], THIN),
        '│' => Shape::Line([TOP, BOTTOM], THIN),
        '╎' => Shape::Line([(0.5, 0.15), (0.5, 0.85)], THIN),
        '┄' => Shape::Line([(0.2, 0.5), (0.8, 0.5)], THIN),
        '━' => Shape::Line([LEFT, RIGHT], HEAVY),
        '┃' => Shape::Line([TOP, BOTTOM], HEAVY),
        '╭' => Shape::Corner([BOTTOM, RIGHT], THIN),
        '╮' => Shape::Corner([LEFT, BOTTOM], THIN),
        '╰' => Shape::Corner([TOP, RIGHT], THIN),
        '╯' => Shape::Corner([LEFT, TOP], THIN),
        '┏' => Shape::Corner([BOTTOM, RIGHT], HEAVY),
        '┓' => Shape::Corner([LEFT, BOTTOM], HEAVY),
        '┗' => Shape::Corner([TOP, RIGHT], HEAVY),
        '┛' => Shape::Corner([LEFT, TOP], HEAVY),
        _ => return None,
    })
}

/// Draws the shape `count` times from this corner on, to the right.
pub(crate) fn draw(shape: &Shape, count: u16, (x, y): (f64, f64), color: &str, svg: &mut String) {
    let (width, height) = CELL;
    // What fills the width of its cell stands side by side as one, without seams.
    let (steps, stretch) = if shape.is_as_wide_as_its_cell() {
        (1, f64::from(count))
    } else {
        (count, 1.0)
    };
    for step in 0..steps {
        let left = x + f64::from(step) * width;
        let point = |(across, down): (f64, f64)| {
            format!("{} {}", left + across * width * stretch, y + down * height)
        };
        svg.push_str(&match shape {
            Shape::Block(part, opacity) => format!(
                "<rect x=\"{left}\" y=\"{y}\" width=\"{}\" height=\"{height}\" fill=\"{color}\" \
                 fill-opacity=\"{opacity}\"/>\n",
                part * width * stretch
            ),
            Shape::Rise(part) => format!(
                "<rect x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{color}\"/>\n",
                y + (1.0 - part) * height,
                width * stretch,
                part * height
            ),
            Shape::Line([from, to], stroke) => format!(
                "<path d=\"M{}L{}\" stroke=\"{color}\" stroke-width=\"{stroke}\"/>\n",
                point(*from),
                point(*to)
            ),
            Shape::Corner([from, to], stroke) => {
                let bend = if *stroke < HEAVY { "Q" } else { "L" };
                format!(
                    "<path d=\"M{}{bend}{} {}\" fill=\"none\" stroke=\"{color}\" \
                     stroke-width=\"{stroke}\"/>\n",
                    point(*from),
                    point(MIDDLE),
                    point(*to)
                )
            }
        });
    }
}
