# SPDX-License-Identifier: Apache-2.0
"""Expressions whose values come from constants: what each converter makes of odd input."""
from rules.differential import Case, get

CONNECT = "101a00044d51545404c2003c00000004746573740006706173737764"  # of MQTT 3.1.1, with user and password
CONNECT_5 = ("107e00044d51545405ee003c182700000014170126000161000162260001630001642100140008746573745f7375622a03000a746578742f"
             "706c61696e08000c77696c6c727370746f7069632600016500016626000167000168000977696c6c746f706963000b77696c6c7061796c"
             "6f61640004746573740006706173737764")
CONNACK_5 = "20250000221100000078217fff24012501270000ffff22000a2600016100016226000163000164"
FIX = ("383d4649582e342e3401393d37390133353d410133343d310134393d4558454355544f520135323d32303230313032392d31333a30323a3434"
       "2e3533353336300135363d434c49454e54310139383d30013130383d3330013134313d590131303d30333801")


def shows(name, *expressions):
    """Each expression's value in a field of an answer."""
    fields = " ".join("hdr x-r%d '<%%[%s]>'" % (i, e.replace("'", "'\\''")) for i, e in enumerate(expressions))
    return Case("expression: " + name, "http-request set-var(txn.a) str(abc)\nhttp-request return status 200 " + fields)


def finds(name, *expressions, **more):
    """As shows(), where a value that is not there is told from an empty one."""
    lines = ["http-request set-var(txn.a) str(abc)"]
    lines += ["http-request set-var(txn.r%d) '%s'" % (i, e.replace("'", "'\\''")) for i, e in enumerate(expressions)]
    fields = " ".join("hdr x-r%d '<%%[var(txn.r%d,none)]>'" % (i, i) for i in range(len(expressions)))
    return Case("found: " + name, "\n".join(lines + ["http-request return status 200 " + fields]), **more)


def mqtt(name, *packets):
    return shows("mqtt, " + name, *["bin(%s),mqtt_is_valid" % packet for packet in packets])


def fields(packet, kind, *names):
    return ["bin(%s),mqtt_field_value(%s,%s)" % (packet, kind, name) for name in names]


def values(text, *converters):
    return ["str(%s),%s" % (text, converter) for converter in converters]


