"""What is measured at a size: groups of peers that are asked the same question."""

from peers import WORKERS, Broadside, Harness, Monitor, Tree
from processes import MEMORY_BYTES_MAX

TEXTS_COMPARED = 20_000
EVENTS_COMPARED = 100
# What memory is measured against.
BASE_KEYWORDS = 10
# Beyond this many, expressions and targetings are not asked for: whoever gave up does so again.
RULES_MAX = 1_000_000
# From here on Lucene's slower presearcher is tried as well: it loads in half the time.
TERM_SIZE_MIN = 1_000_000


class Group:
    """Peers of one question, of which the first is Broadside; `incomparable` ones answer another
    question beside it.
    """

    def __init__(self, title, peers, compared=TEXTS_COMPARED, incomparable=()):
        self.title, self.peers, self.compared, self.incomparable = (
            title,
            peers,
            compared,
            incomparable,
        )


class Commands:
    """How the programs are called, for the folder with what they read."""

    def __init__(self, tools, size):
        self.tools, self.size = tools, size

    def ours(self, inventory):
        return lambda folder: [
            self.tools["peers"],
            "keywords",
            "ours",
            folder / inventory,
            folder / "queries.txt",
        ]

    def files(self, kind, name, first, second):
        return lambda folder: [self.tools["peers"], kind, name, folder / first, folder / second]

    def targeting(self, name):
        return lambda folder: [
            self.tools["peers"],
            "targeting",
            name,
            BASE_KEYWORDS if folder.name == "base" else self.size,
        ]

    def monitor(self, presearcher):
        """Java gives back what it does not need after a collection, which MonitorPeer asks for when
        it is loaded.
        """
        memory = [
            f"-Xmx{MEMORY_BYTES_MAX * 2 // 3 // 2**20}m",
            "-XX:MinHeapFreeRatio=5",
            "-XX:MaxHeapFreeRatio=20",
        ]
        java = [self.tools["java"], *memory, "-cp", self.tools["classpath"], "MonitorPeer"]
        return lambda folder: [*java, folder / "keywords.tsv", folder / "texts.txt", presearcher]


def keywords(tools, size):
    commands = Commands(tools, size)
    batch = {n: {"batch": n, "connections": 4, "concurrency": 2} for n in (256, 16)}
    ours = {
        "Broadside, gRPC, batches of 256": batch[256],
        "Broadside, gRPC, batches of 16": batch[16],
        "Broadside, gRPC, one query a call": {"batch": 1, "connections": 4, "concurrency": 16},
    }
    whole_label = (
        "Broadside, gRPC, the inventory as it is (negatives, targeting, groups), best 10, "
        "batches of 256"
    )
    whole = Broadside(whole_label, tools, "source.jsonl", 10, {whole_label: batch[256]})
    wsgi = {
        f"Python tree, {WORKERS} WSGI workers, batches of 256": 256,
        f"Python tree, {WORKERS} WSGI workers, one query a request": 1,
    }
    line = {"Python tree, one process, line socket, one query a round trip": 1}
    presearchers = ["multipass", "term"] if size >= TERM_SIZE_MIN else ["multipass"]
    peers = [
        Harness("Broadside, in process", commands.ours("inventory.jsonl")),
        Broadside("Broadside, gRPC", tools, "inventory.jsonl", 1000, ours),
        whole,
        Tree("Python tree, WSGI", tools, "http", wsgi),
        Tree("Python tree, line socket", tools, "line", line),
        # The heap is the bound: Java reserves far more addresses than it uses.
        *(
            Monitor(f"Lucene Monitor ({it})", commands.monitor(it), (256, 1), memory_bytes=0)
            for it in presearchers
        ),
    ]
    return Group("EXACT, PHRASE and BROAD keywords", peers, incomparable=(whole,))


def phrases(tools, size):
    commands = Commands(tools, size)
    automata = ["aho-corasick", "daachorse-bytewise", "daachorse-charwise"]
    analysed = commands.files(
        "phrases", "daachorse-bytewise+analysis", "keywords.tsv", "queries.txt"
    )
    peers = [
        Harness("Broadside, in process (its analysis is counted)", commands.ours("phrases.jsonl")),
        *(
            Harness(name, commands.files("phrases", name, "keywords.tsv", "texts.txt"))
            for name in automata
        ),
        Harness("daachorse-bytewise behind Broadside's analysis", analysed),
    ]
    return Group("PHRASE keywords alone", peers)


def regexes(tools, size):
    commands = Commands(tools, size)
    files = ("patterns.txt", "pattern_texts.txt")
    peers = [
        Harness("Broadside, in process", commands.files("regexes", "ours", *files)),
        Harness("regex-filtered", commands.files("regexes", "regex-filtered", *files)),
    ]
    return Group("Regular expressions", peers)


def targeting(tools, size):
    commands = Commands(tools, size)
    some = [
        Harness(
            f"Broadside, a text that brings up {count:,} of them",
            commands.targeting(f"ours-{count}"),
        )
        for count in (1_000, 100)
    ]
    peers = [
        Harness("Broadside, all expressions", commands.targeting("ours")),
        Harness("a-tree, all expressions", commands.targeting("a-tree")),
        *some,
    ]
    title = "Targeting: which expressions are true for an event"
    return Group(title, peers, compared=EVENTS_COMPARED, incomparable=some)


KEYWORD_QUESTIONS = [keywords, phrases]
QUESTIONS = [*KEYWORD_QUESTIONS, regexes, targeting]
