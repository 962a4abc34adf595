# SPDX-License-Identifier: Apache-2.0
"""Certificates that change over the admin socket, as deploy hooks of Let's Encrypt clients change them."""
import base64
import subprocess
import threading

import pytest

from harness.cli import ask
from harness.client import Client, tls_client
from harness.certs import tls_server
from harness.ports import free_port
from harness.waiting import wait_for

from tls_side.test_tls import subject

CONFIG = """
global
    stats socket {folder}/admin.sock level admin
    stats socket {folder}/operator.sock level operator

frontend web
    bind 127.0.0.1:{port} ssl crt {shop} crt {other}
    http-request return status 200
"""


class Site:
    """Asks the admin socket; has the files that the balancer was given."""

    def __init__(self, balance, folder, authority):
        self.folder, self.port = folder, free_port()
        self.shop = authority.pem("shop.test", folder=folder)
        self.other = authority.pem("other.test", folder=folder)
        self.renewed = authority.pem("renewed.test", ["renewed.test", "shop.test"]).read_text()
        self.config = CONFIG.format(folder=folder, port=self.port, shop=self.shop, other=self.other)
        self.balancer = balance(self.config)

    def __call__(self, line, payload=None, name="admin"):
        if payload is not None:
            line += " <<\n%s\n" % payload.strip()
        return ask(self.folder / (name + ".sock"), line)

    def renew(self):
        assert self("set ssl cert %s" % self.shop, self.renewed) == \
            "Transaction created for certificate %s!\n\n" % self.shop
        assert self("commit ssl cert %s" % self.shop) == "Committing %s.\nSuccess!\n\n" % self.shop

    def shown(self):
        return [subject(self.port, sni) for sni in ("shop.test", "other.test", None)]


@pytest.fixture
def site(balance, tmp_path, authority):
    return Site(balance, tmp_path, authority)


def key_of(pem):
    return pem[pem.index("-----BEGIN PRIVATE KEY"):]


def test_a_renewed_certificate_is_served_and_connections_go_on(site):
    assert site("show ssl cert").splitlines() == ["# filename", str(site.other), str(site.shop), ""]
    with Client(site.port, tls=tls_client(), sni="shop.test") as client:
        assert client.request().status == 200
        site.renew()
        assert client.request().status == 200
    assert site.shown() == ["renewed.test", "other.test", "renewed.test"]
    assert "\nSubject: /CN=renewed.test\nIssuer: /CN=Test CA\n" in site("show ssl cert %s" % site.shop)
    assert site("commit ssl cert %s" % site.shop) == \
        "No ongoing transaction! !\nCan't commit %s!\n\n" % site.shop


@pytest.mark.weir_only
def test_a_reload_reads_the_files_again(site):
    site.renew()
    assert site("new ssl cert /none.pem") == "New empty certificate store '/none.pem'!\n\n"
    assert site("set ssl cert %s" % site.other, site.renewed).startswith("Transaction created")
    site.balancer.reload(site.config + "\nbackend later\n    server s 127.0.0.1:1\n")
    wait_for(lambda: "later" in site("show backend"))
    wait_for(lambda: site.shown() == ["shop.test", "other.test", "shop.test"])
    assert site("show ssl cert").splitlines() == ["# filename", str(site.other), str(site.shop), ""]


def test_a_transaction_that_is_aborted_changes_nothing(site):
    site("set ssl cert %s" % site.shop, site.renewed)
    assert site("show ssl cert").startswith("# transaction\n*%s\n# filename\n" % site.shop)
    assert "Status: Unused\n" in site("show ssl cert *%s" % site.shop)
    assert site("abort ssl cert %s" % site.other) == \
        "The ongoing transaction is about '%s' but you are trying to abort a transaction for '%s'\n\n" \
        % (site.shop, site.other)
    assert site("abort ssl cert %s" % site.shop) == \
        "Transaction aborted for certificate '%s'!\n\n" % site.shop
    assert site("abort ssl cert %s" % site.shop) == "No ongoing transaction!\n\n"
    assert site.shown() == ["shop.test", "other.test", "shop.test"]


