//! `MatchService`: the main job, in four steps; and what people ask about it.
//!
//! Each method takes the bytes of a request and gives the framed bytes of its reply, so that what carries traffic needs
//! no message in between ([`super::wire`]). Nothing in it waits.

use std::sync::Arc;

use broadside_core::match_batch;
use broadside_proto::v1;
use broadside_proto::v1::explain_response::Explained;
use prost::Message;
use tonic::Status;

use super::from_proto::{self, AttributeTable};
use super::layers::{Deadline, guarded};
use super::status::Refusal;
use super::to_proto;
use super::wire::reply::{
    PREFIX_BYTES, put_framed, put_result, put_stream_batch, put_stream_error, put_version,
};
use super::wire::request::{BatchView, ExplainView, StreamView};
use super::workbench::Workbench;
use crate::limits::{Limits, RESPONSE_BYTES_MAX, SLICE_QUERIES};
use crate::runtime::{Catalog, Version};
use crate::telemetry::Metrics;

/// Bytes of a reply beside its results: the version, and what a stream adds.
const REPLY_BYTES: usize = 64;
/// Bytes of a result for which room is made before it is written, at most.
const RESULT_BYTES_MAX: usize = 4 * 1024;

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

    /// Bytes of a request, at most.
    pub(crate) fn request_bytes_max(&self) -> usize {
        self.limits.request_bytes_max
    }

    /// Refuses a stream that could not be answered.
    pub(crate) fn begin_stream(&self, deadline: Deadline) -> Result<(), Refusal> {
        deadline.check()?;
        self.catalog.current().map(drop).ok_or(Refusal::NotLoaded)
    }

    /// `MatchBatch`.
    pub(crate) fn match_batch(
        &self,
        request: &[u8],
        deadline: Deadline,
    ) -> Result<Vec<u8>, Refusal> {
        guarded(&self.metrics, || {
            let request = BatchView::read(request, self.limits.batch_queries_max)?;
            let mut reply = Vec::new();
            put_framed(&mut reply, |reply| self.put_batch(reply, &request, deadline))?;
            Ok(reply)
        })
    }

    /// One request of `MatchStream`: writes its response.
    ///
    /// # Errors
    /// Why the stream ends.
    pub(crate) fn match_stream(
        &self,
        request: &[u8],
        deadline: Deadline,
        out: &mut Vec<u8>,
    ) -> Result<(), Status> {
        let mut request_id = 0;
        let start = out.len();
        let outcome = guarded(&self.metrics, || {
            let request = match StreamView::read(request, self.limits.batch_queries_max) {
                Ok(request) => request,
                Err(why) => {
                    request_id = StreamView::read_id(request)?;
                    return Err(why.into());
                }
            };
            request_id = request.request_id;
            let batch = &request.batch;
            put_framed(out, |out| {
                put_stream_batch(out, request_id, batch.len(), |out| {
                    self.put_batch(out, batch, deadline)
                })
            })
        });
        let refusal = match outcome {
            Ok(()) => {
                self.metrics.stream_batch_answered(0);
                return Ok(());
            }
            Err(refusal) if refusal.ends_streams() => return Err(refusal.into()),
            Err(refusal) => refusal,
        };
        self.metrics.stream_batch_answered(refusal.code() as usize);
        // A panic may have left something.
        out.truncate(start);
        put_framed(out, |out| {
            put_stream_error(out, request_id, refusal);
            Ok(())
        })
    }

    /// Matches a batch and writes its answer.
    fn put_batch(
        &self,
        out: &mut Vec<u8>,
        request: &BatchView<'_>,
        deadline: Deadline,
    ) -> Result<(), Refusal> {
        let attributes = AttributeTable::of_batch(request)?;
        let batch = from_proto::batch(request, &attributes, from_proto::now())?;
        let current = self.catalog.current().ok_or(Refusal::NotLoaded)?;
        serves(&current.version, batch.min_version.as_ref())?;

        let (mut matches, mut incomplete) = (0, 0);
        Workbench::lend(self.limits.text, |workbench| {
            let Workbench { scratch, highlights, result_bytes, .. } = workbench;
            out.reserve(REPLY_BYTES + batch.queries.len() * *result_bytes);
            let start = out.len();
            put_version(out, &current.version);
            let slices = batch.queries.chunks(SLICE_QUERIES).zip(batch.parts.chunks(SLICE_QUERIES));
            for (queries, parts) in slices {
                deadline.check()?;
                match_batch(&current.index, queries, scratch);
                current.index.prefetch_ids(scratch.hits());
                for ((query, parts), answer) in queries.iter().zip(parts).zip(scratch.answers()) {
                    put_result(out, &current.index, query, *parts, &answer, highlights);
                    matches += answer.hits.len() as u64;
                    incomplete += u64::from(answer.incomplete);
                    if out.len() - start > RESPONSE_BYTES_MAX {
                        return Err(Refusal::ReplyTooLarge { most: RESPONSE_BYTES_MAX });
                    }
                }
            }
            *result_bytes = (out.len() - start).div_ceil(batch.queries.len()).min(RESULT_BYTES_MAX);
            Ok(())
        })?;
        self.count(batch.queries.len() as u64, matches, incomplete);
        Ok(())
    }

    /// `Explain`.
    pub(crate) fn explain(&self, request: &[u8], deadline: Deadline) -> Result<Vec<u8>, Refusal> {
        guarded(&self.metrics, || {
            let request = ExplainView::read(request)?;
            let attributes = AttributeTable::of_one(&request)?;
            let asked = from_proto::explain(&request, &attributes, from_proto::now())?;
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
            framed(&v1::ExplainResponse { version, explained: Some(explained) })
        })
    }

    /// `Analyze`.
    pub(crate) fn analyze(&self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        guarded(&self.metrics, || {
            let request = v1::AnalyzeRequest::decode(request)
                .map_err(|_| Refusal::RequestMalformed("it is no AnalyzeRequest"))?;
            Workbench::lend(self.limits.text, |workbench| {
                let tokens = workbench.analyzer().analyze(&request.text);
                let tokens = tokens.map_err(|why| Refusal::Text { field: "text", why })?;
                let tokens = tokens.map(|token| to_proto::token(&token)).collect();
                framed(&v1::AnalyzeResponse { tokens })
            })
        })
    }

    fn count(&self, queries: u64, matches: u64, incomplete: u64) {
        self.metrics.queries.increment(queries);
        self.metrics.matches.increment(matches);
        if incomplete > 0 {
            self.metrics.incomplete.increment(incomplete);
        }
    }
}

/// A reply that is a message.
fn framed(reply: &impl Message) -> Result<Vec<u8>, Refusal> {
    let bytes = reply.encoded_len();
    if bytes > RESPONSE_BYTES_MAX {
        return Err(Refusal::ReplyTooLarge { most: RESPONSE_BYTES_MAX });
    }
    let mut out = Vec::with_capacity(PREFIX_BYTES + bytes);
    put_framed(&mut out, |out| {
        reply.encode_raw(out);
        Ok::<_, Refusal>(())
    })?;
    Ok(out)
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

#[cfg(test)]
mod tests;
