//! Returns that are sent over HTTP: `POST /imports/{kind}`, with the files as parts of a form, read as they come.

use std::collections::VecDeque;
use std::io::{Error as IoError, Read, Result as IoResult};

use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Path, Query, Request};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use service::entity::{ReturnKind, loaded_return};
use service::page::{LARGEST_SIZE, PageRequest};
use service::young_people::returns::{self, NewReturn, Refusal, ReturnFile, rules};
use service::{Code, Error, RequestContext, Result, Viewer};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::caller::{Caller, Work};
use crate::error;
use crate::graph;

/// What loading a return costs of a budget.
const COST: u64 = 1_000;
/// How many bytes a form may have: more than the twelve tables of any return.
pub(crate) const LARGEST: usize = returns::LARGEST;
/// How many pieces of a file may wait to be read.
const WAITING: usize = 8;

/// Whose return it is, and of when.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameters {
    /// The GSS code of the authority.
    authority: Option<String>,
    /// The year on whose 31 March the collection ended.
    year: Option<i32>,
    /// Whether it may come into use though most of it, or of the children of the return in use, is lost.
    #[serde(rename = "acceptLosses", default)]
    accept_losses: bool,
}

/// Loads the return whose files the request brings.
pub(crate) async fn handle(caller: Caller, Path(kind): Path<String>, request: Request) -> Response {
    let load = |viewer| load(&caller, viewer, kind, request);
    caller.answer(Work::Import, COST, load).await
}

/// Loads a return, and tells what became of it: also of one that was refused as a whole, as far as it was read.
async fn load(caller: &Caller, viewer: Viewer, kind: String, request: Request) -> Result<Response> {
    let (new, form) = read(&kind, request).await?;
    let context = RequestContext::new(caller.space(), viewer);
    match load_form(&context, new, form).await {
        Ok(row) => {
            let told = told(&context, &row).await?;
            Ok(Json(json!({ "return": told })).into_response())
        }
        Err(Refusal { error, abandoned: None }) => Err(error),
        Err(Refusal { error, abandoned: Some(row) }) => {
            let told = told(&context, &row).await.ok();
            let refused = caller.refused_to(context.viewer(), &error);
            Ok(error::respond(*refused, told.map(|told| ("return", told))))
        }
    }
}

/// What a request says of a return, and the form with its files.
async fn read(kind: &str, request: Request) -> Result<(NewReturn, Multipart)> {
    let kind = match kind {
        "ssda903" => ReturnKind::Ssda903,
        "cin-census" => ReturnKind::CinCensus,
        _ => {
            let message =
                "There is no such import. Send to /imports/ssda903 or /imports/cin-census.";
            return Err(Error::new(Code::NotFound, message));
        }
    };
    let Query(parameters) = Query::<Parameters>::try_from_uri(request.uri()).map_err(|_| {
        Error::bad_input(
            "year",
            "Write the parameters as ?authority=E09000007&year=2024, and acceptLosses=true if most of the return may be lost.",
        )
    })?;
    let form = Multipart::from_request(request, &()).await.map_err(|_| {
        Error::bad_input(
            "files",
            "Send the files as a form of type multipart/form-data, a part for each, as `curl --form file=@header.csv` does.",
        )
    })?;
    let new = NewReturn {
        kind,
        authority: parameters.authority,
        year: parameters.year,
        accept_losses: parameters.accept_losses,
    };
    Ok((new, form))
}

/// Loads the files of a form, in a task of its own: when the client goes away or its time is over, the files are cut,
/// and the loading is given up in order rather than dropped where it stands.
async fn load_form(
    context: &RequestContext,
    new: NewReturn,
    form: Multipart,
) -> Result<loaded_return::Model, Refusal> {
    let context = context.clone();
    let wanted = CancellationToken::new();
    let _until_dropped = wanted.clone().drop_guard();
    let task = tokio::spawn(async move {
        let (sender, receiver) = mpsc::channel(1);
        let loading = returns::load(&context, new, Box::new(Parts(receiver)));
        let sending = async {
            let cut = sender.clone();
            tokio::select! {
                biased;
                () = wanted.cancelled() => { let _ = cut.send(Err(self::cut())).await; }
                () = send_on(form, sender) => {}
            }
        };
        let (loaded, ()) = tokio::join!(loading, sending);
        loaded
    });
    task.await.map_err(Error::internal)?
}

/// A file, as it comes, or why it does not.
type Part = IoResult<ReturnFile>;

/// Hands the parts of a form on, as long as somebody reads them.
async fn send_on(mut form: Multipart, sender: mpsc::Sender<Part>) {
    loop {
        match form.next_field().await {
            Ok(None) => return,
            Ok(Some(field)) => {
                if pour(field, &sender).await.is_none() {
                    return;
                }
            }
            Err(_) => {
                let _ = sender.send(Err(cut())).await;
                return;
            }
        }
    }
}

/// Hands one file on; nothing when nobody reads any more.
async fn pour(mut field: Field<'_>, sender: &mpsc::Sender<Part>) -> Option<()> {
    let (pieces, receiver) = mpsc::channel(WAITING);
    let file = ReturnFile {
        name: field.file_name().unwrap_or("file").to_owned(),
        content: Box::new(Pieces { receiver, piece: VecDeque::new() }),
    };
    sender.send(Ok(file)).await.ok()?;
    loop {
        let piece = match field.chunk().await {
            Ok(None) => return Some(()),
            Ok(Some(piece)) => Ok(piece.to_vec()),
            Err(_) => Err(cut()),
        };
        let is_cut = piece.is_err();
        if pieces.send(piece).await.is_err() {
            // The file is not read to its end: what follows it may still be of interest.
            return (!is_cut && !sender.is_closed()).then_some(());
        }
        if is_cut {
            return None;
        }
    }
}

fn cut() -> IoError {
    IoError::from(std::io::ErrorKind::UnexpectedEof)
}

/// The files of a form, for a reader that waits.
struct Parts(mpsc::Receiver<Part>);

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        self.0.blocking_recv()
    }
}

/// The pieces of a file, for a reader that waits.
struct Pieces {
    receiver: mpsc::Receiver<IoResult<Vec<u8>>>,
    piece: VecDeque<u8>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?.into(),
            }
        }
        self.piece.read(buffer)
    }
}

/// A return, and its first problems.
async fn told(context: &RequestContext, row: &loaded_return::Model) -> Result<Value> {
    let request = PageRequest::first(LARGEST_SIZE);
    let problems = returns::problems(context, row.id, &request).await?;
    let count = returns::problem_count(context, row.id).await?;
    let problems = problems.items.iter().map(|(_, problem)| {
        let rule = rules::find(&problem.rule);
        json!({
            "refused": problem.is_refusal,
            "file": problem.file,
            "line": problem.line,
            "column": problem.column_name,
            "rule": problem.rule,
            "reason": rule.map(|rule| rule.reason),
            "remedy": rule.map(|rule| rule.remedy),
            "nearest": problem.nearest,
            "rows": problem.rows,
        })
    });
    Ok(json!({
        "id": graph::return_id(row.id).as_str(),
        "kind": row.kind.as_str(),
        "year": row.year,
        "state": row.state.as_str(),
        "children": row.children,
        "rows": {
            "read": row.read,
            "kept": row.kept,
            "checked": row.checked,
            "refused": row.refused,
            "doubtful": row.doubtful,
        },
        "problemCount": count,
        "problems": problems.collect::<Vec<_>>(),
    }))
}
