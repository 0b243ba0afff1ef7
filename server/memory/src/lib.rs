//! Where the large arrays of an index lie: in memory of their own, on huge pages, or in a mapped file.
//!
//! An index of ten million keywords is a few arrays of plain numbers, hundreds of megabytes together. It must be there
//! within a second after a start, two processes should share one copy, and its readers wait for little but memory. For
//! that a file has to be read where it lies, pages have to be large, and lines have to be asked for before they are
//! needed. None of that can be written without `unsafe`, and all the `unsafe` of Broadside is here, behind functions
//! that any caller may call with any values.
//!
//! # Parts
//! - [`Array`]: an immutable array of [`Plain`] elements, read like a slice. It does not say where it lies.
//! - [`Mapping`]: the bytes of a file in the address space, read from the disk when they are touched.
//! - [`Array::with_huge_pages`] and [`advise_huge_pages`]: pages of 2 MiB rather than of 4 KiB, so that a random read
//!   does not also wait for the page table.
//! - [`prefetch()`]: asks for a cache line ahead of its use.
//! - [`give_back_freed()`]: lets go of what was freed after a burst.
//!
//! # Promises
//! - Nothing here changes bytes after they can be seen, so everything is `Send` and `Sync`.
//! - Memory stays for as long as an [`Array`] or a [`Mapping`] refers to it.
//! - Advice to the operating system or the processor never changes a result. Where it is not taken things are slower.
//! - No allocation grows with what a file says of itself.
//!
//! What it cannot promise is that nobody changes a file that is mapped: see [`Mapping`].
//!
//! Start reading at `array`.

#[expect(unsafe_code, reason = "the pointer beside its owner spares every access an indirection")]
mod array;
mod element;
#[expect(unsafe_code, reason = "the allocator is written in C")]
mod heap;
mod huge_pages;
#[expect(unsafe_code, reason = "what a file is mapped to can be changed from outside")]
mod mapping;
mod prefetch;

pub use array::{Array, ArrayError};
pub use element::Plain;
pub use heap::give_back_freed;
pub use huge_pages::advise_huge_pages;
pub use mapping::{Advice, Mapping};
pub use prefetch::prefetch;
