//! The five themes.
//!
//! Colors are from the fixed part of the 256 (16 to 255): the first 16 look different in every
//! terminal, so their readability is unknown. Text has a contrast of at least 4.5 to 1, tested
//! below. No theme dims: terminals differ in how they show it, down to invisible.

use ratatui::style::{Color, Modifier, Style};

use super::{EXPERIMENT_STYLES, TargetColor, Theme, ThemeName};

impl Theme {
    /// Returns the theme with this name.
    #[must_use]
    pub fn by_name(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => DARK.theme(),
            ThemeName::Light => LIGHT.theme(),
            ThemeName::HighContrast => high_contrast(),
            ThemeName::ColorBlind => COLOR_BLIND.theme(),
            ThemeName::None => none(),
        }
    }
}

/// Colors of a theme, as numbers among the 256.
struct ThemeColors {
    dim: u8,
    border: u8,
    accent: u8,
    error: u8,
    warning: u8,
    success: u8,
    added: u8,
    removed: u8,
    changed: u8,
    /// Backgrounds: of changed words, of the selected row with and without the keys.
    added_word: u8,
    removed_word: u8,
    selection: u8,
    selection_unfocused: u8,
    experiments: [u8; EXPERIMENT_STYLES],
    /// Red, yellow, green, blue, magenta, cyan.
    targets: [u8; TargetColor::ALL.len()],
}

/// For dark backgrounds; the default.
const DARK: ThemeColors = ThemeColors {
    dim: 246,
    border: 240,
    accent: 117,
    error: 210,
    warning: 221,
    success: 114,
    added: 114,
    removed: 210,
    changed: 221,
    added_word: 22,
    removed_word: 52,
    selection: 238,
    selection_unfocused: 235,
    experiments: [75, 177, 114, 105, 80, 183, 36, 152],
    targets: [210, 221, 114, 75, 177, 80],
};

/// For light backgrounds.
const LIGHT: ThemeColors = ThemeColors {
    dim: 241,
    border: 248,
    accent: 25,
    error: 124,
    warning: 94,
    success: 22,
    added: 22,
    removed: 124,
    changed: 94,
    added_word: 157,
    removed_word: 224,
    selection: 153,
    selection_unfocused: 254,
    experiments: [25, 128, 22, 60, 23, 90, 18, 54],
    targets: [124, 94, 22, 25, 128, 23],
};

/// The colors of Okabe and Ito, or the nearest among the 256: distinct with any color vision. What
/// is added is blue and what is removed orange, never green and red.
const COLOR_BLIND: ThemeColors = ThemeColors {
    dim: 246,
    border: 240,
    accent: 74,
    error: 208,
    warning: 227,
    success: 74,
    added: 117,
    removed: 208,
    changed: 227,
    added_word: 24,
    removed_word: 52,
    selection: 238,
    selection_unfocused: 235,
    experiments: [74, 176, 36, 252, 33, 140, 115, 189],
    targets: [208, 227, 36, 33, 175, 117],
};

impl ThemeColors {
    fn theme(&self) -> Theme {
        let color = |number: u8| Style::new().fg(Color::Indexed(number));
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        let marked = |number: u8| bold(Style::new().bg(Color::Indexed(number)));
        Theme {
            text: Style::new(),
            dim: color(self.dim),
            disabled: color(self.dim),
            border: color(self.border),
            border_focused: color(self.accent),
            title: Style::new(),
            title_focused: bold(color(self.accent)),
            selection: marked(self.selection),
            selection_unfocused: Style::new().bg(Color::Indexed(self.selection_unfocused)),
            accent: color(self.accent),
            error: bold(color(self.error)),
            warning: color(self.warning),
            success: color(self.success),
            added: color(self.added),
            removed: color(self.removed),
            changed: color(self.changed),
            added_word: marked(self.added_word),
            removed_word: marked(self.removed_word),
            matched: bold(color(self.accent)).add_modifier(Modifier::UNDERLINED),
            key_hint: bold(color(self.accent)),
            bar_free: color(self.border),
            bar_reserved: Style::new(),
            bar_capped: color(self.dim),
            experiments: self.experiments.map(color),
            targets: self.targets.map(color),
        }
    }
}

