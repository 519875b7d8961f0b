//! Counts of an agreement's young people, made safe by the rule that its parties agreed on: for what its recipient
//! publishes.

use std::sync::Arc;

use entity::{AgreementId, StatisticsDimension};

use super::paths::{Opened, Path};
use super::read::{opened, opened_authorities};
use crate::error::{Code, Error, Result};
use crate::filter::AnyOf;
use crate::request::RequestContext;
use crate::space::Space;
use crate::young_people::agreement::Agreement;
use crate::young_people::disclosure::Rule;
use crate::young_people::statistics::{self, Question, Table, Within};

/// Returns a table of counts of those whom an agreement opens, by its rule. It counts as a reading.
///
/// # Errors
/// Those of [`list`](super::list), and of [`statistics::table`]; `NOT_IN_AGREEMENT` for what the agreement doesn't
/// open.
pub async fn count(
    context: &RequestContext,
    id: AgreementId,
    mut question: Question,
) -> Result<Table> {
    question.filter.check_lists()?;
    let (agreement, _) = opened(context, id, "a table of counts", &[]).await?;
    restrict(&agreement, &mut question)?;
    let within = Within {
        authorities: Some(opened_authorities(context.space(), &agreement).await?),
        rule: rule(context.space(), &agreement)?,
        agreement: Some(id),
    };
    statistics::made(context, &question, within).await
}

/// Returns the rule of an agreement; a deployment's own table is used under its name.
fn rule(space: &Space, agreement: &Agreement) -> Result<Arc<Rule>> {
    let own = space.disclosure_rule()?;
    if own.name == agreement.row.rule_set {
        return Ok(own);
    }
    let named = Rule::named(&agreement.row.rule_set);
    named.map(Arc::new).map_err(Error::internal)
}

/// Restricts a question to what the agreement opens, or refuses it.
fn restrict(agreement: &Agreement, question: &mut Question) -> Result<()> {
    let fields = Opened::new(agreement.fields());
    for dimension in question.dimensions() {
        fields.open(Path::of_dimension(dimension))?;
    }
    if question.share_of.contains(&StatisticsDimension::Population) {
        return Err(not_in_agreement(
            "shareOf",
            "Everybody in touch with social work is more than the agreement opens.",
        ));
    }
    let (from, to) = (agreement.row.episodes_from, agreement.row.episodes_to);
    if from.is_some_and(|from| question.as_at < from) || to.is_some_and(|to| question.as_at > to) {
        return Err(not_in_agreement("asAt", "The agreement doesn't open times of that day."));
    }
    let opened = agreement.populations();
    let asked = question.filter.populations.named();
    if asked.is_some_and(|asked| asked.iter().any(|one| !opened.contains(one))) {
        return Err(not_in_agreement(
            "where.populations",
            "The agreement doesn't open one of these populations.",
        ));
    }
    if asked.is_none() {
        if opened.len() > 1 && !question.by.contains(&StatisticsDimension::Population) {
            return Err(Error::bad_input(
                "where.populations",
                "The agreement opens several populations, and somebody can be in two. Name one, or add POPULATION to `by`.",
            ));
        }
        question.filter.populations = AnyOf::from(Some(opened));
    }
    Ok(())
}

fn not_in_agreement(field: &str, why: &'static str) -> Error {
    Error { field: Some(field.to_owned()), ..Error::new(Code::NotInAgreement, why) }
}
