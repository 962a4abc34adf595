/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of what a client says about itself in Authorization. */
#include "proxy/fetches/credentials.h"
#include "proxy/fetches/rows.h"
#include "proxy/rules/compiler.h"

#define FIELD "authorization"

static bool read_credentials(struct sample_env *env, struct credentials *out)
{
    struct message_view v;
    return fetch_view(env, OF_REQUEST, &v) && credentials_read(&v, FIELD, sizeof(FIELD) - 1, out);
}

static bool is_known(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    struct credentials c;
    (void)row;
    if (!read_credentials(env, &c) || c.user == NULL)
        return false;
    sample_set_bool(out, credentials_check(args[0].userlist, &c) != NULL);
    return true;
}

/* The i-th group that he is in: those that he names, then those that name him; NULL behind the last. */
static const char *group_at(const struct conf_userlist *list, const struct conf_user *user,
                            size_t i)
{
    if (i < user->groups.count)
        return user->groups.items[i];
    i -= user->groups.count;
    for (size_t g = 0; g < list->group_count; g++) {
        const struct conf_words *users = &list->groups[g].users;
        for (size_t k = 0; k < users->count; k++)
            if (strcmp(users->items[k], user->name) == 0 && i-- == 0)
                return list->groups[g].name;
    }
    return NULL;
}

/* The user's name; for an ACL his groups, one after the other. */
static bool group_of(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    struct credentials c;
    (void)row;
    if (!read_credentials(env, &c))
        return false;
    const struct conf_user *user = credentials_check(args[0].userlist, &c);
    if (user == NULL)
        return false;
    const char *text =
        env->iterates ? group_at(args[0].userlist, user, out->cursor[0]++) : user->name;
    if (text == NULL)
        return false;
    out->flags |= env->iterates ? SAMPLE_HAS_MORE : 0;
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    return true;
}

static bool has_group(const struct conf_userlist *list, const char *name)
{
    for (size_t g = 0; g < list->group_count; g++)
        if (strcmp(list->groups[g].name, name) == 0)
            return true;
    return false;
}

/* A group that is misspelt would shut everybody out, or nobody. */
static bool check_group(struct compiler *c, const struct arg *args, const char *pattern,
                        struct conf_span span)
{
    const struct conf_userlist *list = args[0].userlist;
    if (pattern != NULL && has_group(list, pattern))
        return true;
    if (pattern == NULL)
        CONF_FAIL(c->l, span, "as in: http_auth_group(users) admins", "no group is named");
    else
        CONF_FAIL(c->l, span, NULL, "there is no group '%s' in the userlist '%s'", pattern,
                  list->name);
    return false;
}

static bool is_bearer(const struct credentials *c)
{
    return c->scheme.len == 6 && http_text_same(c->scheme.data, "bearer", 6);
}

enum part { PART_USER, PART_PASSWORD, PART_TYPE };

static bool part_of(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    struct credentials c;
    (void)args;
    if (!read_credentials(env, &c))
        return false;
    const char *text = row->value == PART_USER       ? c.user
                       : row->value == PART_PASSWORD ? c.password
                       : c.user != NULL              ? "Basic"
                       : is_bearer(&c)               ? "Bearer"
                                                     : NULL;
    return text != NULL && sample_set_copy(out, env, SAMPLE_STRING, text, strlen(text));
}

/* Of Authorization; or of the field given, which is empty where it has no token. */
static bool bearer(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    static const struct sample_text authorization = {FIELD, sizeof(FIELD) - 1};
    struct message_view v;
    struct credentials c;
    (void)row;
    bool is_named = args[0].type != ARG_NONE;
    struct sample_text name = is_named ? args[0].text : authorization;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    bool found = credentials_read(&v, name.data, name.len, &c) && is_bearer(&c);
    sample_set_text(out, SAMPLE_STRING, found ? c.rest.data : "", found ? c.rest.len : 0);
    return found || is_named;
}

/* clang-format off */
const struct fetch auth_fetches[] = {
    {.name = "http_auth", .out = SAMPLE_BOOL, .args = {{ARG_USERLIST}, 1}, .use = USE_REQUEST, .run = is_known,
     .doc = "Whether user and password of the client are in the userlist."},
    {.name = "http_auth_group", .out = SAMPLE_STRING, .args = {{ARG_USERLIST}, 1}, .use = USE_REQUEST, .run = group_of, .check_pattern = check_group,
     .doc = "The name of a user whose password is right; in ACLs the groups of the userlist he is in."},
    {.name = "http_auth_user", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = part_of, .value = PART_USER, .since = "2.3",
     .doc = "The user that the client says it is; nothing is checked."},
    {.name = "http_auth_pass", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = part_of, .value = PART_PASSWORD, .since = "2.3",
     .doc = "The password that the client sends; nothing is checked."},
    {.name = "http_auth_type", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = part_of, .value = PART_TYPE, .since = "2.3",
     .doc = "How the client says who it is: Basic, Bearer."},
    {.name = "http_auth_bearer", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .use = USE_REQUEST, .run = bearer, .since = "2.5",
     .doc = "The token that the client sends, in Authorization or the field given; nothing is checked."},
    {.name = NULL},
};
/* clang-format on */