# What is set, in which file, and what the last step (a commit, if all could be set) is answered.
REFUSED = [
    ([("", "garbage")], "unable to load certificate from file '{0}'.\nCan't load the payload\nCan't update {0}!\n\n"),
    ([(".key", "garbage")],
     "unable to load private key from file '{0}'.\nCan't load the payload\nCan't update {0}.key!\n\n"),
    ([(".unknown", "garbage")],
     "Can't replace a certificate which is not referenced by the configuration!\nCan't update {0}.unknown!\n\n"),
    ([(".key", "key of another")],
     "inconsistencies between private key and certificate loaded '{0}'.\nCan't commit {0}!\n\n"),
    ([("", "without key")],
     "The transaction must contain at least a certificate and a private key!\nCan't commit {0}!\n\n"),
    ([("", "renewed"), (".key", "key of another")],
     "inconsistencies between private key and certificate loaded '{0}'.\nCan't commit {0}!\n\n"),
]


@pytest.mark.parametrize("steps, want", REFUSED)
def test_what_cannot_serve_is_refused_and_changes_nothing(site, authority, steps, want):
    payloads = {"garbage": "garbage", "renewed": site.renewed, "key of another": key_of(site.other.read_text()),
                "without key": site.renewed.replace(key_of(site.renewed), "")}
    answers = [site("set ssl cert %s%s" % (site.shop, suffix), payloads[what]) for suffix, what in steps]
    if answers[-1].startswith("Transaction"):
        answers.append(site("commit ssl cert %s" % site.shop))
    assert answers[-1] == want.format(site.shop)
    assert site.shown() == ["shop.test", "other.test", "shop.test"]


def test_a_key_and_a_certificate_may_come_apart(site):
    key = key_of(site.renewed)
    site("set ssl cert %s" % site.shop, site.renewed.replace(key, ""))
    assert site("set ssl cert %s.key" % site.shop, key) == \
        "Transaction updated for certificate %s!\n\n" % site.shop
    assert site("commit ssl cert %s" % site.shop).endswith("\nSuccess!\n\n")
    assert site.shown() == ["renewed.test", "other.test", "renewed.test"]


@pytest.mark.weir_only
def test_a_second_file_waits_for_the_end_of_the_first(site):
    """HAProxy 2.6 would put what is meant for one file into the other."""
    site("set ssl cert %s" % site.shop, site.renewed)
    assert site("set ssl cert %s" % site.other, site.renewed) == \
        "The ongoing transaction is about '%s' but you are trying to set '%s'\nCan't update %s!\n\n" \
        % (site.shop, site.other, site.other)


@pytest.mark.parametrize("command", ["set", "commit", "abort", "new", "del"])
def test_operators_may_look_but_not_change(site, command):
    payload = site.renewed if command == "set" else None
    line = "%s ssl cert %s" % (command, site.shop)
    assert site(line, payload, name="operator") == "Permission denied\n\n"
    assert str(site.shop) in site("show ssl cert", name="operator")


def test_files_that_no_line_uses(site):
    assert site("new ssl cert /none.pem") == "New empty certificate store '/none.pem'!\n\n"
    assert site("new ssl cert /none.pem") == "Certificate '/none.pem' already exists!\n\n"
    assert site("new ssl cert %s" % site.shop) == "Certificate '%s' already exists!\n\n" % site.shop
    assert site("show ssl cert /none.pem") == "Filename: /none.pem\nStatus: Empty\nOCSP Response Key: \n\n"
    site("set ssl cert /none.pem", site.renewed)
    assert site("del ssl cert /none.pem") == \
        "Can't remove the certificate: ongoing transaction for the certificate '/none.pem'\n\n"
    assert site("commit ssl cert /none.pem") == "Committing /none.pem\nSuccess!\n\n"
    assert site("show ssl cert /none.pem").startswith("Filename: /none.pem\nStatus: Unused\nSerial: ")
    assert site("del ssl cert /none.pem") == "Certificate '/none.pem' deleted!\n\n"
    assert site("del ssl cert /none.pem").strip() == \
        "Can't remove the certificate: certificate '/none.pem' doesn't exist!"
    assert site("del ssl cert %s" % site.shop).strip() == \
        "Can't remove the certificate: certificate '%s' in use, can't be deleted!" % site.shop


