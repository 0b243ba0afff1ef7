"""The words that the sample inventory is made of.

Tables only: `generate.py` combines them. A table in a string has one row a line, `name: value, value, …`; both are
written as people write them, and become part of keywords as they are. All brands, clubs, companies, papers and handles
are invented; places, sports, dishes, genres and programming languages are real, and generic.
"""

# One department of the shop: its brands, the negatives that its listings take turns with, and its products, each with
# the attributes that make sense for it.
SHOP = {
    "shoes": {
        "brands": "Tarnfell Ostvik Strydane Kestrow Pellander Fjordlyn Wayborne Rasklo",
        "negatives": ["-free", "-used", '-"second hand"', "-repair", "-[cheap]", "-cleaning", "-clipart"],
        "products": """
            running shoes: waterproof, wide fit, cushioned, lightweight, women's, men's, kids', carbon plate, winter
            trail shoes: waterproof, grippy, women's, men's, wide fit, minimalist, vegan
            hiking boots: leather, lightweight, women's, men's, insulated, wide fit, vegan, ankle
            football boots: firm ground, indoor, kids', artificial grass, laceless, goalkeeper
            tennis shoes: clay court, hard court, women's, men's, junior, white
            basketball shoes: high top, kids', outdoor, retro, wide fit
            walking shoes: slip-on, women's, men's, orthopaedic, breathable, everyday
            climbing shoes: beginner, bouldering, aggressive, vegan, kids'
            gym trainers: cross training, weightlifting, women's, men's, barefoot
            sandals: sport, leather, kids', cork, waterproof, recycled
            wellington boots: kids', short, lined, garden, festival
        """,
    },
    "outdoor": {
        "brands": "Hollowfir Brackmoor Tundrel Cairnwick Skelding Larchgate Mossgarth Peregrove",
        "negatives": ["-free", "-rental", "-hire", '-"how to make"', "-used", "-[cheap]", "-game"],
        "products": """
            tents: two-person, family, ultralight, pop-up, four-season, beach, festival, inflatable
            sleeping bags: down, three-season, kids', double, mummy, compact, winter
            rucksacks: 20 litre, 40 litre, waterproof, women's, travel, roll-top, school
            rain jackets: lightweight, women's, men's, packable, kids', breathable, long
            down jackets: hooded, women's, men's, packable, recycled, warm
            camping stoves: gas, wood, alcohol, two-burner, backpacking, titanium
            head torches: rechargeable, running, bright, kids', waterproof
            walking poles: folding, carbon, cork grip, aluminium, adjustable
            water bottles: insulated, steel, collapsible, kids', glass, filter
            hammocks: double, camping, garden, mosquito net, rope
            kayaks: inflatable, sea, fishing, two-seater, folding
            wetsuits: winter, shorty, women's, men's, kids', triathlon
        """,
    },
    "cycling": {
        "brands": "Velorrin Spokehurst Cadenzio Gravelund Pedalwyn Chainmere",
        "negatives": ["-free", "-stolen", "-motorcycle", "-hire", "-used", '-"spare parts"'],
        "products": """
            road bikes: carbon, aluminium, women's, beginner, endurance, aero
            gravel bikes: steel, carbon, bikepacking, kids', flat bar
            mountain bikes: full suspension, hardtail, kids', downhill, women's, 29 inch
            electric bikes: folding, cargo, step-through, commuter, long range
            bike helmets: kids', aero, foldable, women's, mountain, light
            bike lights: rechargeable, bright, rear, front, solar
            bike locks: folding, chain, u-shaped, cable, alarm
            panniers: waterproof, roll-top, canvas, small, pair of
            cycling shorts: bib, padded, women's, men's, baggy
            bike pumps: floor, mini, tubeless, electric
        """,
    },
    "kitchen": {
        "brands": "Copperwen Saltmarrow Hearthlund Brisketon Ladlewick Pannorel Simmerby",
        "negatives": ["-free", "-recipe", "-recall", "-used", '-"spare parts"', "-manual", "-[cheap]"],
        "products": """
            frying pans: cast iron, non-stick, copper, steel, induction, small, ceramic
            coffee machines: espresso, filter, bean-to-cup, pod, office, compact, milk frothing
            coffee grinders: manual, burr, electric, quiet, travel
            kettles: gooseneck, glass, electric, stovetop, temperature control, enamel
            chef's knives: japanese, carbon steel, damascus, beginner, left-handed
            stand mixers: compact, heavy duty, red, bread, quiet
            blenders: smoothie, hand, soup, glass, portable, quiet
            toasters: two-slice, four-slice, retro, long slot, steel
            baking tins: loaf, round, silicone, springform, muffin, large
            air fryers: dual zone, small, family, digital
            storage jars: glass, airtight, large, spice, ceramic
            teapots: cast iron, glass, porcelain, one-cup, enamel
            pasta makers: manual, electric, ravioli, compact
        """,
    },
    "electronics": {
        "brands": "Voltarrow Lumivane Quorvex Ampelyn Novarrick Zentquill Hertzwold",
        "negatives": ["-free", "-manual", "-driver", "-repair", "-used", '-"screen replacement"', "-refurbished"],
        "products": """
            headphones: noise-cancelling, wireless, over-ear, studio, kids', open-back, gaming
            earbuds: wireless, sport, sleep, waterproof, noise-cancelling, cheap
            laptops: gaming, student, lightweight, 14 inch, refurbished, business
            monitors: 27 inch, ultrawide, curved, portable, 4k, colour accurate
            keyboards: mechanical, ergonomic, split, wireless, quiet, compact
            webcams: 4k, wide angle, streaming, privacy shutter, budget
            smart watches: running, kids', swimming, rugged, hybrid
            cameras: mirrorless, compact, instant, film, wildlife, beginner
            e-readers: waterproof, colour, large screen, kids', backlit
            phone chargers: wireless, fast, solar, car, usb-c, travel
            projectors: portable, short throw, 4k, home cinema, kids'
            record players: portable, vintage, automatic, belt drive
            speakers: bookshelf, portable, waterproof, smart, party
        """,
    },
    "garden": {
        "brands": "Thistlemere Loamgate Fernwyke Bramblecote Sproutley Rootmere",
        "negatives": ["-free", "-hire", "-game", "-used", '-"how to build"', "-artificial"],
        "products": """
            lawn mowers: cordless, robot, petrol, push, ride-on, quiet
            garden chairs: folding, teak, rattan, stacking, reclining
            raised beds: wooden, metal, tall, corner, self-watering
            greenhouses: mini, lean-to, glass, polycarbonate, walk-in
            compost bins: tumbling, kitchen, wooden, hot, wormery
            seeds: tomato, wildflower, sunflower, chilli, salad, herb, pumpkin, organic
            bulbs: tulip, daffodil, snowdrop, allium, crocus
            hoses: expandable, soaker, 30 metre, kink-free
            plant pots: terracotta, self-watering, hanging, large, glazed
            bird feeders: squirrel-proof, window, hanging, ground, camera
            fire pits: steel, portable, smokeless, gas
            secateurs: bypass, ratchet, left-handed, japanese
        """,
    },
    "toys": {
        "brands": "Jollymarch Wobblewood Tinkerfern Puzzlebeck Marblehoof",
        "negatives": ["-free", "-download", "-recall", "-used", "-colouring", "-[toy]"],
        "products": """
            jigsaw puzzles: wooden, 1000 piece, floor, map, cat, impossible
            board games: two-player, family, cooperative, strategy, travel, party
            dinosaur toys: wooden, plush, robot, bath, giant
            building blocks: wooden, magnetic, foam, marble run, large
            teddy bears: giant, mohair, personalised, organic, musical
            train sets: wooden, electric, battery, starter, christmas
            doll's houses: wooden, mini, victorian, flat-pack
            kites: stunt, kids', dragon, delta, power
            science kits: crystal growing, chemistry, volcano, solar, electronics
            card games: family, quick, memory, bluffing, travel
            scooters: three-wheel, folding, stunt, light-up
        """,
    },
    "home": {
        "brands": "Dunmarrow Lindquell Ottersby Featherlow Woolgarth",
        "negatives": ["-free", "-rental", "-cleaning", "-used", '-"second hand"', "-pattern"],
        "products": """
            rugs: wool, washable, round, outdoor, hallway, sheepskin
            duvets: goose down, cooling, king size, wool, lightweight
            mattresses: memory foam, king size, orthopaedic, cot, pocket sprung
            desk lamps: led, brass, clip-on, adjustable, kids'
            curtains: blackout, linen, velvet, thermal, eyelet
            sofas: corner, two-seater, velvet, leather, sleeper
            bookcases: ladder, oak, corner, low, industrial
            candles: scented, beeswax, pillar, soy, citronella
            towels: linen, egyptian cotton, quick-dry, beach, bamboo
            wall clocks: large, silent, wooden, kitchen, cuckoo
            vacuum cleaners: cordless, robot, handheld, pet hair, quiet
        """,
    },
    "pets": {
        "brands": "Whiskerby Barkholme Pawthorne Burrowkin Tailwend",
        "negatives": ["-free", "-adoption", "-meme", "-video", "-vet", '-"how to"'],
        "products": """
            dog beds: orthopaedic, washable, large, donut, elevated, waterproof
            dog leads: retractable, rope, leather, running, hands-free
            cat trees: tall, wall-mounted, modern, wooden, large
            cat food: grain-free, kitten, wet, dry, senior, salmon
            dog food: puppy, grain-free, raw, senior, vegan
            aquariums: small, nano, corner, curved, starter
            rabbit hutches: two-storey, indoor, large, wooden
            bird cages: large, travel, parrot, budgie
            puppy toys: teething, squeaky, rope, puzzle
        """,
    },
    "music": {
        "brands": "Harmonwick Fretlow Reedmarch Stringholt Timbrow",
        "negatives": ["-free", "-tabs", "-lyrics", "-used", "-hire", '-"sheet music"'],
        "products": """
            acoustic guitars: beginner, travel, left-handed, 12 string, kids'
            electric guitars: beginner, semi-hollow, short scale, left-handed
            ukuleles: soprano, concert, tenor, electric, kids'
            digital pianos: 88 key, portable, weighted, beginner, upright
            drum kits: electronic, junior, jazz, compact
            violins: half size, electric, beginner, handmade
            harmonicas: blues, chromatic, bass, beginner
            microphones: condenser, dynamic, podcast, wireless, usb-c
        """,
    },
    "office": {
        "brands": "Quillhaven Deskmoor Paperlund Inkerby",
        "negatives": ["-free", "-template", "-printable", "-used", "-jobs"],
        "products": """
            standing desks: electric, corner, small, oak, manual
            office chairs: ergonomic, mesh, leather, kneeling, tall
            fountain pens: calligraphy, italic, pocket, beginner, left-handed
            notebooks: dotted, recycled, hardback, a5, waterproof
            printers: laser, photo, label, 3d, compact
            wall planners: yearly, magnetic, dry-wipe, family
            paper shredders: cross-cut, quiet, heavy duty, compact
        """,
    },
}

