# SPDX-License-Identifier: Apache-2.0
"""user, group and chroot: the process that serves has given up root, and a reload still works."""
import os
import pathlib
import re
import signal
import ssl
import time

import pytest

from harness.instance import answers, children, only_child, site
from harness.client import Client
from harness.load import Load
from harness.ports import free_port
from harness.waiting import is_listening, wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

LOW = 937  # below 1024
NOBODY = 65534


def worker_of(weir, flags):
    return only_child(weir.pid) if "-W" in flags else weir.pid


def ids(pid):
    status = pathlib.Path("/proc/%d/status" % pid).read_text()
    return [set(re.search(r"^%s:(.*)$" % name, status, re.M).group(1).split()) for name in ("Uid", "Gid", "Groups")]


ARRANGEMENTS = pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)


@ARRANGEMENTS
def test_worker_is_somebody_else_and_reload_binds_low_ports(launch, port, tmp_path, flags):
    jail = tmp_path / "jail"
    jail.mkdir()
    weir = launch(site(port), flags=flags,
                  extra="    user nobody\n    group nogroup\n    chroot %s" % jail)
    wait_for(lambda: answers(port))
    pid = worker_of(weir, flags)
    assert ids(pid) == [{str(NOBODY)}, {str(NOBODY)}, set()]
    assert os.readlink("/proc/%d/root" % pid) == str(jail)
    assert re.search(r"CapEff:\s+0+\n", pathlib.Path("/proc/%d/status" % pid).read_text())
    host = "127.77.%d.%d" % divmod(port, 256)  # nobody else's
    weir.reload(site(port) + "    bind %s:%d\n" % (host, LOW))
    wait_for(lambda: answers(LOW, host=host))
    weir.reload(site(port))
    wait_for(lambda: not answers(LOW, host=host))
    assert answers(port)


@ARRANGEMENTS
def test_reload_reads_keys_that_only_root_can_read(launch, port, authority, tmp_path, flags):
    pem = tmp_path / "site.pem"
    one, two = authority.pem("one.test"), authority.pem("two.test")
    context = ssl.create_default_context(cafile=str(authority.cert))
    context.check_hostname = False

    def served_name():
        with Client(port, tls=context, sni="any.test") as client:
            return dict(entry[0] for entry in client.sock.getpeercert()["subject"])["commonName"]

    pem.write_bytes(one.read_bytes())
    pem.chmod(0o600)
    tmp_path.chmod(0o700)
    weir = launch(site(port, words="ssl crt %s" % pem), flags=flags, extra="    user nobody")
    assert served_name() == "one.test"
    pem.write_bytes(two.read_bytes())
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: served_name() == "two.test")


@ARRANGEMENTS
def test_refused_reload_leaves_no_socket_behind(launch, port, flags):
    weir = launch(site(port), flags=flags, extra="    user nobody")
    wait_for(lambda: answers(port))
    weir.write(site(port, words="ssl crt none.pem"))
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: "Reload refused" in weir.output and "none.pem" in weir.output)
    assert answers(port)


def test_opener_leaves_with_the_process_it_serves(launch, port):
    weir = launch(site(port), extra="    user nobody")
    wait_for(lambda: answers(port))
    opener = only_child(weir.pid)
    assert ids(opener)[0] == {"0"}
    weir.send_signal(signal.SIGUSR1)
    assert weir.wait() == 0
    wait_for(lambda: not os.path.exists("/proc/%d" % opener))
    assert not is_listening(port)


def test_nobody_stands_beside_a_process_that_keeps_its_privileges(launch, port):
    weir = launch(site(port))
    wait_for(lambda: answers(port))
    wait_for(lambda: children(weir.pid) == [])  # a loader may be about to end


@ARRANGEMENTS
def test_reloads_under_load_lose_nothing(launch, port, flags):
    second = free_port()
    weir = launch(site(port), flags=flags, extra="    user nobody")
    load = Load(port, clients=2, requests_per_connection=20)
    with load:
        for turn in range(40):
            weir.reload(site(port, second) if turn % 2 == 0 else site(port))
            time.sleep(0.05)
        wait_for(lambda: load.total >= 50)
    load.check(50)
    wait_for(lambda: not is_listening(second))
