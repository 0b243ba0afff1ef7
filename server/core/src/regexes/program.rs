//! What an expression is compiled to: a program over characters (not bytes), for Thompson's simulation.
//!
//! An instruction goes on with the next one, unless it says otherwise. Classes of characters are kept apart and named
//! by number, equal ones once for all programs.

use regex_syntax::hir::Look;

/// A program, with what it refers to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program<'a> {
    pub(super) instructions: &'a [Instruction],
    pub(super) classes: &'a Classes,
    pub(super) beginning: Beginning,
}

/// One instruction. Targets are places in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instruction {
    /// A match ends here.
    Match,
    /// Takes this character.
    Char(char),
    /// Takes a character of this class.
    Class(u32),
    /// Goes on if this holds of the place in the text.
    Look(Look),
    /// Goes on there.
    Jump(u32),
    /// Goes on with the next instruction, or else there.
    Split(u32),
    /// Goes on there, or else with the next instruction.
    SplitBack(u32),
}

/// The characters with which a match can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Beginning {
    ascii: AsciiSet,
    /// Whether it can begin with a character that is not ASCII.
    others: bool,
}

/// Ranges of characters, ascending, both ends included.
pub(super) type Ranges = Box<[(char, char)]>;

/// Classes by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Classes {
    classes: Vec<Class>,
    /// What is not ASCII of all classes.
    ranges: Vec<(char, char)>,
}

#[derive(Debug, Clone, Copy)]
struct Class {
    ascii: AsciiSet,
    first_range: u32,
    ranges_end: u32,
}

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct AsciiSet([u64; 2]);

const _: () =
    assert!(size_of::<Instruction>() == 8, "programs are counted in 8 bytes an instruction");

impl Beginning {
    /// Adds a character.
    pub(super) fn add_char(&mut self, character: char) {
        self.add_ranges(&[(character, character)]);
    }

    /// Adds the characters of a class.
    pub(super) fn add_ranges(&mut self, ranges: &[(char, char)]) {
        self.ascii.add(ranges);
        self.others |= ranges.last().is_some_and(|&(_, last)| !last.is_ascii());
    }

    /// Whether a match can begin with a character that begins with this byte. No character begins with `10xxxxxx`.
    #[inline]
    pub(super) fn has(&self, byte: u8) -> bool {
        if byte.is_ascii() { self.ascii.has(byte) } else { self.others && byte >= 0xc0 }
    }
}

impl Classes {
    /// Adds a class; its number is how many there were before.
    pub(super) fn push(&mut self, ranges: &[(char, char)]) {
        let place = |length| u32::try_from(length).expect("the builder bounds what it keeps");
        let mut ascii = AsciiSet::default();
        ascii.add(ranges);
        let first_range = place(self.ranges.len());
        self.ranges.extend(ranges.iter().filter(|&&(_, last)| !last.is_ascii()));
        self.classes.push(Class { ascii, first_range, ranges_end: place(self.ranges.len()) });
    }

    /// Whether a class has this character. Takes log n for n ranges, but for ASCII.
    #[inline]
    pub(super) fn has(&self, class: u32, character: char) -> bool {
        let Class { ascii, first_range, ranges_end } = self.classes[class as usize];
        if character.is_ascii() {
            return ascii.has(character as u8);
        }
        let ranges = &self.ranges[first_range as usize..ranges_end as usize];
        let at = ranges.partition_point(|&(_, last)| last < character);
        ranges.get(at).is_some_and(|&(first, _)| first <= character)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.classes.as_slice()) + size_of_val(self.ranges.as_slice())
    }

    /// Whether each class has ranges that exist and ascend.
    pub(super) fn are_valid(&self) -> bool {
        self.classes.iter().all(|class| {
            let ranges = self.ranges.get(class.first_range as usize..class.ranges_end as usize);
            ranges.is_some_and(|ranges| {
                ranges.iter().all(|(first, last)| first <= last)
                    && ranges.is_sorted_by(|before, after| before.1 < after.0)
            })
        })
    }
}

impl AsciiSet {
    fn add(&mut self, ranges: &[(char, char)]) {
        for &(first, last) in ranges {
            for character in (first..=last).take_while(char::is_ascii) {
                let byte = character as u8;
                self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
            }
        }
    }

    /// Whether it has this byte, which is ASCII.
    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }
}

#[cfg(test)]
mod tests;
