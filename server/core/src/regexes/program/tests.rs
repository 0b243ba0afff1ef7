//! Sets of characters.

use super::{Beginning, Classes};

const RANGES: [(char, char); 4] = [('a', 'c'), ('x', 'é'), ('б', 'д'), ('東', '東')];
const IN: [char; 10] = ['a', 'c', 'x', '~', '\u{80}', 'é', 'б', 'в', 'д', '東'];
const OUT: [char; 8] = ['`', 'd', 'w', 'ê', 'а', 'е', '杰', '\u{10ffff}'];

#[test]
fn classes_have_the_characters_of_their_ranges() {
    let mut classes = Classes::default();
    classes.push(&[('0', '9'), ('ж', 'ж')]);
    classes.push(&RANGES);
    assert_eq!(classes.len(), 2);
    assert!(IN.iter().all(|&character| classes.has(1, character)));
    assert!(!OUT.iter().any(|&character| classes.has(1, character)));
    assert!(!IN.iter().any(|&character| classes.has(0, character)));
}

#[test]
fn a_match_begins_where_a_character_begins() {
    let mut beginning = Beginning::default();
    beginning.add_ranges(&RANGES[..1]);
    beginning.add_char('z');
    let ascii = |byte: u8| b"abcz".contains(&byte);
    assert!((0..=u8::MAX).all(|byte| beginning.has(byte) == ascii(byte)));
    beginning.add_char('é');
    beginning.add_char('y');
    let ascii = |byte: u8| b"abcyz".contains(&byte);
    assert!((0..=u8::MAX).all(|byte| beginning.has(byte) == (ascii(byte) || byte >= 0xc0)));
}
