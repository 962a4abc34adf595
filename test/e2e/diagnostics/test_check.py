# SPDX-License-Identifier: Apache-2.0
"""What -c finds out beyond the text of a file: certificates, addresses; and the forms it is told in."""
import json
import os
import re
import socket
import subprocess
import urllib.parse

import pytest

from harness.balancer import weir_binary
from harness.certs import Authority

pytestmark = pytest.mark.weir_only

LISTEN = """defaults
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
listen a
    bind %s
    server s 127.0.0.1:80
"""


def check(folder, text, *options, name="haproxy.cfg", **more):
    (folder / name).write_text(text)
    return subprocess.run([weir_binary(), "-c", "-f", name, *options], cwd=folder, text=True,
                          capture_output=True, check=False, **more)


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("signer"))


# ---- certificates ----


@pytest.mark.parametrize("days, said", [(13, "expires in 1"), (-2, "expired on"), (20, None)])
def test_certificates_that_end_soon(kind, tmp_path, signer, days, said):
    if days < 0:
        pem = expired(tmp_path, signer)
    else:
        pem = signer.pem("d%d.example.org" % days, days=days)
    done = check(tmp_path, LISTEN % ("127.0.0.1:8443 ssl crt %s" % pem))
    assert done.returncode == 0
    if said is None:
        assert not done.stderr
        return
    assert said in done.stderr and "haproxy.cfg:7:33: warning: " in done.stderr
    assert str(pem) in done.stderr


def expired(folder, signer):
    crt, key = signer.pair("old.example.org")
    request = signer.folder / "old.example.org.csr"
    out = folder / "old.pem"
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\nnew_certs_dir=%s\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" % (folder, folder))
    subprocess.run(["openssl", "ca", "-batch", "-config", str(folder / "ca.cnf"), "-cert",
                    str(signer.cert), "-keyfile", str(signer.key), "-in", str(request), "-out",
                    str(crt), "-startdate", "20200101000000Z", "-enddate", "20210101000000Z",
                    "-notext"], check=True, capture_output=True)
    out.write_bytes(crt.read_bytes() + key.read_bytes())
    return out


def test_a_certificate_near_its_end_is_no_mistake_of_the_file(kind, tmp_path, signer):
    pem = signer.pem("soon.example.org", days=3)
    done = check(tmp_path, LISTEN % ("127.0.0.1:8443 ssl crt %s" % pem), "-dW")
    assert done.returncode == 0 and "expires in" in done.stderr


# ---- addresses ----


def test_an_address_of_another_host(kind, tmp_path):
    if os.path.exists("/proc/sys/net/ipv4/ip_nonlocal_bind"):
        with open("/proc/sys/net/ipv4/ip_nonlocal_bind", encoding="ascii") as file:
            if file.read().strip() != "0":
                pytest.skip("this host binds any address")
    done = check(tmp_path, LISTEN % "192.0.2.1:8080")
    assert done.returncode == 0
    assert ("haproxy.cfg:7:10: warning: 192.0.2.1:8080 is no address of this host now: "
            "the start would fail") in done.stderr


@pytest.mark.parametrize("bind", ["127.0.0.9:8080", "*:8080", ":::8080", "unix@/nowhere/s"])
def test_addresses_that_are_fine(kind, tmp_path, bind):
    done = check(tmp_path, LISTEN % bind, "-V")
    assert done.returncode == 0 and "address of this host" not in done.stderr


def test_a_low_port_is_noted_for_those_who_are_not_root(kind, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    tmp_path.chmod(0o755)
    done = check(tmp_path, LISTEN % "127.0.0.1:80", "-V", user=65534, group=65534, extra_groups=[])
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
        is_low = int(file.read()) > 80
    said = "note: port 80 may be bound by root only, which this check was not run as"
    assert (said in done.stderr) == is_low
    assert "port 80" not in check(tmp_path, LISTEN % "127.0.0.1:80").stderr


def test_an_address_that_somebody_has(kind, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        address = "127.0.0.1:%d" % holder.getsockname()[1]
        (tmp_path / "h.cfg").write_text(LISTEN % address)
        done = subprocess.run([weir_binary(), "-db", "-f", "h.cfg"], cwd=tmp_path, text=True,
                              capture_output=True, check=False, timeout=300)
    assert done.returncode == 1
    assert ("h.cfg:7:10: error: Starting frontend a: cannot bind socket [%s]: "
            "another process listens there" % address) in done.stderr


def test_warnings_are_fatal_where_that_is_asked_for(kind, tmp_path):
    text = LISTEN % "127.0.0.1:8080" + "    option forceclose\n"
    assert check(tmp_path, text).returncode == 0
    done = check(tmp_path, text, "-dW")
    assert done.returncode == 1 and "Some warnings were found and -dW is set" in done.stderr


# ---- SARIF 2.1.0 ----


def assert_sarif(log):
    """What the standard asks of these objects: 3.13, 3.14, 3.18, 3.19, 3.27, 3.11, 3.28 to 3.30."""
    assert set(log) <= {"$schema", "version", "runs", "inlineExternalProperties", "properties"}
    assert log["version"] == "2.1.0" and isinstance(log["runs"], list)
    assert re.fullmatch(r"https://\S+sarif\S*2\.1\.0\S*\.json", log["$schema"])
    for run in log["runs"]:
        assert isinstance(run["tool"]["driver"]["name"], str)
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        for result in run["results"]:
            assert_result(result)


def assert_result(result):
    assert set(result) <= {"level", "message", "locations", "properties", "ruleId"}
    assert result["level"] in ("none", "note", "warning", "error")
    assert result["message"]["text"]
    for location in result.get("locations", []):
        physical = location["physicalLocation"]
        uri = physical["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~/%!$&'()*+,;=:@-]+", uri), uri
        region = physical.get("region")
        if region is not None:
            assert region["startLine"] >= 1 and region["startColumn"] >= 1
            assert region["endColumn"] >= region["startColumn"]
            assert all(isinstance(number, int) for number in region.values())


BAD = LISTEN % "127.0.0.1:8080" + "    blance roundrobin\n    description \u00e4 \u00f6\n    retries \u00e4\u00e4x\n"


def test_sarif_has_the_required_shape(kind, tmp_path):
    name = "my file %\u00e4.cfg"
    done = check(tmp_path, BAD, "--sarif", name=name)
    assert done.returncode == 1 and not done.stderr
    log = json.loads(done.stdout)
    assert_sarif(log)
    results = log["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error", "error"]
    place = results[0]["locations"][0]["physicalLocation"]
    assert urllib.parse.unquote(place["artifactLocation"]["uri"]) == name
    assert place["region"] == {"startLine": 9, "startColumn": 5, "endColumn": 11}
    region = results[1]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 11, "startColumn": 13, "endColumn": 16}


def test_sarif_of_a_good_file_has_no_results(kind, tmp_path):
    done = check(tmp_path, LISTEN % "127.0.0.1:8080", "--sarif")
    log = json.loads(done.stdout)
    assert_sarif(log)
    assert done.returncode == 0 and log["runs"][0]["results"] == []


def test_json_has_the_same_facts(kind, tmp_path):
    done = check(tmp_path, BAD, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and (found["errors"], found["warnings"]) == (2, 0)
    first = found["problems"][0]
    assert (first["file"], first["line"], first["column"], first["width"]) == ("haproxy.cfg", 9, 5, 6)
    assert first["help"] == "did you mean 'balance'?"
    assert first["source"] == "    blance roundrobin"
