/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PROXY header at the beginning of a client's connection (accept-proxy): looked at in the kernel's buffer
 * until it is whole, so that not a byte behind it is taken. It must come in one time-out, at whatever pace.
 */
#include "proxy/http/session_priv.h"

#include "proxy/http/stage.h"
#include "proxy/http/stream_log.h"
#include "proxy/net/proxy_protocol.h"

#include <stdlib.h>
#include <string.h>

void session_destination(const struct session *session, struct addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    *out = (struct addr){.family = AF_UNSPEC};
    if (session->origin != NULL && session->origin->has_to)
        *out = session->origin->to;
    else if (session->thread->stage != NULL)
        *out = session->thread->stage->destination;
    else if (getsockname(session->client.source.fd, (struct sockaddr *)&sa, &len) == 0)
        addr_set(out, (struct sockaddr *)&sa);
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

static const char *reason_of(int status)
{
    switch (status) {
    case PROXY_NOT:
        return "Received something which does not look like a PROXY protocol header";
    case PROXY_UNKNOWN:
        return "Received an unhandled protocol in the PROXY protocol header";
    default:
        return "Received an invalid PROXY protocol header";
    }
}

/* False when memory runs out. */
static bool note_origin(struct session *session, const struct proxy_header *header)
{
    if (!header->has_addresses && header->tlvs_len == 0)
        return true;
    struct session_origin *origin = malloc(sizeof(*origin) + header->tlvs_len);
    if (origin == NULL)
        return false;
    *origin = (struct session_origin){.peer = session->address,
                                      .to = header->to,
                                      .has_to = header->has_addresses,
                                      .tlvs_len = (uint16_t)header->tlvs_len};
    if (header->tlvs_len > 0)
        memcpy(origin->tlvs, header->tlvs, header->tlvs_len);
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
    session->state = SESSION_IDLE;
    if (session_secure(session) && session->state != SESSION_CLOSED)
        session_handle(session, SESSION_READY); /* what came behind it raises no event of its own */
}

void session_read_greeting(struct session *session)
{
    struct proxy_header header;
    char *scratch = session->thread->loop->scratch;
    ssize_t n = conn_peek(&session->client, scratch, PROXY_HEADER_BYTES_MAX);
    if (n == UV_EAGAIN)
        return;
    if (n <= 0) {
        refuse(session, "Connection closed while waiting for PROXY protocol header", true);
        return;
    }
    int status = proxy_header_parse((const uint8_t *)scratch, (size_t)n, &header);
    if (status > 0)
        take_greeting(session, &header, status);
    else if (status != PROXY_MORE)
        refuse(session, reason_of(status), false);
    else if (session->client.peer_ended)
        refuse(session, "Truncated PROXY protocol header received", false);
}

void session_late_greeting(struct session *session)
{
    refuse(session, "Timeout while waiting for PROXY protocol header", true);
}
