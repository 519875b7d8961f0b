//! A bundle on disk: a folder, or a zip of one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use intake::{Content, HEAD, HOW_TO_SAVE, is_documentation};
use serde::Deserialize;
use zip::ZipArchive;

use super::files::{File, Found, in_folder, in_zip, known, meant_by};
use super::format::{FORMAT, FORMAT_VERSION, Table};
use super::report::Located;
use super::rows::Form;
use crate::error::{Error, Result};
use crate::record::{Fault, quoted};

/// How much a bundle may hold, so that a small zip cannot fill a disk.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many entries a zip may have.
    pub entries: usize,
    /// How many bytes a zip may hold when unpacked.
    pub unpacked_bytes: u64,
    /// How many bytes a row may have.
    pub row_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 1_000, unpacked_bytes: 16 << 30, row_bytes: 1 << 20 }
    }
}

/// A bundle that was opened: which of its files there are, and what stands beside them.
#[derive(Debug)]
pub struct Bundle {
    place: Place,
    files: BTreeMap<&'static str, Vec<Entry>>,
    limits: Limits,
    unpacked: u64,
    has_any: bool,
    /// What was found wrong already.
    pub(super) problems: Vec<Located>,
    /// What is worth knowing.
    pub(super) warnings: Vec<Located>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Zip(ZipArchive<fs::File>),
}

/// A file of the bundle.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its name, without the folder that all lie in.
    pub(super) name: String,
    /// Where it is in the folder.
    pub(super) path: PathBuf,
    /// Its place in the zip.
    pub(super) index: usize,
    /// How it is written.
    pub(super) form: Form,
}

/// A file that was opened for reading.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) file: fs::File,
    pub(super) bytes: u64,
}

impl Bundle {
    /// Opens a folder or a zip.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there is none, when it has no file of the format, when it is of a later
    /// version, or when the zip is damaged, too large or has names that lead out of it.
    pub fn open(path: &Path, limits: Limits) -> Result<Self> {
        let meta = fs::metadata(path).map_err(|failure| {
            unreadable(format!("{} cannot be opened: {}.", path.display(), failure.kind()))
        })?;
        let (place, names) = if meta.is_dir() {
            let names = in_folder(path, limits)?;
            (Place::Folder(path.to_owned()), names)
        } else {
            let file = fs::File::open(path).map_err(|failure| {
                unreadable(format!("{} cannot be opened: {}.", path.display(), failure.kind()))
            })?;
            refuse_spreadsheet(&path.display().to_string(), &file)?;
            let mut archive = ZipArchive::new(file).map_err(|_| {
                unreadable(format!(
                    "{} is neither a folder nor a sound zip. Give the bundle's folder, or zip it again.",
                    path.display()
                ))
            })?;
            let names = in_zip(path, &mut archive, limits)?;
            (Place::Zip(archive), names)
        };
        let mut bundle = Self {
            place,
            files: BTreeMap::new(),
            limits,
            unpacked: 0,
            has_any: false,
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        let has_any = bundle.sort_out(names)?;
        if !has_any {
            let near = bundle.warnings.iter().find(|found| {
                meant_by(&found.file).is_some() || found.remedy.contains(HOW_TO_SAVE)
            });
            let near = near.map(|found| {
                format!(" {} is no name of one. {}", quoted(&found.file), found.remedy)
            });
            return Err(unreadable(format!(
                "No file of a bundle found in {}; see docs/bundle.md.{}",
                path.display(),
                near.unwrap_or_default()
            )));
        }
        Ok(bundle)
    }

    /// How many bytes a row may have.
    pub(super) const fn row_bytes(&self) -> usize {
        self.limits.row_bytes
    }

    /// Opens the file of a table.
    pub(super) fn read(&mut self, table: &Table) -> Result<Option<Opened>> {
        let Some([entry]) = self.files.get(table.name).map(Vec::as_slice) else {
            return Ok(None);
        };
        let entry = entry.clone();
        let file = self.unpack(&entry)?;
        let bytes = file.metadata().map_err(Error::internal)?.len();
        Ok(Some(Opened { name: entry.name, form: entry.form, file, bytes }))
    }

    /// Finds the files of the format, and answers whether there is anything of it.
    fn sort_out(&mut self, found: Vec<Found>) -> Result<bool> {
        let mut manifest = Vec::new();
        for one in found {
            let known = known(&one.name);
            if known.is_some() && !one.is_file {
                let what = if one.is_link { "symbolic link" } else { "folder" };
                self.problems.push(Located::of_file(
                    &one.name,
                    Fault::NotAFile,
                    format!("{} is a {what}; nothing in it was read.", one.name),
                    "Put the file itself in its place, or give it another name.",
                ));
                self.has_any = true;
                continue;
            }
            match known {
                Some(File::Of(table, form)) => {
                    let entries = self.files.entry(table).or_default();
                    entries.push(one.opened_as(form));
                }
                Some(File::Manifest) => manifest.push(one.opened_as(Form::Ndjson)),
                None if one.is_file => self.warn_of(&one.opened_as(Form::Csv)),
                None => {}
            }
        }
        self.has_any |= !self.files.is_empty() || !manifest.is_empty();
        let files = std::mem::take(&mut self.files);
        for (table, entries) in files {
            if entries.len() == 1 {
                self.files.insert(table, entries);
            } else {
                self.refuse_several(table, &entries);
            }
        }
        match manifest.as_slice() {
            [] => {}
            [only] => self.read_manifest(only.clone())?,
            several => self.refuse_several("bundle", several),
        }
        Ok(self.has_any)
    }

    fn refuse_several(&mut self, what: &str, entries: &[Entry]) {
        let names: Vec<String> = entries.iter().map(|entry| quoted(&entry.name)).collect();
        let [.., last] = entries else { return };
        self.problems.push(Located::of_file(
            &last.name,
            Fault::TwoFiles,
            format!(
                "{what} is there {} times, as {}; none was read.",
                entries.len(),
                names.join(" and as ")
            ),
            "Keep one of them; in a zip, zip the folder again into a new file.",
        ));
    }

    /// What a file is that isn't read.
    fn content_of(&mut self, entry: &Entry) -> io::Result<Content> {
        match &mut self.place {
            Place::Folder(folder) => content(&fs::File::open(folder.join(&entry.path))?),
            Place::Zip(archive) => {
                let mut head = Vec::new();
                let packed = archive.by_index(entry.index)?;
                packed.take(HEAD as u64).read_to_end(&mut head)?;
                Ok(Content::of(&head))
            }
        }
    }

    fn warn_of(&mut self, entry: &Entry) {
        let name = entry.name.as_str();
        let meant = meant_by(name);
        if meant.is_none() && is_documentation(name) {
            return;
        }
        let is_spreadsheet = matches!(self.content_of(entry), Ok(Content::Spreadsheet(_)));
        let remedy = match meant {
            Some(table) if is_spreadsheet => {
                format!("It is a spreadsheet. {HOW_TO_SAVE} The name is {table}.csv.")
            }
            None if is_spreadsheet => {
                format!("It is a spreadsheet. {HOW_TO_SAVE} docs/bundle.md lists their names.")
            }
            Some(table) => {
                format!("If it was meant to be read, save it as {table}.csv or {table}.ndjson.")
            }
            None => "docs/bundle.md lists the files that are read.".to_owned(),
        };
        self.warnings.push(Located::of_file(
            name,
            Fault::UnknownFile,
            "The format names no such file; it was not read.".to_owned(),
            remedy,
        ));
    }

    fn read_manifest(&mut self, entry: Entry) -> Result<()> {
        #[derive(Deserialize)]
        struct Manifest {
            format: String,
            version: u64,
        }
        let mut text = String::new();
        let file = self.unpack(&entry)?;
        file.take(1 << 16).read_to_string(&mut text).ok();
        let manifest: Manifest = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| {
            unreadable(format!(
                "bundle.json is not understood; it should be {{\"format\": \"{FORMAT}\", \"version\": {FORMAT_VERSION}}}."
            ))
        })?;
        if manifest.format != FORMAT {
            return Err(unreadable(format!("bundle.json says that this is no {FORMAT}.")));
        }
        if manifest.version != FORMAT_VERSION {
            return Err(unreadable(format!(
                "The bundle is of version {}; this release reads version {FORMAT_VERSION}. Use a release that knows it.",
                manifest.version
            )));
        }
        Ok(())
    }

