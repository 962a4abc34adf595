# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone: whoever includes it need not know what it needs."""
import subprocess

import pytest

import sources

PACKAGES = ["libuv", "openssl", "libconfig", "jansson", "cmocka"]


@pytest.fixture(scope="module")
def flags():
    found = subprocess.run(["pkg-config", "--cflags", *PACKAGES], capture_output=True, check=True)
    return found.stdout.decode().split() + ["-I/usr/share/include/llhttp"]


@pytest.mark.parametrize("header", map(str, sources.c_files(".h")))
def test_header_compiles_alone(header, flags):
    compiled = subprocess.run(
        ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-DMUST_CHECK=", "-DCOLD=", "-fsyntax-only", "-Wall", "-Werror",
         "-I", str(sources.ROOT), *flags, "-x", "c", "-"],
        input=b'#include "%s"\n' % header.encode(), capture_output=True, check=False)
    assert compiled.returncode == 0, compiled.stderr.decode()
