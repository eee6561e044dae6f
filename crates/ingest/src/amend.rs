//! Documents that change a rule of another place: a file of one's own that switches a vendor's rule
//! off, or says it anew.

use std::collections::HashMap;

use model::diagnostic::{Code, Diagnostic};

use crate::read::SourceRead;
use crate::record::Draft;

/// A document that changes the rule of its id.
#[derive(Debug)]
pub(crate) struct Amendment {
    /// What it says.
    pub(crate) draft: Draft,
    /// It says all that a rule must say: where there is none to change, it is one.
    pub(crate) is_whole: bool,
}

/// Changes the rules of a source. What an amendment says holds; what it leaves out stays.
pub(crate) fn apply(amendments: Vec<Amendment>, found: &mut SourceRead) {
    if amendments.is_empty() {
        return;
    }
    let mut rules: HashMap<String, Vec<usize>> = HashMap::new();
    for (ix, draft) in found.drafts.iter().enumerate() {
        rules.entry(draft.capability.id.clone()).or_default().push(ix);
    }
    for Amendment { draft, is_whole } in amendments {
        let id = draft.capability.id.clone();
        let origin = draft.capability.origin.clone();
        match rules.get(&id) {
            Some(changed) => {
                changed.iter().for_each(|ix| change(&mut found.drafts[*ix], &draft));
                found.account.skipped += 1;
                let message = format!("it changes {id:?}, which is counted once, as changed");
                found.diagnostics.push(Diagnostic::new(Code::SkippedFile, origin, message, ""));
            }
            None if is_whole => {
                rules.insert(id, vec![found.drafts.len()]);
                found.account.records += 1;
                let format = draft.format.to_string();
                found.account.formats.entry(format).or_default().records += 1;
                found.drafts.push(draft);
            }
            None => {
                found.account.skipped += 1;
                let message = format!("it changes {id:?}, which no file of the source holds");
                let help = "give the file that holds the rule too, or leave this out";
                let diagnostic = Diagnostic::new(Code::UnmatchedStatus, origin, message, help);
                found.diagnostics.push(diagnostic);
            }
        }
    }
}

fn change(rule: &mut Draft, amendment: &Draft) {
    let (said, by) = (&mut rule.capability, &amendment.capability);
    if !by.is_defaulted("status") {
        said.status = by.status;
        said.defaulted.retain(|column| column != "status");
    }
    said.rule_level = by.rule_level.or(said.rule_level);
    said.rule_status = by.rule_status.or(said.rule_status);
    if !amendment.ids.is_empty() {
        rule.ids.clone_from(&amendment.ids);
    }
}
