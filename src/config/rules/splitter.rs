//! `splitter-mismatch`: a splitter and its groups go together.

use crate::config::report::FileReport;
use crate::config::written::{Field, WrittenExperiment, WrittenGroup};
use crate::diagnostic::{Rule, Severity};
use crate::domain::{Allocation, GroupName, Splitter, SplitterType, VariantName};

use super::allocation::allocation;
use super::lookalikes::{Looks, invisible_difference};

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

/// The experiment's splitter. The allocations of all groups are checked, also of those that the
/// splitter doesn't read.
pub(in crate::config) fn check(
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
    field: &Field<Vec<crate::config::written::Written<WrittenGroup>>>,
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
    // Every group is checked before one that is wrong makes an end.
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
        // Each other way ends in another mismatch.
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
