//! Writes what a reader hands on, in batches that count for nothing until the return comes into use.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    ChangeKind, EpisodeKind, LoadedReturnId, ReturnKind, ReturnState, YoungPersonId, child_record,
    episode, loaded_return, return_problem,
};
use returns::{Batch, Child, FOLLOWS, KEPT_PROBLEMS, Problem, Sex, Spell, SpellKind, Tally};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition};

use super::Heading;
use super::persons::{self, Known};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::request::RequestContext;
use crate::space::Space;
use crate::store::{Subject, Write};
use crate::young_people::stewards;

/// A return whose loading is under way.
#[derive(Debug)]
pub(super) struct Loading {
    pub(super) id: LoadedReturnId,
    pub(super) kind: ReturnKind,
    pub(super) heading: Heading,
    /// The persons, by their place in the return.
    persons: Vec<YoungPersonId>,
    taken: HashSet<YoungPersonId>,
    /// Who the identifiers of a person named before, each up to the day of an adoption.
    pub(super) before: HashMap<YoungPersonId, Vec<(YoungPersonId, NaiveDate)>>,
    /// The persons who were adopted, and the day.
    pub(super) adopted: HashMap<YoungPersonId, NaiveDate>,
    spells: i64,
    /// How many problems are kept.
    pub(super) problems: usize,
    /// The rows that are doubtful so far: table and line.
    doubted: HashSet<(&'static str, u64)>,
    /// For what most of its refused rows are refused alike.
    pub(super) cause: Option<Problem>,
    pub(super) tally: Tally,
}

impl Loading {
    /// Notes that a return is being loaded.
    pub(super) async fn begin(
        context: &RequestContext,
        kind: ReturnKind,
        heading: Heading,
    ) -> Result<Self> {
        stewards::may_contribute(context, heading.authority_id).await?;
        let source = context.store().source();
        let id = source.id();
        let row = loaded_return::Model {
            id,
            kind,
            local_authority_id: heading.authority_id,
            year: heading.year.0,
            state: ReturnState::Loading,
            centre_id: context.viewer().centre(),
            began_at: source.now(),
            completed_at: None,
            ended_at: None,
            children: 0,
            read: 0,
            kept: 0,
            checked: 0,
            refused: 0,
            doubtful: 0,
        };
        context
            .store()
            .write(context.viewer(), "return.begin", move |write| {
                Box::pin(async move {
                    let subject = Subject::itself(ChangeKind::LoadedReturn, id);
                    write.insert::<loaded_return::Entity>(&[(subject, row)]).await
                })
            })
            .await?;
        Ok(Self {
            id,
            kind,
            heading,
            persons: Vec::new(),
            taken: HashSet::new(),
            before: HashMap::new(),
            adopted: HashMap::new(),
            spells: 0,
            problems: 0,
            doubted: HashSet::new(),
            cause: None,
            tally: Tally::default(),
        })
    }

    /// How many children there are.
    pub(super) fn children(&self) -> usize {
        self.persons.len()
    }

    /// How many rows are doubtful, when these doubts come to those that were told.
    pub(super) fn doubtful_with(&self, doubts: &[Problem]) -> u64 {
        let rows: HashSet<_> = doubts.iter().map(|told| (told.file, told.line)).collect();
        self.tally.doubtful + rows.difference(&self.doubted).count() as u64
    }

    /// Keeps a batch.
    pub(super) async fn keep(&mut self, context: &RequestContext, batch: Batch) -> Result<()> {
        let write = context.store().begin_write(context.viewer()).await?;
        // The write that puts it into use waits for all of it.
        write.may_be_lost().await?;
        self.tally = batch.tally;
        self.keep_children(context.space(), &write, batch.children).await?;
        self.keep_spells(&write, &batch.spells).await?;
        self.mark_unaccompanied(&write, &batch.unaccompanied).await?;
        for (place, day) in batch.adopted {
            let person = self.person(place)?;
            let first = self.adopted.entry(person).or_insert(day);
            *first = day.min(*first);
        }
        self.doubted.extend(batch.doubted);
        let mut causes = batch.problems.iter();
        self.cause =
            causes.find(|told| told.is_refusal && told.rows > 1 && told.rule != FOLLOWS).cloned();
        let (id, kept) = (self.id, self.problems);
        self.problems += keep_problems(&write, id, kept, &batch.problems).await?;
        self.say_how_far(&write).await?;
        context.store().finish(write, "").await
    }

    async fn keep_children(
        &mut self,
        space: &Space,
        write: &Write,
        children: Vec<Child>,
    ) -> Result<()> {
        if children.is_empty() {
            return Ok(());
        }
        persons::in_turn(write).await?;
        let known = Known { keys: space.pseudonym_keys(), since: self.heading.year.first_day() };
        let recognised = persons::recognise(write, &known, &children, &mut self.taken).await?;
        let records =
            children.iter().zip(&recognised).map(|(child, found)| child_record::ActiveModel {
                return_id: Set(self.id),
                young_person_id: Set(found.person),
                birth_month: Set(child.birth_month),
                sex: Set(sex(child.sex)),
                ethnicity: Set(child.ethnicity.to_owned()),
                is_unaccompanied: Set(false),
            });
        write.add::<child_record::Entity>(records.collect()).await?;
        for found in recognised {
            self.persons.push(found.person);
            if !found.before.is_empty() {
                self.before.insert(found.person, found.before);
            }
        }
        Ok(())
    }

