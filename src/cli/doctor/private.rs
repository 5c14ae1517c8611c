//! Removes the home directory from texts, since it often names a person.

/// The text with `~` wherever a path begins with the home directory.
pub(super) fn without_home(text: &str, home: Option<&str>) -> String {
    // A root home directory reveals nothing, and every path begins with it.
    let home = home.map(|home| home.trim_end_matches('/'));
    let Some(home) = home.filter(|home| home.len() > 1) else {
        return text.to_owned();
    };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(home) {
        let (before, after) = (&rest[..at], &rest[at + home.len()..]);
        shown.push_str(before);
        // `/home/ada` is neither part of `/home/adam` nor of `/srv/home/ada`.
        let is_path = !before.ends_with(is_name_character) && !after.starts_with(is_name_character);
        shown.push_str(if is_path { "~" } else { home });
        rest = after;
    }
    shown + rest
}

/// Whether a character belongs to the name beside it.
fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_directory_is_a_tilde_and_no_other_is() {
        let shown = |text| without_home(text, Some("/home/ada/"));
        assert_eq!(shown("/home/ada/x.db"), "~/x.db");
        assert_eq!(shown("can't open /home/ada: no"), "can't open ~: no");
        assert_eq!(shown("/home/ada and /home/ada/b"), "~ and ~/b");
        for other in ["/home/adam", "/home/ada.old/x", "/srv/home/ada/x", "/home"] {
            assert_eq!(shown(other), other);
        }
        assert_eq!(without_home("/x", Some("/")), "/x");
        assert_eq!(without_home("/x", None), "/x");
    }
}
