"""The tree behind WSGI: every worker process has a copy of its own. A POST of lines is answered by lines."""

import os

from tree import Tree

TREE = Tree(os.environ["PEER_KEYWORDS"])


def application(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    texts = environ["wsgi.input"].read(length).decode().split("\n")[:-1]
    body = TREE.answer(texts).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