/// White on black, whatever the terminal's colors, and strong colors.
fn high_contrast() -> Theme {
    let black = Color::Indexed(16);
    let white = Color::Indexed(231);
    let yellow = Color::Indexed(226);
    let plain = Style::new().fg(white);
    let bold = |number: u8| {
        Style::new()
            .fg(Color::Indexed(number))
            .add_modifier(Modifier::BOLD)
    };
    let word = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
    Theme {
        text: plain.bg(black),
        dim: plain,
        disabled: Style::new().fg(Color::Indexed(250)),
        border: plain,
        border_focused: Style::new().fg(yellow),
        title: plain.add_modifier(Modifier::BOLD),
        title_focused: Style::new()
            .fg(black)
            .bg(yellow)
            .add_modifier(Modifier::BOLD),
        selection: Style::new()
            .fg(black)
            .bg(white)
            .add_modifier(Modifier::BOLD),
        selection_unfocused: Style::new().add_modifier(Modifier::UNDERLINED),
        accent: bold(226),
        error: bold(210),
        warning: bold(220),
        success: bold(120),
        added: bold(120),
        removed: bold(210),
        changed: bold(220),
        added_word: word,
        removed_word: word,
        matched: bold(226).add_modifier(Modifier::UNDERLINED),
        key_hint: bold(226),
        bar_free: plain,
        bar_reserved: Style::new(),
        bar_capped: plain,
        experiments: [51, 213, 120, 111, 231, 183, 159, 147]
            .map(|number| Style::new().fg(Color::Indexed(number))),
        targets: [210, 226, 120, 117, 213, 51].map(bold),
    }
}

