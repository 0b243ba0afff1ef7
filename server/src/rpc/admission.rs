//! Whether a caller may make a call: what it shows, and what the table of access says.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::status::Refusal;
use crate::access::{Access, Credentials, Denied, Role};
use crate::serve::peer::Peer;
use crate::telemetry::Metrics;

/// Judges the calls of one connection.
#[derive(Clone)]
pub(crate) struct Admission {
    access: Access,
    peer: Arc<Peer>,
    metrics: Arc<Metrics>,
}

/// Who makes a call, for those who write it down.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Its name in the table of access; nothing if anybody may do what it does.
    pub(crate) name: Option<Arc<str>>,
    /// Where it is.
    pub(crate) peer: Arc<Peer>,
}

impl Admission {
    pub(crate) fn new(access: Access, peer: Peer, metrics: Arc<Metrics>) -> Admission {
        Admission { access, peer: Arc::new(peer), metrics }
    }

    /// The caller, if it may do what one of these roles may.
    pub(crate) fn judge(&self, headers: &HeaderMap, roles: &[Role]) -> Result<Caller, Refusal> {
        let name = self.check(headers, roles)?;
        Ok(Caller { name, peer: Arc::clone(&self.peer) })
    }

    /// The caller's name, if it has one and may do what one of these roles may.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        roles: &[Role],
    ) -> Result<Option<Arc<str>>, Refusal> {
        if !self.access.is_restricted() {
            return Ok(None);
        }
        let shown = headers.get(AUTHORIZATION).map(|value| bearer(value.as_bytes()));
        let certificate_names = &self.peer.certificate_names;
        let judged = match shown {
            // Credentials of another kind are known to nobody.
            Some(None) => Err(Denied::TokenUnknown),
            token => {
                let token = token.flatten();
                self.access.judge(Credentials { token, certificate_names }, roles)
            }
        };
        judged.map_err(|denied| {
            let (kind, refusal) = match denied {
                Denied::NoCredentials => (0, Refusal::Unauthenticated("there are no credentials")),
                Denied::TokenUnknown => (1, Refusal::Unauthenticated("the token is not known")),
                Denied::RoleMissing(role) => (2, Refusal::RoleMissing { role: role.name() }),
            };
            self.metrics.denied(kind);
            refusal
        })
    }
}

/// The token of `Bearer TOKEN`.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderMap, HeaderValue};
    use tonic::Code;

    use super::{Admission, bearer};
    use crate::access::{Access, AccessTable, Role};
    use crate::serve::peer::Peer;
    use crate::telemetry::Metrics;

    #[test]
    fn tokens() {
        let check = |value: &str, token: Option<&str>| {
            assert_eq!(bearer(value.as_bytes()), token.map(str::as_bytes), "{value}");
        };
        check("Bearer abc", Some("abc"));
        check("bearer  abc ", Some("abc"));
        check("Bearer ", Some(""));
        check("Bearer", None);
        check("Basic abc", None);
        check("", None);
    }

    #[test]
    fn what_callers_show_decides_and_is_counted() {
        let metrics = Arc::new(Metrics::new());
        let table = "[[principal]]\nname = \"ops\"\nroles = [\"admin\"]\ncertificate_names = [\"ops\"]\n\
             token_sha256 = [\"8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8\"]";
        let access = Access::with(AccessTable::parse(table).expect("a table"));
        let check = |authorization: Option<&'static str>, names: &[&str], role, expected| {
            let certificate_names = names.iter().map(|name| (*name).to_owned()).collect();
            let peer = Peer { address: None, certificate_names };
            let admission = Admission::new(access.clone(), peer, Arc::clone(&metrics));
            let mut headers = HeaderMap::new();
            if let Some(value) = authorization {
                headers.insert("authorization", HeaderValue::from_static(value));
            }
            let judged = admission.judge(&headers, &[role]);
            let judged = judged.map(|caller| caller.name).map_err(|refusal| refusal.code());
            assert_eq!(judged.as_ref().map(|name| name.as_deref()), expected, "{authorization:?}");
        };
        check(Some("Bearer alpha"), &[], Role::Admin, Ok(Some("ops")));
        check(None, &["ops"], Role::Admin, Ok(Some("ops")));
        check(Some("Bearer alpha"), &[], Role::Match, Err(&Code::PermissionDenied));
        check(Some("Bearer beta"), &[], Role::Admin, Err(&Code::Unauthenticated));
        check(Some("Basic alpha"), &["ops"], Role::Admin, Err(&Code::Unauthenticated));
        check(None, &[], Role::Admin, Err(&Code::Unauthenticated));
        let text = metrics.render();
        for line in ["no_credentials\"} 1", "token_unknown\"} 2", "role_missing\"} 1"] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
