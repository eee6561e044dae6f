//! All formats that files are recognised by.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use super::{Format, built_in};
use crate::document::{Document, Value};
use crate::syntax::{self, Documents, Syntax};

/// The formats that files are recognised by, in the order in which they are tried: those of the
/// user, then the built-in ones by name.
#[derive(Debug, Clone)]
pub struct Formats {
    list: Vec<Arc<Format>>,
    /// The top-level keys of documents that any of them looks into.
    wanted: BTreeSet<String>,
    /// A number for each top-level key that a condition asks for.
    marks: HashMap<String, usize>,
    /// For each format the sets of keys of which a document has at least one each.
    needs: Vec<Vec<Keys>>,
}

/// A set of keys, by their numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Keys([u64; Self::WORDS]);

impl Keys {
    const WORDS: usize = 8;
    /// Numbers go up to this.
    const MOST: usize = Self::WORDS * u64::BITS as usize;
    const ALL: Self = Self([u64::MAX; Self::WORDS]);

    fn insert(&mut self, key: usize) {
        self.0[key / u64::BITS as usize] |= 1 << (key % u64::BITS as usize);
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

impl Formats {
    /// The formats that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
            let parsed = |(_, text): &(&str, &str)| {
                let format = Format::parse(text);
                Arc::new(format.expect("built-in formats are valid: tested"))
            };
            Formats::of(built_in::FORMATS.iter().map(parsed).collect())
        });
        &FORMATS
    }

    /// The built-in formats with others before them. One with the name of a built-in format takes
    /// its place.
    #[must_use]
    pub fn with(others: Vec<Format>) -> Self {
        let others: Vec<Arc<Format>> = others.into_iter().map(Arc::new).collect();
        let is_replaced = |format: &Arc<Format>| {
            !format.is_register() && others.iter().any(|other| other.name == format.name)
        };
        let built_in = Self::built_in().list.iter().filter(|format| !is_replaced(format)).cloned();
        Self::of(others.iter().cloned().chain(built_in).collect())
    }

    fn of(list: Vec<Arc<Format>>) -> Self {
        let keys = list.iter().flat_map(|format| format.wanted());
        let wanted = keys.chain(["capabilities", "evidence"].map(str::to_owned)).collect();
        let needs: Vec<Vec<BTreeSet<String>>> = list.iter().map(|f| f.needed_keys()).collect();
        let all: BTreeSet<&String> = needs.iter().flatten().flatten().collect();
        let marks: HashMap<String, usize> = all
            .into_iter()
            .take(Keys::MOST)
            .zip(0..)
            .map(|(key, mark)| (key.clone(), mark))
            .collect();
        let needs = needs
            .iter()
            .map(|needs| {
                needs
                    .iter()
                    .filter_map(|keys| {
                        let mut marked = Keys::default();
                        // A need for a key that has no mark cannot be checked.
                        for key in keys {
                            marked.insert(*marks.get(key)?);
                        }
                        Some(marked)
                    })
                    .collect()
            })
            .collect();
        Self { list, wanted, marks, needs }
    }

    /// One format alone.
    #[must_use]
    pub fn only(format: Format) -> Self {
        Self::of(vec![Arc::new(format)])
    }

    /// All formats, in the order in which they are tried.
    pub fn iter(&self) -> impl Iterator<Item = &Format> {
        self.list.iter().map(Arc::as_ref)
    }

    /// The formats of a syntax, except the native register.
    pub(crate) fn of_syntax(&self, syntax: Syntax) -> impl Iterator<Item = &Arc<Format>> {
        self.list.iter().filter(move |f| !f.is_register() && f.syntax.contains(&syntax))
    }

    /// The formats of a syntax that documents may be of, going by their top-level keys alone.
    pub(crate) fn candidates(
        &self,
        documents: &[Document],
        syntax: Syntax,
    ) -> impl Iterator<Item = &Arc<Format>> + use<'_> {
        let mut found = Keys::default();
        for document in documents {
            match &document.value {
                Value::Map(entries) => {
                    let marked = entries.iter().filter_map(|(key, _)| self.marks.get(key));
                    marked.for_each(|mark| found.insert(*mark));
                }
                // What a list holds does not show at its top.
                _ => found = Keys::ALL,
            }
        }
        let may_be = move |needs: &[Keys]| needs.iter().all(|needed| needed.meets(&found));
        let formats = self.list.iter().zip(&self.needs);
        formats
            .filter(move |(format, needs)| {
                format.syntax.contains(&syntax) && !format.is_register() && may_be(needs)
            })
            .map(|(format, _)| format)
    }

    /// The documents of a text, with no more than what these formats look at.
    pub(crate) fn read(&self, text: &str, syntax: Syntax) -> Documents {
        let elements = || self.of_syntax(Syntax::Xml).flat_map(|format| format.elements());
        let is_record = |name: &str| elements().any(|element| element == name);
        syntax::read(text, syntax, &|key| self.wanted.contains(key), &is_record)
    }
}