/// The terminal's own two colors, with modifiers only.
fn none() -> Theme {
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let reversed = plain.add_modifier(Modifier::REVERSED);
    let word = plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    Theme {
        text: plain,
        dim: plain,
        disabled: plain,
        border: plain,
        border_focused: bold,
        title: plain,
        title_focused: bold.add_modifier(Modifier::REVERSED),
        selection: reversed,
        selection_unfocused: plain.add_modifier(Modifier::UNDERLINED),
        accent: bold,
        error: bold,
        warning: bold,
        success: plain,
        added: plain,
        removed: plain,
        changed: plain,
        added_word: word,
        removed_word: word,
        matched: word,
        key_hint: bold,
        bar_free: plain,
        bar_reserved: plain,
        bar_capped: plain,
        experiments: [plain; EXPERIMENT_STYLES],
        targets: [bold; TargetColor::ALL.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the color of a number in the fixed part of the 256: red, green and blue from 0 to
    /// 255.
    fn rgb(number: u8) -> [u8; 3] {
        assert!(number >= 16, "{number} looks different in every terminal");
        if number >= 232 {
            return [8 + 10 * (number - 232); 3];
        }
        let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
        let cube = number - 16;
        [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
    }

    /// Returns the contrast of two colors as defined by WCAG 2, from 1 to 21.
    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let luminance = |rgb: [u8; 3]| {
            let [red, green, blue] = rgb.map(|channel| {
                let channel = f64::from(channel) / 255.0;
                if channel <= 0.040_45 {
                    channel / 12.92
                } else {
                    ((channel + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    const BLACK: [u8; 3] = [0; 3];
    /// What dark schemes call black.
    const DARK_GRAY: [u8; 3] = [0x1e; 3];
    const WHITE: [u8; 3] = [255; 3];
    const IVORY: [u8; 3] = [0xfd, 0xf6, 0xe3];

    fn texts(theme: &Theme) -> Vec<Style> {
        let mut styles = vec![
            theme.dim,
            theme.disabled,
            theme.accent,
            theme.error,
            theme.warning,
            theme.success,
            theme.added,
            theme.removed,
            theme.changed,
            theme.key_hint,
            theme.title_focused,
        ];
        styles.extend(theme.experiments);
        styles.extend(theme.targets);
        styles
    }

    #[test]
    fn text_is_readable_on_its_backgrounds() {
        for (name, backgrounds) in [
            (ThemeName::Dark, [BLACK, DARK_GRAY]),
            (ThemeName::ColorBlind, [BLACK, DARK_GRAY]),
            (ThemeName::Light, [WHITE, IVORY]),
            (ThemeName::HighContrast, [BLACK, BLACK]),
        ] {
            let theme = Theme::by_name(name);
            for style in texts(&theme) {
                let Some(Color::Indexed(number)) = style.fg else {
                    panic!("{name}: {style:?} has no fixed color");
                };
                if style.bg.is_some() {
                    continue;
                }
                for background in backgrounds {
                    let contrast = contrast(rgb(number), background);
                    let least = if name == ThemeName::HighContrast {
                        7.0
                    } else {
                        4.5
                    };
                    assert!(contrast >= least, "{name}: {number} has {contrast:.1}");
                }
            }
        }
    }

    #[test]
    fn changed_words_and_the_selection_stay_readable() {
        for palette in [DARK, LIGHT, COLOR_BLIND] {
            for (text, background) in [
                (palette.added, palette.added_word),
                (palette.removed, palette.removed_word),
                (palette.dim, palette.selection_unfocused),
            ] {
                let contrast = contrast(rgb(text), rgb(background));
                assert!(contrast >= 4.0, "{text} on {background} has {contrast:.1}");
            }
            let contrast = contrast(rgb(palette.dim), rgb(palette.selection));
            assert!(
                contrast >= 3.0,
                "{} on the selection has {contrast:.1}",
                palette.dim
            );
        }
    }

    #[test]
    fn every_theme_shows_the_selection_and_the_focus() {
        for name in ThemeName::ALL {
            let theme = Theme::by_name(name);
            assert_ne!(theme.selection, theme.text, "{name}");
            assert_ne!(theme.selection, theme.selection_unfocused, "{name}");
            assert_ne!(theme.title, theme.title_focused, "{name}");
            assert_ne!(theme.border, theme.border_focused, "{name}");
        }
    }

    #[test]
    fn without_color_there_is_none() {
        let theme = format!("{:?}", Theme::by_name(ThemeName::None));
        assert!(
            !theme.contains("Indexed") && !theme.contains("DIM"),
            "{theme}"
        );
        assert!(
            Theme::by_name(ThemeName::None)
                .selection
                .add_modifier
                .contains(Modifier::REVERSED)
        );
    }

    /// Returns whether a color is a shade of red, orange or yellow.
    fn is_warm(number: u8) -> bool {
        let [red, green, blue] = rgb(number).map(i32::from);
        let most = red.max(green).max(blue);
        let range = most - red.min(green).min(blue);
        if range < 40 || red < most {
            return false;
        }
        // From red, two thirds of the way to magenta, and all the way to yellow.
        (blue - green) * 3 <= range * 2
    }

    #[test]
    fn red_and_amber_mean_trouble_only() {
        let is_warm_style =
            |style: &Style| matches!(style.fg, Some(Color::Indexed(number)) if is_warm(number));
        let themes = ThemeName::ALL.map(|name| (name, Theme::by_name(name)));
        for (name, theme) in themes {
            for style in theme.experiments {
                assert!(!is_warm_style(&style), "{name}: {style:?}");
            }
            let trouble = [theme.error, theme.warning].map(|style| is_warm_style(&style));
            assert_eq!(trouble, [name != ThemeName::None; 2], "{name}");
        }
    }

    #[test]
    fn experiments_differ_within_a_theme() {
        for palette in [DARK, LIGHT, COLOR_BLIND] {
            let mut colors = palette.experiments.to_vec();
            colors.sort_unstable();
            colors.dedup();
            assert_eq!(colors.len(), EXPERIMENT_STYLES);
        }
    }
}
