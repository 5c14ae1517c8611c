//! The terminal's colors as the picture's.

use vt100::Color;

/// A terminal's own colors.
pub(crate) struct Paper {
    /// Behind everything.
    pub(crate) background: &'static str,
    /// Text without a color of its own.
    pub(crate) text: &'static str,
    /// How the terminal says which they are, in `COLORFGBG`.
    pub(crate) terminal: &'static str,
}

impl Paper {
    pub(crate) const DARK: Self = Self {
        background: "#16181d",
        text: "#d8dbe2",
        terminal: "15;0",
    };
    pub(crate) const LIGHT: Self = Self {
        background: "#fafafa",
        text: "#24272e",
        terminal: "0;15",
    };
}

/// The first 16, which terminals choose as they like.
const NAMED: [u32; 16] = [
    0x00_00_00, 0xcd_31_31, 0x0d_bc_79, 0xe5_e5_10, 0x24_72_c8, 0xbc_3f_bc, 0x11_a8_cd, 0xe5_e5_e5,
    0x66_66_66, 0xf1_4c_4c, 0x23_d1_8b, 0xf5_f5_43, 0x3b_8e_ea, 0xd6_70_d6, 0x29_b8_db, 0xff_ff_ff,
];

/// The color in hexadecimal; none for the terminal's own.
pub(crate) fn hex(color: Color) -> Option<String> {
    match color {
        Color::Default => None,
        Color::Idx(index) => Some(indexed(index)),
        Color::Rgb(red, green, blue) => Some(rgb(red, green, blue)),
    }
}

/// One of the 256: 16 names, a cube of 6 × 6 × 6, and 24 grays.
fn indexed(index: u8) -> String {
    match index {
        0..=15 => format!("#{:06x}", NAMED[usize::from(index)]),
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            rgb(level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        232..=255 => {
            let gray = 8 + 10 * (index - 232);
            rgb(gray, gray, gray)
        }
    }
}

fn rgb(red: u8, green: u8, blue: u8) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
