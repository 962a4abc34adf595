# SPDX-License-Identifier: Apache-2.0
"""What the documents name exists: linked files, and the functions and sources of ARCHITECTURE.md."""
import re

import pytest

import sources

DOCUMENTS = sorted({"README.md", *(str(path) for path in sources.files()
                                   if str(path).startswith("docs/") and path.suffix == ".md")})
ARCHITECTURE = sources.ROOT / "docs/ARCHITECTURE.md"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    path = sources.ROOT / document
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing, missing


def test_functions_of_the_architecture_exist():
    code = "\n".join(sources.text(path) for path in sources.c_files())
    names = set(re.findall(r"`(\w+)\(\)`", ARCHITECTURE.read_text()))
    missing = [name for name in sorted(names) if not re.search(r"\b%s\(" % name, code)]
    assert names and not missing, missing


def test_sources_of_the_architecture_exist():
    paths = [str(path) for path in sources.files()]
    names = set(re.findall(r"[\w/.-]+\.(?:c|h|py)\b", ARCHITECTURE.read_text()))
    missing = [name for name in sorted(names)
               if not any(("/" + path).endswith("/" + name) for path in paths)]
    assert names and not missing, missing
