//! The roles that a theme has a style for.

use ratatui::style::{Modifier, Style};

use super::TargetColor;
use crate::report::Role;

/// The number of experiments of a layer that look different; the next one looks like the first.
pub const EXPERIMENT_STYLES: usize = 8;

/// A style for each role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Plain text. Fill the whole frame with it first: a theme may bring its own background.
    pub text: Style,
    /// What matters less, still readable.
    pub dim: Style,
    /// A command or value that can't be used now.
    pub disabled: Style,
    /// The border of a panel.
    pub border: Style,
    /// The border of the panel that has the keys.
    pub border_focused: Style,
    /// The title of a panel.
    pub title: Style,
    /// The title of the panel that has the keys.
    pub title_focused: Style,
    /// The selected row of the panel that has the keys; laid over the existing style.
    pub selection: Style,
    /// The selected row of another panel.
    pub selection_unfocused: Style,
    /// The accent color.
    pub accent: Style,
    /// An error, an alarm.
    pub error: Style,
    /// A warning.
    pub warning: Style,
    /// Success.
    pub success: Style,
    /// What an apply adds.
    pub added: Style,
    /// What an apply removes.
    pub removed: Style,
    /// What an apply changes.
    pub changed: Style,
    /// The words within an added line that are new; laid over `added`.
    pub added_word: Style,
    /// The words within a removed line that are removed; laid over `removed`.
    pub removed_word: Style,
    /// The characters that a filter matched.
    pub matched: Style,
    /// A key in the footer and the help.
    pub key_hint: Style,
    /// Free slots in a bar.
    pub bar_free: Style,
    /// Slots that are only reserved; laid over the experiment's own style.
    pub bar_reserved: Style,
    /// Slots above a layer's share of traffic.
    pub bar_capped: Style,
    /// Experiments, distinct and in order. Their colors never say anything about them.
    pub experiments: [Style; EXPERIMENT_STYLES],
    /// The colors of targets' names, in the order of [`TargetColor::ALL`].
    pub targets: [Style; TargetColor::ALL.len()],
}

impl Theme {
    /// Returns the style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        match role {
            Role::Text => self.text,
            Role::Strong => self.text.add_modifier(Modifier::BOLD),
            Role::Dim => self.dim,
            Role::Accent => self.accent,
            Role::Success => self.success,
            Role::Warning => self.warning,
            Role::Error => self.error,
            Role::Added => self.added,
            Role::Changed => self.changed,
            Role::Removed => self.removed,
            Role::Experiment(position) => self.experiment(position),
        }
    }

    /// Returns whether experiments have colors; else letters tell them apart.
    pub(crate) fn has_colors(&self) -> bool {
        self.experiments.iter().any(|style| style.fg.is_some())
    }

    /// Returns the style of a target's name: a block, in the accent color unless it has its own.
    #[must_use]
    pub fn target(&self, color: Option<TargetColor>) -> Style {
        let style = color.map_or(self.accent, |color| self.targets[color as usize]);
        style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// Returns the style of a layer's experiment by its position.
    #[must_use]
    pub fn experiment(&self, position: usize) -> Style {
        self.experiments[position % EXPERIMENT_STYLES]
    }
}
