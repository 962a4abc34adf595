# SPDX-License-Identifier: Apache-2.0
"""Scenarios are written once, in haproxy.cfg's words; weir reads them in its own syntax, as it converts them itself.
So each scenario also shows that a conversion means the same."""
import os
import subprocess
import tempfile


def to_libconfig(binary, text):
    """What is refused stays as it is: then the refusal is what the scenario wants to see."""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([binary, "convert", file.name], capture_output=True, text=True,
                              env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    return done.stdout if done.returncode == 0 else text
