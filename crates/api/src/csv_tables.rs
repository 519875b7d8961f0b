//! Tables as CSV, for spreadsheets: the report of a return, and counts of young people. They are asked for with the same
//! tokens as the graph, and bounded, charged and noted as it is.

use std::str::FromStr;

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use service::entity::{StatisticsDimension, moment};
use service::filter::AnyOf;
use service::young_people::returns::report;
use service::young_people::statistics::{self, Question, Where};
use service::{Error, RequestContext, Result};

use crate::caller::{Caller, Work};
use crate::graph;

/// What a table costs of a budget.
const COST: u64 = 1_000;

/// The report of a return, as `GET /young-people/returns/{id}/problems.csv`.
pub(crate) async fn report(caller: Caller, Path(id): Path<String>, uri: Uri) -> Response {
    let space = caller.space();
    let table = |viewer| async move {
        let parameters = Parameters::of(&uri)?;
        let is_marked = parameters.is_for_spreadsheet()?;
        parameters.are_known(&[])?;
        let id = graph::parsed_return_id(&id)?;
        let table = report::csv(&RequestContext::new(space, viewer), id, is_marked).await?;
        Ok(Csv { name: "problems.csv", table })
    };
    caller.answer(Work::Operation, COST, table).await
}

/// Counts of young people, as `GET /young-people/statistics.csv?by=POPULATION&asAt=2024-03-31`.
pub(crate) async fn statistics(caller: Caller, uri: Uri) -> Response {
    let space = caller.space();
    let table = |viewer| async move {
        let parameters = Parameters::of(&uri)?;
        let is_marked = parameters.is_for_spreadsheet()?;
        let question = question(&parameters)?;
        let table = statistics::table(&RequestContext::new(space, viewer), &question).await?;
        let table = statistics::csv::table(&question, &table, is_marked)?;
        Ok(Csv { name: "statistics.csv", table })
    };
    caller.answer(Work::Operation, COST, table).await
}

/// A table, to be saved as a file.
struct Csv {
    name: &'static str,
    table: Vec<u8>,
}

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
        let mut response = ([(header::CONTENT_TYPE, kind)], self.table).into_response();
        let named = HeaderValue::try_from(format!("attachment; filename=\"{}\"", self.name));
        if let Ok(named) = named {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
        }
        response
    }
}

/// The parameters of an address: lists are separated by commas, or the parameter comes again.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(uri: &Uri) -> Result<Self> {
        let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Error::bad_input("parameters", "The parameters can't be read."))?;
        Ok(Self(parameters))
    }

    fn is_for_spreadsheet(&self) -> Result<bool> {
        match self.list::<String>("excel")?.as_deref() {
            None => Ok(false),
            Some([word]) if word == "true" => Ok(true),
            Some([word]) if word == "false" => Ok(false),
            Some(_) => Err(Error::bad_input("excel", "Write excel=true or excel=false.")),
        }
    }

    /// Refuses parameters that there aren't: what they were to restrict would be shown all the same.
    fn are_known(&self, known: &[&str]) -> Result<()> {
        let mut others = self.0.iter().map(|(name, _)| name.as_str());
        match others.find(|name| *name != "excel" && !known.contains(name)) {
            None => Ok(()),
            Some(_) => Err(Error::bad_input(
                "parameters",
                format!(
                    "There are no such parameters. Those of this address are: {}excel.",
                    known.iter().fold(String::new(), |all, name| all + name + ", ")
                ),
            )),
        }
    }

    /// The values of a parameter; nothing if it isn't there.
    fn list<T: FromStr>(&self, name: &str) -> Result<Option<Vec<T>>>
    where
        T::Err: std::fmt::Display,
    {
        let named = self.0.iter().filter(|(one, _)| one == name);
        let mut values = None::<Vec<T>>;
        for (_, value) in named {
            let list = values.get_or_insert_default();
            for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                let read = word.parse();
                let read = read.map_err(|wrong| Error::bad_input(name, format!("{wrong}.")))?;
                list.push(read);
            }
        }
        Ok(values)
    }

    fn any_of<T: FromStr>(&self, name: &str) -> Result<AnyOf<T>>
    where
        T::Err: std::fmt::Display,
    {
        Ok(self.list(name)?.into())
    }
}

fn question(parameters: &Parameters) -> Result<Question> {
    parameters.are_known(&[
        "by",
        "asAt",
        "shareOf",
        "localAuthorities",
        "regions",
        "populations",
        "ageBands",
        "sexes",
        "ethnicGroups",
        "legalStatuses",
        "placementTypes",
        "categoriesOfNeed",
    ])?;
    let as_at = parameters.list::<String>("asAt")?;
    let as_at = match as_at.as_deref() {
        Some([text]) => moment::day(text),
        _ => None,
    };
    let dimensions = |name| parameters.list::<StatisticsDimension>(name);
    Ok(Question {
        by: dimensions("by")?.unwrap_or_default(),
        filter: Where {
            local_authorities: parameters.any_of("localAuthorities")?,
            regions: parameters.any_of("regions")?,
            populations: parameters.any_of("populations")?,
            age_bands: parameters.any_of("ageBands")?,
            sexes: parameters.any_of("sexes")?,
            ethnic_groups: parameters.any_of("ethnicGroups")?,
            legal_statuses: parameters.any_of("legalStatuses")?,
            placement_types: parameters.any_of("placementTypes")?,
            categories_of_need: parameters.any_of("categoriesOfNeed")?,
        },
        as_at: as_at.ok_or_else(|| {
            Error::bad_input("asAt", "Give the reference day, as asAt=2024-03-31.")
        })?,
        share_of: dimensions("shareOf")?.unwrap_or_default(),
    })
}
