//! Both byte orders, and what is bent, cut at every byte.

use std::io::Read;

use proptest::prelude::*;

use super::Decoder;
use crate::limits::UTF16_CHUNK_BYTES;

/// A text in UTF-16 with its byte order mark.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// What is read of these bytes, and whether they were UTF-16.
fn decoded(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut decoder = Decoder::new(bytes);
    let mut found = Vec::new();
    decoder.read_to_end(&mut found).expect("memory can be read");
    (found, decoder.is_utf16())
}

fn check(bytes: &[u8], expected: &[u8], is_utf16: bool) {
    assert_eq!(decoded(bytes), (expected.to_vec(), is_utf16), "{bytes:x?}");
}

#[test]
fn utf8_passes_as_it_is() {
    for bytes in [&b""[..], b"a", b"ab", b"\xef\xbb\xbfa", b"\xff", b"\xfe\xfe", b"a\xffb\0"] {
        check(bytes, bytes, false);
    }
}

#[test]
fn both_byte_orders_are_decoded_without_their_mark() {
    for text in ["", "a", "a\tb\r\nc", "é語", "🦀🦀", "\u{feff}a"] {
        check(&utf16(text, u16::to_le_bytes), text.as_bytes(), true);
        check(&utf16(text, u16::to_be_bytes), text.as_bytes(), true);
    }
}

#[test]
fn what_is_bent_is_a_byte_that_no_utf8_has() {
    check(b"\xff\xfea", b"\xff", true);
    check(b"\xff\xfea\0b", b"a\xff", true);
    check(b"\xff\xfe\x00\xd8a\0", b"\xffa", true);
    check(b"\xff\xfea\0\x00\xd8", b"a\xff", true);
    check(b"\xff\xfe\x00\xd8b", b"\xff\xff", true);
    check(b"\xff\xfe\x00\xdca\0", b"\xffa", true);
}

#[test]
fn pairs_that_parts_of_the_source_cut_in_two_are_whole() {
    for length in UTF16_CHUNK_BYTES / 2 - 2..UTF16_CHUNK_BYTES / 2 + 2 {
        let text = format!("{}🦀b", "x".repeat(length));
        check(&utf16(&text, u16::to_le_bytes), text.as_bytes(), true);
        let mut bent = utf16(&"x".repeat(length), u16::to_le_bytes);
        bent.extend(b"\x3e\xd8");
        let mut expected = vec![b'x'; length];
        expected.push(0xff);
        check(&bent, &expected, true);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..50), mark: bool) {
        let bytes = if mark { [b"\xff\xfe", &bytes[..]].concat() } else { bytes };
        let (found, is_utf16) = decoded(&bytes);
        prop_assert!(is_utf16 || found == bytes);
    }
}
