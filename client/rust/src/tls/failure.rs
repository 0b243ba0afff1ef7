//! What a handshake that failed means, and what to do about it.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// A reason for programs, and what people can do.
type Advice = (&'static str, &'static str);

/// What the server says about the certificate of this client, or the lack of one.
const ALERTS: [(AlertDescription, Advice); 10] = [
    (AlertDescription::CertificateRequired, CERTIFICATE_REQUIRED),
    (AlertDescription::UnknownCA, CERTIFICATE_REFUSED),
    (AlertDescription::BadCertificate, CERTIFICATE_REFUSED),
    (AlertDescription::UnsupportedCertificate, CERTIFICATE_REFUSED),
    (AlertDescription::CertificateUnknown, CERTIFICATE_REFUSED),
    (AlertDescription::CertificateExpired, CERTIFICATE_REFUSED),
    (AlertDescription::CertificateRevoked, CERTIFICATE_REFUSED),
    (AlertDescription::AccessDenied, CERTIFICATE_REFUSED),
    (AlertDescription::DecryptError, CERTIFICATE_REFUSED),
    (AlertDescription::NoApplicationProtocol, NOT_GRPC),
];
const CERTIFICATE_REQUIRED: Advice = (
    "TLS_CERTIFICATE_REQUIRED",
    "the server wants a certificate of this client: give one with its key",
);
const CERTIFICATE_REFUSED: Advice = (
    "TLS_CERTIFICATE_REFUSED",
    "the server refuses the certificate of this client: give one that has not expired, is for clients, and is signed by \
     the CA that the server has for them",
);
const NOT_GRPC: Advice = (
    "TLS_NOT_GRPC",
    "the server does not speak HTTP/2 there: check the port, and what stands in between",
);
const NOT_SPOKEN: Advice = (
    "TLS_NOT_SPOKEN",
    "the server does not speak TLS there: check the port, or write http:// if plain text is meant",
);

/// What is known of a failure with these causes. `None` if they have nothing to do with TLS, or nothing would help.
pub(crate) fn describe(failure: &(dyn StdError + 'static)) -> Option<Advice> {
    let mut next = Some(failure);
    while let Some(error) = next {
        // What an I/O error wraps is not its source: the source is what comes after that.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let wrapped = wrapped.and_then(|inner| inner.downcast_ref::<Error>());
        match error.downcast_ref::<Error>().or(wrapped) {
            Some(Error::InvalidCertificate(fault)) => return Some(certificate(fault)),
            Some(Error::InvalidMessage(_)) => return Some(NOT_SPOKEN),
            _ => {}
        }
        // In TLS 1.3 the server judges the client's certificate when the handshake is over for the client. What it says
        // then comes up through HTTP/2, which keeps no more of it than its text.
        let text = error.to_string();
        let told = |(alert, _): &&(AlertDescription, Advice)| {
            text.contains(&Error::AlertReceived(*alert).to_string())
        };
        if let Some((_, advice)) = ALERTS.iter().find(told) {
            return Some(*advice);
        }
        next = error.source();
    }
    None
}

fn certificate(fault: &CertificateError) -> Advice {
    match fault {
        // A bad signature is that of another CA of the same name: an old one, say.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "TLS_CA_UNKNOWN",
            "nobody that this client trusts has signed the server's certificate: name the CA that has",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "TLS_NAME_MISMATCH",
            "the server's certificate is for another name: connect to a name that it has, or say which one to expect",
        ),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => (
            "TLS_CERTIFICATE_EXPIRED",
            "the server's certificate is not valid now: renew it, or set the clock of this machine",
        ),
        _ => (
            "TLS_CERTIFICATE_INVALID",
            "the server's certificate cannot be trusted: it must be one for servers, and not that of the CA itself",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};

    use super::describe;

    /// Each of these failures has this reason, however deep it is.
    fn check(failure: &Error, reason: Option<&str>) {
        let found = |error: &(dyn std::error::Error + 'static)| describe(error).map(|it| it.0);
        assert_eq!(found(failure), reason, "{failure}");
        assert_eq!(found(&io::Error::other(failure.clone())), reason, "{failure}");
        let status = tonic::Status::from_error(Box::new(io::Error::other(failure.clone())));
        let source = std::error::Error::source(&status).expect("a status keeps its cause");
        assert_eq!(found(source), reason, "{failure}");
    }

    #[test]
    fn what_failed_has_a_reason_if_something_can_be_done_about_it() {
        let certificate = |fault| Error::InvalidCertificate(fault);
        check(&certificate(CertificateError::UnknownIssuer), Some("TLS_CA_UNKNOWN"));
        check(&certificate(CertificateError::BadSignature), Some("TLS_CA_UNKNOWN"));
        check(&certificate(CertificateError::NotValidForName), Some("TLS_NAME_MISMATCH"));
        check(&certificate(CertificateError::NotValidYet), Some("TLS_CERTIFICATE_EXPIRED"));
        check(&certificate(CertificateError::Revoked), Some("TLS_CERTIFICATE_INVALID"));
        let message = Error::InvalidMessage(InvalidMessage::InvalidContentType);
        check(&message, Some("TLS_NOT_SPOKEN"));
        let alert = |alert| Error::AlertReceived(alert);
        let required = "TLS_CERTIFICATE_REQUIRED";
        check(&alert(AlertDescription::CertificateRequired), Some(required));
        check(&alert(AlertDescription::UnknownCA), Some("TLS_CERTIFICATE_REFUSED"));
        check(&alert(AlertDescription::CertificateExpired), Some("TLS_CERTIFICATE_REFUSED"));
        check(&alert(AlertDescription::NoApplicationProtocol), Some("TLS_NOT_GRPC"));
        check(&alert(AlertDescription::InternalError), None);
        check(&Error::HandshakeNotComplete, None);
    }

    #[test]
    fn an_alert_is_known_by_its_text_where_nothing_else_is_left_of_it() {
        let text = format!(
            "connection error: {}",
            Error::AlertReceived(AlertDescription::CertificateRequired)
        );
        let known = describe(&io::Error::other(text)).map(|it| it.0);
        assert_eq!(known, Some("TLS_CERTIFICATE_REQUIRED"));
        assert_eq!(describe(&io::Error::other("connection refused")), None);
    }
}
