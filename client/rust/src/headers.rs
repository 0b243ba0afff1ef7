//! What goes in front of the message of a call: who asks, for which trace, and how urgent it is.

use tonic::metadata::{Ascii, MetadataMap, MetadataValue};

use crate::error::{Code, Error};
use crate::query::Priority;

/// The headers of a client, or of one of its calls. `Debug` does not show the token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers(MetadataMap);

impl Headers {
    /// The headers that every call of a client has.
    ///
    /// # Errors
    /// INVALID_ARGUMENT with the reason TOKEN_INVALID or TRACEPARENT_INVALID.
    pub(crate) fn of_client(
        token: Option<&str>,
        traceparent: Option<&str>,
    ) -> Result<Headers, Error> {
        let mut headers = Headers::default();
        if let Some(token) = token {
            headers.0.insert("authorization", bearer(token)?);
        }
        headers.with(traceparent, Priority::Interactive)
    }

    /// These headers, and those of one call; the call's trace is instead of the client's.
    ///
    /// # Errors
    /// INVALID_ARGUMENT with the reason TRACEPARENT_INVALID.
    pub(crate) fn with(
        &self,
        traceparent: Option<&str>,
        priority: Priority,
    ) -> Result<Headers, Error> {
        let mut headers = self.clone();
        if let Some(traceparent) = traceparent {
            let value = visible(traceparent).map_err(|at| {
                let message = format!(
                    "the traceparent `{}` has a character that a header cannot carry, at byte {at}; pass on the header as \
                     it came",
                    traceparent.escape_debug()
                );
                Error::local(Code::InvalidArgument, "TRACEPARENT_INVALID", message)
            })?;
            headers.0.insert("traceparent", value);
        }
        match priority {
            Priority::Interactive => {}
            Priority::Bulk => {
                let bulk = MetadataValue::from_static("bulk");
                headers.0.insert("x-broadside-priority", bulk);
            }
        }
        Ok(headers)
    }

    /// A copy in the form of the stack below.
    pub(crate) fn metadata(&self) -> MetadataMap {
        self.0.clone()
    }
}

/// The header of a token. It counts as sensitive: it is not shown, and no table of compressed headers keeps it.
fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Error> {
    let refused = |why: String| {
        let message = format!(
            "the token cannot be sent: {why}; a token is one word of visible ASCII characters, without the line break at \
             the end of its file"
        );
        Error::local(Code::InvalidArgument, "TOKEN_INVALID", message)
    };
    if token.is_empty() {
        return Err(refused("it is empty".to_owned()));
    }
    visible(token)
        .map_err(|at| refused(format!("a header cannot carry the character at byte {at}")))?;
    let mut value: MetadataValue<Ascii> =
        format!("Bearer {token}").parse().expect("visible ASCII and a space are a header value");
    value.set_sensitive(true);
    Ok(value)
}

/// A header value of visible ASCII characters, or the byte at which there is another one.
fn visible(text: &str) -> Result<MetadataValue<Ascii>, usize> {
    match text.bytes().position(|byte| !byte.is_ascii_graphic()) {
        Some(at) => Err(at),
        None => Ok(text.parse().expect("visible ASCII is a header value")),
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;
    use crate::error::Error;
    use crate::query::Priority;

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const OTHER_TRACE: &str =
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later";

    fn check(headers: &Headers, expected: &[(&str, &str)]) {
        let headers = headers.metadata().into_headers();
        let mut found: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("it is ASCII")))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_call_adds_to_the_headers_of_its_client() {
        let none = Headers::of_client(None, None).expect("nothing is wrong with nothing");
        check(&none, &[]);
        let bulk = none.with(None, Priority::Bulk).expect("it is good");
        check(&bulk, &[("x-broadside-priority", "bulk")]);

        let both = Headers::of_client(Some("s3cr3t+/=~"), Some(TRACE)).expect("they are good");
        let token = ("authorization", "Bearer s3cr3t+/=~");
        check(&both, &[token, ("traceparent", TRACE)]);
        let same = both.with(None, Priority::Interactive).expect("it is good");
        check(&same, &[token, ("traceparent", TRACE)]);
        let other = both.with(Some(OTHER_TRACE), Priority::Interactive).expect("it is good");
        check(&other, &[token, ("traceparent", OTHER_TRACE)]);
    }

    #[test]
    fn a_token_is_not_shown_and_no_compression_keeps_it() {
        let headers = Headers::of_client(Some("s3cr3t"), None).expect("it is good");
        assert!(!format!("{headers:?}").contains("s3cr3t"), "{headers:?}");
        assert!(headers.metadata().into_headers()["authorization"].is_sensitive());
    }

    #[test]
    fn what_a_header_cannot_carry_is_refused_and_a_token_is_not_told() {
        let check = |outcome: Result<Headers, Error>, reason: &str, what: &str| {
            let error = outcome.expect_err(reason);
            assert_eq!(error.reason.as_deref(), Some(reason));
            assert!(error.message.contains(what), "{}", error.message);
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error:?}");
        };
        let token = |token| Headers::of_client(Some(token), None);
        check(token(""), "TOKEN_INVALID", "it is empty");
        check(token("s3cr3t\n"), "TOKEN_INVALID", "at byte 6");
        check(token("Bearer s3cr3t"), "TOKEN_INVALID", "at byte 6");
        check(token("s3cr3té"), "TOKEN_INVALID", "at byte 6");
        check(token("\0s3cr3t"), "TOKEN_INVALID", "at byte 0");
        let trace = |trace| Headers::of_client(None, Some(trace));
        check(trace("00-4b\r\nx: y"), "TRACEPARENT_INVALID", "`00-4b\\r\\nx: y`");
    }
}
