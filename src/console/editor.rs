//! How to open an editor at a line: the command, as a plain value.
//!
//! The loop runs it, within [`Screen::hand_over`](super::terminal::Screen).

use std::path::Path;

/// The command to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EditorCommand {
    /// The program.
    pub program: String,
    /// Its arguments, in order; the file's name isn't always UTF-8.
    pub args: Vec<std::ffi::OsString>,
}

/// Why no editor can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EditorError {
    /// An unclosed quote.
    #[error("{variable} has an unclosed quote: {value}")]
    OpenQuote {
        /// `$VISUAL` or `$EDITOR`.
        variable: &'static str,
        /// Its value, safe for a terminal.
        value: String,
    },
}

/// How to pass an editor the position.
enum Goto {
    /// `+LINE FILE`
    PlusLine,
    /// `+LINE:COLUMN FILE`
    PlusLineColumn,
    /// `--wait --goto FILE:LINE:COLUMN`
    WaitFlag,
    /// `--wait FILE:LINE:COLUMN`
    WaitSuffix,
    /// `FILE:LINE:COLUMN`
    Suffix,
    /// Not at all.
    Unknown,
}

/// Returns the command that opens `file` at a line and column (from 1) by `$VISUAL` or `$EDITOR`;
/// `vi` if both are unset or blank.
pub(super) fn command(
    visual: Option<&str>,
    editor: Option<&str>,
    file: &Path,
    line: usize,
    column: usize,
) -> Result<EditorCommand, EditorError> {
    let (variable, value) = [("$VISUAL", visual), ("$EDITOR", editor)]
        .into_iter()
        .filter_map(|(variable, value)| Some((variable, value?.trim())))
        .find(|(_, value)| !value.is_empty())
        .unwrap_or(("$EDITOR", "vi"));
    let mut words = split(value)
        .ok_or_else(|| EditorError::OpenQuote {
            variable,
            value: crate::diagnostic::visible(value).into_owned(),
        })?
        .into_iter();
    // Empty quotes don't name a program.
    let program = words.next().filter(|program| !program.is_empty());
    let program = program.unwrap_or_else(|| "vi".to_owned());
    let mut args: Vec<std::ffi::OsString> = words.map(Into::into).collect();
    let suffixed = || {
        let mut argument = file.as_os_str().to_owned();
        argument.push(format!(":{line}:{column}"));
        argument
    };
    let wait = |args: &mut Vec<std::ffi::OsString>| {
        if !args
            .iter()
            .any(|argument| argument == "--wait" || argument == "-w")
        {
            args.push("--wait".into());
        }
    };
    match goto(&program) {
        Goto::PlusLine => args.extend([format!("+{line}").into(), file.into()]),
        Goto::PlusLineColumn => args.extend([format!("+{line}:{column}").into(), file.into()]),
        Goto::WaitFlag => {
            wait(&mut args);
            args.extend(["--goto".into(), suffixed()]);
        }
        Goto::WaitSuffix => {
            wait(&mut args);
            args.push(suffixed());
        }
        Goto::Suffix => args.push(suffixed()),
        Goto::Unknown => args.push(file.into()),
    }
    Ok(EditorCommand { program, args })
}

fn goto(program: &str) -> Goto {
    let name = Path::new(program)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or(program);
    match name {
        "vi" | "vim" | "nvim" | "view" | "gvim" | "nano" | "pico" | "emacs" | "emacsclient"
        | "kak" | "joe" | "mg" | "ne" | "jed" => Goto::PlusLine,
        "micro" => Goto::PlusLineColumn,
        "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf" => Goto::WaitFlag,
        "subl" | "zed" | "zeditor" => Goto::WaitSuffix,
        "hx" | "helix" => Goto::Suffix,
        _ => Goto::Unknown,
    }
}

/// Splits words at whitespace, quotes and backslashes as a shell does; `None` for an unclosed
/// quote.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            blank if blank.is_whitespace() => words.extend(word.take()),
            quote @ ('\'' | '"') => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        end if end == quote => break,
                        '\\' if quote == '"' => match characters.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(visual: Option<&str>, editor: Option<&str>) -> String {
        let command = command(visual, editor, Path::new("c/a b.yml"), 7, 3).expect("an editor");
        std::iter::once(command.program)
            .chain(
                command
                    .args
                    .iter()
                    .map(|arg| arg.to_string_lossy().into_owned()),
            )
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn visual_comes_first_and_vi_last() {
        assert_eq!(run(Some("nvim"), Some("nano")), "nvim|+7|c/a b.yml");
        assert_eq!(run(Some("  "), Some("nano")), "nano|+7|c/a b.yml");
        assert_eq!(run(None, None), "vi|+7|c/a b.yml");
        assert_eq!(run(Some("''"), None), "vi|+7|c/a b.yml");
    }

    #[test]
    fn every_editor_gets_the_position_in_its_own_syntax() {
        for (editor, expected) in [
            ("/usr/bin/vim", "/usr/bin/vim|+7|c/a b.yml"),
            ("emacsclient -t", "emacsclient|-t|+7|c/a b.yml"),
            ("micro", "micro|+7:3|c/a b.yml"),
            ("code", "code|--wait|--goto|c/a b.yml:7:3"),
            ("code -w", "code|-w|--goto|c/a b.yml:7:3"),
            ("codium --wait", "codium|--wait|--goto|c/a b.yml:7:3"),
            ("subl", "subl|--wait|c/a b.yml:7:3"),
            ("hx", "hx|c/a b.yml:7:3"),
            ("ed", "ed|c/a b.yml"),
        ] {
            assert_eq!(run(None, Some(editor)), expected);
        }
    }

    #[test]
    fn empty_arguments_stay() {
        for (editor, expected) in [
            (
                r#"emacsclient -nw -a """#,
                "emacsclient|-nw|-a||+7|c/a b.yml",
            ),
            ("emacsclient -a '' -t", "emacsclient|-a||-t|+7|c/a b.yml"),
            (r#"ed "" '' ""'x'"#, "ed|||x|c/a b.yml"),
        ] {
            assert_eq!(run(None, Some(editor)), expected);
        }
    }

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(
            run(
                Some(r#""/opt/my editor/vim" -c 'set nu' a\ b "x\"y" "#),
                None
            ),
            r#"/opt/my editor/vim|-c|set nu|a b|x"y|+7|c/a b.yml"#
        );
        let error = command(Some("vim 'x"), None, Path::new("a.yml"), 1, 1);
        assert_eq!(
            error.map_err(|error| error.to_string()),
            Err("$VISUAL has an unclosed quote: vim 'x".to_owned())
        );
    }
}
