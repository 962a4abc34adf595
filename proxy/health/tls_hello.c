/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `option ssl-hello-chk`: a hello of SSLv3, which any server of TLS answers with a handshake or an
 * alert. It proves that somebody speaks TLS there; check-ssl proves more.
 */
#include "proxy/health/probe.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

/* RFC 6101 5.6.1.2. Five bytes of record header, then the hello, whose time is filled in. */
static const char hello[] =
    "\x16\x03\x00\x00\x79"
    "\x01\x00\x00\x75\x03\x00"
    "\x00\x00\x00\x00"               /* the time */
    "HAPROXYSSLCHK\nHAPROXYSSLCHK\n" /* 28 bytes, which should be random */
    "\x00"                           /* no session */
    "\x00\x4e"
    "\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00\x09\x00\x0a"
    "\x00\x0b\x00\x0c\x00\x0d\x00\x0e\x00\x0f\x00\x10\x00\x11\x00\x12\x00\x13\x00\x14"
    "\x00\x15\x00\x16\x00\x17\x00\x18\x00\x19\x00\x1a\x00\x1b\x00\x2f\x00\x30\x00\x31"
    "\x00\x32\x00\x33\x00\x34\x00\x35\x00\x36\x00\x37\x00\x38\x00\x39\x00\x3a"
    "\x01\x00";
enum { TIME_AT = 11 };

static bool tls_hello_write(struct script *script, const struct conf_check *check)
{
    static const struct script_step connect = STEP_CONNECT(false),
                                    answer = {
                                        .conf = {.kind = CONF_STEP_EXPECT,
                                                 .number = 2,
                                                 .expect = {.kind = CONF_EXPECT_BINARY_REGEX,
                                                            .pattern = "^1[56]",
                                                            .pattern_len = 6,
                                                            .min_bytes = 5,
                                                            .ok_status = "L6OK",
                                                            .error_status = "L6RSP",
                                                            .timeout_status = "L6TOUT"}},
                                    };
    char bytes[sizeof(hello)];
    uint32_t now_s = htonl((uint32_t)time(NULL));
    (void)check;
    memcpy(bytes, hello, sizeof(hello));
    memcpy(bytes + TIME_AT, &now_s, sizeof(now_s));
    struct script_step send = {.conf = {.kind = CONF_STEP_SEND,
                                        .number = 1,
                                        .send = {.bytes = bytes, .len = sizeof(hello) - 1}}};
    return script_add(script, &connect) && script_add(script, &send) && script_add(script, &answer);
}

const struct probe_kind probe_kind_tls_hello = {.kind = CONF_CHECK_TLS_HELLO,
                                                .write = tls_hello_write};