# Ways in which shoppers ask, around what they ask for.
SHOP_BROAD = ["buy {}", "{} sale", "best {}", "{} reviews", "{} near me", "{} offers", "{} gift", "discount {}"]
SHOP_PHRASE = ['"best {}"', '"{} for beginners"', '"{} under 100"', '"{} with free delivery"', '"where to buy {}"']

BOOK_FORMATS = {
    "guide": ["{} book", '"{} guide"', '"learn {}"', "-pdf", "-free"],
    "audiobook": ["{} audiobook", '"listen to {}"', "[{} audiobook]", '-"free trial"'],
    "course": ['"{} course"', "{} online course", '"{} for beginners"', '-"free course"'],
    "gift": ["{} gift", '"books about {}"', "[{} books]", "-used", "-library"],
}
BOOK_TOPICS = (
    "sourdough baking, watercolour painting, bird watching, astronomy, roman history, viking history, chess openings, "
    "crochet, knitting, woodworking, beekeeping, mushroom foraging, wild swimming, meditation, yoga, philosophy, "
    "poetry, crime fiction, science fiction, fantasy epics, short stories, travel writing, economics, statistics, "
    "linear algebra, machine learning, databases, c++, c#, sql, haskell, fortran, assembly, r&d management, "
    "project management, negotiation, sign language, esperanto, latin grammar, folk tales, calligraphy, photography"
)

