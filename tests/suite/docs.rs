//! The docs against the program: generated parts, links, examples of YAML and of commands.

#[path = "../../examples/docs.rs"]
#[expect(dead_code, reason = "its `main` is the example's")]
mod generated;

mod compose;
mod console;
#[cfg(feature = "postgres")]
mod team;

use std::fs;
use std::path::{Path, PathBuf};

use avos::config::{self, SourceFile, Sources};

use crate::config::now;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every page that people read: the root's and those of `docs/`.
fn pages() -> Vec<PathBuf> {
    let markdown = |dir: &str| {
        let entries = fs::read_dir(root().join(dir)).expect("a directory");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
    };
    let mut pages: Vec<PathBuf> = markdown(".").chain(markdown("docs")).collect();
    pages.sort();
    pages
}

/// A fenced block: the words after its fence, its text, its first line's number.
struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block {
                    info: info.to_owned(),
                    text: String::new(),
                    line: index + 2,
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block that doesn't end");
    blocks
}

const REGENERATE: &str = "is out of date: run `cargo run --example docs`";

#[test]
fn the_rule_catalogue_is_what_the_rules_say() {
    assert!(
        page("docs/rules.md") == generated::rules(),
        "docs/rules.md {REGENERATE}"
    );
}

#[test]
fn the_keys_and_the_settings_are_what_the_console_has() {
    let text = page("docs/console.md");
    for marker in ["keys", "settings"] {
        assert!(text.contains(&format!("<!-- {marker} -->\n")), "{marker}");
        assert!(text.contains(&format!("<!-- /{marker} -->")), "{marker}");
    }
    assert!(
        text == generated::with_generated_parts(&text),
        "docs/console.md {REGENERATE}"
    );
}

/// The anchors of a page, as GitHub makes them of its headings.
fn anchors(page: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let anchor: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
            .map(|letter| if letter == ' ' { '-' } else { letter })
            .collect();
        let is_number = |rest: &str| {
            let number = rest.strip_prefix('-');
            number.is_some_and(|number| number.parse::<u32>().is_ok())
        };
        let same = |known: &&String| {
            known
                .strip_prefix(&anchor)
                .is_some_and(|rest| rest.is_empty() || is_number(rest))
        };
        let before = anchors.iter().filter(same).count();
        anchors.push(match before {
            0 => anchor,
            number => format!("{anchor}-{number}"),
        });
    }
    anchors
}

/// The targets of a page's links and images, code aside.
fn targets(page: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        if is_code {
            continue;
        }
        for (_, rest) in line
            .match_indices("](")
            .map(|(at, _)| line.split_at(at + 2))
        {
            targets.extend(rest.split_once(')').map(|(target, _)| target.to_owned()));
        }
        for attribute in ["src=\"", "srcset=\""] {
            let values = line.split(attribute).skip(1);
            targets.extend(values.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    targets
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    let mut broken = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page");
        for target in targets(&text) {
            if target.starts_with("https://") {
                continue;
            }
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let there = if file.is_empty() {
                path.clone()
            } else {
                path.parent().expect("a directory").join(file)
            };
            let is_good = there.exists()
                && (anchor.is_empty()
                    || anchors(&fs::read_to_string(&there).expect("a page"))
                        .iter()
                        .any(|known| known == anchor));
            if !is_good {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 30, "{count} links");
}

/// The files below a folder of the package, as paths from its root with a slash in front.
fn files_below(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.flat_map(|path| {
        if path.is_dir() {
            return files_below(&path);
        }
        let inside = path.strip_prefix(root()).expect("a path in the package");
        vec![format!("/{}", inside.display())]
    });
    files.collect()
}

/// A page may name a file by the end of its path, such as `rules/shares.rs`. The list of changes may
/// name what is gone.
#[test]
fn every_source_file_that_a_page_names_exists() {
    const FOLDERS: [&str; 4] = ["src", "tests", "examples", "benches"];
    let files: Vec<String> = FOLDERS
        .iter()
        .flat_map(|folder| files_below(&root().join(folder)))
        .collect();
    let mut count = 0;
    let mut missing = Vec::new();
    for path in pages() {
        if path.ends_with("CHANGELOG.md") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a page");
        for line in text.lines() {
            // Every second part stands between backticks.
            for name in line.split('`').skip(1).step_by(2) {
                let is_rust = Path::new(name).extension().is_some_and(|it| it == "rs");
                let is_below = |folder: &&str| name.starts_with(&format!("{folder}/"));
                if !(is_rust || FOLDERS.iter().any(is_below)) || name.contains([' ', '<', '*']) {
                    continue;
                }
                count += 1;
                let is_file = files.iter().any(|file| file.ends_with(&format!("/{name}")));
                if !is_file && !root().join(name).exists() {
                    missing.push(format!("{}: {name}", path.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count > 100, "{count} names");
}

/// `yaml` is a whole layer file, `yaml experiment` some keys of an experiment.
#[test]
fn the_yaml_of_the_configuration_reference_has_no_findings() {
    let mut count = 0;
    for block in blocks(&page("docs/configuration.md")) {
        let text = match block.info.as_str() {
            "yaml" => block.text,
            "yaml experiment" => layer_of(&block.text),
            _ => continue,
        };
        count += 1;
        let file = SourceFile {
            name: "example.yml".to_owned(),
            content: Ok(text.as_str().into()),
        };
        let checked = config::check_sources(&Sources::new(".", vec![file]), now());
        let found: Vec<&str> = checked
            .findings
            .iter()
            .map(|finding| finding.diagnostic.message.as_str())
            .collect();
        let line = block.line;
        assert!(
            found.is_empty() && checked.counts.layers == 1,
            "docs/configuration.md:{line}: {found:#?}\n{text}"
        );
    }
    assert!(count > 5, "{count} examples");
}

/// A layer whose one experiment has these keys, and what else it needs.
fn layer_of(keys: &str) -> String {
    let needed = [
        "experiment_id: example",
        "layer_id: example",
        "name: Example",
        "variants: [control, treatment]",
        "traffic_allocation: {control: 0.5, treatment: 0.5}",
    ];
    let mut text = "layer_id: example\nlayer_salt: example_2026\nexperiments:\n  -\n".to_owned();
    let is_given = |key: &str| keys.lines().any(|line| line.starts_with(key));
    let missing = needed
        .iter()
        .filter(|line| !line.split_once(' ').is_some_and(|(key, _)| is_given(key)));
    for line in missing.copied().chain(keys.lines()) {
        text.push_str(&format!("    {line}\n"));
    }
    text
}
