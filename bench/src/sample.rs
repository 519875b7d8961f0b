//! What the cold runs ask for, found by walking through the graph as a client does.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::http::{Connection, Target};
use crate::queries::opening;
use crate::random::{Random, Topic};
use crate::table::grouped;

const CENTRES: &str = "{ centres(first: 100) { nodes { slug } } }";

const NEWEST: &str = "query Walk($after: String) {
  studies(orderBy: { field: STARTED, direction: DESC }, first: 100, after: $after) {
    edges { cursor node { id slug } } pageInfo { endCursor hasNextPage }
  }
}";

const ANY: &str = "query Walk($after: String) {
  studies(first: 100, after: $after) {
    edges { cursor node { id slug } } pageInfo { endCursor hasNextPage }
  }
}";

/// The largest page that is asked for after a cursor.
const PAGE: usize = 20;

/// A study that can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Study {
    pub(crate) id: String,
    pub(crate) slug: String,
}

/// What to ask for. Neighbours in these lists are no neighbours in the space.
pub(crate) struct Samples {
    pub(crate) centres: Vec<String>,
    pub(crate) studies: Vec<Study>,
    /// Cursors from deep inside the list of the newest.
    pub(crate) deep: Vec<String>,
    /// Cursors of the list in its own order.
    pub(crate) any: Vec<String>,
}

impl Samples {
    /// Walks past so many studies, and collects at most so many of each kind.
    pub(crate) async fn collect(target: &Target, depth: usize, most: usize) -> Result<Self> {
        let mut walker = Walker {
            connection: Connection::open(target).await?,
            target,
            random: Random::new(0, Topic::Network, 0),
        };
        let centres = walker.ask(CENTRES, &json!({})).await?["centres"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|centre| Some(centre["slug"].as_str()?.to_owned()))
            .collect();

        let mut studies = Reservoir::new(most);
        let mut deep = Vec::new();
        walker
            .walk(NEWEST, |passed, edge, random| {
                if passed >= depth {
                    deep.push(edge.cursor);
                }
                studies.offer(edge.study, random);
                deep.len() < most
            })
            .await?;
        ensure!(
            deep.len() > PAGE,
            "the list holds only {} studies that this viewer may see: give --depth a smaller number, or --token",
            grouped(studies.seen as u64)
        );

        let mut any = Vec::new();
        walker
            .walk(ANY, |_, edge, _| {
                any.push(edge.cursor);
                any.len() < most
            })
            .await?;

        // After the last of a list there is no full page.
        any.truncate(any.len().saturating_sub(PAGE));
        deep.truncate(deep.len().saturating_sub(PAGE));
        let random = &mut walker.random;
        Ok(Self {
            centres,
            studies: shuffled(studies.kept, random),
            deep: shuffled(deep, random),
            any: shuffled(any, random),
        })
    }
}

struct Walker<'a> {
    connection: Connection,
    target: &'a Target,
    random: Random,
}

struct Edge {
    cursor: String,
    study: Study,
}

impl Walker<'_> {
    /// Gives each edge of the list, with the number of those before it, until it is told that this is enough.
    async fn walk(
        &mut self,
        document: &str,
        mut visit: impl FnMut(usize, Edge, &mut Random) -> bool,
    ) -> Result<()> {
        let mut after = Value::Null;
        let mut passed = 0;
        loop {
            let data = self.ask(document, &json!({ "after": after })).await?;
            let page = &data["studies"];
            let edges = page["edges"].as_array().context("a page has no edges")?;
            for edge in edges {
                let edge = read(edge).context("an edge has no cursor, id or slug")?;
                if !visit(passed, edge, &mut self.random) {
                    return Ok(());
                }
                passed += 1;
            }
            if page["pageInfo"]["hasNextPage"] != true {
                return Ok(());
            }
            if passed.is_multiple_of(25_000) {
                println!("walked past {} studies", grouped(passed as u64));
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    async fn ask(&mut self, document: &str, variables: &Value) -> Result<Value> {
        let mut request = Vec::new();
        let body = [&opening(document), &variables.to_string(), "}"];
        self.target.render(&body, &mut request);
        let answer = self.connection.exchange(&request).await?;
        let text = String::from_utf8_lossy(answer.body);
        let mut body: Value = serde_json::from_slice(answer.body)
            .with_context(|| format!("status {}: {text}", answer.status))?;
        ensure!(
            answer.status == 200 && body.get("errors").is_none(),
            "status {}: {text}",
            answer.status
        );
        Ok(body["data"].take())
    }
}

fn read(edge: &Value) -> Option<Edge> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Edge {
        cursor: text(&edge["cursor"])?,
        study: Study { id: text(&edge["node"]["id"])?, slug: text(&edge["node"]["slug"])? },
    })
}

/// Keeps some of all that it is offered, each as likely as any other.
struct Reservoir<T> {
    kept: Vec<T>,
    most: usize,
    seen: usize,
}

impl<T> Reservoir<T> {
    fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, seen: 0 }
    }

    fn offer(&mut self, thing: T, random: &mut Random) {
        self.seen += 1;
        if self.kept.len() < self.most {
            self.kept.push(thing);
        } else if let Some(place) = self.kept.get_mut(random.below(self.seen)) {
            *place = thing;
        }
    }
}

fn shuffled<T>(mut things: Vec<T>, random: &mut Random) -> Vec<T> {
    for place in (1..things.len()).rev() {
        things.swap(place, random.below(place + 1));
    }
    things
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_reaches_the_end_and_repeats_nothing() {
        let mut random = Random::new(1, Topic::Words, 0);
        let mut reservoir = Reservoir::new(100);
        for number in 0..10_000 {
            reservoir.offer(number, &mut random);
        }
        let mut kept = shuffled(reservoir.kept, &mut random);
        assert!(!kept.is_sorted());
        kept.sort_unstable();
        kept.dedup();
        assert_eq!(kept.len(), 100);
        assert!(kept.iter().any(|number| *number > 9_000));
    }

    #[test]
    fn an_edge_without_an_id_is_refused() {
        let edge = json!({ "cursor": "c", "node": { "slug": "s" } });
        assert!(read(&edge).is_none());
    }
}