EXPRESSIONS = [
    mqtt("whole packets", CONNECT, CONNECT_5, CONNACK_5, "20020000", "20020100", "2003000000", "200600000322000a"),
    mqtt("parts", "10", CONNECT[:-2], "10ffffffff1400044d5154540402003c0008746573745f737562", "2080", "208200", "20820000"),
    mqtt("other packets and flags", "1000", "d000", "30020000", "21020000", "20020200", "11" + CONNECT[2:]),
    mqtt("lengths that do not fit", "1019" + CONNECT[4:], "101b" + CONNECT[4:] + "00", CONNECT + "00", "200000", "200100"),
    mqtt("versions", "101600064d51497364700302003c0008746573745f737562", "101400044d5154540602003c0008746573745f737562",
         "100c00044d5154580402003c0000", "100a00024d510402003c0000"),
    mqtt("flags of the client", "101400044d5154540403003c0008746573745f737562", "100c00044d5154540418003c0000",
         "101000044d515454041c003c000000000000", "100e00044d5154540420003c00000000", "100e00044d5154540440003c00000000"),
    mqtt("properties", "101800044d5154540502003c032100000008746573745f737562", "101700044d5154540502003c0217020008746573745f737562",
         "101900044d5154540502003c04170117000008746573745f737562", "101700044d5154540502003c0224010008746573745f737562",
         "20050000022402", "2006000003210000", "20080000052700000000", "20060000031f0000"),
    shows("mqtt, fields", *fields(CONNECT, "connect", "flags", "protocol_name", "protocol_version", "client_identifier", "username",
                                  "password", "keepalive", "will_topic", "17"), *fields("20020101", "2", "FLAGS", "reason_code", "protocol_version")),
    shows("mqtt, fields of version 5", *fields(CONNECT_5, "1", "will_topic", "will_payload", "3", "8", "39", "23", "33", "17", "24"),
          *fields(CONNACK_5, "connack", "17", "33", "36", "37", "39", "34", "18"), *fields(CONNECT, "connack", "flags")),
    shows("fix, whole messages", "bin(%s),fix_is_valid" % FIX, "bin(%s41),fix_is_valid" % FIX, "bin(%s),fix_is_valid" % FIX[:-2],
          "bin(%s),fix_is_valid" % FIX.replace("303338", "303339"), "str(abc),fix_is_valid",
          "bin(383d4649582e342e3401393d373901),fix_is_valid"),
    shows("fix, tags", *["bin(%s),fix_tag_value(%s)" % (FIX, tag) for tag in ("MsgType", "msgtype", "35", "49", "SenderCompID", "11", "CheckSum")],
          "bin(383d4649582e342e3401393d01),fix_tag_value(9)"),
    shows("ipmask", *["str(%s),ipmask(24%s)" % (address, wide) for wide in ("", ",64") for address in (
        "1.2.3.4", "::ffff:1.2.3.4", "::1.2.3.4", "2001:db8:1:2:3::4")]),
    shows("bytes", *values("012345", "bytes(0)", "bytes(2)", "bytes(5),length", "bytes(6),length", "bytes(99),length", "bytes(0,3)", "bytes(4,9)",
                           "bytes(0,0),length", "bytes(0,-1)", "bytes(-1),length")),
    shows("hex2i", *["str(%s),hex2i" % s for s in ("ff", "0", "", "zz", "12zz", "-1", "0x1f", "FFFFFFFFFFFFFFFFF")]),
    shows("operands", "int(1),add(010)", "int(1),add(-1)", "int(1),add(+1)", "int(1),add(99999999999999999999)", "int(1),add()", "int(1),add",
          "int(1),add(txn.none)", "int(45),div(0)", "int(-45),mod(7)", "int(-9223372036854775808),neg"),
    shows("numbers of bytes", *values("0123456789", "be2dec(:,1)", "be2dec(-,3)", "be2dec(::,3,1)", "be2hex", "be2hex(--,3)", "be2hex(.,3,1)",
                                      "be2hex(,3)", "be2hex(,0)")),
    shows("field", *values("abc", "field(1,b)", "field(2,b)", "field(3,b)", "field(-1,b)", "field(1,b,-1)"),
          *values("a.b.c.d", "field(2,.,2)", "field(2,.,0)", "field(-2,.,2)", "field(2,.,9)"), *values(".a..b.", "field(1,.)", "field(3,.)", "field(9,.)")),
    shows("word", *values(".a..b.c", "word(1,.)", "word(3,.)", "word(4,.)", "word(-1,.)", "word(1,.,2)", "word(1,.,0)", "word(1,.,-1)"),
          *values("/foo//bar/baz", "word(2,/)"), *values("/foo", "word(2,/)")),
    shows("add_item", *values("abc", "add_item(-,txn.a,z)", "add_item(-,,z)", "add_item(-,txn.none,z)", "add_item(-,txn.none)"),
          "str(),add_item(-,txn.a,z)", "str(),add_item(-,,z)"),
    shows("regsub", *values("abcb", "regsub(b,X)", "regsub(b,X,g)", "regsub(B,X,gi)", "regsub(b,,g)", "regsub('(b)','<\\\\1>',g)"),
          *values("aaa", "regsub(^a,b,g)"), *values("abc", "regsub(x*,-,g)", "regsub(b*,-,g)", "regsub($,-)")),
    shows("http_date", "int(1000000000),http_date", "int(1000000000),http_date(3600)", "int(1000000000123),http_date(0,ms)",
          "int(1000000000123456),http_date(0,us)", "int(1000000000123),http_date(-1000,ms)"),
    shows("hosts and ports", *["str(%s),%s" % (text, c) for c in ("host_only", "port_only")
                               for text in ("Example.COM:8080", "[::1]:80", "[::1]", "::1", "a:", "a:99999999", "")]),
    shows("languages", *['str("%s"),language(%s)' % pair for pair in (
        ("fr;q=0.2, en;q=0.8, de", "es;fr;en"), ("fr;q=0.2, en;q=0.8, de", "de;it,none"), ("es-AR", "es;fr;en"),
        ("ja", "de;it,none"), ("ja", "de;it"), ("*;q=0.5,it;q=0.1", "de;it,none"), ("de-at;q=0.9,de;q=0.1", "de;de-at,none"))]),
    shows("escapes of JSON", *["bin(%s),json(%s)" % pair for pair in (
        ("c3a9", "utf8"), ("c3a9", "ascii"), ("c3", "utf8"), ("c328", "utf8"), ("01097f", "utf8"), ("e282ac", "utf8"), ("f09f9880", "utf8"))]),
    shows("keys", "str(abc),hmac(sha256,Zm9v),hex", "str(abc),hmac(sha256,txn.a),hex", "str(abc),digest(sha256),hex", "str(abc),strcmp(txn.a)",
          "str(abc),strcmp(txn.none)", "str(abd),strcmp(txn.a)", "str(abc),secure_memcmp(txn.a)", "str(ab),secure_memcmp(txn.a)"),
    finds("words that are not there", *values("a.b", "word(3,.)", "word(-3,.)", "field(3,.)"), *values("...", "word(1,.)", "word(-1,.)", "field(2,.)"),
          "str(),word(1,.)", "str(),word(2,.)"),
    finds("numbers in texts", *["str(%s),%s" % (text, c) for text in ("", "+", "x", "-9223372036854775809", "9223372036854775806")
                                for c in ("add(0)", "bool", "iif(a,b)")]),
    finds("ports", *["str(%s),port_only" % text for text in ("", "a", "a:", "12", "[::1]", "[::1]:", "a:80:90", ":80")]),
    finds("numbers and texts as keys", *["%s,table_gpc0(keys)" % key for key in ("int(1)", "str(1.2.3.4)", "str(::1)", "ipv4(1.2.3.4)")],
          more="backend keys\n stick-table type ipv6 size 10 store gpc0\n"),
    finds("texts as addresses", *['str("%s"),ipmask(32,128)' % text for text in (
        "1.2.3.4:80", "1.2.3.4, 5.6.7.8", "01.02.03.04", " 1.2.3.4", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256", "1.2.3.", "1.2..4", "::1", "::1x", "[::1]")]),
    finds("numbers that are not written", "str(a.b.c),field(2,.,)", "str(a.b.c),word(2,.,)", "str(abc),bytes(1,)", "str(x),map_str_int(/dev/null,)",
          "str(x),map_str_int(/dev/null,+5)", "str(x),map_str_int(/dev/null,99999999999999999999)", "str(a+b),url_dec()"),
    finds("parts of fix", *["bin(%s),fix_is_valid" % part.encode().hex() for part in (
        "8", "9=FIX.4.2\x01", "9=FIX.4.2\x01a" + "=" * 15, "8=FIX.4.2\x01" + "x" * 30, "a=" + "v" * 30, "8=FIX.4.2\x01" + "x" * 30 + "\x01y",
        "8=FIX.4.2\x019=99\x0136=A\x0149=aaaaaaaaaa", "8=FIX.4.2\x019=5\x0135=A\x0110=178\x01", "8=FIX.4.2\x019=5\x0135=A\x0110=xx\x01")]),
    finds("entries that are made", "src_clr_gpc0(clears)", "src,in_table(clears)", "src_clr_gpc1(clears)", "src_inc_gpc1(clears)", "src_get_gpc0(clears)",
          more="backend clears\n stick-table type ip size 10 store gpc0\n"),
    finds("scopes that are not there", "var(res.x,d)", "var(check.x)", "str(a),set-var(res.x)", "str(a),unset-var(res.x)", "str(a),unset-var(txn.none)"),
    finds("set-var, conditions", "int(1),set-var(txn.b,ifempty)", "int(1),set-var(txn.c,ifnotexists)", "str(x),set-var(txn.a,ifnotset)", "var(txn.a)"),
    finds("no language", "str(fr),language(de;it,)", "str(fr),language(de;it)", "str(),language(de,x)"),
    finds("json_query, a text where a number is asked for", *["str('{\"a\":%s}'),json_query('$.a',%s)" % (value, kind) for kind in ("int", "")
                                                             for value in ('"12x"', "1.5", "true")]),
    finds("jwt_verify without what it needs", *["str(a.b.YWJj),jwt_verify(%s)" % args for args in ("HS256,txn.none", "txn.none,x", "txn.a,x", "HS256,/x")]),
    finds("flags that are empty", "str(a b),url_enc()", "str(a\\\"),json(\"\")"),
    finds("fields without a name", "hdr", "hdr()", "hdr(,1)", "req.fhdr", "req.fhdr()", "hdr_ip", "hdr_val", "hdr_cnt", "hdr_cnt()",
          request=get("/", "X-A: 1, 2")),
    finds("bytes of HTTP", "payload(0,1)", "payload(0,0)", "req.payload(1,1)", "req.payload_lv(0,1,0)", "req.body",
          request=get("/", method="POST", body="\x01abc")),
    finds("addresses of this host", "src_is_local", "dst_is_local", "fc_src_is_local"),
    *[finds("credentials, " + text, "http_auth(people)", "http_auth_type", "http_auth_user", "http_auth_bearer", "http_auth_bearer(x-a)",
            "http_auth_bearer(x-none)", request=get("/", "Authorization: " + text, "X-A: " + text))
      for text in ("Basic YmVydDpzZWNyZXQ=", "Basic dTpx", "Basic dQ==", "Basic !", "Bearer a b", "Digest x", "Bearer")],
    shows("what there is none of", "cpu_ns_tot", "prio_class", "prio_offset", "last_rule_line", "last_rule_file", "str(be/s),srv_queue"),
]
