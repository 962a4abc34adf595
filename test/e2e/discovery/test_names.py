# SPDX-License-Identifier: Apache-2.0
"""Servers that have names: found, moved, lost and found again, with HAProxy's words and states."""
import re
import time

import pytest

from harness.cli import ask
from harness.client import get
from harness.dns import AAAA, CNAME, A, Dnsmasq, Liar, address, name, record
from harness.load import Load
from harness.origin import always, reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

CONFIG = """
resolvers dns
    nameserver one 127.0.0.1:{dns}
    timeout resolve 200ms
    timeout retry 1s
    resolve_retries 1
    hold valid 500ms
    hold nx 500ms
    hold timeout {patience}
    hold refused 500ms
    hold other 500ms
    {resolvers}

frontend web
    bind 127.0.0.1:{port}
    default_backend app

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats

backend app
    default-server init-addr none resolvers dns resolve-prefer ipv4
    {servers}
"""

POOL = """
resolvers dns
    nameserver one 127.0.0.1:{dns}

frontend web
    bind 127.0.0.1:{port}
    default_backend app

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats

backend app
    balance roundrobin
    server-template s 5 app.test:{server} resolvers dns init-addr none
"""


class Named:
    """A balancer whose servers have names."""

    def __init__(self, balance, dns, servers, resolvers="", patience="10m"):
        self.port, self.stats = free_port(), free_port()
        self.config = CONFIG.format(dns=dns, port=self.port, stats=self.stats, resolvers=resolvers,
                                    servers="\n    ".join(servers), patience=patience)
        self.balancer = balance(self.config)

    def statuses(self):
        return {server: row["status"] for (proxy, server), row in read_stats(self.stats).items()
                if proxy == "app" and server != "BACKEND"}

    def wait(self, **statuses):
        wait_for(lambda: self.statuses().items() >= statuses.items(), what=lambda: str(self.statuses()))


@pytest.fixture
def dnsmasq(tmp_path, closing):
    return lambda hosts, **options: closing(Dnsmasq(tmp_path, hosts, **options).start())


@pytest.fixture
def liar(closing):
    return lambda answer: closing(Liar(answer))


def test_a_name_is_found_moves_and_is_lost(balance, dnsmasq, syslog):
    dns = dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dns.port, ["server s1 app.test:1", "server s2 nothing.test:1"])
    named.wait(s1="no check", s2="MAINT (resolution)")
    syslog.line("app/s1 changed its IP from (none) to 127.0.0.1 by dns/one.")
    syslog.line("Server app/s1 ('app.test') is UP/READY (resolves again).")
    syslog.line("Server app/s1 administratively READY thanks to valid DNS answer.")
    dns.change("127.0.0.9 app.test\n")
    syslog.line("app/s1 changed its IP from 127.0.0.1 to 127.0.0.9 by dns/one.")
    dns.change("\n")
    named.wait(s1="MAINT (resolution)")
    syslog.line("Server app/s1 is going DOWN for maintenance (DNS NX status). 0 active and 0 backup servers left."
                " 0 sessions active, 0 requeued, 0 remaining in queue.")
    syslog.line("backend app has no server available!")
    dns.change("127.0.0.1 app.test\n")
    named.wait(s1="no check")


def test_name_servers_are_counted(balance, dnsmasq, tmp_path):
    """show resolvers: HAProxy's lines; a reload does not interrupt weir's counts."""
    dns = dnsmasq("127.0.0.1 app.test\n")
    admin = tmp_path / "admin"
    balance("global\n    stats socket %s\n" % admin + CONFIG.format(
        dns=dns.port, port=free_port(), stats=free_port(), resolvers="", patience="10m",
        servers="server s1 app.test:1\n    server s2 nothing.test:1"))

    def counts():
        lines = ask(admin, "show resolvers dns").splitlines()
        assert lines[:2] == ["Resolvers section dns", " nameserver one:"]
        return {name: int(count) for name, count in re.findall(r"^  (\w+): +(\d+)$", "\n".join(lines), re.M)}

    wait_for(lambda: counts()["valid"] > 0 and counts()["nx"] > 0 and counts()["update"] > 0, what=counts)
    assert list(counts()) == ["sent", "snd_error", "valid", "update", "cname", "cname_error", "any_err", "nx",
                              "timeout", "refused", "other", "invalid", "too_big", "truncated", "outdated"]
    assert counts()["sent"] >= 2
    before = counts()["update"]
    dns.change("127.0.0.9 app.test\n")
    wait_for(lambda: counts()["update"] > before, what=counts)
    assert "Can't find that resolvers section" in ask(admin, "show resolvers other")


