/* SPDX-License-Identifier: Apache-2.0 */
/* Giving the answers that rules spell out; see reply.h. */
#include <stdio.h>

#include "proxy/http/reply_priv.h"

enum { HEAD_ROOM = 16 * 1024 };

unsigned reply_status(const struct reply *reply)
{
    return reply->status;
}

/* ---- a head in the scratch ---------------------------------------------------------------------------- */

static void put(struct reply_head *head, const char *data, size_t len)
{
    if (head->is_full || len > head->room - head->len) {
        head->is_full = true;
        return;
    }
    memcpy(head->text + head->len, data, len);
    head->len += len;
}

void reply_head_begin(struct reply_head *head, struct sample_env *env, unsigned status,
                      const char *reason)
{
    char line[32];
    *head = (struct reply_head){.env = env, .room = HEAD_ROOM};
    head->text = sample_scratch_take(env, HEAD_ROOM);
    head->is_full = head->text == NULL;
    put(head, line, (size_t)snprintf(line, sizeof(line), "HTTP/1.1 %u ", status));
    put(head, reason, strlen(reason));
    put(head, "\r\n", 2);
}

void reply_head_add(struct reply_head *head, const char *name, const char *value, size_t len)
{
    size_t at = head->len;
    put(head, name, strlen(name));
    put(head, ": ", 2);
    size_t from = head->len;
    put(head, value, len);
    if (!head->is_full) /* a line break would be another field */
        for (size_t i = from; i < head->len; i++)
            if (head->text[i] == '\r' || head->text[i] == '\n' || head->text[i] == '\0')
                head->text[i] = ' ';
    put(head, "\r\n", 2);
    if (head->is_full)
        head->len = at;
}

enum rule_verdict reply_head_give(const struct reply_head *head, unsigned status,
                                  struct sample_text body, enum stream_cause cause, bool is_denial)
{
    if (head->is_full)
        return RULE_FAILS;
    return rules_decide(head->env, &(struct rule_decision){.kind = DECIDED_REPLY,
                                                           .cause = cause,
                                                           .status = (int)status,
                                                           .is_denial = is_denial,
                                                           .head = {head->text, head->len},
                                                           .body = body});
}

/* ---- giving one --------------------------------------------------------------------------------------- */

static bool make_body(struct sample_env *env, const struct reply *reply, struct sample_text *out)
{
    *out = reply->text;
    if (reply->body != BODY_FORMAT)
        return true;
    out->data = format_text(reply->format, env, &out->len);
    return out->data != NULL;
}

static enum rule_verdict give_page(struct sample_env *env, const struct reply *reply,
                                   enum stream_cause cause, bool is_denial)
{
    const struct error_page *page = reply->page;
    return rules_decide(env,
                        &(struct rule_decision){
                            .kind = DECIDED_REPLY,
                            .cause = cause,
                            .status = (int)reply->status, /* for the log */
                            .is_denial = is_denial,
                            .head = {page->bytes, page->len > 0 ? page->head_len - 2 : 0},
                            .body = {page->bytes + page->head_len, page->len - page->head_len}});
}

enum rule_verdict reply_give(struct sample_env *env, const struct reply *reply,
                             enum stream_cause cause, bool is_denial)
{
    struct sample_text body;
    struct reply_head head;
    char length[24];
    if (reply->body == BODY_OF_STATUS)
        return rules_decide(env, &(struct rule_decision){.kind = DECIDED_ERROR,
                                                         .cause = cause,
                                                         .status = (int)reply->status,
                                                         .is_denial = is_denial});
    if (reply->body == BODY_PAGE)
        return give_page(env, reply, cause, is_denial);
    if (!make_body(env, reply, &body))
        return RULE_FAILS;
    reply_head_begin(&head, env, reply->status, http_status_reason(reply->status));
    for (const struct reply_field *f = reply->fields; f != NULL; f = f->next) {
        size_t len, used = env->scratch->used;
        const char *value = format_text(f->value, env, &len);
        if (value == NULL)
            return RULE_FAILS;
        if (len > 0)
            reply_head_add(&head, f->name, value, len);
        env->scratch->used = used;
    }
    if (reply->status != 204) /* RFC 9110 8.6 */
        reply_head_add(&head, "content-length", length,
                       (size_t)snprintf(length, sizeof(length), "%zu", body.len));
    if (body.len > 0 && reply->content_type != NULL)
        reply_head_add(&head, "content-type", reply->content_type, strlen(reply->content_type));
    return reply_head_give(&head, reply->status, body, cause, is_denial);
}

const struct reply *reply_for_error(const struct proxy *proxy, unsigned status)
{
    const struct proxy_rules *rules = proxy != NULL ? proxy->conf->rules : NULL;
    const struct reply *found = NULL;
    for (size_t i = 0; rules != NULL && i < rules->error_count; i++)
        if (rules->errors[i].status == status)
            found = rules->errors[i].reply;
    return found;
}
