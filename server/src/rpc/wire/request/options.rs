//! Options of a request, and of its queries.

use super::super::fields::{Fields, Malformed, Value};

/// Options of a request or a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OptionsView {
    pub(crate) limit: u32,
    pub(crate) max_per_group: u32,
    pub(crate) include: IncludeView,
    /// Seconds and nanoseconds.
    pub(crate) as_of: Option<(i64, i32)>,
}

/// The parts that are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct IncludeView {
    pub(crate) parts: Parts,
    /// The first one that is no part, and how many came before it.
    pub(crate) unknown: Option<(usize, i32)>,
    asked: usize,
}

/// Parts of a match beyond the default ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) payload: bool,
    pub(crate) spans: bool,
    pub(crate) keyword: bool,
}

impl IncludeView {
    pub(super) fn push(&mut self, part: i32) {
        match part {
            1 => self.parts.payload = true,
            2 => self.parts.spans = true,
            3 => self.parts.keyword = true,
            other => {
                self.unknown.get_or_insert((self.asked, other));
            }
        }
        self.asked += 1;
    }
}

/// Reads options on top of what was read of them before.
pub(super) fn merge_options(
    options: &mut Option<OptionsView>,
    mut fields: Fields<'_>,
) -> Result<(), Malformed> {
    let options = options.get_or_insert_default();
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => options.limit = value.uint32()?,
            2 => options.max_per_group = value.uint32()?,
            3 => match value {
                Value::Bytes(packed) => {
                    let mut packed = Fields::new(packed);
                    while packed.len() > 0 {
                        options.include.push(packed.packed()?);
                    }
                }
                one => options.include.push(one.int32()?),
            },
            4 => {
                let as_of = options.as_of.get_or_insert_default();
                let mut fields = fields.nested(value)?;
                while let Some((number, value)) = fields.next()? {
                    match number {
                        1 => as_of.0 = value.varint()?.cast_signed(),
                        2 => as_of.1 = value.int32()?,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
