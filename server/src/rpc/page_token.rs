//! Page tokens: where the next page of a list begins.
//!
//! A token holds the last id of its page, and the group that was asked for, so that it is not taken for a page of another
//! one. It holds no version: ids have an order in every version, and the next page goes on in it. For clients it is
//! opaque, and what is in it may change with any release.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The token of the page after this id.
pub(crate) fn write(group: Option<&str>, after: &str) -> String {
    let group = group.unwrap_or_default();
    URL_SAFE_NO_PAD.encode(format!("{}:{group}{after}", group.len()))
}

/// The id after which the next page begins, or nothing if it is no token of a page of this group.
pub(crate) fn read(token: &str, group: Option<&str>) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (length, rest) = text.split_once(':')?;
    let (of, after) = rest.split_at_checked(length.parse().ok()?)?;
    (of == group.unwrap_or_default() && !after.is_empty()).then(|| after.to_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::{read, write};

    #[test]
    fn a_token_is_of_one_group_and_plain() {
        for group in [None, Some("shoes"), Some("a:1"), Some("größe")] {
            for after in ["l1", "5:shoes", "ü\n\0"] {
                let token = write(group, after);
                assert!(
                    token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                );
                assert_eq!(read(&token, group).as_deref(), Some(after), "{group:?} {after:?}");
                assert_eq!(read(&token, Some("another")), None, "{group:?} {after:?}");
            }
        }
        assert_eq!(
            read(&write(Some("a"), "bc"), Some("ab")),
            None,
            "where the group ends is in it"
        );
        assert_eq!(read(&write(Some("a"), "b"), None), None);
        assert_eq!(read(&write(None, "b"), Some("b")), None);
    }

    #[test]
    fn what_is_no_token() {
        for text in ["", "l1", "0", ":l1", "x:l1", "0:", "9:l1", "1:ü", "-1:l1"] {
            assert_eq!(read(&URL_SAFE_NO_PAD.encode(text), None), None, "{text:?}");
        }
        assert_eq!(read(&URL_SAFE_NO_PAD.encode([b'0', b':', 0xFF]), None), None);
        assert_eq!(read("no token!", None), None);
    }
}
