//! From the products that somebody names to records: one for each name, and what a bundle holds
//! beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::attack::Attack;
use model::capability::{Basis, Capability, Function, Kind, Status};
use model::diagnostic::{Code, Diagnostic, Origin};
use model::inputs::FormatCounts;

use super::{Edition, Found, Mention, find, hint, key};
use crate::column::Column;
use crate::format;
use crate::read::{ReadSettings, SourceChoice, SourceRead};
use crate::record::{Context, Draft, Raw, Said, draft, shortened};
use crate::source::sha256;

/// What names of products are counted as.
const FORMAT: &str = "products";

/// The records of a source that is a list of names. A name that is not known is a record that is
/// not understood.
pub(crate) fn source(choice: &SourceChoice, settings: &ReadSettings<'_>) -> SourceRead {
    let mut found = SourceRead::default();
    let defaults = BTreeMap::new();
    let context = Context {
        attack: settings.attack,
        format: format::register(),
        has_status: true,
        is_row: true,
        decimal_comma: false,
        source_status: Some(choice.status.unwrap_or(Status::Implemented)),
        assumed: None,
        defaults: &defaults,
    };
    for (ix, name) in choice.names.iter().enumerate() {
        let origin = Origin { record: Some(ix + 1), ..Origin::file(choice.shown.as_str()) };
        if let Err(remark) = known(name, &origin) {
            found.diagnostics.push(*remark);
            found.account.not_understood += 1;
            continue;
        }
        let said = Said { column: Column::Products, text: name.clone(), cell: None };
        let raw = Raw { origin, values: vec![said], diagnostics: Vec::new() };
        let record = draft(raw, &context, &mut found.diagnostics);
        found.drafts.extend(expand(record, settings.attack));
    }
    found.drafts = each_once(std::mem::take(&mut found.drafts));
    for draft in &mut found.drafts {
        draft.format = Arc::from(FORMAT);
    }
    let account = &mut found.account;
    account.path = choice.shown.clone();
    account.format = FORMAT.to_owned();
    account.sha256 = sha256(choice.names.join("\n").as_bytes());
    account.records = choice.names.len();
    let counts = FormatCounts {
        records: account.records,
        not_understood: account.not_understood,
        ..FormatCounts::default()
    };
    account.formats.insert(FORMAT.to_owned(), counts);
    found
}

/// The product that a name stands for, else what there is to say.
pub(crate) fn known(name: &str, origin: &Origin) -> Result<Mention, Box<Diagnostic>> {
    let (message, help) = match find(name) {
        Found::One(mention) => return Ok(mention),
        Found::Several(vague) => (
            format!("{:?} may be {}", shortened(name), vague.may_be.join(", ")),
            format!("name the one that you have: {}", vague.reason),
        ),
        Found::Nothing => {
            (format!("{:?} is no product that lacuna knows", shortened(name)), hint(name))
        }
    };
    Err(Box::new(Diagnostic::new(Code::UnknownProduct, origin.clone(), message, help)))
}

/// What is named twice, or stands in two bundles, is there once.
fn each_once(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::with_capacity(drafts.len());
    let mut places: BTreeMap<(String, Function), usize> = BTreeMap::new();
    for draft in drafts {
        let key = (draft.capability.id.clone(), draft.capability.function);
        match places.get(&key) {
            None => {
                places.insert(key, kept.len());
                kept.push(draft);
            }
            Some(at) => {
                let known = &mut kept[*at];
                known.records += draft.records;
                let controls = &mut known.capability.controls;
                controls.extend(draft.capability.controls);
                controls.sort();
                controls.dedup();
            }
        }
    }
    kept
}

impl Mention {
    /// What it holds where it is a bundle, else itself.
    fn parts(&self) -> Vec<Self> {
        let Some(product) = self.product.filter(|product| !product.parts.is_empty()) else {
            return vec![*self];
        };
        let further = product.full_parts.iter().filter(|_| self.edition == Edition::Larger);
        let names = product.parts.iter().chain(further);
        let found = names.filter_map(|name| match find(name) {
            Found::One(mention) => Some(mention),
            Found::Several(_) | Found::Nothing => None,
        });
        // Of two editions the larger one comes later and holds what the smaller one does.
        let mut parts: Vec<Self> = Vec::new();
        for part in found {
            match parts.iter_mut().find(|known| known.name() == part.name()) {
                Some(known) => *known = part,
                None => parts.push(part),
            }
        }
        parts
    }

    /// The controls that say what it does: its category, and what others have scored.
    fn controls(&self) -> Vec<String> {
        let scored = self.product.map(|product| {
            let full = product.full.iter().filter(|_| self.edition == Edition::Larger);
            product.scored.iter().chain(full).cloned()
        });
        let mut controls = vec![self.category.control()];
        controls.extend(scored.into_iter().flatten());
        controls.sort();
        controls
    }

