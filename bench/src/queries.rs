//! The queries that are measured, and the variables that they are asked with.

use serde_json::{Value, json};

use crate::random::{Random, Topic};
use crate::sample::Samples;

/// All that is known about one study.
const STUDY: &str = "query Study($slug: String!) {
  study(slug: $slug) {
    id slug title summary design status startsOn
    leadCentre { slug name }
    contributedBy { slug name }
    publications(first: 5) { nodes { title authors { name } } }
    findings(first: 20) { nodes { estimate standardError measure outcome { name } } }
    ratings(first: 10) { nodes { standard { name } scores { dimension { key } level { label } } strength } }
  }
}";

/// The newest studies of a centre, with what a page about the centre shows.
const CENTRE: &str = "query Centre($centre: String!) {
  studies(filter: { centres: [$centre] }, orderBy: { field: STARTED, direction: DESC }, first: 50) {
    nodes {
      id slug title
      leadCentre { name }
      interventions { name }
      publications(first: 3) { nodes { authors { name } } }
      findings(first: 10) { nodes { estimate outcome { name } } }
    }
  }
}";

/// The same, of those that began by a day.
const CENTRE_BY: &str = "query CentreBy($centre: String!, $day: Date!) {
  studies(filter: { centres: [$centre], startedTo: $day }, orderBy: { field: STARTED, direction: DESC }, first: 50) {
    nodes {
      id slug title
      leadCentre { name }
      interventions { name }
      publications(first: 3) { nodes { authors { name } } }
      findings(first: 10) { nodes { estimate outcome { name } } }
    }
  }
}";

/// A page of a long list.
const PAGE: &str = "query Page($after: String) {
  studies(orderBy: { field: STARTED, direction: DESC }, first: 20, after: $after) {
    nodes { id title startsOn }
  }
}";

/// Little, so that what a request costs by itself shows.
const TEN: &str =
    "query Ten($after: String) { studies(first: 10, after: $after) { nodes { id title } } }";

/// One thing by its id.
const NODE: &str = "query Node($id: ID!) { node(id: $id) { id ... on Study { title } } }";

/// A query with all the variables that it is asked with.
pub(crate) struct Query {
    /// The issue's number of the query, to pick it with `--only`.
    pub(crate) number: u8,
    pub(crate) name: String,
    /// The body of a request up to the variables; they and a brace follow.
    pub(crate) opening: String,
    pub(crate) variables: Vec<String>,
}

impl Query {
    fn new(number: u8, name: &str, document: &str, variables: Vec<Value>) -> Self {
        Self {
            number,
            name: format!("{number} {name}"),
            opening: opening(document),
            variables: variables.iter().map(Value::to_string).collect(),
        }
    }
}

/// Returns the body of a request up to its variables.
pub(crate) fn opening(document: &str) -> String {
    let document: Vec<&str> = document.split_whitespace().collect();
    format!(r#"{{"query":{},"variables":"#, Value::from(document.join(" ")))
}

/// Returns all queries, in the order of the issue.
pub(crate) fn all(samples: &Samples, depth: usize) -> Vec<Query> {
    let deep = format!("page after the {}th", crate::table::grouped(depth as u64));
    let studies = || samples.studies.iter();
    let after =
        |cursors: &[String]| cursors.iter().map(|after| json!({ "after": after })).collect();
    vec![
        Query::new(
            1,
            "one study",
            STUDY,
            studies().map(|study| json!({ "slug": study.slug })).collect(),
        ),
        Query::new(
            2,
            "a centre's newest 50",
            CENTRE,
            samples.centres.iter().map(|centre| json!({ "centre": centre })).collect(),
        ),
        Query::new(2, "the same by a day", CENTRE_BY, by_day(samples)),
        Query::new(3, "first page of 20", PAGE, vec![json!({})]),
        Query::new(3, &deep, PAGE, after(&samples.deep)),
        Query::new(4, "ten studies", TEN, after(&samples.any)),
        Query::new(
            5,
            "node by id",
            NODE,
            studies().map(|study| json!({ "id": study.id })).collect(),
        ),
    ]
}

/// There are few centres; with a day each, there are as many different questions as studies in the sample.
fn by_day(samples: &Samples) -> Vec<Value> {
    let mut random = Random::new(0, Topic::Study, 0);
    (0..samples.studies.len())
        .map(|place| {
            let centre = &samples.centres[place % samples.centres.len()];
            let (year, month) = (random.between(2016, 2025), random.between(1, 12));
            let day = format!("{year}-{month:02}-{:02}", random.between(1, 28));
            json!({ "centre": centre, "day": day })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Study;

    #[test]
    fn a_request_is_json_with_its_variables() {
        let samples = Samples {
            centres: vec!["a-centre".to_owned()],
            studies: vec![Study { id: "id-1".to_owned(), slug: "a \"study\"".to_owned() }],
            deep: vec!["cursor".to_owned()],
            any: vec!["other".to_owned()],
        };
        let queries = all(&samples, 100_000);
        assert_eq!(queries[4].name, "3 page after the 100,000th");
        for query in queries {
            let body = format!("{}{}}}", query.opening, query.variables[0]);
            let body: Value = serde_json::from_str(&body).unwrap();
            assert!(body["query"].as_str().unwrap().starts_with("query "));
            assert!(body["variables"].is_object(), "{body}");
        }
    }
}
