//! The files of a return on a disk, in the order in which they are read.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Result as IoResult, Seek};
use std::path::{Path, PathBuf};

use super::ssda903::{self, Turn};
use super::{ReturnFile, ReturnFiles};

/// Opens files, the header table first.
///
/// # Errors
/// When one can't be opened.
pub fn open(paths: &[PathBuf]) -> IoResult<ReturnFiles> {
    let mut files = Vec::new();
    for path in paths {
        let mut file = File::open(path)?;
        let turn = turn(&file)?;
        file.rewind()?;
        files.push((turn, name(path), file));
    }
    files.sort_by_key(|(turn, _, _)| *turn);
    Ok(Box::new(files.into_iter().map(|(_, name, file)| {
        Ok(ReturnFile {
            name,
            content: Box::new(BufReader::new(file)),
        })
    })))
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// When a file is read, by its first line.
fn turn(file: &File) -> IoResult<Turn> {
    let mut line = Vec::new();
    BufReader::new(file.take(4_096)).read_until(b'\n', &mut line)?;
    Ok(ssda903::turn(&line))
}
