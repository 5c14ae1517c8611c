//! Findings as a plan's document writes them: the diagnostic with the layers that it concerns.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::config::{self, Finding};
use crate::diagnostic::{Diagnostic, Rule, Severity, Span};
use crate::domain::LayerId;
use crate::plan;

#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    diagnostic: &'a Diagnostic,
    layer_ids: &'a [LayerId],
}

#[derive(Deserialize)]
struct Read {
    severity: Severity,
    code: String,
    message: String,
    help: String,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    path: String,
    layer_ids: Vec<LayerId>,
}

pub(super) fn serialize<S: Serializer>(
    findings: &[Finding],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(|finding| Written {
        diagnostic: &finding.diagnostic,
        layer_ids: &finding.layers,
    }))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Finding>, D::Error> {
    let read = Vec::<Read>::deserialize(deserializer)?;
    let findings = read.into_iter().map(|read| {
        let rule = rule(&read.code, read.severity)
            .ok_or_else(|| D::Error::custom(format!("there is no rule `{}`", read.code)))?;
        Ok(Finding {
            diagnostic: Diagnostic {
                rule,
                message: read.message,
                help: read.help,
                span: Span::new(
                    read.file,
                    (read.line, read.column),
                    (read.end_line, read.end_column),
                ),
                path: read.path,
            },
            layers: read.layer_ids,
        })
    });
    findings.collect()
}

/// The rule of this code; for `capacity`, which files and plans share, the two say the same here.
fn rule(code: &str, severity: Severity) -> Option<&'static Rule> {
    let rules = config::rules::ALL.iter().chain(plan::rules::ALL).copied();
    rules
        .into_iter()
        .find(|rule| rule.code == code && rule.severity == severity)
}
