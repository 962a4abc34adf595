/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of servers, to every kind of probe: the first byte chooses the kind, the others are what
 * the server sends. A verdict must come, whatever they are.
 */
#include "proxy/health/probe.h"
#include "proxy/state/backend.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS_MAX = 64 };

/* What a configuration would give them. */
static struct conf_check_step http_steps[] = {
    {.kind = CONF_STEP_CONNECT},
    {.kind = CONF_STEP_REQUEST, .request = {.method = "GET", .uri = "/", .version = "HTTP/1.0"}},
    {.kind = CONF_STEP_EXPECT,
     .expect = {.kind = CONF_EXPECT_REGEX, .pattern = "a+b", .pattern_len = 3, .min_bytes = -1}},
    {.kind = CONF_STEP_EXPECT,
     .expect = {.kind = CONF_EXPECT_HEADER,
                .name = {CONF_MATCH_BEGIN, "x", NULL},
                .value = {0, "y", NULL}}},
};
static struct conf_check_step tcp_steps[] = {
    {.kind = CONF_STEP_CONNECT},
    {.kind = CONF_STEP_EXPECT,
     .expect =
         {.kind = CONF_EXPECT_BINARY_REGEX, .pattern = "^4F", .pattern_len = 3, .min_bytes = 2}},
    {.kind = CONF_STEP_EXPECT,
     .expect = {.kind = CONF_EXPECT_STRING, .pattern = "OK", .pattern_len = 2, .min_bytes = -1}},
};

static const struct {
    enum conf_check_kind kind;
    enum conf_role role;
    bool is_agent;
} kinds[] = {
    {CONF_CHECK_HTTP, 0, false},
    {CONF_CHECK_SCRIPT, 0, false},
    {CONF_CHECK_REDIS, 0, false},
    {CONF_CHECK_MYSQL, 0, false},
    {CONF_CHECK_PGSQL, 0, false},
    {CONF_CHECK_LDAP, 0, false},
    {CONF_CHECK_SMTP, 0, false},
    {CONF_CHECK_SPOP, 0, false},
    {CONF_CHECK_TLS_HELLO, 0, false},
    {CONF_CHECK_TCP, 0, true},
    {CONF_CHECK_MYSQL, CONF_ROLE_READER, false},
    {CONF_CHECK_PGSQL, CONF_ROLE_WRITER, false},
};

static struct script *script_of(size_t i)
{
    struct conf_proxy proxy = {.name = "be"};
    proxy.check = (struct conf_check){
        .kind = kinds[i].kind, .role = kinds[i].role, .user = "u", .password = "p"};
    if (kinds[i].kind == CONF_CHECK_HTTP)
        proxy.check.script = (struct conf_check_script){.steps = http_steps, .count = 4};
    if (kinds[i].kind == CONF_CHECK_SCRIPT)
        proxy.check.script = (struct conf_check_script){.steps = tcp_steps, .count = 3};
    return script_new(kinds[i].is_agent ? &probe_kind_agent : probe_kind_find(&proxy.check), &proxy,
                      &proxy.check, "node");
}

static void on_ready(struct conn *conn)
{
    (void)conn;
}

static void judge(struct loop *loop, struct script *script, const uint8_t *data, size_t size)
{
    static struct backend backend = {.name = "be"};
    static struct server server = {.backend = &backend, .name = "s1"};
    struct probe probe = {.loop = loop, .server = &server, .script = script, .step = 1};
    int ends[2];
    enum probe_step verdict = PROBE_WAIT;
    assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    assert(conn_open(&probe.conn, loop, ends[0], on_ready) == 0);
    ssize_t sent = write(ends[1], data, size);
    (void)sent;
    shutdown(ends[1], SHUT_WR);
    script_forget(&probe);
    for (unsigned turn = 0; verdict == PROBE_WAIT && turn < TURNS_MAX; turn++) {
        probe.conn.readable = probe.conn.writable = true;
        verdict = script_run(&probe);
    }
    assert(verdict == PROBE_DONE);
    conn_close(&probe.conn);
    close(ends[1]);
    script_forget(&probe);
    free(probe.scram);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct loop loop;
    static bool is_ready;
    if (!is_ready)
        assert(loop_init(&loop, 0) == 0);
    is_ready = true;
    if (size == 0 || size > 60000)
        return 0;
    struct script *script = script_of(data[0] % (sizeof(kinds) / sizeof(kinds[0])));
    assert(script != NULL);
    judge(&loop, script, data + 1, size - 1);
    script_free(script);
    return 0;
}
