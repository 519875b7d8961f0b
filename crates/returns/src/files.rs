//! The files of a return on a disk, in the order in which they are read.

use std::fs::File;
use std::io::{BufRead, BufReader, Error as IoError, Read, Result as IoResult, Seek};
use std::path::{Path, PathBuf};

use super::ssda903::{self, Turn};
use super::{ReturnFile, ReturnFiles};
use intake::{is_documentation, is_left_by_a_system};

/// How many files a folder may have.
const MOST: usize = 1_000;

/// Opens files, and those in folders, the header table first.
///
/// # Errors
/// When one can't be opened, or a folder has too many.
pub fn open(paths: &[PathBuf]) -> IoResult<ReturnFiles> {
    let mut files = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => {
                for path in within(path)? {
                    files.push(begun(&path)?);
                }
            }
            false => files.push(begun(path)?),
        }
    }
    files.sort_by_key(|(turn, _, _)| *turn);
    Ok(Box::new(
        files.into_iter().map(|(_, name, file)| {
            Ok(ReturnFile { name, content: Box::new(BufReader::new(file)) })
        }),
    ))
}

/// The files of a folder, but what systems leave there and what tells of them.
fn within(folder: &Path) -> IoResult<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = name(&path);
        if path.is_file() && !is_left_by_a_system(&name) && !is_documentation(&name) {
            paths.push(path);
        }
        if paths.len() > MOST {
            let message = format!("{} has more than {MOST} files", folder.display());
            return Err(IoError::other(message));
        }
    }
    paths.sort();
    Ok(paths)
}

fn begun(path: &Path) -> IoResult<(Turn, String, File)> {
    let mut file = File::open(path)?;
    let turn = turn(&file)?;
    file.rewind()?;
    Ok((turn, name(path), file))
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
