"""Certificates and credentials for the tests, made on the spot: nothing secret is kept anywhere."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
CLIENT_NAME = "attack-client.test"


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Writes a private key."""
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    replace(path, key.private_bytes(encoding, form, serialization.NoEncryption()))


def replace(path: Path, content: bytes) -> None:
    """Writes a file as whoever rotates certificates does: beside its name, then renamed."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    os.replace(beside, path)


class Authority:
    """A certificate authority with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = folder / "authority.pem"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test authority {folder.name}")])
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        builder = self._builder(self.name, self.key, days_left=2).add_extension(constraints, critical=True)
        self._write(self.certificate, builder)
        self.match_token, self.admin_token = "match-token-of-the-attack-tests", "admin-token-of-the-attack-tests"

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, days_left: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - 3 * DAY).not_valid_after(now + days_left * DAY)

    def _write(self, path: Path, builder: x509.CertificateBuilder) -> None:
        certificate = builder.sign(self.key, hashes.SHA256())
        replace(path, certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, certificate: Path, key_path: Path, days_left: int = 2) -> None:
        """Issues a certificate for this machine, for either side of a connection."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CLIENT_NAME)])
        names = [x509.DNSName("localhost"), x509.DNSName(CLIENT_NAME)]
        addresses = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = self._builder(name, key, days_left)
        builder = builder.add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        # A key that does not fit its certificate is what a rotation looks like half-way: certificate first.
        self._write(certificate, builder)
        write_key(key_path, key)

    def server_settings(self, folder: Path) -> dict[str, str]:
        """Settings of a server with a certificate of its own in a folder."""
        certificate, key = folder / "server.pem", folder / "server-key.pem"
        self.issue(certificate, key)
        return {"tls_certificate": str(certificate), "tls_key": str(key)}

    def client_files(self, folder: Path, days_left: int = 2) -> dict[str, str]:
        """A client's certificate and key."""
        certificate, key = folder / f"client-{days_left}.pem", folder / f"client-key-{days_left}.pem"
        self.issue(certificate, key, days_left)
        return {"certificate": str(certificate), "key": str(key)}

    def write_access(self, folder: Path) -> Path:
        """A file of principals: one may match, one may administer."""
        principals = [("matcher", "match", self.match_token), ("operator", "admin", self.admin_token)]
        entries = [
            f'[[principal]]\nname = "{name}"\nroles = ["{role}"]\n'
            f'token_sha256 = ["{hashlib.sha256(token.encode()).hexdigest()}"]\n'
            for name, role, token in principals
        ]
        path = folder / "access.toml"
        path.write_text("\n".join(entries), encoding="utf-8")
        return path
