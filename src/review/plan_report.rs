//! The review as JSON, sealed with the plan's id: what `avos plan --format json` prints, and what a
//! saved plan holds. Any program can compute the id again from the JSON.

use std::io;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer as JsonSerializer};
use sha2::{Digest, Sha256};

use super::{Evidence, RenewalDifference, RenewalVerdict};
use crate::config::{self, ConfigDigest, Finding};
use crate::diagnostic::{Diagnostic, Rule, Severity, Span};
use crate::digest::to_hex;
use crate::domain::{LayerId, Revision};
use crate::plan::{self, BaseLayers, Change, ChangedThing, Impact, Note, PlanId, Scope};

/// A review in the shape of its JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanReport {
    pub(super) format_version: u32,
    pub(super) plan_id: PlanId,
    pub(super) base_revision: Revision,
    /// The number of the journal's newest entry, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base_journal: Option<i64>,
    /// `None` in a plan of a version that knew only the revision of the whole database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) base_layers: Option<BaseLayers>,
    pub(super) config_digest: ConfigDigest,
    /// The chosen layers; empty if all layers were planned.
    pub(super) chosen_layers: Option<Vec<LayerId>>,
    pub(super) applicable: bool,
    pub(super) changes: Vec<Change>,
    #[serde(
        serialize_with = "serialize_findings",
        deserialize_with = "deserialize_findings"
    )]
    pub(super) diagnostics: Vec<Finding>,
    pub(super) notes: Vec<Note>,
    /// What was chosen of the chosen layers; `None` if these were planned as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only: Option<Vec<ChangedThing>>,
    pub(super) impact: Vec<Impact>,
    pub(super) diff: String,
    /// How it compares with the plan that it renews, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renewal: Option<RenewalVerdict>,
    /// Given with `renewal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renewal_of: Option<RenewalDifference>,
    /// What an exposure log says about its ramp-ups and winners; `None` if no log was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<Vec<Evidence>>,
}

impl PlanReport {
    /// Returns the layers that were planned.
    pub(super) fn scope(&self) -> Scope {
        match (&self.only, &self.chosen_layers) {
            (Some(only), _) => Scope::Only(only.clone()),
            (None, None) => Scope::All,
            (None, Some(chosen)) => Scope::Layers(chosen.clone()),
        }
    }

    /// Computes the id of the rest of it.
    pub(super) fn seal(&self) -> PlanId {
        SealedParts {
            base_revision: &self.base_revision,
            base_journal: self.base_journal,
            base_layers: self.base_layers.as_ref(),
            config_digest: &self.config_digest,
            chosen_layers: self.chosen_layers.as_deref(),
            applicable: self.applicable,
            changes: &self.changes,
            diagnostics: &self.diagnostics,
            notes: &self.notes,
            only: self.only.as_deref(),
            impact: &self.impact,
            diff: &self.diff,
            renewal: self.renewal.zip(self.renewal_of.as_ref()),
            evidence: self.evidence.as_deref(),
        }
        .seal(self.format_version)
    }

    /// Returns whether it is equal to this value, however the numbers are spelled.
    pub(super) fn says(&self, value: &Value) -> bool {
        is_same(&self.value(), value)
    }

    fn value(&self) -> Value {
        serde_json::to_value(self)
            // Numbers, texts, lists and maps with text keys: JSON has them all.
            .expect("a document of plain values is JSON")
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Whole numbers are compared as such: not all of them are floats.
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || a.is_f64() != b.is_f64() && {
                    let (a, b) = (a.as_f64(), b.as_f64());
                    a.is_some() && a == b
                }
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

#[derive(Serialize)]
struct WrittenFinding<'a> {
    #[serde(flatten)]
    diagnostic: &'a Diagnostic,
    layer_ids: &'a [LayerId],
    #[serde(skip_serializing_if = "is_false")]
    aside: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl<'a> From<&'a Finding> for WrittenFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            diagnostic: &finding.diagnostic,
            layer_ids: &finding.layers,
            aside: finding.is_aside,
        }
    }
}

#[derive(Deserialize)]
struct ReadFinding {
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
    #[serde(default)]
    aside: bool,
}

fn serialize_findings<S: Serializer>(
    findings: &[Finding],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(WrittenFinding::from))
}

fn deserialize_findings<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Finding>, D::Error> {
    let read = Vec::<ReadFinding>::deserialize(deserializer)?;
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
            is_aside: read.aside,
        })
    });
    findings.collect()
}

/// Returns the rule with this code; for `capacity`, which files and plans share, either will do
/// here.
fn rule(code: &str, severity: Severity) -> Option<&'static Rule> {
    let rules = config::rules::ALL.iter().chain(plan::rules::ALL).copied();
    rules
        .chain([&plan::rules::DEFECT])
        .find(|rule| rule.code == code && rule.severity == severity)
}

