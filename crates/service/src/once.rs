//! Requests that are to be done once, however often they are sent: after a connection broke, a client
//! can't know whether what it asked for was done.
//!
//! The client names its request with a key of its own. The key is written in the transaction of what it
//! names, so that either both are there or neither is.

use entity::idempotency_key::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::store::Write;
use crate::viewer::{Viewer, Who};

/// How long a key may be.
const LONGEST: usize = 200;

/// A request that is to be done once.
#[derive(Clone, Debug)]
pub struct Once {
    caller: String,
    key: String,
    digest: Vec<u8>,
}

impl Once {
    /// A request of a viewer with a key of theirs; `action` and `input` are what they ask for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a key that is empty or too long.
    pub fn try_new(
        viewer: &Viewer,
        key: &str,
        action: &'static str,
        input: &impl Serialize,
    ) -> Result<Self> {
        if key.trim().is_empty() || key.len() > LONGEST {
            return Err(Error::bad_input(
                "idempotencyKey",
                format!(
                    "Give a text of 1 to {LONGEST} bytes that is new for each request, such as a UUID."
                ),
            ));
        }
        let asked = serde_json::to_vec(&(action, input)).map_err(Error::internal)?;
        Ok(Self {
            caller: caller(viewer),
            key: key.to_owned(),
            digest: Sha256::digest(asked).to_vec(),
        })
    }

    /// Claims the key for a thing that is about to be made. Gives the thing that was made before, if
    /// the same was asked for with this key already: then nothing is to be made. Of several requests
    /// at once the first makes it, and the others wait for that.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_REUSED` when something else was asked for with this key.
    pub(crate) async fn claim(self, write: &Write, subject: Uuid) -> Result<Option<Uuid>> {
        let claim = ActiveModel {
            id: Set(write.source().id()),
            caller: Set(self.caller.clone()),
            key: Set(self.key.clone()),
            digest: Set(self.digest.clone()),
            subject_id: Set(subject),
            at: Set(write.source().now()),
        };
        let taken = OnConflict::columns([Column::Caller, Column::Key]).do_nothing().to_owned();
        if write.add_or::<Entity>(vec![claim], taken).await? {
            return Ok(None);
        }
        let first = scope::for_writing::<Entity>()
            .filter(Column::Caller.eq(self.caller))
            .filter(Column::Key.eq(self.key))
            .one(write.connection())
            .await?
            .ok_or_else(|| Error::internal(std::io::Error::other("a claimed key is not there")))?;
        if first.digest != self.digest {
            return Err(Error {
                field: Some("idempotencyKey".to_owned()),
                ..Error::new(
                    Code::IdempotencyKeyReused,
                    "Something else was asked for with this key before. Give each request a key of its own, and the same only when you send it again.",
                )
            });
        }
        Ok(Some(first.subject_id))
    }
}

fn caller(viewer: &Viewer) -> String {
    match (viewer.who(), viewer.token(), viewer.identity()) {
        (Who::Token(_), Some(token), _) => token.to_string(),
        (Who::Token(_), None, Some(identity)) => identity.to_owned(),
        (Who::Operator | Who::Anonymous | Who::Token(_), ..) => "operator".to_owned(),
    }
}
