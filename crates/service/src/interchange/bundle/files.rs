//! The files of a bundle in a folder or a zip, under whatever names systems give them and beside whatever they leave.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use intake::{is_left_by_a_system, nearest};
use zip::ZipArchive;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::format::TABLES;
use super::rows::Form;
use super::source::{Entry, Limits, damaged, too_large, unreadable};
use crate::error::Result;

/// How deep in a folder the files may lie.
const DEEPEST: usize = 4;

/// What a file is by its name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum File {
    /// Rows of this table, written so.
    Of(&'static str, Form),
    /// What says of which version the bundle is.
    Manifest,
}

/// What was found in a folder or a zip.
#[derive(Debug)]
pub(super) struct Found {
    /// Its name with `/` between folders.
    pub(super) name: String,
    path: PathBuf,
    index: usize,
    pub(super) is_file: bool,
    pub(super) is_link: bool,
    is_folder: bool,
}

impl Found {
    pub(super) fn opened_as(self, form: Form) -> Entry {
        Entry { name: self.name, path: self.path, index: self.index, form }
    }
}

/// What a file is by its name, in whatever letters.
pub(super) fn known(name: &str) -> Option<File> {
    let name = name.to_ascii_lowercase();
    if name == "bundle.json" {
        return Some(File::Manifest);
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let table = TABLES.iter().find(|table| table.name == stem)?;
    Some(File::Of(table.name, Form::of_ending(ending)?))
}

/// The table whose file was probably meant.
pub(super) fn meant_by(name: &str) -> Option<&'static str> {
    let own = name.rsplit('/').next().unwrap_or(name);
    let stem = own.split('.').next().unwrap_or_default().to_lowercase();
    let of_many = match stem.strip_suffix('y') {
        Some(beginning) => format!("{beginning}ies"),
        None => format!("{stem}s"),
    };
    let mut names = TABLES.iter().map(|table| table.name);
    let near = nearest(&stem, names.clone());
    names.find(|name| *name == of_many).or(near)
}

/// What is in a folder; or, if it holds no file of the format, in the one within that does.
pub(super) fn in_folder(path: &Path, limits: Limits) -> Result<Vec<Found>> {
    let unreadable_folder = |failure: io::Error| {
        unreadable(format!("{} cannot be read: {}.", path.display(), failure.kind()))
    };
    let mut found = entries_of(path, "").map_err(unreadable_folder)?;
    // All folders of one depth are looked into, as long as nothing was found above them.
    for depth in 0..DEEPEST {
        if found.iter().any(|one| known(split(&one.name).1).is_some()) {
            break;
        }
        let folders = found.iter().filter(|one| {
            let is_hidden = split(&one.name).1.starts_with('.');
            one.is_folder && !is_hidden && one.name.matches('/').count() == depth
        });
        let folders: Vec<String> = folders.map(|one| one.name.clone()).collect();
        for folder in folders {
            found.extend(entries_of(path, &folder).map_err(unreadable_folder)?);
            if found.len() > limits.entries {
                return Err(unreadable(format!(
                    "{} holds more than {} things and no file of a bundle beside them. Give the bundle's own folder.",
                    path.display(),
                    limits.entries
                )));
            }
        }
    }
    of_the_bundle(found)
}

/// What is in a folder, by its name from the bundle's folder on.
fn entries_of(folder: &Path, below: &str) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = match below {
            "" => own,
            below => format!("{below}/{own}"),
        };
        if is_left_by_a_system(&name) {
            continue;
        }
        let kind = entry.file_type()?;
        found.push(Found {
            path: Path::new(below).join(entry.file_name()),
            name,
            index: 0,
            is_file: kind.is_file(),
            is_link: kind.is_symlink(),
            is_folder: kind.is_dir(),
        });
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// What is in a zip, without the folder that its files may all lie in.
pub(super) fn in_zip(
    path: &Path,
    archive: &mut ZipArchive<fs::File>,
    limits: Limits,
) -> Result<Vec<Found>> {
    let times = times_in_zip(path)?;
    let entries: usize = times.values().sum();
    if entries > limits.entries {
        return Err(unreadable(format!(
            "The zip has {entries} entries; a bundle has at most {}.",
            limits.entries
        )));
    }
    let mut found = Vec::new();
    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| damaged())?;
        let given = entry.name().map_err(|_| damaged())?.into_owned();
        let Some(name) = within(&given) else {
            return Err(unreadable(format!(
                "The zip has an entry '{}' that leads out of it. Zip the folder itself.",
                given.escape_default()
            )));
        };
        if entry.is_symlink() {
            return Err(unreadable(
                "The zip has a symbolic link. Put the files themselves in.".to_owned(),
            ));
        }
        declared = declared.saturating_add(entry.size());
        if name.is_empty() || is_left_by_a_system(&name) {
            continue;
        }
        let times = times.get(entry.name_raw()).copied().unwrap_or(1);
        for _ in 0..times {
            found.push(Found {
                name: name.clone(),
                path: PathBuf::new(),
                index,
                is_file: entry.is_file() && !given.ends_with(['/', '\\']),
                is_link: false,
                is_folder: false,
            });
        }
    }
    if declared > limits.unpacked_bytes {
        return Err(too_large(limits));
    }
    of_the_bundle(found)
}

