# SPDX-License-Identifier: Apache-2.0
"""The program under test: weir, or the HAProxy that it has to equal.

Scenarios write their configuration in HAProxy's words; weir gets the same in its own syntax.
"""
import os
import pathlib
import re
import signal

from harness.libconfig import to_libconfig
from harness.process import Process
from harness.waiting import is_bound, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]

RELOADED = "Configuration reloaded"

# What every scenario starts from; a later section may say otherwise. Time runs out only where a scenario wants it to.
PREAMBLE = """
global
    {log}
    nbthread {threads}
    maxconn 2000

defaults
    mode http
    log global
    option httplog
    option dontlognull
    timeout connect 30s
    timeout client 1m
    timeout server 1m
    timeout http-request 1m
    timeout queue 1m
"""


def weir_binary():
    if "WEIR" in os.environ:
        return os.environ["WEIR"]
    found = [path for path in sorted((ROOT / "build" / "dev").rglob("weir")) if path.is_file()]
    assert found, "weir is not built: cmake --preset dev && cmake --build build/dev"
    return str(found[0])


class DidNotStart(Exception):
    """It refused its configuration; `code` and `output` say how."""

    def __init__(self, balancer):
        self.code, self.output = balancer.popen.returncode, balancer.output
        super().__init__("%s did not start, exit code %s:\n%s\n%s" % (
            balancer.kind, self.code, self.output[-3000:], balancer.config_path.read_text()))


class Balancer(Process):
    """`config` is haproxy.cfg text behind PREAMBLE; `syslog` receives the log."""

    kind = None
    suffix = None

    def __init__(self, folder, config, syslog=None, threads=2, argv=(), preamble=PREAMBLE):
        self.folder = folder
        self.log = "log %s local0" % syslog.address if syslog else ""
        self.threads = threads
        self.preamble = preamble
        self.config_path = folder / ("balancer" + self.suffix)
        self.write(config)
        super().__init__(self.command() + list(argv), folder, self.kind, self.environment())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def native(self, text):
        return text

    def write(self, config):
        """Puts the configuration into its file, without telling the program."""
        text = self.preamble.format(log=self.log, threads=self.threads) + config
        lines = re.findall(r"^\s*(?:bind|stats socket) (\S+)", text, re.M)
        self.addresses = [word for line in lines for word in line.split(",")]
        self.config_path.write_text(self.native(text))

    def start(self):
        super().start()
        self.wait_listening()
        return self

    def wait_listening(self):
        def listens_or_ended():
            return not self.is_running() or all(map(is_bound, self.addresses))

        try:
            wait_for(listens_or_ended, what="%s listens" % self.kind)
        except AssertionError:
            self.kill()
            raise
        if not self.is_running():
            self.check_sanitizers()
            raise DidNotStart(self)

    def close(self):
        """Stops it and fails the test if it crashed, hung or made a sanitizer speak."""
        ended_before = not self.is_running()
        code = self.stop()
        self.check_sanitizers()
        asked = (None, 0, -signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGINT)
        assert code in asked or (code == 1 and not ended_before), "%s died with %s:\n%s" % (
            self.kind, code, self.output[-3000:])


class Haproxy(Balancer):
    kind, suffix = "haproxy", ".cfg"

    def command(self):
        return ["haproxy", "-db", "-f", self.config_path]


class Weir(Balancer):
    kind, suffix = "weir", ".conf"

    def command(self):
        return [weir_binary(), "-db", "-f", self.config_path]

    def environment(self):
        return {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:allocator_may_return_null=1",
                "UBSAN_OPTIONS": "print_stacktrace=1",
                "TSAN_OPTIONS": "second_deadlock_stack=1:suppressions=%s/test/tsan.supp" % ROOT}

    def native(self, text):
        """WEIR_SYNTAX=haproxy leaves the text as it is: weir reads that as well."""
        return text if os.environ.get("WEIR_SYNTAX") == "haproxy" else to_libconfig(weir_binary(), text)

    def reload(self, config):
        """Writes the new configuration and signals; the caller waits for what it expects to see."""
        self.write(config)
        self.send_signal(signal.SIGHUP)

    def reload_and_wait(self, config):
        """Until all threads have it."""
        before = self.output.count(RELOADED)
        self.reload(config)
        wait_for(lambda: self.output.count(RELOADED) > before, what=lambda: self.output[-3000:])


KINDS = {"haproxy": Haproxy, "weir": Weir}
