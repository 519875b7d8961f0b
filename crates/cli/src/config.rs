//! What can be set, by option or environment, and where things are kept.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use service::young_people::disclosure;

/// The options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Config {
    /// The folder of the embedded database and of the master key
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DATA_DIR",
        default_value = "data",
        value_name = "FOLDER"
    )]
    pub(crate) data_dir: PathBuf,

    /// The database: sqlite:///path/to/file or postgres://user:password@host/name.
    /// The embedded one in the data folder when nothing is said
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,

    /// A file that holds the database URL, for secrets that are mounted
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DATABASE_URL_FILE",
        value_name = "FILE",
        conflicts_with = "database_url"
    )]
    pub(crate) database_url_file: Option<PathBuf>,

    /// How many connections to the database may be open at once
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DATABASE_CONNECTIONS",
        default_value_t = 16,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(2..=1000)
    )]
    pub(crate) database_connections: u32,

    /// A file that holds the master key, which encrypts the signing keys: 32 bytes in base64.
    /// One is made in the data folder when nothing is said
    #[arg(long, global = true, env = "COMMONGROUND_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,

    /// A file that holds the keys of the pseudonyms of young people: a line of 32 bytes in base64 for each,
    /// the present one last. One is made in the data folder when nothing is said
    #[arg(long, global = true, env = "COMMONGROUND_PSEUDONYM_KEY_FILE", value_name = "FILE")]
    pub(crate) pseudonym_key_file: Option<PathBuf>,

    /// The rule that makes counts of young people safe to show
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DISCLOSURE_RULE",
        default_value = "low-effect",
        value_name = "RULE",
        value_parser = clap::builder::PossibleValuesParser::new(disclosure::NAMES)
    )]
    pub(crate) disclosure_rule: String,

    /// A file that holds a perturbation table for a rule that perturbs, in place of the built-in one: CSV of pcv, ckey
    /// and pvalue
    #[arg(long, global = true, env = "COMMONGROUND_PERTURBATION_TABLE", value_name = "FILE")]
    pub(crate) perturbation_table: Option<PathBuf>,

    /// Counts below this are hidden, with a rule that perturbs and a perturbation table of your own
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_DISCLOSURE_THRESHOLD",
        default_value_t = disclosure::STANDARD.threshold,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(3..=1000)
    )]
    pub(crate) disclosure_threshold: u64,

    /// How long a token may be valid at most
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_TOKEN_LONGEST_VALIDITY",
        default_value = "366d",
        value_name = "DURATION",
        value_parser = validity
    )]
    pub(crate) token_longest_validity: TimeDelta,

    /// How the log is written
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_LOG_FORMAT",
        default_value = "auto",
        value_name = "FORMAT"
    )]
    pub(crate) log_format: LogFormat,

    /// What is logged, as in `info` or `info,api=debug` (which shows every request)
    #[arg(
        long,
        global = true,
        env = "COMMONGROUND_LOG",
        default_value = "info,sea_orm_migration=warn",
        value_name = "FILTER"
    )]
    pub(crate) log: String,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people in a terminal, JSON elsewhere
    Auto,
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

/// Returns how long a token may be valid: from an hour to two years.
fn validity(text: &str) -> Result<TimeDelta, String> {
    const BOUNDS: std::ops::RangeInclusive<TimeDelta> = TimeDelta::hours(1)..=TimeDelta::days(731);

    let time = humantime::parse_duration(text).ok();
    let time = time.and_then(|time| TimeDelta::from_std(time).ok());
    match time {
        Some(time) if BOUNDS.contains(&time) => Ok(time),
        Some(_) => Err("it must lie between 1h and 731d".to_owned()),
        None => Err("write it with a unit, as in 90d".to_owned()),
    }
}

/// The variables that are read; the master key itself may be given by the environment only.
const VARIABLES: &[&str] = &[
    "COMMONGROUND_ANONYMOUS_POINTS",
    "COMMONGROUND_ANONYMOUS_REQUESTS",
    "COMMONGROUND_CONNECTIONS",
    "COMMONGROUND_CONNECTIONS_PER_ADDRESS",
    "COMMONGROUND_CORS_ORIGINS",
    "COMMONGROUND_DATABASE_CONNECTIONS",
    "COMMONGROUND_DATABASE_URL",
    "COMMONGROUND_DATABASE_URL_FILE",
    "COMMONGROUND_DATA_DIR",
    "COMMONGROUND_DISCLOSURE_RULE",
    "COMMONGROUND_DISCLOSURE_THRESHOLD",
    "COMMONGROUND_LISTEN",
    "COMMONGROUND_LOG",
    "COMMONGROUND_LOG_FORMAT",
    "COMMONGROUND_MASTER_KEY",
    "COMMONGROUND_MASTER_KEY_FILE",
    "COMMONGROUND_OPERATIONS",
    "COMMONGROUND_PERTURBATION_TABLE",
    "COMMONGROUND_PSEUDONYM_KEY_FILE",
    "COMMONGROUND_STREAMS",
    "COMMONGROUND_TIMEOUT",
    "COMMONGROUND_TOKEN_LONGEST_VALIDITY",
    "COMMONGROUND_TOKEN_POINTS",
    "COMMONGROUND_TOKEN_REQUESTS",
    "COMMONGROUND_TRUSTED_PROXIES",
];