# Place: country, and the name that people there use if it is written otherwise.
PLACES = """
    Tokyo: Japan, 東京
    Kyoto: Japan, 京都
    Osaka: Japan, 大阪
    Seoul: South Korea, 서울
    Beijing: China, 北京
    Taipei: Taiwan, 臺北
    Bangkok: Thailand, กรุงเทพ
    Hanoi: Vietnam, Hà Nội
    Delhi: India, दिल्ली
    Cairo: Egypt, القاهرة
    Marrakesh: Morocco, مراكش
    Tel Aviv: Israel, תל אביב
    Istanbul: Türkiye, İstanbul
    Athens: Greece, Αθήνα
    Moscow: Russia, Москва
    Kyiv: Ukraine, Київ
    Sofia: Bulgaria, София
    Warsaw: Poland, Warszawa
    Kraków: Poland, Kraków
    Prague: Czechia, Praha
    Vienna: Austria, Wien
    Zürich: Switzerland, Zürich
    Geneva: Switzerland, Genève
    Munich: Germany, München
    Cologne: Germany, Köln
    Berlin: Germany, Berlin
    Hamburg: Germany, Hamburg
    Copenhagen: Denmark, København
    Tromsø: Norway, Tromsø
    Gothenburg: Sweden, Göteborg
    Helsinki: Finland, Helsinki
    Reykjavík: Iceland, Reykjavík
    Dublin: Ireland, Dublin
    Edinburgh: Scotland, Edinburgh
    Cardiff: Wales, Caerdydd
    London: England, London
    York: England, York
    Bruges: Belgium, Brugge
    Amsterdam: Netherlands, Amsterdam
    Paris: France, Paris
    Lyon: France, Lyon
    Lisbon: Portugal, Lisboa
    Porto: Portugal, Porto
    Madrid: Spain, Madrid
    Málaga: Spain, Málaga
    Rome: Italy, Roma
    Florence: Italy, Firenze
    Venice: Italy, Venezia
    New York: United States, New York
    San Francisco: United States, San Francisco
    New Orleans: United States, New Orleans
    Montréal: Canada, Montréal
    Vancouver: Canada, Vancouver
    Mexico City: Mexico, Ciudad de México
    Bogotá: Colombia, Bogotá
    São Paulo: Brazil, São Paulo
    Buenos Aires: Argentina, Buenos Aires
    Cape Town: South Africa, Kaapstad
    Nairobi: Kenya, Nairobi
    Sydney: Australia, Sydney
    Auckland: New Zealand, Tāmaki Makaurau
"""

# What a traveller looks for in a place. Each place takes turns through them.
TRAVEL = {
    "hotels": ["[{} hotels]", '"hotels in {}"', "{} hotel deals", "-jobs", "-[{}]"],
    "flights": ['"flights to {}"', "cheap flights {}", "[{} flights]", '-"flight status"'],
    "bed-and-breakfast": ["{} bed & breakfast", '"bed & breakfast in {}"', "{} b&b", "-hostel"],
    "city-breaks": ['"weekend in {}"', "{} city break", '"{} city break"', "[{} city breaks]", "-school"],
    "things-to-do": ['"things to do in {}"', "{} sightseeing", "{} walking tour", "[what to see in {}]"],
    "night-trains": ["night train {}", '"sleeper to {}"', '"train to {}"', "-timetable", "-toy"],
    "street-food": ["{} street food", '"where to eat in {}"', "{} food market", '-"delivery jobs"'],
    "museums": ["{} museum tickets", '"museums in {}"', '"{} museum pass"', "-\"free entry\""],
    "marathon": ["{} marathon", '"{} half marathon"', "[{} marathon 10k]", "-results"],
}