# The way of a deploy hook that finds its certificate missing: into a folder, or a line of a file.
@pytest.mark.parametrize("is_folder", [True, False])
def test_a_new_certificate_comes_to_a_list_and_goes(balance, authority, tmp_path, is_folder):
    folder, port = tmp_path / "certs", free_port()
    folder.mkdir()
    first = authority.pem("first.test", folder=folder)
    listed, fresh = folder, folder / "new.pem"
    if not is_folder:
        listed = tmp_path / "list"
        listed.write_text("# all of them\n%s  first.test !not.first.test\n" % first)
    balance("""
global
    stats socket %s/admin.sock level admin
frontend web
    bind 127.0.0.1:%d ssl %s %s
    http-request return status 200
""" % (tmp_path, port, "crt" if is_folder else "crt-list", listed))

    def site(line, payload=None):
        return ask(tmp_path / "admin.sock", line + (" <<\n%s\n" % payload.strip() if payload else ""))

    def shown():
        return [subject(port, sni) for sni in ("first.test", "new.test", "www.new.test")]

    assert site("show ssl crt-list") == "%s\n\n" % listed
    assert site("show ssl crt-list %s" % listed) == \
        "# %s\n%s%s\n\n" % (listed, first, "" if is_folder else " first.test !not.first.test")
    assert site("new ssl cert %s" % fresh).startswith("New empty")
    assert site("add ssl crt-list %s %s" % (listed, fresh)) == \
        "Can't edit the crt-list: certificate '%s' is empty!\n\n" % fresh
    site("set ssl cert %s" % fresh, authority.pem("new.test").read_text())
    assert site("commit ssl cert %s" % fresh).endswith("\nSuccess!\n\n")
    assert shown() == ["first.test"] * 3
    assert site("add ssl crt-list %s %s" % (listed, fresh)) == \
        "Inserting certificate '%s' in crt-list '%s'.\nSuccess!\n\n" % (fresh, listed)
    assert shown() == ["first.test", "new.test", "first.test"]
    assert site("del ssl cert %s" % fresh).startswith("Can't remove the certificate: ")
    assert "line number is incorrect" in site("del ssl crt-list %s %s:77" % (listed, fresh))
    deleted = "Entry '%s' deleted in crtlist '%s'!\n\n" % (fresh, listed)
    again = site("add ssl crt-list %s" % listed, "%s *.new.test new.test" % fresh)
    if is_folder:
        assert again == "Can't edit the crt-list: file already exists in this directory!\n\n"
    else:
        assert again.endswith("\nSuccess!\n\n")
        assert shown() == ["first.test", "new.test", "new.test"]
        assert site("show ssl crt-list -n %s" % listed).splitlines()[2:4] == \
            ["%s:3" % fresh, "%s:4 *.new.test new.test" % fresh]
        assert "in several entries" in site("del ssl crt-list %s %s" % (listed, fresh))
        assert site("del ssl crt-list %s %s:4" % (listed, fresh)) == deleted
    assert shown() == ["first.test", "new.test", "first.test"]
    assert site("del ssl crt-list %s %s" % (listed, fresh)) == deleted
    assert shown() == ["first.test"] * 3
    assert "used as default certificate" in site("del ssl crt-list %s %s" % (listed, first))
    assert site("del ssl cert %s" % fresh) == "Certificate '%s' deleted!\n\n" % fresh


