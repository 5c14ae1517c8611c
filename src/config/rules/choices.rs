//! `status`, `splitter-type`, `hash-algorithm`, `placement`: one of a few words.

use std::str::FromStr;

use crate::config::file_report::{FileReport, quoted};
use crate::config::written::{Field, Written, WrittenExperiment};
use crate::diagnostic::{Rule, Severity};
use crate::domain::{HashAlgorithm, Placement, SplitterType, Status};
use crate::near::nearest;

/// A status is one of four.
pub static STATUS: Rule = Rule {
    code: "status",
    severity: Severity::Error,
    what: "`status` is `draft`, `active`, `paused` or `completed`.",
    why: "The status decides whether units are assigned and slots held.",
    example: "status: running",
    fix: "Write one of the four, in lower case.",
};

/// A splitter type is one of five.
pub static SPLITTER_TYPE: Rule = Rule {
    code: "splitter-type",
    severity: Severity::Error,
    what: "`splitter_type` is `hash`, `random`, `segment`, `geo` or `stratified`.",
    why: "It decides how a unit finds its variant, and can't be changed later.",
    example: "splitter_type: country",
    fix: "Write one of the five, in lower case, or leave the key out for `hash`.",
};

/// A hash algorithm is one of two.
pub static HASH_ALGORITHM: Rule = Rule {
    code: "hash-algorithm",
    severity: Severity::Error,
    what: "`hash_algorithm` is `sha256` or `md5`.",
    why: "It decides which slot a unit has, and can't be changed later.",
    example: "hash_algorithm: crc32",
    fix: "Write one of the two, or leave the key out for the database's default.",
};

/// A placement is one of two.
pub static PLACEMENT: Rule = Rule {
    code: "placement",
    severity: Severity::Error,
    what: "`placement` is `lowest` or `rested`.",
    why: "It decides which free slots of its layer an experiment takes.",
    example: "placement: random",
    fix: "Write one of the two, or leave the key out for `lowest`.",
};

pub(in crate::config) fn status(field: &Field<String>, report: &mut FileReport) -> Field<Status> {
    let names = Status::ALL.map(Status::as_str);
    chosen(field, |text| {
        choice(&STATUS, text, || one_of(text, &names), report)
    })
}

pub(in crate::config) fn splitter_type(
    experiment: &WrittenExperiment,
    report: &mut FileReport,
) -> Field<SplitterType> {
    chosen(&experiment.splitter_type, |text| {
        choice(
            &SPLITTER_TYPE,
            text,
            || splitter_help(experiment, text),
            report,
        )
    })
}

/// Suggests a splitter type that fits the given groups.
fn splitter_help(experiment: &WrittenExperiment, text: &Written<String>) -> String {
    let given: Vec<SplitterType> = experiment.kinds_with_groups().collect();
    if let [kind] = given[..] {
        let key = kind.allocations_key().unwrap_or_default();
        return format!("write `{kind}`, whose `{key}` are given");
    }
    let names = SplitterType::ALL.map(SplitterType::as_str);
    let meant = nearest(&text.value, names.iter().copied());
    let kind = meant.and_then(|meant| meant.parse::<SplitterType>().ok());
    match kind.map(|kind| (kind, kind.allocations_key())) {
        Some((kind, Some(key))) => format!("did you mean `{kind}`? It needs `{key}` as well"),
        Some((kind, None)) => format!("did you mean `{kind}`?"),
        None => {
            "write `hash` or `random`, or `segment`, `geo` or `stratified` with the allocations \
                 of its groups"
                .to_owned()
        }
    }
}

pub(in crate::config) fn hash_algorithm(
    field: &Field<String>,
    report: &mut FileReport,
) -> Field<HashAlgorithm> {
    let names = HashAlgorithm::ALL.map(HashAlgorithm::as_str);
    chosen(field, |text| {
        choice(&HASH_ALGORITHM, text, || one_of(text, &names), report)
    })
}

pub(in crate::config) fn placement(
    field: &Field<String>,
    report: &mut FileReport,
) -> Field<Placement> {
    let names = Placement::ALL.map(Placement::as_str);
    chosen(field, |text| {
        choice(&PLACEMENT, text, || one_of(text, &names), report)
    })
}

fn chosen<T>(
    field: &Field<String>,
    choose: impl FnOnce(&Written<String>) -> Option<T>,
) -> Field<T> {
    field.clone().and_then(choose)
}

fn choice<T: FromStr>(
    rule: &'static Rule,
    text: &Written<String>,
    help: impl FnOnce() -> String,
    report: &mut FileReport,
) -> Option<T> {
    if let Ok(choice) = text.value.parse() {
        return Some(choice);
    }
    let key = text.path.rsplit('.').next().unwrap_or_default();
    let message = format!("unknown `{key}` {}", quoted(&text.value));
    report.on(rule, text, message, help());
    None
}

fn one_of(text: &Written<String>, names: &[&str]) -> String {
    let all = names.join(", ");
    match nearest(&text.value, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`? It is one of {all}"),
        None => format!("write one of {all}"),
    }
}
