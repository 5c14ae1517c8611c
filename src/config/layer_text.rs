//! A layer as the text of a layer file: what [`check`](super::check()) reads back as the same layer.

use crate::domain::{LayerRecord, LayerState};

/// The layer as a layer file, keys in one order, defaults left out. It is written by the library
/// that reads it, which quotes whatever any reader takes for something else than text: a bare `yes`,
/// dates and numbers as other versions of YAML know them, line separators.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    reason = "records of plain values are always YAML"
)]
pub fn text_of(layer: &LayerState) -> String {
    let options = serde_saphyr::ser_options! {
        // One line a text, so that versions of a file differ in texts and not in indentation.
        prefer_block_scalars: false,
    };
    serde_saphyr::to_string_with_options(&LayerRecord::from(layer), options)
        // Records are strings, numbers, lists and maps with string keys: YAML has them all.
        .expect("a record of plain values is YAML")
}