def test_a_line_with_the_words_of_another(balance, authority, tmp_path):
    """Its certificate is served under these words, too."""
    names = ["plain.test", "old.test", "added.test"]
    plain, old, added = (authority.pem(name, folder=tmp_path) for name in names)
    listed, port = tmp_path / "list", free_port()
    listed.write_text("%s\n%s [ssl-max-ver TLSv1.2] old.test\n" % (plain, old))
    balance("""
global
    stats socket %s/admin.sock level admin
frontend web
    bind 127.0.0.1:%d ssl crt-list %s
frontend unused
    bind 127.0.0.1:%d ssl crt %s
""" % (tmp_path, port, listed, free_port(), added))

    def version(name):
        with Client(port, tls=tls_client(), sni=name) as client:
            return client.sock.version()

    line = "add ssl crt-list %s <<\n%s [ssl-max-ver TLSv1.2] added.test\n" % (listed, added)
    assert version("added.test") == "TLSv1.3"
    assert ask(tmp_path / "admin.sock", line).endswith("\nSuccess!\n\n")
    assert [version(name) for name in names] == ["TLSv1.3", "TLSv1.2", "TLSv1.2"]
    assert subject(port, "added.test") == "added.test"


# What is asked of a list of one line, and how the answer begins.
LIST_REFUSED = [
    ("show ssl crt-list /none", None, "didn't find the specified filename\n"),
    ("show ssl crt-list -n", None, "'show ssl crt-list -n' expects a filename or a directory\n"),
    ("add ssl crt-list {list}", None, "'add ssl crtlist' expects a filename and a certificate name\n"),
    ("add ssl crt-list /none {pem}", None, "Can't edit the crt-list: crt-list '/none' does not exist!\n"),
    ("add ssl crt-list {list} /none", None, "Can't edit the crt-list: certificate '/none' does not exist!\n"),
    ("add ssl crt-list {list}", "{pem}\n{pem}", "Can't edit the crt-list: only one line of payload is supported!\n"),
    ("add ssl crt-list {list}", "{pem} [foo bar] x.test", "Can't edit the crt-list: "),
    ("del ssl crt-list {list}", None, "'del ssl crtlist' expects a filename and a certificate name\n"),
    ("del ssl crt-list /none {pem}", None, "Can't delete the entry: crt-list '/none' does not exist!\n"),
    ("del ssl crt-list {list} /none", None, "Can't delete the entry: certificate '/none' does not exist!\n"),
    ("del ssl crt-list {list} {pem}:x", None, "Can't delete the entry: wrong line number after colons in '{pem}:x'!\n"),
    ("del ssl crt-list {list} {other}", None,
     "Can't delete the entry: certificate '{other}' can't be found in crt-list '{list}'!\n"),
]


# HAProxy takes such words for names.
WEIR_REFUSED = [
    ("add ssl crt-list {list}", "{pem} [unclosed x.test", "Can't edit the crt-list: '[' without ']'\n"),
    ("add ssl crt-list {list}", "{pem} [] x.test", "Can't edit the crt-list: words in brackets that no line has yet"),
]


def test_what_a_list_refuses(balance, authority, tmp_path, kind):
    names = {"list": tmp_path / "list", "pem": authority.pem("shop.test", folder=tmp_path),
             "other": authority.pem("other.test", folder=tmp_path)}
    names["list"].write_text("%s\n" % names["pem"])
    balance("""
global
    stats socket %s/admin.sock level admin
frontend web
    bind 127.0.0.1:%d ssl crt-list %s
frontend more
    bind 127.0.0.1:%d ssl crt %s
""" % (tmp_path, free_port(), names["list"], free_port(), names["other"]))
    for line, payload, want in LIST_REFUSED + (WEIR_REFUSED if kind == "weir" else []):
        text = line + (" <<\n%s\n" % payload if payload else "")
        assert ask(tmp_path / "admin.sock", text.format(**names)).startswith(want.format(**names)), line


def ocsp_response(authority, folder, name, status):
    """What the authority says of its certificate of that name, in base64."""
    crt = authority.folder / (name + ".crt")

    def openssl(*words):
        done = subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)
        return done.stdout.decode()

    serial = openssl("x509", "-in", crt, "-noout", "-serial").strip().partition("=")[2]
    (folder / "index").write_text("%s\t491231000000Z\t%s\t%s\tunknown\t/CN=%s\n" % (
        status, "200101000000Z" if status == "R" else "", serial, name))
    (folder / "index.attr").write_text("")
    openssl("ocsp", "-issuer", authority.cert, "-cert", crt, "-reqout", "request")
    openssl("ocsp", "-index", "index", "-CA", authority.cert, "-rsigner", authority.cert,
            "-rkey", authority.key, "-reqin", "request", "-respout", "response", "-ndays", 7)
    return base64.b64encode((folder / "response").read_bytes()).decode()


