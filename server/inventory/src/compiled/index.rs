//! An index in a compiled inventory, and what a load tells beside it.

use std::cell::RefCell;
use std::path::Path;

use broadside_core::{Index, Sections, SectionsError};
use broadside_memory::{Array, Plain};

use super::{Compiled, CompiledError, CompiledSection, WriteError, write_compiled};
use crate::load::Loaded;
use crate::report::Rejection;
use crate::warning::Warnings;

/// The section with the bytes of [`Loaded::generation`].
const GENERATION: &str = "generation";
/// The section with [`Loaded::records`] and [`Loaded::bytes`].
const LOAD: &str = "load";

/// The sections of a file, and which of them were asked for.
struct Asked<'c> {
    compiled: &'c Compiled,
    names: RefCell<Vec<String>>,
}

impl Sections for Asked<'_> {
    type Error = CompiledError;

    fn array<T: Plain>(&self, name: &str) -> Result<Array<T>, CompiledError> {
        self.names.borrow_mut().push(name.to_owned());
        self.compiled.section(name)
    }
}

/// Writes what was loaded as a compiled inventory. A file of this name is replaced as a whole, or stays as it was.
///
/// The index is validated before, so that whoever maps it need not do it again: checksums say that it is the same.
///
/// # Errors
/// [`WriteError`] if the system refuses anything, or the index contradicts itself.
pub fn write_loaded(path: &Path, loaded: &Loaded) -> Result<(), WriteError> {
    loaded.index.validate().map_err(WriteError::Inconsistent)?;
    let load = [loaded.records, loaded.bytes];
    loaded.index.with_sections(|sections| {
        let mut all = vec![
            CompiledSection::new(GENERATION, loaded.generation.as_bytes()),
            CompiledSection::new(LOAD, &load),
        ];
        all.extend(sections.iter().map(CompiledSection::from));
        write_compiled(path, &all)
    })
}

/// Maps a compiled inventory, compares all of it with its checksums, and takes the index that lies in it.
pub(crate) fn read_loaded(path: &Path, source: &str) -> Result<Loaded, CompiledError> {
    let compiled = Compiled::open(path)?;
    compiled.verify(&mut |_| {})?;
    let asked = Asked { compiled: &compiled, names: RefCell::default() };
    let index = Index::from_sections(&asked).map_err(|error| match error {
        SectionsError::Section(error) => error,
        SectionsError::Content(name) => {
            compiled.unsuitable(format!("has a section {name} that no index has"))
        }
    })?;
    let generation = asked.array::<u8>(GENERATION)?;
    let load = asked.array::<u64>(LOAD)?;
    let names = asked.names.into_inner();
    compiled.refuse_other_sections(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let (Ok(generation), &[records, bytes]) = (str::from_utf8(&generation), &*load) else {
        return Err(compiled.unsuitable(format!("has a section {GENERATION} or {LOAD} of others")));
    };
    Ok(Loaded {
        index,
        generation: generation.to_owned(),
        sources: vec![source.to_owned()],
        records,
        bytes,
        rejected: Rejection::default(),
        warnings: Warnings::default(),
        ignored_rows: 0,
        validated: true,
    })
}
