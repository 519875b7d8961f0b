//! The Ed25519 keys that sign access tokens.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use entity::{ChangeKind, SigningKeyId, signing_key};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tokio::sync::Mutex;

use super::{MasterKey, scope};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::viewer::Viewer;

/// The signing keys: read from the database, held in memory, public parts only.
#[derive(Debug)]
pub struct Keyring {
    master_key: MasterKey,
    known: ArcSwap<HashMap<SigningKeyId, Arc<PublicKey>>>,
    /// When the database was last asked, so that unknown keys in forged tokens can't flood it.
    last_read: Mutex<Option<chrono::DateTime<chrono::Utc>>>,
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
        f.debug_struct("PublicKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// A ring of the keys that the master key opens.
    #[must_use]
    pub fn new(master_key: MasterKey) -> Self {
        Self {
            master_key,
            known: ArcSwap::default(),
            last_read: Mutex::default(),
        }
    }

    /// The keys that verify tokens.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn public_keys(&self, store: &Store) -> Result<Vec<Arc<PublicKey>>> {
        self.read(store).await?;
        let mut keys: Vec<_> = self.known.load().values().cloned().collect();
        keys.sort_by_key(|key| key.id);
        Ok(keys)
    }

    /// The key of this id, asking the database at most once a second for one that is not known.
    pub(super) async fn verifying(
        &self,
        store: &Store,
        id: SigningKeyId,
    ) -> Result<Option<Arc<PublicKey>>> {
        if let Some(key) = self.known.load().get(&id) {
            return Ok(Some(Arc::clone(key)));
        }
        let now = store.source().now();
        let mut last_read = self.last_read.lock().await;
        if last_read.is_none_or(|last| (now - last).abs() >= chrono::TimeDelta::seconds(1)) {
            self.read(store).await?;
            *last_read = Some(now);
        }
        drop(last_read);
        Ok(self.known.load().get(&id).cloned())
    }

    /// The newest key, to sign with; the first one is made when there is none.
    pub(super) async fn signing(&self, store: &Store) -> Result<(SigningKeyId, EncodingKey)> {
        let newest = signing_key(store).await?;
        let row = match newest {
            Some(row) => row,
            None => {
                self.make(store).await?;
                signing_key(store)
                    .await?
                    .ok_or_else(|| damaged("there is no signing key"))?
            }
        };
        let seed: [u8; 32] = self
            .master_key
            .decrypt(&row.private_key)?
            .try_into()
            .map_err(|_| damaged("a signing key is not 32 bytes long"))?;
        let document = SigningKey::from_bytes(&seed)
            .to_pkcs8_der()
            .map_err(Error::internal)?;
        Ok((row.id, EncodingKey::from_ed_der(document.as_bytes())))
    }

    async fn make(&self, store: &Store) -> Result<()> {
        let source = store.source().clone();
        let seed: [u8; 32] = source.random();
        let private_key = self.master_key.encrypt(&source, &seed)?;
        let public_key = SigningKey::from_bytes(&seed)
            .verifying_key()
            .to_bytes()
            .to_vec();
        store
            .write(&Viewer::operator(), "key.make", |write| {
                Box::pin(async move {
                    let id: SigningKeyId = write.source().id();
                    let row = signing_key::ActiveModel {
                        id: Set(id),
                        public_key: Set(public_key),
                        private_key: Set(private_key),
                        created_at: Set(write.source().now()),
                        retired_at: Set(None),
                    };
                    signing_key::Entity::insert(row)
                        .exec_without_returning(write.connection())
                        .await?;
                    write.created(ChangeKind::SigningKey, id);
                    Ok(())
                })
            })
            .await
    }

    async fn read(&self, store: &Store) -> Result<()> {
        let rows = scope::signing_keys()
            .filter(signing_key::Column::RetiredAt.is_null())
            .all(store.connection())
            .await?;
        let mut known = HashMap::new();
        for row in rows {
            let x = URL_SAFE_NO_PAD.encode(&row.public_key);
            let verifier = DecodingKey::from_ed_components(&x).map_err(Error::internal)?;
            known.insert(
                row.id,
                Arc::new(PublicKey {
                    id: row.id,
                    x,
                    verifier,
                }),
            );
        }
        self.known.store(Arc::new(known));
        Ok(())
    }
}

async fn signing_key(store: &Store) -> Result<Option<signing_key::Model>> {
    Ok(scope::signing_keys()
        .filter(signing_key::Column::RetiredAt.is_null())
        .order_by_desc(signing_key::Column::CreatedAt)
        .order_by_desc(signing_key::Column::Id)
        .one(store.connection())
        .await?)
}

fn damaged(what: &'static str) -> Error {
    Error::internal(std::io::Error::other(what))
}
