//! Matching allocates nothing once its scratch has seen texts of the size at hand. A test binary of its own, because it
//! counts what the whole process allocates.

use broadside_core::{
    Attribute, AttributeValue, Attributes, Group, IndexBuilder, Keyword, Listing, NegativeList,
    Query, Scratch, TextLimits, Time, match_batch,
};

/// Keywords of every type, with negatives, groups and flights, a few hundred of them under the same words.
fn inventory() -> IndexBuilder {
    let mut builder = IndexBuilder::new();
    for number in 0..2_000 {
        let mut listing = Listing::new(number.to_string());
        let notations = [
            format!("common word{number}"),
            format!("\"common straße {}\"", number % 50),
            "[c++ 🔥]".to_owned(),
        ];
        for notation in notations {
            listing.keywords.push(Keyword::parse(&notation).keyword);
        }
        if number % 3 == 0 {
            listing.negatives.push(Keyword::parse("blocked").keyword);
            listing.end_time = Some(Time { seconds: i64::from(number), nanos: 0 });
        }
        listing.group = (number % 2 == 0).then(|| (number % 7).to_string());
        if number % 5 == 0 {
            listing.targeting = format!("country in [\"US\", \"C{number}\"] && age >= {number}");
            listing.negative_lists.push("list".to_owned());
        }
        builder.add(&listing).expect("it is good");
    }
    for number in 0..7 {
        let mut group = Group::new(number.to_string());
        group.targeting = format!("has(country) || age != {number}");
        builder.add_group(&group).expect("it is good");
    }
    let negatives = vec![Keyword::parse("trial").keyword];
    let list = NegativeList { name: "list".to_owned(), negatives };
    builder.add_negative_list(&list).expect("it is good");
    builder.with_shared_listings_max(100)
}

#[test]
fn matching_allocates_nothing_when_the_scratch_is_warm() {
    let index = inventory().finish().expect("all that is referred to exists");
    let mut texts: Vec<_> =
        (0..300).map(|number| format!("common word{number} Straße {number}")).collect();
    texts.extend(
        ["c++ 🔥", "#CAFÉ ﬁsh ﷺ अनुच्छेद สวัสดี Ŵŷñ\u{301}", "blocked common word3"].map(str::to_owned),
    );
    texts.push("common straße ".repeat(300));
    let shared = [
        Attribute { name: "country", value: AttributeValue::String("US") },
        Attribute { name: "age", value: AttributeValue::Int(1_000) },
    ];
    let own = [Attribute { name: "age", value: AttributeValue::Int(7) }];
    let query = |(nth, text)| Query {
        text,
        limit: 10,
        max_per_group: u32::from(nth % 2 == 0),
        at: Time { seconds: 500, nanos: 0 },
        attributes: Attributes { shared: &shared, own: if nth % 3 == 0 { &own } else { &[] } },
    };
    let queries: Vec<_> = texts.iter().map(String::as_str).enumerate().map(query).collect();
    let mut scratch = Scratch::new(TextLimits::default());
    match_batch(&index, &queries, &mut scratch);
    let hits: usize = scratch.answers().map(|answer| answer.hits.len()).sum();
    assert!(hits > 200, "only {hits} hits: the texts are no work");
    let counted = allocation_counter::measure(|| match_batch(&index, &queries, &mut scratch));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}
