//! What every reader of files that come in needs: what a file is by its first bytes, which files of a folder or a zip
//! nobody meant to send, and which name was probably meant by one that there isn't.

mod content;
mod names;
mod nearest;

pub use content::{Content, HEAD, HOW_TO_SAVE};
pub use names::{is_documentation, is_left_by_a_system};
pub use nearest::{misspelt, nearest};
