//! PostgreSQL databases: one server a test process, which ends with the process however that ends.
//!
//! The server is the child of a small shell that reads from a pipe of ours. When this process is gone, even killed, the
//! pipe is at its end, and the shell stops the server and removes its folder. Nothing of it is meant to last, so it
//! never waits for the disk.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::sync::OnceCell;

use super::databases::{connect, migrate};

/// A static is never dropped: the end of the process closes the pipe of the cluster's supervisor.
static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static CREATED: AtomicU32 = AtomicU32::new(0);
/// Databases whose tests are over. The next one to create a database drops them, so that `Drop` need not wait.
static DISCARDED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What every fresh database is a copy of.
const TEMPLATE: &str = "template_migrated";
const START_ATTEMPTS: u32 = 5;
const START_TIMEOUT: Duration = Duration::from_secs(60);
const ROOMY_KIB: u64 = 2 * 1024 * 1024;

/// A database of the cluster.
#[derive(Debug)]
pub(super) struct PostgresDatabase {
    name: String,
    url: String,
}

impl PostgresDatabase {
    pub(super) fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        if let Ok(mut discarded) = DISCARDED.lock() {
            discarded.push(self.name.clone());
        }
    }
}

/// A copy of the template.
pub(super) async fn fresh() -> PostgresDatabase {
    create(&format!("TEMPLATE {TEMPLATE}")).await
}

/// A copy of a database to which nobody is connected.
pub(super) async fn copy(original: &PostgresDatabase) -> PostgresDatabase {
    create(&format!("TEMPLATE {}", original.name)).await
}

/// A database without a table.
pub(super) async fn empty() -> PostgresDatabase {
    create(cluster().await.origin).await
}

async fn create(origin: &str) -> PostgresDatabase {
    let cluster = cluster().await;
    let number = CREATED.fetch_add(1, Ordering::Relaxed);
    let name = format!("t_{number}");
    let admin = connect(&cluster.url("postgres")).await;
    drop_discarded(&admin).await;
    execute(&admin, &format!("CREATE DATABASE {name} {origin}")).await;
    admin.close().await.expect("the connection closes");
    let url = cluster.url(&name);
    PostgresDatabase { name, url }
}

async fn drop_discarded(admin: &DatabaseConnection) {
    let discarded =
        DISCARDED.lock().map(|mut names| std::mem::take(&mut *names)).unwrap_or_default();
    for name in discarded {
        execute(admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "makes and drops databases")]
async fn execute(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The running server.
#[derive(Debug)]
struct Cluster {
    port: u16,
    /// How a database begins that is no copy of the template.
    origin: &'static str,
    /// Its standard input is the pipe.
    _supervisor: Child,
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        url(self.port, database)
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

async fn cluster() -> &'static Cluster {
    CLUSTER
        .get_or_init(|| async {
            let (supervisor, port) = tokio::task::spawn_blocking(start)
                .await
                .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            let origin = make_template(port).await;
            Cluster { port, origin, _supervisor: supervisor }
        })
        .await
}

/// Makes the migrated template, and tells how an empty database begins.
async fn make_template(port: u16) -> &'static str {
    let admin = connect(&url(port, "postgres")).await;
    let origin = origin(&admin).await;
    execute(&admin, &format!("CREATE DATABASE {TEMPLATE} {origin}")).await;
    admin.close().await.expect("the connection closes");
    migrate(&url(port, TEMPLATE)).await;
    origin
}

/// Most servers in use sort as people do, not by bytes, so that an order that forgets to say which is wrong there.
/// From version 15 on a database can be told to, whatever the machine's own languages are.
async fn origin(admin: &DatabaseConnection) -> &'static str {
    let version = admin
        .query_one_raw(Statement::from_string(
            DbBackend::Postgres,
            "SELECT current_setting('server_version_num')::int",
        ))
        .await
        .expect("the server tells its version")
        .expect("the version is one row")
        .try_get_by_index::<i32>(0)
        .expect("the version is a number");
    if version >= 150_000 {
        "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-GB'"
    } else {
        "TEMPLATE template0"
    }
}

