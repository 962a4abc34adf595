# SPDX-License-Identifier: Apache-2.0
"""Who is launched, who is forked, who answers to which signal, and with which exit code they leave."""
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from harness.instance import Instance, answers, children, only_child, site
from harness.balancer import weir_binary
from harness.client import Client, get
from harness.ports import free_port
from harness.process import Process
from harness.waiting import PATIENCE_S, is_listening, wait_for


def run(weir):
    return subprocess.run([str(word) for word in weir.command()], capture_output=True, text=True, timeout=PATIENCE_S)


def status_of(pid):
    return pathlib.Path("/proc/%d/status" % pid).read_text()


def holds_or_takes(pid, number):
    masks = re.findall(r"^Sig(?:Blk|Cgt):\s+(\w+)$", status_of(pid), re.M)
    return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)


ENDINGS = [
    # flags, signal, exit code (negative: died of the signal), as HAProxy 2.6
    (["-db"], signal.SIGTERM, -signal.SIGTERM),
    (["-db"], signal.SIGINT, -signal.SIGINT),
    (["-db"], signal.SIGUSR1, 0),
    (["-d"], signal.SIGUSR1, 0),
    (["-W"], signal.SIGTERM, 0),
    (["-W"], signal.SIGINT, 130),
    (["-W"], signal.SIGUSR1, 0),
    (["-Ws"], signal.SIGUSR1, 0),
]


@pytest.mark.parametrize("flags,number,code", ENDINGS,
                         ids=["%s %s" % (row[0][0], row[1].name) for row in ENDINGS])
def test_exit_code_tells_how_it_ended(launch, port, flags, number, code):
    weir = launch(site(port), flags=flags)
    wait_for(lambda: answers(port))
    weir.send_signal(number)
    assert weir.wait() == code, weir.output
    wait_for(lambda: not is_listening(port))


def test_launched_process_itself_serves_in_the_foreground(launch, port):
    weir = launch(site(port))
    wait_for(lambda: answers(port))
    wait_for(lambda: "Threads:\t3" in status_of(weir.pid))
    wait_for(lambda: children(weir.pid) == [])


@pytest.mark.threads
def test_dead_worker_is_replaced_and_no_connection_is_lost(launch, port):
    weir = launch(site(port), flags=["-W"])
    wait_for(lambda: answers(port))
    for _ in range(3):
        worker = only_child(weir.pid)
        stop(worker)
        os.kill(worker, signal.SIGKILL)
        with Client(port) as client:  # finds the socket in the monitor's hands
            assert client.request().body == b"hello"
        only_child(weir.pid, but=worker)


def is_stopped(task):
    with open("/proc/%s/stat" % task, encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def stop(pid):
    """Until all of it stands still it may accept, and would take the connection with it when it is killed."""
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: all(is_stopped(task) for task in os.listdir("/proc/%d/task" % pid)))


def test_connections_wait_while_there_is_no_worker(launch, port):
    weir = launch(site(port), flags=["-W"])
    wait_for(lambda: answers(port))
    worker = only_child(weir.pid)
    stop(worker)
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    os.kill(worker, signal.SIGKILL)
    for client in clients:
        client.settimeout(PATIENCE_S)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    for client in clients:
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.close()


def test_worker_leaves_with_its_monitor(launch, port):
    weir = launch(site(port), flags=["-W"])
    wait_for(lambda: answers(port))
    worker = only_child(weir.pid)
    os.kill(weir.pid, signal.SIGKILL)
    wait_for(lambda: not os.path.exists("/proc/%d" % worker))
    wait_for(lambda: not is_listening(port))
    weir.popen.wait()
    weir.popen = None  # that was our doing, not a crash


def test_monitor_reloads_its_worker_and_keeps_new_sockets(launch, port):
    second = free_port()
    weir = launch(site(port), flags=["-W"])
    wait_for(lambda: answers(port))
    weir.reload(site(port, second))
    wait_for(lambda: answers(second))
    os.kill(only_child(weir.pid), signal.SIGKILL)
    assert is_listening(second)
    wait_for(lambda: answers(second) and answers(port))
    weir.reload(site(port))
    wait_for(lambda: not is_listening(second))
    assert answers(port)


BACKGROUND = [
    (["-D", "-p", "{folder}/pid"], ""),
    (["-D", "-W", "-p", "{folder}/pid"], ""),
    (["-D"], "    pidfile {folder}/pid\n"),
    ([], "    daemon\n    pidfile {folder}/pid\n"),
    ([], "    daemon\n    master-worker\n    pidfile {folder}/pid\n"),
    (["-p", "{folder}/pid"], "    daemon\n    pidfile {folder}/other\n"),
]


@pytest.mark.parametrize("flags,extra", BACKGROUND)
def test_background_process_serves_before_the_launched_one_leaves(tmp_path, port, flags, extra):
    weir = Instance(tmp_path, site(port), flags=[flag.format(folder=tmp_path) for flag in flags],
                    extra=extra.format(folder=tmp_path))
    done = subprocess.run([str(word) for word in weir.command()], timeout=PATIENCE_S, stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    assert done.returncode == 0
    assert answers(port)
    written = (tmp_path / "pid").read_text()
    pid = int(written)
    assert written == "%d\n" % pid
    assert os.readlink("/proc/%d/fd/2" % pid) == "/dev/null"
    os.kill(pid, signal.SIGUSR1)
    wait_for(lambda: not is_listening(port))


def test_systemd_keeps_its_child_whatever_the_file_says(launch, port):
    weir = launch(site(port), flags=["-Ws"], extra="    daemon\n")
    wait_for(lambda: answers(port))
    only_child(weir.pid)
    assert weir.is_running()


def test_pid_file_that_cannot_be_written_ends_the_start(tmp_path, port):
    for flags in (["-D"], ["-W"]):
        done = run(Instance(tmp_path, site(port), flags=[*flags, "-p", "/nonexistent/pid"]))
        assert done.returncode == 1
        assert "Cannot create pidfile /nonexistent/pid" in done.stderr
        wait_for(lambda: not is_listening(port))


@pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)
def test_signals_that_come_during_the_start_are_taken_afterwards(tmp_path, closing, port, flags):
    weir = closing(Instance(tmp_path, site(port), flags=flags))
    Process.start(weir)
    wait_for(lambda: holds_or_takes(weir.pid, signal.SIGUSR1))
    weir.send_signal(signal.SIGUSR1)
    assert weir.wait() == 0


@pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)
def test_reload_asked_for_during_the_start_is_not_lost(tmp_path, closing, port, flags):
    weir = closing(Instance(tmp_path, site(port), flags=flags))
    Process.start(weir)
    wait_for(lambda: holds_or_takes(weir.pid, signal.SIGHUP))
    weir.write(site(port, text="new"))
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: answers(port, b"new"))


def test_background_start_that_fails_is_told(tmp_path, port):
    with socket.create_server(("127.0.0.1", port)):
        done = run(Instance(tmp_path, site(port), flags=["-D"]))
    assert done.returncode == 1
    assert "another process listens there" in done.stderr


@pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)
def test_second_instance_on_the_same_address_is_refused(launch, tmp_path, port, flags):
    launch(site(port))
    wait_for(lambda: answers(port))
    done = run(Instance(tmp_path, site(port), flags=flags))
    assert done.returncode == 1
    assert "another process listens there" in done.stderr
    assert answers(port)


def test_successor_takes_over_with_sf(launch, tmp_path, port):
    old = launch(site(port))
    wait_for(lambda: answers(port))
    launch(site(port, text="new"), flags=["-db", "-sf", str(old.pid), "-q"])
    assert old.wait() == 0
    wait_for(lambda: answers(port, b"new"))


@pytest.mark.parametrize("flags", [["-Ws"], ["-db"]], ids=" ".join)
def test_service_manager_is_told(launch, tmp_path, port, flags):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(PATIENCE_S)
        weir = launch(site(port), flags=flags, env={"NOTIFY_SOCKET": path})
        started = manager.recv(4096).decode()
        assert "READY=1" in started and "MAINPID=%d" % weir.pid in started
        weir.send_signal(signal.SIGHUP)
        assert "RELOADING=1\nMONOTONIC_USEC=" in manager.recv(4096).decode()
        assert "READY=1" in manager.recv(4096).decode()
        weir.send_signal(signal.SIGUSR1)
        assert "STOPPING=1" in manager.recv(4096).decode()
        assert weir.wait() == 0


def test_link_named_haproxy_is_found_by_pidof(tmp_path, port):
    link = tmp_path / "haproxy"
    link.symlink_to(weir_binary())
    weir = Instance(tmp_path, site(port), flags=["-W"])
    with subprocess.Popen([str(link), "-W", "-f", str(weir.config_path)], stderr=subprocess.DEVNULL) as run:
        try:
            wait_for(lambda: answers(port))
            worker = only_child(run.pid)
            found = subprocess.run(["pidof", "haproxy"], capture_output=True, text=True, check=True)
            assert {run.pid, worker} <= {int(word) for word in found.stdout.split()}
        finally:
            run.terminate()
            assert run.wait(PATIENCE_S) == 0


def crash(weir):
    worker = only_child(weir.pid)
    os.kill(worker, signal.SIGKILL)
    only_child(weir.pid, but=worker)


@pytest.mark.parametrize("extra", ["", "    user nobody\n    group nogroup\n    chroot {folder}\n"],
                         ids=["as it is", "dropped"])
def test_dead_worker_is_replaced_though_the_file_is_broken(launch, port, tmp_path, extra):
    if extra and os.geteuid() != 0:
        pytest.skip("needs root")
    second = free_port()
    weir = launch(site(port), flags=["-W"], extra=extra.format(folder=tmp_path))
    wait_for(lambda: answers(port))
    weir.reload(site(port, second, text="second"))
    wait_for(lambda: answers(second, b"second"))
    good = weir.config_path.read_text()
    weir.config_path.write_text("nonsense = 1;\n")
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: "Reload refused" in weir.output)
    for turn in range(1, 3):
        crash(weir)
        wait_for(lambda: answers(port, b"second") and answers(second, b"second"))
        wait_for(lambda: weir.output.count("The worker was replaced.") == turn)
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: weir.output.count("Reload refused") == 2)
    weir.config_path.write_text(good.replace("second", "mended"))
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: answers(port, b"mended") and answers(second, b"mended"))


def test_only_a_reload_reads_the_files_again(launch, port):
    weir = launch(site(port), flags=["-W"])
    wait_for(lambda: answers(port))
    weir.write(site(port, text="halfdone"))
    crash(weir)
    wait_for(lambda: answers(port, b"hello"))
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: answers(port, b"halfdone"))


def test_refused_reload_is_remembered_over_a_crash(launch, port):
    weir = launch("frontend site\n    bind 127.0.0.1:%d\n"
                  "    http-request use-service prometheus-exporter if { path /metrics }\n" % port, flags=["-W"])
    wait_for(lambda: is_listening(port))
    weir.config_path.write_text("nonsense = 1;\n")
    weir.send_signal(signal.SIGHUP)
    wait_for(lambda: "Reload refused" in weir.output)
    crash(weir)
    wait_for(lambda: b"weir_last_reload_successful 0" in get(port, "/metrics").body)
