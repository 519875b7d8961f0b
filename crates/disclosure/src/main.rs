//! Prints what attackers learn under each rule, and what an honest analyst loses: the tables of docs/disclosure.md.
#![expect(clippy::print_stdout, reason = "a program that prints a report")]

use disclosure::attackers::refresh::Noise;
use disclosure::attackers::{error, lone_exception, neighbour, refresh};
use disclosure::{NotATable, Rule};

/// The most editions of a collection that a year brings; the service's own bound.
const EDITIONS: u32 = 4;

fn main() -> Result<(), NotATable> {
    for rule in [Rule::cell_key()?, Rule::low_effect()?] {
        println!("\n## {}\n", rule.name);
        println!("| lone exception among | existence | attributes, most |\n|---|---:|---:|");
        for boys in [20, 40, 100, 300, 1_000, 5_000] {
            let learned = lone_exception::attack(&rule, boys, 2 * boys, trials(boys));
            println!("| {boys} | {} | {} |", learned.of_existence(), learned.of_attributes());
        }
        println!(
            "\n| authority, its neighbour | not empty, by comparing | not empty, by the steward | exact, by the steward | hidden cells |\n|---|---:|---:|---:|---:|"
        );
        for (known, other) in [(100, 20), (500, 50), (2_000, 50), (2_000, 200)] {
            let learned = neighbour::attack(&rule, known, other, EDITIONS, trials(known) / 50);
            println!(
                "| {known}, {other} | {} | {} | {} | {} |",
                learned.by_equal_answers, learned.by_steward, learned.exact, learned.tried
            );
        }
        println!(
            "\n| authority, who came | attributes, most | whole profile known |\n|---|---:|---:|"
        );
        for (size, come, noise) in [
            (300, 1, Noise::Kept),
            (50, 10, Noise::New),
            (300, 10, Noise::New),
            (1_000, 10, Noise::New),
            (1_000, 50, Noise::New),
            (5_000, 50, Noise::New),
        ] {
            let learned = refresh::attack(&rule, size, come, come > 1, noise, trials(size));
            let most = learned.attributes.iter().map(|of| of.0).fold(f64::MIN, f64::max);
            println!("| {size}, {come}, {noise:?} | {most:+.3} | {} |", learned.by_profile);
        }
        println!(
            "\n| authority | count | error | bias | hidden | cells |\n|---|---:|---:|---:|---:|---:|"
        );
        for size in [50, 200, 1_000, 5_000] {
            let errors = error::measure(&rule, size, trials(size) / 100);
            for (error, least) in errors.into_iter().zip(error::SIZES) {
                if error.cells > 0 {
                    println!(
                        "| {size} | {least} and more | {:.1}% | {:+.1}% | {:.0}% | {} |",
                        100.0 * error.relative,
                        100.0 * error.bias,
                        100.0 * error.hidden,
                        error.cells
                    );
                }
            }
        }
    }
    Ok(())
}

/// Fewer where a trial takes long.
fn trials(size: usize) -> u64 {
    if size > 500 {
        return 200;
    }
    (400_000 / size.max(100) as u64).clamp(200, 2_000)
}