# Weather that a newsroom watches; each place takes turns through it.
WEATHER = {
    "storm": ['"storm in {}"', "{} storm warning", '"^storm hits {}"', "-game"],
    "flood": ['"{} floods"', "{} flooding", "flood warning {}", "-insurance"],
    "heatwave": ["{} heatwave", '"heatwave in {}"', "{} record temperature", "-[heatwave]"],
    "snow": ['"snow in {}"', "{} snow closures", "{} airport snow", '-"snow globe"'],
    "forecast": ['"{} weather"', "[{} weather]", "{} forecast", '"weather in {}"', "-history"],
    "air-quality": ['"air quality in {}"', "{} smog", "{} air quality", "-purifier"],
}

ELECTION_ANGLES = {
    "polls": ["{} election poll", '"{} election polls"', '"polls in {}"', '-"polling station"'],
    "results": ['"^{} election results"', "{} vote count", "[{} election]", '"{} votes$"', "-student"],
    "debate": ["{} election debate", '"televised debate in {}"', '"{} candidates debate"', "-school"],
}

CLUBS = (
    "Northmoor Rovers, Saltmarsh Athletic, Eastgate Wanderers, Kilnbridge Town, Fenmarsh Albion, Ravenscar Harriers, "
    "Dockside Celtic, Millbeck United, Greyfriars City, Thornby Rangers, Lower Quay FC, Harbourhill SC, "
    "Real Montevista, Atlético Ribalta, Sporting Alvaro, Olympique Valcombe, Borussia Lindenau, Eintracht Möhrental, "
    "Dinamo Karlovsk, FK Borograd, Vecchia Torre, Unione Castelmare, IK Fjällby, Molenbrug Boys"
)
CLUB_ANGLES = {
    "live": ['"{} live"', "{} live score", '"^goal {}"', "[{} score]", '-"live stream free"'],
    "transfers": ['"{} transfer"', "{} transfer rumours", '"{} sign"', "-fantasy"],
    "tickets": ['"{} tickets"', "{} season ticket", "[buy {} tickets]", "-free", "-stolen"],
    "shirts": ["{} shirt", '"{} away shirt"', "{} football scarf", "-used", '-"second hand"'],
}

# Ticker: company, and what it does.
TICKERS = """
    acme: Acme, anvils
    ostv: Ostvik, running shoes
    voltr: Voltarrow, batteries
    lumiv: Lumivane, displays
    hrthl: Hearthlund, cookware
    grvld: Gravelund, bicycles
    quorv: Quorvex, chips
    dunmr: Dunmarrow, furniture
    larkp: Larkpeak Airlines, flights
    tidew: Tidewright, wind turbines
    graink: Grainkeeper, cereals
    northq: Northquarry, copper
    solvx: Solvanux, solar panels
    medlo: Medlowe, vaccines
    brinef: Brineford Foods, frozen fish
    railw: Railwend, railways
    cargs: Cargosund, container shipping
    orbln: Orbelund, satellites
    bankh: Bankholme, banking
    insul: Insulmark, insurance
    tellw: Tellwire, telecoms
    padfd: Paddockfield, tractors
    cocoa: Cocoamere, chocolate
    potsh: Potashire, fertiliser
    lithw: Lithwick, lithium
    gamew: Gamewold, video games
    filmq: Filmquarry, film studios
    watrl: Waterlund, water supply
    timbr: Timbermoor, timber
    steelb: Steelbeck, steel
"""
TICKER_ANGLES = {
    "earnings": [
        "${0}", '"${0} earnings"', "{1} results", '"{1} profit warning"', "/{1} q[1-4] results/", '-"${0} giveaway"',
    ],
    "industry": ["{1} shares", '"{2} industry"', "{2} prices ${0}", "-jobs"],
}

SPACE = (
    "moon landing, mars rover, solar eclipse, lunar eclipse, meteor shower, comet, asteroid, space station, "
    "rocket launch, space telescope, black hole, exoplanet, northern lights, solar flare, satellite launch, "
    "space debris, neutron star, supernova, dark matter, gravitational waves, rings of saturn, spacewalk"
)
SPACE_ANGLES = {
    "news": ["{} news", '"^{}"', '"{} discovered"', "-game", "-film"],
    "watch": ['"watch the {}"', "{} tonight", '"{} live$"', "[{}]", '-"free stream"'],
}

# Topics that people tag. Each tag is written with its sigil here and there, and plain as a phrase or a broad keyword.
HASHTAGS = """
    running: long run, tempo run, fun run
    cycling: bike ride, gravel ride, hill climb
    wildswimming: cold water swim, lake swim, sea swim
    catnap: cat photo, sleepy cat, cat video
    dogwalk: muddy dog, dog walk, good boy
    sourdough: sourdough starter, crusty loaf, bread oven
    coffee: flat white, espresso shot, coffee beans
    ramen: ramen bowl, miso ramen, noodle soup
    veganrecipes: vegan curry, vegan cake, tofu recipe
    gardening: tomato plants, seed swap, allotment
    climatechange: carbon emissions, sea level, glacier melt
    renewables: wind farm, solar power, heat pump
    openscience: preprint, peer review, open data
    cpp: c++, template error, undefined behaviour
    csharp: c#, async await, null reference
    databases: query planner, index scan, replication lag
    buildinpublic: first customer, side project, launch day
    remotework: home office, video call, time zones
    bookclub: reading list, plot twist, book club
    poetry: open mic, haiku, spoken word
    jazz: jazz night, double bass, saxophone solo
    vinyl: record shop, first pressing, b-side
    festival: headline act, muddy field, festival line-up
    streetart: mural, graffiti wall, stencil art
    photography: golden hour, street photography, film camera
    astrophotography: milky way, long exposure, star trails
    birding: rare bird, dawn chorus, bird hide
    hiking: summit view, trail map, mountain hut
    skiing: fresh powder, ski lift, avalanche warning
    surfing: big waves, surfboard, surf forecast
    chess: checkmate, blitz game, queen sacrifice
    boardgames: game night, dice roll, rule book
    retrogaming: pixel art, cartridge, high score
    mondaymotivation: new week, to-do list, early start
    throwback: school photo, old days, childhood
    housing: rent increase, first home, housing crisis
    publictransport: bus delay, train strike, night bus
    potholes: pothole, road works, broken axle
    lostdog: lost dog, missing dog, dog found
    localnews: town council, planning permission, village fair
"""

