#!/usr/bin/env python3
"""Writes `inventory.jsonl`, the inventory that the server serves when it is started with `--sample`.

It combines the tables of `tables.py` into a plausible shop and newsroom, one record a line: negative lists, groups,
listings. The output depends on the tables and on this file alone: whatever looks random (bids, flights, which keywords
a listing gets) is drawn from a hash of the record's id, so a change of one row changes the records of that row and no
others.

    python3 generate.py           write inventory.jsonl beside this file
    python3 generate.py --check   write nothing; fail if inventory.jsonl is not what would be written

Python 3.9 or later, standard library only.
"""

import hashlib
import itertools
import json
import re
import sys
import unicodedata
from pathlib import Path

import tables

OUTPUT = Path(__file__).with_name("inventory.jsonl")

LISTINGS_MIN = 2_000
LISTINGS_MAX = 3_000
BYTES_MAX = 800_000

# Ordinary scores stay below the bids of `tables.TELLING` (1,200,000 and more), so that those listings come first.
BID_MICROS_MIN = 50_000
BID_MICROS_STEP = 10_000
BID_STEPS = 85
QUALITY_PERCENT_MIN = 30
QUALITY_PERCENTS = 91

# Listings out of 100 that get each flight. All times are far from any day on which the sample may be tried.
FLIGHTS = [
    (3, {"status": "PAUSED"}),
    (3, {"start_time": "2019-03-01T00:00:00Z", "end_time": "2021-11-30T00:00:00Z"}),
    (2, {"start_time": "2090-01-01T00:00:00Z"}),
    (4, {"end_time": "2099-12-31T23:59:59Z"}),
    (2, {"start_time": "2020-01-01T00:00:00Z", "end_time": "2099-06-30T12:00:00Z"}),
]


