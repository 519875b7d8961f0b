//! Load and scale benchmarks, and the generator of the data that they run on.
#![expect(clippy::print_stdout, reason = "a benchmark is a program that prints a table")]

mod attack;
mod copy;
mod duplicates;
mod durability;
mod evidence;
mod fair;
mod fill;
mod http;
mod load;
mod mix;
mod network;
mod queries;
mod random;
mod returns;
mod rows;
mod sample;
mod server;
mod shape;
mod sqlite;
mod streams;
mod table;

use clap::Parser as _;

/// As the program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fills a space with evidence or returns, puts load on a server, and measures the proposal of duplicates.
#[derive(clap::Parser)]
#[command(name = "bench")]
enum Command {
    Attack(attack::Options),
    Fill(fill::Options),
    Load(load::Options),
    Streams(streams::Options),
    Fair(fair::Options),
    Duplicates(duplicates::Options),
    Durability(durability::Options),
    Returns(returns::Options),
}

// One thread is enough to keep the server busy, and leaves it the rest of the machine.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Attack(options) => attack::run(options).await,
        Command::Fill(options) => fill::run(&options).await,
        Command::Load(options) => load::run(options).await,
        Command::Streams(options) => streams::run(options).await,
        Command::Fair(options) => fair::run(options).await,
        Command::Duplicates(options) => duplicates::run(&options),
        Command::Durability(options) => durability::run(&options).await,
        Command::Returns(options) => returns::run(options).await,
    }
}
