//! A document that reports research.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, PartialDate, PublicationId, PublicationKind, Visibility};

/// A document that reports research.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub title: String,
    /// The beginning of its title in lower case, to sort by.
    pub title_key: String,
    /// What kind of document it is.
    pub kind: PublicationKind,
    pub abstract_text: Option<String>,
    /// Its digital object identifier, in lower case and without an address before it.
    pub doi: Option<String>,
    pub published: Option<PartialDate>,
    /// The year in which it was published.
    pub year: Option<i32>,
    /// The first day that its date can mean, else the year 1: to sort by.
    pub sort_on: NaiveDate,
    /// The journal, series or publisher.
    pub venue: Option<String>,
    /// Its language, as a code of ISO 639.
    pub language: Option<String>,
    /// Its licence, as an identifier of SPDX where there is one.
    pub licence: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<PublicationId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
