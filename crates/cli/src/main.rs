//! The binary `commonground`: one file a command.

mod commands;
mod config;
mod database;
mod secrets;
mod telemetry;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::Parser;

/// Answers are many small allocations: this allocator is faster at them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The shared space of the What Works Centres: their evidence in one graph.
#[derive(Debug, Parser)]
#[command(
    name = "commonground",
    version,
    after_help = "Start here:\n  commonground serve --demo\n\nEvery option can be given by the environment too, as its help says."
)]
struct Arguments {
    #[command(flatten)]
    config: config::Config,

    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(failure) => {
            telemetry::complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    config::refuse_unknown_variables(std::env::vars_os())?;
    telemetry::start(&arguments.config)?;
    // One client's share of what runs at once, in long turns, is not to occupy all threads: the system
    // divides the cores among more of them, and another's short turn comes soon.
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = arguments.config.database_connections as usize / 4;
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores + share)
        .enable_all()
        .build()?
        .block_on(arguments.command.run(&arguments.config))
}
