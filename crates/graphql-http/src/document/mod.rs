//! Bounding a GraphQL document before the library does work that an attacker can multiply, and making of
//! it what runs.
//!
//! [`check`] reads from top to bottom: scan the text, parse it once, choose the operation, look at
//! the variables, walk the selections, compare the fields of one key, merge them. Each step is linear
//! in what it reads or bounded, and each is safe because of the step before it. What passes is handed
//! to the library parsed, so that nothing is read twice. Knows the types of the schema, and no HTTP.

mod expansion;
mod given;
mod inputs;
mod limits;
mod literals;
mod measure;
mod merge;
mod operation;
mod overlap;
mod prices;
mod refusal;
mod scan;
mod subscription;
mod types;
mod walk;

#[cfg(test)]
mod tests;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

pub use limits::Limits;
pub(crate) use merge::{ANY, OBJECT};
pub use prices::Prices;
pub use refusal::Refusal;
pub use types::Types;
pub(crate) use types::{Known, name as type_name, root as root_type};

use expansion::Expansion;
use given::Given;
use scan::Scan;
use walk::Walk;

/// A document that may be executed.
#[derive(Debug)]
pub(crate) struct Checked {
    /// What runs, for `Request::set_parsed_query`.
    pub(crate) document: ExecutableDocument,
    /// The document as it was written, when what runs had to be made of it. Only then must it be
    /// validated for itself.
    pub(crate) written: Option<ExecutableDocument>,
    /// Whether the chosen operation is a query, a mutation or a subscription.
    pub(crate) kind: OperationType,
    /// What the chosen operation costs.
    pub(crate) cost: Cost,
}

/// How much a document asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The fields of the chosen operation, merged, each times the page sizes above it.
    pub complexity: u64,
    /// Fields of all operations, fragments expanded.
    pub fields: usize,
    /// The most fields within one another.
    pub depth: usize,
    /// Tokens of the text.
    pub tokens: usize,
    /// Selections that had to be looked at to know the rest, each once: never more than tokens.
    pub selections: usize,
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

/// Parses a document, checks it against the limits, and merges its fields.
///
/// # Errors
/// A [`Refusal`] with the first thing found wrong.
pub(crate) fn check(
    source: &str,
    operation_name: Option<&str>,
    variables: &Variables,
    types: &Types,
    limits: &Limits,
) -> Result<Checked, Refusal> {
    let (scan, mut document) = read(source, limits)?;
    operation::count_definitions(&document, limits)?;
    operation::name_conditions(&mut document, types);
    let chosen = operation::choose(&document, operation_name)?;
    let kind = chosen.ty;
    let given = Given::new(&chosen.variable_definitions, variables, limits)?;
    let measured = Walk::new(&document, &given, limits).measure(chosen)?;
    let merged = merged(&document, chosen, &given, types, limits)?;
    let mut complexity = measured.complexity;
    if let Some(merged) = &merged {
        let runs = operation::choose(merged, operation_name)?;
        // What is written out for several types of objects is not more than what it was made of.
        complexity = complexity.min(Walk::new(merged, &given, limits).complexity(runs)?);
    }
    walk::check_complexity(complexity, limits)?;
    let cost = Cost {
        complexity,
        fields: measured.fields,
        depth: measured.depth,
        tokens: scan.tokens,
        selections: measured.selections,
    };
    let (document, written) = match merged {
        Some(merged) => (merged, Some(document)),
        None => (document, None),
    };
    Ok(Checked { document, written, kind, cost })
}

/// What runs of a document, if that is not what is written: fields are selected again, directives take
/// some out, or a fragment stands where the library doesn't look into it.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED` for fields, of any operation, that can't be merged, and for a subscription that
/// hasn't one root field; `TOO_COMPLEX`.
fn merged(
    document: &ExecutableDocument,
    chosen: &OperationDefinition,
    given: &Given<'_>,
    types: &Types,
    limits: &Limits,
) -> Result<Option<ExecutableDocument>, Refusal> {
    let mut merged = None;
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let is_subscription = operation.ty == OperationType::Subscription;
        if is_subscription {
            subscription::check_root(document, operation)?;
        }
        let runs = std::ptr::eq(operation, chosen);
        let expansion = Expansion::new(document, types, runs.then_some(given));
        let (fields, needs_merging) = expansion.of(operation);
        let found = overlap::check(&fields, types, limits)?;
        let is_plain = !is_subscription || subscription::is_plain(operation);
        if runs && (needs_merging || found.needs_merging || !is_plain) {
            merged = Some(merge::merge(document, operation, &fields, types, limits)?);
        }
    }
    Ok(merged)
}
