"""Clients that are not who they should be: bad TLS, bad credentials, wrong roles."""

from __future__ import annotations

import os
import select
import socket
import ssl

import messages
import wire
from certificates import Authority
from connections import connect
from handshakes import SPOKEN, context, handshake
from stage import Row, Scene

OK, PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED = 0, 7, 12, 16
GET_STATUS = "/broadside.v1.InventoryService/GetStatus"
REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
ANSWER_S = 2.0
GARBAGE_BYTES = 4_096
LONG_TOKEN_BYTES = 64 * 1024


def says_garbage(address: str, content: bytes) -> str:
    """What the server makes of bytes that are no handshake: anything but to speak HTTP/2 or to keep the connection."""
    with connect(address, content) as connection:
        if not wire.wait_for(connection, select.POLLIN, ANSWER_S):
            return "kept open"
        try:
            first = connection.recv(wire.HEADER_BYTES)
        except OSError:
            return "closed"
        return SPOKEN if len(first) > 3 and first[3] == wire.SETTINGS and first[0] != 0x15 else "closed"


def bad_tls(scene: Scene) -> None:
    """Every way of shaking hands that must not end in a connection, on both listeners, beside one that must."""
    authority, stranger = scene.authority, Authority(scene.folder / "stranger")
    good = authority.client_files(scene.folder)
    expired = authority.client_files(scene.folder, days_left=-1)
    unknown = stranger.client_files(scene.folder / "stranger")
    trusted = authority.certificate
    contexts: dict[str, ssl.SSLContext] = {
        "a server of another authority": context(stranger.certificate, good),
        "a client of another authority": context(trusted, unknown),
        "an expired client": context(trusted, expired),
        "no client certificate": context(trusted),
        "TLS 1.1": context(trusted, good, ssl.TLSVersion.TLSv1_1),
        "TLS 1.0": context(trusted, good, ssl.TLSVersion.TLSv1),
        "another protocol": context(trusted, good, protocols=("spdy/3",)),
    }
    right = context(trusted, good)
    tried, said = 0, dict.fromkeys([*contexts, "garbage", "plain HTTP/2"], "")
    while scene.lasts() or tried == 0:
        for address in (scene.server.address, scene.server.admin_address):
            said |= {name: handshake(address, made) for name, made in contexts.items()}
            said["garbage"] = says_garbage(address, os.urandom(GARBAGE_BYTES))
            said["plain HTTP/2"] = says_garbage(address, wire.PREFACE + bytes(64))
            tried += len(said)
            for name, outcome in said.items():
                scene.demand(outcome not in (SPOKEN, "kept open"), name, f"is {outcome}, expected to be refused")
            outcome = handshake(address, right)
            scene.demand(outcome == SPOKEN, "the right certificate", f"is refused: {outcome}")
    scene.note("handshakes", tried)
    for name, outcome in said.items():
        scene.note(name, outcome)


def with_token(token: str) -> list[tuple[str, str]]:
    """The header that shows it."""
    return [("authorization", f"Bearer {token}")]


# A call: its name, the address, the method, the body, the headers, and the statuses that are right.
Call = tuple[str, str, str, bytes, list[tuple[str, str]], set[int | None]]


def wrong_roles(scene: Scene) -> None:
    """Calls with no, bad and other people's credentials: none of them does what it asks for."""
    authority, batch = scene.authority, wire.message(messages.batch(["anything"]))
    may_match, may_administer = with_token(authority.match_token), with_token(authority.admin_token)
    bad, long = with_token("not a token of anybody"), with_token("t" * LONG_TOKEN_BYTES)
    near = with_token(authority.match_token[:-1] + "X")
    match, admin = scene.server.address, scene.server.admin_address
    nothing = wire.message(b"")
    # Who asks where for what, and what is answered. A token that no header has room for is refused one way or another.
    calls: list[Call] = [
        ("no token", match, wire.MATCH_BATCH, batch, [], {UNAUTHENTICATED}),
        ("a bad token", match, wire.MATCH_BATCH, batch, bad, {UNAUTHENTICATED}),
        ("nearly a token", match, wire.MATCH_BATCH, batch, near, {UNAUTHENTICATED}),
        ("another scheme", match, wire.MATCH_BATCH, batch, [("authorization", "Basic bWU6bWU=")], {UNAUTHENTICATED}),
        ("a token of 64 KiB", match, wire.MATCH_BATCH, batch, long, {UNAUTHENTICATED, None}),
        ("an operator who matches", match, wire.MATCH_BATCH, batch, may_administer, {PERMISSION_DENIED}),
        ("a stream without token", match, wire.MATCH_STREAM, nothing, [], {UNAUTHENTICATED}),
        ("reflection without token", match, REFLECTION, nothing, [], {UNAUTHENTICATED}),
        ("health without token", match, wire.HEALTH_CHECK, nothing, [], {OK}),
        ("who may match", match, wire.MATCH_BATCH, batch, may_match, {OK}),
        ("administration on the match port", match, GET_STATUS, nothing, may_administer, {UNIMPLEMENTED}),
        ("administration without token", admin, GET_STATUS, nothing, [], {UNAUTHENTICATED}),
        ("a bad token that administers", admin, GET_STATUS, nothing, bad, {UNAUTHENTICATED}),
        ("a matcher who administers", admin, GET_STATUS, nothing, may_match, {PERMISSION_DENIED}),
        ("who may administer", admin, GET_STATUS, nothing, may_administer, {OK}),
    ]
    tried = 0
    while scene.lasts() or tried == 0:
        for name, address, path, body, headers, expected in calls:
            with wire.Wire(address) as caller:
                reply = caller.call(path, body, headers)
            scene.demand(reply.status in expected, name, f"has {reply.outcome}, expected {expected}")
            tried += 1
        refused_before_its_body(scene)
    scene.note("requests", tried)
    pages(scene, may_match, may_administer)
    said = scene.server.said()
    for token in (authority.match_token, authority.admin_token, "not a token of anybody"):
        scene.demand(token not in said, "the log", "has a token in it")


def refused_before_its_body(scene: Scene) -> None:
    """A call without token is answered though its body has not begun."""
    with scene.wire() as caller:
        stream = caller.begin(wire.MATCH_BATCH, b"", end=False)
        answered = caller.wait(lambda: caller.replies[stream].status is not None, ANSWER_S)
        scene.demand(answered, "a call without token", "is answered only when its body has come")


# Of a page: its path, what is shown, the codes that are right.
Page = tuple[str, list[tuple[str, str]], set[int]]


def pages(scene: Scene, may_match: list[tuple[str, str]], may_administer: list[tuple[str, str]]) -> None:
    """The pages of the admin port: health for everybody, metrics for some."""
    expected: list[Page] = [
        ("/livez", [], {200}),
        ("/readyz", [], {200}),
        ("/metrics", [], {401, 403}),
        ("/metrics", may_match, {401, 403}),
        ("/metrics", may_administer, {200}),
    ]
    for path, headers, codes in expected:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        host, port = scene.server.admin_address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), ANSWER_S) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            first = connection.recv(64).decode("ascii", "replace").split()
        code = int(first[1]) if len(first) > 1 and first[1].isdigit() else None
        who = "nobody" if not headers else "a matcher" if headers == may_match else "an operator"
        scene.demand(code in codes, f"{path} for {who}", f"has {code}, expected {codes}")


ROWS = [
    Row(
        "bad_tls",
        "handshakes that must fail, on a server that asks for client certificates",
        bad_tls,
        dress=frozenset({"mtls"}),
    ),
    Row("wrong_roles", "no, bad and other people's tokens", wrong_roles, dress=frozenset({"access"})),
]
