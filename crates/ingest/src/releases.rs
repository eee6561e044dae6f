//! Which ATT&CK release is used: one that is built in, or the user's own bundle.

use std::fmt;
use std::io;
use std::path::Path;

use model::attack::Attack;

use crate::snapshot;
use crate::source;
use crate::stix::{self, StixError};

/// The domain where nothing is said.
pub const DEFAULT_DOMAIN: &str = "enterprise-attack";

/// A release that cannot be had.
#[derive(Debug)]
pub enum ReleaseError {
    /// No release of this version is built in.
    UnknownVersion {
        /// The domain asked for.
        domain: String,
        /// The version asked for.
        version: String,
    },
    /// The domain is none of ATT&CK's.
    UnknownDomain(String),
    /// The file cannot be read.
    Unreadable(String, io::Error),
    /// The file is no bundle.
    NotABundle(String, StixError),
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVersion { domain, version } => {
                write!(
                    f,
                    "ATT&CK {version:?} is neither a file nor a release of {domain} that is built in ({})",
                    versions(domain)
                )
            }
            Self::UnknownDomain(domain) => {
                write!(
                    f,
                    "{domain:?} is no ATT&CK domain; use enterprise-attack, mobile-attack or ics-attack"
                )
            }
            Self::Unreadable(path, error) => write!(f, "{path}: {error}"),
            Self::NotABundle(path, error) => write!(f, "{path}: {error}"),
        }
    }
}

impl std::error::Error for ReleaseError {}

/// The release that is asked for: a version that is built in, a bundle's path, or the newest of
/// the domain.
///
/// # Errors
/// There is no such release, or the file is no bundle.
pub fn load(choice: Option<&str>, domain: &str) -> Result<Attack, ReleaseError> {
    let domain = match domain {
        "enterprise" => "enterprise-attack",
        "mobile" => "mobile-attack",
        "ics" => "ics-attack",
        domain => domain,
    };
    if !snapshot::EMBEDDED.iter().any(|embedded| embedded.domain == domain) {
        return Err(ReleaseError::UnknownDomain(domain.to_owned()));
    }
    if let Some(attack) = snapshot::embedded(domain, choice) {
        return Ok(attack);
    }
    let choice = choice.unwrap_or_default();
    if !Path::new(choice).exists() {
        let (domain, version) = (domain.to_owned(), choice.to_owned());
        return Err(ReleaseError::UnknownVersion { domain, version });
    }
    let unreadable = |error| ReleaseError::Unreadable(choice.to_owned(), error);
    let bytes = source::read(Path::new(choice)).map_err(unreadable)?;
    let name = Path::new(choice).file_name().map(|name| name.to_string_lossy().into_owned());
    stix::read(&bytes, name.as_deref())
        .map_err(|error| ReleaseError::NotABundle(choice.to_owned(), error))
}

fn versions(domain: &str) -> String {
    let of_domain = snapshot::EMBEDDED.iter().filter(|embedded| embedded.domain == domain);
    of_domain.map(|embedded| embedded.version).collect::<Vec<_>>().join(", ")
}