/// All that the id of a plan is made from.
pub(super) struct SealedParts<'a> {
    pub(super) base_revision: &'a Revision,
    pub(super) base_journal: Option<i64>,
    pub(super) base_layers: Option<&'a BaseLayers>,
    pub(super) config_digest: &'a ConfigDigest,
    pub(super) chosen_layers: Option<&'a [LayerId]>,
    pub(super) applicable: bool,
    pub(super) changes: &'a [Change],
    pub(super) diagnostics: &'a [Finding],
    pub(super) notes: &'a [Note],
    pub(super) only: Option<&'a [ChangedThing]>,
    pub(super) impact: &'a [Impact],
    pub(super) diff: &'a str,
    pub(super) renewal: Option<(RenewalVerdict, &'a RenewalDifference)>,
    pub(super) evidence: Option<&'a [Evidence]>,
}

impl SealedParts<'_> {
    /// The same as [`seal`] of the document, piece by piece: the document of a thousand layers as one
    /// JSON value would take many times the memory of all the rest.
    pub(super) fn seal(&self, format_version: u32) -> PlanId {
        let findings = self.diagnostics.iter().map(WrittenFinding::from);
        let mut out = HashedJson::default();
        // The keys are sorted.
        out.value("{\"applicable\":", self.applicable);
        if let Some(base_journal) = self.base_journal {
            out.value(",\"base_journal\":", base_journal);
        }
        if let Some(base_layers) = self.base_layers {
            out.value(",\"base_layers\":", base_layers);
        }
        out.value(",\"base_revision\":", self.base_revision);
        out.list(",\"changes\":", self.changes);
        out.value(",\"chosen_layers\":", self.chosen_layers);
        out.value(",\"config_digest\":", self.config_digest);
        out.list(",\"diagnostics\":", findings);
        out.value(",\"diff\":", self.diff);
        if let Some(evidence) = self.evidence {
            out.list(",\"evidence\":", evidence);
        }
        out.value(",\"format_version\":", format_version);
        out.list(",\"impact\":", self.impact);
        out.list(",\"notes\":", self.notes);
        if let Some(only) = self.only {
            out.list(",\"only\":", only);
        }
        if let Some((renewal, of)) = self.renewal {
            out.value(",\"renewal\":", renewal);
            out.value(",\"renewal_of\":", of);
        }
        out.text("}");
        PlanId(to_hex(out.0.finalize()))
    }
}

/// The digest of JSON that is written to it, with sorted keys and Python's numbers.
#[derive(Default)]
struct HashedJson(Sha256);

impl HashedJson {
    fn text(&mut self, text: &str) {
        self.0.update(text);
    }

    /// Writes a value after this text.
    fn value(&mut self, before: &str, value: impl Serialize) {
        self.text(before);
        // A JSON value sorts its keys.
        let value = serde_json::to_value(value).expect("plain values are JSON");
        self.0.update(python_json(&value));
    }

    /// Writes a list after this text.
    fn list<T: Serialize>(&mut self, before: &str, values: impl IntoIterator<Item = T>) {
        self.text(before);
        self.text("[");
        for (index, value) in values.into_iter().enumerate() {
            self.value(if index > 0 { "," } else { "" }, value);
        }
        self.text("]");
    }
}

/// SHA-256, in hexadecimal, over a plan's document without its `plan_id`: compact JSON, the keys of
/// every object sorted, numbers as Python writes them. Pinned by a test, since saved plans depend
/// on it.
#[must_use]
pub fn seal(mut document: Value) -> PlanId {
    if let Some(keys) = document.as_object_mut() {
        keys.remove("plan_id");
    }
    PlanId(to_hex(Sha256::digest(python_json(&document))))
}

/// Compact JSON, with numbers as Python writes them.
fn python_json(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    value
        .serialize(&mut JsonSerializer::with_formatter(
            &mut text,
            PythonNumbers,
        ))
        // Writing a JSON value to a vector of bytes can't fail.
        .expect("a JSON value is JSON");
    text
}

/// Compact JSON in which a share such as 0.00001 is `1e-05`.
struct PythonNumbers;

impl Formatter for PythonNumbers {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        if value == 0.0 || value.abs() >= 1e-4 {
            return write!(writer, "{value:?}");
        }
        // Both print the shortest digits that read back the same.
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once("e-").unwrap_or((&text, "0"));
        write!(writer, "{digits}e-{exponent:0>2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        let written = |value: f64| {
            let mut text = Vec::new();
            let written = PythonNumbers.write_f64(&mut text, value);
            written.map(|()| String::from_utf8(text).expect("ASCII"))
        };
        // Each is `repr` of it in Python.
        for (value, text) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (0.333, "0.333"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0001, "0.0001"),
            (0.000_099, "9.9e-05"),
            (0.000_001, "1e-06"),
            (1.5e-10, "1.5e-10"),
        ] {
            assert_eq!(written(value).expect("written"), text);
        }
    }
}