def test_a_dynamic_cookie_follows_the_address(balance, dnsmasq, serve):
    """It is made of address and port, so it is another one after a move."""
    port = free_port()
    for host in ("127.0.0.1", "127.0.0.9"):
        serve(port=port, host=host)
    dns = dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dns.port, ["cookie SRV insert dynamic", "dynamic-cookie-key secret",
                                      "server s1 app.test:%d" % port])

    def cookie(sent=None):
        headers = [("Cookie", "SRV=" + sent)] if sent else []
        return get(named.port, "/", headers=headers).header("set-cookie")

    named.wait(s1="no check")
    first = wait_for(cookie)
    name = re.fullmatch(r"SRV=([0-9a-f]{16}); path=/", first)[1]
    assert cookie(name) is None
    dns.change("127.0.0.9 app.test\n")
    wait_for(lambda: cookie() not in (None, first))
    second = cookie()
    assert re.fullmatch(r"SRV=[0-9a-f]{16}; path=/", second)
    assert cookie(name) == second  # nobody is called so any more


def test_silence_counts_after_its_time(balance, dnsmasq, syslog):
    dns = dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dns.port, ["server s1 app.test:1"], patience="500ms")
    named.wait(s1="no check")
    dns.stop()
    syslog.line("Server app/s1 is going DOWN for maintenance (DNS timeout status).")


def test_a_template_shares_addresses_out(balance, dnsmasq, syslog):
    dns = dnsmasq("127.0.0.2 app.test\n127.0.0.3 app.test\n")
    named = Named(balance, dns.port, ["server-template s 2-4 app.test:1"])
    named.wait(s2="no check", s3="no check", s4="MAINT (resolution)")
    syslog.line("by DNS cache.")
    dns.change("127.0.0.2 app.test\n127.0.0.3 app.test\n127.0.0.4 app.test\n")
    named.wait(s4="no check")
    dns.change("127.0.0.4 app.test\n")
    named.wait(s2="MAINT (resolution)", s3="MAINT (resolution)", s4="no check")
    syslog.line("is going DOWN for maintenance (No IP for server ).")


def test_services_bring_their_ports(balance, dnsmasq, serve, syslog):
    one, two = serve(always(reply(b"one"))), serve(always(reply(b"two")))
    dns = dnsmasq("127.0.0.1 a.test\n127.0.0.1 b.test\n",
                  services=[("_http._tcp.app.test", "a.test", one.port, 10),
                            ("_http._tcp.app.test", "b.test", two.port, 1000)])
    named = Named(balance, dns.port, ["server-template s 3 _http._tcp.app.test resolve-opts allow-dup-ip"])
    wait_for(lambda: sorted(named.statuses().values()) == ["MAINT (resolution)", "no check", "no check"],
             what=lambda: str(named.statuses()))
    syslog.line("changed its FQDN from (null) to a.test by 'SRV record'")
    assert {get(named.port).body for _ in range(12)} == {b"one", b"two"}
    weights = sorted(int(row["weight"]) for (proxy, server), row in read_stats(named.stats).items()
                     if proxy == "app" and server.startswith("s") and row["status"] == "no check")
    assert weights == [1, 1000 // 256 + 1]


def test_probes_follow_the_name(balance, dnsmasq, serve):
    origin = serve(always(reply()))
    dns = dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dns.port, ["server s1 app.test:%d check inter 100ms fall 1 rise 1" % origin.port])
    named.wait(s1="UP")
    dns.change("127.0.0.77 app.test\n")  # where nobody listens
    named.wait(s1="DOWN")
    dns.change("127.0.0.1 app.test\n")
    named.wait(s1="UP")


