//! Statutory returns, and their reports.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use macros::paged;
use service::entity::{LoadedReturnId, ReturnKind, ReturnState, loaded_return, return_problem};
use service::page::PageRequest;
use service::young_people::returns::{self, rules};
use service::{Error, Result};
use uuid::Uuid;

use crate::graph::connection::{Connection, Listed, Total};
use crate::graph::enum_value::EnumValue;
use crate::graph::global_id::{self, NodeKind, global_id, part_id};
use crate::graph::loaders;
use crate::graph::network::{Centre, LocalAuthority};
use crate::graph::number::Int;
use crate::loading::Loaders;

/// A statutory return that was loaded.
#[derive(Clone)]
pub(crate) struct Return(pub(in crate::graph) loaded_return::Model);

/// The return that a global id names.
///
/// # Errors
/// `BAD_USER_INPUT`; `NOT_FOUND` for the id of another kind of thing.
pub(in crate::graph) fn return_id(id: &ID) -> Result<LoadedReturnId> {
    match global_id::parse(id)? {
        (NodeKind::Return, id) => Ok(id.into()),
        _ => Err(Error::not_found("return")),
    }
}

/// A statutory return of a local authority, loaded whole for one collection year.
#[paged]
#[Object]
impl Return {
    /// The return's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Return, self.0.id)
    }

    /// Which return it is.
    async fn kind(&self) -> EnumValue<ReturnKind> {
        EnumValue(self.0.kind)
    }

    /// The authority that made it.
    async fn local_authority(&self, ctx: &Context<'_>) -> Option<LocalAuthority> {
        LocalAuthority::find(loaders(ctx), self.0.local_authority_id)
    }

    /// The year on whose 31 March the collection ended.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// Where it stands.
    async fn state(&self) -> EnumValue<ReturnState> {
        EnumValue(self.0.state)
    }

    /// The centre that loaded it; null for the operator of the space.
    async fn loaded_by(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.0.centre_id?)
    }

    /// When its loading began.
    async fn began_at(&self) -> DateTime<Utc> {
        self.0.began_at
    }

    /// When it came into use.
    async fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.0.completed_at
    }

    /// When it was replaced, erased or given up.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// How many children it tells of; while it is being loaded, so far.
    async fn children(&self) -> i32 {
        self.0.children
    }

    /// How many rows there are, and what became of them; while it is being loaded, so far.
    async fn rows(&self) -> ReturnRows {
        ReturnRows {
            read: Int(self.0.read),
            kept: Int(self.0.kept),
            checked: Int(self.0.checked),
            refused: Int(self.0.refused),
            doubtful: Int(self.0.doubtful),
        }
    }

    /// The rows that were refused or kept in doubt, causes first: the first 10,000 are told one by one, but for what is
    /// wrong with most rows of a table in the same way.
    async fn problems(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<ReturnProblemConnection> {
        let loaders = loaders(ctx);
        let id = self.0.id;
        let page = returns::problems(&loaders.context, id, &request).await?;
        let total =
            Total::of(
                move |loaders| async move { returns::problem_count(&loaders.context, id).await },
            );
        Ok(ReturnProblemConnection::new(page.map(ReturnProblem), total))
    }

    /// How often each rule was broken, among the problems that are told: the most frequent first.
    async fn broken_rules(&self, ctx: &Context<'_>) -> Result<Option<Vec<BrokenRule>>> {
        let loaders = loaders(ctx);
        let counted = returns::counted_problems(&loaders.context, self.0.id).await?;
        let counted = counted.into_iter();
        let rules = counted.map(|(code, refused, times)| BrokenRule {
            reason: rules::find(&code).map_or("", |rule| rule.reason),
            remedy: rules::find(&code).map_or("", |rule| rule.remedy),
            rule: code,
            refused,
            times: Int(times),
        });
        Ok(Some(rules.collect()))
    }
}

impl Listed for Return {
    const CONNECTION: &'static str = "ReturnConnection";
    const EDGE: &'static str = "ReturnEdge";
    const PAGE: &'static str = "A page of returns, the latest first.";
}

pub(crate) type ReturnConnection = Connection<Return>;

/// How many rows a return has, and what became of them. Of a census, children, referrals and plans are rows.
#[derive(SimpleObject)]
struct ReturnRows {
    /// Rows that were read.
    read: Int<i64>,
    /// Rows that are kept.
    kept: Int<i64>,
    /// Rows that were checked and, being about what is not kept, forgotten.
    checked: Int<i64>,
    /// Rows that were refused.
    refused: Int<i64>,
    /// Rows that were kept or checked in doubt.
    doubtful: Int<i64>,
}

/// A rule that rows broke.
#[derive(SimpleObject)]
struct BrokenRule {
    /// Its code.
    rule: String,
    /// What is wrong.
    reason: &'static str,
    /// How to mend it.
    remedy: &'static str,
    /// Whether the rows were refused for it; kept in doubt otherwise.
    refused: bool,
    /// How often.
    times: Int<i64>,
}

/// A row that was refused or kept in doubt.
#[derive(Clone)]
pub(crate) struct ReturnProblem(return_problem::Model);

impl ReturnProblem {
    /// The problem of a return whose place in the report stands in a global id.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        of: Uuid,
        part: &[u8],
    ) -> Result<Option<Self>> {
        let place = i32::from_be_bytes(global_id::fixed(part)?);
        let found = loaders.return_problem(of, place).await?;
        Ok(found.map(|row| Self((*row).clone())))
    }
}

/// A row that was refused or kept in doubt, or a column (at line 1) or element for which its table was. It never repeats
/// what stands in a row.
#[Object]
impl ReturnProblem {
    /// The problem's global id.
    pub(crate) async fn id(&self) -> ID {
        let place = self.0.ordinal.to_be_bytes();
        part_id(NodeKind::ReturnProblem, self.0.return_id, &place)
    }

    /// Whether the row was refused; kept in doubt otherwise.
    async fn refused(&self) -> bool {
        self.0.is_refusal
    }

    /// The table of the return, such as `Episodes`.
    async fn file(&self) -> &str {
        &self.0.file
    }

    /// The line of the file, counted from 1.
    async fn line(&self) -> Int<i64> {
        Int(self.0.line)
    }

    /// The column or element, in its own spelling if there is no such one; null when it is about the whole row.
    async fn column(&self) -> Option<&str> {
        self.0.column_name.as_deref()
    }

    /// The code of the rule.
    async fn rule(&self) -> &str {
        &self.0.rule
    }

    /// What is wrong.
    async fn reason(&self) -> &str {
        rules::find(&self.0.rule).map_or("", |rule| rule.reason)
    }

    /// How to mend it.
    async fn remedy(&self) -> &str {
        rules::find(&self.0.rule).map_or("", |rule| rule.remedy)
    }

    /// What was probably meant, where a code, or the name of a column or element, is none: the one that is spelt
    /// nearly so. Null when there is none, or several are as near.
    async fn nearest(&self) -> Option<&str> {
        self.0.nearest.as_deref()
    }

    /// Of how many rows it is told: of one, or, where more than half of a table's rows (three at least) have it alike,
    /// of all of these at once; `line` is then that of the first.
    async fn rows(&self) -> i32 {
        self.0.rows
    }
}

impl Listed for ReturnProblem {
    const CONNECTION: &'static str = "ReturnProblemConnection";
    const EDGE: &'static str = "ReturnProblemEdge";
    const PAGE: &'static str = "A page of a return's problems, in the order of its report.";
}

pub(crate) type ReturnProblemConnection = Connection<ReturnProblem>;
