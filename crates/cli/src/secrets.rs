//! Where the master key and the keys of the pseudonyms come from.

use std::fs::read_to_string;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use service::access::MasterKey;
use service::clock::Source;
use service::durable::{self, NewFile};
use service::young_people::pseudonym::PseudonymKeys;

use crate::config::Config;

const VARIABLE: &str = "COMMONGROUND_MASTER_KEY";

/// Returns the master key: from the environment, from the file that was named, or from the data folder,
/// where one is made on first use.
///
/// # Errors
/// When the key is malformed, or its file can't be read or made.
pub(crate) fn master_key(config: &Config, source: &Source) -> Result<MasterKey> {
    match (std::env::var(VARIABLE).ok(), &config.master_key_file) {
        (Some(_), Some(_)) => bail!("Give {VARIABLE} or --master-key-file, not both."),
        (Some(text), None) => text.parse().with_context(|| format!("{VARIABLE} is malformed")),
        (None, Some(file)) => read(file),
        (None, None) => {
            let file = config.made_data_dir()?.join("master.key");
            let key = MasterKey::generate(source);
            match make(&file, &key.reveal()) {
                Ok(()) => {
                    tracing::warn!(
                        file = %file.display(),
                        "created a master key in the data folder; back it up, and keep it elsewhere in production"
                    );
                    Ok(key)
                }
                Err(failure) if failure.kind() == ErrorKind::AlreadyExists => read(&file),
                Err(failure) => Err(failure).with_context(|| {
                    format!("The master key {} cannot be written", file.display())
                }),
            }
        }
    }
}

fn read(file: &Path) -> Result<MasterKey> {
    text_of(file, "master key")?
        .parse()
        .with_context(|| format!("The master key in {} is malformed", file.display()))
}

fn text_of(file: &Path, what: &str) -> Result<String> {
    warn_if_open(file);
    read_to_string(file).with_context(|| format!("The {what} {} cannot be read", file.display()))
}

/// Returns the file of the keys of the pseudonyms: the one that was named, or the one in the data folder.
///
/// # Errors
/// When the data folder can't be made.
pub(crate) fn pseudonym_key_file(config: &Config) -> Result<PathBuf> {
    match &config.pseudonym_key_file {
        Some(file) => Ok(file.clone()),
        None => Ok(config.made_data_dir()?.join("pseudonym.key")),
    }
}

/// Returns the keys of the pseudonyms of young people. One is made where there is none yet.
///
/// # Errors
/// When they are malformed, or their file can't be read or made.
pub(crate) fn pseudonym_keys(config: &Config, source: &Source) -> Result<PseudonymKeys> {
    let file = pseudonym_key_file(config)?;
    if config.pseudonym_key_file.is_none() {
        let keys = PseudonymKeys::generate(source);
        match make(&file, keys.reveal().trim_end()) {
            Ok(()) => tracing::warn!(
                file = %file.display(),
                "created a pseudonym key in the data folder; back it up, and keep it elsewhere in production: without it no child is recognised in the next return"
            ),
            Err(failure) if failure.kind() == ErrorKind::AlreadyExists => {}
            Err(failure) => {
                return Err(failure).with_context(|| {
                    format!("The pseudonym key {} cannot be written", file.display())
                });
            }
        }
    }
    keys_in(&file)
}

fn keys_in(file: &Path) -> Result<PseudonymKeys> {
    text_of(file, "pseudonym key")?
        .parse()
        .with_context(|| format!("The pseudonym key in {} is malformed", file.display()))
}

/// Warns of a secret that other users of the machine can read.
#[cfg(unix)]
fn warn_if_open(file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let is_open =
        std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    if is_open {
        tracing::warn!(
            file = %file.display(),
            "other users can read this secret; run `chmod 600` on it"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

/// Makes the file whole or not at all: another server that starts at the same moment reads all of it.
fn make(file: &Path, secret: &str) -> std::io::Result<()> {
    if file.exists() {
        // Whoever made it may be gone before its name was on the disk.
        durable::sync_folder_of(file)?;
        return Err(ErrorKind::AlreadyExists.into());
    }
    let mut draft = NewFile::begin_secret(file)?;
    writeln!(draft, "{secret}")?;
    draft.finish_unless_there()
}

/// Returns the file in which a rotation of the pseudonym key keeps the new keys until the database is under them.
pub(crate) fn next_pseudonym_key_file(file: &Path) -> PathBuf {
    with_ending(file, "next")
}

/// Returns the keys that a rotation which was interrupted left, if there are any.
///
/// # Errors
/// When their file can't be read or is malformed.
pub(crate) fn next_pseudonym_keys(file: &Path) -> Result<Option<PseudonymKeys>> {
    let next = next_pseudonym_key_file(file);
    match next.exists() {
        false => Ok(None),
        true => keys_in(&next).map(Some),
    }
}

/// Writes the keys that the database is about to be put under: whoever is interrupted has both.
///
/// # Errors
/// When the file can't be written.
pub(crate) fn keep_next_pseudonym_keys(file: &Path, keys: &PseudonymKeys) -> Result<()> {
    let next = next_pseudonym_key_file(file);
    write(&next, keys.reveal().as_bytes()).with_context(|| unwritable(&next))
}

/// Puts the new keys in the place of those before, once the database is under them. The file before is kept beside
/// it; at every moment there is one.
///
/// # Errors
/// When a file can't be written.
pub(crate) fn take_up_next_pseudonym_keys(file: &Path) -> Result<()> {
    let (before, next) = (with_ending(file, "before"), next_pseudonym_key_file(file));
    let old = std::fs::read(file).with_context(|| unwritable(file))?;
    write(&before, &old).with_context(|| unwritable(&before))?;
    match std::fs::rename(&next, file) {
        // Another command, which started at the same moment, has done it.
        Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(()),
        renamed => renamed.and_then(|()| durable::sync_folder_of(file)),
    }
    .with_context(|| unwritable(file))
}

fn write(file: &Path, secret: &[u8]) -> std::io::Result<()> {
    let mut writing = NewFile::begin_secret(file)?;
    writing.write_all(secret)?;
    writing.finish()
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn unwritable(file: &Path) -> String {
    format!("The key {} cannot be written", file.display())
}
