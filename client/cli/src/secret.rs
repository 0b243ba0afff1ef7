//! What must not be shown.

use std::fmt;

use serde::Deserialize;

/// A secret. Its `Debug` shows nothing of it, so neither does that of what holds it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(pub(crate) String);

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn it_is_not_shown() {
        assert!(!format!("{:?}", Some(Secret("s3cr3t".to_owned()))).contains("s3cr3t"));
    }
}
