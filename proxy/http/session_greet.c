/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers at the beginning of a client's connection that tell of the client: PROXY (accept-proxy), then NetScaler's
 * (accept-netscaler-cip). Each is looked at in the kernel's buffer until it is whole, so that not a byte behind it
 * is taken. All must come in one time-out, at whatever pace.
 */
#include "proxy/http/session_priv.h"

#include "proxy/http/stage.h"
#include "proxy/http/stream_log.h"
#include "proxy/net/netscaler_cip.h"

#include <stdlib.h>
#include <string.h>

static void own_destination(const struct session *session, struct addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    *out = (struct addr){.family = AF_UNSPEC};
    if (session->thread->stage != NULL)
        *out = session->thread->stage->destination;
    else if (getsockname(session->client.source.fd, (struct sockaddr *)&sa, &len) == 0)
        addr_set(out, (struct sockaddr *)&sa);
}

void session_destination(const struct session *session, struct addr *out)
{
    if (session->origin != NULL && session->origin->has_to)
        *out = session->origin->to;
    else
        own_destination(session, out);
}

void session_conn_ends(const struct session *session, struct addr *from_out, struct addr *to_out)
{
    const struct session_origin *o = session->origin;
    *from_out = o != NULL ? o->peer : session->address;
    if (o != NULL && o->peer_to.family != AF_UNSPEC)
        *to_out = o->peer_to;
    else
        own_destination(session, to_out);
}

void session_admitted_ends(struct session *session)
{
    struct session_origin *o = session->origin;
    if (o == NULL)
        return;
    o->peer = session->address;
    if (o->has_to)
        o->peer_to = o->to;
}

bool session_change_ends(struct session *session)
{
    struct session_origin *o = session->origin;
    if (o == NULL) {
        o = session->origin = calloc(1, sizeof(*o));
        if (o == NULL)
            return false;
        o->peer = session->address;
    }
    if (session->stream == NULL || o->is_changed)
        return true;
    o->is_changed = true;
    o->address_before = session->address;
    o->to_before = o->to;
    o->had_to = o->has_to;
    return true;
}

void session_restore_ends(struct session *session)
{
    struct session_origin *o = session->origin;
    if (o == NULL || !o->is_changed)
        return;
    session->address = o->address_before;
    o->to = o->to_before;
    o->has_to = o->had_to;
    o->is_changed = false;
}

/* HAProxy's words. */
static void refuse(struct session *session, const char *text, bool is_null)
{
    session_log_failure(session, text, is_null);
    session_close(session);
}

static int parse_proxy(const struct session *session, const uint8_t *data, size_t len,
                       struct proxy_header *header_out)
{
    (void)session;
    return proxy_header_parse(data, len, header_out);
}

static int parse_netscaler(const struct session *session, const uint8_t *data, size_t len,
                           struct proxy_header *header_out)
{
    return netscaler_cip_parse(data, len, session->bind->conf->netscaler_magic, header_out);
}

/* What comes first, in that order. */
static const struct greeting {
    enum session_greeting bit;
    int (*parse)(const struct session *session, const uint8_t *data, size_t len,
                 struct proxy_header *header_out);
    const char *closed, *late, *truncated, *not_it, *unknown, *bad;
} greetings[] = {
    {SESSION_GREETS_PROXY, parse_proxy,
     .closed = "Connection closed while waiting for PROXY protocol header",
     .late = "Timeout while waiting for PROXY protocol header",
     .truncated = "Truncated PROXY protocol header received",
     .not_it = "Received something which does not look like a PROXY protocol header",
     .unknown = "Received an unhandled protocol in the PROXY protocol header",
     .bad = "Received an invalid PROXY protocol header"},
    {SESSION_GREETS_NETSCALER, parse_netscaler,
     .closed = "Connection closed while waiting for NetScaler Client IP header",
     .late = "Timeout while waiting for a NetScaler Client IP header",
     .truncated = "Truncated NetScaler Client IP header received",
     .not_it = "Received an invalid NetScaler Client IP magic number",
     .unknown = "Received an unhandled protocol in the NetScaler Client IP header",
     .bad = "Received an unhandled protocol in the NetScaler Client IP header"},
};

/* The one that is waited for. */
static const struct greeting *greeting_of(const struct session *session)
{
    const struct greeting *g = greetings;
    while ((session->greetings & g->bit) == 0)
        g++;
    return g;
}

static const char *reason_of(const struct greeting *g, int status)
{
    return status == PROXY_NOT ? g->not_it : status == PROXY_UNKNOWN ? g->unknown : g->bad;
}

/* False when memory runs out. */
static bool note_origin(struct session *session, const struct proxy_header *header)
{
    if (!header->has_addresses && header->tlvs_len == 0)
        return true;
    struct session_origin *before = session->origin;
    struct session_origin *origin = malloc(sizeof(*origin) + header->tlvs_len);
    if (origin == NULL)
        return false;
    *origin = (struct session_origin){.peer = session->address,
                                      .to = header->to,
                                      .has_to = header->has_addresses,
                                      .tlvs_len = (uint16_t)header->tlvs_len};
    if (before != NULL) {
        origin->peer = before->peer;
        origin->peer_to = before->peer_to;
    }
    if (header->tlvs_len > 0)
        memcpy(origin->tlvs, header->tlvs, header->tlvs_len);
    free(before);
    session->origin = origin;
    if (header->has_addresses)
        session->address = header->from;
    return true;
}

static void take_greeting(struct session *session, const struct proxy_header *header, int len)
{
    char *scratch = session->thread->loop->scratch;
    bool noted = note_origin(session, header);
    if (!noted || conn_recv(&session->client, scratch, (size_t)len) != len) {
        session_close(session);
        return;
    }
    enum session_greeting bit = greeting_of(session)->bit;
    session->greetings &= (uint8_t)~bit;
    session->had_proxy_header |= bit == SESSION_GREETS_PROXY;
    if (session->greetings != 0) {
        session_read_greeting(session);
        return;
    }
    session->state = SESSION_IDLE;
    if (session_secure(session) && session->state != SESSION_CLOSED)
        session_handle(session, SESSION_READY); /* what came behind it raises no event of its own */
}

void session_read_greeting(struct session *session)
{
    const struct greeting *g = greeting_of(session);
    struct proxy_header header;
    char *scratch = session->thread->loop->scratch;
    ssize_t n = conn_peek(&session->client, scratch, PROXY_HEADER_BYTES_MAX);
    if (n == UV_EAGAIN)
        return;
    if (n <= 0) {
        refuse(session, g->closed, true);
        return;
    }
    int status = g->parse(session, (const uint8_t *)scratch, (size_t)n, &header);
    if (status > 0)
        take_greeting(session, &header, status);
    else if (status != PROXY_MORE)
        refuse(session, reason_of(g, status), false);
    else if (session->client.peer_ended)
        refuse(session, g->truncated, false);
}

void session_late_greeting(struct session *session)
{
    refuse(session, greeting_of(session)->late, true);
}
