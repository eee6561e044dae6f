//! What the page may do: nothing may be fetched or sent, and only the page's own style and script,
//! named by the hash of their text, are applied.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The content security policy of a page.
#[derive(Debug)]
pub(super) struct Policy {
    style: String,
    script: String,
}

impl Policy {
    /// The policy of a page with this style and this script, exactly as they stand between their
    /// tags.
    pub(super) fn of(style: &str, script: &str) -> Self {
        Self { style: hash(style), script: hash(script) }
    }
}

/// The source expression of a text: CSP level 3, section 2.3.1.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { style, script } = self;
        write!(
            f,
            "default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; \
             font-src data:; base-uri 'none'; form-action 'none'"
        )
    }
}
