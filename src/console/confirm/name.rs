//! The name that is typed to confirm: how far it is right, and how Tab goes on.

use std::collections::BTreeSet;

use crate::diagnostic::visible;
use crate::domain::ExperimentId;
use crate::review::Review;

/// How far a typed text is the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing is typed.
    Nothing,
    /// It is the beginning of the name.
    Begun,
    /// It is the name.
    Whole,
    /// It differs; as many bytes of it are right.
    Wrong(usize),
}

impl Progress {
    /// Compares what is typed with the name.
    pub(super) fn of(typed: &str, name: &str) -> Self {
        let right = common(typed, name).len();
        match right {
            _ if typed.is_empty() => Self::Nothing,
            _ if right < typed.len() => Self::Wrong(right),
            _ if right < name.len() => Self::Begun,
            _ => Self::Whole,
        }
    }
}

/// Returns the names that are typed to confirm plans like this one, safe to show.
pub(super) fn alike(review: &Review) -> Vec<String> {
    let changed = review.changes.iter();
    let changed = changed.filter_map(|change| change.experiment_id.as_ref());
    let moved = review
        .impact
        .iter()
        .flat_map(|impact| impact.experiments.iter());
    let experiments = changed.chain(moved.map(|experiment| &experiment.experiment_id));
    let layers = review.changes.iter().map(|change| change.layer_id.as_str());
    let names: BTreeSet<&str> = experiments
        .map(ExperimentId::as_str)
        .chain(layers)
        .chain(["all"])
        .collect();
    names
        .into_iter()
        .map(|name| visible(name).into_owned())
        .collect()
}

/// Returns what is typed, continued as far as names that begin with it agree. `None` if there is
/// nothing to continue: typing the name must stay an act, so its beginning, and wherever a similar
/// name differs, is typed.
pub(super) fn continued(typed: &str, name: &str, alike: &[String]) -> Option<String> {
    if Progress::of(typed, name) != Progress::Begun {
        return None;
    }
    let others = alike.iter().filter(|other| other.starts_with(typed));
    let shared = others.fold(name, |shared, other| common(shared, other));
    (shared.len() > typed.len()).then(|| shared.to_owned())
}

/// Returns the beginning that both have in common.
fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let pairs = one.char_indices().zip(other.chars());
    let mut differing = pairs.filter(|((_, a), b)| a != b);
    let end = differing
        .next()
        .map_or(one.len().min(other.len()), |((at, _), _)| at);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_right_up_to_the_first_difference() {
        let of = |typed| Progress::of(typed, "héro_v1");
        assert_eq!(of(""), Progress::Nothing);
        assert_eq!(of("hé"), Progress::Begun);
        assert_eq!(of("héro_v1"), Progress::Whole);
        assert_eq!(of("hex"), Progress::Wrong(1));
        assert_eq!(of("héro_v2"), Progress::Wrong("héro_v".len()));
        assert_eq!(of("héro_v1 "), Progress::Wrong("héro_v1".len()));
        assert_eq!(of("x"), Progress::Wrong(0));
    }

    #[test]
    fn a_name_is_continued_to_where_a_similar_one_differs() {
        let alike = ["all", "hero", "hero_v1", "hero_v2"].map(str::to_owned);
        let next = |typed| continued(typed, "hero_v2", &alike);
        assert_eq!(next(""), None, "never from nothing");
        assert_eq!(next("x"), None);
        assert_eq!(next("h").as_deref(), Some("hero"));
        assert_eq!(next("hero"), None, "three names begin like this");
        assert_eq!(next("hero_").as_deref(), Some("hero_v"));
        assert_eq!(next("hero_v"), None);
        assert_eq!(next("hero_v2"), None);
        assert_eq!(continued("a", "all", &alike).as_deref(), Some("all"));
        let cut_in_a_character = ["a\u{e9}", "a\u{e8}"].map(str::to_owned);
        assert_eq!(continued("a", "a\u{e9}", &cut_in_a_character), None);
    }
}
