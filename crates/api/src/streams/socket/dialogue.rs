//! The dialogue on a socket, as the `graphql-transport-ws` protocol says.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderValue;
use graphql_http::Parameters;
use service::access::presence::Presence;
use service::{Code, Error, Viewer};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior};

use super::close::Close;
use super::init;
use super::line::{Gone, Heard, Line};
use super::message::{ClientMessage, Say};
use super::operation::{self, Name, Step};
use crate::caller::Caller;
use crate::endpoint::Endpoint;
use crate::error;
use crate::streams::Lifeline;

/// How many messages of operations may wait to be sent.
const WAITING: usize = 4;

/// A dialogue that is about to begin.
pub(super) struct Dialogue {
    pub(super) endpoint: Arc<Endpoint>,
    /// The `Authorization` headers of the handshake.
    pub(super) authorization: Vec<HeaderValue>,
    /// Where it came from.
    pub(super) address: Option<IpAddr>,
    pub(super) request_id: String,
    pub(super) lifeline: Lifeline,
}

/// How a dialogue ends.
enum End {
    /// The server closes the socket.
    Close(Close),
    /// The client has closed it, or is gone.
    Gone,
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

impl Dialogue {
    /// Holds the dialogue until one of both ends it.
    pub(super) async fn hold(self, mut line: Line) {
        let init = tokio::time::timeout(self.endpoint.streams.bounds.init, self.begin(&mut line));
        let begun = tokio::select! {
            begun = init => begun.unwrap_or_else(|_| Err(Close::init_timeout().into())),
            () = self.lifeline.stops() => Err(Close::going_away().into()),
        };
        let end = match begun {
            Ok((viewer, presence)) => self.converse(&mut line, viewer, presence).await,
            Err(end) => end,
        };
        if let End::Close(close) = end {
            line.close(close).await;
        }
    }

    /// Waits until the client says who it is, and acknowledges it.
    async fn begin(&self, line: &mut Line) -> Result<(Viewer, Presence), End> {
        let payload = loop {
            match said(line.hear().await)? {
                Some(ClientMessage::Init(payload)) => break payload,
                Some(ClientMessage::Ping(payload)) => {
                    let payload = payload.as_deref();
                    line.say(Say::Pong { payload }.text()).await?;
                }
                Some(ClientMessage::Subscribe(..)) => return Err(Close::unauthorized().into()),
                Some(ClientMessage::Pong | ClientMessage::Complete(_)) | None => {}
            }
        };
        let space = &self.endpoint.space;
        let entering = async {
            let payload = payload.as_deref();
            let viewer = init::viewer(space, payload, &self.authorization, self.address).await?;
            let most = self.endpoint.streams.most_of_one();
            let presence = space.register(&viewer, most).await?;
            Ok((viewer, presence))
        };
        let (viewer, presence) =
            entering.await.map_err(|refusal: Error| Close::refused(&refusal))?;
        line.say(Say::ConnectionAck.text()).await?;
        Ok((viewer, presence))
    }

