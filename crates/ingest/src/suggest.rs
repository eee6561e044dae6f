//! "Did you mean".

/// A hint at the known name that is nearest to what was written, if one is near.
#[must_use]
pub fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean {name:?}?"))
}

/// The known name that is nearest to what was written, if one is near.
#[must_use]
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let scored =
        known.map(|name| (strsim::damerau_levenshtein(&written, &name.to_lowercase()), name));
    let (distance, name) = scored.min()?;
    let bearable = 1 + written.chars().count().min(name.chars().count()) / 4;
    (distance <= bearable).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["APT29", "APT38", "FIN7", "Lazarus Group"];
        let hint = |written| nearest(written, known.into_iter());
        assert_eq!(hint("APT2"), Some("APT29"));
        assert_eq!(hint("lazarus grup"), Some("Lazarus Group"));
        assert_eq!(hint("Sandworm"), None);
    }
}
