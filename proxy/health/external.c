/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option external-check: a program decides. It is spawned without a copy of our memory, watched by
 * a descriptor of its process, and killed with all its children when its time is up. As long as a
 * killed one has not gone, no other is started.
 */
#include "proxy/base/addr.h"
#include "proxy/health/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLES = 14, TEXT_BYTES = 256 };

/* What the program is told, as arguments and in its environment. */
struct facts {
    char address[TEXT_BYTES], port[8];
    char texts[VARIABLES][TEXT_BYTES];
    char *environment[VARIABLES + 1];
    size_t count;
};

static void tell(struct facts *facts, const char *name, const char *value)
{
    char *text = facts->texts[facts->count];
    snprintf(text, TEXT_BYTES, "%s=%s", name, value);
    facts->environment[facts->count++] = text;
}

static void tell_number(struct facts *facts, const char *name, unsigned number)
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%u", number);
    tell(facts, name, digits);
}

static void find_address(const struct server *server, struct facts *facts)
{
    struct addr addr;
    char host[ADDR_TEXT_BYTES];
    bool is_ip = server->addr.ss_family == AF_INET || server->addr.ss_family == AF_INET6;
    addr_set(&addr, (const struct sockaddr *)&server->addr);
    addr_format(&addr, host);
    snprintf(facts->address, sizeof(facts->address), "%s", is_ip ? host : "unix");
    facts->port[0] = '\0';
    if (is_ip)
        snprintf(facts->port, sizeof(facts->port), "%u", addr_port(&addr));
}

static void find_facts(const struct probe *probe, struct facts *facts)
{
    const struct server *server = probe->server;
    const struct script *script = probe->script;
    facts->count = 0;
    find_address(server, facts);
    tell(facts, "PATH", script->path != NULL ? script->path : "");
    tell(facts, "HAPROXY_PROXY_NAME", server->backend->name);
    tell_number(facts, "HAPROXY_PROXY_ID", script->proxy_id);
    tell(facts, "HAPROXY_PROXY_ADDR", script->bind_address != NULL ? script->bind_address : "");
    tell(facts, "HAPROXY_PROXY_PORT", script->bind_port != NULL ? script->bind_port : "");
    tell(facts, "HAPROXY_SERVER_ADDR", facts->address);
    tell(facts, "HAPROXY_SERVER_PORT", facts->port);
    tell(facts, "HAPROXY_SERVER_NAME", server->name);
    tell_number(facts, "HAPROXY_SERVER_ID", server->id);
    tell_number(facts, "HAPROXY_SERVER_MAXCONN", server->maxconn);
    tell_number(facts, "HAPROXY_SERVER_CURCONN", server->in_flight);
    tell(facts, "HAPROXY_SERVER_SSL", server->tls_enabled ? "1" : "0");
    tell(facts, "HAPROXY_SERVER_PROTO", script->is_http ? "h1" : "tcp");
    facts->environment[facts->count] = NULL;
}

/* A group of its own, so that its children end with it; nothing to read, nobody who listens. */
static int spawn(const struct probe *probe, struct facts *facts, pid_t *pid_out)
{
    const struct script *script = probe->script;
    const char *address = script->bind_address != NULL ? script->bind_address : "NOT_USED";
    const char *port = script->bind_port != NULL ? script->bind_port : "NOT_USED";
    char *argv[] = {(char *)script->command, (char *)address, (char *)port,
                    facts->address,          facts->port,     NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    posix_spawn_file_actions_init(&files);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    int rc = posix_spawn(pid_out, script->command, &files, &attributes, argv, facts->environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return rc;
}

static void forget(struct external *external)
{
    if (external->source.fd >= 0)
        close(external->source.fd);
    external->source.fd = -1;
    external->pid = 0;
}

static void end_by(struct probe *probe, int status)
{
    char info[SERVER_REASON_BYTES];
    bool is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFEXITED(status)) {
        probe_end(probe, is_good ? HEALTH_PROCESS_OK : HEALTH_PROCESS_ERROR, WEXITSTATUS(status),
                  NULL);
        return;
    }
    snprintf(info, sizeof(info), "killed by signal %d", WTERMSIG(status));
    probe_end(probe, HEALTH_PROCESS_ERROR, -1, info); /* the code is HAProxy's */
}

/* Its process has ended, in time or not. */
static void on_end(struct loop_source *source, uint32_t events)
{
    struct probe *probe = LIST_ITEM(source, struct probe, external.source);
    bool was_killed = probe->external.is_killed;
    int status = 0;
    (void)events;
    if (waitpid(probe->external.pid, &status, WNOHANG) == 0)
        return;
    kill(-probe->external.pid, SIGKILL); /* what it has left behind */
    loop_pause_listener(probe->loop, source);
    forget(&probe->external);
    if (was_killed)
        return;
    end_by(probe, status);
    probe_finish(probe);
}

static int watch(struct probe *probe)
{
    struct external *external = &probe->external;
    external->source.ready = on_end;
    external->source.fd = (int)syscall(SYS_pidfd_open, external->pid, 0);
    if (external->source.fd < 0)
        return UV_EMFILE;
    return loop_add_listener(probe->loop, &external->source);
}

enum probe_step external_start(struct probe *probe)
{
    struct external *external = &probe->external;
    struct facts facts;
    if (external->pid != 0) /* the one that was killed has not gone yet */
        return probe_end(probe, HEALTH_PROCESS_TIMEOUT, 0, NULL);
    find_facts(probe, &facts);
    external->is_killed = false;
    int rc = spawn(probe, &facts, &external->pid);
    if (rc != 0) {
        external->pid = 0;
        return probe_end(probe, HEALTH_PROCESS_ERROR, 255, strerror(rc));
    }
    if (watch(probe) == 0)
        return PROBE_WAIT;
    kill(-external->pid, SIGKILL);
    waitpid(external->pid, NULL, 0);
    forget(external);
    return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "its process cannot be watched");
}

void external_kill(struct probe *probe)
{
    if (probe->external.pid == 0)
        return;
    probe->external.is_killed = true;
    kill(-probe->external.pid, SIGKILL);
}

void external_free(struct probe *probe)
{
    struct external *external = &probe->external;
    if (external->pid == 0)
        return;
    external_kill(probe);
    waitpid(external->pid, NULL, WNOHANG);
    loop_pause_listener(probe->loop, &external->source);
    forget(external);
}