MENTIONS = """
    weatherdesk: weather, forecast, storm
    trafficwatch: traffic, road closed, accident
    railhelp: train, delay, cancelled
    cityhall_desk: council, permit, complaint
    scoreboard_live: score, goal, final
    ostvik_support: return, size, refund
    voltarrow_care: battery, warranty, charger
    larkpeak_air: flight, baggage, boarding
    bankholme_help: card, payment, blocked
    tellwire_status: network, outage, signal
    spacewatchers: launch, rocket, orbit
    quakedesk: earthquake, aftershock, magnitude
    bookish_fox: novel, review, signed copy
    sourdough_sam: starter, loaf, crumb
    trail_mia: trail, summit, ultra
    parkpatrol: litter, bench, playground
    marketmoves: shares, index, bond
    vote_watch: ballot, turnout, recount
    museum_nights: exhibition, late opening, curator
    gardenhour: slugs, compost, pruning
"""

# Emoji: its name, and the words that go with it.
EMOJI = """
    🔥: fire, hot take
    🎉: party popper, congratulations
    😂: tears of joy, so funny
    ❤️: red heart, love this
    👏: clapping, well done
    🚀: rocket, to the moon
    ⚽: football, what a goal
    🏃: runner, personal best
    🚴: cyclist, new bike
    🍕: pizza, pizza night
    🍜: noodles, ramen time
    ☕: hot drink, morning coffee
    🎂: birthday cake, happy birthday
    🐶: puppy, new puppy
    🐱: cat face, cat person
    🌧️: rain cloud, soaked again
    ❄️: snowflake, snow day
    🌈: rainbow, after the rain
    🗳️: ballot box, just voted
    📈: chart up, all-time high
    📉: chart down, market crash
    🎸: guitar, new riff
    📚: books, reading list
    ✈️: aeroplane, off on holiday
    🏕️: camping, under the stars
    🇯🇵: flag of japan, visit japan
    🇧🇷: flag of brazil, carnival
    👍🏽: thumbs up, sounds good
"""

DISHES = (
    "pho, ramen, tacos, pierogi, falafel, paella, jollof rice, fish & chips, mac & cheese, crème brûlée, "
    "jalapeño poppers, gnocchi, smørrebrød, köfte, borscht, dumplings, bánh mì, moussaka, feijoada, ceviche, pastéis de nata, "
    "käsespätzle, rösti, pain au chocolat, tarte tatin, shakshuka, biryani, laksa, poutine, açaí bowl"
)
DISH_ANGLES = {
    "recipe": ['"{} recipe"', "homemade {}", '"how to make {}"', "-restaurant"],
    "delivery": ["{} delivery", '"{} near me"', "[{} takeaway]", "-jobs", "-recipe"],
    "class": ["{} cooking class", '"learn to cook {}"', "{} workshop", "-online"],
}

TRADES = "plumber, electrician, locksmith, roofer, dentist, dog walker, piano tuner, bike mechanic, tutor, gardener"
TRADE_KEYWORDS = ['"{0} in {1}"', "{0} {1}", "[emergency {0} {1}]", "-salary", "-course"]