fn start() -> (Child, u16) {
    let programs = server_programs();
    let mut reason = String::new();
    // Somebody else may take the free port before the server does.
    for _ in 0..START_ATTEMPTS {
        match try_start(&programs) {
            Ok(started) => return started,
            Err(log) => reason = log,
        }
    }
    panic!("PostgreSQL does not start: {reason}");
}

/// The error is what the server logged.
fn try_start(programs: &Path) -> Result<(Child, u16), String> {
    let folder = tempfile::Builder::new()
        .prefix("commonground-test-postgres-")
        .tempdir_in(roomy_memory().unwrap_or_else(std::env::temp_dir))
        .expect("a temporary folder can be made");
    let account = Account::for_server(folder.path());
    initialise(programs, folder.path(), account);

    let port = free_port();
    // From here on the supervisor removes the folder.
    let folder = folder.keep();
    let mut supervisor = supervise(programs, &folder, port, account);
    let ready = wait_until_ready(&folder);
    if ready.is_err() {
        drop(supervisor.stdin.take());
        supervisor.wait().expect("the supervisor ends");
    }
    ready.map(|()| (supervisor, port))
}

/// A database is some three hundred files. On a slow disk a copy takes a third of a second, in memory a fiftieth.
/// Containers often have too little of it.
fn roomy_memory() -> Option<PathBuf> {
    let memory = Path::new("/dev/shm");
    let usage = Command::new("df").arg("-Pk").arg(memory).output().ok()?;
    let usage = String::from_utf8(usage.stdout).ok()?;
    let free_kib: u64 = usage.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    (free_kib >= ROOMY_KIB).then(|| memory.to_owned())
}

/// Asks the same script as `scripts/check`, so that there is one list of places.
fn server_programs() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/find-postgres");
    let output = output(&mut Command::new(script));
    PathBuf::from(output.trim())
}

/// Who runs the server: PostgreSQL refuses to run as root.
#[derive(Clone, Copy, Debug)]
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// Gives the folder to the account that may run the server. None means our own.
    fn for_server(folder: &Path) -> Option<Self> {
        let owner = fs::metadata(folder).expect("our folder is there").uid();
        if owner != 0 {
            return None;
        }
        let account = ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self { user: id("-u", name)?, group: id("-g", name)? }))
            .expect("as root, PostgreSQL needs an account named postgres or nobody to run as");
        chown(folder, Some(account.user), Some(account.group)).expect("root gives the folder away");
        Some(account)
    }

    /// The command runs as this account. Dropping root's user drops its groups too.
    fn runs(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }
}

fn id(option: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([option, name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn initialise(programs: &Path, folder: &Path, account: Option<Account>) {
    let mut initdb = Command::new(programs.join("initdb"));
    initdb
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--pgdata"])
        .arg(folder.join("data"))
        .current_dir("/");
    if let Some(account) = account {
        account.runs(&mut initdb);
    }
    output(&mut initdb);
}

/// Takes the folder of the programs, our folder and the port.
const SUPERVISOR: &str = r#"
exec 3<&0
"$1/postgres" -D "$2/data" -p "$3" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
    -c max_wal_size=256MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    </dev/null 3<&- >"$2/log" 2>&1 &
server=$!
{ cat <&3 >/dev/null; kill -QUIT "$server"; } 2>/dev/null &
wait "$server"
: >"$2/ended"
wait
rm -rf "$2"
"#;

fn supervise(programs: &Path, folder: &Path, port: u16, account: Option<Account>) -> Child {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", SUPERVISOR, "sh"])
        .arg(programs)
        .arg(folder)
        .arg(port.to_string())
        .current_dir("/")
        // Ctrl-C goes to the tests and not to the one who cleans up after them.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(account) = account {
        account.runs(&mut shell);
    }
    shell.spawn().expect("sh runs")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("this machine has a free port")
        .port()
}

/// Believes the server's own word, not an open port, which could be somebody else's.
fn wait_until_ready(folder: &Path) -> Result<(), String> {
    let deadline = Instant::now() + START_TIMEOUT;
    while Instant::now() < deadline && !folder.join("ended").exists() {
        let status = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        // The eighth line is its status.
        if status.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(fs::read_to_string(folder.join("log")).unwrap_or_default())
}

/// What a program prints. A failing one fails the test with what it had to say.
fn output(command: &mut Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        status.success(),
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    String::from_utf8_lossy(&stdout).into_owned()
}
