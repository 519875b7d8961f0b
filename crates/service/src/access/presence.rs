//! Who is present: the viewers who were let in to something that lasts, such as a stream, and when they
//! must leave.
//!
//! A request is over before its token ends, a stream is not. Whoever opens one is registered here by
//! what they were let in with. The tail of the change log tells what was revoked or changed, and a
//! clock is looked at many times a second; both end the presence, and whoever waits for that ends the
//! stream. No stream asks the database.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, ChangeKind, ChangeOperation, IdentityProviderId, SigningKeyId};
use futures::TryStreamExt;
use tokio::sync::watch;
use uuid::Uuid;

use super::grant::{Credential, Grant};
use super::token::still::{expired, invalid, still_accepted};
use crate::clock::Source;
use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::tail::{Entry, Follower, Tail};
use crate::viewer::{Viewer, Who};

/// How often the clock is looked at: the machine's own, as that of a token, so that it is noticed when
/// it jumps.
const LOOK: Duration = Duration::from_millis(250);
/// For how long the change log may not be known to its end before nobody's token is trusted any more.
const TRUST: Duration = Duration::from_secs(5);
/// How many credentials the database is asked about at once.
const ASK_AT_ONCE: usize = 4;

/// Everybody who is present, by what they were let in with.
#[derive(Debug, Default)]
pub struct Presences {
    guests: Mutex<HashMap<Holder, Weak<Guest>>>,
}

/// What has happened to that with which viewers were let in.
#[derive(Debug, Default)]
struct AccessNews {
    /// Tokens that were revoked.
    revoked: HashSet<AccessTokenId>,
    /// Tokens of which something else has changed, such as their end.
    changed: HashSet<AccessTokenId>,
    /// Keys that were retired.
    retired: HashSet<SigningKeyId>,
    /// Identity providers that were changed or removed.
    providers: HashSet<IdentityProviderId>,
    /// Whether any of it may have happened without being known by name.
    is_anything: bool,
}

/// That a viewer is present. Dropped, they have left.
#[derive(Debug)]
pub struct Presence {
    guest: Arc<Guest>,
    end: watch::Receiver<Option<Error>>,
}

/// One credential with everything that was opened with it; or all who came without one.
#[derive(Debug)]
struct Guest {
    grant: Option<Grant>,
    /// Until when the credential is accepted, as far as is known.
    until: Mutex<Option<DateTime<Utc>>>,
    present: AtomicUsize,
    end: watch::Sender<Option<Error>>,
}

/// What tells credentials apart. Those of an identity provider end at different times though they are
/// the same person's.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Holder {
    Nobody,
    Token(AccessTokenId),
    Identity(Uuid, DateTime<Utc>),
}

impl Presence {
    /// Registers a viewer as present. At most `most` times may the same credential be present at once,
    /// or nobody's.
    ///
    /// # Errors
    /// `TOO_MANY_STREAMS`; the refusal that a new request would meet, if the credential has ended just now.
    pub(crate) async fn register(
        presences: &Presences,
        store: &Store,
        viewer: &Viewer,
        most: usize,
    ) -> Result<Self> {
        let (guest, is_new) = presences.guest(viewer);
        let presence = Self::of(guest, most)?;
        if is_new {
            // Between verifying the token and registering, it may have ended.
            presence.guest.ask(store).await?;
        }
        match presence.refusal() {
            None => Ok(presence),
            Some(refusal) => Err(refusal),
        }
    }

    /// Completes when the viewer must leave, with the refusal that a new request would meet.
    pub async fn ended(&mut self) -> Error {
        let end = self.end.wait_for(Option::is_some).await;
        let refusal = end.ok().and_then(|refusal| refusal.clone());
        match refusal {
            Some(refusal) => refusal,
            // Never: the guest holds the other end.
            None => std::future::pending().await,
        }
    }

