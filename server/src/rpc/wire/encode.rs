//! Writes protobuf fields, as prost writes them: what has its default value is left out.
//!
//! A message inside a message is written before its length is known. A place is left for the length, of as many bytes as
//! it will probably take; if it takes another number the message is moved, which for the small ones of a match is less
//! work than to compute all lengths first.

/// A field's key. All of ours fit into one byte.
const fn key(number: u8, wire_type: u8) -> u8 {
    assert!(number < 16 && wire_type < 8);
    number << 3 | wire_type
}

/// Bytes that a length takes.
fn length_bytes(length: usize) -> usize {
    (length.max(1).ilog2() / 7 + 1) as usize
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

/// A number of variable length.
#[inline]
pub(crate) fn put_number(out: &mut Vec<u8>, number: u8, value: u64) {
    if value != 0 {
        out.push(key(number, 0));
        put_varint(out, value);
    }
}

/// A number that is written even if it is 0, because it is there.
pub(crate) fn put_present(out: &mut Vec<u8>, number: u8, value: i64) {
    out.push(key(number, 0));
    put_varint(out, value.cast_unsigned());
}

/// A floating-point number.
#[inline]
pub(crate) fn put_double(out: &mut Vec<u8>, number: u8, value: f64) {
    if value != 0.0 {
        let mut field = [key(number, 1); 9];
        field[1..].copy_from_slice(&value.to_le_bytes());
        out.extend_from_slice(&field);
    }
}

/// A text, or bytes.
#[inline]
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    if !bytes.is_empty() {
        out.push(key(number, 2));
        put_varint(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
}

/// A message that has begun and whose length is not known yet.
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    place: usize,
    length_bytes: usize,
}

/// A message that `write` writes, and whose length probably takes so many bytes. It is there even if it is empty.
#[inline]
pub(crate) fn put_message<T>(
    out: &mut Vec<u8>,
    number: u8,
    probable_length_bytes: usize,
    write: impl FnOnce(&mut Vec<u8>) -> T,
) -> T {
    let begun = begin_message(out, number, probable_length_bytes);
    let written = write(out);
    end_message(out, begun);
    written
}

/// Begins a message; what is written from now on is in it, until it is ended.
#[inline]
pub(crate) fn begin_message(out: &mut Vec<u8>, number: u8, probable_length_bytes: usize) -> Begun {
    const PLACES: [u8; 10] = [0; 10];
    out.push(key(number, 2));
    let place = out.len();
    out.extend_from_slice(&PLACES[..probable_length_bytes]);
    Begun { place, length_bytes: probable_length_bytes }
}

/// Ends the message that was begun last.
#[inline]
pub(crate) fn end_message(out: &mut Vec<u8>, begun: Begun) {
    let Begun { place, length_bytes: expected } = begun;
    let start = place + expected;
    let content = out.len() - start;
    let bytes = length_bytes(content);
    if bytes != expected {
        let end = out.len();
        out.resize(end.max(place + bytes + content), 0);
        out.copy_within(start..end, place + bytes);
        out.truncate(place + bytes + content);
    }
    let mut length = content as u64;
    for byte in &mut out[place..place + bytes - 1] {
        *byte = (length & 0x7f) as u8 | 0x80;
        length >>= 7;
    }
    out[place + bytes - 1] = (length & 0x7f) as u8;
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::{put_message, put_varint};

    #[test]
    fn numbers_are_those_of_prost() {
        for shift in 0..64 {
            for value in [(1_u64 << shift) - 1, 1 << shift, u64::MAX >> shift] {
                let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                put_varint(&mut ours, value);
                prost::encoding::encode_varint(value, &mut theirs);
                assert_eq!(ours, theirs, "{value}");
            }
        }
    }

    #[test]
    fn lengths_are_right_whatever_was_expected() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 70_000, 2_097_152] {
            let content = vec![7; length];
            let expected = prost_types::Any { type_url: String::new(), value: content.clone() };
            for probable in 1..5 {
                let mut out = Vec::new();
                put_message(&mut out, 2, probable, |out| out.extend_from_slice(&content));
                if length == 0 {
                    assert_eq!(out, [0x12, 0], "it is there");
                } else {
                    assert!(out == expected.encode_to_vec(), "{length} of {probable}");
                }
            }
        }
    }
}
