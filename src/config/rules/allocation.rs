//! `variants`, `allocation-keys`, `allocation-value`, `allocation-sum`, `splitter-mismatch`: the shares of
//! variants among all units and in each group.

use std::collections::{HashMap, HashSet};

use super::identity::{Looks, invisible_difference};
use super::proposal;
use crate::config::file_report::{FileReport, as_written, decimal, listed, quoted};
use crate::config::written::{
    Field, Written, WrittenExperiment, WrittenGroup, WrittenShare, WrittenShares,
};
use crate::diagnostic::{Rule, Severity, Span};
use crate::domain::{
    ALLOCATION_SUM_TOLERANCE, Allocation, Arm, Fraction, GroupName, Splitter, SplitterType,
    VariantName, decimal_sum, exceeds_by,
};
use crate::near::nearest;

/// Variant names must be unique and not empty.
pub static VARIANTS: Rule = Rule {
    code: "variants",
    severity: Severity::Error,
    what: "`variants` has at least one name. Names aren't empty and don't repeat.",
    why: "A variant is known by its name alone.",
    example: "variants: [control, control]",
    fix: "Give each variant a name of its own.",
};

/// An allocation must have exactly the variants as its keys.
pub static ALLOCATION_KEYS: Rule = Rule {
    code: "allocation-keys",
    severity: Severity::Error,
    what: "An allocation has exactly the names in `variants` as its keys.",
    why: "A variant without a share would never be seen; a share without a variant would send \
          units to something that the service doesn't know.",
    example: "variants: [blue, green]\ntraffic_allocation: {blue: 0.5, gren: 0.5}",
    fix: "Give every variant a share, 0.0 if it gets nothing, and nothing else.",
};

/// Shares must not be negative.
pub static ALLOCATION_VALUE: Rule = Rule {
    code: "allocation-value",
    severity: Severity::Error,
    what: "A variant's share is a finite number, not below 0.",
    why: "It is the part of the experiment's units that get the variant.",
    example: "traffic_allocation: {blue: 1.2, green: -0.2}",
    fix: "Write fractions from 0 to 1 that sum to 1.",
};

/// The shares of an allocation must sum to 1.
pub static ALLOCATION_SUM: Rule = Rule {
    code: "allocation-sum",
    severity: Severity::Error,
    what: "The shares of an allocation sum to 1, within a millionth.",
    why: "Every unit of the experiment gets exactly one variant.",
    example: "traffic_allocation: {blue: 0.5, green: 0.4}",
    fix: "Correct the shares so that they sum to 1.",
};

/// The maximum number of missing variants compared with a misspelled one.
const MAX_CANDIDATES: usize = 50;

/// Returns the names of the variants, unless one of them is wrong.
pub(in crate::config) fn variants(
    field: &Field<Vec<Written<String>>>,
    report: &mut FileReport,
) -> Option<Vec<VariantName>> {
    let given = field.given()?;
    if given.value.is_empty() {
        let help = "name the variants, such as `[control, treatment]`";
        report.on(&VARIANTS, given, "`variants` is empty", help);
        return None;
    }
    let mut seen = HashSet::new();
    let mut looks = Looks::default();
    let mut is_sound = true;
    for variant in &given.value {
        if variant.value.trim().is_empty() {
            let help = "give it a name, or remove it";
            report.on(&VARIANTS, variant, "a variant has an empty name", help);
            is_sound = false;
        } else if !seen.insert(variant.value.as_str()) {
            let message = format!("duplicate variant {}", quoted(&variant.value));
            report.on(
                &VARIANTS,
                variant,
                message,
                "give it another name, or remove it",
            );
            is_sound = false;
        } else if let Some(earlier) = looks.add(variant) {
            invisible_difference("variant", variant, earlier, report);
        }
    }
    let name = |variant: &Written<String>| VariantName::from(variant.value.as_str());
    is_sound.then(|| given.value.iter().map(name).collect())
}

