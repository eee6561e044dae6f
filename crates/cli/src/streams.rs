//! Where words go: data to standard output, talk to standard error.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use model::diagnostic::{Diagnostic, Severity};

use crate::args::{Color, Talk};

/// The two streams, with styles dropped where nobody would see them.
pub(crate) struct Streams {
    pub(crate) out: Box<dyn Write>,
    pub(crate) err: Box<dyn Write>,
    /// Columns that a table may take.
    pub(crate) width: u16,
}

impl Streams {
    pub(crate) fn new(talk: &Talk) -> Self {
        let choice = match talk.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
        };
        let out = io::BufWriter::new(AutoStream::new(io::stdout(), choice));
        let err = AutoStream::new(io::stderr(), choice);
        Self { out: Box::new(out), err: Box::new(err), width: width() }
    }

    /// A line of talk under a heading.
    pub(crate) fn say(&mut self, heading: &str, text: &str) -> io::Result<()> {
        let style = match heading {
            "error" => AnsiColor::Red.on_default().bold(),
            "warning" => AnsiColor::Yellow.on_default().bold(),
            _ => Style::new().bold(),
        };
        writeln!(self.err, "{style}{heading}{style:#}: {}", report::printable(text))
    }

    pub(crate) fn diagnostic(&mut self, diagnostic: &Diagnostic) -> io::Result<()> {
        let heading = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let place = diagnostic.origin.to_string();
        let separator = if place.is_empty() { "" } else { ": " };
        let code = diagnostic.code.name();
        self.say(heading, &format!("{place}{separator}{} [{code}]", diagnostic.message))?;
        if !diagnostic.help.is_empty() {
            writeln!(self.err, "  help: {}", report::printable(&diagnostic.help))?;
        }
        Ok(())
    }
}

/// The terminal's width; `COLUMNS`, else 100, where there is no terminal.
fn width() -> u16 {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.map(|(width, _)| width.0).or_else(said).unwrap_or(100).max(40)
}