    /// Why the viewer must leave, if they must.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        self.end.borrow().clone()
    }

    fn of(guest: Arc<Guest>, most: usize) -> Result<Self> {
        let end = guest.end.subscribe();
        let already = guest.present.fetch_add(1, Ordering::AcqRel);
        let presence = Self { guest, end };
        if already >= most {
            return Err(Error::new(
                Code::TooManyStreams,
                format!(
                    "{already} streams are open with this token, or without one, and more are not allowed. Close one; a socket can carry many operations."
                ),
            ));
        }
        Ok(presence)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.guest.present.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Presences {
    /// Ends whom the news concern; asks the database once for each credential of which it isn't certain.
    ///
    /// # Errors
    /// When the database must be asked and cannot be: then nothing is forgotten, and the same news are
    /// to be told again.
    async fn hear(&self, store: &Store, news: &AccessNews) -> Result<()> {
        let mut doubtful = Vec::new();
        for guest in self.all() {
            match guest.consequence(news) {
                Consequence::None => {}
                Consequence::Leave(refusal) => guest.leave(refusal),
                Consequence::Ask => doubtful.push(Ok(guest)),
            }
        }
        futures::stream::iter(doubtful)
            .try_for_each_concurrent(ASK_AT_ONCE, async |guest: Arc<Guest>| {
                match guest.ask(store).await {
                    Err(failure) if is_ours(failure.code) => Err(failure),
                    Ok(()) | Err(_) => Ok(()),
                }
            })
            .await
    }

    /// Looks at the clock for as long as it is polled: ends whose time has come, and everybody with a
    /// token when the change log has not been known for too long.
    pub(crate) async fn watch(&self, source: &Source, tail: &Tail) {
        loop {
            tokio::time::sleep(LOOK).await;
            let now = source.now();
            let is_blind = tail.blind_for() > TRUST;
            for guest in self.all() {
                if guest.until().is_some_and(|until| until <= now) {
                    guest.leave(expired(now));
                } else if is_blind && guest.grant.is_some() {
                    guest.leave(blind());
                }
            }
            self.locked().retain(|_, guest| guest.strong_count() > 0);
        }
    }

    /// The guest with the viewer's credential, and whether they were not present before.
    fn guest(&self, viewer: &Viewer) -> (Arc<Guest>, bool) {
        let grant = match viewer.who() {
            Who::Token(grant) => Some(grant),
            Who::Anonymous | Who::Operator => None,
        };
        let holder = grant.map_or(Holder::Nobody, Holder::of);
        let mut guests = self.locked();
        let known = guests.get(&holder).and_then(Weak::upgrade);
        // One who had to leave is not let in again for being still there.
        if let Some(known) = known.filter(|known| known.end.borrow().is_none()) {
            return (known, false);
        }
        let guest = Arc::new(Guest {
            grant: grant.cloned(),
            until: Mutex::new(grant.map(|grant| grant.expires_at)),
            present: AtomicUsize::new(0),
            end: watch::Sender::new(None),
        });
        guests.insert(holder, Arc::downgrade(&guest));
        (guest, true)
    }

    fn all(&self) -> Vec<Arc<Guest>> {
        self.locked().values().filter_map(Weak::upgrade).collect()
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Holder, Weak<Guest>>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder {
    fn of(grant: &Grant) -> Self {
        match grant.credential {
            Credential::Token { id, .. } => Self::Token(id),
            Credential::Identity { root, .. } => Self::Identity(root, grant.expires_at),
        }
    }
}

impl AccessNews {
    fn of(entries: &[Entry]) -> Self {
        use ChangeOperation::{Created, Updated, Withdrawn};

        let mut news = Self::default();
        for entry in entries {
            match (entry.kind, entry.operation) {
                (ChangeKind::AccessToken, Withdrawn) => {
                    news.revoked.insert(entry.subject.into());
                }
                (ChangeKind::AccessToken, Updated) => {
                    news.changed.insert(entry.subject.into());
                }
                (ChangeKind::IdentityProvider, Updated | Withdrawn) => {
                    news.providers.insert(entry.subject.into());
                }
                (ChangeKind::SigningKey, Withdrawn) => {
                    news.retired.insert(entry.subject.into());
                }
                (_, Created | Updated | Withdrawn) => {}
            }
        }
        news
    }

    /// Whether nothing has happened.
    fn is_empty(&self) -> bool {
        let Self { revoked, changed, retired, providers, is_anything } = self;
        revoked.is_empty()
            && changed.is_empty()
            && retired.is_empty()
            && providers.is_empty()
            && !is_anything
    }
}

/// Ends the presence of those whose credential has ended or changed.
#[derive(Debug)]
pub(crate) struct PresenceFollower {
    pub(crate) presences: Arc<Presences>,
    pub(crate) store: Arc<Store>,
}

#[async_trait::async_trait]
impl Follower for PresenceFollower {
    fn name(&self) -> &'static str {
        "presences"
    }

    async fn begin(&self, _head: i64) -> Result<()> {
        let news = AccessNews { is_anything: true, ..AccessNews::default() };
        self.presences.hear(&self.store, &news).await
    }

    async fn hear(&self, entries: &[Entry]) -> Result<()> {
        let news = AccessNews::of(entries);
        match news.is_empty() {
            true => Ok(()),
            false => self.presences.hear(&self.store, &news).await,
        }
    }
}

/// What follows from news for a guest.
enum Consequence {
    None,
    Leave(Error),
    Ask,
}

impl Guest {
    fn consequence(&self, news: &AccessNews) -> Consequence {
        match self.grant.as_ref().map(|grant| &grant.credential) {
            None => Consequence::None,
            Some(Credential::Token { id, .. }) if news.revoked.contains(id) => Consequence::Leave(
                Error::new(Code::TokenRevoked, "The token was revoked; ask whoever issued it."),
            ),
            Some(Credential::Token { key, .. }) if news.retired.contains(key) => {
                Consequence::Leave(invalid())
            }
            Some(Credential::Token { id, .. }) if news.changed.contains(id) => Consequence::Ask,
            Some(Credential::Identity { provider, .. }) if news.providers.contains(provider) => {
                Consequence::Ask
            }
            Some(_) if news.is_anything => Consequence::Ask,
            Some(_) => Consequence::None,
        }
    }

    /// Asks the database whether the credential is accepted still, and until when.
    async fn ask(&self, store: &Store) -> Result<()> {
        let Some(grant) = &self.grant else {
            return Ok(());
        };
        match still_accepted(store, grant).await {
            Ok(until) => {
                *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
                Ok(())
            }
            Err(refusal) => {
                if !is_ours(refusal.code) {
                    self.leave(refusal.clone());
                }
                Err(refusal)
            }
        }
    }

    fn until(&self) -> Option<DateTime<Utc>> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, refusal: Error) {
        self.end.send_if_modified(|end| {
            let is_first = end.is_none();
            end.get_or_insert(refusal);
            is_first
        });
    }
}

/// Whether an error says nothing about the credential.
fn is_ours(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::InternalServerError | Code::TimedOut)
}

fn blind() -> Error {
    Error::new(
        Code::Unavailable,
        "The server has lost sight of the change log, so that it can't know whether the token is accepted still. Open the stream again, from the last cursor that you have.",
    )
}
