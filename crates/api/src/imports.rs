//! Returns that are sent over HTTP: `POST /imports/{kind}`, with the files as parts of a form, read as they come.

use std::collections::VecDeque;
use std::io::{Error as IoError, Read, Result as IoResult};
use std::sync::Arc;

use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use service::entity::{ReturnKind, loaded_return};
use service::page::{LARGEST_SIZE, PageRequest};
use service::young_people::returns::{self, NewReturn, Refusal, ReturnFile, rules};
use service::{Code, Error, Result, Space, Viewer};
use tokio::sync::mpsc;

use crate::admission::Client;
use crate::endpoint::{self, Endpoint};
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
pub(crate) async fn handle(
    State(endpoint): State<Arc<Endpoint>>,
    Path(kind): Path<String>,
    request: Request,
) -> Response {
    let request_id = endpoint::request_id(&request);
    let address = endpoint::address(&endpoint, &request);
    let viewer = endpoint::viewer(&endpoint.space, request.headers(), address).await;
    let client = Client::of(viewer.as_ref().ok(), address);
    if let Err(refused) = endpoint.admission.count(&client, 1) {
        let mut response = too_many(&refused.into_response());
        endpoint.admission.describe(&client, response.headers_mut());
        return response;
    }
    let mut response = match viewer {
        Err(refusal) => refused(&refusal, None, &request_id),
        Ok(viewer) => match endpoint.charge(&client, COST) {
            Err(answer) => too_many(&answer),
            Ok(_) => {
                let viewer = viewer.in_request(request_id.clone());
                let loaded = load(&endpoint, &viewer, &kind, request).await;
                answer(&endpoint, &viewer, loaded, &request_id).await
            }
        },
    };
    endpoint.admission.describe(&client, response.headers_mut());
    response
}

async fn load(
    endpoint: &Endpoint,
    viewer: &Viewer,
    kind: &str,
    request: Request,
) -> Result<loaded_return::Model, Refusal> {
    let kind = match kind {
        "ssda903" => ReturnKind::Ssda903,
        "cin-census" => ReturnKind::CinCensus,
        _ => {
            let message =
                "There is no such import. Send to /imports/ssda903 or /imports/cin-census.";
            return Err(Error::new(Code::NotFound, message).into());
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
    let (space, viewer) = (Arc::clone(&endpoint.space), viewer.clone());
    // In a task of its own: a client that goes away leaves a loading that is given up, not one that stands still.
    let task = tokio::spawn(async move {
        let (sender, receiver) = mpsc::channel(1);
        let loading = returns::load(&space, &viewer, new, Box::new(Parts(receiver)));
        let (loaded, ()) = tokio::join!(loading, send_on(form, sender));
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

/// What became of a return: also of one that was refused as a whole, as far as it was read.
async fn answer(
    endpoint: &Endpoint,
    viewer: &Viewer,
    loaded: Result<loaded_return::Model, Refusal>,
    request_id: &str,
) -> Response {
    let refusal = match loaded {
        Ok(row) => {
            return match told(&endpoint.space, viewer, &row).await {
                Ok(told) => Json(json!({ "return": told })).into_response(),
                Err(refusal) => refused(&refusal, None, request_id),
            };
        }
        Err(refusal) => refusal,
    };
    let now = endpoint.space.store().source().now();
    let journal = endpoint.space.journal();
    journal.refused(viewer, &refusal.error, now);
    let told = match &refusal.abandoned {
        Some(row) => told(&endpoint.space, viewer, row).await.ok(),
        None => None,
    };
    refused(&refusal.error, told, request_id)
}

/// A return, and its first problems.
async fn told(space: &Space, viewer: &Viewer, row: &loaded_return::Model) -> Result<Value> {
    let request = PageRequest::first(LARGEST_SIZE);
    let problems = returns::problems(space, viewer, row.id, &request).await?;
    let count = returns::problem_count(space, viewer, row.id).await?;
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

fn too_many(answer: &async_graphql::Response) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, Json(answer)).into_response()
}

fn refused(refusal: &Error, told: Option<Value>, request_id: &str) -> Response {
    let status = StatusCode::from_u16(refusal.code.status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json!(error::refused(refusal, request_id));
    if let (Some(told), Some(answer)) = (told, answer.as_object_mut()) {
        answer.insert("return".to_owned(), told);
    }
    (status, Json(answer)).into_response()
}