def stapled(port, name):
    """Whether a response comes with the certificate."""
    shown = subprocess.run(["openssl", "s_client", "-status", "-servername", name, "-connect", "127.0.0.1:%d" % port],
                           input=b"", capture_output=True, check=False, timeout=60).stdout
    assert b"OCSP response:" in shown
    return b"OCSP Response Status: successful" in shown


def test_a_response_about_a_certificate_is_stapled(site, authority):
    good = ocsp_response(authority, site.folder, "shop.test", "V")
    update = "set ssl ocsp-response"
    assert site(update + " " + good[:-1] + "%") == \
        "'set ssl ocsp-response' received invalid base64 encoded response.\n\n"
    assert site(update, base64.b64encode(b"no response").decode()) == "Unable to parse OCSP response.\n\n"
    assert site(update, ocsp_response(authority, site.folder, "renewed.test", "V")).strip() == \
        "OCSP single response: Certificate ID does not match any certificate or issuer."
    assert not stapled(site.port, "shop.test")
    assert site("set ssl cert %s.ocsp" % site.shop, good).startswith("Transaction created")
    assert site("commit ssl cert %s" % site.shop).endswith("\nSuccess!\n\n")
    assert stapled(site.port, "shop.test")
    assert site(update, good) == "OCSP Response updated!\n\n"
    assert site(update + " " + good) == "OCSP Response updated!\n\n"
    assert stapled(site.port, "shop.test") and not stapled(site.port, "other.test")


@pytest.mark.weir_only
def test_a_response_that_calls_it_revoked_is_not_stapled(site, authority):
    assert site("set ssl ocsp-response", ocsp_response(authority, site.folder, "shop.test", "R")).startswith("OCSP single")
    assert not stapled(site.port, "shop.test")


@pytest.mark.weir_only  # HAProxy refuses who looks at certificates while they are committed
def test_certificates_change_under_traffic(site):
    """Handshakes of several threads, and who reads the certificates, while they change."""
    files = [site.shop.read_text(), site.renewed]
    failures, stop = [], threading.Event()

    def visit():
        while not stop.is_set():
            try:
                assert subject(site.port, "shop.test") in ("shop.test", "renewed.test")
                assert "\nStatus: Used\n" in site("show ssl cert %s" % site.shop)
                assert site("show ssl cert").startswith("# ")
            except Exception as failure:  # told by the test, as a thread's own word is lost
                failures.append(failure)
                return

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    try:
        for turn in range(12):
            assert site("set ssl cert %s" % site.shop, files[turn % 2]).startswith("Transaction created")
            assert site("commit ssl cert %s" % site.shop).endswith("\nSuccess!\n\n")
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    assert not failures
    assert subject(site.port, "shop.test") == "renewed.test"


def test_the_certificate_that_servers_are_shown(balance, serve, authority, tmp_path):
    asked = []
    context = tls_server(authority.pem("s.test"), ca=authority.cert)

    def note(conn):
        asked.append(dict(entry[0] for entry in conn.sock.getpeercert()["subject"])["commonName"])
        conn.request()
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    pem, renewed = authority.pem("mine", folder=tmp_path), authority.pem("renewed")
    port = free_port()
    balance("""
global
    stats socket %s/admin.sock level admin
listen web
    bind 127.0.0.1:%d
    http-reuse never
    server s1 127.0.0.1:%d ssl verify none crt %s
""" % (tmp_path, port, serve(note, tls=context).port, pem))

    def visit():
        with Client(port) as client:
            assert client.request().status == 200

    visit()
    ask(tmp_path / "admin.sock", "set ssl cert %s <<\n%s\n" % (pem, renewed.read_text().strip()))
    assert ask(tmp_path / "admin.sock", "commit ssl cert %s" % pem) == "Committing %s.\nSuccess!\n\n" % pem
    visit()
    assert asked == ["mine", "renewed"]
