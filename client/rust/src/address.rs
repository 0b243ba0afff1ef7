//! Addresses of servers: `127.0.0.1:50051`, `host:50051`, `[::1]:50051`, the same after `http://`; after `https://` for
//! TLS; `unix:/path/of/socket`.

use tonic::transport::Uri;

use crate::error::{Code, Error};

/// Where a server is, and how it is talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// TCP in plain text.
    Plain(Uri),
    /// TCP with TLS.
    Tls(Uri),
    /// The socket of this path, in plain text: it does not leave the machine, and the path's permissions guard it.
    Unix(String),
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// INVALID_ARGUMENT with the reason ADDRESS_INVALID.
    pub(crate) fn parse(address: &str) -> Result<Address, Error> {
        let invalid = |why: &str| {
            let message = format!(
                "the address `{address}` cannot be used: {why}; write HOST:PORT, for example 127.0.0.1:50051, \
                 https://HOST:PORT for TLS, or unix:/PATH"
            );
            Error::local(Code::InvalidArgument, "ADDRESS_INVALID", message)
        };
        if let Some(path) = address.strip_prefix("unix:") {
            // With an empty host, as a URI has it, it is the same path.
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path.strip_prefix('/') {
                Some(name) if !name.is_empty() => Ok(Address::Unix(path.to_owned())),
                _ => Err(invalid("the path of its socket does not start at the root")),
            };
        }
        let (scheme, authority) = match address.split_once("://") {
            None => ("http", address),
            Some((scheme @ ("http" | "https"), rest)) => {
                (scheme, rest.strip_suffix('/').unwrap_or(rest))
            }
            Some(_) => return Err(invalid("its scheme is none of http, https and unix")),
        };
        let uri: Uri = format!("{scheme}://{authority}")
            .parse()
            .map_err(|_| invalid("it is not a host and a port"))?;
        if uri.authority().map(|parsed| parsed.as_str()) != Some(authority) {
            return Err(invalid("it has more than a host and a port"));
        }
        if authority.contains('@') {
            return Err(invalid("it has a user name"));
        }
        match (uri.port_u16(), scheme) {
            (None | Some(0), _) => Err(invalid("it has no port")),
            (Some(_), "https") => Ok(Address::Tls(uri)),
            (Some(_), _) => Ok(Address::Plain(uri)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn check(address: &str, expected: Result<&str, &str>) {
        let parsed = Address::parse(address).map_err(|error| {
            assert!(error.message.contains(address), "{}", error.message);
            error.reason.expect("every refusal has a reason")
        });
        let parsed = parsed.map(|address| match address {
            Address::Plain(uri) => format!("plain {uri}"),
            Address::Tls(uri) => format!("TLS {uri}"),
            Address::Unix(path) => format!("unix {path}"),
        });
        let parsed = parsed.as_ref().map(String::as_str).map_err(String::as_str);
        assert_eq!(parsed, expected, "{address}");
    }

    #[test]
    fn addresses() {
        check("127.0.0.1:50051", Ok("plain http://127.0.0.1:50051/"));
        check("ads.internal:50051", Ok("plain http://ads.internal:50051/"));
        check("[::1]:50051", Ok("plain http://[::1]:50051/"));
        check("http://127.0.0.1:50051", Ok("plain http://127.0.0.1:50051/"));
        check("http://127.0.0.1:50051/", Ok("plain http://127.0.0.1:50051/"));
        check("https://ads.internal:443", Ok("TLS https://ads.internal:443/"));
        check("https://[::1]:50051/", Ok("TLS https://[::1]:50051/"));
        check("unix:/run/broadside.sock", Ok("unix /run/broadside.sock"));
        check("unix:///run/broadside.sock", Ok("unix /run/broadside.sock"));
    }

    #[test]
    fn what_is_no_address() {
        for bad in [
            "",
            "ads.internal",
            "ads.internal:",
            "ads.internal:0",
            "ads.internal:99999",
            "https://ads.internal",
            "::1:50051",
            "ftp://ads.internal:21",
            "http://ads.internal:50051/v1",
            "https://ads.internal:50051/v1",
            "ads.internal:50051?x=1",
            "me@ads.internal:50051",
            "two words:1",
            "unix:",
            "unix:/",
            "unix:run/broadside.sock",
            "unix://host/run/broadside.sock",
        ] {
            check(bad, Err("ADDRESS_INVALID"));
        }
    }
}