    /// What its scored features share their failures with: those of one suite have one tenant, one
    /// set of administrators and one vendor's view of what is bad.
    fn suite(&self) -> Option<String> {
        let product = self.product?;
        let scored = product.scored.iter().chain(&product.full).next()?;
        Some(scored.split(':').next()?.to_owned())
    }

    /// What to know about how it is counted; `title` is what the record is called.
    pub(crate) fn remark(&self, text: &str, title: &str) -> Option<(Code, String, String)> {
        let text = shortened(text);
        if self.product.is_none() && !title.is_empty() && key(title) != key(&text) {
            let title = shortened(title);
            let message =
                format!("{title:?} is no product that lacuna knows; it counts as {text:?}");
            let help = "write the name that lacuna formats products has for it, if it is there";
            return Some((Code::AssumedProduct, message, help.to_owned()));
        }
        if let Some(reason) = self.assumed {
            let message = format!("{text:?} is taken for {}: {reason}", self.name());
            return Some((
                Code::AssumedProduct,
                message,
                "write that name, or that of what you have".to_owned(),
            ));
        }
        let product = self.product?;
        if !product.parts.is_empty() {
            let names: Vec<&str> = self.parts().iter().map(Mention::name).collect();
            let message = format!("{text:?} is counted as {}", names.join(", "));
            return Some((Code::ProductParts, message, String::new()));
        }
        if self.edition == Edition::NotSaid && !product.full.is_empty() {
            let message = format!("{text:?} is counted without what its larger plan adds");
            return Some((
                Code::ProductParts,
                message,
                format!("write {} P2 if you have it", product.name),
            ));
        }
        if !self.category.does_something() && product.scored.is_empty() {
            let message = format!("{text:?} covers nothing by its name: {}", self.category.reason);
            let help = format!("give a list of {}", self.category.export);
            return Some((Code::UnmappedControl, message, help));
        }
        None
    }
}

/// The records that one with products stands for: itself, what else a bundle holds, and the
/// telemetry that comes with them. They count as one.
pub(crate) fn expand(mut draft: Draft, attack: &Attack) -> Vec<Draft> {
    let mentions = std::mem::take(&mut draft.products);
    let parts: Vec<Mention> = mentions.iter().flat_map(Mention::parts).collect();
    if parts.is_empty() {
        return vec![draft];
    }
    let is_one = parts.len() == 1;
    let record = |part: &Mention| {
        let mut record = draft.clone();
        let capability = &mut *record.capability;
        part.controls().into_iter().for_each(|control| {
            if let Err(at) = capability.controls.binary_search(&control) {
                capability.controls.insert(at, control);
            }
        });
        capability.id = match (capability.id.as_str(), is_one) {
            // It is known as nothing but what it is called.
            ("", true) if part.product.is_none() && !capability.title.is_empty() => {
                capability.title.clone()
            }
            ("", _) => part.name().to_owned(),
            (own, true) => own.to_owned(),
            (own, false) => format!("{own}: {}", part.name()),
        };
        capability.family = capability.family.take().or_else(|| part.suite());
        if capability.title == capability.id {
            capability.title.clear();
        }
        limit(capability, part, attack);
        record
    };
    let mut records: Vec<Draft> = parts.iter().map(record).collect();
    records.iter_mut().skip(1).for_each(|record| record.records = 0);
    records.extend(parts.iter().filter_map(|part| telemetry(&draft, part, attack)));
    records
}

/// Limits a record to the platforms of its category, unless it says where it works itself.
fn limit(capability: &mut Capability, part: &Mention, attack: &Attack) {
    let limits = &part.category.platforms;
    if !limits.is_empty() && capability.platforms.is_none() {
        let known = limits.iter().filter_map(|name| format::platform(attack, name));
        let mut known: Vec<String> = known.collect();
        known.sort();
        capability.platforms = Some(known);
    }
}

/// What a product that is in place everywhere typically lets one see.
fn telemetry(draft: &Draft, part: &Mention, attack: &Attack) -> Option<Draft> {
    let own = &draft.capability;
    let is_on = matches!(own.status, Status::Implemented | Status::Enabled);
    let sees = part.category.sees.iter().filter(|id| attack.component(id).is_some());
    let sees: Vec<String> = sees.cloned().collect();
    if sees.is_empty() || !is_on || own.scope.is_some() {
        return None;
    }
    let id = format!("{} telemetry", part.name());
    let mut capability = Capability::new(id, Kind::DataSource, Function::Observe);
    capability.data_components = sees;
    capability.status = Status::Implemented;
    capability.basis = Basis::Category;
    capability.platforms.clone_from(&own.platforms);
    capability.origin = own.origin.clone();
    limit(&mut capability, part, attack);
    Some(Draft { capability: Box::new(capability), records: 0, ..draft.clone() })
}