@pytest.mark.threads
@pytest.mark.weir_only
def test_no_request_fails_while_a_name_moves(balance, dnsmasq, serve):
    """HAProxy goes on with its idle connections to the former address for as long as they are used."""
    old = serve(always(reply(headers=[("X-Server", "old")])))
    new = serve(always(reply(headers=[("X-Server", "new")])), host="127.0.0.2", port=old.port)
    dns = dnsmasq("127.0.0.1 app.test\n", ttl=1)
    named = Named(balance, dns.port, ["server s1 app.test:%d" % old.port])
    named.wait(s1="no check")
    with Load(named.port, clients=4, pause=0.005) as load:
        wait_for(lambda: load.by_server["old"] > 50)
        dns.change("127.0.0.2 app.test\n")
        wait_for(lambda: load.by_server["new"] > 0, what="the new address is used")
        before = load.by_server["old"]
        wait_for(lambda: load.by_server["new"] > 50)
        assert load.by_server["old"] <= before + 4  # what was on its way
    load.check(at_least=100)
    assert new.requests


GENERATIONS = ["23", "2345", "45", "5", "234", "3"]
TTL_S = 2


@pytest.mark.threads
@pytest.mark.weir_only
def test_no_request_fails_while_a_pool_changes(balance, dnsmasq, serve):
    """Members come, go and are replaced, with the resolvers' times as they are by default; who has gone is gone at once."""
    port = free_port()

    def begin(member):
        return serve(always(reply(headers=[("X-Server", member)])), host="127.0.0." + member, port=port)

    def hosts(members):
        return "".join("127.0.0.%s app.test\n" % member for member in members)

    dns = dnsmasq(hosts(GENERATIONS[0]), ttl=TTL_S)
    web, stats = free_port(), free_port()
    balance(POOL.format(dns=dns.port, port=web, stats=stats, server=port))

    def pool():
        rows = read_stats(stats)
        return sorted(rows["app", "s%d" % i]["addr"].split(":")[0].rpartition(".")[2] for i in range(1, 6)
                      if rows["app", "s%d" % i]["status"] == "no check")

    running = {member: begin(member) for member in GENERATIONS[0]}
    wait_for(lambda: pool() == list(GENERATIONS[0]), what=pool)
    with Load(web, clients=4, pause=0.005) as load:
        for members in GENERATIONS[1:]:
            running.update({member: begin(member) for member in members if member not in running})
            dns.change(hosts(members))
            wait_for(lambda wanted=list(members): pool() == wanted, what=pool)
            for member in set(running) - set(members):
                origin = running.pop(member)
                wait_for(lambda gone=origin: not gone.open, what="connections to who has gone are closed")
                origin.close()
            before = dict(load.by_server)
            wait_for(lambda now=before, all_of=members: all(load.by_server[m] > now.get(m, 0) for m in all_of),
                     what="all members take part")
    load.check(at_least=100)


@pytest.mark.weir_only
def test_a_reload_keeps_addresses(balance, dnsmasq, syslog):
    """HAProxy begins anew, in another process."""
    dns = dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dns.port, ["server-template s 1-2 app.test:1"])
    named.wait(s1="no check", s2="MAINT (resolution)")
    syslog.line("administratively READY")
    lines = len(syslog.lines)
    named.balancer.reload_and_wait(named.config.replace("timeout resolve 200ms", "timeout resolve 300ms"))
    time.sleep(1.2)
    assert named.statuses() == {"s1": "no check", "s2": "MAINT (resolution)"}
    assert not [line for line in syslog.lines[lines:] if "changed its IP" in line or "resol" in line]


# ---- name servers that do not behave ----------------------------------------------------------------------------

def only_a(answer):
    return lambda asked, kind, is_tcp: answer(asked, is_tcp) if kind == A else (0, [])


LIES = {
    "silence": (lambda *_: None, "(DNS timeout status)"),
    "refusal": (lambda *_: (5, []), "(DNS refused status)"),
    "failure": (lambda *_: (2, []), "(unspecified DNS error)"),
    "nobody of that name": (lambda *_: (3, []), "(DNS NX status)"),
    "no address": (lambda *_: (0, []), "(unspecified DNS error)"),
    "another name": (only_a(lambda asked, _: (0, [address("evil.test", "127.0.0.66")])),
                     "resolvers dns: app.test: the answer is about other names."),
    "aliases in a circle": (only_a(lambda asked, _: (0, [record(asked, CNAME, name("b.test")),
                                                         record("b.test", CNAME, name(asked))])),
                            "resolvers dns: app.test: its aliases lead nowhere."),
    "cut for ever": (lambda *_: (0x200, []), "(unspecified DNS error)"),
    "garbage": (lambda *_: b"\xff" * 40, "(DNS timeout status)"),
}


