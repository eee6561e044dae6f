//! Names of platforms, as a table: ATT&CK renames them, and people use the names of products.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::attack::Attack;

/// The release's name for a platform that may go by another.
pub(crate) fn platform(attack: &Attack, name: &str) -> Option<String> {
    static NAMES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
        let text = include_str!("../../controls/platforms.toml");
        let table: BTreeMap<String, Vec<String>> =
            toml::from_str(text).expect("the table of platforms is valid: tested");
        table.into_iter().map(|(name, others)| [vec![name], others].concat()).collect()
    });
    let known = |name: &str| attack.platform(name).map(|ix| attack.platforms[ix].clone());
    known(name).or_else(|| {
        let same = |other: &String| other.eq_ignore_ascii_case(name.trim());
        let names = NAMES.iter().find(|names| names.iter().any(same))?;
        names.iter().find_map(|name| known(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_names_and_names_of_products_are_known() {
        let attack = crate::snapshot::embedded("enterprise-attack", None).unwrap();
        assert_eq!(platform(&attack, "office 365").as_deref(), Some("Office Suite"));
        assert_eq!(platform(&attack, "Amiga"), None);
    }
}
