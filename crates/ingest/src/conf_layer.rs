//! The two layers of a .conf file in an app of Splunk: what the file in `local` says is laid over
//! what that in `default` says. A stanza of both is one, and stands in `local`, where the user
//! looks. Layers of other apps and of the system are not known here: `btool` lays them together.

use std::collections::BTreeMap;

use crate::document::{self, Document, Value};
use crate::source::{self, Listing, SourceFile};
use crate::text;

/// The other layer of a file.
pub(crate) enum Layer {
    /// What the file is laid over.
    Below(Vec<u8>),
    /// What is laid over the file.
    Above(Vec<u8>),
}

/// Why a stanza is no record where a layer above it has it, too.
pub(crate) const SAID_ABOVE: &str = "the local file beside it has the last word on the stanza";

/// The stanza whose keys hold for all of the file.
const COMMON: &str = "default";

impl Layer {
    /// The other layer of a file, if it has one and that can be read.
    pub(crate) fn of(file: &SourceFile, listing: &Listing) -> Option<Self> {
        let (folder, name) = file.below.rsplit_once('/')?;
        if !name.ends_with(".conf") {
            return None;
        }
        let (app, layer) = folder
            .rsplit_once('/')
            .map_or(("", folder), |(_, layer)| (&folder[..folder.len() - layer.len()], layer));
        let read = |layer: &str| {
            let below = format!("{app}{layer}/{name}");
            let place = listing.files.binary_search_by(|other| other.below.cmp(&below)).ok()?;
            source::read(&listing.files[place].path).ok()
        };
        match layer {
            "local" => read("default").map(Self::Below),
            "default" => read("local").map(Self::Above),
            _ => None,
        }
    }

    /// The stanzas of a file together with its other layer, and those that the other layer has the
    /// last word on. A layer that cannot be understood says nothing here.
    pub(crate) fn join(&self, own: Vec<Document>) -> (Vec<Document>, Vec<Document>) {
        let (Self::Below(bytes) | Self::Above(bytes)) = self;
        let other = document::conf(&text::decode(bytes).0).unwrap_or_default();
        let named: BTreeMap<String, &Document> =
            other.iter().filter_map(|document| Some((name_of(document)?, document))).collect();
        match self {
            Self::Below(_) => (over(own, &named), Vec::new()),
            Self::Above(_) => beneath(own, &named),
        }
    }
}

fn name_of(document: &Document) -> Option<String> {
    document.value.get("stanza").and_then(Value::as_text).map(|name| name.into_owned())
}

fn over(own: Vec<Document>, below: &BTreeMap<String, &Document>) -> Vec<Document> {
    let is_common = |document: &Document| name_of(document).as_deref() == Some(COMMON);
    let common = below.get(COMMON).filter(|_| !own.iter().any(is_common));
    let common = common.map(|document| (*document).clone());
    let joined = own.into_iter().map(|document| {
        match name_of(&document).and_then(|name| below.get(&name)) {
            Some(below) => Document { value: laid_over(&below.value, document.value), ..document },
            None => document,
        }
    });
    common.into_iter().chain(joined).collect()
}

fn beneath(
    own: Vec<Document>,
    above: &BTreeMap<String, &Document>,
) -> (Vec<Document>, Vec<Document>) {
    let is_above = |document: &Document| {
        name_of(document).is_some_and(|name| name != COMMON && above.contains_key(&name))
    };
    let (said_above, mut kept): (Vec<_>, Vec<_>) = own.into_iter().partition(is_above);
    if let Some(common) = above.get(COMMON) {
        match kept.iter_mut().find(|document| name_of(document).as_deref() == Some(COMMON)) {
            Some(own) => own.value = laid_over(&own.value, common.value.clone()),
            None => kept.insert(0, (*common).clone()),
        }
    }
    (kept, said_above)
}

/// The keys of a stanza, then those that only the one below it has.
fn laid_over(below: &Value, own: Value) -> Value {
    let missing = below.entries().filter(|(key, _)| own.get(key).is_none());
    let missing: Vec<(String, Value)> =
        missing.map(|(key, value)| (key.to_owned(), value.clone())).collect();
    match own {
        Value::Map(mut entries) => {
            entries.extend(missing);
            Value::Map(entries)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stanzas(text: &str) -> Vec<Document> {
        document::conf(text).unwrap()
    }

    fn said(documents: &[Document]) -> Vec<String> {
        let entry =
            |(key, value): (&str, &Value)| format!("{key}={}", value.as_text().unwrap_or_default());
        let line =
            |document: &Document| document.value.entries().map(entry).collect::<Vec<_>>().join(" ");
        documents.iter().map(line).collect()
    }

    const DEFAULT: &str = "[default]\na = 1\n[one]\nb = 1\nc = 1\n[two]\nb = 1\n";
    const LOCAL: &str = "[one]\nb = 2\n[three]\nb = 3\n";

    #[test]
    fn what_local_says_holds_and_the_rest_is_as_delivered() {
        let (kept, said_above) = Layer::Below(DEFAULT.into()).join(stanzas(LOCAL));
        let wanted = ["stanza=default a=1", "stanza=one b=2 c=1", "stanza=three b=3"];
        assert_eq!(said(&kept), wanted);
        assert!(said_above.is_empty());
    }

    #[test]
    fn a_stanza_of_both_layers_stands_in_local_alone() {
        let (kept, said_above) = Layer::Above(LOCAL.into()).join(stanzas(DEFAULT));
        assert_eq!(said(&kept), ["stanza=default a=1", "stanza=two b=1"]);
        assert_eq!(said(&said_above), ["stanza=one b=1 c=1"]);
    }

    #[test]
    fn what_local_says_for_all_stanzas_reaches_those_of_default() {
        let local = "[default]\na = 2\nd = 2\n";
        let (kept, _) = Layer::Above(local.into()).join(stanzas(DEFAULT));
        assert_eq!(said(&kept)[0], "stanza=default a=2 d=2");
        assert_eq!(kept.len(), 3);
        let (kept, _) = Layer::Above(local.into()).join(stanzas("[one]\nb = 1\n"));
        assert_eq!(said(&kept), ["stanza=default a=2 d=2", "stanza=one b=1"]);
        let (kept, _) = Layer::Below(DEFAULT.into()).join(stanzas(local));
        assert_eq!(said(&kept), ["stanza=default a=2 d=2"]);
    }

    #[test]
    fn a_layer_that_is_broken_changes_nothing() {
        for layer in [Layer::Below("[x".into()), Layer::Above("[x".into())] {
            let (kept, said_above) = layer.join(stanzas(DEFAULT));
            assert_eq!(kept, stanzas(DEFAULT));
            assert!(said_above.is_empty());
        }
    }
}
