//! Files that are there after a power cut, whole, or not at all.
//!
//! What is written is in the system's memory; a file is on the disk once it was synced, and its name once the folder
//! was.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How many unfinished files of one name may lie about: each is of a process that was killed, or writes still.
const DRAFTS: u16 = 1_000;

/// A file that gets its name when it is finished, in place of the one that had it. Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct NewFile {
    writer: BufWriter<File>,
    /// Where it is written, and the name that it gets; none for what is no regular file, such as a pipe or a terminal.
    names: Option<(PathBuf, PathBuf)>,
}

impl NewFile {
    /// Begins a file that whoever may read the folder's files may read.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin(path: &Path) -> io::Result<Self> {
        Self::begin_with(path, OpenOptions::new())
    }

    /// Begins a file for its owner alone.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin_secret(path: &Path) -> io::Result<Self> {
        #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems have no mode"))]
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::begin_with(path, options)
    }

    fn begin_with(path: &Path, mut options: OpenOptions) -> io::Result<Self> {
        options.write(true);
        let (file, names) = match path.canonicalize() {
            Ok(there) if !there.is_file() => (options.open(there)?, None),
            there => {
                // A link goes on leading to the file.
                let name = there.unwrap_or_else(|_| path.to_owned());
                let (file, draft) = draft(&name, options.create_new(true))?;
                (file, Some((draft, name)))
            }
        };
        let writer = BufWriter::new(file);
        Ok(Self { writer, names })
    }

    /// Gives the file its name, in place of the one that had it.
    ///
    /// # Errors
    /// When it can't be written; what had the name has it still.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some((draft, name)) = &self.names {
            self.writer.get_ref().sync_all()?;
            std::fs::rename(draft, name)?;
            sync_folder_of(name)?;
            self.names = None;
        }
        Ok(())
    }

    /// Gives the file its name if nobody has it yet; else it leaves what is there.
    ///
    /// # Errors
    /// `AlreadyExists` when another file has the name; when it can't be written.
    pub fn finish_unless_there(mut self) -> io::Result<()> {
        self.writer.flush()?;
        let Some((draft, name)) = &self.names else {
            return Err(io::ErrorKind::AlreadyExists.into());
        };
        self.writer.get_ref().sync_all()?;
        let linked = std::fs::hard_link(draft, name);
        // Another process may have given the name, and be gone before it was on the disk.
        sync_folder_of(name)?;
        linked
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some((draft, _)) = &self.names {
            let _left_behind = std::fs::remove_file(draft);
        }
    }
}

/// Returns a file beside the one of a name, which nobody else has.
fn draft(name: &Path, options: &OpenOptions) -> io::Result<(File, PathBuf)> {
    for number in 0..DRAFTS {
        let mut draft = name.as_os_str().to_owned();
        draft.push(format!(".unfinished-{number}"));
        match options.open(&draft) {
            Err(failure) if failure.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return Ok((opened?, draft.into())),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Makes a folder and those above it that aren't there.
///
/// # Errors
/// When one can't be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<_> = path.ancestors().take_while(is_missing).collect();
    std::fs::create_dir_all(path)?;
    missing.into_iter().try_for_each(sync_folder_of)
}

/// Syncs the names in the folder of a file to the disk.
///
/// # Errors
/// When the folder can't be synced.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        None => Ok(()),
        Some(folder) if folder.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(folder) => sync_folder(folder),
    }
}

/// Syncs the names in a folder to the disk.
///
/// # Errors
/// When it can't be synced.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Does nothing: other systems open no folders as files; their file systems keep names by themselves.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_takes_the_place_of_the_one_before_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        for text in ["first", "second"] {
            let mut file = NewFile::begin(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.finish().unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(names(folder.path()), ["report.csv"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_the_one_before_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.csv");
        std::fs::write(&path, "before").unwrap();
        let mut file = NewFile::begin(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(names(folder.path()), ["report.csv"]);
    }

    #[test]
    fn a_file_that_must_not_replace_another_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        std::fs::write(&path, "before").unwrap();
        let mut file = NewFile::begin_secret(&path).unwrap();
        file.write_all(b"after").unwrap();
        let refusal = file.finish_unless_there().unwrap_err();
        assert_eq!(refusal.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(names(folder.path()), ["master.key"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_written_to_and_a_link_is_followed() {
        let mut file = NewFile::begin(Path::new("/dev/null")).unwrap();
        file.write_all(b"x").unwrap();
        file.finish().unwrap();
        assert!(!Path::new("/dev/null").is_file());

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&path, "before").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut file = NewFile::begin(&link).unwrap();
        file.write_all(b"after").unwrap();
        file.finish().unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "after");
    }
}
