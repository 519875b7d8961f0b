//! Validating a document without carrying it out.

use std::sync::{Arc, LazyLock};

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response};

use super::Graph;

/// The graph as far as it validates documents: none is carried out.
pub(crate) struct Validator(Graph);

/// Ends a request where its execution would begin.
struct Ending;

impl Validator {
    pub(crate) fn new() -> Self {
        static GRAPH: LazyLock<Graph> = LazyLock::new(|| super::build_with(Ending));
        Self(GRAPH.clone())
    }

    /// Validates a document in place of that of a request, with the same variables.
    ///
    /// # Errors
    /// The answer that tells what is wrong with it.
    pub(crate) async fn validate(
        &self,
        document: ExecutableDocument,
        request: &Request,
    ) -> Result<(), Box<Response>> {
        let mut validated = Request::new(String::new()).variables(request.variables.clone());
        validated.operation_name.clone_from(&request.operation_name);
        validated.set_parsed_query(document);
        let answer = self.0.execute(validated).await;
        match answer.errors.is_empty() {
            true => Ok(()),
            false => Err(Box::new(answer)),
        }
    }
}

impl ExtensionFactory for Ending {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Ending {
    async fn execute(
        &self,
        _: &ExtensionContext<'_>,
        _: Option<&str>,
        _: NextExecute<'_>,
    ) -> Response {
        Response::default()
    }
}
