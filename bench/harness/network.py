# SPDX-License-Identifier: Apache-2.0
"""A loopback of our own, so that the machine's settings and its other programs do not reach into the figures.

What matters most is congestion control. BBR, where a machine is set to it, paces and stalls even on the loopback: it
doubles what a large body costs and hides the differences. Reno has nothing to do where nothing is lost.
"""
import ctypes
import os
import pathlib
import subprocess

CLONE_NEWNET = 0x40000000
CONGESTION_CONTROL = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")


def isolate() -> str:
    """Moves this process and its children to come into a network namespace; returns a line for the report."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return (f"on the machine's own loopback ({os.strerror(ctypes.get_errno())}: run as root for a private one),"
                f" congestion control {CONGESTION_CONTROL.read_text().strip()}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    CONGESTION_CONTROL.write_text("reno")
    return "on a loopback of its own, congestion control reno"
