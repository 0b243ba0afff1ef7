//! Where there are no huge pages, and under Miri: nothing is to be gained, so nothing is done.

use std::ops::Range;

use crate::mapping::Mapping;

pub(super) fn copy(_bytes: &[u8]) -> Option<(Mapping, Range<usize>)> {
    None
}

pub(super) fn advise<T>(_elements: &[T]) -> bool {
    false
}
