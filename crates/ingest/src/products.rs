//! Security products by name, as a catalogue that is built in: of what kind each is, what products
//! of its kind do, and what others have scored. It is read when somebody first names a product.
//!
//! A name says little: by its category a product is low at most, whatever its vendor claims.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::attack::Attack;
use model::capability::{Function, Level};
use model::id::TechniqueId;
use model::strength::CATEGORY;
use serde::Deserialize;

use crate::record::shortened;
use crate::suggest;

mod export;
mod mention;

pub use export::{Export, export};
pub(crate) use mention::{expand, known, source};

const CATALOGUE: &str = include_str!("../controls/catalogues/products.toml");

/// A kind of product, with the products of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its id.
    pub name: String,
    /// Its name.
    pub title: String,
    /// Words by which it may be named itself.
    pub also: Vec<String>,
    #[serde(default)]
    prevent: Vec<String>,
    #[serde(default)]
    detect: Vec<String>,
    #[serde(default)]
    respond: Vec<String>,
    level: Option<Level>,
    #[serde(default)]
    only: Vec<TechniqueId>,
    #[serde(default)]
    platforms: Vec<String>,
    #[serde(default)]
    sees: Vec<String>,
    #[serde(default)]
    collects: bool,
    export: String,
    /// Why all of this.
    pub reason: String,
    /// The products of it.
    pub products: Vec<Product>,
}

/// A product that one can have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// What it is called in everything that is said about it.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub also: Vec<String>,
    /// Why it is of its category.
    pub reason: String,
    #[serde(default)]
    scored: Vec<String>,
    #[serde(default)]
    full: Vec<String>,
    reads: Option<String>,
    #[serde(default)]
    parts: Vec<String>,
    #[serde(default)]
    full_parts: Vec<String>,
}

/// Names that are not one product.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vague {
    names: Vec<String>,
    /// The product that people nearly always mean.
    means: Option<String>,
    /// Else the products that it may be.
    #[serde(default)]
    pub(crate) may_be: Vec<String>,
    pub(crate) reason: String,
}

/// How what runs in a product is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reads {
    format: String,
    what: String,
    file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    reads: Vec<Reads>,
    category: Vec<Category>,
    vague: Vec<Vague>,
}

static KNOWN: LazyLock<Catalogue> =
    LazyLock::new(|| toml::from_str(CATALOGUE).expect("the catalogue is valid: tested"));

/// The categories, with their products.
#[must_use]
pub fn categories() -> &'static [Category] {
    &KNOWN.category
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
enum Name {
    Category(&'static Category),
    Product(&'static Category, &'static Product),
    Vague(&'static Vague),
}

/// Every name by its key; no key has two meanings, which is tested.
static NAMES: LazyLock<BTreeMap<String, Name>> =
    LazyLock::new(|| names().map(|(name, meaning)| (key(name), meaning)).collect());

fn names() -> impl Iterator<Item = (&'static str, Name)> {
    let of_category = |category: &'static Category| {
        let own = category.also.iter().map(move |name| (name.as_str(), Name::Category(category)));
        let of_product = move |product: &'static Product| {
            let names = product.also.iter().chain([&product.name]);
            names.map(move |name| (name.as_str(), Name::Product(category, product)))
        };
        own.chain(category.products.iter().flat_map(of_product))
    };
    let vague = KNOWN.vague.iter();
    let vague = vague.flat_map(|v| v.names.iter().map(|name| (name.as_str(), Name::Vague(v))));
    KNOWN.category.iter().flat_map(of_category).chain(vague)
}

/// Which edition of a product is named: it matters where others have scored them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edition {
    NotSaid,
    Smaller,
    Larger,
}

/// A product, or only its category, as somebody names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    category: &'static Category,
    product: Option<&'static Product>,
    edition: Edition,
    /// Why this product is taken to be meant.
    assumed: Option<&'static str>,
}

impl Mention {
    /// What it is called.
    pub(crate) fn name(&self) -> &'static str {
        self.product.map_or(&self.category.title, |product| &product.name)
    }
}

/// What a text names among the products.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    One(Mention),
    /// A name that several products share.
    Several(&'static Vague),
    Nothing,
}

/// No name is longer, in bytes, whatever stands around it; a cell may hold a book.
const LONGEST: usize = 200;

/// The product or category that a text names, in any spelling and edition.
pub(crate) fn find(text: &str) -> Found {
    if text.len() > LONGEST {
        return Found::Nothing;
    }
    let key = key(text);
    let without_note = text.split('(').next().map(self::key).unwrap_or_default();
    if let Some((name, edition)) = [&key, &without_note].into_iter().find_map(|key| by_key(key)) {
        return meant(name, edition, None);
    }
    let model = by_beginning(&key);
    model.map_or(Found::Nothing, |name| meant(name, Edition::NotSaid, Some("it begins so")))
}

fn meant(name: Name, edition: Edition, assumed: Option<&'static str>) -> Found {
    match name {
        Name::Category(category) => {
            Found::One(Mention { category, product: None, edition, assumed })
        }
        Name::Product(category, product) => {
            Found::One(Mention { category, product: Some(product), edition, assumed })
        }
        Name::Vague(vague) => match vague.means.as_deref().map(find) {
            Some(Found::One(mention)) => {
                Found::One(Mention { edition, assumed: Some(&vague.reason), ..mention })
            }
            _ => Found::Several(vague),
        },
    }
}

/// The one product that a text names: neither a category, nor what may be several.
pub(crate) fn named(text: &str) -> Option<&'static str> {
    match find(text) {
        Found::One(Mention { product: Some(product), .. }) => Some(&product.name),
        _ => None,
    }
}

