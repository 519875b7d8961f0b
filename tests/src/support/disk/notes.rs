//! What the recorder wrote.

use std::path::PathBuf;

/// What was done to a file or a name.
#[derive(Clone, Debug)]
pub enum Note<'n> {
    /// A file came to be, under a number of the file system, which may be used again later.
    Create {
        /// The number.
        file: u64,
        /// Its name.
        path: PathBuf,
    },
    /// Bytes were written.
    Write {
        /// The file's number.
        file: u64,
        /// From where on.
        place: usize,
        /// The bytes.
        bytes: &'n [u8],
    },
    /// A file was cut to a length.
    Truncate {
        /// The file's number.
        file: u64,
        /// The length.
        length: usize,
    },
    /// A file was synced.
    Sync(u64),
    /// A folder was synced.
    SyncFolder(PathBuf),
    /// A folder came to be.
    MakeFolder(PathBuf),
    /// A name went.
    Unlink(PathBuf),
    /// A file got a second name.
    Link(PathBuf, PathBuf),
    /// A file got another name.
    Rename(PathBuf, PathBuf),
}

/// The notes of a recorder.
#[derive(Debug)]
pub struct Notes {
    bytes: Vec<u8>,
}

impl Notes {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Each note, with the moment until which it goes.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Note<'_>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let mut rest = self.bytes.get(at..)?;
            if rest.is_empty() {
                return None;
            }
            let before = rest.len();
            let note = read(&mut rest).expect("the notes are whole");
            at += before - rest.len();
            Some((at as u64, note))
        })
    }
}

fn read<'n>(rest: &mut &'n [u8]) -> Option<Note<'n>> {
    let [operation] = take(rest)?;
    let file = u64::from_le_bytes(take(rest)?);
    let place = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
    let [first, second] = [u32::from_le_bytes(take(rest)?), u32::from_le_bytes(take(rest)?)];
    let bytes = rest.split_off(..first as usize)?;
    let path = PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
    let other = rest.split_off(..second as usize)?;
    let other = PathBuf::from(String::from_utf8_lossy(other).into_owned());
    Some(match operation {
        b'N' => Note::Create { file, path },
        b'W' => Note::Write { file, place, bytes },
        b'T' => {
            let length = place;
            Note::Truncate { file, length }
        }
        b'S' => Note::Sync(file),
        b'F' => Note::SyncFolder(path),
        b'D' => Note::MakeFolder(path),
        b'U' => Note::Unlink(path),
        b'L' => Note::Link(path, other),
        b'R' => Note::Rename(path, other),
        _ => return None,
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*head)
}
