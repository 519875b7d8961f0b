//! The binary, run as people and services run it: with a data folder of its own and nothing else of this machine.

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long something that must happen is waited for: only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits for what must happen.
pub(crate) async fn patiently<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect(what)
}

/// An installation: a data folder, and a database in it or elsewhere.
pub(crate) struct Installation {
    folder: TempDir,
    database_url: Option<String>,
    /// What else each command gets in its environment.
    environment: Vec<(&'static str, PathBuf)>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) answer: String,
    pub(crate) log: String,
}

impl Installation {
    /// One with the embedded database.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database_url: None, environment: Vec::new() }
    }

    /// Puts more into the environment of each command.
    pub(crate) fn with_environment(mut self, more: &[(&'static str, PathBuf)]) -> Self {
        self.environment.extend_from_slice(more);
        self
    }

    /// One whose database is elsewhere.
    pub(crate) fn on(database_url: String) -> Self {
        Self { database_url: Some(database_url), ..Self::new() }
    }

    /// A path beside the data folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder, which the first command makes.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A command with nothing of ours in its environment but where things are.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_commonground"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COMMONGROUND_") {
                command.env_remove(name);
            }
        }
        command.env("COMMONGROUND_DATA_DIR", self.data());
        if let Some(url) = &self.database_url {
            command.env("COMMONGROUND_DATABASE_URL", url);
        }
        command
            .envs(self.environment.iter().cloned())
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Outcome {
        run(self.command(arguments)).await
    }

    /// Runs a command that must succeed, and gives its answer.
    pub(crate) async fn answer(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments).await;
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {}", outcome.log);
        outcome.answer
    }

    /// Starts a server on a free port and waits until it says where it listens.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Server {
        let number = std::fs::read_dir(self.folder.path()).unwrap().count();
        let log = self.path(&format!("log-{number}"));
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments).stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        let graph = loop {
            let line = patiently("the address of the server", answers.next_line()).await.unwrap();
            assert!(
                line.is_some(),
                "the server does not start: {}",
                std::fs::read_to_string(&log).unwrap()
            );
            let line = line.unwrap();
            said.push(line.clone());
            if let Some(graph) = line.strip_prefix("GraphQL") {
                break graph.trim().to_owned();
            }
        };
        Server { child, answers, said, graph, log }
    }
}

/// Runs a command to its end.
pub(crate) async fn run(mut command: Command) -> Outcome {
    let output = patiently("the end of the command", command.output()).await.unwrap();
    Outcome {
        code: output.status.code(),
        answer: String::from_utf8(output.stdout).unwrap(),
        log: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
    said: Vec<String>,
    graph: String,
    log: PathBuf,
}

impl Server {
    /// Asks the graph, as somebody.
    pub(crate) async fn ask(&self, query: &str, token: Option<&str>) -> Value {
        let mut request = client().post(&self.graph).json(&json!({ "query": query }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = patiently("an answer", request.send()).await.unwrap();
        answer.json().await.unwrap()
    }

    /// Sends files as a form to another path, and gives the status and the answer.
    pub(crate) async fn send(
        &self,
        path: &str,
        token: &str,
        files: &[(&str, &str)],
    ) -> (u16, String) {
        let mut form = String::new();
        for (name, content) in files {
            form.push_str(&format!("--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n"));
        }
        form.push_str("--limit--\r\n");
        let request = client()
            .post(self.graph.replace("/graphql", path))
            .bearer_auth(token)
            .header("content-type", "multipart/form-data; boundary=limit")
            .body(form);
        let answer = patiently("an answer", request.send()).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The status and text at another path.
    pub(crate) async fn get(&self, path: &str, request_id: &str) -> (u16, String) {
        let url = self.graph.replace("/graphql", path);
        let request = client().get(url).header("x-request-id", request_id);
        let answer = patiently("an answer", request.send()).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What the server has said up to a line that begins so.
    pub(crate) async fn line(&mut self, beginning: &str) -> String {
        loop {
            let line =
                patiently(beginning, self.answers.next_line()).await.unwrap().expect(beginning);
            self.said.push(line.clone());
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Tells it to stop, as a service manager does, and waits for its end.
    pub(crate) async fn stop(mut self) -> Outcome {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        while let Some(line) =
            patiently("the end of the server", self.answers.next_line()).await.unwrap()
        {
            self.said.push(line);
        }
        let status = patiently("the end of the server", self.child.wait()).await.unwrap();
        let log = std::fs::read_to_string(&self.log).unwrap();
        Outcome { code: status.code(), answer: self.said.join("\n"), log }
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
