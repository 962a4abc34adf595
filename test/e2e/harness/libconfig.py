# SPDX-License-Identifier: Apache-2.0
"""Says in weir's own syntax what a scenario says in haproxy.cfg: the words the scenarios use, no more.

Both syntaxes have the same words, so most lines translate by rule: "timeout connect 3s" becomes
timeout_connect = "3s". Lines that may come several times become lists, and parameters become groups.
"""
import re

SECTIONS = {"frontend": "frontends", "backend": "backends", "listen": "listens"}
FLAGS = {"ssl", "check", "backup", "disabled", "check-ssl", "strict-sni", "no-tls-tickets", "v4v6",
         "v6only", "if-none", "self-signed", "prefer-client-ciphers", "whole", "path-only", "check_post",
         "use_domain_only", "accept-proxy", "send-proxy", "send-proxy-v2", "send-proxy-v2-ssl",
         "send-proxy-v2-ssl-cn", "check-send-proxy", "transparent", "tfo", "defer-accept",
         "check-via-socks4", "pre-41", "post-41", "agent-check"}
SEVERAL = {"crt"}  # parameters that may be repeated
FIRST_WORDS = {"timeout", "option", "stats"}  # of keywords of two words
IGNORED = ("stats socket",)


class Group(dict):
    """name -> value; a list value becomes a list of groups or an array of texts."""

    def add(self, name, value):
        self.setdefault(name, []).append(value)


def _key(word):
    return re.sub(r"[-. ]", "_", word)


def _value(value, indent):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Group):
        inside = "".join("%s    %s = %s;\n" % (indent, _key(name), _value(item, indent + "    "))
                         for name, item in value.items())
        return "{\n%s%s}" % (inside, indent)
    if isinstance(value, list):
        if value and not isinstance(value[0], Group):
            return "[%s]" % ", ".join(_value(item, indent) for item in value)
        return "(%s)" % ", ".join(_value(item, indent) for item in value)
    if re.fullmatch(r"\d{1,9}", value):
        return value
    return '"%s"' % value.replace("\\", "\\\\").replace('"', '\\"')


def _words(line):
    """Splits at spaces that no backslash precedes; quotes go."""
    parts = re.findall(r'(?:\\.|"[^"]*"|[^\s\\"])+', line)
    return [re.sub(r"\\(.)", r"\1", part.replace('"', "")) for part in parts]


def _params(words, group):
    """[name value | flag]... into the group."""
    words = iter(words)
    for word in words:
        if word in FLAGS:
            group[word] = True
        elif word in SEVERAL:
            group.add(word, next(words))
        else:
            group[word] = next(words)
    return group


def _log(words):
    return Group(zip(("address", "facility", "level"), words))


def _httpchk(words):
    names = ("uri",) if len(words) == 1 else ("method", "uri", "version")
    return Group(zip(names, words))


def _http_request(section, words):
    if words[:2] == ["set-header", "X-Forwarded-Proto"]:
        section["option forwarded-proto"] = True
        return
    rule = Group()
    if words[0] == "use-service":
        rule["use-service"] = words[1]
    elif words[0] == "return":
        end = words.index("if") if "if" in words else len(words)
        rule["return"] = _params(words[1:end], Group())
    else:
        raise ValueError("http-request " + words[0])
    if "path" in words:
        rule["path"] = words[words.index("path") + 1]
    section.add("http_request", rule)


def _option(section, words):
    if words[0] == "httpchk":
        section["option httpchk"] = _httpchk(words[1:]) if len(words) > 1 else True
    elif words[0] in ("mysql-check", "pgsql-check") and len(words) > 1:
        section["option " + words[0]] = _params(words[1:], Group())
    elif words[0] == "smtpchk" and len(words) > 1:
        section["option smtpchk"] = Group(zip(("hello", "domain"), words[1:]))
    elif words[0] == "forwardfor":
        section["option forwardfor"] = _params(words[1:], Group())
    else:
        section["option " + words[0]] = words[1] if len(words) > 1 else True


def _balance(words):
    balance = Group(algorithm=words[0])
    words = words[1:]
    named = {"url_param": "parameter", "hash": "expression"}.get(balance["algorithm"])
    if named:
        balance[named], words = words[0], words[1:]
    return _params(words, balance)


def _cookie(words):
    cookie, words = Group(name=words[0]), iter(words[1:])
    for word in words:
        if word in ("domain", "attr"):
            cookie.add(word, next(words))
        elif word in ("maxidle", "maxlife"):
            cookie[word] = next(words)
        else:
            cookie[word] = True
    return cookie


def _hash_type(words):
    names = ("method", "function", "avalanche")
    return Group(zip(names, words[:2] + [True] * (len(words) - 2)))


def _directive(section, words, line):
    first, rest = words[0], words[1:]
    if words[:2] == ["no", "option"]:
        section["option " + words[2]] = False
    elif first == "bind":
        section.add("binds", _params(rest[1:], Group(address=rest[0])))
    elif first == "server":
        section.add("servers", _params(rest[2:], Group(name=rest[0], address=rest[1])))
    elif first == "default-server":
        _params(rest, section.setdefault("default-server", Group()))
    elif first == "log":
        section.add("logs", _log(rest))
    elif first == "errorfile":
        section.add("errorfiles", Group(status=rest[0], file=rest[1]))
    elif first == "balance":
        section[first] = _balance(rest)
    elif first == "cookie":
        section[first] = _cookie(rest)
    elif first == "hash-type":
        section[first] = _hash_type(rest)
    elif first == "option":
        _option(section, rest)
    elif first in ("http-check", "tcp-check"):
        section.setdefault(first, []).append(line.split(first, 1)[1].strip())
    elif first == "http-request":
        _http_request(section, rest)
    elif words[:2] == ["stats", "auth"]:
        section.add("stats auth", rest[1])
    elif words[:2] == ["stats", "admin"]:
        section["stats admin"] = True
    elif first in FIRST_WORDS:
        section["%s %s" % (first, rest[0])] = rest[1] if len(rest) > 1 else True
    else:
        section[first] = rest[0] if rest else True


def to_libconfig(text):
    single = {"global": Group(), "defaults": Group()}
    several = Group()
    section = None
    for line in text.splitlines():
        words = _words(line.partition("#")[0])
        if not words or " ".join(words[:2]) in IGNORED:
            continue
        if words[0] in single:
            section = single[words[0]]
        elif words[0] in SECTIONS:
            section = Group(name=words[1])
            several.add(SECTIONS[words[0]], section)
        else:
            _directive(section, words, line)
    parts = {**single, **several}
    return "".join("%s = %s;\n\n" % (name, _value(value, "")) for name, value in parts.items())
