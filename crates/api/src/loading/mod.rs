//! Loading: what the resolvers of one request need is collected and read together.
//!
//! The loaders are made for one request and hold its viewer, so that a batch can't forget who asks.

mod askers;
mod batch;
mod lists;
mod loaders;

pub(crate) use askers::Askers;
pub(crate) use loaders::Asker;
