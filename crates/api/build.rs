//! Builds the GraphiQL page from its npm project in `graphiql/`, so that the server carries it and needs no other host.
//!
//! Node.js is wanted, not needed: without it (or without network for npm) the server is built with a page that says
//! what is missing. Everything is written below `OUT_DIR`; the source tree stays as it is. `GRAPHIQL_DIST` tells
//! `src/graphiql.rs` which folder to embed.

use std::error::Error;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

/// What the page is built from, below `graphiql/`.
const SOURCES: [&str; 6] =
    [".npmrc", "index.html", "package-lock.json", "package.json", "src", "vite.config.js"];

/// The oldest Node.js that the pinned vite runs on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// A network that swallows packets must not hold up a build of the server for longer than this.
const PATIENCE: Duration = Duration::from_secs(240);

/// Set to 1 for builds that need no GraphiQL, such as checks.
const SKIP: &str = "COMMONGROUND_SKIP_GRAPHIQL";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={SKIP}");
    for source in SOURCES {
        println!("cargo:rerun-if-changed=graphiql/{source}");
    }

    let out =
        PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?);
    let folder = if env::var(SKIP).is_ok_and(|value| value == "1") {
        fallback(&out, &Missing::Skipped)?
    } else {
        match page(&out)? {
            Ok(folder) => folder,
            Err(missing) => {
                println!("cargo:warning=GraphiQL is left out of this server: {}", missing.reason());
                fallback(&out, &missing)?
            }
        }
    };
    println!("cargo:rustc-env=GRAPHIQL_DIST={}", folder.display());
    Ok(())
}

/// The reason why there is no page.
enum Missing {
    Skipped,
    Node,
    OldNode(String),
    Failed { step: &'static str, detail: String },
}

impl Missing {
    /// Returns one sentence for the person who builds the server.
    fn reason(&self) -> String {
        match self {
            Self::Failed { step, detail } if !detail.is_empty() => {
                format!("{step} failed ({detail}).")
            }
            _ => self.public_reason(),
        }
    }

    /// Returns one sentence for whoever opens the page; npm's own words may name hosts and paths, and are left out.
    fn public_reason(&self) -> String {
        match self {
            Self::Skipped => format!("{SKIP} was set to 1 when it was built."),
            Self::Node => "Node.js was not found when it was built.".to_owned(),
            Self::OldNode(version) => {
                format!("Node.js {version} was found when it was built, which is too old.")
            }
            Self::Failed { step, .. } => {
                format!("{step} failed when it was built, perhaps for want of a network.")
            }
        }
    }
}

/// Returns the folder of the built page, built now unless it is there already and its sources have not changed since.
fn page(out: &Path) -> io::Result<Result<PathBuf, Missing>> {
    let folder = out.join("graphiql");
    let stamp = out.join("graphiql.sources");
    let fingerprint = fingerprint()?;
    if folder.join("index.html").is_file()
        && fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint)
    {
        return Ok(Ok(folder));
    }
    if let Err(missing) = check_node() {
        return Ok(Err(missing));
    }

    let workshop = out.join("graphiql-build");
    clear(&stamp)?;
    clear(&workshop)?;
    for source in SOURCES {
        copy(&Path::new("graphiql").join(source), &workshop.join(source))?;
    }
    let log = out.join("graphiql.log");
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut install = Command::new(npm);
    install.args(["ci", "--include=dev", "--loglevel=error"]);
    let mut bundle = Command::new("node");
    bundle
        .args([
            "node_modules/vite/bin/vite.js",
            "build",
            "--logLevel=error",
            "--emptyOutDir",
            "--outDir",
        ])
        .arg(&folder);
    for (step, command) in [("npm ci", install), ("vite build", bundle)] {
        if let Err(detail) = run(command, &workshop, &log) {
            return Ok(Err(Missing::Failed { step, detail }));
        }
    }
    // What npm fetched is many times as large as what was made of it.
    clear(&workshop)?;
    fs::write(&stamp, fingerprint)?;
    Ok(Ok(folder))
}

fn check_node() -> Result<(), Missing> {
    let output = Command::new("node").arg("--version").output().map_err(|_| Missing::Node)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.trim().trim_start_matches('v');
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_NODE => Ok(()),
        (Some(_), Some(_)) => Err(Missing::OldNode(version.to_owned())),
        _ => Err(Missing::Node),
    }
}

/// Runs quietly; on failure gives the line of its output that says most.
fn run(mut command: Command, folder: &Path, log: &Path) -> Result<(), String> {
    let output = File::create(log).map_err(|error| error.to_string())?;
    let errors = output.try_clone().map_err(|error| error.to_string())?;
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| error.to_string())?;
    let started = Instant::now();
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => break,
            None if started.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("no end after {} seconds", PATIENCE.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(100)),
        }
    }
    let said = fs::read_to_string(log).unwrap_or_default();
    let line = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = line
        .clone()
        .find(|line| line.to_lowercase().contains("error code"))
        .or_else(|| line.clone().next());
    Err(telling.unwrap_or("it said nothing").to_owned())
}

/// Returns a folder with one page, which says what is missing and how to get it.
fn fallback(out: &Path, missing: &Missing) -> io::Result<PathBuf> {
    let folder = out.join("graphiql-fallback");
    fs::create_dir_all(&folder)?;
    let remedy = match missing {
        Missing::Skipped => format!("Build the server again without <code>{SKIP}</code>."),
        Missing::Node | Missing::OldNode(_) => {
            let (major, minor) = OLDEST_NODE;
            format!(
                "Install Node.js {major}.{minor} or newer, which brings npm along, then build the server again:"
            )
        }
        Missing::Failed { .. } => {
            "See that npm can fetch packages, then build the server again:".to_owned()
        }
    };
    let reason = missing.public_reason();
    fs::write(
        folder.join("index.html"),
        format!(
            r#"<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Common Ground: GraphiQL is not in this server</title>
    <link rel="icon" href="data:,">
    <style>body {{ max-width: 42rem; margin: 4rem auto; padding: 0 1rem; font: 1.0625rem/1.6 system-ui, sans-serif }}</style>
  </head>
  <body>
    <h1>GraphiQL is not in this server</h1>
    <p>{reason} {remedy}</p>
    <pre><code>touch crates/api/build.rs &amp;&amp; cargo build --profile shipped</code></pre>
    <p>The graph itself is complete. Send it a query as JSON:</p>
    <pre><code>curl -H 'content-type: application/json' -d '{{"query": "{{ __typename }}"}}' ADDRESS/graphql</code></pre>
    <p>ADDRESS is what stands before <code>/graphiql</code> in the address of this page.</p>
  </body>
</html>
"#
        ),
    )?;
    Ok(folder)
}

/// Changes when a source changes.
fn fingerprint() -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        for file in files(&Path::new("graphiql").join(source))? {
            file.hash(&mut hasher);
            fs::read(&file)?.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Returns a file, or all files below a folder, in a fixed order.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in files(from)? {
        let target = match file.strip_prefix(from) {
            Ok(below) if below != Path::new("") => to.join(below),
            _ => to.to_owned(),
        };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(&file, &target)?;
    }
    Ok(())
}

/// Removes a file or a folder, which need not be there.
fn clear(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.or_else(
        |error| {
            if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
        },
    )
}
