//! Writes the parts of the docs that the code knows best: the rule catalogue, the console's keys
//! and its default settings.
//!
//! `cargo run --example docs` writes them in place. A test fails while they are out of date.

use std::fs;
use std::io;
use std::path::Path;

use avos::config;
use avos::console::commands::Command;
use avos::diagnostic::{Rule, Severity};
use avos::plan;
use avos::undo::undo_rules;

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    fs::write(docs.join("rules.md"), rules())?;
    let console = docs.join("console.md");
    let text = fs::read_to_string(&console)?;
    fs::write(console, with_generated_parts(&text))
}

/// The whole of `docs/rules.md`.
pub(crate) fn rules() -> String {
    let is_warning = |rule: &&&Rule| rule.severity == Severity::Warning;
    let errors: Vec<&Rule> = config::rules::ALL
        .iter()
        .filter(|rule| !is_warning(rule))
        .copied()
        .collect();
    let warnings: Vec<&Rule> = config::rules::ALL
        .iter()
        .filter(is_warning)
        .copied()
        .collect();
    let parts = [
        Part {
            title: "Rules of the files",
            intro: "What a layer file must be. `avos validate` checks exactly these; no database \
                    is needed.",
            rules: &errors,
        },
        Part {
            title: "Warnings",
            intro: "Allowed, but probably not what was meant. A warning stops nothing and doesn't \
                    change an exit code.",
            rules: &warnings,
        },
        Part {
            title: "Rules of the sync",
            intro: "What an apply may not do to what the database holds. `avos plan` and the \
                    console check them; the place is that of the value in the file.",
            rules: plan::rules::ALL,
        },
        Part {
            title: "Rules of an undo",
            intro: "What `avos history --undo` and the console can't undo in the layer files. A \
                    completion, a ramp-up and a larger reserve can't be undone either: \
                    [`completed-final`](#completed-final), [`ramp-down`](#ramp-down) and \
                    [`reserve-down`](#reserve-down).",
            rules: undo_rules::ALL,
        },
    ];
    let mut page = String::from(
        "<!-- Written by `cargo run --example docs` from the rules in the code. Don't edit it here. -->\n\
         \n\
         # Rules\n\
         \n\
         Every finding has a stable code. All findings of all files are reported, each at its line\n\
         and column. An error stops an apply of the layer that it concerns.\n",
    );
    for part in &parts {
        page.push_str(&part.table());
    }
    for part in &parts {
        page.push_str(&part.entries());
    }
    page
}

struct Part<'a> {
    title: &'a str,
    intro: &'a str,
    rules: &'a [&'a Rule],
}

impl Part<'_> {
    fn table(&self) -> String {
        let mut text = format!("\n**{}**\n\n| code | demands |\n|---|---|\n", self.title);
        for rule in self.rules {
            text.push_str(&format!(
                "| [`{}`](#{}) | {} |\n",
                rule.code,
                self.anchor(rule),
                rule.what
            ));
        }
        text
    }

    /// `capacity` is a rule of the files and of the sync: the second heading of a name has a
    /// number in its anchor.
    fn anchor(&self, rule: &Rule) -> String {
        let is_second = self.title == "Rules of the sync"
            && config::rules::ALL
                .iter()
                .any(|other| other.code == rule.code);
        let number = if is_second { "-1" } else { "" };
        format!("{}{number}", rule.code)
    }

    fn entries(&self) -> String {
        let mut text = format!("\n## {}\n\n{}\n", self.title, self.intro);
        for rule in self.rules {
            text.push_str(&format!(
                "\n### {}\n\n**{}.** {}\n\n**Why.** {}\n\n**To fix it.** {}\n",
                rule.code,
                capitalised(rule.severity.as_str()),
                rule.what,
                rule.why,
                rule.fix
            ));
            if !rule.example.is_empty() {
                text.push_str(&format!("\nBreaks it:\n\n```yaml\n{}\n```\n", rule.example));
            }
        }
        text
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// A page with what stands between its markers written afresh.
pub(crate) fn with_generated_parts(page: &str) -> String {
    let page = between(page, "keys", &keys());
    between(&page, "settings", &settings())
}

/// Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`.
fn between(page: &str, name: &str, text: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let Some((before, rest)) = page.split_once(&start) else {
        return page.to_owned();
    };
    let after = rest.split_once(&end).map_or("", |(_, after)| after);
    format!("{before}{start}\n{text}\n{end}{after}")
}

/// The table of commands.
fn keys() -> String {
    let mut table = String::from("| keys | id | what it does |\n|---|---|---|\n");
    for spec in Command::specs() {
        let keys: Vec<String> = spec.keys.iter().map(|key| format!("`{key}`")).collect();
        table.push_str(&format!(
            "| {} | `{}` | {} |\n",
            keys.join(" "),
            spec.id,
            spec.help
        ));
    }
    table
}

/// The default settings, as a whole file.
fn settings() -> String {
    format!("```yaml\n{}```\n", include_str!("../configs/settings.yml"))
}
