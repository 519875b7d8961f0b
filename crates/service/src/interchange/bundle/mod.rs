//! The bundle: a folder or a zip of plain tables. `docs/bundle.md` is its documentation.
//!
//! - [`mod@format`] says which files and columns there are; import, export and the documentation's test
//!   read it.
//! - [`Bundle`] opens a folder or a zip, in which `files` finds the bundle's; `lines`, `header` and `rows` read a file row by row, `cells` a row cell by cell
//!   (`cell` is what stands in one),
//!   `references` turns slugs into ids.
//! - `kinds` says for each file how a row becomes a draft, `import` writes the drafts in batches,
//!   `family` brings child rows to their parents; `wording` says what is wrong, to a bundle and to an input.
//! - [`export`] writes what a viewer may see.

mod batch;
mod cell;
mod cells;
pub mod entry;
mod export;
mod family;
mod files;
pub mod format;
mod header;
mod import;
mod kept;
mod kinds;
mod lines;
mod references;
mod report;
mod rows;
mod source;
mod wording;

pub use export::{Exported, Format, export};
pub use import::{Observer, Options, import};
pub(crate) use kept::guarded_text;
pub use report::{Located, Progress, Report, TableReport};
pub use source::{Bundle, Limits};
