/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample: a typed value that a rule looks at, taken from a connection or a message by a fetch and
 * changed on its way by converters.
 *
 *   req.hdr(host),lower,map(/etc/weir/hosts.map)
 *   `-- fetch --'`conv'`------- converter ------'
 *
 * Texts point into the message's buffer, into the configuration, or into the scratch of the
 * evaluation; whoever keeps one longer than the evaluation copies it.
 *
 * Thread:  the data thread of the stream; the scratch belongs to one thread.
 * Errors:  a fetch or a converter that has nothing to give returns false; the sample then is not there,
 *          and a rule that tests it does not match.
 */
#ifndef WEIR_RULES_SAMPLE_H
#define WEIR_RULES_SAMPLE_H

#include "proxy/base/pool.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_record; /* proxy/state/access_record.h */
struct loop;
struct probe_view; /* proxy/http/probe_view.h */
struct proxy;
struct rule_trace; /* proxy/rules/trace.h */
struct server;
struct session; /* of the rooms above: only their fetches look inside */
struct snapshot;
struct stream;
struct var_store; /* proxy/rules/vars.h */

enum sample_type {
    SAMPLE_NONE, /* of rows only: takes, or gives, nothing in particular */
    SAMPLE_ANY,  /* of rows only: whatever comes */
    SAMPLE_SAME, /* of rows only: the type that came in goes out */
    SAMPLE_BOOL,
    SAMPLE_INT,
    SAMPLE_ADDR, /* of rows only: IPv4 or IPv6, told at run time */
    SAMPLE_IPV4,
    SAMPLE_IPV6,
    SAMPLE_STRING,
    SAMPLE_BINARY,
    SAMPLE_METHOD, /* a text as STRING is */
    SAMPLE_TYPES,
};

enum sample_flags {
    /* There may be further values: ask the fetch again with the same sample. */
    SAMPLE_HAS_MORE = 1u << 0,
    /* The answer may be another one when more bytes have come (not set once env->is_final). */
    SAMPLE_MAY_CHANGE = 1u << 1,
};

struct sample_text {
    const char *data; /* not ended by NUL */
    size_t len;
};

struct sample {
    enum sample_type type;
    unsigned flags;
    union {
        long long integer; /* INT, BOOL */
        struct in_addr ipv4;
        struct in6_addr ipv6;
        struct sample_text text; /* STRING, BINARY, METHOD */
    };
    /* Where a fetch with several values goes on; all zero at its first call. */
    uint32_t cursor[3];
};

/* Memory for what converters make: taken piece by piece, given back as a whole after each rule. */
struct sample_scratch {
    char *base; /* owned by the thread */
    size_t size, used;
    struct pool vars; /* for variables of VAR_POOLED_BYTES; without item_bytes there is none */
};

enum { SAMPLE_SCRATCH_BYTES = 256 * 1024 };

enum var_scope { VAR_PROC, VAR_SESS, VAR_TXN, VAR_REQ, VAR_RES, VAR_CHECK, VAR_SCOPES };

/* Of TCP: what the client has sent so far, and the request that may lie in it. It is read when a fetch first asks. */
struct request_peek {
    struct sample_text bytes;
    struct http_msg *msg; /* room for the request */
    enum { PEEK_NOT_YET, PEEK_NONE, PEEK_PART, PEEK_WHOLE } found;
};

/* What an evaluation is about: made on the stack by whoever runs rules. */
struct sample_env {
    struct session *session;         /* NULL in probes */
    struct stream *stream;           /* NULL before there is one: tcp-request connection, session */
    const struct probe_view *probe;  /* NULL but in probes */
    const struct snapshot *snapshot; /* proxies by their index: snapshot->proxies[i] */
    const struct proxy *proxy;       /* whose rules run */
    struct loop *loop;               /* for its clock and index; the thread's */
    struct sample_scratch *scratch;
    struct var_store *vars[VAR_SCOPES]; /* NULL: that scope is not to be had here */
    struct rule_trace *trace;           /* NULL: nobody wants to know */
    /* Log fields of the stream as it stands, for log formats; asked for when first needed. */
    const struct access_record *record;
    const struct access_record *(*make_record)(struct sample_env *env);
    /* What use_backend and use-server have chosen; NULL: nothing. */
    const struct proxy *chosen_backend;
    struct server *chosen_server;
    struct request_peek *peek; /* NULL: nothing was read, or it has been passed on */
    bool is_response;          /* a rule of the response side */
    bool lacks_message;  /* of TCP: who asks for a head finds none, but for what is peeked at */
    bool iterates;       /* an ACL asks: fetches with several values give each, not just the last */
    bool in_quotes;      /* of the token at hand: %{+Q} */
    bool escapes;        /* %{+E} */
    bool is_final;       /* no more bytes will come, or no more are waited for */
    uint8_t nested_acls; /* how deep acl() within acls has gone */
    bool is_lenient;     /* strict-mode off: an action that fails is passed over */
};

/* NULL when the bound is reached: the value is then missing. Not aligned. */
char *sample_scratch_take(const struct sample_env *env, size_t bytes);

static inline void sample_set_int(struct sample *s, long long value)
{
    s->type = SAMPLE_INT;
    s->integer = value;
}

static inline void sample_set_bool(struct sample *s, bool value)
{
    s->type = SAMPLE_BOOL;
    s->integer = value;
}

static inline void sample_set_text(struct sample *s, enum sample_type type, const char *data,
                                   size_t len)
{
    s->type = type;
    s->text = (struct sample_text){data, len};
}

/* Copies into the scratch and makes it the text; false when the bound is reached. */
bool sample_set_copy(struct sample *s, const struct sample_env *env, enum sample_type type,
                     const char *data, size_t len);

static inline bool sample_type_is_text(enum sample_type type)
{
    return type == SAMPLE_STRING || type == SAMPLE_BINARY || type == SAMPLE_METHOD;
}

/*
 * Turns a sample into another type, as HAProxy does (configuration manual 7.1): numbers to decimal text,
 * texts to numbers and addresses where they read as such, IPv4 to IPv6 mapped, binary to text up to a
 * zero. False where that cannot be. To SAMPLE_ADDR: whichever of the two it is.
 */
bool sample_cast(struct sample *s, enum sample_type to, const struct sample_env *env);
/* Whether there is a way at all; for messages at load time. */
bool sample_can_cast(enum sample_type from, enum sample_type to);

const char *sample_type_name(enum sample_type type); /* "string", as HAProxy words it */

#endif
