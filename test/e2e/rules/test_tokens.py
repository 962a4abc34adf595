# SPDX-License-Identifier: Apache-2.0
"""JSON web tokens: every algorithm, signed by the openssl program, and such as must not pass."""
import base64
import hashlib
import hmac
import json
import subprocess

import pytest

from harness.client import Client
from harness.ports import free_port

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    http-request set-var(txn.token) http_auth_bearer
    http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
    http-request set-var(txn.sub) var(txn.token),jwt_payload_query('$.sub')
    http-request return status 200 hdr x-alg "%[var(txn.alg)]" hdr x-sub "%[var(txn.sub)]" hdr x-hmac "%[var(txn.token),jwt_verify(txn.alg,sesame)]" hdr x-rsa "%[var(txn.token),jwt_verify(txn.alg,{rsa})]" hdr x-ec "%[var(txn.token),jwt_verify(txn.alg,{ec})]"
"""
KEYS = {"rsa": ("RSA", "rsa_keygen_bits:2048"), "ec256": ("EC", "ec_paramgen_curve:P-256"),
        "ec384": ("EC", "ec_paramgen_curve:P-384"), "ec521": ("EC", "ec_paramgen_curve:P-521")}


@pytest.fixture(autouse=True)
def haproxy_words(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, stdin=None):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, input=stdin).stdout


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """name -> its private key; the public one lies beside it."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name, (kind, option) in KEYS.items():
        made[name] = folder / (name + ".key")
        openssl("genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", made[name])
        openssl("pkey", "-in", made[name], "-pubout", "-out", folder / (name + ".pem"))
    return made


def raw_pair(der, size):
    """The two numbers of an ECDSA signature, as tokens have them: RFC 7518 3.4."""
    at = 3 if der[1] & 0x80 else 2
    numbers = b""
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2:at + 2 + length].lstrip(b"\0").rjust(size, b"\0")
        at += 2 + length
    return numbers


def sign(algorithm, keys, text):
    family, digest = algorithm[:2], "sha" + algorithm[2:]
    if family == "HS":
        return hmac.new(b"sesame", text, getattr(hashlib, digest)).digest()
    if family == "ES":
        size = {"256": 32, "384": 48, "512": 66}[algorithm[2:]]
        return raw_pair(openssl("dgst", "-" + digest, "-sign", keys[curve_of(algorithm)], stdin=text), size)
    padding = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"] if family == "PS" else []
    return openssl("dgst", "-" + digest, "-sign", keys["rsa"], *padding, stdin=text)


def curve_of(algorithm):
    return {"ES384": "ec384", "ES512": "ec521"}.get(algorithm, "ec256")


def token(algorithm, keys):
    parts = [url64(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, {"sub": "1234"})]
    text = ".".join(parts)
    return text + "." + url64(sign(algorithm, keys, text.encode()))


def ask(balance, keys, algorithm, text):
    port = free_port()
    folder = keys["rsa"].parent
    balance(CONFIG.format(port=port, rsa=folder / "rsa.pem", ec=folder / (curve_of(algorithm) + ".pem")))
    with Client(port) as client:
        fields = {n.lower(): v for n, v in client.request("GET", "/", headers=[("Authorization", "Bearer " + text)]).headers}
    return [fields.get("x-" + name, "") for name in ("alg", "sub", "hmac", "rsa", "ec")]


WHICH = {"HS": 2, "RS": 3, "PS": 3, "ES": 4}


@pytest.mark.parametrize("algorithm", [family + bits for family in ("HS", "RS", "ES", "PS") for bits in ("256", "384", "512")])
def test_what_was_signed_is_verified(balance, keys, kind, algorithm):
    if kind == "haproxy" and algorithm.startswith("PS"):
        pytest.skip("HAProxy 2.6 does not have it")
    text = token(algorithm, keys)
    answer = ask(balance, keys, algorithm, text)
    assert answer[:2] == [algorithm, "1234"]
    assert answer[WHICH[algorithm[:2]]] == "1"


def changed(text, part):
    """One character of it another one."""
    parts = text.split(".")
    parts[part] = parts[part][:3] + ("A" if parts[part][3] != "A" else "B") + parts[part][4:]
    return ".".join(parts)


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256"])
@pytest.mark.parametrize("what, spoil, want", [
    ("payload", lambda text: changed(text, 1), "0"),
    ("signature", lambda text: changed(text, 2), "0"),
    ("no signature", lambda text: text.rsplit(".", 1)[0] + ".", "-3"),
    ("signature of no whole bytes", lambda text: text.rsplit(".", 1)[0] + ".AAAAA", "-3"),
    ("two parts", lambda text: text.rsplit(".", 1)[0], "-3"),
    ("four parts", lambda text: text + ".YWJj", "-3"),
])
def test_what_was_not_is_refused(balance, keys, algorithm, what, spoil, want):
    answer = ask(balance, keys, algorithm, spoil(token(algorithm, keys)))
    assert answer[0] == algorithm, what
    assert answer[WHICH[algorithm[:2]]] == want


@pytest.mark.parametrize("algorithm", ["none", "HS1", "XX256", ""])
def test_an_algorithm_that_is_none(balance, keys, kind, algorithm):
    if kind == "haproxy" and algorithm == "none":
        pytest.skip("HAProxy believes a token that says it is not signed")
    text = token("HS256", keys).split(".")
    text[0] = url64(json.dumps({"alg": algorithm}).encode())
    answer = ask(balance, keys, "HS256", ".".join(text))
    assert answer[2:] == ["-1"] * 3


def test_the_key_of_another_family(balance, keys):
    """A token says by itself which algorithm it wants; it gets no other key for it."""
    assert ask(balance, keys, "RS256", token("RS256", keys))[4] == "0"
    assert ask(balance, keys, "ES256", token("ES256", keys))[3] == "0"
    assert ask(balance, keys, "RS256", token("RS256", keys))[2] == "-5"
