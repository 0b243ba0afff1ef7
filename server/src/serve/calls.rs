//! Notes the calls of a connection in its [`Activity`]: each from its headers to the last byte of its reply.
//!
//! Their number decides at shutdown whether a connection that does not answer GOAWAY may be closed, and whether one is
//! idle; their progress, whether what comes in is of any use.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::Service;

use super::activity::Activity;

/// A service whose calls are counted.
#[derive(Debug, Clone)]
pub struct Counted<S> {
    inner: S,
    activity: Arc<Activity>,
}

/// A call that is counted.
#[derive(Debug)]
pub struct CountedFuture<F> {
    inner: F,
    open: Option<OpenCall>,
}

/// The reply of a call that is counted.
#[derive(Debug)]
pub struct CountedBody<B> {
    inner: B,
    _open: Option<OpenCall>,
}

/// The body of a request, whose parts are progress.
#[derive(Debug)]
pub struct RequestBody {
    inner: Incoming,
    activity: Arc<Activity>,
}

/// One call, until it is dropped.
#[derive(Debug)]
struct OpenCall(Arc<Activity>);

impl OpenCall {
    fn begin(activity: &Arc<Activity>) -> OpenCall {
        activity.call_begins();
        OpenCall(Arc::clone(activity))
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        self.0.call_ends();
    }
}

impl<S> Counted<S> {
    /// Counts the calls of a service.
    pub fn new(inner: S, activity: Arc<Activity>) -> Counted<S> {
        Counted { inner, activity }
    }
}

impl<S, B> Service<Request<Incoming>> for Counted<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>>,
    S::Future: Unpin,
{
    type Response = Response<CountedBody<B>>;
    type Error = S::Error;
    type Future = CountedFuture<S::Future>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let open = OpenCall::begin(&self.activity);
        let activity = Arc::clone(&self.activity);
        let request = request.map(|inner| RequestBody { inner, activity });
        CountedFuture { open: Some(open), inner: self.inner.call(request) }
    }
}

impl<F, B, E> Future for CountedFuture<F>
where
    F: Future<Output = Result<Response<B>, E>> + Unpin,
{
    type Output = Result<Response<CountedBody<B>>, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = std::task::ready!(Pin::new(&mut self.inner).poll(context))?;
        let open = self.open.take();
        Poll::Ready(Ok(response.map(|inner| CountedBody { inner, _open: open })))
    }
}

impl RequestBody {
    /// What happens on its connection.
    pub fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(_))) = &polled {
            self.activity.progress();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Body + Unpin> Body for CountedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
