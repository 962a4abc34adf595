/* SPDX-License-Identifier: Apache-2.0 */
/* Who had to do with a stream, in log lines: names and addresses; and how it ended. */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/tokens.h"
#include "proxy/state/server_address.h"

#include <stdio.h>
#include <unistd.h>

/* ---- names -------------------------------------------------------------------------------------------- */

enum name { FRONTEND, FRONTEND_TRANSPORT, BACKEND, SERVER, HOST, TLS_VERSION, TLS_CIPHER };

static bool name(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    switch ((enum name)row->value) {
    case FRONTEND:
        return give_text(out, r->frontend->name);
    case BACKEND:
        return give_text(out, r->backend != NULL ? r->backend->name : r->frontend->name);
    case SERVER:
        return give_text(out, r->server != NULL ? r->server : "<NOSRV>");
    case TLS_VERSION:
        return give_text(out, r->tls_version);
    case TLS_CIPHER:
        return give_text(out, r->tls_cipher);
    case FRONTEND_TRANSPORT:
        if (r->bind == NULL || !r->bind->tls.enabled)
            return give_text(out, r->frontend->name);
        break;
    default:
        break;
    }
    char text[256];
    if (row->value == HOST)
        return gethostname(text, sizeof text) == 0 &&
               sample_set_copy(out, env, SAMPLE_STRING, text, strnlen(text, sizeof text));
    int len = snprintf(text, sizeof text, "%s~", r->frontend->name);
    return sample_set_copy(out, env, SAMPLE_STRING, text,
                           (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

/* Where the client came to: the name of the bind, or its number. */
static bool bind_name(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    const struct access_record *r = record_of(env);
    if (r->bind != NULL && r->bind->name != NULL)
        return give_text(out, r->bind->name);
    sample_set_int(out, r->bind != NULL ? r->bind - r->frontend->binds + 1 : 0);
    return true;
}

static bool error_text(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    return give_text(out, record_of(env)->session_error);
}

enum { TWO_LETTERS = 2, FOUR_LETTERS = 4 };

static bool termination(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    char text[FOUR_LETTERS];
    for (int i = 0; i < row->value; i++)
        text[i] = r->termination[i] != '\0' ? r->termination[i] : '-';
    return give_raw(out, env, text, row->value);
}

/* ---- addresses ---------------------------------------------------------------------------------------- */

enum end { CLIENT, ACCEPTED_ON, OWN, TARGET, ADDRESS = 0, PORT = 8 };

static bool end_of(struct sample_env *env, int end, struct addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    const struct stream *s = env->stream;
    const struct server *server = s != NULL ? s->last_server : NULL;
    if (end == CLIENT) {
        *out = *record_of(env)->client;
        return true;
    }
    if (end == TARGET) {
        if (server != NULL)
            (void)server_read_address(server, &sa);
        if (server != NULL)
            addr_set(out, (const struct sockaddr *)&sa);
        return server != NULL;
    }
    if (end == ACCEPTED_ON) { /* as a PROXY header or a rule has it, if there is one */
        session_destination(env->session, out);
        return out->family != AF_UNSPEC;
    }
    int fd = s != NULL && s->sconn != NULL ? s->sconn->conn.source.fd : -1;
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
        return false;
    addr_set(out, (struct sockaddr *)&sa);
    return true;
}

/* HAProxy numbers the binds of a frontend from 1 and gives that number as the port of a unix socket. */
static long long port_of(struct sample_env *env, const struct addr *addr)
{
    const struct access_record *r = record_of(env);
    return addr->family == AF_UNIX ? r->bind - r->frontend->binds + 1 : addr_port(addr);
}

static bool address(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    struct addr addr;
    char text[ADDR_TEXT_BYTES];
    if (!end_of(env, row->value & ~PORT, &addr))
        return false;
    if ((row->value & PORT) != 0) {
        sample_set_int(out, port_of(env, &addr));
        return true;
    }
    if (addr.family == AF_INET) { /* so that %{+X} can write it in its way */
        out->type = SAMPLE_IPV4;
        out->ipv4 = addr.in.sin_addr;
        return true;
    }
    if (addr.family == AF_INET6) {
        out->type = SAMPLE_IPV6;
        out->ipv6 = addr.in6.sin6_addr;
        return true;
    }
    return sample_set_copy(out, env, SAMPLE_STRING, text, addr_format(&addr, text));
}

#define NAME(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = name, .value = which, .doc = text                                     \
    }
#define NAME_IN_PROBES(word, which, text)                                                          \
    {                                                                                              \
        .name = word, .use = USE_PROBE, .run = name, .value = which, .doc = text                   \
    }
#define END(word, which, text)                                                                     \
    {                                                                                              \
        .name = word, .run = address, .value = which, .in_hex = true, .doc = text                  \
    }

/* clang-format off */
const struct format_token name_tokens[] = {
    NAME_IN_PROBES("H", HOST, "Name of this host."),
    NAME_IN_PROBES("b", BACKEND, "Name of the backend."),
    {.name = "bn", .run = bind_name, .since = "weir", .doc = "Name of the bind, or its number."},
    END("bi", OWN, "Our address towards the server."),
    END("bp", OWN | PORT, "Our port towards the server."),
    END("ci", CLIENT, "Address of the client."),
    END("cp", CLIENT | PORT, "Port of the client."),
    {.name = "em", .run = error_text, .since = "weir", .doc = "Why a connection failed before there was a request."},
    NAME("f", FRONTEND, "Name of the frontend."),
    END("fi", ACCEPTED_ON, "Address the client connected to."),
    END("fp", ACCEPTED_ON | PORT, "Port the client connected to."),
    NAME("ft", FRONTEND_TRANSPORT, "Name of the frontend, with '~' behind it for TLS."),
    NAME_IN_PROBES("s", SERVER, "Name of the server."),
    END("si", TARGET, "Address of the server."),
    END("sp", TARGET | PORT, "Port of the server."),
    NAME("sslc", TLS_CIPHER, "Cipher of the client's connection."),
    NAME("sslv", TLS_VERSION, "TLS version of the client's connection."),
    {.name = "ts", .run = termination, .value = TWO_LETTERS, .doc = "How it ended."},
    {.name = "tsc", .run = termination, .value = FOUR_LETTERS, .doc = "How it ended, and what became of the persistence cookie."},
    {.name = NULL},
};
/* clang-format on */
