//! stub
use crate::console::theme::Symbols;
/// x
#[must_use]
pub fn fit(text: &str, width: usize, _s: &Symbols) -> String {
    text.chars().take(width).collect()
}
