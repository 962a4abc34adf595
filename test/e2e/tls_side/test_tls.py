# SPDX-License-Identifier: Apache-2.0
"""TLS towards clients and towards servers."""
import ssl
import subprocess
import time

import pytest

from harness.balancer import DidNotStart
from harness.behaviours import greet
from harness.certs import tls_server
from harness.client import Client, get, tls_client
from harness.origin import always, reply
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

FRONTEND = """
frontend web
    bind 127.0.0.1:{port} ssl {words}
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""


@pytest.fixture
def start(balance, serve):
    """start(words of the bind line) -> port"""

    def run(words, threads=2):
        port = free_port()
        balance(FRONTEND.format(port=port, server=serve().port, words=words), threads=threads)
        return port

    return run


def subject(port, sni, context=None):
    """The common name of the certificate that is shown for this name."""
    with Client(port, tls=context or tls_client(), sni=sni) as client:
        der = client.sock.getpeercert(binary_form=True)
    return _common_name(der)


def _common_name(der):
    oid = bytes.fromhex("0603550403")  # 2.5.4.3; the subject's comes after the issuer's
    at = der.rindex(oid) + len(oid)
    return der[at + 2:at + 2 + der[at + 1]].decode()


# ---- towards clients

def test_a_chain_that_a_client_can_verify(start, authority):
    port = start("crt %s" % authority.pem("www.test"))
    response = get(port, tls=tls_client(ca=authority.cert), sni="www.test")
    assert response.status == 200


def test_a_chain_from_a_folder_of_issuers(balance, authority, tmp_path):
    """The authority's certificate stands beside its server's one only there."""
    crt, key = authority.pair("bare.test")
    bare, issuers, port = tmp_path / "bare.pem", tmp_path / "issuers", free_port()
    bare.write_bytes(crt.read_bytes() + key.read_bytes())
    issuers.mkdir()
    (issuers / "ca.pem").write_bytes(authority.cert.read_bytes())
    (issuers / "broken.pem").write_text("no certificate")
    balance("""
global
    issuers-chain-path %s
frontend web
    bind 127.0.0.1:%d ssl crt %s
    http-request return status 200
