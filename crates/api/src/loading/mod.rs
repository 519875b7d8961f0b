//! Loading: what the resolvers of one request need is collected and read together.
//!
//! The loaders are made for one request and hold its context, so that a batch can't forget who asks.

mod batch;
mod by_field;
mod lists;
mod loaders;

pub(crate) use by_field::LoadersByField;
pub(crate) use loaders::Loaders;
