//! The readers of lacuna: from files as people keep them to the model's capabilities, and from
//! ATT&CK's STIX bundles to the model's facts. Readers take bytes; only [`source`] opens
//! anything. Nothing here scores or shows.

use std::collections::BTreeSet;

mod amend;
mod built_in;
mod catalogues;
mod column;
mod conf_layer;
mod decided;
pub mod document;
mod edited;
mod extract;
mod file;
mod format;
mod frameworks;
mod join;
mod looks;
pub mod named;
mod parts;
mod patch;
pub mod products;
mod read;
mod record;
mod register;
pub mod releases;
pub mod scenarios;
pub mod segment;
pub mod snapshot;
pub mod source;
mod status_list;
pub mod stix;
pub mod suggest;
mod syntax;
mod systems;
pub mod table;
pub mod text;
mod trial;
mod unfold;

pub use catalogues::{
    AtomicTest, DettectSources, atomic_tests, choke_points, dettect_sources, public_rules,
    reference_stacks,
};
pub use column::Column;
pub use decided::{Decisions, DecisionsError, decisions};
pub use edited::{Edited, EditedError, EditedRow, ExportedRow, edited};
pub use format::{ColumnHelp, ColumnPlace, Description, Format, FormatError, Formats};
pub use patch::{Change, NAMES as PATCH_NAMES, Patch, PatchError, may_change, same};
pub use read::{Read, ReadError, ReadSettings, SourceChoice, SourceRead, read, read_source};
pub use record::Draft;
pub use register::{Layout, TableRead, Why};
pub use scenarios::scenarios;
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

/// The controls of a framework that is built in, by framework and id, as far as its catalogue maps
/// them; none where the framework is not known.
#[must_use]
pub fn controls_of(framework: &str) -> BTreeSet<String> {
    frameworks::mapped(framework)
}

/// Every control of the framework that goes by a name, by framework and id; none where no framework
/// does, or where it is a product, which requires nothing.
#[must_use]
pub fn requirements_of(framework: &str) -> Option<BTreeSet<String>> {
    frameworks::requirements(framework)
}

/// The frameworks that require something, by name.
pub fn requiring_frameworks() -> impl Iterator<Item = &'static str> {
    frameworks::requiring()
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
    let mut controls: BTreeSet<&str> = controls.collect();
    for control in controls.clone() {
        for to in frameworks::related_to(control) {
            catalog.relate(control, to);
            controls.insert(to);
        }
    }
    for (control, mappings) in frameworks::mappings(controls.iter().copied()) {
        catalog.add_control(attack, control, mappings);
    }
    for category in controls.into_iter().filter_map(products::category) {
        catalog.add_category(attack, &category.control(), category.mappings(attack));
    }
    catalog
}

#[cfg(test)]
mod attack_facts;
