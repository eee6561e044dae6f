//! lacuna: where are our gaps against what our adversaries really do, which come first, and why.
//!
//! The binary only joins things: [`args`] is what can be typed, [`config`] what `lacuna.toml` can
//! say, [`project`] what both mean, [`assessing`] what all commands share, and each file of
//! [`commands`] is one command. Exit codes: 0 done, 1 something that the user asked for was
//! missed, 2 it could not be done.

mod advice;
mod args;
mod assessing;
mod commands;
mod config;
mod decided;
mod failure;
mod folder;
mod gate;
mod history;
mod made;
mod paper;
mod prepared;
mod profile;
mod project;
mod streams;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::failure::Failure;

/// Reading rules means thousands of small texts; BENCHMARKS.md has what this saves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli.command) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Missed) => ExitCode::from(1),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => complain(&failure),
    }
}

/// What a command that ran came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Done,
    /// Something that the user asked for was missed, such as `--strict`.
    Missed,
}

fn complain(failure: &Failure) -> ExitCode {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let mut err = anstream::stderr();
    // Nobody is left to tell if this fails too.
    let _ = writeln!(err, "{style}error{style:#}: {failure}");
    ExitCode::from(2)
}
