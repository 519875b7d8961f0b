//! What the network can do. Knows no HTTP and no GraphQL.
//!
//! - [`space`] is what every function is given; [`store`] the one way to write, [`viewer`] who asks,
//!   [`page`] how lists are read, [`clock`] where time and ids come from, [`durable`] how files are written,
//!   [`error`] what can go wrong.
//! - [`access`] decides what a viewer may do ([`access::policy`]) and see ([`access::scope`]).
//! - The other modules are the capabilities; each has the same name in the graph and in the tests.
//!
//! A field or a variant is described where its name doesn't say what it holds.
#![expect(missing_docs, reason = "most fields and variants are what their names say")]

pub mod access;
pub mod clock;
pub mod collaboration;
pub mod durable;
pub mod embargo;
pub mod error;
pub mod evidence;
pub mod feed;
pub mod feedback;
pub mod filter;
pub mod history;
pub mod interchange;
pub mod listing;
pub mod network;
pub mod once;
pub mod page;
pub mod problem;
pub mod record;
pub mod report_card;
pub mod request;
pub mod shared;
pub mod space;
pub mod spelling;
pub mod store;
pub mod tail;
pub mod tasks;
mod time_limit;
pub mod viewer;
pub mod young_people;

pub use entity;
pub use error::{Code, Error, InputProblem, InputProblems, Result};
pub use request::RequestContext;
pub use space::Space;
pub use tasks::Tasks;
pub use viewer::Viewer;
