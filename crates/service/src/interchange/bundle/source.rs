//! A bundle on disk: a folder, or a zip of one.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use zip::ZipArchive;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::format::{FORMAT, FORMAT_VERSION, TABLES, Table};
use super::report::Located;
use super::rows::Form;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::record::Fault;

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
        Self {
            entries: 1_000,
            unpacked_bytes: 16 << 30,
            row_bytes: 1 << 20,
        }
    }
}

/// A bundle that was opened: which of its files there are, and what stands beside them.
#[derive(Debug)]
pub struct Bundle {
    place: Place,
    files: BTreeMap<&'static str, Vec<Entry>>,
    limits: Limits,
    unpacked: u64,
    /// What was found wrong already.
    pub(super) problems: Vec<Located>,
    /// What is worth knowing.
    pub(super) warnings: Vec<Located>,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Zip(ZipArchive<File>),
}

/// A file of the bundle.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    index: usize,
    form: Form,
}

/// What was found in a folder or a zip.
#[derive(Debug)]
struct Found {
    name: String,
    index: usize,
    is_file: bool,
}

/// A file that was opened for reading.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) file: File,
    pub(super) bytes: u64,
}

impl Bundle {
    /// Opens a folder or a zip.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there is none, when it has no file of the format, when it is of a later
    /// version, or when the zip is damaged, too large or has names that lead out of it.
    pub fn open(path: &Path, limits: Limits) -> Result<Self> {
        let meta = std::fs::metadata(path).map_err(|failure| {
            unreadable(format!(
                "{} cannot be opened: {}.",
                path.display(),
                failure.kind()
            ))
        })?;
        let (place, names) = if meta.is_dir() {
            let names = names_in_folder(path)?;
            (Place::Folder(path.to_owned()), names)
        } else {
            let file = File::open(path).map_err(|failure| {
                unreadable(format!(
                    "{} cannot be opened: {}.",
                    path.display(),
                    failure.kind()
                ))
            })?;
            let mut archive = ZipArchive::new(file).map_err(|_| {
                unreadable(format!(
                    "{} is neither a folder nor a sound zip. Give the bundle's folder, or zip it again.",
                    path.display()
                ))
            })?;
            let names = names_in_zip(&mut archive, &times_in_zip(path)?, limits)?;
            (Place::Zip(archive), names)
        };
        let mut bundle = Self {
            place,
            files: BTreeMap::new(),
            limits,
            unpacked: 0,
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        let has_any = bundle.sort_out(names)?;
        if !has_any {
            return Err(unreadable(format!(
                "No file of a bundle found in {}; see docs/bundle.md.",
                path.display()
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
        Ok(Some(Opened {
            name: entry.name,
            form: entry.form,
            file,
            bytes,
        }))
    }

    /// Finds the files of the format, and answers whether there is anything of it.
    fn sort_out(&mut self, names: Vec<Found>) -> Result<bool> {
        let mut has_any = false;
        let mut names = names.into_iter().peekable();
        while let Some(Found {
            name,
            index,
            is_file,
        }) = names.next()
        {
            let known = known(&name);
            let is_manifest = name == "bundle.json";
            has_any |= is_manifest || known.is_some();
            let mut times = 1;
            while names.next_if(|next| next.name == name).is_some() {
                times += 1;
            }
            if times > 1 {
                self.problems.push(Located::of_file(
                    &name,
                    Fault::TwoFiles,
                    format!("{name} is there {times} times; none was read."),
                    "Keep one of them: zip the folder again into a new file.",
                ));
                continue;
            }
            if !is_file {
                if is_manifest || known.is_some() {
                    self.problems.push(Located::of_file(
                        &name,
                        Fault::NotAFile,
                        format!("{name} is a folder; nothing in it was read."),
                        "Put a file in its place, or give the folder another name.",
                    ));
                }
                continue;
            }
            if is_manifest {
                self.read_manifest(Entry {
                    name,
                    index,
                    form: Form::Ndjson,
                })?;
                continue;
            }
            match known {
                Some((table, form)) => {
                    self.files
                        .entry(table)
                        .or_default()
                        .push(Entry { name, index, form });
                }
                None => self.warn_of(name),
            }
        }
        let doubled: Vec<&'static str> = self
            .files
            .iter()
            .filter(|(_, entries)| entries.len() > 1)
            .map(|(table, _)| *table)
            .collect();
        for table in doubled {
            self.problems.push(Located::of_file(
                &format!("{table}.ndjson"),
                Fault::TwoFiles,
                format!("{table} is there twice, as {table}.csv and as {table}.ndjson; neither was read."),
                "Keep one of the two.",
            ));
            self.files.remove(table);
        }
        Ok(has_any)
    }

    fn warn_of(&mut self, name: String) {
        let is_documentation = name.starts_with('.')
            || ["md", "txt", "pdf"]
                .iter()
                .any(|ending| name.to_lowercase().ends_with(ending));
        if is_documentation {
            return;
        }
        let stem = name.split('.').next().unwrap_or_default();
        let remedy = match nearest(stem, TABLES.iter().map(|table| table.name)) {
            Some(table) => {
                format!("If it was meant to be read, name it {table}.csv or {table}.ndjson.")
            }
            None => "docs/bundle.md lists the files that are read.".to_owned(),
        };
        self.warnings.push(Located::of_file(
            &name,
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
            return Err(unreadable(format!(
                "bundle.json says that this is no {FORMAT}."
            )));
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
    fn unpack(&mut self, entry: &Entry) -> Result<File> {
        let unreadable = |failure: io::Error| {
            unreadable(format!(
                "{} cannot be read: {}.",
                entry.name,
                failure.kind()
            ))
        };
        match &mut self.place {
            Place::Folder(folder) => File::open(folder.join(&entry.name)).map_err(unreadable),
            Place::Zip(archive) => {
                let left = self.limits.unpacked_bytes.saturating_sub(self.unpacked);
                let packed = archive
                    .by_index(entry.index)
                    .map_err(|failure| unreadable(failure.into()))?;
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

/// The table that a file is of, and how it is written.
fn known(name: &str) -> Option<(&'static str, Form)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let table = TABLES.iter().find(|table| table.name == stem)?;
    Some((table.name, Form::of_ending(ending)?))
}

fn names_in_folder(path: &Path) -> Result<Vec<Found>> {
    let unreadable = |failure: io::Error| {
        unreadable(format!(
            "{} cannot be read: {}.",
            path.display(),
            failure.kind()
        ))
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        names.push(Found {
            name: entry.file_name().to_string_lossy().into_owned(),
            index: 0,
            is_file: entry.path().is_file(),
        });
    }
    names.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(names)
}

/// How many times each name is in a zip; the archive itself keeps only the last of each.
fn times_in_zip(path: &Path) -> Result<HashMap<Vec<u8>, usize>> {
    let file = File::open(path).map_err(|_| damaged())?;
    let mut entries = ZipIterable::try_new(file, Config::default()).map_err(|_| damaged())?;
    let mut times = HashMap::new();
    for entry in entries.files().map_err(|_| damaged())? {
        let entry = entry.map_err(|_| damaged())?;
        *times.entry(entry.name_raw().to_vec()).or_default() += 1;
    }
    Ok(times)
}

/// What is in a zip, without the folder that its files may all lie in.
fn names_in_zip(
    archive: &mut ZipArchive<File>,
    times: &HashMap<Vec<u8>, usize>,
    limits: Limits,
) -> Result<Vec<Found>> {
    let entries: usize = times.values().sum();
    if entries > limits.entries {
        return Err(unreadable(format!(
            "The zip has {entries} entries; a bundle has at most {}.",
            limits.entries
        )));
    }
    let mut names = Vec::new();
    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?.into_owned();
        if entry.enclosed_name().is_none()
            || name.starts_with('/')
            || name.contains('\\')
            || name.split('/').any(|part| part == "..")
        {
            return Err(unreadable(format!(
                "The zip has an entry '{}' that leads out of it. Zip the folder itself.",
                name.escape_default()
            )));
        }
        if entry.is_symlink() {
            return Err(unreadable(
                "The zip has a symbolic link. Put the files themselves in.".to_owned(),
            ));
        }
        declared = declared.saturating_add(entry.size());
        if !name.starts_with("__MACOSX/") && !name.ends_with(".DS_Store") {
            let times = times.get(entry.name_raw()).copied().unwrap_or(1);
            for _ in 0..times {
                names.push(Found {
                    name: name.clone(),
                    index,
                    is_file: entry.is_file(),
                });
            }
        }
    }
    if declared > limits.unpacked_bytes {
        return Err(too_large(limits));
    }
    let mut files = names.iter().filter(|found| found.is_file);
    let folder = files
        .next()
        .and_then(|found| found.name.rsplit_once('/'))
        .map(|(folder, _)| format!("{folder}/"))
        .filter(|folder| files.all(|found| found.name.starts_with(folder)));
    for found in &mut names {
        if let Some(folder) = &folder
            && found.name.starts_with(folder)
        {
            found.name.drain(..folder.len());
        }
        if !found.is_file {
            found.name.truncate(found.name.trim_end_matches('/').len());
        }
    }
    names.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(names)
}

fn damaged() -> Error {
    unreadable("The zip is damaged. Zip the folder again.".to_owned())
}

fn too_large(limits: Limits) -> Error {
    unreadable(format!(
        "The zip holds more than {} bytes when unpacked.",
        limits.unpacked_bytes
    ))
}

fn unreadable(message: String) -> Error {
    Error::bad_input("path", message)
}
