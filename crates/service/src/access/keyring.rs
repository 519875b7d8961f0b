//! The Ed25519 keys that sign access tokens: made, rotated and retired, and held in memory to verify with.
//!
//! A new key is published for a while before it signs, so that by then everybody who verifies knows
//! it. Older keys verify until they are retired.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use entity::{ChangeKind, SigningKeyId, access_token, signing_key};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::{ColumnTrait, ConnectionTrait, PaginatorTrait, QueryFilter, QueryOrder};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{MasterKey, scope};
use crate::error::{Code, Error, Result};
use crate::store::{Revision, Store, Subject, Write};
use crate::tail::{Entry, Follower};
use crate::viewer::Viewer;

/// How long a key is published before it signs: longer than others keep the published keys.
pub const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(5);
/// How often the database is asked for keys that are not known: forged tokens name as many as they like.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The signing keys: read from the database, held in memory, public parts only.
#[derive(Debug)]
pub struct Keyring {
    master_key: MasterKey,
    known: ArcSwap<HashMap<SigningKeyId, Arc<PublicKey>>>,
    /// When the database was last asked.
    last_read: Mutex<Option<Instant>>,
}

/// The public part of a signing key.
pub struct PublicKey {
    /// The key's id, the `kid` of its tokens.
    pub id: SigningKeyId,
    /// The public part in base64url, the `x` of its JWK.
    pub x: String,
    pub(super) verifier: DecodingKey,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A signing key, for those who run the space.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRecord {
    pub id: SigningKeyId,
    pub created_at: DateTime<Utc>,
    /// From when on it signs, unless a newer one does.
    pub signs_from: DateTime<Utc>,
    /// When it stopped verifying.
    pub retired_at: Option<DateTime<Utc>>,
    pub signs: bool,
    /// How many tokens that it signed are accepted still.
    pub live_tokens: u64,
}

impl Keyring {
    /// Creates a ring of the keys that the master key opens.
    #[must_use]
    pub fn new(master_key: MasterKey) -> Self {
        Self { master_key, known: ArcSwap::default(), last_read: Mutex::default() }
    }

    /// Returns the keys that verify tokens.
    pub async fn public_keys(&self, store: &Store) -> Result<Vec<Arc<PublicKey>>> {
        if self.known.load().is_empty() {
            self.read(store).await?;
        }
        let mut keys: Vec<_> = self.known.load().values().cloned().collect();
        keys.sort_by_key(|key| key.id);
        Ok(keys)
    }

    /// Reads the keys from the database; the change log tells when.
    pub async fn read(&self, store: &Store) -> Result<()> {
        let rows = scope::signing_keys()
            .filter(signing_key::Column::RetiredAt.is_null())
            .all(store.connection())
            .await?;
        let mut known = HashMap::new();
        for row in rows {
            let x = URL_SAFE_NO_PAD.encode(&row.public_key);
            let verifier = DecodingKey::from_ed_components(&x).map_err(Error::internal)?;
            known.insert(row.id, Arc::new(PublicKey { id: row.id, x, verifier }));
        }
        self.known.store(Arc::new(known));
        Ok(())
    }

    /// Returns the key of this id. Of those that are not known the database is asked, once a second for all of
    /// them together: a token whose key is new waits for that moment and is not refused.
    pub(super) async fn verifying(
        &self,
        store: &Store,
        id: SigningKeyId,
    ) -> Result<Option<Arc<PublicKey>>> {
        let known = || self.known.load().get(&id).cloned();
        if let Some(key) = known() {
            return Ok(Some(key));
        }
        let asked = Instant::now();
        let mut last_read = self.last_read.lock().await;
        if last_read.is_none_or(|last| last < asked) {
            if let Some(last) = *last_read {
                tokio::time::sleep_until(last + ASK_EVERY).await;
            }
            self.read(store).await?;
            *last_read = Some(Instant::now());
        }
        drop(last_read);
        Ok(known())
    }

    /// Returns the key that signs now; the first one is made when there is none.
    pub(super) async fn signs(&self, store: &Store) -> Result<SigningKeyId> {
        Ok(self.made(store).await?.id)
    }

