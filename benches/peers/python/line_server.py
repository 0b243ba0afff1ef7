"""One copy of the tree in one process behind a blocking line socket: a text a line, a line of numbers back.

line_server.py KEYWORDS PORT
"""

import socketserver
import sys

from tree import Tree


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(self.server.tree.answer([line.decode().rstrip("\n")]).encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    tree = Tree(sys.argv[1])
    with Server(("127.0.0.1", int(sys.argv[2])), Handler) as server:
        server.tree = tree
        server.serve_forever()
