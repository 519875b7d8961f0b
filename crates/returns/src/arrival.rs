//! Files as they come in: looked at before they are read.

use std::io::{Cursor, Error as IoError, Read, Result as IoResult};

use super::ReturnFile;
use crate::error::{Error, Result};
use intake::{Content, HEAD};

/// How many bytes a file of a return may have: more than a hundred times what the largest authority's has.
pub const LARGEST: usize = 1 << 30;

/// A file that can be read, and what it is.
pub(crate) struct Opened {
    pub(crate) file: ReturnFile,
    pub(crate) content: Content,
}

/// Looks at a file.
///
/// # Errors
/// `BAD_USER_INPUT` when it is a spreadsheet or something else that isn't text, or didn't come.
pub(crate) fn opened(file: IoResult<ReturnFile>) -> Result<Opened> {
    let ReturnFile { name, mut content } = file.map_err(|failure| Error::cut(&failure))?;
    let mut head = Vec::new();
    let read = content.by_ref().take(HEAD as u64).read_to_end(&mut head);
    read.map_err(|failure| Error::cut(&failure))?;
    let found = Content::of(&head);
    if let Some(refusal) = found.refusal(&name) {
        return Err(Error::of_files(refusal));
    }
    let content = Bounded { from: Cursor::new(head).chain(content), left: LARGEST as u64 };
    Ok(Opened { file: ReturnFile { name, content: Box::new(content) }, content: found })
}

/// Reads what another reader does, up to a bound.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let count = self.from.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| IoError::from(std::io::ErrorKind::FileTooLarge))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_never_ends_is_cut() {
        let mut endless = Bounded { from: std::io::repeat(b'a'), left: 100_000 };
        let failure = std::io::copy(&mut endless, &mut std::io::sink()).expect_err("too large");
        assert_eq!(failure.kind(), std::io::ErrorKind::FileTooLarge);
    }
}