/// Returns the allocation of these shares, in the order of the variants. If the variants aren't known,
/// checks only what doesn't need them.
pub(in crate::config) fn allocation(
    shares: &WrittenShares,
    span: &Span,
    path: &str,
    variants: Option<&[VariantName]>,
    report: &mut FileReport,
) -> Option<Allocation> {
    // One mistake, one finding: a sum is reported only if its parts are right.
    let are_keys_right = variants.is_none_or(|variants| keys(shares, span, path, variants, report));
    let are_values_right = values(shares, report);
    if !(shares.is_sound && are_keys_right && are_values_right) {
        return None;
    }
    let sum = decimal_sum(shares.shares.iter().map(|share| share.fraction.value));
    if !is_one(sum) {
        let message = format!(
            "`{path}` doesn't sum to 1: {} = {}",
            sum_of(shares),
            decimal(sum)
        );
        report.at(&ALLOCATION_SUM, span, path, message, sum_help(shares, sum));
        return None;
    }
    let by_name: HashMap<&str, f64> = shares.shares.iter().map(pair).collect();
    let arm = |variant: &VariantName| {
        // A share may exceed 1 by as much as the sum may.
        let share = by_name.get(variant.as_str())?.min(1.0);
        Some(Arm {
            variant: variant.clone(),
            fraction: Fraction::new(share)?,
        })
    };
    Allocation::new(variants?.iter().map(arm).collect::<Option<_>>()?).ok()
}

fn pair(share: &WrittenShare) -> (&str, f64) {
    (share.variant.value.as_str(), share.fraction.value)
}

/// Returns whether a sum of shares is 1, within the tolerance.
fn is_one(sum: f64) -> bool {
    !exceeds_by(sum, 1.0, ALLOCATION_SUM_TOLERANCE)
        && !exceeds_by(1.0, sum, ALLOCATION_SUM_TOLERANCE)
}

fn keys(
    shares: &WrittenShares,
    span: &Span,
    path: &str,
    variants: &[VariantName],
    report: &mut FileReport,
) -> bool {
    let wanted: HashSet<&str> = variants.iter().map(VariantName::as_str).collect();
    let given: HashSet<&str> = shares.shares.iter().map(|share| pair(share).0).collect();
    let mut missing: Vec<&str> = variants.iter().map(VariantName::as_str).collect();
    missing.retain(|variant| !given.contains(variant));
    let (known, others): (Vec<&WrittenShare>, Vec<&WrittenShare>) = shares
        .shares
        .iter()
        .partition(|share| wanted.contains(pair(share).0));
    let is_right = missing.is_empty() && others.is_empty();
    // One too many and one too few is one variant under two names.
    let only = (others.len() == 1 && missing.len() == 1).then(|| missing[0]);
    for WrittenShare { variant, .. } in others {
        let message = format!("{} is not among the variants", quoted(&variant.value));
        let is_worth_it = missing.len() <= MAX_CANDIDATES && !report.is_full();
        let candidates = if is_worth_it { missing.as_slice() } else { &[] };
        let meant = nearest(&variant.value, candidates.iter().copied()).or(only);
        let help = match meant {
            _ if variant.value == "<<" => {
                "merge keys aren't supported: write the shares out".to_owned()
            }
            Some(meant) => format!("did you mean {}?", quoted(meant)),
            None if missing.is_empty() && shares.is_sound && !report.is_full() => {
                let all = decimal_sum(shares.shares.iter().map(|share| pair(share).1));
                let without = proposal::instead_of(&with_missing(&known, &[]));
                match (is_one(all), is_one(decimal_sum(fractions(&known)))) {
                    (true, true) => "remove it, or add it to `variants`".to_owned(),
                    (true, false) => format!("add it to `variants`, or {without}"),
                    (false, true) => "remove it".to_owned(),
                    (false, false) => without,
                }
            }
            None => "remove it".to_owned(),
        };
        // The variant meant by a misspelled key isn't missing as well.
        if meant.is_some() {
            missing.retain(|name| Some(*name) != meant);
        }
        report.on(&ALLOCATION_KEYS, variant, message, help);
    }
    // A key of the wrong type may be the missing one.
    if !missing.is_empty() && shares.is_sound {
        let names = listed(missing.iter().copied());
        let message = format!("`{path}` gives no share to {names}");
        let help = if is_one(decimal_sum(fractions(&known))) {
            format!("add a share for {names}: 0.0 if it gets nothing")
        } else {
            proposal::instead_of(&with_missing(&known, &missing))
        };
        report.at(&ALLOCATION_KEYS, span, path, message, help);
    }
    is_right
}

