# SPDX-License-Identifier: Apache-2.0
"""Lists of certificates: whom each is for, and under which words of its own it is served."""
import ssl
import subprocess

import pytest

from harness.balancer import DidNotStart
from harness.certs import Authority
from harness.client import Client, get, tls_client
from harness.http import Cut
from harness.ports import free_port
from harness.waiting import PATIENCE_S

from tls_side.test_tls import subject

CUT_OFF = (ssl.SSLError, ConnectionError, EOFError, Cut)
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

FRONTEND = """
frontend web
    bind 127.0.0.1:{port} ssl crt-list {file} {words}
    http-request return status 200 hdr used %[ssl_c_used] hdr err %[ssl_c_err] hdr ca_err %[ssl_c_ca_err] hdr depth %[ssl_c_ca_err_depth]
"""


@pytest.fixture
def listed(balance, tmp_path):
    """listed(lines, words of the bind) -> port"""

    def run(lines, words=""):
        path, port = tmp_path / "list", free_port()
        path.write_text("".join(line + "\n" for line in lines))
        balance(FRONTEND.format(port=port, file=path, words=words))
        return port

    return run


def shaken(port, sni, **words):
    """The connection's TLS, or None if there was no handshake."""
    try:
        with Client(port, tls=tls_client(**words), sni=sni) as client:
            client.request()  # TLS 1.3 refuses a client's certificate after its own part is done
            return client.sock.version(), client.sock.selected_alpn_protocol(), client.sock.cipher()[0]
    except CUT_OFF:
        return None


def test_a_wildcard_may_leave_names_out(listed, authority):
    wide, other, first = (authority.pem(name) for name in ("wide.test", "other.test", "first.test"))
    port = listed([str(first), "%s *.a.test !not.a.test !NEITHER.a.test" % wide,
                   "%s *.a.test" % other])
    assert subject(port, "www.a.test") == "wide.test"
    assert subject(port, "not.a.test") == "other.test"
    assert subject(port, "neither.a.test") == "other.test"
    assert subject(port, "a.b.a.test") == "first.test"


def test_a_name_left_out_of_all_gets_the_first(listed, authority):
    wide, first = authority.pem("wide.test"), authority.pem("first.test")
    port = listed([str(first), "%s *.a.test !not.a.test" % wide])
    assert subject(port, "not.a.test") == "first.test"


def test_strict_sni_refuses_a_name_left_out(listed, authority):
    port = listed(["%s *.a.test !not.a.test" % authority.pem("wide.test")], "strict-sni")
    assert shaken(port, "www.a.test") is not None
    assert shaken(port, "not.a.test") is None


def test_exact_names_come_before_wildcards(listed, authority):
    wide, exact = authority.pem("wide.test"), authority.pem("exact.test")
    port = listed(["%s *.a.test" % wide, "%s www.a.test" % exact])
    assert subject(port, "www.a.test") == "exact.test"
    assert subject(port, "web.a.test") == "wide.test"


def test_versions_of_one_certificate(listed, authority):
    port = listed(["%s" % authority.pem("first.test"),
                   "%s [ssl-min-ver TLSv1.3] new.test" % authority.pem("new.test"),
                   "%s [ssl-max-ver TLSv1.2] old.test" % authority.pem("old.test")])
    assert shaken(port, "first.test")[0] == "TLSv1.3"
    assert shaken(port, "new.test")[0] == "TLSv1.3"
    assert shaken(port, "old.test")[0] == "TLSv1.2"
    assert shaken(port, "new.test", maximum=V12) is None
    assert shaken(port, "first.test", maximum=V12)[0] == "TLSv1.2"
    assert shaken(port, "old.test", minimum=V13) is None


def test_alpn_and_ciphers_of_one_certificate(listed, authority):
    port = listed(["%s" % authority.pem("first.test"),
                   "%s [alpn http/1.1 ciphers ECDHE-ECDSA-AES256-GCM-SHA384 "
                   "ciphersuites TLS_CHACHA20_POLY1305_SHA256] own.test" % authority.pem("own.test")],
                  "alpn http/1.0 ciphersuites TLS_AES_128_GCM_SHA256")
    offered = ["http/1.1", "http/1.0"]
    assert shaken(port, "first.test", alpn=offered)[1:] == ("http/1.0", "TLS_AES_128_GCM_SHA256")
    assert shaken(port, "own.test", alpn=offered)[1:] == ("http/1.1", "TLS_CHACHA20_POLY1305_SHA256")
    assert shaken(port, "own.test", alpn=offered, maximum=V12)[1:] == (
        "http/1.1", "ECDHE-ECDSA-AES256-GCM-SHA384")


@pytest.mark.weir_only
def test_the_words_of_the_first_hold_for_unknown_names(listed, authority):
    port = listed(["%s [ssl-max-ver TLSv1.2] first.test" % authority.pem("first.test"),
                   "%s second.test" % authority.pem("second.test")])
    # of HAProxy 2.6 all but the versions
    assert shaken(port, "unknown.test")[0] == "TLSv1.2"
    assert shaken(port, None)[0] == "TLSv1.2"
    assert shaken(port, "second.test")[0] == "TLSv1.3"


