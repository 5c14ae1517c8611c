//! A layer as the text of a layer file: what [`check_sources`](super::check_sources) reads back as the same layer.

use crate::domain::{LayerRecord, LayerState};

use super::plain::{double_quoted, is_odd_blank};

/// The layer as a layer file, keys in one order, defaults left out. It is written by the library
/// that reads it, which quotes whatever any reader takes for something else than text: a bare `yes`,
/// dates and numbers as other versions of YAML know them, line separators.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    reason = "records of plain values are always YAML"
)]
pub fn layer_file_text(layer: &LayerState) -> String {
    let record = LayerRecord::from(layer);
    let written = |quote_all| {
        let options = serde_saphyr::ser_options! {
            // One line a text, so that versions of a file differ in texts and not in indentation.
            prefer_block_scalars: false,
            quote_all: quote_all,
        };
        serde_saphyr::to_string_with_options(&record, options)
            // Records are strings, numbers, lists and maps with string keys: YAML has them all.
            .expect("a record of plain values is YAML")
    };
    let plain = written(false);
    // The library leaves these bare, which `check_sources` refuses at the edge of a text.
    if plain.contains(is_odd_blank) {
        written(true).lines().map(with_quoted_key).collect()
    } else {
        plain
    }
}

/// A line of a layer's text, its end included, with quotes around a bare key that holds an odd
/// blank: the library quotes values only.
fn with_quoted_key(line: &str) -> String {
    // A long key stands in a line of its own, and what it leads to after a colon.
    let mut code = line.trim_start_matches(' ');
    while let Some(rest) = code.strip_prefix("? ").or(code.strip_prefix(": ")) {
        code = rest;
    }
    let before = &line[..line.len() - code.len()];
    let end = code.find(": ").or(code.strip_suffix(':').map(str::len));
    let (key, after) = code.split_at(end.unwrap_or(code.len()));
    let is_quoted = code.starts_with(['"', '\'']);
    let is_item = code.starts_with("- ");
    if key.contains(is_odd_blank) && !is_quoted && !is_item {
        format!("{before}{}{after}\n", double_quoted(key))
    } else {
        format!("{line}\n")
    }
}
