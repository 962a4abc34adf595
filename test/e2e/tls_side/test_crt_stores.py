# SPDX-License-Identifier: Apache-2.0
"""Certificates that crt-store sections name, with keys in files of their own."""
import pytest

from harness.client import Client, tls_client
from harness.ports import free_port

from tls_side.test_tls import subject

CONFIG = """
crt-store web
    crt-base {folder}
    key-base {folder}
    load crt one.test.crt key one.test.key alias one
    load crt two.test.pem

crt-store
    load crt {folder}/three.test.crt key {folder}/three.test.key

frontend front
    bind 127.0.0.1:{port} ssl crt @web/two.test.pem crt @web/one crt {folder}/three.test.crt
    default_backend back

frontend inner
    bind 127.0.0.1:{inner} ssl crt {folder}/two.test.pem ca-file {ca} verify required
    http-request return status 200 hdr x-client %[ssl_c_s_dn(CN)]

backend back
    server s 127.0.0.1:{inner} ssl verify none crt @web/one
"""


@pytest.mark.weir_only
def test_certificates_have_names_and_keys_of_their_own(balance, authority):
    for name in ("one.test", "three.test"):
        authority.pair(name)
    authority.pem("two.test")
    port = free_port()
    balance(CONFIG.format(port=port, inner=free_port(), folder=authority.folder, ca=authority.cert))
    assert [subject(port, name) for name in ("one.test", "three.test", "else.test")] == [
        "one.test", "three.test", "two.test"]
    with Client(port, tls=tls_client(), sni="one.test") as client:
        assert client.request().header("x-client") == "one.test"
