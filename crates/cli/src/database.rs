//! Opens the database, migrated: one process at a time migrates, the others wait.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use migrations::{Migrator, MigratorTrait};
use service::clock::Source;
use service::durable;
use service::evidence::complete_sort_keys;
use service::young_people::disclosure::{PerturbationTable, Rule, Suits};
use service::young_people::rotate;
use service::{Space, store};

use crate::config::Config;
use crate::secrets;

/// The lock that servers take while they migrate a PostgreSQL database: any number that is ours.
const LOCK: i64 = 0x434f_4d4d_4f4e;

/// Opens the space that the configuration names, migrated.
///
/// # Errors
/// When the database can't be reached or migrated, or the master key can't be had.
pub(crate) async fn open(config: &Config) -> Result<Arc<Space>> {
    open_migrated(config, None).await
}

/// Returns the same for a server: the database stops each statement after `limit`.
pub(crate) async fn open_within(config: &Config, limit: Duration) -> Result<Arc<Space>> {
    open_migrated(config, Some(limit)).await
}

async fn open_migrated(config: &Config, limit: Option<Duration>) -> Result<Arc<Space>> {
    let source = Source::default();
    let url = config.resolved_database_url()?;
    let _alone = lock_file(&url).await?;
    migrate_url(&url).await?;
    let statements = metrics::counter!("commonground_sql_statements_total");
    let observe = move |_: &str| statements.increment(1);
    let connections = config.database_connections;
    let connection = match limit {
        Some(limit) => store::connect_within(&url, connections, limit, observe).await,
        None => store::connect(&url, connections, observe).await,
    }
    .map_err(|failure| unreachable_database(&url, &failure))?;
    if let Some(path) = file_of(&url) {
        // Whoever made the files of the database may be gone before their names were on the disk.
        durable::sync_folder_of(&path)?;
    }
    let master_key = secrets::master_key(config, &source)?;
    let pseudonym_keys = secrets::pseudonym_keys(config, &source)?;
    let space = Space::new(connection, source, master_key)
        .with_longest_validity(config.token_longest_validity)
        .with_pseudonym_keys(pseudonym_keys)
        .with_disclosure_rule(disclosure_rule(config)?);
    let made = complete_sort_keys(&space).await;
    match made.map_err(|refusal| anyhow::anyhow!("The titles can't be sorted: {refusal}"))? {
        0 => {}
        titles => tracing::info!(titles, "recomputed the sort keys of titles"),
    }
    Ok(Arc::new(with_rotation_ended(space, config).await?))
}

/// Ends a rotation of the pseudonym key that was interrupted after the database was put under the new key.
async fn with_rotation_ended(space: Space, config: &Config) -> Result<Space> {
    let file = secrets::pseudonym_key_file(config)?;
    let Some(next) = secrets::next_pseudonym_keys(&file)? else {
        return Ok(space);
    };
    let is_under = rotate::is_under(&space, &next).await;
    if !is_under.context("The database cannot be read")? {
        return Ok(space);
    }
    secrets::take_up_next_pseudonym_keys(&file)?;
    tracing::warn!(file = %file.display(), "completed an interrupted rotation of the pseudonym key");
    Ok(space.with_pseudonym_keys(next))
}

/// Returns the rule that makes counts safe to show.
///
/// # Errors
/// When the perturbation table can't be read or would give counts away.
fn disclosure_rule(config: &Config) -> Result<Rule> {
    let rule = Rule::named(&config.disclosure_rule)?;
    match rule.suits {
        Suits::Questions => {}
        Suits::QuestionsOfSwappedRecords => tracing::warn!(
            rule = rule.name,
            "this rule is for records that were swapped beforehand: of others, answers that are compared tell who is unlike the rest"
        ),
        Suits::FixedTables => tracing::warn!(
            rule = rule.name,
            "this rule is for fixed tables: where anybody may ask any question, answers can be subtracted from each other"
        ),
    }
    let Some(file) = &config.perturbation_table else {
        return Ok(rule);
    };
    let name = file.display();
    let open = std::fs::File::open(file)
        .with_context(|| format!("The perturbation table {name} cannot be read"))?;
    let table = PerturbationTable::read(open)
        .with_context(|| format!("The perturbation table {name} cannot be used"))?;
    let rule = rule.with(table, config.disclosure_threshold);
    rule.with_context(|| format!("The perturbation table {name} cannot be used"))
}

/// Brings the database to the present schema.
///
/// # Errors
/// When it can't be reached or migrated.
pub(crate) async fn migrate(config: &Config) -> Result<()> {
    let url = config.resolved_database_url()?;
    let _alone = lock_file(&url).await?;
    migrate_url(&url).await
}

async fn migrate_url(url: &str) -> Result<()> {
    // SQLite's schema is read anew by one connection only; PostgreSQL's lock takes a connection of its own.
    let connections = if url.starts_with("postgres") { 2 } else { 1 };
    let connection = store::connect(url, connections, |_| {})
        .await
        .map_err(|failure| unreachable_database(url, &failure))?;
    if url.starts_with("postgres") {
        let lock = migrations::AdvisoryLock::take(&connection, LOCK)
            .await
            .context("The database could not be locked")?;
        let migrated = Migrator::up(&connection, None).await;
        lock.release().await.context("The database could not be unlocked after its migration")?;
        migrated
    } else {
        Migrator::up(&connection, None).await
    }
    .context("The database could not be migrated")?;
    connection.close().await.context("The database could not be closed after its migration")
}

/// Keeps other processes from opening the same SQLite file until it is dropped: of several that
/// turn on its write-ahead log at once, SQLite lets one and refuses the others without waiting.
async fn lock_file(url: &str) -> Result<Option<File>> {
    let Some(path) = file_of(url) else {
        return Ok(None);
    };
    let path = path.with_added_extension("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).with_context(
        || {
            format!(
                "The lock {} cannot be made; check that its folder may be written",
                path.display()
            )
        },
    )?;
    Ok(Some(tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await??))
}

/// Returns the file of a SQLite database, if it is kept in one.
fn file_of(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    let path = path.split('?').next()?;
    (!path.is_empty() && !path.contains(":memory:")).then(|| PathBuf::from(path))
}

fn unreachable_database(url: &str, failure: &service::Error) -> anyhow::Error {
    let mut cause = failure.cause.as_ref().map(ToString::to_string).unwrap_or_default();
    let password = url::Url::parse(url).ok().and_then(|url| url.password().map(str::to_owned));
    if let Some(password) = password.filter(|password| !password.is_empty()) {
        cause = cause.replace(&password, "…");
    }
    let advice = match url.starts_with("sqlite:") {
        true => "Check --data-dir or --database-url, and that its folder may be written.",
        false => "Check --database-url (or COMMONGROUND_DATABASE_URL), and that the server runs.",
    };
    anyhow::anyhow!("The database cannot be opened: {cause}. {advice}")
}
