//! What a field costs by itself, apart from what is below it.
//!
//! A point is about what one plain field takes. What takes a statement or an engine of its own stands
//! in the one table here, by name and whatever its type, as this is known before the schema is looked
//! at. A root field that is expensive gets a line when it comes; those of the published contract that
//! are to come have theirs.

/// A field costs one more for each this many of the size of its arguments.
const INPUT_OF_ONE: usize = 32;

/// The own price of a field with arguments of a size.
pub(super) fn price(field: &str, arguments_size: usize) -> u64 {
    let own = match field {
        // Its answer describes every type.
        "__schema" => 1_000,
        "__type" => 50,
        // A statement of its own, which goes through all rows that the filter leaves.
        "totalCount" => 20,
        // Some ten statements, and each two of the ratings are compared.
        "ratingComparison" => 50,
        // A statement for each way to lean on evidence.
        "reliesOnWithdrawn" => 5,
        // The index is asked for a page, a total and facets.
        "search" => 200,
        // Some ten statements below it go through all that happened in its time.
        "reportCard" => 50,
        // Counts of young people are perturbed cell by cell.
        "statistics" => 500,
        // Some of their counts, and what is seen of the evidence about them.
        "evidenceNeed" => 300,
        // Choosing what to hide takes seconds.
        "release" => 1_000,
        "reach" => 200,
        "youngPeople" => 50,
        // The audit is written, and the agreement's people are looked through.
        "people" | "person" => 50,
        _ => 1,
    };
    own + (arguments_size / INPUT_OF_ONE) as u64
}

/// How often the subfields of a plain list are resolved, by what is usual of the lists that lead on to things of the
/// same kind: there and back again they would multiply.
pub(super) fn usual_length(field: &str) -> u64 {
    match field {
        "narrower" => 10,
        "predecessors" | "successors" => 5,
        _ => 1,
    }
}

/// Whether a field is of a connection as a whole, so that it is resolved once however long the page.
pub(super) fn is_once(field: &str) -> bool {
    field == "totalCount"
}
