//! What a document lends to those after it in its file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::{MAX_COPIED, Value, weight};

/// The document that lends its keys, if there is one, and how much was lent so far.
#[derive(Default)]
pub(super) struct Lending {
    header: Option<Value>,
    copied: usize,
}

impl Lending {
    /// From now on, this document lends its keys.
    pub(super) fn begin(&mut self, header: &Value) {
        self.header = Some(header.clone());
    }

    /// From now on, nothing is lent.
    pub(super) fn end(&mut self) {
        self.header = None;
    }

    /// Whether there is a document that lends its keys.
    pub(super) fn is_on(&self) -> bool {
        self.header.is_some()
    }

    /// A document with what is lent to it, save for one key: its own keys come first, maps are
    /// joined. `None` where the documents of the file have been lent too much already.
    pub(super) fn joined<'a>(
        &mut self,
        own: &'a Value,
        except: Option<&str>,
    ) -> Option<Cow<'a, Value>> {
        let Some(header) = &self.header else {
            return Some(Cow::Borrowed(own));
        };
        if self.copied <= MAX_COPIED {
            self.copied += weight(header);
        }
        (self.copied <= MAX_COPIED).then(|| Cow::Owned(joined(header, own, except)))
    }
}

/// Why a document is not joined with its header.
pub(super) fn too_much() -> String {
    let limit = MAX_COPIED >> 20;
    format!("the headers of this file lend more than {limit} MiB to the documents after them")
}

fn joined(header: &Value, own: &Value, except: Option<&str>) -> Value {
    let (Value::Map(lent), Value::Map(own)) = (header, own) else {
        return own.clone();
    };
    let lent = || lent.iter().filter(|(key, _)| Some(key.as_str()) != except);
    let names: BTreeSet<&str> = lent().map(|(key, _)| key.as_str()).collect();
    let by_name: BTreeMap<&str, &Value> =
        own.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let shared = lent().map(|(key, lent)| {
        let value = by_name.get(key.as_str()).map(|own| joined(lent, own, except));
        (key.clone(), value.unwrap_or_else(|| lent.clone()))
    });
    let new = own.iter().filter(|(key, _)| !names.contains(key.as_str())).cloned();
    Value::Map(shared.chain(new).collect())
}
