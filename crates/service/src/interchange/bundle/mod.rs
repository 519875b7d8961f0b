//! The bundle: a folder or a zip of plain tables. `docs/bundle.md` is its documentation.
//!
//! - [`mod@format`] says which files there are; their columns stand with the drafts. Import, export and the
//!   documentation's test read them.
//! - [`Bundle`] opens a folder or a zip, in which `files` finds the bundle's; `lines`, `header`, `rows` and `json` read a
//!   file row by row, `cell` what stands in a cell: each row becomes a patch, as inputs of the graph do.
//! - `import` writes what the patches say in batches, `family` brings child rows to their parents.
//! - [`export`] writes what a viewer may see.

mod batch;
mod cell;
mod export;
mod family;
mod files;
pub mod format;
mod header;
mod import;
mod json;
mod kept;
mod lines;
mod report;
mod rows;
mod source;
mod waiting;

pub use export::{Exported, Format, export};
pub use import::{Observer, Options, import};
pub(crate) use kept::guarded_text;
pub use report::{Located, Progress, Report, TableReport};
pub use source::{Bundle, Limits};
