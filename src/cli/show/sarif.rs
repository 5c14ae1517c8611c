//! Findings as SARIF 2.1.0, the format in which code hosts accept the findings of checks.
//!
//! The log has one run with every rule for the files, whether it is broken or not, so that a host
//! can tell a rule that found nothing from one that doesn't exist.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::config::rules;
use crate::diagnostic::{Diagnostic, Rule};
use crate::digest::to_hex;

/// The URL of the format's schema.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name of the fingerprint, which identifies a finding from one run to the next.
const FINGERPRINT: &str = "ruleFilePath/v1";
/// How many digits of the fingerprint's digest are kept.
const FINGERPRINT_DIGITS: usize = 32;

/// Returns the log of findings in the layer files of `dir`; their places are relative to
/// `current_dir`.
pub(in crate::cli) fn sarif<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    dir: &Path,
    current_dir: &Path,
) -> Value {
    let mut seen = BTreeMap::new();
    let results = diagnostics.into_iter().map(|diagnostic| {
        let number = seen.entry(identity(diagnostic)).or_insert(0);
        *number += 1;
        result(
            diagnostic,
            *number,
            &place_uri(dir, current_dir, diagnostic),
        )
    });
    let results: Vec<Value> = results.collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "avos",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules::ALL.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// Returns a rule's page of the catalogue unchanged: hosts show it to people and insert nothing
/// into it.
fn described(rule: &Rule) -> Value {
    let help = format!("{} {}", rule.why, rule.fix);
    let markdown = format!(
        "**Why.** {}\n\n**To fix it.** {}\n\nBreaks it:\n\n```yaml\n{}\n```\n",
        rule.why, rule.fix, rule.example
    );
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": rule.why},
        "help": {"text": help, "markdown": markdown},
        "defaultConfiguration": {"level": rule.severity.as_str()},
    })
}

/// Returns a finding, the `number`th with its identity.
fn result(diagnostic: &Diagnostic, number: usize, uri: &str) -> Value {
    let place = &diagnostic.span;
    let message = format!("{}\nhelp: {}", diagnostic.message, diagnostic.help);
    let mut location = json!({"artifactLocation": {"uri": uri}});
    if !place.is_directory() {
        location["region"] = json!({
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        });
    }
    let [code, file, path] = identity(diagnostic);
    let digest = to_hex(Sha256::digest(format!("{code}\0{file}\0{path}")));
    let fingerprint = format!("{}:{number}", &digest[..FINGERPRINT_DIGITS]);
    let mut result = json!({
        "ruleId": code,
        "level": diagnostic.severity().as_str(),
        "message": {"text": literal(&message)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    });
    if let Some(index) = rules::ALL.iter().position(|rule| rule.code == code) {
        result["ruleIndex"] = json!(index);
    }
    result
}

/// Returns what stays the same in a finding when lines move and values change.
fn identity(diagnostic: &Diagnostic) -> [&str; 3] {
    [
        diagnostic.rule.code,
        &diagnostic.span.file,
        &diagnostic.path,
    ]
}

/// Doubles braces, which are placeholders for arguments in a SARIF message otherwise.
fn literal(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Returns the URI of the finding's file: relative below the current directory, else absolute.
fn place_uri(dir: &Path, current_dir: &Path, diagnostic: &Diagnostic) -> String {
    let mut path = current_dir.join(dir);
    if !diagnostic.span.is_directory() {
        path.push(&*diagnostic.span.file);
    }
    let path = without_dots(&path);
    match path.strip_prefix(current_dir) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => percent_encoded(below),
        Err(_) => format!("file://{}", percent_encoded(&path)),
    }
}

/// Returns the path without `.` and `..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

/// Encodes a path for a URI: all bytes but letters, digits and `-._~/` like `%20`.
fn percent_encoded(path: &Path) -> String {
    let mut uri = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules::files::EMPTY_DIRECTORY;
    use crate::config::rules::files::YAML_SYNTAX;
    use crate::diagnostic::Span;

    fn finding(rule: &'static Rule, file: &str) -> Diagnostic {
        Diagnostic {
            rule,
            message: "`{a: 1}` is wrong".to_owned(),
            help: "fix it".to_owned(),
            span: Span::start_of(file),
            path: String::new(),
        }
    }

    fn uri(dir: &str, file: &str) -> String {
        let finding = finding(&YAML_SYNTAX, file);
        place_uri(Path::new(dir), Path::new("/work place/repo"), &finding)
    }

    #[test]
    fn places_are_relative_below_the_current_directory() {
        assert_eq!(uri("layers", "a.yml"), "layers/a.yml");
        assert_eq!(uri("./layers//x/../", "a.yml"), "layers/a.yml");
        assert_eq!(uri(".", "a.yml"), "a.yml");
        assert_eq!(uri("/work place/repo/layers", "a.yml"), "layers/a.yml");
        assert_eq!(uri("../other", "a.yml"), "file:///work%20place/other/a.yml");
        assert_eq!(uri("/etc/layers", "a.yml"), "file:///etc/layers/a.yml");
        assert_eq!(
            (uri("layers", "."), uri(".", ".")),
            ("layers".into(), ".".into())
        );
        assert_eq!(
            uri("lä yers", "a:b#c?100%.yml"),
            "l%C3%A4%20yers/a%3Ab%23c%3F100%25.yml"
        );
    }

    #[test]
    fn a_finding_keeps_its_fingerprint_when_lines_move() {
        let log = |findings: &[Diagnostic]| {
            let log = sarif(findings, Path::new("layers"), Path::new("/repo"));
            log["runs"][0]["results"].clone()
        };
        let prints = |findings: &[Diagnostic]| -> Vec<Value> {
            let results = log(findings);
            let results = results.as_array().expect("results").iter();
            results
                .map(|result| result["partialFingerprints"].clone())
                .collect()
        };
        let one = finding(&YAML_SYNTAX, "a.yml");
        let mut moved = one.clone();
        (moved.span.line, moved.message) = (7, "otherwise".to_owned());
        assert_eq!(prints(std::slice::from_ref(&one)), prints(&[moved]));
        let all = prints(&[one.clone(), one, finding(&YAML_SYNTAX, "b.yml")]);
        assert!(
            all[0] != all[1] && all[0] != all[2] && all[1] != all[2],
            "{all:?}"
        );
        let empty = &log(&[finding(&EMPTY_DIRECTORY, ".")])[0];
        assert_eq!(
            empty["locations"][0]["physicalLocation"],
            json!({"artifactLocation": {"uri": "layers"}})
        );
        assert_eq!(
            empty["message"]["text"],
            "`{{a: 1}}` is wrong\nhelp: fix it"
        );
    }
}
