//! The fields of a protobuf message, one after the other, borrowed from its bytes.
//!
//! Accepts and refuses what prost accepts and refuses. Nothing is allocated, and nothing is read twice.

/// Groups and messages inside each other, at most; prost's bound.
const DEPTH_MAX: u32 = 100;

/// Bytes that are not the message that they should be; the text says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub(crate) &'static str);

/// The fields of one message that are still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'r> {
    rest: &'r [u8],
    /// How much deeper messages and groups may go.
    depth_left: u32,
}

/// What a field holds, by its wire type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'r> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'r [u8]),
    /// A wire type that no field of ours has. It was stepped over.
    Other,
}

impl<'r> Fields<'r> {
    /// The fields of a whole message.
    pub(crate) fn new(message: &'r [u8]) -> Fields<'r> {
        Fields { rest: message, depth_left: DEPTH_MAX }
    }

    /// The next field's number and value; nothing after the last one.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'r>)>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.key()?;
        let value = match wire_type {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(self.fixed()?),
            2 => Value::Bytes(self.length_delimited()?),
            3 => {
                self.skip_group(number, self.depth_left)?;
                Value::Other
            }
            5 => {
                self.fixed::<4>()?;
                Value::Other
            }
            _ => return Err(Malformed("a field has a wire type that cannot stand there")),
        };
        Ok(Some((number, value)))
    }

    /// The fields of a message inside this one.
    #[inline]
    pub(crate) fn nested(&self, value: Value<'r>) -> Result<Fields<'r>, Malformed> {
        Ok(Fields { rest: value.bytes()?, depth_left: self.depth_left - 1 })
    }

    /// The next number of a packed field.
    #[expect(clippy::cast_possible_truncation, reason = "protobuf has it so")]
    pub(crate) fn packed(&mut self) -> Result<i32, Malformed> {
        Ok((self.varint()? as u32).cast_signed())
    }

    /// The bytes that are left.
    pub(crate) fn len(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn key(&mut self) -> Result<(u32, u32), Malformed> {
        let key = u32::try_from(self.varint()?)
            .map_err(|_| Malformed("a field has a number that is too large"))?;
        match key >> 3 {
            0 => Err(Malformed("a field has the number 0")),
            number => Ok((number, key & 7)),
        }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Malformed> {
        match self.rest {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    /// One of up to ten bytes; the last of ten has one bit.
    fn long_varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for (ordinal, byte) in self.rest.iter().enumerate().take(10) {
            if ordinal == 9 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * ordinal);
            if *byte < 0x80 {
                self.rest = &self.rest[ordinal + 1..];
                return Ok(value);
            }
        }
        Err(Malformed("a number is cut off or has more than 64 bits"))
    }

    #[inline]
    fn length_delimited(&mut self) -> Result<&'r [u8], Malformed> {
        let cut = Malformed("a field is longer than what is left of its message");
        let length = usize::try_from(self.varint()?).map_err(|_| cut)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(cut)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn fixed<const BYTES: usize>(&mut self) -> Result<[u8; BYTES], Malformed> {
        let (bytes, rest) =
            self.rest.split_first_chunk().ok_or(Malformed("a number is cut off"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// Steps over a group, to the end that has its number.
    fn skip_group(&mut self, group: u32, depth_left: u32) -> Result<(), Malformed> {
        loop {
            let (number, wire_type) = self.key()?;
            if wire_type == 4 && number == group {
                return Ok(());
            }
            if depth_left <= 1 {
                return Err(Malformed("groups are nested too deeply"));
            }
            match wire_type {
                0 => _ = self.varint()?,
                1 => _ = self.fixed::<8>()?,
                2 => _ = self.length_delimited()?,
                3 => self.skip_group(number, depth_left - 1)?,
                5 => _ = self.fixed::<4>()?,
                _ => return Err(Malformed("a group does not end with its own number")),
            }
        }
    }
}

impl<'r> Value<'r> {
    /// The value of a number of variable length.
    #[inline]
    pub(crate) fn varint(self) -> Result<u64, Malformed> {
        match self {
            Value::Varint(value) => Ok(value),
            _ => Err(Malformed("a field has another wire type than its number says")),
        }
    }

    /// The low 32 bits of one, as protobuf reads it for a field of that size.
    #[expect(clippy::cast_possible_truncation, reason = "protobuf has it so")]
    pub(crate) fn uint32(self) -> Result<u32, Malformed> {
        Ok(self.varint()? as u32)
    }

    /// The same with a sign.
    pub(crate) fn int32(self) -> Result<i32, Malformed> {
        Ok(self.uint32()?.cast_signed())
    }

    /// A floating-point number.
    pub(crate) fn double(self) -> Result<f64, Malformed> {
        match self {
            Value::Fixed64(bytes) => Ok(f64::from_le_bytes(bytes)),
            _ => Err(Malformed("a field has another wire type than its number says")),
        }
    }

    /// Bytes, or a message.
    #[inline]
    pub(crate) fn bytes(self) -> Result<&'r [u8], Malformed> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed("a field has another wire type than its number says")),
        }
    }

    /// A text.
    #[inline]
    pub(crate) fn text(self) -> Result<&'r str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("a text is not UTF-8"))
    }
}
