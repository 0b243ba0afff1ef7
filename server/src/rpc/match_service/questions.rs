//! What people ask about matching: why a listing matches a text, and how a text is split. These calls are rare, and are
//! answered by way of generated messages.

use broadside_proto::v1;
use broadside_proto::v1::explain_response::Explained;
use prost::Message;

use super::{Matches, serves};
use crate::limits::RESPONSE_BYTES_MAX;
use crate::rpc::body::Bounds;
use crate::rpc::from_proto::{self, AttributeTable};
use crate::rpc::layers::{Deadline, Terms, guarded};
use crate::rpc::status::Refusal;
use crate::rpc::to_proto;
use crate::rpc::wire::reply::{PREFIX_BYTES, begin_framed, end_framed};
use crate::rpc::wire::request::ExplainView;
use crate::rpc::workbench::Workbench;

impl Matches {
    /// `Explain`.
    pub(crate) async fn explain(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
    ) -> Result<Vec<u8>, Refusal> {
        let mut turn = self.turn_with_room(terms.ask(1), terms.deadline, bounds).await?;
        let explained = self.explained(request, terms.deadline);
        turn.lap(1);
        explained
    }

    fn explained(&self, request: &[u8], deadline: Deadline) -> Result<Vec<u8>, Refusal> {
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
    pub(crate) async fn analyze(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
    ) -> Result<Vec<u8>, Refusal> {
        let mut turn = self.turn_with_room(terms.ask(1), terms.deadline, bounds).await?;
        let analyzed = self.analyzed(request);
        turn.lap(1);
        analyzed
    }

    fn analyzed(&self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
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
}

/// A reply that is a message.
fn framed(reply: &impl Message) -> Result<Vec<u8>, Refusal> {
    let bytes = reply.encoded_len();
    if bytes > RESPONSE_BYTES_MAX {
        return Err(Refusal::ReplyTooLarge { most: RESPONSE_BYTES_MAX });
    }
    let mut out = Vec::with_capacity(PREFIX_BYTES + bytes);
    let framed = begin_framed(&mut out);
    reply.encode_raw(&mut out);
    end_framed(&mut out, framed);
    Ok(out)
}
