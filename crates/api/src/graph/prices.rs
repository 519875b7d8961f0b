//! The fields that cost more than a point, by name and whatever their type.
//!
//! A root field that is expensive gets a line when it comes; those of the published contract that are to come have
//! theirs.

use graphql_http::Prices;

pub(crate) const PRICES: Prices = Prices {
    fields: &[
        // Some ten statements, and each two of the ratings are compared.
        ("ratingComparison", 50),
        // A statement for each way to lean on evidence.
        ("reliesOnWithdrawn", 5),
        // The index is asked for a page, a total and facets.
        ("search", 200),
        // Some ten statements below it go through all that happened in its time.
        ("reportCard", 50),
        // Counts of young people are perturbed cell by cell.
        ("statistics", 500),
        // Some of their counts, and what is seen of the evidence about them.
        ("evidenceNeed", 300),
        // Choosing what to hide takes seconds.
        ("release", 1_000),
        ("reach", 200),
        ("youngPeople", 50),
        // The audit is written, and the agreement's people are looked through.
        ("people", 50),
        ("person", 50),
    ],
    usual_lengths: &[("narrower", 10), ("predecessors", 5), ("successors", 5)],
};
