# SPDX-License-Identifier: Apache-2.0
"""Commands of the admin socket and what they do; each answer is HAProxy's own."""
import re

import pytest

from harness.cli import ask, connect, read_all, read_until
from harness.client import get
from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
global
    stats socket {folder}/admin.sock mode 600 level admin
    stats socket {folder}/user.sock level user
    stats timeout 20s

frontend web
    bind 127.0.0.1:{port}
    acl blocked src -f {folder}/blocked.acl
    http-request deny if blocked
    http-request track-sc0 src table seen
    http-request set-header x-map %[path,map({folder}/paths.map,none)]
    http-request return status 200 hdr x-map %[req.hdr(x-map)] if {{ path_beg /map }}
    default_backend app

backend app
    server s1 127.0.0.1:{server} weight 7
    server s2 127.0.0.1:{server} backup
    server s3 127.0.0.1:{server} disabled

backend seen
    stick-table type ip size 100 expire 10m store gpc0,http_req_cnt,conn_rate(10h)
"""


@pytest.fixture
def site(balance, serve, tmp_path):
    """Asks the admin socket; has the port and the folder."""
    (tmp_path / "blocked.acl").write_text("10.0.0.0/8\n")
    (tmp_path / "paths.map").write_text("# comment\n/map/a first\n/map/b second one\n")
    port = free_port()
    balance(CONFIG.format(port=port, server=serve().port, folder=tmp_path))

    def question(line, name="admin"):
        return ask(tmp_path / (name + ".sock"), line)

    question.port, question.folder = port, tmp_path
    return question


# A line, and the pattern that the whole answer matches.
ANSWERS = [
    ("show cli level", r"admin\n\n"),
    ("show cli sockets", r"# socket lvl processes\nunix@\S+/admin\.sock admin all\nunix@\S+/user\.sock user all\n\n"),
    ("show backend", r"# name\napp\nseen\n\n"),
    ("show backend;show cli level", r"# name\napp\nseen\n\nadmin\n\n"),
    ("user;set weight app/s1 1", r"\nPermission denied\n\n"),
    ("user;operator", r"\nPermission denied\n\n"),
    ("get weight app/s1", r"7 \(initial 7\)\n\n"),
    ("get weight app/nobody", r"No such server\.\n\n"),
    ("get weight nobody/s1", r"No such backend\.\n\n"),
    ("set severity-output number;get weight app/x", r"\n\[3\]: No such server\.\n\n"),
    ("set server app/s1", r"usage: set server <backend>/<server> .*\n\n"),
    ("set server app/s1 state up", r"'set server <srv> state' expects 'ready', 'drain' and 'maint'\.\n\n"),
    ("set server app/s1 weight 300", r"Absolute weight can only be between 0 and 256 inclusive\.\n\n"),
    ("set server app/s1 agent up", r"agent checks are not enabled on this server\.\n\n"),
    ("set server app/s1 addr 127.0.0.9", r"IP changed from '127\.0\.0\.1' to '127\.0\.0\.9' by 'stats socket command'\n\n"),
    ("set server app/s1 addr 127.0.0.1", r"no need to change the addr by 'stats socket command'\n\n"),
    ("set server app/s1 addr 127.0.0.1 port 99", r"no need to change the addr, port changed from '\d+' to '99' by 'stats socket command'\n\n"),
    ("set server app/s1 addr house", r"Invalid addr 'house' by 'stats socket command'\n\n"),
    ("show servers state app", r"1\n# be_id be_name .*\n3 app 1 s1 127\.0\.0\.1 2 0 7 7 \d+ 1 0 2 0 0 0 0 - \d+ - 0 0 - - 0\n"
                               r"3 app 2 s2 .*\n3 app 3 s3 127\.0\.0\.1 0 5 1 1 \d+ 1 0 .*\n\n"),
    ("show servers state nobody", r"Can't find backend\.\n\n"),
    ("show servers conn app", r"# bkname/svname bkid/svid addr port - purge_delay .*\[2\]\napp/s1 3/1 127\.0\.0\.1 \d+ - 5000 [-0-9 ]+\n.*\n.*\n\n"),
    ("show table", r"# table: seen, type: ip, size:100, used:0\n\n"),
    ("show table nothing", r"No such table\n\n"),
    ("show table seen data.gpc0 about 3", r"Filter entry #1: Require and operator among .*\n\n"),
    ("set table seen key 192.0.2.1 data.gpc1 3", r"Data type not stored in this table\n\n"),
    ("set table seen key 192.0.2.1 data.beauty 3", r"Unknown data type\n\n"),
    ("set table seen key 192.0.2.1 data.gpc0 3;show table seen",
     r"\n# table: seen, type: ip, size:100, used:1\n0x\w+: key=192\.0\.2\.1 use=0 exp=\d+ gpc0=3 conn_rate\(36000000\)=0 http_req_cnt=0\n\n"),
    ("set table seen key 192.0.2.1;clear table seen key 192.0.2.1;show table", r"\n\n# table: seen, .* used:0\n\n"),
    ("show map #77", r"Unknown map identifier\. Please use #<id> or <file>\.\n\n"),
    ("get map {folder}/paths.map /map/a", r'type=str, case=sensitive, found=yes, idx=tree, key="/map/a", value="first", type="str"\n\n'),
    ("get map {folder}/paths.map /map/z", r"type=str, case=sensitive, found=no\n\n"),
    ("get acl {folder}/blocked.acl 10.1.2.3", r'type=ip, case=sensitive, match=yes, idx=tree, pattern="10\.0\.0\.0/8"\n\n'),
    ("show map {folder}/paths.map", r"0x\w+ /map/a first\n0x\w+ /map/b second one\n\n"),
    ("show map", r"# id \(file\) description\n\d+ \(\S+/paths\.map\) pattern loaded from file '\S+/paths\.map' used by map at file '.*'"
                 r" line \d+\. curr_ver=0 next_ver=0 entry_cnt=2\n\n"),
    ("add map {folder}/paths.map /x y;get map {folder}/paths.map /x", r'\n.*found=yes, .*, value="y", type="str"\n\n'),
    ("add map {folder}/paths.map /x", r"'add map' expects three parameters .*\n\n"),
    ("set map {folder}/paths.map /map/q r", r"entry not found\.\n\n"),
    ("del map {folder}/paths.map /map/q", r"Key not found\.\n\n"),
    ("del acl {folder}/blocked.acl 10.0.0.0/8;show acl {folder}/blocked.acl", r"\n\n"),
    ("prepare map {folder}/paths.map;add map @1 {folder}/paths.map /n new;commit map @1 {folder}/paths.map;show map {folder}/paths.map",
     r"New version created: 1\n\n\n\n0x\w+ /n new\n\n"),
    ("commit map @5 {folder}/paths.map", r"Version number out of range\.\n\n"),
    ("add map @5 {folder}/paths.map a b", r"Version number in the future, please use 'prepare map' before\.\n\n"),
    ("clear map {folder}/paths.map;show map {folder}/paths.map", r"\n\n"),
    ("show env NO_SUCH_VARIABLE", r"Variable not found\n\n"),
    ("set timeout cli never", r"Invalid timeout value\.\n\n"),
]


@pytest.mark.parametrize("line, pattern", ANSWERS, ids=[line for line, _ in ANSWERS])
def test_the_answer_is_that_of_haproxy(site, line, pattern):
    answer = site(line.format(folder=site.folder))
    assert re.fullmatch(pattern, answer), answer


def test_a_socket_gives_the_rights_of_its_level(site):
    assert site("show cli level", "user") == "user\n\n"
    assert site("disable server app/s1", "user") == "Permission denied\n\n"


def test_prompts_for_each_line_in_interactive_mode(site):
    with connect(site.folder / "admin.sock") as client:
        client.sendall(b"prompt\n")
        assert read_until(client, "> ") == "\n> "
        client.sendall(b"show cli level\n")
        assert read_until(client, "> ") == "admin\n\n> "
        client.sendall(b"add map %s/paths.map <<\n" % str(site.folder).encode())
        assert read_until(client, "+ ") == "+ "
        client.sendall(b"/p one\n/q two words\n")
        assert read_until(client, "+ + ") == "+ + "
        client.sendall(b"\n")
        assert read_until(client, "> ") == "\n> "
        client.sendall(b"quit\n")
        assert read_all(client) == ""
    assert "/q two words\n" in site("show map %s/paths.map" % site.folder)


def test_a_drained_server_gets_nothing_and_comes_back(site):
    assert get(site.port, "/").status == 200
    assert site("set server app/s1 state maint") == "\n"
    assert site("disable server app/s2") == "\n"
    assert get(site.port, "/").status == 503
    assert site("enable server app/s2") == "\n"
    assert get(site.port, "/").status == 200
    assert site("set server app/s1 state ready") == "\n"
    row = next(row for row in site("show stat").splitlines() if row.startswith("app,s1,"))
    assert ",no check,7," in row


def test_a_map_and_an_acl_change_what_the_next_request_sees(site):
    def seen(path):
        return get(site.port, path).header("x-map")

    assert seen("/map/c") == "none"
    assert site("add map %s/paths.map /map/c third" % site.folder) == "\n"
    assert seen("/map/c") == "third"
    assert site("set map %s/paths.map /map/c fourth" % site.folder) == "\n"
    assert seen("/map/c") == "fourth"
    assert site("add acl %s/blocked.acl 127.0.0.0/8" % site.folder) == "\n"
    assert get(site.port, "/").status == 403
    assert site("del acl %s/blocked.acl 127.0.0.0/8" % site.folder) == "\n"
    assert get(site.port, "/").status == 200


def test_show_table_tells_what_clients_did(site):
    get(site.port, "/")
    get(site.port, "/")
    # an entry is in use as long as the connection that it is about
    wait_for(lambda: re.search(r" use=0 ", site("show table seen")))
    assert re.search(r"key=127\.0\.0\.1 use=0 exp=\d+ gpc0=0 conn_rate\(36000000\)=2 http_req_cnt=2\n", site("show table seen"))
    assert "127.0.0.1" not in site("show table seen data.http_req_cnt gt 2")
    assert "127.0.0.1" in site("show table seen data.http_req_cnt ge 2")


def test_clearing_counters(site):
    get(site.port, "/")

    def sessions(name):
        row = next(row for row in site("show stat").splitlines() if row.startswith(name))
        return row.split(",")[7]

    wait_for(lambda: sessions("app,s1") == "1")
    site("clear counters")
    assert sessions("app,s1") == "1"
    site("clear counters all")
    assert sessions("app,s1") == "0"


FORMATS = [
    ("show info", r"Name: \S+\nVersion: .*\nRelease_date: \d{4}/\d\d/\d\d\nNbthread: 2\nNbproc: 1\nProcess_num: 1\nPid: \d+\n"),
    ("show info typed", r"0\.Name\.1:POS:str:\S+\n1\.Version\.1:POS:str:"),
    ("show info json", r'\[\{"field":\{"pos":0,"name":"Name"\},"processNum":1,"tags":\{"origin":"Product","nature":"Output","scope":"Service"\},'
                       r'"value":\{"type":"str","value":"\w+"\}\},\{'),
    ("show stat", r"# pxname,svname,qcur,qmax,"),
    ("show stat -1 4 2", r"# pxname.*\napp,s2,[^\n]*\n\n$"),
    ("show stat app 2 -1", r"# pxname.*\napp,BACKEND,[^\n]*\n\n$"),
    ("show stat typed", r"F\.2\.0\.0\.pxname\.1:KNS:str:web\nF\.2\.0\.1\.svname\.1:KNS:str:FRONTEND\n"),
    ("show stat json", r'\[\[\{"objType":"Frontend","proxyId":2,"id":0,"field":\{"pos":0,"name":"pxname"\}'),
    ("help", r"The following commands are valid at this level:\n  a"),
    ("gibberish", r"Unknown command"),
]


@pytest.mark.parametrize("line, pattern", FORMATS, ids=[line for line, _ in FORMATS])
def test_the_answer_begins_as_that_of_haproxy(site, line, pattern):
    answer = site(line)
    assert re.match(pattern, answer), answer[:500]
    assert answer.endswith("\n\n") and "\n\n" not in answer[:-2]


# Those with a blank in their name have a low line here.
FIELDS = """Name Version Release_date Nbthread Nbproc Process_num Pid Uptime Uptime_sec Memmax_MB PoolAlloc_MB PoolUsed_MB
PoolFailed Ulimit-n Maxsock Maxconn Hard_maxconn CurrConns CumConns CumReq MaxSslConns CurrSslConns CumSslConns Maxpipes
PipesUsed PipesFree ConnRate ConnRateLimit MaxConnRate SessRate SessRateLimit MaxSessRate SslRate SslRateLimit MaxSslRate
SslFrontendKeyRate SslFrontendMaxKeyRate SslFrontendSessionReuse_pct SslBackendKeyRate SslBackendMaxKeyRate SslCacheLookups
SslCacheMisses CompressBpsIn CompressBpsOut CompressBpsRateLim Tasks Run_queue Idle_pct node Stopping Jobs Unstoppable_Jobs
Listeners ActivePeers ConnectedPeers DroppedLogs BusyPolling FailedResolutions TotalBytesOut TotalSplicdedBytesOut
BytesOutRate DebugCommandsIssued CumRecvLogs Build_info Memmax_bytes PoolAlloc_bytes PoolUsed_bytes Start_time_sec Tainted""".split()


def test_show_info_has_the_fields_of_haproxy_2_6_in_their_order(site):
    names = [line.split(":")[0].replace(" ", "_") for line in site("show info").splitlines() if line]
    assert names == FIELDS
