/* SPDX-License-Identifier: Apache-2.0 */
/*
 * email-alert: finds its mailers. load-server-state-from-file: finds and reads the file. What is missing is no error, as before the
 * first restart there is none; servers then begin afresh.
 */
#include <stdlib.h>
#include <string.h>

#include "config/resolve/resolve.h"

/* The path, or NULL where no file is named. */
static const char *find_path(struct loader *l, const struct conf_proxy *proxy)
{
    const struct conf_global *global = &l->global.g;
    const char *name = global->state_file;
    if (proxy->saved_state_from == CONF_SAVED_LOCAL) {
        name = proxy->saved_state_name;
        if (name == NULL || strcmp(name, "use-backend-name") == 0)
            name = proxy->name;
    }
    if (name == NULL || *name == '/' || global->state_base == NULL)
        return name;
    return arena_printf(l->scratch, "%s/%s", global->state_base, name);
}

void resolve_saved_state(struct loader *l, struct draft_proxy *draft)
{
    struct conf_proxy *proxy = &draft->p;
    char *bytes = NULL;
    size_t len = 0;
    if (proxy->saved_state_from == CONF_SAVED_NONE || (proxy->caps & CONF_BACKEND) == 0)
        return;
    const char *path = find_path(l, proxy);
    if (path == NULL) {
        CONF_WARN(l, draft->span, "add server-state-file to the global section",
                  "'%s' should begin with saved states, and no file is named", proxy->name);
        return;
    }
    int error = l->source->read(l->source->ctx, path, &bytes, &len);
    if (error != 0) {
        CONF_REMARK(l, draft->span, NULL, "the servers of '%s' begin afresh: '%s': %s", proxy->name,
                    path, strerror(-error));
        return;
    }
    proxy->saved_state = arena_copy_bytes(l->arena, bytes, len);
    free(bytes);
}

/* Three words make mail: from, to and mailers; with some of them alone HAProxy sends none either. */
void resolve_email(struct loader *l, struct draft_proxy *draft)
{
    struct conf_email *email = &draft->p.email;
    if (email->from == NULL || email->to == NULL || email->mailers_name == NULL)
        return;
    for (size_t i = 0; i < l->mailers_count; i++) {
        if (strcmp(l->mailers[i]->name, email->mailers_name) == 0)
            email->mailers = l->mailers[i];
    }
    if (email->mailers == NULL)
        CONF_FAIL(l, draft->span,
                  loader_hint(l, draft->span, "add it to mailers = ( ... )",
                              "add a section: mailers NAME"),
                  "'%s' names the mailers '%s', which do not exist", draft->p.name,
                  email->mailers_name);
    if (email->hostname == NULL)
        email->hostname = l->global.g.node;
}