def draw(key, purpose, size):
    """A number in 0..size that depends on `key` and `purpose` only, and on no version of Python."""
    digest = hashlib.sha256(f"{purpose}/{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % size


def slug(text):
    """`text` as a part of an id: letters of any script and digits in lower case, joined by hyphens."""
    text = unicodedata.normalize("NFC", text.lower()).replace("'", "").replace("’", "")
    text = text.replace("++", "-plus-plus").replace("#", "-sharp").replace("&", "-and-")
    return re.sub(r"[^\w]+", "-", text).strip("-")


BRANDS = {slug(brand) for table in tables.SHOP.values() for brand in table["brands"].split()}


def values(text):
    """The values of a row: `a, b, c`."""
    return [value.strip() for value in text.split(",")]


def rows(table):
    """The rows of a table in a string, as (name, values)."""
    for line in table.strip().splitlines():
        name, _, rest = line.strip().partition(": ")
        yield name, values(rest)


def flight(key):
    """The status and the times of the listing `key`; mostly none."""
    number = draw(key, "flight", 100)
    for percent, fields in FLIGHTS:
        if number < percent:
            return fields
        number -= percent
    return {}


def drawn_bid(key, purpose):
    """A bid of an ordinary listing or group, in micros."""
    return BID_MICROS_MIN + BID_MICROS_STEP * draw(key, purpose, BID_STEPS)


def targeting(key):
    """The targeting of the listing `key`; mostly none."""
    fitting = (expression for word, expression in tables.TARGETING if word in key)
    expression = next(fitting, None) if draw(key, "targeting", 2) == 0 else None
    return {"targeting": expression} if expression else {}


def negative_lists(key):
    """The negative lists to which the listing `key` itself refers: one listing in twelve does."""
    return {"negative_lists": ["brand-safety"]} if draw(key, "negative lists", 12) == 0 else {}


def listing(key, group, keywords, payload):
    """One record. Bid, quality and flight are drawn; one listing in seven has a bid for its first keyword. A listing
    whose group has a default bid may have none."""
    keywords = list(dict.fromkeys(keywords))
    bid = {"bid_micros": drawn_bid(key, "bid")}
    if "bid_micros" in group_rules(group) and draw(key, "group bid", 4) == 0:
        bid = {}
    if draw(key, "keyword bid", 7) == 0:
        keywords[0] = {"text": keywords[0], "bid_micros": drawn_bid(key, "own bid")}
    quality = (QUALITY_PERCENT_MIN + draw(key, "quality", QUALITY_PERCENTS)) / 100
    fields = {"id": key, "group": group, "keywords": keywords, **bid, "quality": quality}
    rules = {**negative_lists(key), **targeting(key), **flight(key)}
    return {"listing": {**fields, **rules, "payload": payload}}


def group_rules(group):
    """What the record of a group says beside its id."""
    if group in tables.TELLING_GROUPS:
        return tables.TELLING_GROUPS[group]
    if group in BRANDS:
        rules = tables.BRAND_RULES[draw(group, "brand rules", len(tables.BRAND_RULES))]
        return {"bid_micros": drawn_bid(group, "bid"), **rules}
    rules = next((rules for start, rules in tables.GROUP_RULES if group.startswith(start)), {})
    if "bid" in rules:
        rules = {"bid_micros": drawn_bid(group, "bid"), **rules}
    return {name: value for name, value in rules.items() if name != "bid"}


def groups(listings):
    """A record for each group that the listings name, in the order in which they do."""
    for group in dict.fromkeys(record["listing"].get("group") for record in listings):
        if group is not None:
            yield {"group": {"id": group, **group_rules(group)}}


def shared_negative_lists():
    """The records of the negative lists."""
    for name, keywords in tables.NEGATIVE_LISTS.items():
        yield {"negative_list": {"name": name, "keywords": keywords}}


def titled(title, path):
    """A payload that is JSON itself, as front ends that render a listing like it."""
    return json.dumps({"title": title, "url": path}, ensure_ascii=False, separators=(",", ":"))


def telling():
    """The listings that the first texts of `queries.txt` are about, exactly as the tables have them."""
    for key, bid_micros, quality, keywords, payload in tables.TELLING:
        group = "telling-" + key.partition("-")[0]
        fields = {"id": key, "group": group, "keywords": keywords, "bid_micros": bid_micros, "quality": quality}
        yield {"listing": {**fields, "payload": payload}}
    for fields in tables.TELLING_RULES:
        yield {"listing": fields}


def shop():
    """Each product's shelf, then one listing for each of its attributes, of one of the department's brands."""
    for department, table in tables.SHOP.items():
        brands = table["brands"].split()
        for product, attributes in rows(table["products"]):
            shelf = [product, f"[{product}]", f'"{product} on sale"', table["negatives"][0]]
            yield listing(f"shop-{slug(product)}", department, shelf, f"/shop/{department}/{slug(product)}")
            first_brand = draw(product, "brand", len(brands))
            for turn, attribute in enumerate(attributes, first_brand):
                brand = brands[turn % len(brands)]
                item = f"{attribute} {product}"
                key = f"shop-{slug(item)}-{slug(brand)}"
                keywords = shop_keywords(key, brand.lower(), product, item, table["negatives"])
                yield listing(key, slug(brand), keywords, f"/shop/{department}/{slug(product)}/{slug(key[5:])}")


def shop_keywords(key, brand, product, item, negatives):
    """The item as a BROAD keyword and one or two ways to ask for it, one keyword of the brand, up to two negatives."""
    broad = tables.SHOP_BROAD[draw(key, "broad", len(tables.SHOP_BROAD))]
    phrase = tables.SHOP_PHRASE[draw(key, "phrase", len(tables.SHOP_PHRASE))]
    for_item = [f'"{item}"', f"[{item}]", broad.format(item), phrase.format(item)]
    for_brand = [f"{brand} {product}", f'"{brand} {product}"', f"[{brand} {item}]", f"#{brand}", f'"^{brand} {item}"']
    first = draw(key, "item", len(for_item))
    keywords = [for_item[(first + step) % len(for_item)] for step in range(1 + draw(key, "items", 2))]
    keywords.insert(draw(key, "place", 2), item)
    keywords.append(for_brand[draw(key, "for brand", len(for_brand))])
    first = draw(key, "negative", len(negatives))
    drawn = [negatives[(first + step) % len(negatives)] for step in range(draw(key, "negatives", 3))]
    # A listing must not exclude what it is called, or asks for.
    asked = " ".join([item, *keywords])
    return keywords + [negative for negative in drawn if negative.strip('-"[]') not in asked]


def angles(prefix, group, subjects, table, turns):
    """Each subject under `turns` of the table's angles, beginning one angle later from subject to subject."""
    names = list(table)
    for number, subject in enumerate(subjects):
        for step in range(turns):
            angle = names[(number + step) % len(names)]
            key = f"{prefix}-{slug(subject)}-{angle}"
            keywords = [keyword.format(subject.lower()) for keyword in table[angle]]
            title = f"{subject[0].upper()}{subject[1:]}: {angle.replace('-', ' ')}"
            yield listing(key, f"{group}-{angle}", keywords, titled(title, f"/{prefix}/{slug(subject)}"))


def places():
    """Travel offers and weather for each place; the name that people there use is one more keyword."""
    all_places = list(rows(tables.PLACES))
    names = [name for name, _ in all_places]
    own_names = {slug(name): own.lower() for name, (_, own) in all_places if own != name}
    travel = angles("travel", "travel", names, tables.TRAVEL, 6)
    weather = angles("weather", "weather", names, tables.WEATHER, 4)
    for record in itertools.chain(travel, weather):
        fields = record["listing"]
        place = fields["id"].partition("-")[2]
        own = next((own for name, own in own_names.items() if place.startswith(name + "-")), None)
        if own and draw(fields["id"], "own name", 2) == 0:
            fields["keywords"].insert(1, f'"{own}"')
        yield record


def trades():
    """Local services: each place has two of the ten trades, the first for users in its country or of unknown country."""
    all_trades = values(tables.TRADES)
    for number, (place, (country, _)) in enumerate(rows(tables.PLACES)):
        for step in range(2):
            trade = all_trades[(number + 3 * step) % len(all_trades)]
            keywords = [keyword.format(trade, place.lower()) for keyword in tables.TRADE_KEYWORDS]
            key = f"local-{slug(trade)}-{slug(place)}"
            record = listing(key, f"local-{slug(trade)}", keywords, f"/local/{slug(place)}/{slug(trade)}")
            if step == 0:
                record["listing"]["targeting"] = f'!has(country) || country == "{tables.COUNTRY_CODES[country]}"'
            yield record


def markets():
    """Tickers with `$`, the companies behind them and their industries."""
    for ticker, (company, industry) in rows(tables.TICKERS):
        for angle, templates in tables.TICKER_ANGLES.items():
            keywords = [template.format(ticker, company.lower(), industry) for template in templates]
            title = f"{company} (${ticker}): {angle}"
            key = f"markets-{slug(ticker)}-{angle}"
            yield listing(key, f"markets-{angle}", keywords, titled(title, f"/markets/{ticker}"))


def social():
    """What social listening watches: tags, mentions, emoji."""
    for tag, topics in rows(tables.HASHTAGS):
        keywords = [f"#{tag}", f'"{topics[0]}"', topics[1], f'"{topics[2]}"', "-giveaway", '-"link in bio"']
        yield listing(f"social-tag-{tag}", "social-tags", keywords, f"/social/tags/{tag}")
        for topic in topics:
            keywords = [topic, f"#{tag} {topic}", f'"{topic} #{tag}"', f"#{slug(topic).replace('-', '')}"]
            yield listing(f"social-topic-{slug(topic)}", f"social-{tag}", keywords, f"/social/topics/{slug(topic)}")
    for handle, topics in rows(tables.MENTIONS):
        yield listing(f"social-mention-{slug(handle)}", "social-mentions", [f"@{handle}"], f"/social/mentions/{handle}")
        for topic in topics:
            tag = slug(topic).replace("-", "")
            keywords = [f"@{handle} {topic}", f'"^@{handle} {topic}"', f"#{tag} @{handle}", "-spam"]
            key = f"social-mention-{slug(handle)}-{slug(topic)}"
            yield listing(key, "social-mentions", keywords, f"/social/mentions/{handle}/{slug(topic)}")
    for emoji, (name, words) in rows(tables.EMOJI):
        keywords = [emoji, f'"{words}"', f"{emoji} {words}", f'"{emoji}{emoji}{emoji}$"', f"-[{emoji}]"]
        yield listing(f"social-emoji-{slug(name)}", "social-emoji", keywords, titled(name, f"/social/emoji/{emoji}"))


def as_written(prefix, table):
    """Listings whose keywords the table holds as they are."""
    for name, keywords in rows(table):
        yield listing(f"{prefix}-{name}", prefix, keywords, f"/{prefix}/{name}")


def all_listings():
    """The records of listings, in the order of the file."""
    countries = dict.fromkeys(country for _, (country, _) in rows(tables.PLACES))
    return itertools.chain(
        telling(),
        shop(),
        angles("books", "books", values(tables.BOOK_TOPICS), tables.BOOK_FORMATS, 3),
        places(),
        trades(),
        angles("news-election", "elections", countries, tables.ELECTION_ANGLES, 3),
        angles("football", "football", values(tables.CLUBS), tables.CLUB_ANGLES, 4),
        angles("space", "space", values(tables.SPACE), tables.SPACE_ANGLES, 2),
        angles("food", "food", values(tables.DISHES), tables.DISH_ANGLES, 3),
        markets(),
        social(),
        as_written("news-desk", tables.DESKS),
        as_written("world", tables.WORLD),
    )


def render():
    """The file's text. A table that breaks what the sample promises stops here."""
    listings = list(all_listings())
    ids = [record["listing"]["id"] for record in listings]
    repeated = sorted({key for key in ids if ids.count(key) > 1})
    assert not repeated, f"ids must be unique, change a row: {repeated}"
    in_bounds = LISTINGS_MIN <= len(ids) <= LISTINGS_MAX
    assert in_bounds, f"{LISTINGS_MIN} to {LISTINGS_MAX} listings expected, got {len(ids)}"
    records = itertools.chain(shared_negative_lists(), groups(listings), listings)
    text = "".join(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records)
    size = len(text.encode())
    assert size < BYTES_MAX, f"fewer than {BYTES_MAX} bytes expected, got {size}"
    return text


def main():
    """Writes the file, or compares it (`--check`)."""
    arguments = sys.argv[1:]
    if arguments not in ([], ["--check"]):
        sys.exit(f"expected no argument or --check, got {' '.join(arguments)}")
    text = render()
    if not arguments:
        OUTPUT.write_text(text, encoding="utf-8", newline="\n")
    elif not OUTPUT.exists() or OUTPUT.read_bytes() != text.encode():
        sys.exit(f"{OUTPUT.name} is not what generate.py writes; run generate.py without --check")


if __name__ == "__main__":
    main()
