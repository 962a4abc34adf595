# SPDX-License-Identifier: Apache-2.0
"""Certificates of an own authority, made with the openssl program; and who shows them."""
import ssl
import subprocess


def _openssl(*words, stdin=None):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, input=stdin)


class Authority:
    """A CA in a folder; pem() makes certificates that it signed."""

    def __init__(self, folder, name="Test CA"):
        self.folder = folder
        self.cert = folder / "ca.crt"
        self.key = folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=" + name, "-days", 30, "-keyout", self.key, "-out", self.cert)

    def pair(self, name, names=None, days=30):
        """(certificate file, key file) for these DNS names."""
        crt, key = self.folder / (name + ".crt"), self.folder / (name + ".key")
        csr, ext = self.folder / (name + ".csr"), self.folder / (name + ".ext")
        wanted = names or [name]
        ext.write_text("subjectAltName=" + ",".join(
            ("IP:" if entry[0].isdigit() else "DNS:") + entry for entry in wanted) + "\n")
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-subj", "/CN=" + wanted[0], "-keyout", key, "-out", csr)
        _openssl("x509", "-req", "-in", csr, "-CA", self.cert, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", ext, "-out", crt)
        return crt, key

    def pem(self, name, names=None, days=30, folder=None):
        """One file with certificate, chain and key, as HAProxy and weir read it."""
        crt, key = self.pair(name, names, days)
        pem = (folder or self.folder) / (name + ".pem")
        pem.write_bytes(crt.read_bytes() + self.cert.read_bytes() + key.read_bytes())
        return pem


def tls_server(pem, ca=None):
    """An ssl.SSLContext for a server; with `ca` it wants a certificate of the client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if ca:
        context.load_verify_locations(ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
