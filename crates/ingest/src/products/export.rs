//! What a product that is known by name could add at most, were what runs in it stated in full.

use std::collections::BTreeSet;

use model::attack::Attack;
use model::capability::{Basis, Capability, Function, Kind, Level, Status};
use model::catalog::Catalog;
use model::id::TechniqueId;

use super::{Category, Found, KNOWN, Product, category, find};

/// An export that would say more than a product's name.
#[derive(Debug, Clone)]
pub struct Export {
    /// Of which product.
    pub product: String,
    /// What it lists.
    pub what: String,
    /// What the file may be called.
    pub file: String,
    /// Whether lacuna knows the product's own format; else it is a table that one makes.
    pub is_read: bool,
    /// What it could state at most: each technique in its reach, strongly, taken at its word.
    pub claims: Vec<Capability>,
}

/// What could be had from a product that counts by its category; `None` for anything else.
#[must_use]
pub fn export(capability: &Capability, attack: &Attack, catalog: &Catalog) -> Option<Export> {
    let counts_by_name = capability.basis == Basis::Category && capability.kind == Kind::Control;
    let category =
        capability.controls.iter().find_map(|id| category(id)).filter(|_| counts_by_name)?;
    let named = [capability.id.as_str(), capability.title.as_str()].into_iter().find_map(product);
    let reads = named.and_then(|product| product.reads.as_deref());
    let reads = KNOWN.reads.iter().find(|r| Some(r.format.as_str()) == reads);
    let name = named.map_or(capability.id.as_str(), |product| &product.name);
    Some(Export {
        product: name.to_owned(),
        what: reads.map_or(category.export.as_str(), |reads| &reads.what).to_owned(),
        file: reads.map_or("register.xlsx", |reads| &reads.file).to_owned(),
        is_read: reads.is_some(),
        claims: claims(capability, category, reads.is_some(), attack, catalog),
    })
}

fn product(name: &str) -> Option<&'static Product> {
    match find(name) {
        Found::One(mention) => mention.product,
        Found::Several(_) | Found::Nothing => None,
    }
}

/// One claim for each function: the techniques that its category reaches, and those that its rules
/// could see.
fn claims(
    known: &Capability,
    category: &Category,
    has_rules: bool,
    attack: &Attack,
    catalog: &Catalog,
) -> Vec<Capability> {
    let claim = |function: Function| {
        let by_category = category.mappings(attack).into_iter();
        let by_category = by_category.filter(|(does, ..)| *does == function).map(|(_, id, _)| id);
        let mut techniques: BTreeSet<TechniqueId> = by_category.collect();
        let may_see = category.collects || has_rules || !techniques.is_empty();
        if function == Function::Detect && may_see {
            techniques.extend(seen(category, attack, catalog));
        }
        let id = format!("{} in full", known.id);
        Capability {
            techniques: techniques.into_iter().collect(),
            platforms: known.platforms.clone().filter(|_| !category.collects),
            status: Status::Implemented,
            basis: Basis::Validated,
            level: Some(Level::High),
            ..Capability::new(id, Kind::Control, function)
        }
    };
    let claims = Function::SCORED.map(claim).into_iter();
    claims.filter(|claim| !claim.techniques.is_empty()).collect()
}

/// The techniques for which there are public rules, and which show in what the product sees.
fn seen(category: &Category, attack: &Attack, catalog: &Catalog) -> Vec<TechniqueId> {
    let sees = |component: &usize| category.sees.contains(&attack.components[*component].id);
    let techniques = attack.techniques.iter().enumerate();
    let seen = techniques.filter(|(ix, technique)| {
        let is_seen = category.collects || technique.components.iter().any(sees);
        is_seen && catalog.public_rules(*ix) > 0
    });
    seen.map(|(_, technique)| technique.id).collect()
}
