//! `variants`, `allocation-keys`, `allocation-value`, `allocation-sum`: who gets what.

use std::collections::{HashMap, HashSet};

use crate::config::report::Report;
use crate::config::words::{decimal, listed, quoted};
use crate::config::written::{Field, Share, Shares, Written};
use crate::diagnostic::{Place, Rule, Severity};
use crate::domain::{ALLOCATION_SUM_TOLERANCE, Allocation, Arm, Fraction, VariantName};
use crate::near::nearest;

/// Variants are names, each once.
pub static VARIANTS: Rule = Rule {
    code: "variants",
    severity: Severity::Error,
    what: "`variants` holds at least one name, none of them empty and none twice.",
    why: "A variant is known by its name alone.",
    example: "variants: [control, control]",
    mend: "Give each variant a name of its own.",
};

/// An allocation is about the variants.
pub static ALLOCATION_KEYS: Rule = Rule {
    code: "allocation-keys",
    severity: Severity::Error,
    what: "An allocation has exactly the names in `variants` as its keys.",
    why: "A variant without a share would never be seen; a share without a variant would send \
          units to something that the service doesn't know.",
    example: "variants: [blue, green]\ntraffic_allocation: {blue: 0.5, gren: 0.5}",
    mend: "Give every variant a share, 0.0 if it gets nothing, and nothing else.",
};

/// A share is no negative number.
pub static ALLOCATION_VALUE: Rule = Rule {
    code: "allocation-value",
    severity: Severity::Error,
    what: "A variant's share is a finite number, not below 0.",
    why: "It is the part of the experiment's units that get the variant.",
    example: "traffic_allocation: {blue: 1.2, green: -0.2}",
    mend: "Write fractions from 0 to 1 that sum to 1.",
};

/// An allocation gives away everything, once.
pub static ALLOCATION_SUM: Rule = Rule {
    code: "allocation-sum",
    severity: Severity::Error,
    what: "The shares of an allocation sum to 1, within a millionth.",
    why: "Every unit of the experiment gets exactly one variant.",
    example: "traffic_allocation: {blue: 0.5, green: 0.4}",
    mend: "Correct the shares so that they sum to 1.",
};

/// Among how many missing variants a misspelt one is looked for.
const MOST_CANDIDATES: usize = 50;

/// The names of the variants, unless one of them is wrong.
pub(in crate::config) fn variants(
    field: &Field<Vec<Written<String>>>,
    report: &mut Report,
) -> Option<Vec<VariantName>> {
    let given = field.given()?;
    if given.value.is_empty() {
        let help = "name the variants, such as `[control, treatment]`";
        report.on(&VARIANTS, given, "`variants` is empty", help);
        return None;
    }
    let mut seen = HashSet::new();
    let mut is_sound = true;
    for variant in &given.value {
        if variant.value.trim().is_empty() {
            let help = "give it a name, or remove it";
            report.on(&VARIANTS, variant, "a variant has an empty name", help);
            is_sound = false;
        } else if !seen.insert(variant.value.as_str()) {
            let message = format!("variant {} stands twice", quoted(&variant.value));
            report.on(
                &VARIANTS,
                variant,
                message,
                "give it another name, or remove it",
            );
            is_sound = false;
        }
    }
    let name = |variant: &Written<String>| VariantName::from(variant.value.as_str());
    is_sound.then(|| given.value.iter().map(name).collect())
}

/// The allocation that these shares are, in the order of the variants. Without the variants, only
/// what can be said without them is checked.
pub(in crate::config) fn allocation(
    shares: &Shares,
    place: &Place,
    path: &str,
    variants: Option<&[VariantName]>,
    report: &mut Report,
) -> Option<Allocation> {
    // One mistake, one finding: a sum is worth a word only when its parts are right.
    let are_keys_right =
        variants.is_none_or(|variants| keys(shares, place, path, variants, report));
    let are_values_right = values(shares, report);
    if !(shares.is_sound && are_keys_right && are_values_right) {
        return None;
    }
    let sum: f64 = shares.shares.iter().map(|share| share.fraction.value).sum();
    if (sum - 1.0).abs() > ALLOCATION_SUM_TOLERANCE {
        let message = format!(
            "`{path}` doesn't sum to 1: {} = {}",
            sum_of(shares),
            decimal(sum)
        );
        report.at(&ALLOCATION_SUM, place, path, message, sum_help(sum));
        return None;
    }
    let by_name: HashMap<&str, f64> = shares.shares.iter().map(pair).collect();
    let arm = |variant: &VariantName| {
        // A share may pass 1 by as much as the sum may.
        let share = by_name.get(variant.as_str())?.min(1.0);
        Some(Arm {
            variant: variant.clone(),
            fraction: Fraction::new(share)?,
        })
    };
    Allocation::new(variants?.iter().map(arm).collect::<Option<_>>()?).ok()
}