@pytest.mark.weir_only
@pytest.mark.parametrize("lie", LIES)
def test_lies_are_told_and_change_nothing_at_once(balance, liar, syslog, lie):
    answer, line = LIES[lie]
    truth = {"is": True}
    dns = liar(lambda *asked: only_a(lambda owner, _: (0, [address(owner, "127.0.0.1")]))(*asked)
               if truth["is"] else answer(*asked))
    named = Named(balance, dns.port, ["server s1 app.test:1"], patience="500ms" if "timeout" in line else "10m")
    named.wait(s1="no check")
    truth["is"] = False
    syslog.line(line)
    named.wait(s1="MAINT (resolution)")
    asked, began = dns.questions, time.monotonic()
    time.sleep(1)
    assert dns.questions - asked < 100 * (time.monotonic() - began)  # at its pace, whatever it says
    truth["is"] = True
    named.wait(s1="no check")


@pytest.mark.weir_only
def test_five_hundred_addresses_come_over_tcp(balance, liar):
    addresses = ["127.1.%d.%d" % (n // 250, n % 250 + 1) for n in range(500)]

    def answer(asked, is_tcp):
        return (0, [address(asked, text) for text in addresses]) if is_tcp else (0x200, [])

    dns = liar(only_a(answer))
    named = Named(balance, dns.port, ["server-template s 1-3 app.test:1"])
    named.wait(s1="no check", s2="no check", s3="no check")
    rows = read_stats(named.stats)
    assert dns.tcp_questions > 0
    assert len({rows["app", "s%d" % n]["addr"] for n in (1, 2, 3)}) == 3


@pytest.mark.weir_only
def test_a_dead_name_server_beside_a_good_one_does_not_matter(balance, liar, dnsmasq):
    dead, dns = liar(lambda *_: None), dnsmasq("127.0.0.1 app.test\n")
    named = Named(balance, dead.port, ["server s1 app.test:1"],
                  resolvers="nameserver two tcp@127.0.0.1:%d" % dns.port)
    named.wait(s1="no check")


@pytest.mark.weir_only
def test_the_other_family_is_asked_for(balance, liar):
    kinds = []

    def answer(asked, kind, is_tcp):
        kinds.append(kind)
        return (0, [record(asked, AAAA, bytes(15) + b"\1")]) if kind == AAAA else (0, [])

    dns = liar(answer)
    named = Named(balance, dns.port, ["server s1 app.test:1"])
    named.wait(s1="no check")
    assert list(dict.fromkeys(kinds)) == [A, AAAA]
    assert read_stats(named.stats)["app", "s1"]["addr"] == "[::1]:1"


# ---- at the start -----------------------------------------------------------------------------------------------

def test_without_a_way_to_an_address_nothing_starts(balance):
    with pytest.raises(Exception, match=r"(?s)could not resolve address|does not resolve"):
        balance("listen a\n    bind 127.0.0.1:%d\n    server s1 nothing.invalid:80 init-addr libc\n" % free_port())


def test_the_last_address_is_remembered(balance, tmp_path):
    state = tmp_path / "state"
    state.write_text("1\n# be_id be_name srv_id srv_name srv_addr srv_op_state\n"
                     "2 stats 1 s1 127.0.0.5 2 0 1 1 5 1 0 0 0 0 0 0 nothing.invalid 80 - 0 0 - - 0\n")
    stats = free_port()
    balance("global\n    server-state-file %s\n\nlisten stats\n    bind 127.0.0.1:%d\n    stats enable\n"
            "    stats uri /stats\n    load-server-state-from-file global\n"
            "    server s1 nothing.invalid:80 init-addr last,none\n" % (state, stats))
    assert read_stats(stats)["stats", "s1"]["status"] == "no check"


@pytest.mark.parametrize("words, status", [
    ("init-addr none", "MAINT (resolution)"),
    ("init-addr last,libc,none", "MAINT (resolution)"),
    ("init-addr last,127.0.0.1", "no check"),
    ("resolvers dns", "MAINT (resolution)"),
])
def test_ways_to_begin(balance, words, status):
    stats = free_port()
    balance("resolvers dns\n    nameserver one 127.0.0.1:%d\n\nlisten stats\n    bind 127.0.0.1:%d\n    stats enable\n"
            "    stats uri /stats\n    server s1 nothing.invalid:80 %s\n" % (free_port(), stats, words))
    assert read_stats(stats)["stats", "s1"]["status"] == status
