/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed replies; see fixed_reply.h. */
#include "proxy/http/fixed_reply.h"

#include "proxy/state/snapshot.h"

#include <stdio.h>
#include <string.h>

size_t service_path(const struct service_request *request, const char **path_out)
{
    const struct http_msg *m = request->msg;
    const char *path = request->base + m->path_off;
    size_t len = m->target_off + m->target_len - m->path_off;
    const char *query = memchr(path, '?', len);
    *path_out = path;
    return query != NULL ? (size_t)(query - path) : len;
}

static bool is_path(const char *text, const char *path, size_t len)
{
    return strlen(text) == len && memcmp(text, path, len) == 0;
}

bool action_concerns(const struct conf_action *action, const char *path, size_t len)
{
    return action->path == NULL || is_path(action->path, path, len);
}

static enum service_verdict answer_return(const struct conf_action *action,
                                          struct service_answer *answer)
{
    answer->status = (int)action->status;
    answer->content_length = action->body_len;
    answer->fixed = action->body;
    if (action->content_type != NULL && action->body_len > 0)
        snprintf(answer->headers, sizeof(answer->headers), "Content-Type: %s\r\n",
                 action->content_type);
    return SERVICE_ANSWERS;
}

enum service_verdict fixed_reply(const struct service_request *request,
                                 struct service_answer *answer_out)
{
    const struct conf_proxy *conf = request->proxy->conf;
    const char *path;
    size_t len = service_path(request, &path);
    for (size_t i = 0; i < conf->action_count; i++) {
        const struct conf_action *action = &conf->actions[i];
        if (!action_concerns(action, path, len))
            continue;
        switch (action->kind) {
        case CONF_ACTION_RETURN:
            return answer_return(action, answer_out);
        case CONF_ACTION_DENY:
            answer_out->status = (int)(action->status != 0 ? action->status : 403);
            return SERVICE_DENIES;
        default:
            return SERVICE_PASS; /* of another service */
        }
    }
    return SERVICE_PASS;
}
