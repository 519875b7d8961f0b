//! Where the master key comes from.

use std::fs::{OpenOptions, read_to_string};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use service::access::MasterKey;
use service::clock::Source;

use crate::config::Config;

const VARIABLE: &str = "COMMONGROUND_MASTER_KEY";

/// The master key: from the environment, from the file that was named, or from the data folder,
/// where one is made on first use.
///
/// # Errors
/// When the key is malformed, or its file can't be read or made.
pub(crate) fn master_key(config: &Config, source: &Source) -> Result<MasterKey> {
    match (std::env::var(VARIABLE).ok(), &config.master_key_file) {
        (Some(_), Some(_)) => bail!("Give {VARIABLE} or --master-key-file, not both."),
        (Some(text), None) => text
            .parse()
            .with_context(|| format!("{VARIABLE} is malformed")),
        (None, Some(file)) => read(file),
        (None, None) => {
            let file = config.made_data_dir()?.join("master.key");
            match make(&file, source) {
                Ok(key) => {
                    tracing::warn!(
                        file = %file.display(),
                        "made a master key beside the data; back it up, and keep it elsewhere in production"
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
    warn_if_open(file);
    let text = read_to_string(file)
        .with_context(|| format!("The master key {} cannot be read", file.display()))?;
    text.parse()
        .with_context(|| format!("The master key in {} is malformed", file.display()))
}

/// A secret that other users of the machine can read is none.
#[cfg(unix)]
fn warn_if_open(file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let is_open =
        std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    if is_open {
        tracing::warn!(
            file = %file.display(),
            "the master key can be read by others than its owner; run `chmod 600` on it"
        );
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

/// Makes the file whole or not at all: another server that starts at the same moment reads all of it.
fn make(file: &Path, source: &Source) -> std::io::Result<MasterKey> {
    if file.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let key = MasterKey::generate(source);
    let draft = file.with_extension(format!("key.{}", source.id::<uuid::Uuid>()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut writing = options.open(&draft)?;
    writeln!(writing, "{}", key.reveal())?;
    writing.sync_all()?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    linked.map(|()| key)
}
