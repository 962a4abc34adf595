# SPDX-License-Identifier: Apache-2.0
"""What a MySQL server says, byte by byte: for servers that say what no real one can be brought to say."""
import struct


def packet(number, payload):
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def greeting(version=b"10.11.6-MariaDB"):
    return packet(0, b"\x0a" + version + b"\x00" + b"\1\0\0\0saltsalt\0\xff\xf7\x08\2\0\xff\x81\x15" + bytes(10)
                  + b"saltsaltsalt\0mysql_native_password\0")


def ok(number=2):
    return packet(number, b"\0\0\0\2\0\0\0")


def error(code, text, number=1, state="42000"):
    return packet(number, b"\xff" + struct.pack("<H", code) + b"#" + state.encode() + text.encode())


def _text(value):
    return b"\xfb" if value is None else bytes([len(value)]) + value.encode()


def rows(*table):
    """The first row has the names of the columns."""
    names, *values = table
    end = b"\xfe\0\0\2\0"
    column = b"".join(map(_text, ("def", "", "", ""))), b"\0\x0c\x3f\0\xff\0\0\0\xfd\0\0\0\0\0"
    payloads = [bytes([len(names)]), *(column[0] + _text(name) + column[1] for name in names), end,
                *(b"".join(map(_text, row)) for row in values), end]
    return b"".join(packet(number, payload) for number, payload in enumerate(payloads, 1))


def pairs(**values):
    return rows(("Variable_name", "Value"), *values.items())


def server(*answers, version=b"10.11.6-MariaDB", login=ok()):
    """Lets everybody in; answers (word, bytes) to each question that has the word, to any other with no rows."""

    def behaviour(conn):
        def read():
            head = conn.stream.exactly(4)
            return conn.stream.exactly(head[0] | head[1] << 8 | head[2] << 16)

        conn.send(greeting(version))
        read()
        conn.send(login)
        while (question := read())[:1] != b"\1":
            conn.send(next((answer for word, answer in answers if word in question.decode("latin-1")),
                           rows(("Variable_name", "Value"))))

    return behaviour
