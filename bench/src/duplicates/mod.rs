//! How well likely duplicates are proposed: precision and recall on published records whose duplicates
//! are labelled.

mod bibtex;
mod records;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use service::evidence::duplicates::{Facts, judge, keys};

use records::Labelled;

/// Measures how well likely duplicates are proposed.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A folder or file of labelled records: `bib-dedupe`, `colrev`, `Nagtegaal_2019.csv`,
    /// `synergy-openalex` as they are published.
    #[arg(long, required = true, num_args = 1..)]
    dataset: Vec<PathBuf>,
    /// Prints each pair that is proposed or labelled wrongly.
    #[arg(long)]
    explain: bool,
}

/// A pair of records, the lower number first.
type Pair = (usize, usize);

/// Measures each data set as it is, and with its DOIs hidden.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    println!("{}", header());
    for path in &options.dataset {
        let labelled = records::read(path).with_context(|| path.display().to_string())?;
        let without_dois = labelled.clone().without_dois();
        for (labelled, dois) in [(labelled, "as they are"), (without_dois, "hidden")] {
            let result = measure(&labelled);
            println!("{}", line(&labelled, dois, &result));
            if options.explain {
                explain(&labelled, &result);
            }
        }
    }
    Ok(())
}

struct Measured {
    found: BTreeSet<Pair>,
    candidates: BTreeSet<Pair>,
    elapsed: Duration,
}

/// Does what the service does: finds candidates by their keys, and judges each.
fn measure(labelled: &Labelled) -> Measured {
    let began = Instant::now();
    let facts: Vec<Facts> = labelled.records.iter().map(Facts::from).collect();
    let mut blocks: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, facts) in facts.iter().enumerate() {
        for key in keys(facts) {
            blocks.entry(key).or_default().push(number);
        }
    }
    let mut candidates = BTreeSet::new();
    for block in blocks.into_values() {
        if block.len() > service::evidence::duplicates::LARGEST_BLOCK {
            continue;
        }
        for (place, one) in block.iter().enumerate() {
            candidates.extend(block[place + 1..].iter().map(|other| (*one, *other)));
        }
    }
    let found = candidates
        .iter()
        .copied()
        .filter(|(one, other)| judge(&facts[*one], &facts[*other]).proposes())
        .collect();
    Measured { found, candidates, elapsed: began.elapsed() }
}

fn header() -> String {
    let names = format!(
        "{:<18} {:<12} {:>8} {:>11} {:>9} {:>8} {:>6} {:>7} {:>10} {:>7} {:>6} {:>9} {:>8}",
        "records",
        "DOIs",
        "records",
        "all pairs",
        "compared",
        "labelled",
        "found",
        "false",
        "precision",
        "recall",
        "F1",
        "blocking",
        "ms"
    );
    format!("{names}\n{}", "-".repeat(names.len()))
}

fn line(labelled: &Labelled, dois: &str, result: &Measured) -> String {
    let right = result.found.intersection(&labelled.same).count();
    let blocked = result.candidates.intersection(&labelled.same).count();
    let share = |part: usize, of: usize| match of {
        0 => "-".to_owned(),
        of => format!("{:.3}", part as f64 / of as f64),
    };
    let records = labelled.records.len();
    format!(
        "{:<18} {:<12} {:>8} {:>11} {:>9} {:>8} {:>6} {:>7} {:>10} {:>7} {:>6} {:>9} {:>8.1}",
        labelled.name,
        dois,
        records,
        records * records.saturating_sub(1) / 2,
        result.candidates.len(),
        labelled.same.len(),
        result.found.len(),
        result.found.len() - right,
        share(right, result.found.len()),
        share(right, labelled.same.len()),
        share(2 * right, result.found.len() + labelled.same.len()),
        share(blocked, labelled.same.len()),
        result.elapsed.as_secs_f64() * 1000.0
    )
}

fn explain(labelled: &Labelled, result: &Measured) {
    for (what, pairs) in [
        ("not labelled", result.found.difference(&labelled.same)),
        ("not proposed", labelled.same.difference(&result.found)),
    ] {
        for (one, other) in pairs {
            let [one, other] = [one, other].map(|number| &labelled.records[*number]);
            let judgement = judge(&Facts::from(one), &Facts::from(other));
            println!("  {what}, {:.3}:", judgement.similarity);
            for record in [one, other] {
                let year = record.year.map(|year| year.to_string()).unwrap_or_default();
                let authors = record.authors.join("; ");
                let doi = record.doi.as_deref().unwrap_or_default();
                println!("    {} | {authors} | {year} | {doi}", record.title);
            }
            println!("    {:?}", judgement.reasons);
        }
    }
}