@pytest.mark.parametrize("version", [V12, V13])
def test_one_certificate_may_want_one_of_the_client(listed, authority, tmp_path, version):
    stranger = Authority(tmp_path, "Stranger")
    port = listed(["%s open.test" % authority.pem("open.test"),
                   "%s [verify required ca-file %s] closed.test" % (authority.pem("closed.test"),
                                                                    authority.cert),
                   "%s [verify optional ca-file %s] asks.test" % (authority.pem("asks.test"),
                                                                  authority.cert)])
    mine, theirs = authority.pem("client.test"), stranger.pem("stranger.test")
    assert shaken(port, "open.test", maximum=version) is not None
    assert shaken(port, "closed.test", maximum=version) is None
    assert shaken(port, "closed.test", maximum=version, crt=theirs) is None
    assert shaken(port, "closed.test", maximum=version, crt=mine) is not None
    assert shaken(port, "asks.test", maximum=version) is not None


@pytest.mark.weir_only
@pytest.mark.parametrize("version", [V12, V13])
def test_a_session_of_an_open_name_opens_no_closed_one(listed, authority, version):
    port = listed(["%s open.test" % authority.pem("open.test"),
                   "%s [verify required ca-file %s] closed.test" % (authority.pem("closed.test"),
                                                                    authority.cert)])
    context = tls_client(maximum=version)
    with Client(port, tls=context, sni="open.test") as client:
        client.request()
        session = client.sock.session
    with pytest.raises(CUT_OFF):
        with Client(port, tls=context, sni="closed.test", session=session) as client:
            client.request()


def test_no_words_of_other_kinds(listed, authority):
    with pytest.raises(DidNotStart):
        listed(["%s [strict-sni] a.test" % authority.pem("a.test")])


# ---- clients' certificates

BIND = """
frontend web
    bind 127.0.0.1:{port} ssl crt {crt} {words}
    http-request return status 200 hdr used %[ssl_c_used] hdr err %[ssl_c_err] hdr ca_err %[ssl_c_ca_err] hdr depth %[ssl_c_ca_err_depth]
"""


@pytest.fixture
def bound(balance, authority):
    def run(words):
        port = free_port()
        balance(BIND.format(port=port, crt=authority.pem("a.test"), words=words))
        return port

    return run


def asked(port, crt=None):
    """The facts of the client's certificate, or None."""
    try:
        answer = get(port, tls=tls_client(crt=crt), sni="a.test")
    except CUT_OFF:
        return None
    return tuple(int(answer.header(name)) for name in ("used", "err", "ca_err", "depth"))


@pytest.mark.parametrize("words, expected", [
    ("", None),
    ("crt-ignore-err all", (1, 10, 0, 0)),
    ("crt-ignore-err 9,10", (1, 10, 0, 0)),
    ("crt-ignore-err 9", None),
    ("ca-ignore-err all", None),
])
def test_an_expired_client(bound, authority, words, expected):
    port = bound("verify required ca-file %s %s" % (authority.cert, words))
    assert asked(port, authority.pem("late.test", days=-1)) == expected


@pytest.mark.weir_only
def test_errors_by_name(bound, authority):
    """HAProxy 2.7 and later."""
    port = bound("verify required ca-file %s crt-ignore-err X509_V_ERR_CERT_HAS_EXPIRED" % authority.cert)
    assert asked(port, authority.pem("late.test", days=-1)) == (1, 10, 0, 0)


@pytest.mark.parametrize("words, expected", [
    ("", None),
    ("ca-ignore-err all crt-ignore-err all", True),
])
def test_a_client_of_a_stranger(bound, authority, tmp_path, words, expected):
    port = bound("verify required ca-file %s %s" % (authority.cert, words))
    facts = asked(port, Authority(tmp_path, "Stranger").pem("stranger.test"))
    assert facts == expected or (expected and facts[0] == 1 and facts[1:3] != (0, 0))


def names_told(port):
    """What a server says it accepts: the names in its CertificateRequest."""
    ran = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername",
                          "a.test"], input=b"", capture_output=True, check=False, timeout=PATIENCE_S)
    return ran.stdout


@pytest.mark.parametrize("words, told", [
    ("ca-file {ca}", True),
    ("ca-file {ca} no-ca-names", False),
    ("ca-verify-file {ca}", False),
    ("ca-file {other} ca-verify-file {ca}", False),
])
def test_whom_clients_are_told_of(bound, authority, tmp_path, words, told):
    other = Authority(tmp_path, "Stranger")
    port = bound("verify optional " + words.format(ca=authority.cert, other=other.cert))
    assert asked(port, authority.pem("client.test")) == (1, 0, 0, 0)
    assert (b"Acceptable client certificate CA names\nCN = Test CA" in names_told(port)) == told


def test_one_group_for_key_exchange(bound):
    port = bound("ecdhe secp384r1")
    assert b"Server Temp Key: ECDH, secp384r1" in names_told(port)
