# SPDX-License-Identifier: Apache-2.0
import pytest

from harness.instance import Instance
from harness.ports import free_port


@pytest.fixture
def launch(tmp_path, closing):
    return lambda config, **options: closing(Instance(tmp_path, config, **options)).start()


@pytest.fixture
def port():
    return free_port()