fn fractions<'s>(shares: &'s [&'s WrittenShare]) -> impl Iterator<Item = f64> + Clone {
    shares.iter().map(|share| share.fraction.value)
}

/// Returns these shares, and for the missing variants equal parts of the rest to 1 or, for percentages,
/// to 100.
fn with_missing<'s>(known: &[&'s WrittenShare], missing: &[&'s str]) -> Vec<(&'s str, f64)> {
    let sum = decimal_sum(fractions(known));
    let whole = if sum <= 1.0 { 1.0 } else { 100.0 };
    let left = (whole - sum).max(0.0) / missing.len().max(1) as f64;
    let finite = |(name, fraction): (&'s str, f64)| {
        let fraction = if fraction.is_finite() { fraction } else { 0.0 };
        (name, fraction)
    };
    let known = known.iter().map(|share| finite(pair(share)));
    let missing = missing.iter().map(|name| (*name, left));
    known.chain(missing.map(finite)).collect()
}

fn values(shares: &WrittenShares, report: &mut FileReport) -> bool {
    let is_share =
        |share: &WrittenShare| share.fraction.value.is_finite() && share.fraction.value >= 0.0;
    for WrittenShare { variant, fraction } in shares.shares.iter().filter(|share| !is_share(share))
    {
        let (name, number) = (quoted(&variant.value), as_written(fraction.value));
        let message = format!("the share of {name} is {number}, not a number from 0 to 1");
        let help = if shares.is_sound && !report.is_full() {
            let all: Vec<&WrittenShare> = shares.shares.iter().collect();
            let instead = proposal::instead_of(&with_missing(&all, &[]));
            format!("shares are from 0 to 1 and sum to 1: {instead}")
        } else {
            "write a fraction from 0 to 1, such as 0.5".to_owned()
        };
        report.on(&ALLOCATION_VALUE, fraction, message, help);
    }
    shares.shares.iter().all(is_share)
}

/// Returns the shares as a sum, shortened if it is long.
fn sum_of(shares: &WrittenShares) -> String {
    const MAX: usize = 8;
    let shown = shares.shares.iter().take(MAX);
    let mut parts: Vec<String> = shown
        .map(|share| as_written(share.fraction.value))
        .collect();
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    if shares.shares.len() > MAX {
        parts.push("…".to_owned());
    }
    parts.join(" + ")
}

fn sum_help(shares: &WrittenShares, sum: f64) -> String {
    let pairs: Vec<(&str, f64)> = shares.shares.iter().map(pair).collect();
    if pairs.is_empty() {
        return "give each variant a share, such as `{control: 0.5, treatment: 0.5}`".to_owned();
    }
    let instead = proposal::instead_of(&pairs);
    let is_weights = pairs.iter().all(|(_, share)| share.fract() == 0.0);
    let difference = decimal(decimal_sum([sum, -1.0]).abs());
    if (sum - 100.0).abs() <= 1.0 {
        format!("write fractions, not percentages: {instead}")
    } else if is_weights && sum > 1.0 {
        format!("write fractions, not weights: {instead}")
    } else if sum < 1.0 {
        format!("add {difference} in all, or keep the proportions: {instead}")
    } else {
        format!("subtract {difference} in all, or keep the proportions: {instead}")
    }
}

/// Group allocations must match the splitter.
pub static SPLITTER_MISMATCH: Rule = Rule {
    code: "splitter-mismatch",
    severity: Severity::Error,
    what: "`segment_allocations`, `geo_allocations` and `stratum_allocations` go with \
           `splitter_type` `segment`, `geo` and `stratified`, and each of these needs its own.",
    why: "Group allocations that no splitter reads would be ignored; a splitter without them \
          couldn't give any unit a variant.",
    example: "splitter_type: hash\ngeo_allocations:\n  US: {blue: 0.9, green: 0.1}",
    fix: "Set the matching `splitter_type`, or remove the allocations.",
};

