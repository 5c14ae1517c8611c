//! The keys of all commands: the defaults, overridden by the settings, checked for clashes.

use super::error::{SettingsError, SettingsProblem};
use super::values::Settings;
use crate::console::keys::Chord;
use crate::diagnostic::Span;

/// A command's default keys.
#[derive(Clone, Debug)]
pub struct DefaultKeys<'a> {
    /// The command's id.
    pub command: &'a str,
    /// Its default keys.
    pub chords: Vec<Chord>,
}

/// A command's keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding<'a> {
    /// The command's id.
    pub command: &'a str,
    /// Its keys; the first one is shown.
    pub chords: Vec<Chord>,
}

impl Settings {
    /// Returns the keys of every command, in the order of the defaults.
    ///
    /// A chord bound to two commands that can be active at once is an error at its span in the
    /// user's file, even if one of the two bindings is a default: what a key does must not depend
    /// on which command is looked up first.
    pub fn bindings<'a>(
        &self,
        defaults: &[DefaultKeys<'a>],
        active_at_once: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<Binding<'a>>, Vec<SettingsError>> {
        let bindings: Vec<Binding<'a>> = defaults
            .iter()
            .map(|default| Binding {
                command: default.command,
                chords: self
                    .keys
                    .get(default.command)
                    .unwrap_or(&default.chords)
                    .clone(),
            })
            .collect();
        let mut errors = Vec::new();
        for (index, binding) in bindings.iter().enumerate() {
            for other in &bindings[index + 1..] {
                if !active_at_once(binding.command, other.command) {
                    continue;
                }
                for chord in &binding.chords {
                    if other.chords.contains(chord) {
                        errors.push(self.clash(*chord, binding.command, other.command));
                    }
                }
            }
        }
        if errors.is_empty() {
            Ok(bindings)
        } else {
            Err(errors)
        }
    }

    /// Returns the clash, at the span of the command that the user's file names.
    fn clash(&self, chord: Chord, one: &str, two: &str) -> SettingsError {
        let at_two = self.span_of(two, chord);
        let (command, other, span) = match (at_two, self.span_of(one, chord)) {
            (Some(span), _) => (two, one, Some(span)),
            (None, span) => (one, two, span),
        };
        SettingsError {
            // Without a span both are defaults, which the registry's own test rules out.
            span: span.unwrap_or_else(|| Span::start_of("configs/settings.yml")),
            problem: SettingsProblem::Clash {
                chord: chord.to_string(),
                command: command.to_owned(),
                other: other.to_owned(),
            },
        }
    }

    fn span_of(&self, command: &str, chord: Chord) -> Option<Span> {
        let position = self
            .keys
            .get(command)?
            .iter()
            .position(|own| *own == chord)?;
        self.spans.get(command)?.get(position).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: &[&str] = &["quit", "help", "close"];

    fn bindings(text: &str) -> Result<Vec<String>, Vec<String>> {
        let settings = Settings::load(Some(("my.yml", text)), COMMANDS).expect("good settings");
        let defaults =
            [("quit", "q"), ("help", "?"), ("close", "q")].map(|(command, chord)| DefaultKeys {
                command,
                chords: vec![chord.parse().expect("a chord")],
            });
        // `close` is active only in a dialog, where the others are not.
        let together = |one: &str, two: &str| one != "close" && two != "close";
        settings
            .bindings(&defaults, together)
            .map(|bindings| {
                bindings
                    .iter()
                    .map(|binding| {
                        let chords: Vec<String> =
                            binding.chords.iter().map(ToString::to_string).collect();
                        format!("{} {}", binding.command, chords.join(" "))
                    })
                    .collect()
            })
            .map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_omitted_command_keeps_its_default() {
        assert_eq!(
            bindings("keys: {help: [f1, h]}\n"),
            Ok(vec![
                "quit q".to_owned(),
                "help f1 h".to_owned(),
                "close q".to_owned()
            ])
        );
    }

    #[test]
    fn a_clash_is_reported_where_the_user_wrote_it() {
        assert_eq!(
            bindings("keys:\n  help: [f1, q]\n"),
            Err(vec![
                "my.yml:2:14: `q` is bound to both `help` and `quit`, which can be active at once"
                    .to_owned()
            ])
        );
        assert!(bindings("keys:\n  close: [\"?\"]\n").is_ok());
    }
}
