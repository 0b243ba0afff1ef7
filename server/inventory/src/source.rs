//! Where an inventory comes from: a file, or a text in the program. The name alone decides format and compression.

use std::fmt;
use std::path::PathBuf;

use crate::error::ReadError;

/// A file or a text of an inventory, with its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    pub(crate) place: SourcePlace,
    pub(crate) format: Format,
    pub(crate) compression: Compression,
}

/// How the records of a source are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.jsonl` or `.ndjson`: one JSON record a line.
    JsonLines,
    /// `.txt`: one keyword a line.
    KeywordList,
    /// `.csv` or `.tsv`: one keyword a row, under a header, or the export of Google Ads Editor.
    Csv,
    /// `.bsx`: a compiled inventory, which is mapped and not read.
    Compiled,
}

/// What holds the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SourcePlace {
    File(PathBuf),
    Text(&'static str),
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
}

const ACCEPTED: &str =
    ".jsonl, .ndjson, .txt, .csv and .tsv, each also with .gz or .zst after it, and .bsx";

impl Source {
    /// A file, named by its path or by a `file://` URI, whose escapes (`%20`) are undone. The file is not opened yet.
    ///
    /// # Errors
    /// [`ReadError::Unreadable`] if the name is empty, is a URI of another kind, or has no known extension.
    pub fn parse(name: &str) -> Result<Source, ReadError> {
        let refuse = |message: String| ReadError::unreadable(name, message);
        let path = match name.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
                file_uri_path(rest).map_err(|what| refuse(what.to_owned()))?
            }
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                let what = "is a URI of a kind that is not served";
                return Err(refuse(format!(
                    "{what} ({scheme}://); name a file by its path or a file:// URI"
                )));
            }
            _ => name.to_owned(),
        };
        let (format, compression) = format_of(&path).ok_or_else(|| {
            refuse(format!(
                "has no extension that says its format; the accepted ones are {ACCEPTED}"
            ))
        })?;
        let place = SourcePlace::File(PathBuf::from(path));
        Ok(Source { name: name.to_owned(), place, format, compression })
    }

    /// A text in the program itself. `name` stands for it in reports.
    pub fn from_text(name: impl Into<String>, format: Format, text: &'static str) -> Source {
        let place = SourcePlace::Text(text);
        Source { name: name.into(), place, format, compression: Compression::None }
    }

    /// The source as it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The format, which follows from the name.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Compression {
    /// The extension, for messages.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        }
    }
}

/// The format and compression that a name stands for. Extensions count whatever their case.
fn format_of(path: &str) -> Option<(Format, Compression)> {
    let name = path.rsplit('/').next()?.to_ascii_lowercase();
    let (stem, compression) = match name.rsplit_once('.')? {
        (stem, "gz") => (stem, Compression::Gzip),
        (stem, "zst") => (stem, Compression::Zstd),
        _ => (name.as_str(), Compression::None),
    };
    let format = match stem.rsplit_once('.')?.1 {
        "jsonl" | "ndjson" => Format::JsonLines,
        "txt" => Format::KeywordList,
        "csv" | "tsv" => Format::Csv,
        // What is packed cannot be mapped.
        "bsx" if compression == Compression::None => Format::Compiled,
        _ => return None,
    };
    Some((format, compression))
}

/// The path of a `file://` URI, given what follows the two slashes.
fn file_uri_path(rest: &str) -> Result<String, &'static str> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(
            "names another host; a file URI has three slashes before its absolute path: file:///…",
        );
    }
    percent_decoded(path)
        .ok_or("has a % without two hexadecimal digits of UTF-8 after it; write % itself as %25")
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Compression, Format, Source, SourcePlace};

    fn check(name: &str, path: &str, format: Format, compression: Compression) {
        let source = Source::parse(name).expect(name);
        assert_eq!(source.place, SourcePlace::File(path.into()), "{name}");
        assert_eq!((source.format, source.compression), (format, compression), "{name}");
        assert_eq!(source.to_string(), name);
    }

    #[test]
    fn the_name_decides() {
        check("a.jsonl", "a.jsonl", Format::JsonLines, Compression::None);
        check("dir.csv/a.NDJSON.GZ", "dir.csv/a.NDJSON.GZ", Format::JsonLines, Compression::Gzip);
        check("a.b.txt.zst", "a.b.txt.zst", Format::KeywordList, Compression::Zstd);
        check("a b%20.csv", "a b%20.csv", Format::Csv, Compression::None);
        check("a.tsv.gz", "a.tsv.gz", Format::Csv, Compression::Gzip);
        check("file:///a%20b/%C3%A9.csv", "/a b/é.csv", Format::Csv, Compression::None);
        check("FILE://localhost/a.txt", "/a.txt", Format::KeywordList, Compression::None);
    }

    #[test]
    fn other_names_are_refused_with_advice() {
        let cases = [
            ("", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("a", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("jsonl", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("a.json", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("a.gz", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("a.txt.xz", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("dir.txt/a", ".jsonl, .ndjson, .txt, .csv and .tsv"),
            ("s3://bucket/a.txt", "(s3://); name a file"),
            ("file://host/a.txt", "another host"),
            ("file:///a%2.txt", "%25"),
            ("file:///a%ff.txt", "%25"),
            ("file:///a%+1.txt", "%25"),
        ];
        for (name, advice) in cases {
            let error = Source::parse(name).expect_err(name).to_string();
            assert!(error.contains(advice), "{name}: {error}");
        }
    }
}
