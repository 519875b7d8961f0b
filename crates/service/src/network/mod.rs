//! The network: centres, people, places, programmes, partners, vocabularies and standards.

pub mod directory;
pub mod engagement;

pub use directory::Directory;
