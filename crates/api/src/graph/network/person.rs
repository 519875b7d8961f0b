//! People and their roles.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use service::Result;
use service::entity::{PartialDate, PersonId, person_role};
use service::network::directory;

use super::Centre;
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;
use crate::loading::Loaders;

/// A person who works for a centre or writes for one.
#[derive(Clone)]
pub(crate) struct Person(pub(crate) Arc<directory::Person>);

impl Person {
    pub(crate) fn find(loaders: &Loaders, id: PersonId) -> Option<Self> {
        loaders.directory.people.by_id(id).cloned().map(Self)
    }
}

/// A person who works for a centre or writes for one.
#[Object]
impl Person {
    /// The person's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Person, self.0.row.id)
    }

    /// Their name in bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// That their entry was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0.row;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), NodeKind::Person, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.row.id).await
    }

    /// Their name.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// Their ORCID iD.
    async fn orcid(&self) -> Option<&str> {
        self.0.row.orcid.as_deref()
    }

    /// Their roles at centres.
    async fn roles(&self) -> Vec<Role> {
        self.0.roles.iter().cloned().map(Role).collect()
    }
}

/// A person's role at a centre for a time.
pub(super) struct Role(pub(super) person_role::Model);

/// A person's role at a centre for a time.
#[Object]
impl Role {
    /// The role.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The person.
    async fn person(&self, ctx: &Context<'_>) -> Option<Person> {
        Person::find(loaders(ctx), self.0.person_id)
    }

    /// The centre.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.0.centre_id)
    }

    /// From when, as precisely as is known.
    async fn since(&self) -> Option<ApproximateDate> {
        PartialDate::try_from(self.0.since.clone()).ok().map(ApproximateDate)
    }

    /// Until when; null while it lasts.
    async fn until(&self) -> Option<ApproximateDate> {
        approximate(self.0.until.as_ref())
    }
}