    /// Zip entries are unpacked into a file without a name, so that they can be read from any place.
    fn unpack(&mut self, entry: &Entry) -> Result<fs::File> {
        let unreadable = |failure: io::Error| {
            unreadable(format!("{} cannot be read: {}.", entry.name, failure.kind()))
        };
        match &mut self.place {
            Place::Folder(folder) => fs::File::open(folder.join(&entry.path)).map_err(unreadable),
            Place::Zip(archive) => {
                let left = self.limits.unpacked_bytes.saturating_sub(self.unpacked);
                let packed =
                    archive.by_index(entry.index).map_err(|failure| unreadable(failure.into()))?;
                let mut file = tempfile::tempfile().map_err(Error::internal)?;
                let written =
                    io::copy(&mut packed.take(left + 1), &mut file).map_err(unreadable)?;
                if written > left {
                    return Err(too_large(self.limits));
                }
                self.unpacked += written;
                io::Seek::rewind(&mut file).map_err(Error::internal)?;
                Ok(file)
            }
        }
    }
}

/// Refuses a spreadsheet where a zip or CSV is expected, whatever its name says; the file is read from its beginning.
///
/// # Errors
/// `BAD_USER_INPUT`.
fn refuse_spreadsheet(name: &str, file: &fs::File) -> Result<()> {
    match content(file).map_err(Error::internal)? {
        found @ Content::Spreadsheet(_) => Err(unreadable(found.refusal(name).unwrap_or_default())),
        _ => Ok(()),
    }
}

/// What a file is that is read from its beginning afterwards.
pub(super) fn content(mut file: &fs::File) -> io::Result<Content> {
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head)?;
    io::Seek::rewind(&mut file)?;
    Ok(Content::of(&head))
}

pub(super) fn damaged() -> Error {
    unreadable("The zip is damaged. Zip the folder again.".to_owned())
}

pub(super) fn too_large(limits: Limits) -> Error {
    unreadable(format!("The zip holds more than {} bytes when unpacked.", limits.unpacked_bytes))
}

pub(super) fn unreadable(message: String) -> Error {
    Error::bad_input("path", message)
}