    async fn keep_spells(&mut self, write: &Write, spells: &[Spell]) -> Result<()> {
        let mut rows = Vec::with_capacity(spells.len());
        for spell in spells {
            rows.push(self.row(spell)?);
        }
        write.add::<episode::Entity>(rows).await
    }

    fn row(&mut self, spell: &Spell) -> Result<episode::ActiveModel> {
        let owned = |code: Option<&'static str>| Set(code.map(str::to_owned));
        self.spells += 1;
        Ok(episode::ActiveModel {
            return_id: Set(self.id),
            young_person_id: Set(self.person(spell.child)?),
            ordinal: Set(self.spells),
            line: Set(spell.line.cast_signed()),
            kind: Set(kind(spell.kind)),
            started_on: Set(spell.started_on),
            ended_on: Set(spell.ended_on),
            category_of_need: owned(spell.category_of_need),
            legal_status: owned(spell.legal_status),
            placement: owned(spell.placement),
            provider: owned(spell.provider),
            category_of_abuse: owned(spell.category_of_abuse),
            reason_started: owned(spell.reason_started),
            reason_ended: owned(spell.reason_ended),
        })
    }

    fn person(&self, place: u32) -> Result<YoungPersonId> {
        let person = self.persons.get(place as usize).copied();
        person.ok_or_else(|| Error::internal(std::io::Error::other("a row of no child")))
    }

    async fn mark_unaccompanied(&self, write: &Write, children: &[u32]) -> Result<()> {
        if children.is_empty() {
            return Ok(());
        }
        let mut persons = Vec::with_capacity(children.len());
        for place in children {
            persons.push(self.person(*place)?);
        }
        let which =
            Condition::all().add(child_record::Column::ReturnId.eq(self.id)).add(scope::among(
                write.backend(),
                child_record::Column::YoungPersonId,
                persons.into_iter().map(uuid::Uuid::from),
            ));
        let value = (child_record::Column::IsUnaccompanied, Expr::val(true));
        write.set::<child_record::Entity>([value], which).await?;
        Ok(())
    }

    async fn say_how_far(&self, write: &Write) -> Result<()> {
        use loaded_return::Column::{Checked, Children, Doubtful, Id, Kept, Read, Refused};

        let numbers = self.numbers()?;
        let values = [
            (Children, Expr::val(numbers.children)),
            (Read, Expr::val(numbers.read)),
            (Kept, Expr::val(numbers.kept)),
            (Checked, Expr::val(numbers.checked)),
            (Refused, Expr::val(numbers.refused)),
            (Doubtful, Expr::val(numbers.doubtful)),
        ];
        let which = Condition::all().add(Id.eq(self.id));
        write.derive::<loaded_return::Entity>(values, which).await?;
        Ok(())
    }

    /// The return's numbers as they are.
    pub(super) fn numbers(&self) -> Result<Numbers> {
        let number = |count: u64| i64::try_from(count).map_err(Error::internal);
        Ok(Numbers {
            children: i32::try_from(self.children()).map_err(Error::internal)?,
            read: number(self.tally.read)?,
            kept: number(self.tally.kept)?,
            checked: number(self.tally.checked)?,
            refused: number(self.tally.refused)?,
            doubtful: number(self.tally.doubtful)?,
        })
    }
}

/// How many children and rows a return has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) children: i32,
    pub(super) read: i64,
    pub(super) kept: i64,
    pub(super) checked: i64,
    pub(super) refused: i64,
    pub(super) doubtful: i64,
}

/// Keeps the first problems of a return, of which so many are kept already; all are counted in the tally. Gives how
/// many more are kept.
pub(super) async fn keep_problems(
    write: &Write,
    id: LoadedReturnId,
    kept: usize,
    problems: &[Problem],
) -> Result<usize> {
    let room = KEPT_PROBLEMS.saturating_sub(kept);
    let mut rows = Vec::new();
    for (problem, ordinal) in problems.iter().take(room).zip(kept + 1..) {
        rows.push(return_problem::ActiveModel {
            return_id: Set(id),
            ordinal: Set(i32::try_from(ordinal).map_err(Error::internal)?),
            is_refusal: Set(problem.is_refusal),
            file: Set(problem.file.to_owned()),
            line: Set(problem.line.cast_signed()),
            column_name: Set(problem.column.as_deref().map(str::to_owned)),
            rule: Set(problem.rule.to_owned()),
            nearest: Set(problem.nearest.as_deref().map(str::to_owned)),
            rows: Set(i32::try_from(problem.rows).map_err(Error::internal)?),
        });
    }
    let more = rows.len();
    write.add::<return_problem::Entity>(rows).await?;
    Ok(more)
}

const fn sex(told: Sex) -> entity::Sex {
    match told {
        Sex::Female => entity::Sex::Female,
        Sex::Male => entity::Sex::Male,
        Sex::NotKnown => entity::Sex::NotKnown,
    }
}

const fn kind(of: SpellKind) -> EpisodeKind {
    match of {
        SpellKind::InNeed => EpisodeKind::InNeed,
        SpellKind::ProtectionPlan => EpisodeKind::ProtectionPlan,
        SpellKind::LookedAfter => EpisodeKind::LookedAfter,
        SpellKind::ShortBreak => EpisodeKind::ShortBreak,
        SpellKind::CareLeaver => EpisodeKind::CareLeaver,
        SpellKind::Missing => EpisodeKind::Missing,
    }
}