""" % (issuers, port, bare))
    shown = subprocess.run(["openssl", "s_client", "-showcerts", "-connect", "127.0.0.1:%d" % port],
                           input=b"", capture_output=True, check=False, timeout=PATIENCE_S).stdout
    assert shown.count(b"BEGIN CERTIFICATE") == 2


def test_a_separate_key_file(start, authority):
    crt, key = authority.pair("split.test")
    together = crt.with_suffix(".crt.key")  # the name under which HAProxy and weir look for it
    together.write_bytes(key.read_bytes())
    assert subject(start("crt %s" % crt), "split.test") == "split.test"


def test_choice_by_name(start, authority, tmp_path):
    names = {"a.test": ["a.test"], "wild": ["*.wild.test"], "b.test": ["b.test", "c.test"],
             "exact": ["x.wild.test"]}
    pems = [authority.pem(name, names[name]) for name in names]
    port = start(" ".join("crt %s" % pem for pem in pems))
    for sni, wanted in (("a.test", "a.test"), ("A.Test", "a.test"), ("b.test", "b.test"),
                        ("c.test", "b.test"), ("y.wild.test", "*.wild.test"),
                        ("x.wild.test", "x.wild.test"), ("unknown.test", "a.test"),
                        ("y.z.wild.test", "a.test"), ("wild.test", "a.test")):
        assert subject(port, sni) == wanted, sni
    assert subject(port, None) == "a.test"


def test_a_folder_of_certificates(start, authority, tmp_path):
    folder = tmp_path / "certs"
    folder.mkdir()
    for name in ("a.test", "b.test"):
        authority.pem(name, folder=folder)
    port = start("crt %s" % folder)
    assert subject(port, "a.test") == "a.test"
    assert subject(port, "b.test") == "b.test"
    assert subject(port, "other.test") == "a.test"


def test_a_list_of_certificates(start, authority, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("# the first is for all others\n%s\n\n  %s [alpn h2,http/1.1]  b.test *.c.test\r\n"
                    % (authority.pem("a.test"), authority.pem("listed", ["own.test"])))
    port = start("crt-list %s" % path)
    for sni, wanted in (("a.test", "a.test"), ("B.test", "own.test"), ("x.c.test", "own.test"),
                        ("own.test", "a.test"), ("x.y.c.test", "a.test"), (None, "a.test")):
        assert subject(port, sni) == wanted, sni


def test_strict_sni_refuses_unknown_names(start, authority):
    port = start("crt %s strict-sni" % authority.pem("a.test"))
    assert subject(port, "a.test") == "a.test"
    with pytest.raises(ssl.SSLError):
        subject(port, "b.test")
    with pytest.raises(ssl.SSLError):
        subject(port, None)


@pytest.mark.parametrize("version, accepted", [
    (ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False),
    (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)])
def test_versions(start, authority, version, accepted):
    port = start("crt %s" % authority.pem("a.test"))
    context = tls_client(minimum=version, maximum=version)
    if accepted:
        with Client(port, tls=context) as client:
            assert client.request().status == 200
    else:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            Client(port, tls=context)


def test_a_minimum_version_of_1_3(start, authority):
    port = start("crt %s ssl-min-ver TLSv1.3" % authority.pem("a.test"))
    assert subject(port, None, tls_client(minimum=ssl.TLSVersion.TLSv1_3)) == "a.test"
    with pytest.raises(ssl.SSLError):
        subject(port, None, tls_client(maximum=ssl.TLSVersion.TLSv1_2))


@pytest.mark.parametrize("offered, chosen", [
    (["http/1.1"], "http/1.1"), (["spdy/1", "http/1.1"], "http/1.1"), (None, None)])
def test_alpn(start, authority, offered, chosen):
    port = start("crt %s alpn http/1.1" % authority.pem("a.test"))
    with Client(port, tls=tls_client(alpn=offered)) as client:
        assert client.sock.selected_alpn_protocol() == chosen
        assert client.request().status == 200


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_are_resumed_on_whichever_thread(start, authority, version):
    port = start("crt %s" % authority.pem("a.test"), threads=4)
    context = tls_client(minimum=version, maximum=version)
    with Client(port, tls=context, sni="a.test") as client:
        assert client.request().status == 200
        session = client.sock.session
    reused = []
    for _ in range(12):
        with Client(port, tls=context, sni="a.test", session=session) as client:
            assert client.request().status == 200
            reused.append(client.sock.session_reused)
            session = client.sock.session
    assert all(reused), reused


def test_sessions_are_resumed_without_tickets(start, authority):
    port = start("crt %s no-tls-tickets" % authority.pem("a.test"), threads=4)
    context = tls_client(maximum=ssl.TLSVersion.TLSv1_2)
    with Client(port, tls=context) as client:
        assert client.request().status == 200
        session = client.sock.session
    assert not session.has_ticket
    for _ in range(6):
        with Client(port, tls=context, session=session) as client:
            assert client.request().status == 200
            assert client.sock.session_reused


@pytest.mark.weir_only
@pytest.mark.parametrize("cipher, accepted", [
    ("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
    ("ECDHE-ECDSA-AES128-SHA", False), ("ECDHE-ECDSA-AES256-SHA384", False)])
def test_ciphers_are_those_of_mozillas_intermediate_list(start, authority, cipher, accepted):
    port = start("crt %s" % authority.pem("a.test"))
    context = tls_client(maximum=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(cipher)
    if accepted:
        assert subject(port, None, context) == "a.test"
    else:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            Client(port, tls=context)


def record_sizes(port, request):
    """The sizes of the application data records that come back, one after the other."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = tls_client(maximum=ssl.TLSVersion.TLSv1_2).wrap_bio(incoming, outgoing)
    with Client(port) as client:
        def step(action):
            while True:
                try:
                    return action()
                except ssl.SSLWantReadError:
                    client.send(outgoing.read())
                    incoming.write(client.sock.recv(65536)) or incoming.write_eof()

        step(tls.do_handshake)
        tls.write(request)
        client.send(outgoing.read())
        data = client.rest()
    sizes = []
    while data:
        length = int.from_bytes(data[3:5], "big")
        if data[0] == 23:
            sizes.append(length)
        data = data[5 + length:]
    return sizes


