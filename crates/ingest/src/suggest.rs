//! What somebody may have meant to type, and how to type what is suggested.

/// A hint at the known name that is nearest to what was written, if one is near.
#[must_use]
pub fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean {name:?}?"))
}

/// The known name that is nearest to what was written, if one is near.
#[must_use]
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let length = written.chars().count();
    let letters = sorted(&written);
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    let bearable = |name: &str| match digits * 2 > written.len() {
        // Ids are near to each other without meaning the same.
        true => 1,
        false => 1 + length.min(name.chars().count()) / 4,
    };
    // Names of another length are far; not to compare them keeps any text cheap.
    let near = known.filter(|name| length.abs_diff(name.chars().count()) <= bearable(name));
    let scored = near.map(|name| {
        let lower = name.to_lowercase();
        let distance = strsim::damerau_levenshtein(&written, &lower);
        // Among equals, letters that changed places are likelier than a wrong one.
        (distance, letters != sorted(&lower), name)
    });
    let (distance, _, name) = scored.min()?;
    (distance <= bearable(name)).then_some(name)
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
}

/// A path as a shell takes it for one word: in quotes, where it needs them.
#[must_use]
pub fn as_typed(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=@%,:#".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) {
        return path.to_owned();
    }
    match path.contains(['"', '\\', '$', '`', '!']) {
        true => format!("'{}'", path.replace('\'', "'\\''")),
        false => format!("\"{path}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_millions_of_letters_is_near_to_nothing() {
        let text = "execution ".repeat(2_000_000);
        assert_eq!(nearest(&text, ["execution", "discovery"].into_iter()), None);
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["APT29", "APT38", "FIN7", "Lazarus Group"];
        let hint = |written| nearest(written, known.into_iter());
        assert_eq!(hint("APT2"), Some("APT29"));
        assert_eq!(hint("lazarus grup"), Some("Lazarus Group"));
        assert_eq!(hint("Sandworm"), None);
        let hint = |written| nearest(written, ["APT12", "APT29", "T1199"].into_iter());
        assert_eq!(hint("APT92"), Some("APT29"));
        assert_eq!(hint("T9999"), None);
    }

    #[test]
    fn a_path_is_quoted_where_a_shell_would_divide_or_change_it() {
        assert_eq!(as_typed("tools/a-1.csv"), "tools/a-1.csv");
        assert_eq!(as_typed("my tools.csv"), "\"my tools.csv\"");
        assert_eq!(as_typed("Tom's $.csv"), "'Tom'\\''s $.csv'");
    }
}
