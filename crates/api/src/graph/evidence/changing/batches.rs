//! Findings and ratings that come together, with what became of each.

use async_graphql::{InputObject, SimpleObject};

use super::inputs::{ContributeFindingInput, RateInput};
use crate::graph::evidence::{Finding, Rating};
use crate::graph::number::Int;
use crate::graph::problem::Problem;

/// Findings to be contributed together.
#[derive(InputObject)]
pub(super) struct ContributeFindingsInput {
    /// The findings, 500 at most. What they say of keys and dry runs is not looked at: this input has its own.
    pub(super) findings: Vec<ContributeFindingInput>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered with
    /// what it made, what was refused is tried once more, and nothing is made twice.
    pub(super) idempotency_key: Option<String>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    pub(super) dry_run: bool,
}

/// Ratings to be given together.
#[derive(InputObject)]
pub(super) struct RateManyInput {
    /// The ratings, 500 at most. What they say of keys and dry runs is not looked at: this input has its own.
    pub(super) ratings: Vec<RateInput>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered with
    /// what it made, what was refused is tried once more, and nothing is made twice.
    pub(super) idempotency_key: Option<String>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    pub(super) dry_run: bool,
}

macro_rules! batches {
    ($($(#[$doc:meta])* $payload:ident $result:ident $field:ident $thing:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $payload {
            /// What became of each, in the order of the input.
            results: Vec<$result>,
            /// How many are there now.
            contributed: Int<usize>,
            /// How many were refused.
            refused: Int<usize>,
        }

        /// What became of one of several.
        #[derive(SimpleObject)]
        pub(super) struct $result {
            /// Its place in the input, from 0.
            index: Int<usize>,
            /// The thing; null if it was refused.
            $field: Option<$thing>,
            /// All that is wrong with it, if it was refused.
            problems: Vec<Problem>,
        }

        impl $payload {
            pub(super) fn new(entered: Vec<Result<$thing, Vec<Problem>>>) -> Self {
                let results = entered.into_iter().enumerate();
                let results = results.map(|(index, one)| (Int(index), one)).map(|(index, one)| match one {
                    Ok(thing) => $result { index, $field: Some(thing), problems: Vec::new() },
                    Err(problems) => $result { index, $field: None, problems },
                });
                let results: Vec<$result> = results.collect();
                let refused = results.iter().filter(|result| result.$field.is_none()).count();
                Self { contributed: Int(results.len() - refused), refused: Int(refused), results }
            }
        }
    )*};
}

batches! {
    /// Findings that were contributed together.
    ContributeFindingsPayload ContributeFindingResult finding Finding;
    /// Ratings that were given together.
    RateManyPayload RateResult rating Rating;
}

pub(super) fn all(problems: Vec<service::InputProblem>) -> Vec<Problem> {
    problems.into_iter().map(Problem::from).collect()
}
