//! `MatchStream`: each request is answered as a batch is, with its own snapshot and in its own turns.

use tonic::Status;

use super::Matches;
use crate::rpc::body::Bounds;
use crate::rpc::layers::{Deadline, Terms, guarded};
use crate::rpc::status::Refusal;
use crate::rpc::wire::reply::{
    begin_framed, begin_stream_batch, end_framed, end_stream_batch, put_stream_error,
};
use crate::rpc::wire::request::StreamView;

impl Matches {
    /// Refuses a stream that could not be answered.
    pub(crate) fn begin_stream(&self, deadline: Deadline) -> Result<(), Refusal> {
        deadline.check()?;
        self.catalog.current().map(drop).ok_or(Refusal::NotLoaded)
    }

    /// One request of `MatchStream`: writes its response.
    ///
    /// # Errors
    /// Why the stream ends.
    pub(crate) async fn match_stream(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
        out: &mut Vec<u8>,
    ) -> Result<(), Status> {
        let mut request_id = 0;
        let start = out.len();
        let outcome = self.put_stream_response(request, terms, bounds, out, &mut request_id).await;
        let refusal = match outcome {
            Ok(()) => {
                self.metrics.stream_batch_answered(0);
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        out.truncate(start);
        if refusal.ends_streams() {
            return Err(refusal.into());
        }
        self.metrics.stream_batch_answered(refusal.code() as usize);
        let framed = begin_framed(out);
        put_stream_error(out, request_id, refusal);
        end_framed(out, framed);
        Ok(())
    }

    /// Writes the response to one request of a stream, and says which number it has.
    async fn put_stream_response(
        &self,
        request: &[u8],
        terms: Terms,
        bounds: &Bounds,
        out: &mut Vec<u8>,
        request_id: &mut u64,
    ) -> Result<(), Refusal> {
        let view = guarded(&self.metrics, || {
            match StreamView::read(request, self.limits.batch_queries_max) {
                Ok(view) => Ok(view),
                Err(why) => {
                    *request_id = StreamView::read_id(request)?;
                    Err(why.into())
                }
            }
        })?;
        *request_id = view.request_id;
        let framed = begin_framed(out);
        let response = begin_stream_batch(out, view.request_id, view.batch.len());
        self.put_batch(out, &view.batch, request.len(), terms, bounds).await?;
        end_stream_batch(out, response);
        end_framed(out, framed);
        Ok(())
    }
}
