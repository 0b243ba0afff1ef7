//! What an element of an array may be.

use zerocopy::{FromBytes, Immutable, IntoBytes};

/// A plain number, or a struct of such: every sequence of bytes of its size is a value, none of its bytes is padding,
/// and nothing in it points anywhere or changes behind a shared reference.
///
/// Integers, floats and arrays of them are. A struct with a fixed layout derives it, in a crate that may not use
/// `unsafe` too; what has padding does not compile:
/// ```
/// #![forbid(unsafe_code)]
/// #[derive(Clone, Copy, zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable)]
/// #[repr(C)]
/// struct Edge {
///     word: u32,
///     target: u32,
/// }
///
/// let edges = broadside_memory::Array::from(vec![Edge { word: 7, target: 1 }]);
/// assert_eq!(edges.as_bytes().len(), 8);
/// ```
///
/// Numbers are in the byte order of the machine, in memory as in a file.
pub trait Plain: FromBytes + IntoBytes + Immutable + Copy + Send + Sync + 'static {}

impl<T: FromBytes + IntoBytes + Immutable + Copy + Send + Sync + 'static> Plain for T {}
