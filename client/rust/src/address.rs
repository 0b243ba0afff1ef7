//! Addresses of servers: `127.0.0.1:50051`, `host:50051`, `[::1]:50051`, and the same after `http://`.

use tonic::transport::Uri;

use crate::error::{Code, Error};

/// Reads an address.
///
/// # Errors
/// INVALID_ARGUMENT with the reason ADDRESS_INVALID, or ADDRESS_NEEDS_TLS for `https://`, which is not served yet.
pub(crate) fn parse(address: &str) -> Result<Uri, Error> {
    let refused = |reason: &str, why: &str| {
        let message = format!(
            "the address `{address}` cannot be used: {why}; write HOST:PORT, for example 127.0.0.1:50051"
        );
        Error::local(Code::InvalidArgument, reason, message)
    };
    let invalid = |why: &str| refused("ADDRESS_INVALID", why);

    let authority = match address.split_once("://") {
        None => address,
        Some(("http", rest)) => rest.strip_suffix('/').unwrap_or(rest),
        Some(("https", _)) => {
            return Err(refused("ADDRESS_NEEDS_TLS", "this client does not speak TLS yet"));
        }
        Some(_) => return Err(invalid("its scheme is not http")),
    };
    let uri: Uri = format!("http://{authority}")
        .parse()
        .map_err(|_| invalid("it is not a host and a port"))?;
    if uri.authority().map(|parsed| parsed.as_str()) != Some(authority) {
        return Err(invalid("it has more than a host and a port"));
    }
    if authority.contains('@') {
        return Err(invalid("it has a user name"));
    }
    match uri.port_u16() {
        None | Some(0) => Err(invalid("it has no port")),
        Some(_) => Ok(uri),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(address: &str, expected: Result<&str, &str>) {
        let parsed = parse(address).map(|uri| uri.to_string()).map_err(|error| {
            assert!(error.message.contains(address), "{}", error.message);
            error.reason.expect("every refusal has a reason")
        });
        let parsed = parsed.as_ref().map(String::as_str).map_err(String::as_str);
        assert_eq!(parsed, expected, "{address}");
    }

    #[test]
    fn addresses() {
        check("127.0.0.1:50051", Ok("http://127.0.0.1:50051/"));
        check("ads.internal:50051", Ok("http://ads.internal:50051/"));
        check("[::1]:50051", Ok("http://[::1]:50051/"));
        check("http://127.0.0.1:50051", Ok("http://127.0.0.1:50051/"));
        check("http://127.0.0.1:50051/", Ok("http://127.0.0.1:50051/"));
        check("https://ads.internal:443", Err("ADDRESS_NEEDS_TLS"));
        for bad in [
            "",
            "ads.internal",
            "ads.internal:",
            "ads.internal:0",
            "ads.internal:99999",
            "::1:50051",
            "ftp://ads.internal:21",
            "http://ads.internal:50051/v1",
            "ads.internal:50051?x=1",
            "me@ads.internal:50051",
            "two words:1",
        ] {
            check(bad, Err("ADDRESS_INVALID"));
        }
    }
}
