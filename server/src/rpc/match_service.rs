//! `MatchService`: the main job, in four steps; and what people ask about it.

use std::sync::Arc;

use broadside_core::match_batch;
use broadside_proto::v1;
use broadside_proto::v1::explain_response::Explained;
use broadside_proto::v1::match_service_server::MatchService;
use tonic::{Request, Response, Status};

use super::from_proto::{self, AttributeTable};
use super::layers::{Deadline, guarded};
use super::status::Refusal;
use super::to_proto;
use super::workbench::Workbench;
use crate::limits::{Limits, SLICE_QUERIES};
use crate::runtime::{Catalog, Version};
use crate::telemetry::Metrics;

/// Answers queries from the catalog. Nothing in it waits.
pub(crate) struct Matches {
    catalog: Catalog,
    limits: Limits,
    metrics: Arc<Metrics>,
}

impl Matches {
    pub(crate) fn new(catalog: Catalog, limits: Limits, metrics: Arc<Metrics>) -> Matches {
        Matches { catalog, limits, metrics }
    }

    fn batch(
        &self,
        request: &v1::MatchBatchRequest,
        deadline: Deadline,
    ) -> Result<v1::MatchBatchResponse, Refusal> {
        let attributes = AttributeTable::of_batch(request)?;
        let batch = from_proto::batch(request, &attributes, &self.limits, from_proto::now())?;
        let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
        serves(&current.version, batch.min_version.as_ref())?;

        let mut results = Vec::with_capacity(batch.queries.len());
        Workbench::lend(self.limits.text, |workbench| {
            let Workbench { scratch, highlights, .. } = workbench;
            let slices = batch.queries.chunks(SLICE_QUERIES).zip(batch.parts.chunks(SLICE_QUERIES));
            for (queries, parts) in slices {
                deadline.check()?;
                match_batch(&current.index, queries, scratch);
                for ((query, parts), answer) in queries.iter().zip(parts).zip(scratch.answers()) {
                    let result =
                        to_proto::result(&current.index, query, *parts, &answer, highlights);
                    results.push(result);
                }
            }
            Ok::<_, Refusal>(())
        })?;
        self.count(&results);
        Ok(v1::MatchBatchResponse { version: Some(to_proto::version(&current.version)), results })
    }

    fn explain(
        &self,
        request: &v1::ExplainRequest,
        deadline: Deadline,
    ) -> Result<v1::ExplainResponse, Refusal> {
        let attributes = AttributeTable::of_one(&request.attributes)?;
        let asked = from_proto::explain(request, &attributes, from_proto::now())?;
        let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
        serves(&current.version, asked.min_version.as_ref())?;
        deadline.check()?;
        let explained = Workbench::lend(self.limits.text, |workbench| {
            let (explainer, index) = (workbench.explainer(), &current.index);
            match asked.listing_id {
                Some(id) => explainer
                    .explain(index, &asked.query, id)
                    .map(|listing| Explained::Listing(to_proto::explanation(listing))),
                None => explainer
                    .explain_text(index, &asked.query)
                    .map(|text| Explained::Text(to_proto::text_explanation(text))),
            }
        });
        let explained = explained.map_err(|why| Refusal::Text { field: "text", why })?;
        let version = Some(to_proto::version(&current.version));
        Ok(v1::ExplainResponse { version, explained: Some(explained) })
    }

    fn analyze(&self, request: &v1::AnalyzeRequest) -> Result<v1::AnalyzeResponse, Refusal> {
        Workbench::lend(self.limits.text, |workbench| {
            let tokens = workbench.analyzer().analyze(&request.text);
            let tokens = tokens.map_err(|why| Refusal::Text { field: "text", why })?;
            Ok(v1::AnalyzeResponse {
                tokens: tokens.map(|token| to_proto::token(&token)).collect(),
            })
        })
    }

    fn count(&self, results: &[v1::QueryResult]) {
        let (mut matches, mut incomplete) = (0, 0);
        for result in results {
            matches += result.matches.len() as u64;
            incomplete += u64::from(result.incomplete);
        }
        self.metrics.queries.increment(results.len() as u64);
        self.metrics.matches.increment(matches);
        if incomplete > 0 {
            self.metrics.incomplete.increment(incomplete);
        }
    }
}

/// Whether what is served is what was asked for: the same content, if one was named, and at least as many updates.
fn serves(served: &Version, asked: Option<&Version>) -> Result<(), Refusal> {
    match asked {
        Some(asked)
            if (!asked.generation.is_empty() && asked.generation != served.generation)
                || asked.sequence > served.sequence =>
        {
            Err(Refusal::VersionNotServed { asked: asked.clone(), served: served.clone() })
        }
        _ => Ok(()),
    }
}

#[tonic::async_trait]
impl MatchService for Matches {
    async fn match_batch(
        &self,
        request: Request<v1::MatchBatchRequest>,
    ) -> Result<Response<v1::MatchBatchResponse>, Status> {
        let deadline = request.extensions().get::<Deadline>().copied().unwrap_or_default();
        guarded(&self.metrics, || self.batch(request.get_ref(), deadline)).map(Response::new)
    }

    async fn explain(
        &self,
        request: Request<v1::ExplainRequest>,
    ) -> Result<Response<v1::ExplainResponse>, Status> {
        let deadline = request.extensions().get::<Deadline>().copied().unwrap_or_default();
        guarded(&self.metrics, || self.explain(request.get_ref(), deadline)).map(Response::new)
    }

    async fn analyze(
        &self,
        request: Request<v1::AnalyzeRequest>,
    ) -> Result<Response<v1::AnalyzeResponse>, Status> {
        guarded(&self.metrics, || self.analyze(request.get_ref())).map(Response::new)
    }
}

#[cfg(test)]
mod tests;
