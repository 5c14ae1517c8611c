//! `--fail-on`: what a plan may not do or have, although it can be applied.

use clap::ValueEnum;

use super::show::{counted, percent};
use crate::plan::Impact;
use crate::review::Review;

/// Of the layers concerned so many are named.
const MOST_NAMED: usize = 3;

/// A reason to refuse a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// A unit changes to another experiment.
    Switching,
    /// A unit that has a variant loses it.
    Leaving,
    /// A warning concerns a chosen layer.
    Warnings,
}

/// What the plan does that it may not, of the chosen layers.
pub(super) fn breaches(refused: &[FailOn], review: &Review) -> Option<String> {
    let all = FailOn::value_variants().iter();
    let breaches: Vec<String> = all
        .filter(|reason| refused.contains(reason))
        .filter_map(|reason| reason.breach(review))
        .collect();
    (!breaches.is_empty()).then(|| breaches.join("; "))
}

impl FailOn {
    fn breach(self, review: &Review) -> Option<String> {
        match self {
            Self::Switching => moving(review, "switch", |impact| impact.units_switching),
            Self::Leaving => moving(review, "leave", |impact| impact.units_leaving),
            Self::Warnings => {
                let findings = review.findings.iter();
                let here = findings.filter(|finding| review.scope.concerns(&finding.layers));
                let warnings = here
                    .filter(|finding| !finding.diagnostic.is_error())
                    .count();
                (warnings > 0).then(|| counted(warnings, "warning stands", "warnings stand"))
            }
        }
    }
}

/// In which layers units do so, and how many. There is an impact of chosen layers only.
fn moving(review: &Review, verb: &str, share: fn(&Impact) -> f64) -> Option<String> {
    let layers = review.impact.iter();
    let layers: Vec<&Impact> = layers.filter(|impact| share(impact) > 0.0).collect();
    if layers.is_empty() {
        return None;
    }
    let (named, unnamed) = layers.split_at(layers.len().min(MOST_NAMED));
    let named = named.iter();
    let mut list: Vec<String> = named
        .map(|impact| format!("`{}` ({})", impact.layer_id, percent(share(impact))))
        .collect();
    if !unnamed.is_empty() {
        list.push(counted(unnamed.len(), "other layer", "other layers"));
    }
    Some(format!("units {verb} in {}", list.join(", ")))
}