# Language: group of texts, each line one listing's name and its keywords as they are.
WORLD = """
    de-laufschuhe: laufschuhe, "laufschuhe damen", [laufschuhe kaufen], -gebraucht
    de-wanderweg: wanderweg, "schönster wanderweg", #wandern, -karte
    de-strassenfest: "straßenfest", straße gesperrt, [straßenfest heute], -video
    de-oefen: "öfen kaufen", pizzaöfen, -bauanleitung
    fr-chaussures: "chaussures de course", chaussures de trail, [chaussures de randonnée], -occasion
    fr-greve: grève, "grève des trains", #grève, -histoire
    fr-recette: "recette de crêpes", crêpes faciles, œufs, -"sans œufs"
    es-zapatillas: "zapatillas de correr", zapatillas niño, [zapatillas], -segunda
    es-elecciones: elecciones, "resultados electorales", #elecciones, -escuela
    es-manana: "mañana", el tiempo mañana, "pronóstico mañana"
    pt-tenis: "tênis de corrida", tênis feminino, -usado
    pt-noticias: notícias, "últimas notícias", "^notícias de última hora", -esporte
    it-scarpe: "scarpe da corsa", scarpe da trekking, -usate
    it-caffe: caffè, "macchina da caffè", [caffè], -ricambi
    nl-fietsen: fietsen, "elektrische fiets", [fiets kopen], -gestolen
    da-loebesko: løbesko, "løbesko til børn", -brugt
    sv-skidor: skidor, "åka skidor", snö idag
    fi-sauna: sauna, "yö saunassa", löyly
    is-vedur: veður, "veður í reykjavík", þoka
    pl-buty: "buty do biegania", buty trekkingowe, -używane
    cs-boty: "běžecké boty", boty, -bazar
    tr-kahve: kahve, "türk kahvesi", ışık, -fal
    hu-cipo: futócipő, "futócipő akció", -használt
    vi-pho: "phở bò", phở, bánh mì, -công thức
    ru-moskva: москва, "погода в москве", новости москва, -вакансии
    ru-krossovki: кроссовки, "беговые кроссовки", [купить кроссовки], -бесплатно
    uk-novyny: новини, "новини києва", київ сьогодні
    bg-vreme: времето, "времето в софия", -архив
    el-kairos: καιρός, "καιρός αθήνα", #ειδήσεις
    he-hadashot: חדשות, "חדשות היום", #חדשות
    ar-akhbar: أخبار, "أخبار عاجلة", "^عاجل", -رياضة
    hi-samachar: समाचार, "ताज़ा समाचार", #समाचार
    th-khao: "ข่าว", "กรุงเทพ", #ข่าว
    ko-sinmun: 뉴스, "오늘 날씨", 서울 맛집, -무료
    ko-undonghwa: 운동화, "러닝화 추천", -중고
    zh-tianqi: "天气预报", "北京天气", 北京 新闻, -"广告"
    zh-paobuxie: "跑步鞋", "登山鞋", -"二手"
    ja-ramen: "ラーメン", "味噌ラーメン", 東京 ラーメン, -"レシピ"
    ja-shinkansen: "新幹線", "新幹線 時刻表", 京都 新幹線, -"模型"
    ja-jishin: "地震", "地震速報", "^速報", #地震
"""

# The newsroom's own desks: name and keywords as they are.
DESKS = r"""
    breaking-politics: "^breaking politics", "resigns today$", -satire
    live-blog: "^live blog", "live updates$", -archive
    cricket: "cricket score", [cricket], #cricket, -insect
    tennis: "tennis final", grand final tennis, #tennis, -elbow
    rugby: "rugby union", #rugby, "try scored$", -shirt
    marathon: "marathon world record", marathon winner, #marathon, -"tv marathon"
    chess: chess champion, "world chess", #chess, -download
    earthquake: earthquake, "magnitude 6", /magnitude [5-9]\.\d/, "^earthquake", @quakedesk, -simulator
    wildfire: wildfire, "wildfire smoke", "evacuation order$", #wildfire, -game
    volcano: "volcano erupts", volcanic ash flights, 🌋, -"science kit"
    strike: "rail strike", "strike called off$", teachers strike, -bowling
    inflation: "inflation rate", inflation falls, [inflation], /inflation (at|hits) \d+/, -tyre, -balloon
    interest-rates: "interest rates", central bank decision, "^rate cut", -"student loan"
    housing: "house prices", rent rises, [mortgage rates], -calculator
    health: flu season, "new vaccine", hospital waiting list, -pet
    science: "new study", scientists discover, "peer reviewed", -fiction
    archaeology: archaeologists found, "roman villa", "hoard of coins", -game
    fossils: "t rex", fossil found, dinosaur skeleton, -toy, -"theme park"
    whales: whale stranded, "whale watching", 🐋, -wallet
    bees: bee decline, "honey bees", #savethebees, -spelling
    chips: "chip shortage", semiconductor plant, -potato, -"fish & chips"
    privacy: "data breach", leaked passwords, [privacy policy], -template
    open-source: "open source", "licence change$", #opensource, -salary
    energy: "energy prices", power cut, [gas bill], blackout, -curtains
    rivers: "river level", sewage spill, #cleanrivers, -cruise
    royals: "royal wedding", coronation, -replica, -"bank holiday"
    film: "film festival", box office, "wins best picture$", -download, -"free stream"
    theatre: "opening night", stage play review, -school
    opera: "opera house", soprano tickets, -browser
    lottery: "lottery numbers", jackpot winner, -scam, -"free ticket", -/numbers? generator/
"""

# The codes by which a user's country is sent as an attribute.
COUNTRY_CODES = {
    "Japan": "JP", "South Korea": "KR", "China": "CN", "Taiwan": "TW", "Thailand": "TH", "Vietnam": "VN", "India": "IN",
    "Egypt": "EG", "Morocco": "MA", "Israel": "IL", "Türkiye": "TR", "Greece": "GR", "Russia": "RU", "Ukraine": "UA",
    "Bulgaria": "BG", "Poland": "PL", "Czechia": "CZ", "Austria": "AT", "Switzerland": "CH", "Germany": "DE",
    "Denmark": "DK", "Norway": "NO", "Sweden": "SE", "Finland": "FI", "Iceland": "IS", "Ireland": "IE",
    "Scotland": "GB", "Wales": "GB", "England": "GB", "Belgium": "BE", "Netherlands": "NL", "France": "FR",
    "Portugal": "PT", "Spain": "ES", "Italy": "IT", "United States": "US", "Canada": "CA", "Mexico": "MX",
    "Colombia": "CO", "Brazil": "BR", "Argentina": "AR", "South Africa": "ZA", "Kenya": "KE", "Australia": "AU",
    "New Zealand": "NZ",
}

