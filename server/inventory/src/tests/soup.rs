//! Whatever the bytes are, the reader answers. It answers the same each time, and what it loads is sound.

use std::fs;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest};

use crate::{ReadOptions, Source, read};

/// Bytes that are often a piece of some format.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        4 => proptest::sample::select(vec![
            "{", "}", "[", "]", "\"", ":", ",", "\n", "\r\n", "\\u", "\\", "null", "-", "1e9", "-1", " ",
            "{\"listing\":{\"id\":\"a\",\"keywords\":[", "\"keywords\":[\"a\"]", "]}}\n", "\"negatives\":",
            "\"payload\":", "{\"text\":\"a\",\"match_type\":\"", "PHRASE\"", "\"anchor_end\":true", "]}}",
            "listing_id,keyword,match_type,bid_micros\n", "1,a,,\n", "2,\"b\",EXACT,5\n", "\"\"", "é", "語", "/a/",
            "{\"group\":{\"id\":\"g\"", "{\"negative_list\":{\"name\":\"n\",\"keywords\":[", "\"group\":\"g\"",
            "\"negative_lists\":[\"n\"]", "\"targeting\":\"a == 1", " && (", "/abc(d/", "}}\n", "\u{feff}", "\"start_time\":\"2026-01-01T00:00:00Z\"",
        ]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => collection::vec(any::<u8>(), 1..4),
        1 => Just(vec![0xff, 0xfe]),
    ];
    collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in soup(), admitted in 0_u64..5) {
        let dir = tempfile::tempdir().expect("a directory for the test");
        let options = ReadOptions { max_rejected_records: admitted };
        for name in ["soup.jsonl", "soup.txt", "soup.csv", "soup.csv.gz", "soup.jsonl.zst"] {
            let path = dir.path().join(name);
            fs::write(&path, &bytes).expect("a file for the test");
            let source = Source::parse(path.to_str().expect("UTF-8")).expect("a known extension");
            match (read(std::slice::from_ref(&source), &options), read(&[source], &options)) {
                (Ok(first), Ok(second)) => {
                    assert_eq!(first.index.validate(), Ok(()));
                    assert_eq!(first.generation, second.generation);
                    assert_eq!(first.rejected, second.rejected);
                    assert!(first.rejected.bad_records_total <= admitted);
                    assert!(first.index.counts().listings > 0);
                }
                (Err(first), Err(second)) => assert_eq!(first, second),
                (first, second) => panic!("{first:?} and then {second:?}"),
            }
        }
    }
}