@pytest.mark.weir_only
def test_records_are_small_at_first_and_large_in_bulk(balance, serve, authority):
    port, server = free_port(), serve(always(reply(bytes(2000000))))
    balance(FRONTEND.format(port=port, server=server.port, words="crt %s" % authority.pem("a.test")))
    sizes = record_sizes(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert sizes[0] < 4096, "the first record holds the browser up: %d bytes" % sizes[0]
    assert max(sizes) > 16000 and len(sizes) < 400, (len(sizes), max(sizes))


def test_plain_http_on_a_tls_port_is_cut_off(start, authority):
    port = start("crt %s" % authority.pem("a.test"))
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert not client.rest().startswith(b"HTTP/")


def test_a_client_that_stalls_in_its_handshake_holds_up_nobody(start, authority):
    port = start("crt %s" % authority.pem("a.test"), threads=1)
    stalled = [Client(port).send(b"\x16\x03\x01\x02\x00\x01") for _ in range(20)]
    assert get(port, tls=tls_client()).status == 200
    for client in stalled:
        client.close()


def test_a_large_body_over_tls(balance, serve, authority):
    body = bytes(range(256)) * 40000
    port, server = free_port(), serve(always(reply(body)))
    balance(FRONTEND.format(port=port, server=server.port, words="crt %s" % authority.pem("a.test")))
    with Client(port, tls=tls_client()) as client:
        assert client.request().body == body
        assert client.request("POST", "/", body=body).body == body
    assert server.requests[-1].body == body


def test_x_forwarded_proto_tells_https(kind, balance, serve, authority):
    if kind == "haproxy":
        pytest.skip("needs conditions, which this scenario does not write")
    port, server = free_port(), serve()
    balance("""
frontend web
    bind 127.0.0.1:%d ssl crt %s
    http-request set-header X-Forwarded-Proto %%[ssl_fc,iif(https,http)]
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, authority.pem("a.test"), server.port))
    get(port, tls=tls_client())
    assert server.requests[0].header("x-forwarded-proto") == "https"


# ---- towards servers

@pytest.fixture
def through(balance, serve, authority):
    """through(words of the server line, context of the server) -> (response, server)"""

    def run(words, context):
        port, server = free_port(), serve(tls=context)
        balance("""
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    retries 0
    server s1 127.0.0.1:%d ssl %s
""" % (port, server.port, words))
        return get(port), server

    return run


def test_verify_none(through, authority):
    response, server = through("verify none", tls_server(authority.pem("s.test")))
    assert response.status == 200 and len(server.requests) == 1


def test_verify_required_with_the_right_authority(through, authority):
    response, _ = through("verify required ca-file %s" % authority.cert,
                          tls_server(authority.pem("s.test")))
    assert response.status == 200


def test_verify_required_with_another_authority(through, authority, tmp_path_factory):
    other = type(authority)(tmp_path_factory.mktemp("other"), "Other CA")
    response, server = through("verify required ca-file %s" % other.cert,
                               tls_server(authority.pem("s.test")))
    assert response.status == 503 and not server.requests


@pytest.mark.parametrize("name, status", [("s.test", 200), ("wrong.test", 503)])
def test_verifyhost(through, authority, name, status):
    response, _ = through("verify required ca-file %s verifyhost %s" % (authority.cert, name),
                          tls_server(authority.pem("s.test")))
    assert response.status == status


@pytest.mark.parametrize("name, status", [("s.test", 200), ("wrong.test", 503)])
def test_the_name_that_is_sent_counts_before_verifyhost(through, authority, name, status):
    words = "verify required ca-file %s sni str(%s) verifyhost other.test" % (authority.cert, name)
    response, _ = through(words, tls_server(authority.pem("s.test")))
    assert response.status == status


@pytest.mark.parametrize("words", ["", "sni str(s.test)"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_with_the_server_are_resumed(balance, serve, authority, version, words):
    port, context = free_port(), tls_server(authority.pem("s.test"))
    context.minimum_version = context.maximum_version = version
    balance("""
listen web
    bind 127.0.0.1:%d
    http-reuse never
    http-response set-header x-resumed %%[ssl_bc_is_resumed]
    server s1 127.0.0.1:%d ssl verify none %s
    server s2 127.0.0.1:%d ssl verify none no-ssl-reuse disabled
""" % (port, serve(tls=context).port, words, free_port()), threads=1)
    # each response is behind the ticket on the same connection, and ends before the next request
    assert [get(port).header("x-resumed") for _ in range(3)] == ["0", "1", "1"]


def test_the_name_that_is_sent_to_the_server(through, authority):
    asked = []
    context = tls_server(authority.pem("s.test"))
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    response, _ = through("verify none sni str(inner.test)", context)
    assert response.status == 200
    assert set(asked) == {"inner.test"}


def test_a_name_that_the_request_decides(balance, serve, authority):
    asked, port = [], free_port()
    context = tls_server(authority.pem("s.test"))
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    balance("""
listen web
    bind 127.0.0.1:%d
    http-reuse always
    server s1 127.0.0.1:%d ssl verify none sni req.hdr(host)
""" % (port, serve(tls=context).port))
    with Client(port) as client:
        for host in ("a.test", "b.test", "a.test"):
            assert client.request(headers=[("Host", host)]).status == 200
    # HAProxy takes the first connection again for the third request
    assert asked in (["a.test", "b.test"], ["a.test", "b.test", "a.test"])


def test_no_name_is_sent_unless_asked(through, authority):
    asked = []
    context = tls_server(authority.pem("s.test"))
    context.sni_callback = lambda sock, name, ctx: asked.append(name)
    through("verify none", context)
    assert set(asked) == {None}


def test_a_client_certificate_for_the_server(through, authority):
    context = tls_server(authority.pem("s.test"), ca=authority.cert)
    response, _ = through("verify none crt %s" % authority.pem("client"), context)
    assert response.status == 200


def test_a_certificate_of_its_own_goes_before_that_of_default_server(balance, serve, authority):
    port, inner = free_port(), free_port()
    balance("""
listen web
    bind 127.0.0.1:%d
    default-server ssl verify none crt %s
    server s1 127.0.0.1:%d crt %s
listen inner
    bind 127.0.0.1:%d ssl crt %s ca-file %s verify required
    http-request return status 200 hdr x-client %%[ssl_c_s_dn(CN)] hdr x-above %%[ssl_c_chain_der,hex]
""" % (port, authority.pem("common"), inner, authority.pem("own"), inner, authority.pem("s.test"), authority.cert))
    response = get(port)
    assert (response.status, response.header("x-client")) == (200, "own")
    assert response.header("x-above").startswith("3082")  # what is sent with it


def test_a_server_that_wants_a_certificate_and_gets_none(through, authority):
    context = tls_server(authority.pem("s.test"), ca=authority.cert)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    response, server = through("verify none", context)
    assert response.status == 503 and not server.requests


def test_a_server_that_speaks_no_tls(balance, serve):
    port, server = free_port(), serve(greet)
    balance("""
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    retries 0
    server s1 127.0.0.1:%d ssl verify none
""" % (port, server.port))
    assert get(port).status in (502, 503)


# ---- certificates that are wrong

@pytest.fixture
def refuses(balance):
    """refuses(pem) -> what the program says when it is started with it"""

    def run(pem):
        with pytest.raises(DidNotStart) as refusal:
            balance(FRONTEND.format(port=free_port(), server=free_port(), words="crt %s" % pem))
        assert refusal.value.code == 1
        return refusal.value.output

    return run


def test_a_key_that_does_not_belong_to_its_certificate(refuses, authority, tmp_path):
    (crt, _), (_, key) = authority.pair("one.test"), authority.pair("two.test")
    pem = tmp_path / "mixed.pem"
    pem.write_bytes(crt.read_bytes() + key.read_bytes())
    assert "mixed.pem" in refuses(pem)


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n"],
                         ids=["empty", "garbage", "cut off"])
def test_a_file_that_is_no_certificate(refuses, tmp_path, content):
    pem = tmp_path / "broken.pem"
    pem.write_bytes(content)
    assert "broken.pem" in refuses(pem)


def test_a_certificate_without_key(refuses, authority):
    crt, _ = authority.pair("keyless.test")
    assert "keyless.test.crt" in refuses(crt)


def test_a_file_that_is_not_there(refuses, tmp_path):
    assert "missing.pem" in refuses(tmp_path / "missing.pem")


@pytest.mark.weir_only
@pytest.mark.parametrize("days, word", [(-1, "expired"), (3, "expires")])
def test_an_expired_certificate_is_served_with_a_warning(balance, serve, authority, days, word):
    port = free_port()
    pem = authority.pem("old%d.test" % days, days=days)
    lb = balance(FRONTEND.format(port=port, server=serve().port, words="crt %s" % pem))
    assert get(port, tls=tls_client()).status == 200
    wait_for(lambda: word in lb.output and pem.name in lb.output, what="a warning on stderr")


# ---- certificates replaced by a reload

@pytest.mark.weir_only
def test_a_replaced_certificate_is_served_after_a_reload(balance, serve, authority, tmp_path):
    port, pem = free_port(), tmp_path / "site.pem"
    pem.write_bytes(authority.pem("old.test").read_bytes())
    config = FRONTEND.format(port=port, server=serve().port, words="crt %s" % pem)
    lb = balance(config)
    context = tls_client(maximum=ssl.TLSVersion.TLSv1_2)
    with Client(port, tls=context, sni="a.test") as old:
        assert old.request().status == 200
        session = old.sock.session
        pem.write_bytes(authority.pem("new.test").read_bytes())
        lb.reload(config)
        wait_for(lambda: subject(port, "x.test") == "new.test", what="the new certificate")
        assert old.request().status == 200, "a connection of before goes on"
    with Client(port, tls=context, sni="a.test", session=session) as again:
        assert again.sock.session_reused, "sessions outlive a reload"
        assert again.request().status == 200


@pytest.mark.weir_only
def test_a_bad_certificate_at_a_reload_changes_nothing(balance, serve, authority, tmp_path):
    port, pem = free_port(), tmp_path / "site.pem"
    pem.write_bytes(authority.pem("old.test").read_bytes())
    config = FRONTEND.format(port=port, server=serve().port, words="crt %s" % pem)
    lb = balance(config)
    pem.write_bytes(b"garbage")
    lb.reload(config)
    wait_for(lambda: "site.pem" in lb.output, what="the reason on stderr")
    time.sleep(0.2)
    assert subject(port, "x.test") == "old.test"
    assert get(port, tls=tls_client()).status == 200
