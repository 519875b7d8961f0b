//! GraphQL over HTTP, and the checks that bound a document before it runs.
//!
//! [`Protocol`] reads requests and writes answers; [`Execute`] and [`Subscribe`] are what carries operations out,
//! on behalf of whoever asks. Knows the types of a schema by its definition, and nothing of what is behind it.

mod document;
mod protocol;

pub use document::{Cost, Limits, Prices, Refusal, Types};
pub use protocol::{
    Answer, Code, Documents, EventStream, Execute, MediaType, Operation, Operations, Outcome,
    Parameters, Protocol, Running, Subscribe, refused, refused_with,
};
