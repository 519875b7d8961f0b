//! What an attacker may do with a server: load returns as a steward, and ask as an analyst.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use url::Url;

use super::children::Child;

/// The answers to one table: what is shown of each cell, by its categories.
pub(super) type Answers = HashMap<Vec<String>, Option<u64>>;

/// A server that is attacked.
pub(super) struct Server {
    client: reqwest::Client,
    url: Url,
    token: String,
}

/// An authority, and the region in which it is.
#[derive(Clone)]
pub(super) struct Authority {
    pub(super) code: String,
    pub(super) region: String,
}

impl Server {
    pub(super) fn new(url: Url, token: String) -> Self {
        Self { client: reqwest::Client::new(), url, token }
    }

    /// Returns the English authorities that have made returns in all of the years.
    pub(super) async fn authorities(&self) -> Result<Vec<Authority>> {
        let mut found = Vec::new();
        let mut after = Value::Null;
        loop {
            let query = "query ($after: String) { localAuthorities(first: 100, after: $after, filter: {countries: [\"England\"], hasChildrensSocialCare: true, current: true, asAt: \"2017-03-31\"}) { nodes { gssCode region } pageInfo { endCursor hasNextPage } } }";
            let answer = self.ask(query, json!({ "after": after })).await?;
            let list = &answer["localAuthorities"];
            for node in list["nodes"].as_array().into_iter().flatten() {
                if let (Some(code), Some(region)) =
                    (node["gssCode"].as_str(), node["region"].as_str())
                {
                    found.push(Authority { code: code.to_owned(), region: region.to_owned() });
                }
            }
            if list["pageInfo"]["hasNextPage"] != true {
                return Ok(found);
            }
            after = list["pageInfo"]["endCursor"].clone();
        }
    }

    /// Loads a return of some children in place of the one before.
    pub(super) async fn load(&self, authority: &str, year: i32, children: &[Child]) -> Result<()> {
        const BOUNDARY: &str = "a-boundary-that-no-return-holds";
        let mut body = String::new();
        for (name, content) in Child::files(children, year) {
            body += &format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n"
            );
        }
        body += &format!("--{BOUNDARY}--\r\n");
        let mut url = self.url.join("/imports/ssda903")?;
        url.query_pairs_mut()
            .append_pair("authority", authority)
            .append_pair("year", &year.to_string())
            .append_pair("acceptLosses", "true");
        let sent = self.client.post(url).bearer_auth(&self.token);
        let sent = sent.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let answer: Value = sent.body(body).send().await?.json().await?;
        ensure!(answer.get("errors").is_none(), "a return was refused: {answer}");
        Ok(())
    }

    /// Returns a table of counts at the end of a year.
    pub(super) async fn count(&self, by: &[&str], filter: Value, year: i32) -> Result<Answers> {
        let query = "query ($input: StatisticsInput!) { youngPeople { statistics(input: $input) { cells { keys count } } } }";
        let input = json!({ "by": by, "where": filter, "asAt": format!("{year}-03-31") });
        let answer = self.ask(query, json!({ "input": input })).await?;
        let cells = answer["youngPeople"]["statistics"]["cells"].as_array();
        let cells = cells.context("the server counts nothing")?.iter();
        let cell = |cell: &Value| {
            let keys = cell["keys"].as_array().into_iter().flatten();
            let keys = keys.map(|key| key.as_str().unwrap_or_default().to_owned());
            (keys.collect(), cell["count"].as_u64())
        };
        Ok(cells.map(cell).collect())
    }

    async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let sent = self.client.post(self.url.clone()).bearer_auth(&self.token);
        let sent = sent.json(&json!({ "query": query, "variables": variables }));
        let mut answer: Value = sent.send().await?.json().await?;
        ensure!(answer.get("errors").is_none(), "the server answered: {answer}");
        Ok(answer["data"].take())
    }
}
