/* SPDX-License-Identifier: Apache-2.0 */
/* From a stream of TCP to one of HTTP; handover.h draws it. */
#include "proxy/http/handover.h"

#include "proxy/http/captures.h"
#include "proxy/http/rules.h"

#include <stdlib.h>

struct handover {
    struct rule_progress rules;  /* its captures are one piece of memory, and owned */
    struct stream_stick *stick;  /* owned; or NULL */
    char *unique_id;             /* owned; or NULL */
    const struct proxy *backend; /* borrowed: of the session's snapshot; NULL: none is chosen yet */
};

bool handover_leave(struct stream *s)
{
    struct handover *left = malloc(sizeof(*left));
    if (left == NULL)
        return false;
    *left = (struct handover){s->rules, s->stick, s->unique_id, s->backend};
    s->rules = (struct rule_progress){0};
    s->stick = NULL;
    s->unique_id = NULL;
    s->session->handover = left;
    return true;
}

/* Into the stream's buffer; where there is no room for one it is not there. */
static void take_captures(struct stream *s, struct access_text *slots)
{
    const struct proxy_rules *rules = s->frontend->conf->rules;
    s->rules.captured = NULL;
    for (unsigned i = 0; slots != NULL && i < rules->request_capture_count; i++) {
        struct sample_text text = {slots[i].data, slots[i].len};
        if (text.len > 0)
            (void)captures_store(s, rules, false, i, text);
    }
    free(slots);
}

void handover_take(struct stream *s)
{
    struct handover *left = s->session->handover;
    s->session->handover = NULL;
    s->rules = left->rules;
    s->stick = left->stick;
    s->unique_id = left->unique_id;
    s->backend = left->backend;
    rules_go_on_in_http(s);
    take_captures(s, left->rules.captured);
    free(left);
}

void handover_drop(struct session *session, struct handover *left)
{
    if (left == NULL)
        return;
    tracking_let_go(session->thread, left->stick);
    rule_progress_free(&left->rules);
    free(left->rules.captured);
    free(left->unique_id);
    free(left);
}
