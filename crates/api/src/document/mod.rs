//! Bounding a GraphQL document before the library does work that an attacker can multiply.
//!
//! [`check`] reads from top to bottom: scan the text, parse it once, choose the operation, look at
//! the variables, walk the selections. Each step is linear in what it reads, and each is safe
//! because of the step before it. What passes is handed to the library parsed, so that nothing is
//! read twice. Knows no schema and no HTTP.

mod given;
mod inputs;
mod limits;
mod literals;
mod measure;
mod operation;
mod prices;
mod refusal;
mod scan;
mod subscription;
mod walk;

#[cfg(test)]
mod tests;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationType},
};

pub(crate) use limits::Limits;
pub(crate) use refusal::Refusal;

use given::Given;
use scan::Scan;
use walk::Walk;

/// A document that may be executed.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The parsed document, for `Request::set_parsed_query`.
    pub(crate) document: ExecutableDocument,
    /// Whether the chosen operation is a query, a mutation or a subscription.
    pub(crate) kind: OperationType,
    /// What the chosen operation costs.
    pub(crate) cost: Cost,
}

/// How much a document asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The fields of the chosen operation, each times the page sizes above it.
    pub(crate) complexity: u64,
    /// Fields of all operations, fragments expanded.
    pub(crate) fields: usize,
    /// The most fields within one another.
    pub(crate) depth: usize,
    /// Tokens of the text.
    pub(crate) tokens: usize,
    /// Selections that had to be looked at to know the rest, each once: never more than tokens.
    pub(crate) selections: usize,
}

/// The kind of the operation that a request asks for, if that can be read.
pub(crate) fn kind(
    source: &str,
    operation_name: Option<&str>,
    limits: &Limits,
) -> Option<OperationType> {
    let (_, document) = read(source, limits).ok()?;
    let chosen = operation::choose(&document, operation_name).ok()?;
    Some(chosen.ty)
}

/// Parses a document as [`check`] does, without what depends on the values of its variables.
///
/// # Errors
/// A [`Refusal`] with the first thing found wrong.
pub(crate) fn parse(source: &str, limits: &Limits) -> Result<ExecutableDocument, Refusal> {
    let (_, document) = read(source, limits)?;
    operation::count_definitions(&document, limits)?;
    Ok(document)
}

/// Scans and parses a text.
fn read(source: &str, limits: &Limits) -> Result<(Scan, ExecutableDocument), Refusal> {
    let scan = scan::scan(source, limits)?;
    let document = operation::parse(&literals::write(source, &scan.literals)?)?;
    Ok((scan, document))
}

/// Parses a document and checks it against the limits.
///
/// # Errors
/// A [`Refusal`] with the first thing found wrong.
pub(crate) fn check(
    source: &str,
    operation_name: Option<&str>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Checked, Refusal> {
    let (scan, document) = read(source, limits)?;
    operation::count_definitions(&document, limits)?;
    let chosen = operation::choose(&document, operation_name)?;
    let kind = chosen.ty;
    if kind == OperationType::Subscription {
        subscription::check_root(chosen)?;
    }
    let given = Given::new(&chosen.variable_definitions, variables, limits)?;
    let measured = Walk::new(&document, &given, limits).measure(chosen)?;
    let cost = Cost {
        complexity: measured.complexity,
        fields: measured.fields,
        depth: measured.depth,
        tokens: scan.tokens,
        selections: measured.selections,
    };
    Ok(Checked {
        document,
        kind,
        cost,
    })
}