    async fn converse(&self, line: &mut Line, viewer: Viewer, mut presence: Presence) -> End {
        let (steps, taken) = mpsc::channel(WAITING);
        let (endpoint, id) = (Arc::clone(&self.endpoint), self.request_id.clone());
        let caller = Caller::new(endpoint, Ok(viewer), self.address, id);
        let mut conversation = Conversation {
            caller,
            steps,
            most: self.endpoint.streams.bounds.operations,
            running: HashMap::new(),
            tasks: JoinSet::new(),
            begun: 0,
        };
        let mut beat = tokio::time::interval(self.endpoint.streams.bounds.sign_of_life);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        // Whatever is under way, even a message that the client does not read, is left for these.
        tokio::select! {
            biased;
            refusal = presence.ended() => Close::refused(&refusal).into(),
            () = self.lifeline.stops() => Close::going_away().into(),
            end = conversation.go_on(line, taken, beat) => end,
        }
    }
}

/// A dialogue with a client that is known.
struct Conversation {
    caller: Caller,
    steps: Sender<Step>,
    /// How many operations may be under way.
    most: usize,
    running: HashMap<String, (u64, AbortHandle)>,
    /// All operations; they end with this value.
    tasks: JoinSet<()>,
    /// How many operations were begun.
    begun: u64,
}

impl Conversation {
    async fn go_on(
        &mut self,
        line: &mut Line,
        mut steps: Receiver<Step>,
        mut beat: Interval,
    ) -> End {
        let mut is_alive = true;
        loop {
            let turn = tokio::select! {
                heard = line.hear() => {
                    is_alive = true;
                    self.hear(line, heard).await
                }
                // The conversation holds a sender itself, so there is always another.
                Some(step) = steps.recv() => self.tell(line, step).await,
                Some(ended) = self.tasks.join_next() => failure(ended),
                _ = beat.tick() => match std::mem::take(&mut is_alive) {
                    true => line.ask_for_life().await.map_err(End::from),
                    false => Err(End::Gone),
                },
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    /// Does what the client says.
    async fn hear(&mut self, line: &mut Line, heard: Heard) -> Result<(), End> {
        match said(heard)? {
            None | Some(ClientMessage::Pong) => Ok(()),
            Some(ClientMessage::Ping(payload)) => {
                let payload = payload.as_deref();
                Ok(line.say(Say::Pong { payload }.text()).await?)
            }
            Some(ClientMessage::Init(_)) => Err(Close::too_many_inits().into()),
            Some(ClientMessage::Subscribe(id, parameters)) => {
                self.begin(line, id, *parameters).await
            }
            Some(ClientMessage::Complete(id)) => {
                if let Some((_, task)) = self.running.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
        }
    }

    async fn begin(
        &mut self,
        line: &mut Line,
        id: String,
        parameters: Parameters,
    ) -> Result<(), End> {
        if self.running.contains_key(&id) {
            return Err(Close::id_in_use(&id).into());
        }
        if self.running.len() >= self.most {
            let refusal = Error::new(
                Code::TooManyStreams,
                format!(
                    "{} operations are under way on this socket, and more are not allowed. Complete one, or open another socket.",
                    self.most
                ),
            );
            let answer = error::told(&refusal, self.caller.request_id());
            let (id, payload) = (&id, answer.errors.as_slice());
            return Ok(line.say(Say::Error { id, payload }.text()).await?);
        }
        self.begun += 1;
        let name = Name { id: id.clone(), number: self.begun };
        let (caller, steps) = (self.caller.clone(), self.steps.clone());
        let task = self.tasks.spawn(operation::carry_out(caller, steps, name, parameters));
        self.running.insert(id, (self.begun, task));
        Ok(())
    }

    /// Tells the client what comes of an operation, unless it wants no more of it.
    async fn tell(&mut self, line: &mut Line, step: Step) -> Result<(), End> {
        let Name { id, number } = &step.operation;
        let running = self.running.get(id);
        if running.is_none_or(|(running, _)| running != number) {
            return Ok(());
        }
        if step.is_last {
            self.running.remove(id);
        }
        Ok(line.say(step.text).await?)
    }
}

/// What the client says; nothing for a mere sign of life.
fn said(heard: Heard) -> Result<Option<ClientMessage>, End> {
    match heard {
        Heard::Text(text) => match ClientMessage::read(&text) {
            Ok(said) => Ok(Some(said)),
            Err(why) => Err(Close::bad_message(why).into()),
        },
        Heard::Life => Ok(None),
        Heard::Nonsense(why) => Err(Close::bad_message(why).into()),
        Heard::End => Err(End::Gone),
    }
}

/// An operation ends by itself or because nobody wants it any more; anything else is our failure.
fn failure(ended: Result<(), JoinError>) -> Result<(), End> {
    match ended {
        Err(failure) if failure.is_panic() => {
            tracing::error!(%failure, "an operation of a socket failed");
            Err(Close::internal().into())
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