/// Returns the experiment's splitter. Checks the allocations of all groups, even those that the
/// splitter doesn't read.
pub(in crate::config) fn splitter(
    experiment: &WrittenExperiment,
    kind: &Field<SplitterType>,
    variants: Option<&[VariantName]>,
    report: &mut FileReport,
) -> Option<Splitter> {
    let checked = experiment
        .groups
        .each_ref()
        .map(|(kind, field)| (*kind, groups(field, variants, report)));
    let chosen = kind.clone().value_or(SplitterType::default())?;
    if !is_matching(experiment, kind, chosen, report) {
        return None;
    }
    let own = checked.into_iter().find(|(kind, _)| *kind == chosen);
    Some(Splitter::new(
        chosen,
        own.map_or(Some(Vec::new()), |(_, groups)| groups)?,
    ))
}

fn groups(
    field: &Field<Vec<Written<WrittenGroup>>>,
    variants: Option<&[VariantName]>,
    report: &mut FileReport,
) -> Option<Vec<(GroupName, Allocation)>> {
    let groups = match field {
        Field::Absent => return Some(Vec::new()),
        Field::Faulty => return None,
        Field::Given(groups) => &groups.value,
    };
    let mut looks = Looks::default();
    for group in groups {
        if let Some(earlier) = looks.add(&group.value.name) {
            invisible_difference("group", &group.value.name, earlier, report);
        }
    }
    // Every group is checked, even after one that is wrong.
    let checked: Vec<_> = groups
        .iter()
        .map(|group| {
            let WrittenGroup { name, shares } = &group.value;
            if report.is_full() {
                // The layer is in error anyway.
                return None;
            }
            let allocation = allocation(shares, &group.span, &group.path, variants, report)?;
            Some((GroupName::from(name.value.as_str()), allocation))
        })
        .collect();
    checked.into_iter().collect()
}

fn is_matching(
    experiment: &WrittenExperiment,
    written: &Field<SplitterType>,
    chosen: SplitterType,
    report: &mut FileReport,
) -> bool {
    let given: Vec<SplitterType> = experiment.kinds_with_groups().collect();
    let mut is_right = true;
    for (kind, field) in &experiment.groups {
        let Some(groups) = field
            .given()
            .filter(|_| given.contains(kind) && *kind != chosen)
        else {
            continue;
        };
        is_right = false;
        let key = kind.allocations_key().unwrap_or_default();
        let message = format!("`{key}` needs `splitter_type: {kind}`, but it is `{chosen}`");
        // Every other fix leads to another mismatch.
        let help = if given.contains(&chosen) {
            format!("remove `{key}`: an experiment has one splitter")
        } else if given.len() > 1 {
            "keep the groups of one splitter, set its `splitter_type`, and remove the others"
                .to_owned()
        } else if chosen.allocations_key().is_some() {
            format!("set `splitter_type: {kind}`")
        } else {
            format!("set `splitter_type: {kind}`, or remove `{key}`")
        };
        report.on(&SPLITTER_MISMATCH, groups, message, help);
    }
    let own = experiment.groups.iter().find(|(kind, _)| *kind == chosen);
    let Some((_, field)) = own.filter(|_| is_right) else {
        return is_right;
    };
    let key = chosen.allocations_key().unwrap_or_default();
    let help = format!("add `{key}` with an allocation for each group, or use `hash`");
    match (field, written) {
        (Field::Given(groups), _) if groups.value.is_empty() => {
            let message = format!("`splitter_type` is `{chosen}`, but `{key}` is empty");
            report.on(&SPLITTER_MISMATCH, groups, message, help);
            false
        }
        (Field::Absent, Field::Given(written)) => {
            let message = format!("`splitter_type` is `{chosen}`, but `{key}` is missing");
            report.on(&SPLITTER_MISMATCH, written, message, help);
            false
        }
        _ => true,
    }
}