fn pair(share: &Share) -> (&str, f64) {
    (share.variant.value.as_str(), share.fraction.value)
}

fn keys(
    shares: &Shares,
    place: &Place,
    path: &str,
    variants: &[VariantName],
    report: &mut Report,
) -> bool {
    let wanted: HashSet<&str> = variants.iter().map(VariantName::as_str).collect();
    let given: HashSet<&str> = shares.shares.iter().map(|share| pair(share).0).collect();
    let mut missing: Vec<&str> = variants.iter().map(VariantName::as_str).collect();
    missing.retain(|variant| !given.contains(variant));
    let others = shares.shares.iter().map(|share| &share.variant);
    let others: Vec<_> = others
        .filter(|variant| !wanted.contains(variant.value.as_str()))
        .collect();
    let is_right = missing.is_empty() && others.is_empty();
    // One too many and one too few is one variant by two names.
    let only = (others.len() == 1 && missing.len() == 1).then(|| missing[0]);
    for variant in others {
        let message = format!("{} is not among the variants", quoted(&variant.value));
        let is_worth_it = missing.len() <= MOST_CANDIDATES && !report.is_full();
        let candidates = if is_worth_it { missing.as_slice() } else { &[] };
        let meant = nearest(&variant.value, candidates.iter().copied()).or(only);
        let help = match meant {
            Some(meant) => format!("did you mean {}?", quoted(meant)),
            None => "remove it, or add it to `variants`".to_owned(),
        };
        // What was meant by a misspelt key isn't missing as well.
        if meant.is_some() {
            missing.retain(|name| Some(*name) != meant);
        }
        report.on(&ALLOCATION_KEYS, variant, message, help);
    }
    // A key of the wrong type may be the missing one.
    if !missing.is_empty() && shares.is_sound {
        let names = listed(missing.iter().copied());
        let message = format!("`{path}` gives no share to {names}");
        let help = format!("add a share for {names}: 0.0 if it gets nothing");
        report.at(&ALLOCATION_KEYS, place, path, message, help);
    }
    is_right
}

fn values(shares: &Shares, report: &mut Report) -> bool {
    let mut is_right = true;
    for Share { variant, fraction } in &shares.shares {
        if fraction.value.is_finite() && fraction.value >= 0.0 {
            continue;
        }
        is_right = false;
        let (name, number) = (quoted(&variant.value), decimal(fraction.value));
        let message = format!("the share of {name} is {number}, not a number from 0 to 1");
        let help = "write a fraction from 0 to 1, such as 0.5";
        report.on(&ALLOCATION_VALUE, fraction, message, help);
    }
    is_right
}

/// The shares as a sum, cut where it is long.
fn sum_of(shares: &Shares) -> String {
    const MOST: usize = 8;
    let shown = shares.shares.iter().take(MOST);
    let mut parts: Vec<String> = shown.map(|share| decimal(share.fraction.value)).collect();
    if parts.is_empty() {
        return "nothing".to_owned();
    }
    if shares.shares.len() > MOST {
        parts.push("…".to_owned());
    }
    parts.join(" + ")
}

fn sum_help(sum: f64) -> String {
    let shown = decimal(sum);
    let difference = decimal((sum - 1.0).abs());
    if (sum - 100.0).abs() < 1e-6 {
        "write fractions, not per cent: divide each by 100".to_owned()
    } else if sum < 1.0 {
        format!("the fractions sum to {shown}; add {difference}")
    } else {
        format!("the fractions sum to {shown}; take away {difference}")
    }
}
