//! The readers of lacuna: from files as people keep them to the model's capabilities, and from
//! ATT&CK's STIX bundles to the model's facts. Readers take bytes; only [`source`] opens
//! anything. Nothing here scores or shows.

mod amend;
mod catalogues;
mod column;
mod conf_layer;
pub mod document;
mod extract;
mod file;
mod format;
mod frameworks;
mod join;
mod looks;
mod parts;
mod read;
mod record;
mod register;
pub mod releases;
pub mod segment;
pub mod snapshot;
pub mod source;
mod status_list;
pub mod stix;
pub mod suggest;
mod syntax;
pub mod table;
pub mod text;
mod trial;
mod unfold;

pub use catalogues::{AtomicTest, atomic_tests, choke_points, public_rules};
pub use column::Column;
pub use format::{ColumnPlace, Description, Format, FormatError, Formats};
pub use read::{Read, ReadError, ReadSettings, SourceChoice, SourceRead, read, read_source};
pub use record::Draft;
pub use register::{Layout, TableRead};
pub use syntax::Syntax;
pub use trial::{Condition, Trial, trial};

/// The release's name for a platform that may go by another.
#[must_use]
pub fn platform(attack: &model::attack::Attack, name: &str) -> Option<String> {
    format::platform(attack, name)
}

/// The status that a word stands for, as in a register.
#[must_use]
pub fn status(word: &str) -> Option<model::capability::Status> {
    let word = format::register().word(Column::Status, word)?;
    model::capability::Status::from_word(&word)
}

/// The catalogued facts about techniques, and about the controls that capabilities name, brought
/// onto a release.
#[must_use]
pub fn catalog(
    attack: &model::attack::Attack,
    capabilities: &[std::sync::Arc<model::capability::Capability>],
) -> model::catalog::Catalog {
    // Atomic tests are no rules.
    let rules =
        public_rules().map(|(id, [sigma, elastic, splunk, _])| (id, sigma + elastic + splunk));
    let mut catalog = model::catalog::Catalog::new(attack, choke_points(), rules);
    let controls = capabilities.iter().flat_map(|c| c.controls.iter().map(String::as_str));
    for (control, mappings) in frameworks::mappings(controls) {
        catalog.add_control(attack, control, mappings);
    }
    catalog
}

#[cfg(test)]
mod attack_facts;
