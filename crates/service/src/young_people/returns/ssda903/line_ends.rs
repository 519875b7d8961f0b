//! Line ends of Windows and of old Macs, read as those of Unix: the CSV reader would count the lines of the first one
//! short.

use std::io::{Read, Result};

/// Reads what another reader does, with one kind of line end.
pub(super) struct LineEnds<R> {
    from: R,
    /// Whether the last byte was a carriage return: a line feed after it belongs to it.
    is_after_return: bool,
}

impl<R> LineEnds<R> {
    pub(super) const fn new(from: R) -> Self {
        Self {
            from,
            is_after_return: false,
        }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let count = self.from.read(buffer)?;
            let Some(read) = buffer.get_mut(..count) else {
                return Ok(0);
            };
            if !self.is_after_return && !read.contains(&b'\r') {
                return Ok(count);
            }
            let mut kept = 0;
            for at in 0..read.len() {
                let byte = read[at];
                let is_rest = byte == b'\n' && self.is_after_return;
                self.is_after_return = byte == b'\r';
                if !is_rest {
                    read[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // A lone line feed may have been all there was.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::LineEnds;

    proptest! {
        #[test]
        fn every_line_end_is_a_line_feed_wherever_the_reads_break(text in "[a\r\n]{0,40}", size in 1usize..5) {
            let mut read = Vec::new();
            let mut reader = LineEnds::new(text.as_bytes());
            let mut buffer = vec![0; size];
            loop {
                match reader.read(&mut buffer).unwrap() {
                    0 => break,
                    count => read.extend_from_slice(&buffer[..count]),
                }
            }
            prop_assert_eq!(String::from_utf8(read).unwrap(), text.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }
}
