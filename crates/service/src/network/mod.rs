//! The network: centres, people, places, programmes, partners, vocabularies and standards.

pub mod directory;
pub mod engagement;
pub mod record;

pub use directory::Directory;
