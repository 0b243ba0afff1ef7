"""The tree that everybody writes first: words to nested dicts, and at a keyword's end the numbers that end there.

EXACT and PHRASE share a tree of words in their order; BROAD has one of sorted distinct words, which is walked along
every subset of the text's words that it holds. Texts and keywords are words with single spaces between them.
"""

import gc

# What stands in a node beside words; no word has these characters.
EXACT = "[]"
PHRASE = '""'
BROAD = " "


class Tree:
    def __init__(self, path):
        """Reads keywords: match type, words, and what does not matter here, with tabs between them."""
        self.ordered = {}
        self.unordered = {}
        self.keywords = 0
        # Nothing of the tree is garbage: without the collector it is built in half the time.
        gc.disable()
        words_known = {}
        with open(path, encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file):
                match_type, words = line.split("\t", 2)[:2]
                words = [words_known.setdefault(word, word) for word in words.split(" ")]
                self._add(match_type, words, number)
        gc.freeze()
        gc.enable()

    def _add(self, match_type, words, number):
        if match_type == "BROAD":
            node, end, words = self.unordered, BROAD, sorted(set(words))
        else:
            node, end = self.ordered, EXACT if match_type == "EXACT" else PHRASE
        for word in words:
            child = node.get(word)
            if child is None:
                child = node[word] = {}
            node = child
        node[end] = node.get(end, ()) + (number,)
        self.keywords += 1

    def match(self, text):
        """The sorted numbers of the keywords that match."""
        words = text.split(" ")
        found = []
        for start in range(len(words)):
            node = self.ordered
            for word in words[start:]:
                node = node.get(word)
                if node is None:
                    break
                if PHRASE in node:
                    found += node[PHRASE]
            else:
                if start == 0 and EXACT in node:
                    found += node[EXACT]
        _walk(self.unordered, sorted(set(words)), 0, found)
        return sorted(set(found))

    def answer(self, lines):
        """For each line the numbers with spaces between them."""
        return "".join(" ".join(map(str, self.match(line))) + "\n" for line in lines)


def _walk(node, words, start, found):
    for at in range(start, len(words)):
        child = node.get(words[at])
        if child is not None:
            if BROAD in child:
                found += child[BROAD]
            _walk(child, words, at + 1, found)
