//! Whatever an export holds, the reader answers, and what it loads is sound.

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, proptest, sample};

use crate::tests::ads_editor::{COLUMNS, load_file};
use crate::{ReadError, ReadOptions};

/// Cells of which some are good.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => Just(String::new()),
        8 => sample::select(vec![
            "Shoes", "Boots", "boots", "Broad", "Exact", "Negative Phrase", "Campaign Negative Broad", "Enabled", "Paused",
            "Removed", "1.25", "1,234.56", "0", "2026-01-31", "[]", "[boots]", "\"\"\"boots\"\"\"", "+red +boots",
            "<Account-level>", "Negative keywords", "\"a\nb\"", "\"", "é語👟", "\t", "\n",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ]
}

/// An export of random rows, in any encoding, with some of its bytes replaced.
fn export() -> impl Strategy<Value = Vec<u8>> {
    let rows = collection::vec(collection::vec(cell(), COLUMNS.len()), 0..8);
    let bent = collection::vec((any::<sample::Index>(), any::<u8>()), 0..3);
    (rows, bent, 0..4).prop_map(|(rows, bent, encoding)| {
        let mut text = COLUMNS.join("\t");
        for row in rows {
            text = text + "\r\n" + &row.join("\t");
        }
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        let mut bytes: Vec<u8> = match encoding {
            0 => units.flat_map(u16::to_le_bytes).collect(),
            1 => units.flat_map(u16::to_be_bytes).collect(),
            2 => text.into_bytes(),
            _ => text.replace('\t', ",").into_bytes(),
        };
        for (place, byte) in bent {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

proptest! {
    #[test]
    fn no_export_makes_it_panic(bytes in export(), admitted in 0_u64..5) {
        let options = ReadOptions { max_rejected_records: admitted };
        match load_file("soup.csv", &bytes, &options) {
            Ok(loaded) => {
                assert_eq!(loaded.index.validate(), Ok(()));
                assert!(loaded.rejected.bad_records_total <= admitted);
            }
            Err(ReadError::Rejected(rejection)) => assert!(!rejection.bad_records.is_empty()),
            Err(error) => panic!("{error}"),
        }
    }
}
