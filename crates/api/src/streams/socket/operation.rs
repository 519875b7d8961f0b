//! An operation of a socket: a task of its own, which gives its messages to the dialogue.

use graphql_http::{Answer, Parameters};
use tokio::sync::mpsc::Sender;

use super::message::Say;
use crate::caller::Caller;

/// Which operation of a socket it is. A client may use an id again, so each has a number besides.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) id: String,
    pub(super) number: u64,
}

/// A message of an operation.
pub(super) struct Step {
    pub(super) operation: Name,
    pub(super) text: String,
    /// Whether it is the last.
    pub(super) is_last: bool,
}

/// Carries out an operation. It waits while its messages are not taken.
pub(super) async fn carry_out(
    caller: Caller,
    steps: Sender<Step>,
    name: Name,
    parameters: Parameters,
) {
    let protocol = &caller.endpoint().protocol;
    let mut running = protocol.begin(parameters, true, &caller, caller.request_id()).await;
    loop {
        let answer = running.next().await;
        let step = step(&name, answer.as_ref());
        let is_last = step.is_last;
        if steps.send(step).await.is_err() || is_last {
            return;
        }
    }
}

fn step(name: &Name, answer: Option<&Answer>) -> Step {
    let id = &name.id;
    let (message, is_last) = match answer {
        None => (Say::Complete { id }, true),
        Some(answer) => match answer.refusal() {
            Some(payload) => (Say::Error { id, payload }, true),
            None => (Say::Next { id, payload: answer }, false),
        },
    };
    Step { operation: name.clone(), text: message.text(), is_last }
}
