# SPDX-License-Identifier: Apache-2.0
"""A program under test: started, watched, stopped. What it writes is kept for the failure report."""
import os
import re
import signal
import subprocess

from harness.waiting import PATIENCE_S, wait_for

SANITIZER_REPORT = re.compile(
    r"(ERROR|WARNING): (Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|: runtime error: ")


class Process:
    """One run of one program. Standard output and standard error go to one file, `output` reads it."""

    def __init__(self, argv, folder, name, env=None):
        self.argv = [str(word) for word in argv]
        self.output_path = folder / (name + ".out")
        self.env = {**os.environ, **(env or {})}
        self.popen = None

    def start(self):
        with open(self.output_path, "ab") as output:
            self.popen = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=output, env=self.env, start_new_session=True)
        return self

    @property
    def pid(self):
        return self.popen.pid

    @property
    def output(self):
        return self.output_path.read_text(errors="replace")

    def is_running(self):
        return self.popen is not None and self.popen.poll() is None

    def send_signal(self, number):
        self.popen.send_signal(number)

    def wait(self, within=PATIENCE_S):
        """The exit code; fails when the program goes on for longer."""
        wait_for(lambda: not self.is_running(), within, what="%s ends" % self.argv[0])
        return self.popen.returncode

    def stop(self, number=signal.SIGTERM, within=PATIENCE_S):
        """Asks the program to leave and makes sure that it does; the exit code."""
        if self.is_running():
            self.send_signal(number)
            try:
                self.wait(within)
            finally:
                self.kill()
        return self.popen.returncode if self.popen else None

    def kill(self):
        """Ends the program and whatever it started, at once."""
        if self.popen is None:
            return
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait()

    def rss_kib(self):
        """Resident memory now."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as status:
            return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.M).group(1))

    def check_sanitizers(self):
        """Fails with the report when a sanitizer has written one."""
        output = self.output
        report = SANITIZER_REPORT.search(output)
        assert not report, "sanitizer report:\n" + output[max(0, report.start() - 200):][:6000]