/// How many times each name is in a zip; the archive itself keeps only the last of each.
fn times_in_zip(path: &Path) -> Result<HashMap<Vec<u8>, usize>> {
    let file = fs::File::open(path).map_err(|_| damaged())?;
    let mut entries = ZipIterable::try_new(file, Config::default()).map_err(|_| damaged())?;
    let mut times = HashMap::new();
    for entry in entries.files().map_err(|_| damaged())? {
        let entry = entry.map_err(|_| damaged())?;
        *times.entry(entry.name_raw().to_vec()).or_default() += 1;
    }
    Ok(times)
}

/// The name of an entry with `/` between its folders, also where Windows put `\`; nothing if it leads out of the zip.
fn within(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let names_a_drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || names_a_drive || name.contains('\0') {
        return None;
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// What is in the folder that holds the files of the bundle, by its name there: the files may lie in one within.
fn of_the_bundle(mut found: Vec<Found>) -> Result<Vec<Found>> {
    let holding: BTreeSet<(usize, String)> = found
        .iter()
        .filter_map(|one| {
            let (folder, own) = split(&one.name);
            let depth = folder.matches('/').count() + usize::from(!folder.is_empty());
            (known(own).is_some() && (one.is_file || one.is_link || depth == 0))
                .then(|| (depth, folder.to_owned()))
        })
        .collect();
    let mut holding = holding.into_iter();
    let folder = match (holding.next(), holding.next()) {
        (Some((depth, one)), Some((as_deep, other))) if depth == as_deep => {
            return Err(unreadable(format!(
                "The files of the bundle lie in several folders, as '{}' and '{}'. Put them into one.",
                one.escape_default(),
                other.escape_default()
            )));
        }
        (Some((_, folder)), _) => folder,
        (None, _) => String::new(),
    };
    if !folder.is_empty() {
        let folder = format!("{folder}/");
        for one in &mut found {
            if one.name.starts_with(&folder) {
                one.name.drain(..folder.len());
            }
        }
    }
    // What lies in other folders is told of only where it would be a file of the format.
    found.retain(|one| match split(&one.name) {
        ("", own) => !own.is_empty(),
        (_, own) => known(own).is_some() && one.is_file,
    });
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_windows_lies_within_and_one_that_leads_out_does_not() {
        assert_eq!(within("a\\studies.csv").as_deref(), Some("a/studies.csv"));
        assert_eq!(within("./a//studies.csv").as_deref(), Some("a/studies.csv"));
        for out in [
            "..\\studies.csv",
            "a\\..\\..\\x",
            "a/../x",
            "C:\\x",
            "c:x",
            "\\\\server\\share\\x",
            "\\x",
            "/x",
            "a\0b",
        ] {
            assert_eq!(within(out), None, "{out}");
        }
    }

    #[test]
    fn a_file_is_known_in_whatever_letters_and_a_near_name_is_told() {
        assert_eq!(known("Collaborations.CSV"), Some(File::Of("collaborations", Form::Csv)));
        assert_eq!(known("STUDIES.NdJson"), Some(File::Of("studies", Form::Ndjson)));
        assert_eq!(known("Bundle.JSON"), Some(File::Manifest));
        assert_eq!(known("studies.csv.txt"), None);
        for (name, meant) in [
            ("finding.csv", Some("findings")),
            ("study.csv", Some("studies")),
            ("x/Studies.csv.txt", Some("studies")),
            ("studies.xlsx", Some("studies")),
            ("README", None),
        ] {
            assert_eq!(meant_by(name), meant, "{name}");
        }
    }
}
