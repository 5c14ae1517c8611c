//! Maps keys to commands.

use std::collections::HashMap;

use super::Command;
use crate::console::keys::Chord;
use crate::console::settings::{DefaultKeys, Settings, SettingsError};

/// The keys of the main screen: the defaults, overridden by the settings.
#[derive(Clone, Debug)]
pub struct Keymap {
    commands: HashMap<Chord, Command>,
    /// Each command's first key, for hints.
    hints: HashMap<Command, Chord>,
}

impl Keymap {
    /// Builds the keymap from the registry's keys and the settings.
    pub fn new(settings: &Settings) -> Result<Self, Vec<SettingsError>> {
        let defaults: Vec<DefaultKeys<'static>> = Command::specs()
            .iter()
            .map(|spec| DefaultKeys {
                command: spec.id,
                // A unit test reads every default key.
                chords: spec
                    .keys
                    .iter()
                    .filter_map(|key| key.parse().ok())
                    .collect(),
            })
            .collect();
        // All commands belong to the main screen, so no two may share a key.
        let bindings = settings.bindings(&defaults, |_, _| true)?;
        let mut keymap = Self {
            commands: HashMap::new(),
            hints: HashMap::new(),
        };
        for (spec, binding) in Command::specs().iter().zip(bindings) {
            if let Some(first) = binding.chords.first() {
                keymap.hints.insert(spec.command, *first);
            }
            let chords = binding.chords.into_iter();
            keymap
                .commands
                .extend(chords.map(|chord| (chord, spec.command)));
        }
        Ok(keymap)
    }

    /// Returns the command bound to a key.
    #[must_use]
    pub fn command(&self, chord: Chord) -> Option<Command> {
        self.commands.get(&chord).copied()
    }

    /// Returns the key to show for a command.
    #[must_use]
    pub fn hint(&self, command: Command) -> Option<Chord> {
        self.hints.get(&command).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_key_can_be_read_and_none_clashes() {
        for key in Command::specs().iter().flat_map(|spec| spec.keys) {
            assert!(key.parse::<Chord>().is_ok(), "{key}");
        }
        let settings = Settings::load(None, &[]).expect("the defaults are valid");
        let keymap = Keymap::new(&settings).expect("no clash among the defaults");
        let apply: Chord = "a".parse().expect("a key");
        assert_eq!(keymap.command(apply), Some(Command::Apply));
        assert_eq!(keymap.hint(Command::Apply), Some(apply));
    }
}
