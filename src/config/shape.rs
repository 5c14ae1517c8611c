//! From a tree to a layer as written: reads each key as a value of its type.

use crate::domain::{HashAlgorithm, Placement, SplitterType, Status};

use super::file_report::FileReport;
use super::node::{Level, LocatedNode};
use super::plain::scalar;
use super::rules::{proposal, types};
use super::section::{Section, entries};
use super::text::Text;
use super::tree::{YamlNode, YamlValue};
use super::written::{
    Field, Written, WrittenExperiment, WrittenGroup, WrittenLayer, WrittenShare, WrittenShares,
};

/// Returns the layer that a file holds, or reports that it holds no mapping.
pub(super) fn layer(
    text: &Text<'_>,
    root: &YamlNode,
    report: &mut FileReport,
) -> Option<WrittenLayer> {
    let YamlValue::Map(pairs) = &root.value else {
        types::no_layer(text, root, report);
        return None;
    };
    let level = Level::Layer;
    let section = Section::new(text, pairs, text.start(), String::new(), level, report);
    let layer_id = section.required("layer_id", None, report, types::filled_text);
    let known_id = layer_id.given().map(|id| id.value.as_str());
    let experiments = section.optional("experiments", report, |at, report| {
        experiments(at, known_id, report)
    });
    Some(WrittenLayer {
        layer_salt: section.required("layer_salt", None, report, types::filled_text),
        total_slots: section.optional("total_slots", report, types::whole),
        total_traffic_percentage: section.optional(
            "total_traffic_percentage",
            report,
            types::number,
        ),
        hash_algorithm: section.nullable(
            "hash_algorithm",
            report,
            types::word(&HashAlgorithm::ALL.map(HashAlgorithm::as_str)),
        ),
        placement: section.optional(
            "placement",
            report,
            types::word(&Placement::ALL.map(Placement::as_str)),
        ),
        experiments: match experiments {
            Field::Given(experiments) => experiments.value,
            Field::Absent | Field::Faulty => Vec::new(),
        },
        keys: section.keys(level),
        left_out: section.left_out(level),
        span: section.span,
        layer_id,
    })
}

fn experiments(
    at: &LocatedNode<'_>,
    layer_id: Option<&str>,
    report: &mut FileReport,
) -> Option<Vec<WrittenExperiment>> {
    let items = types::list(at, report)?.iter().enumerate();
    Some(
        items
            .filter_map(|(index, node)| {
                let path = format!("{}[{index}]", at.path);
                let item =
                    LocatedNode::under(at.text, &at.text.span(node.range.clone()), node, path);
                experiment(item, layer_id, report)
            })
            .collect(),
    )
}

fn experiment(
    at: LocatedNode<'_>,
    layer_id: Option<&str>,
    report: &mut FileReport,
) -> Option<WrittenExperiment> {
    let pairs = types::map(&at, report)?;
    let level = Level::Experiment;
    let section = Section::new(at.text, pairs, at.span, at.path, level, report);
    let experiment_id = section.required("experiment_id", None, report, types::filled_text);
    let home = layer_id.map(|id| format!("layer_id: {}", scalar(id)));
    let read_id = types::filled_text_or(layer_id);
    let layer_id = section.required("layer_id", home.as_deref(), report, read_id);
    let name = section.required("name", None, report, types::filled_text);
    let variants = section.required("variants", None, report, variants);
    let equal = variants.given().map(|variants| {
        let names = variants.value.iter().map(|name| name.value.as_str());
        format!("traffic_allocation: {}", proposal::equal(names))
    });
    Some(WrittenExperiment {
        traffic_allocation: section.required(
            "traffic_allocation",
            equal.as_deref(),
            report,
            shares,
        ),
        experiment_id,
        layer_id,
        name,
        variants,
        status: section.optional(
            "status",
            report,
            types::word(&Status::ALL.map(Status::as_str)),
        ),
        start_date: section.nullable("start_date", report, types::date),
        end_date: section.nullable("end_date", report, types::date),
        groups: [
            SplitterType::Segment,
            SplitterType::Geo,
            SplitterType::Stratified,
        ]
        .map(|kind| {
            let field = kind
                .allocations_key()
                .map_or(Field::Absent, |key| section.nullable(key, report, groups));
            (kind, field)
        }),
        splitter_type: section.optional(
            "splitter_type",
            report,
            types::word(&SplitterType::ALL.map(SplitterType::as_str)),
        ),
        traffic_percentage: section.optional("traffic_percentage", report, types::number),
        reserved_percentage: section.nullable("reserved_percentage", report, types::number),
        priority: section.optional("priority", report, types::integer),
        keys: section.keys(level),
        left_out: section.left_out(level),
        span: section.span,
        path: section.path,
    })
}

fn variants(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<Vec<Written<String>>> {
    let items = types::list(at, report)?;
    let variants: Vec<Written<String>> = items
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            let path = format!("{}[{index}]", at.path);
            let item = LocatedNode::under(at.text, &at.span, node, path);
            Some(Written {
                value: types::text(&item, report)?,
                span: item.span,
                path: item.path,
            })
        })
        .collect();
    (variants.len() == items.len()).then_some(variants)
}

fn shares(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<WrittenShares> {
    let entries = entries(at.text, types::map(at, report)?, &at.path, report);
    let mut read = WrittenShares {
        shares: Vec::with_capacity(entries.pairs.len()),
        is_sound: entries.is_sound,
    };
    for (variant, node) in entries.pairs {
        let at = LocatedNode::under(at.text, &variant.span, node, variant.path.clone());
        let Some(value) = types::number(&at, report) else {
            read.is_sound = false;
            continue;
        };
        let fraction = Written {
            value,
            span: at.span,
            path: at.path,
        };
        read.shares.push(WrittenShare { variant, fraction });
    }
    Some(read)
}

fn groups(at: &LocatedNode<'_>, report: &mut FileReport) -> Option<Vec<Written<WrittenGroup>>> {
    let entries = entries(at.text, types::map(at, report)?, &at.path, report);
    let mut is_sound = entries.is_sound;
    let mut groups = Vec::with_capacity(entries.pairs.len());
    for (name, node) in entries.pairs {
        let at = LocatedNode::under(at.text, &name.span, node, name.path.clone());
        match shares(&at, report) {
            None => is_sound = false,
            Some(shares) => groups.push(Written {
                value: WrittenGroup { name, shares },
                span: at.span,
                path: at.path,
            }),
        }
    }
    // Readable values are checked anyway, so that all findings come at once.
    (is_sound || !groups.is_empty()).then_some(groups)
}
