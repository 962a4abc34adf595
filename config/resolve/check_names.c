/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that must be good ones, or must be somebody's: of servers, of the users of a group, of tables. HAProxy
 * refuses a file for each of these.
 */
#include <ctype.h>
#include <string.h>

#include "config/line.h"
#include "config/resolve/resolve.h"

void check_server_name(struct loader *l, const struct conf_server *server)
{
    const char *at = server->name;
    while (isalnum((unsigned char)*at) || (*at != '\0' && strchr("-_.:", *at) != NULL))
        at++;
    if (*at != '\0')
        CONF_FAIL(l, server_span(l, server), "letters, digits, '-', '_', '.' and ':'",
                  "'%s' is no name for a server", server->name);
}

static bool has_user(const struct conf_userlist *list, const char *name)
{
    for (size_t i = 0; i < list->user_count; i++) {
        if (list->users[i].name != NULL && strcmp(list->users[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool has_group(const struct conf_userlist *list, const char *name)
{
    for (size_t i = 0; i < list->group_count; i++) {
        if (list->groups[i].name != NULL && strcmp(list->groups[i].name, name) == 0)
            return true;
    }
    return false;
}

/* In haproxy.cfg a group has a line of its own; in libconfig those that users name need none. */
void check_userlist(struct loader *l, const struct conf_userlist *list, struct conf_span span)
{
    for (size_t i = 0; i < list->group_count; i++) {
        const struct conf_user_group *group = &list->groups[i];
        for (size_t k = 0; k < group->users.count; k++) {
            if (!has_user(list, group->users.items[k]))
                CONF_FAIL(l, span, "add the user, or take it out of the group",
                          "userlist '%s': the user '%s' of group '%s' is not there", list->name,
                          group->users.items[k], group->name);
        }
    }
    for (size_t i = 0; i < list->user_count && loader_is_haproxy(l, span); i++) {
        const struct conf_user *user = &list->users[i];
        for (size_t k = 0; k < user->groups.count; k++) {
            if (!has_group(list, user->groups.items[k]))
                CONF_FAIL(l, span,
                          arena_printf(l->scratch, "add a line: group %s", user->groups.items[k]),
                          "userlist '%s': the group '%s' of user '%s' is not there", list->name,
                          user->groups.items[k], user->name);
        }
    }
}

/* Tables are named by their proxy, and a frontend and a backend may share a name. */
void check_table_names(struct loader *l)
{
    struct name_map tables = {0};
    for (size_t i = 0; i < l->proxy_count; i++) {
        const struct draft_proxy *draft = l->proxies[i];
        const struct draft_proxy *other = NULL;
        if (draft->p.stick_table != NULL)
            other = names_add(l->scratch, &tables, draft->p.name, draft);
        if (other != NULL)
            CONF_FAIL(l, draft->span, "give one of the two another name",
                      "'%s' has a stick-table, and so has another proxy of that name",
                      draft->p.name);
    }
}