/// Variables with our prefix that are for building and testing.
const OTHERS: &[&str] = &["COMMONGROUND_SKIP_GRAPHIQL", "COMMONGROUND_TEST_"];

/// Refuses to start with a variable of our prefix that means nothing: a misspelt one would be lost
/// in silence.
///
/// # Errors
/// A sentence that names it and the ones that are read.
pub(crate) fn refuse_unknown_variables(
    given: impl Iterator<Item = (OsString, OsString)>,
) -> Result<()> {
    for (name, _) in given {
        let Some(name) = name.to_str() else { continue };
        let is_ours = name.starts_with("COMMONGROUND_")
            && !OTHERS.iter().any(|other| name.starts_with(other));
        if is_ours && !VARIABLES.contains(&name) {
            bail!(
                "The environment variable {name} means nothing to commonground. Check its spelling; those that are read are {}.",
                VARIABLES.join(", ")
            );
        }
    }
    Ok(())
}

/// Checks a database URL. What is wrong is said without repeating it: there may be a password in it.
fn database_url(text: &str) -> Result<String> {
    let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if !is_server && !text.starts_with("sqlite:") {
        bail!(
            "it must begin with sqlite:// or postgres://, as in postgres://user:password@localhost/commonground"
        );
    }
    if is_server && let Err(malformed) = url::Url::parse(text) {
        bail!(
            "it is malformed ({malformed}); write it as postgres://user:password@localhost:5432/commonground"
        );
    }
    Ok(text.to_owned())
}

impl Config {
    /// Returns the database's URL; the data folder is made if the embedded database is to be in it.
    ///
    /// # Errors
    /// When the file of the URL can't be read, or the data folder can't be made.
    pub(crate) fn resolved_database_url(&self) -> Result<String> {
        if let Some(url) = &self.database_url {
            return database_url(url).context("--database-url or COMMONGROUND_DATABASE_URL");
        }
        if let Some(file) = &self.database_url_file {
            let text = std::fs::read_to_string(file).with_context(|| {
                format!("The file of the database URL, {}, cannot be read", file.display())
            })?;
            return database_url(text.trim())
                .with_context(|| format!("The database URL in {}", file.display()));
        }
        let folder = self.made_data_dir()?;
        let file = folder.join("commonground.db");
        let mut url = url::Url::from_file_path(std::path::absolute(&file)?)
            .map_err(|()| {
                anyhow::anyhow!("The data folder {} has no usable path.", folder.display())
            })?
            .to_string();
        url.replace_range(.."file".len(), "sqlite");
        Ok(format!("{url}?mode=rwc"))
    }

    /// Returns the data folder, made if it isn't there.
    ///
    /// # Errors
    /// When it can't be made.
    pub(crate) fn made_data_dir(&self) -> Result<&Path> {
        service::durable::make_folder(&self.data_dir).with_context(|| {
            format!(
                "The data folder {} cannot be made; choose another with --data-dir",
                self.data_dir.display()
            )
        })?;
        Ok(&self.data_dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> Option<String> {
        let given = [(OsString::from(name), OsString::from("x"))];
        refuse_unknown_variables(given.into_iter()).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_the_right_ones() {
        assert!(refusal("COMMONGROUND_LISTN").unwrap().contains("COMMONGROUND_LISTEN"));
        assert_eq!(refusal("COMMONGROUND_LISTEN"), None);
        assert_eq!(refusal("COMMONGROUND_TEST_POSTGRES_BIN"), None);
        assert_eq!(refusal("PATH"), None);
    }

    #[test]
    fn a_database_url_names_a_database_that_is_known() {
        assert!(database_url("postgres://localhost/commonground").is_ok());
        assert!(database_url("mysql://localhost/commonground").is_err());
        assert!(database_url("commonground.db").is_err());
    }

    #[test]
    fn a_malformed_database_url_is_refused_without_its_password() {
        let refusal = database_url("postgres://me:secret@localhost:1:2/name").unwrap_err();
        assert!(!format!("{refusal:?}").contains("secret"));
    }
}