# Negatives that many listings and groups refer to by the name of the list.
NEGATIVE_LISTS = {
    "brand-safety": ["-casino", "-gambling", '-"fake id"', "-counterfeit", "-/pirate[sd]?\\s+(copy|copies|stream)/"],
    "job-seekers": ["-vacancies", "-internship", "-salary", '-"how to become a"', "-[jobs]"],
    "free-riders": ["-torrent", '-"serial key"', "-keygen", "-/crack(ed)?\\s+version/"],
}

# What the record of a group says, by the start of its id; the first row that fits counts. `bid` gives it a default bid,
# for its listings that have none.
GROUP_RULES = [
    ("local-", {"bid": True, "negatives": ["-diy", '-"how to"'], "negative_lists": ["job-seekers"]}),
    ("travel-", {"negatives": ["-visa"], "negative_lists": ["job-seekers"]}),
    ("books-", {"negative_lists": ["free-riders"]}),
    ("football-tickets", {"targeting": '!has(age) || age >= 16', "negative_lists": ["brand-safety"]}),
    ("football-", {"targeting": '!has(interests) || "football" in interests'}),
    ("food-delivery", {"targeting": '!has(device) || device in ["phone", "tablet"]'}),
    ("food-", {"negatives": ["-calories"]}),
    ("markets-", {"targeting": '!has(age) || age >= 18', "negative_lists": ["brand-safety"]}),
    ("electronics", {"negative_lists": ["free-riders", "brand-safety"]}),
    ("social-retrogaming", {"negative_lists": ["free-riders"]}),
    ("space-watch", {"start_time": "2020-01-01T00:00:00Z", "end_time": "2099-12-31T23:59:59Z"}),
]

# What the record of a shop's brand says beside a default bid: one of these, drawn for each brand.
BRAND_RULES = [
    {},
    {"negative_lists": ["brand-safety"]},
    {"negative_lists": ["brand-safety", "job-seekers"]},
    {"negatives": ["-lawsuit", "-boycott"]},
    {"start_time": "2020-01-01T00:00:00Z"},
    {"end_time": "2099-12-31T23:59:59Z", "negatives": ["-[logo]"]},
]

# Targeting of the listings of a department or trade, by a word in the id; every second of them has it.
TARGETING = [
    ("chefs-knives", "!has(age) || age >= 18"),
    ("gaming", '!has(interests) || "games" in interests'),
    ("projectors", '!has(device) || device != "watch"'),
    ("electric-bikes", '!has(country) || !(country in ["CN", "IN"])'),
]

# The listings behind the first twelve texts of `queries.txt`, in that order; the README says what each shows.
# Id, bid in micros, quality, keywords, payload. They are never paused and have no flight.
TELLING = [
    ("shop-running-shoes-weekly-pick", 1_500_000, 1.0,
     ["running shoes", '"running shoes"', "[running shoes]"], "/shop/running-shoes/weekly-pick"),
    ("shop-running-shoes-size-guide", 1_500_000, 1.0,
     ['"running shoes"', "shoes size guide"], "/shop/running-shoes/size-guide"),
    ("shop-running-shoes-all-offers", 1_500_000, 1.0,
     ["running shoes", "shoes offers", "-repair"], "/shop/running-shoes/offers"),
    ("apps-pacewright-premium", 2_400_000, 1.0,
     ["running app", '"running coach"', '-"free trial"', "-[free running app]"], "/apps/pacewright/premium"),
    ("apps-pacewright-trial", 1_400_000, 1.0,
     ["free running app", '"free trial of a running app"'], "/apps/pacewright/trial"),
    ("home-carpet-catalogue", 1_400_000, 1.0,
     ["carpet catalogue", '"carpet samples"', "-cleaning"], "/home/carpets/catalogue"),
    ("pets-cat-corner", 2_000_000, 1.0, ["cat", "pet", '"my cat"'], "/pets/cats"),
    ("cars-one-car-a-week", 2_000_000, 1.0, ["car", '"car log"', "log"], "/cars/weekly"),
    ("social-tag-cycling-club", 1_700_000, 1.0, ["#cycling", "#cyclinglife"], "/social/tags/cycling"),
    ("social-tag-running-club", 1_900_000, 1.0, ["#running", "#runhappy"], "/social/tags/running"),
    ("social-mention-weatherdesk-inbox", 1_600_000, 1.0,
     ["@weatherdesk", '"@weatherdesk help"'], "/social/mentions/weatherdesk"),
    ("social-word-running", 1_200_000, 1.0, ["running", '-"running shoes"', '-"running app"'], "/social/words/running"),
    ("markets-ticker-acme-desk", 1_800_000, 1.0, ["$acme", '"$acme beats"'], "/markets/acme"),
    ("shop-acme-anvils", 1_300_000, 1.0, ["acme", '"acme anvils"'], "/shop/anvils/acme"),
    ("news-breaking-front-page", 1_800_000, 1.0, ['"^breaking news"', '-"not breaking news"'], "/news/breaking"),
    ("news-live-scores-ticker", 1_500_000, 1.0, ['"live scores$"', "[live scores]"], "/news/live-scores"),
    ("toys-t-rex-model", 1_500_000, 1.0, ['"t rex model"', '"T-rex"', "tyrannosaurus model"], "/toys/dinosaurs/t-rex"),
    ("food-café-hauptstraße", 1_500_000, 1.0,
     ['"Café an der Hauptstraße"', "café hauptstraße", "[café]"], "/food/cafés/hauptstraße"),
    ("food-cafe-without-accent", 2_000_000, 1.0, ["cafe", '"cafe near me"'], "/food/cafes"),
    ("weather-tokyo-ja", 1_500_000, 1.0, ['"東京の天気"', "東京 天気", '"東京"'], "/weather/東京"),
    ("social-emoji-fire-ramen", 1_500_000, 1.0, ["ramen 🔥", '"is 🔥"'], "/social/emoji/🔥"),
    ("books-c-plus-plus-engines", 1_600_000, 1.0, ['c++', '"c++ engines"', "-[c]"], "/books/c++"),
    ("books-c-sharp-engines", 1_400_000, 1.0, ["c#", '"c# engines"'], "/books/c#"),
    ("books-c-classic", 2_000_000, 1.0, ["c", '"ansi c"'], "/books/c"),
    ("gifts-card-by-post", 1_200_000, 1.25, ["gift card", '"gift voucher"', "-[free gift card]"], "/gifts/card/post"),
    ("gifts-card-by-mail", 600_000, 0.5,
     ["gift card", {"text": "[gift card]", "bid_micros": 2_400_000}, "-generator"], "/gifts/card/mail"),
]

