/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping a client on its server: by `use-server` rules, by the backend's cookie, by stick tables
 * (sticking.h). What is found here is a wish; dispatch.c passes it on and sees what came of it.
 *
 *   request   force-persist, ignore-persist, use-server, Cookie fields, stick rules --> s->persist
 *   response  Set-Cookie fields: dropped, changed, added
 *
 * Modes, letters and bytes are HAProxy's.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_PERSIST_H
#define WEIR_HTTP_PERSIST_H

#include <stdbool.h>
#include <stdint.h>

struct conf_server;
struct server;
struct stream;

/* What the client's cookie was worth. */
enum cookie_state {
    COOKIE_NONE,
    COOKIE_INVALID, /* no server is called so */
    COOKIE_DOWN,    /* its server is down */
    COOKIE_VALID,
    COOKIE_EXPIRED, /* maxidle */
    COOKIE_OLD,     /* maxlife */
    COOKIE_UNUSED,  /* there, but the server was already chosen */
};

/* What became of the server's. */
enum set_cookie_state {
    SET_COOKIE_NONE,
    SET_COOKIE_FOUND, /* and left as it was */
    SET_COOKIE_DELETED,
    SET_COOKIE_INSERTED,
    SET_COOKIE_REPLACED,
    SET_COOKIE_UPDATED, /* the same server, a new date */
};

struct persistence {
    struct server *server; /* borrowed: the one that is wished for, or NULL */
    bool is_direct;        /* it was asked for by name; false once another one had to do */
    bool is_forced, is_ignored;
    uint8_t cookie;          /* enum cookie_state */
    uint8_t set_cookie;      /* enum set_cookie_state */
    int64_t last_s, first_s; /* dates of the cookie, since 1970; 0 = none */
};

/* Once the backend is known, before a server is sought. */
void persist_request(struct stream *s);
/* The server was chosen: is it the one that was wished for? */
void persist_chosen(struct stream *s);
/* What the configuration says of the stream's server; NULL for one that a later load brought. */
const struct conf_server *persist_server_conf(const struct stream *s);
/* Whether the response may be changed at all. */
bool persist_wants_response(const struct stream *s);
/* After http-response rules. False when there is no room for the cookie. */
bool persist_response(struct stream *s);
/* Two letters for the log, "--" where no cookie is configured. */
void persist_letters(const struct stream *s, char letters_out[2]);

#endif
