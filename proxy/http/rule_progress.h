/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the rules of a stream have come, and what they have decided for it. All zero at its beginning.
 */
#ifndef WEIR_HTTP_RULE_PROGRESS_H
#define WEIR_HTTP_RULE_PROGRESS_H

#include "proxy/http/errand.h"
#include "proxy/net/socket_options.h"
#include "proxy/rules/ruleset.h"
#include "proxy/rules/vars.h"
#include "proxy/state/access_record.h"

struct proxy;

struct rule_progress {
    struct var_store txn,
        message;             /* owned: the transaction's; the request's, then the response's */
    const struct rule *held; /* waits: goes on where it was, whatever its condition says now */
    uint64_t wait_until_ms;  /* of the rule that waits; 0 = no bound was set */
    struct errand *errand;   /* owned: what it waits for, or has not taken yet; or NULL */
    unsigned at;             /* the next rule of the list at hand */
    uint8_t stage;           /* of rules_request() */
    uint8_t response_stage;  /* of rules_response() */
    bool is_lenient;         /* strict-mode off, for the list at hand */
    bool wait_is_over;       /* no more will come of the message, or no more is waited for */
    bool client_left;        /* while its body was waited for */
    bool is_tarpit;
    bool was_denied;            /* with an answer, by a rule for requests */
    bool has_failed;            /* http-after-response did: what tells of it passes by */
    const struct proxy *chosen; /* by use_backend; or NULL */
    const struct rule *last;    /* that ended its list; or NULL */
    uint16_t server_status;     /* before rules changed it; 0: no response yet */

    /* what actions set */
    bool no_l7_retry, unlogged;
    int8_t log_level;                         /* 1 + the level; 0: as configured */
    unsigned client_ms, server_ms, tunnel_ms; /* timeouts; 0: as configured */
    unsigned connect_ms, queue_ms, tarpit_ms; /* further ones */
    unsigned retries;                         /* 1 + how many; 0: as configured */
    struct packet_marks server_marks;
    struct access_text *captured, *captured_resp; /* by slot, in the stream's buffer; or NULL */
    struct access_text cookie, cookie_resp;       /* of capture cookie; data NULL: none */
};

/* Another backend: what was set for the frontend's own servers does not count there. */
static inline void rule_progress_switch(struct rule_progress *p)
{
    p->retries = 0;
    p->server_ms = p->tunnel_ms = p->connect_ms = p->queue_ms = 0;
}

/* A list was left with that verdict; p->at is behind the rule that did it. */
static inline void rule_progress_note(struct rule_progress *p, const struct ruleset *set,
                                      enum rule_verdict verdict)
{
    if (verdict != RULE_GOES_ON && verdict != RULE_WAITS)
        p->last = &set->rules[p->at - 1];
}

static inline void rule_progress_free(struct rule_progress *p)
{
    if (p->txn.first != NULL)
        var_store_clear(&p->txn);
    if (p->message.first != NULL)
        var_store_clear(&p->message);
    errand_leave(p->errand);
    p->errand = NULL;
}

enum decision_kind {
    DECIDED_ERROR,   /* the error page of that status */
    DECIDED_REPLY,   /* head and body as given */
    DECIDED_CLOSE,   /* no word to the client */
    DECIDED_METRICS, /* use-service prometheus-exporter */
};

/*
 * What an action leaves for rules.c to do. Head: status line and fields, each with its CRLF, without the
 * connection's field and the empty line. Texts are the configuration's, or lie in the thread's scratch.
 */
struct rule_decision {
    enum decision_kind kind;
    unsigned cause; /* enum stream_cause */
    int status;
    bool is_denial; /* counts as one */
    struct sample_text head, body;
    size_t scratch_used; /* of the scratch, until the answer has gone */
};

#endif