# The listings and groups behind the texts after those; the README says what each shows. Fields are as in the file.
TELLING_RULES = [
    {"id": "repairs-boiler-group-bid", "group": "telling-repairs", "keywords": ['"boiler repair"'],
     "payload": "/repairs/boiler/group"},
    {"id": "repairs-boiler-own-bid", "group": "telling-repairs", "keywords": ["boiler repair"], "bid_micros": 1_300_000,
     "payload": "/repairs/boiler/own"},
    {"id": "events-fireworks-harbour", "group": "telling-events", "keywords": ["fireworks", '"harbour fireworks"'],
     "bid_micros": 1_400_000, "payload": "/events/fireworks/harbour"},
    {"id": "events-fireworks-castle", "group": "telling-events-paused", "keywords": ["fireworks"],
     "bid_micros": 2_400_000, "payload": "/events/fireworks/castle"},
    {"id": "events-fireworks-jubilee", "group": "telling-events-past", "keywords": ["fireworks"],
     "bid_micros": 2_200_000, "payload": "/events/fireworks/jubilee"},
    {"id": "hotels-old-town-suites", "group": "telling-hotels", "keywords": ["old hotel", '"hotel night"'],
     "bid_micros": 2_000_000, "payload": "/hotels/old-town"},
    {"id": "hotels-casino-weekend", "keywords": ['"casino night"', "casino hotel"], "negative_lists": ["job-seekers"],
     "bid_micros": 1_400_000, "payload": "/hotels/casino"},
    {"id": "drinks-gin-tasting-us", "group": "telling-drinks", "keywords": ["gin tasting"], "bid_micros": 1_800_000,
     "targeting": 'country in ["US", "CA"] && age >= 21', "payload": "/drinks/gin/us"},
    {"id": "drinks-gin-tasting-gb", "group": "telling-drinks", "keywords": ["gin tasting"], "bid_micros": 1_700_000,
     "targeting": 'country == "GB" && age >= 18', "payload": "/drinks/gin/gb"},
    {"id": "drinks-juice-tasting", "group": "telling-drinks", "keywords": ["tasting for two"], "bid_micros": 1_200_000,
     "payload": "/drinks/juice"},
    {"id": "tours-stadium-football", "keywords": ["stadium tour"], "bid_micros": 1_700_000,
     "targeting": '"football" in interests', "payload": "/tours/stadium/football"},
    {"id": "tours-stadium-concerts", "keywords": ["stadium tour"], "bid_micros": 1_600_000,
     "targeting": '"music" in interests', "payload": "/tours/stadium/concerts"},
    {"id": "tours-stadium-everyone", "keywords": ["stadium tour"], "bid_micros": 1_300_000,
     "payload": "/tours/stadium"},
    {"id": "apps-photo-editor-phone", "keywords": ['"photo editor"'], "bid_micros": 1_700_000,
     "targeting": 'device == "phone"', "payload": "/apps/photo/phone"},
    {"id": "apps-photo-editor-desktop", "keywords": ['"photo editor"'], "bid_micros": 1_600_000,
     "targeting": '!(device == "phone")', "payload": "/apps/photo/desktop"},
    {"id": "apps-photo-editor-web", "keywords": ['"photo editor"'], "bid_micros": 1_300_000,
     "targeting": '!has(device) || device != "phone"', "payload": "/apps/photo/web"},
    {"id": "social-tag-shop-local", "group": "telling-social", "keywords": ["#shoplocal", "#shopsmall market"],
     "bid_micros": 1_600_000, "payload": "/social/tags/shoplocal"},
    {"id": "support-order-number", "group": "telling-support", "keywords": [r"/\bORD-\d+\b/", r"-/\bORD-0+\b/"],
     "bid_micros": 1_500_000, "payload": "/support/orders"},
    {"id": "support-parcel", "group": "telling-support", "keywords": ["my parcel"], "bid_micros": 1_500_000,
     "payload": "/support/parcels"},
]
TELLING_GROUPS = {
    "telling-repairs": {"bid_micros": 1_600_000, "negatives": ["-manual", '-"how to"']},
    "telling-events": {"start_time": "2020-01-01T00:00:00Z", "end_time": "2099-12-31T23:59:59Z"},
    "telling-events-paused": {"status": "PAUSED"},
    "telling-events-past": {"end_time": "2021-11-30T00:00:00Z"},
    "telling-hotels": {"negative_lists": ["brand-safety", "job-seekers"]},
    "telling-drinks": {"negatives": ["-recipe"]},
}