/// Whether a text is the name of one product or of a category.
pub(crate) fn is_known(text: &str) -> bool {
    matches!(find(text), Found::One(_))
}

/// The name with this key, in any edition, with its vendor before it or without where that is
/// Microsoft.
fn by_key(key: &str) -> Option<(Name, Edition)> {
    let bare = key.strip_prefix("ms ").or(key.strip_prefix("microsoft "));
    let long = format!("microsoft {}", bare.unwrap_or(key));
    [Some(key), bare, Some(&long)].into_iter().flatten().find_map(|key| {
        let whole = NAMES.get(key).map(|name| (*name, Edition::NotSaid));
        whole.or_else(|| {
            let (bare, edition) = without_edition(key)?;
            NAMES.get(bare).map(|name| (*name, edition))
        })
    })
}

/// Words that may follow a product's name: a model, a version, a module.
const FOLLOWING: usize = 3;

/// The longest name of a product that a key begins with; a word or three of its own may follow.
fn by_beginning(key: &str) -> Option<Name> {
    let words: Vec<&str> = key.split(' ').collect();
    let shortest = words.len().saturating_sub(FOLLOWING).max(1);
    let beginnings = (shortest..words.len()).rev().map(|count| words[..count].join(" "));
    let names = beginnings.filter_map(|beginning| by_key(&beginning));
    let mut names = names.map(|(name, _)| name);
    names.find(|name| !matches!(name, Name::Category(_)))
}

/// The name of a product without its edition: P1 and P2, Plan 1 and Plan 2, E3 and E5.
fn without_edition(key: &str) -> Option<(&str, Edition)> {
    let (bare, word) = key.rsplit_once(' ')?;
    let edition = match word {
        "p2" | "e5" | "a5" | "g5" | "f5" => Edition::Larger,
        "p1" | "e1" | "e3" | "a1" | "a3" | "g1" | "g3" | "f1" | "f3" => Edition::Smaller,
        "1" | "2" => {
            let bare = bare.strip_suffix(" plan")?;
            let edition = if word == "2" { Edition::Larger } else { Edition::Smaller };
            return Some((bare, edition));
        }
        _ => return None,
    };
    let bare = bare.strip_suffix(" premium").unwrap_or(bare);
    Some((bare.strip_suffix(" plan").unwrap_or(bare), edition))
}

/// What all spellings of a name have in common: its words in lower case.
fn key(text: &str) -> String {
    let text = text.to_lowercase().replace(['&', '+'], " and ");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The names in a list of them.
pub fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|name| !name.is_empty())
}

/// What to do about a name that is not known: the nearest one, and the category that it seems to
/// be of.
pub(crate) fn hint(text: &str) -> String {
    let text = &shortened(text);
    let near = begun(text).map(|name| format!("did you mean {name:?}?"));
    let near = near.or_else(|| suggest::did_you_mean(text, names().map(|(name, _)| name)));
    let category = match category_in(text) {
        Some(word) => format!("name its category instead: {word:?}"),
        None => "name its category instead, such as EDR, firewall or SIEM".to_owned(),
    };
    let near = near.map(|near| format!("{near} Else ")).unwrap_or_default();
    format!("{near}{category}; lacuna formats products lists what is known")
}

/// The shortest name that begins with a text.
fn begun(text: &str) -> Option<&'static str> {
    let key = key(text);
    let begins = |name: &&str| key.len() > 2 && self::key(name).starts_with(&key);
    names().map(|(name, _)| name).filter(begins).min_by_key(|name| (name.len(), *name))
}

/// The longest name of a category that stands in a text.
fn category_in(text: &str) -> Option<&'static str> {
    let text = format!(" {} ", key(text));
    let words = KNOWN.category.iter().flat_map(|category| &category.also);
    let there = words.filter(|word| text.contains(&format!(" {} ", key(word))));
    there.map(String::as_str).max_by_key(|word| (word.len(), *word))
}

/// The category with this id, written as it stands among controls.
pub(crate) fn category(control: &str) -> Option<&'static Category> {
    let name = control.strip_prefix(CATEGORY)?;
    KNOWN.category.iter().find(|category| category.name == name)
}

impl Category {
    /// Its id as it stands among controls.
    pub(crate) fn control(&self) -> String {
        format!("{CATEGORY}{}", self.name)
    }

    /// Whether products of it do anything by their kind alone.
    fn does_something(&self) -> bool {
        self.by_function().iter().any(|(_, mitigations)| !mitigations.is_empty())
    }

    /// The mitigations through which products of it do something, by what they do.
    #[must_use]
    pub fn by_function(&self) -> [(Function, &[String]); 3] {
        [
            (Function::Prevent, &self.prevent),
            (Function::Detect, &self.detect),
            (Function::Respond, &self.respond),
        ]
    }

    /// What products of it do about the techniques of a release, and how well at most.
    pub(crate) fn mappings(&self, attack: &Attack) -> Vec<(Function, TechniqueId, Level)> {
        let is_reached = |id: &TechniqueId| {
            let parent = id.parent();
            self.only.is_empty() || self.only.iter().any(|only| only == id || Some(*only) == parent)
        };
        let level = self.level.unwrap_or(Level::Low);
        let mut mappings = Vec::new();
        for (function, ids) in self.by_function() {
            let known = attack.mitigations.iter().filter(|m| ids.contains(&m.id));
            let techniques = known.flat_map(|m| &m.techniques).map(|ix| attack.techniques[*ix].id);
            mappings.extend(techniques.filter(is_reached).map(|id| (function, id, level)));
        }
        mappings
    }
}

#[cfg(test)]
mod tests;
