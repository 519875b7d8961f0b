//! What Relay's specifications ask of the graph: global object identification, and cursor connections.

mod contract;
pub(crate) mod nodes;
mod numbers;
