//! Why the program could not do what was asked: exit code 2.

use std::fmt;

/// A message with a place and a fact, and what can be done about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
    is_closed_pipe: bool,
}

impl Failure {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), help: None, is_closed_pipe: false }
    }

    /// The same, said of a file.
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether nobody reads our output any more, which is no trouble of ours.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.is_closed_pipe
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let is_closed_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { message: format!("cannot write the output: {error}"), help: None, is_closed_pipe }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::printable(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", report::printable(help)),
            None => Ok(()),
        }
    }
}
