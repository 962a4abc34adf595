# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the scenarios. `--balancer both` proves each expectation against HAProxy as well."""
import resource
import subprocess

import pytest

from harness.balancer import KINDS
from harness.certs import Authority
from harness.netns import Netns
from harness.nginx import Nginx
from harness.origin import Origin
from harness.syslog import Syslog


def pytest_addoption(parser):
    parser.addoption("--balancer", choices=[*KINDS, "both"], default="weir")


def pytest_configure(config):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # both ends of every connection are ours
    config.addinivalue_line("markers", "memory: measures memory, of which ThreadSanitizer takes more")
    config.addinivalue_line("markers", "threads: worth running under ThreadSanitizer")
    config.addinivalue_line("markers", "weir_only: HAProxy does this differently or not at all")


def pytest_generate_tests(metafunc):
    if "kind" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--balancer")
    kinds = list(KINDS) if chosen == "both" else [chosen]
    if any(metafunc.definition.iter_markers("weir_only")):
        kinds = [kind for kind in kinds if kind == "weir"]
    metafunc.parametrize("kind", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def kind(request):
    """"weir" or "haproxy"."""
    return request.param


@pytest.fixture
def closing():
    """Takes things that have close() and closes them after the test, the last one first."""
    things = []

    def add(thing):
        things.append(thing)
        return thing

    yield add
    errors = []
    for thing in reversed(things):
        try:
            thing.close()
        except Exception as error:  # pylint: disable=broad-except  # the others have to be closed as well
            errors.append(error)
    if errors:
        raise errors[0]


@pytest.fixture
def syslog(closing):
    return closing(Syslog())


@pytest.fixture
def balance(kind, tmp_path, syslog, closing):
    """balance(config) starts the balancer on that configuration; its log goes to `syslog`."""

    def start(config, **options):
        return closing(KINDS[kind](tmp_path, config, syslog, **options).start())

    return start


@pytest.fixture
def serve(closing):
    """serve(behaviour) starts a recording server."""
    return lambda *words, **options: closing(Origin(*words, **options))


@pytest.fixture
def nginx(tmp_path, closing):
    """nginx("a") starts a real one which tells its name."""
    return lambda name, **options: closing(Nginx(tmp_path, name, **options)).start()


@pytest.fixture
def netns(closing):
    """netns() makes a namespace; where that is not allowed the test is skipped."""

    def make():
        try:
            return closing(Netns())
        except (subprocess.CalledProcessError, OSError) as error:
            pytest.skip("no network namespaces here: %s" % error)

    return make


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))