    /// Returns the private part of a key, to sign with.
    pub(super) async fn signer(&self, store: &Store, id: SigningKeyId) -> Result<EncodingKey> {
        let row = scope::signing_keys()
            .filter(signing_key::Column::Id.eq(id))
            .filter(signing_key::Column::RetiredAt.is_null())
            .one(store.connection())
            .await?
            .ok_or_else(|| Error::new(Code::Conflict, "The key that signed this is retired."))?;
        let seed: [u8; 32] = self
            .master_key
            .decrypt(&row.private_key)?
            .try_into()
            .map_err(|_| damaged("a signing key is not 32 bytes long"))?;
        let document = SigningKey::from_bytes(&seed).to_pkcs8_der().map_err(Error::internal)?;
        Ok(EncodingKey::from_ed_der(document.as_bytes()))
    }

    /// Makes the first key if there is none, and checks that the master key opens the one that signs.
    ///
    /// # Errors
    /// When it doesn't, or the database cannot be written to.
    pub async fn ensure(&self, store: &Store) -> Result<()> {
        let key = self.signs(store).await?;
        self.signer(store, key).await.map(|_| ())
    }

    async fn made(&self, store: &Store) -> Result<signing_key::Model> {
        let now = store.source().now();
        if let Some(row) = signing_key(store.connection(), now).await? {
            return Ok(row);
        }
        let first = self.new_row(store, now)?;
        store
            .write(&Viewer::operator(), "key.make", |write| {
                Box::pin(async move {
                    // Of several servers that start at once, one makes it.
                    write.alone().await?;
                    if signing_key(write.connection(), now).await?.is_none() {
                        insert(write, first).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        signing_key(store.connection(), now)
            .await?
            .ok_or_else(|| damaged("there is no signing key"))
    }

    /// Makes a new key, which signs after [`PUBLISHED_BEFORE`], or at once if an older one is no longer
    /// to be trusted. Retires the keys that no token needs any more.
    pub async fn rotate(&self, store: &Store, at_once: bool) -> Result<KeyRecord> {
        self.made(store).await?;
        let now = store.source().now();
        let signs_from = match at_once {
            true => now,
            false => now + PUBLISHED_BEFORE,
        };
        let new = self.new_row(store, signs_from)?;
        let id = new.id;
        store
            .write(&Viewer::operator(), "key.rotate", |write| {
                Box::pin(async move {
                    let signs = signing_key(write.connection(), now).await?;
                    for old in unretired(write.connection()).await? {
                        let is_over = signs
                            .as_ref()
                            .is_some_and(|signs| old.id != signs.id && signs_from_of(&old) <= now);
                        if is_over && live_tokens(write.connection(), old.id, now).await? == 0 {
                            end(write, old).await?;
                        }
                    }
                    insert(write, new).await
                })
            })
            .await?;
        self.read(store).await?;
        let made = self.list(store).await?.into_iter().find(|key| key.id == id);
        made.ok_or_else(|| damaged("the new signing key is not there"))
    }

    /// Returns every key, the newest first.
    pub async fn list(&self, store: &Store) -> Result<Vec<KeyRecord>> {
        let now = store.source().now();
        let signs = signing_key(store.connection(), now).await?;
        let rows = scope::signing_keys()
            .order_by_desc(signing_key::Column::Id)
            .all(store.connection())
            .await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            records.push(KeyRecord {
                id: row.id,
                created_at: row.created_at,
                signs_from: signs_from_of(&row),
                retired_at: row.retired_at,
                signs: signs.as_ref().is_some_and(|signs| signs.id == row.id),
                live_tokens: live_tokens(store.connection(), row.id, now).await?,
            });
        }
        Ok(records)
    }

    /// Retires a key: the tokens that it signed stop at the next request. Unless `even_with_tokens`, it is
    /// refused while there are some.
    ///
    /// # Errors
    /// `NOT_FOUND`; `CONFLICT` when it is the key that signs, or tokens would stop.
    pub async fn retire(
        &self,
        store: &Store,
        id: SigningKeyId,
        even_with_tokens: bool,
    ) -> Result<u64> {
        let now = store.source().now();
        let stopped = store
            .write(&Viewer::operator(), "key.retire", |write| {
                Box::pin(async move {
                    let keys = unretired(write.connection()).await?;
                    let key = keys.into_iter().find(|key| key.id == id);
                    let key = key.ok_or_else(|| Error::not_found("signing key in use"))?;
                    let signs = signing_key(write.connection(), now).await?;
                    if signs.is_some_and(|signs| signs.id == id) {
                        return Err(Error::new(
                            Code::Conflict,
                            "This key signs now. Make another first: `commonground key rotate --at-once`.",
                        ));
                    }
                    let live = live_tokens(write.connection(), id, now).await?;
                    if live > 0 && !even_with_tokens {
                        return Err(Error::new(
                            Code::Conflict,
                            format!(
                                "{live} tokens that this key signed are accepted still, and would stop. Wait until they have ended, rotate them, or say --even-with-tokens."
                            ),
                        ));
                    }
                    end(write, key).await?;
                    Ok(live)
                })
            })
            .await?;
        self.read(store).await?;
        Ok(stopped)
    }

    fn new_row(&self, store: &Store, signs_from: DateTime<Utc>) -> Result<signing_key::Model> {
        let source = store.source();
        let seed: [u8; 32] = source.random();
        Ok(signing_key::Model {
            id: source.id(),
            public_key: SigningKey::from_bytes(&seed).verifying_key().to_bytes().to_vec(),
            private_key: self.master_key.encrypt(source, &seed)?,
            created_at: source.now(),
            retired_at: None,
            signs_from: Some(signs_from),
        })
    }
}

/// Reads the keys anew when they have changed.
#[derive(Debug)]
pub(crate) struct KeyringFollower {
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) store: Arc<Store>,
}

#[async_trait::async_trait]
impl Follower for KeyringFollower {
    fn name(&self) -> &'static str {
        "signing keys"
    }

    async fn begin(&self, _head: i64) -> Result<()> {
        self.keyring.read(&self.store).await
    }

    async fn hear(&self, entries: &[Entry]) -> Result<()> {
        if entries.iter().any(|entry| entry.kind == ChangeKind::SigningKey) {
            self.keyring.read(&self.store).await?;
        }
        Ok(())
    }
}

async fn insert(write: &mut Write, row: signing_key::Model) -> Result<()> {
    let subject = Subject::itself(ChangeKind::SigningKey, row.id);
    write.insert::<signing_key::Entity>(&[(subject, row)]).await
}

async fn end(write: &mut Write, row: signing_key::Model) -> Result<()> {
    let retired = signing_key::Model { retired_at: Some(write.source().now()), ..row.clone() };
    // The log keeps of what it was only what differs, so not its private part.
    let subject = Subject::itself(ChangeKind::SigningKey, row.id);
    write.withdraw::<signing_key::Entity>(Revision::of(subject, row, retired)).await
}

/// Returns the key that signs at a moment: of those that may by then, the newest.
async fn signing_key<C: ConnectionTrait>(
    connection: &C,
    now: DateTime<Utc>,
) -> Result<Option<signing_key::Model>> {
    Ok(scope::signing_keys()
        .filter(signing_key::Column::RetiredAt.is_null())
        .filter(signing_key::Column::SignsFrom.lte(now))
        .order_by_desc(signing_key::Column::SignsFrom)
        .order_by_desc(signing_key::Column::Id)
        .one(connection)
        .await?)
}

async fn unretired<C: ConnectionTrait>(connection: &C) -> Result<Vec<signing_key::Model>> {
    Ok(scope::signing_keys()
        .filter(signing_key::Column::RetiredAt.is_null())
        .all(connection)
        .await?)
}

async fn live_tokens<C: ConnectionTrait>(
    connection: &C,
    key: SigningKeyId,
    now: DateTime<Utc>,
) -> Result<u64> {
    Ok(scope::access_tokens()
        .filter(access_token::Column::KeyId.eq(key))
        .filter(access_token::Column::RevokedAt.is_null())
        .filter(access_token::Column::ExpiresAt.gt(now))
        .count(connection)
        .await?)
}

fn signs_from_of(row: &signing_key::Model) -> DateTime<Utc> {
    row.signs_from.unwrap_or(row.created_at)
}

fn damaged(what: &'static str) -> Error {
    Error::internal(std::io::Error::other(what))
}
