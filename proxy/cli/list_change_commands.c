/* SPDX-License-Identifier: Apache-2.0 */
/* add, set, del, clear, prepare and commit of maps and acls. */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/lists.h"
#include "proxy/rules/pattern_list.h"

#include <stdlib.h>
#include <string.h>

/* A list that may be changed while weir runs; false after a message. */
static bool can_change(struct cli_call *call, const struct pattern_list *list)
{
    if (list->can_change)
        return true;
    cli_fail(call,
             "The patterns of this ACL stand in the configuration and are fixed. Put them into a "
             "file (-f), or give the ACL a number (-u).\n");
    return false;
}

/* The list of a change; NULL after a message. */
static struct pattern_list *take_list(struct cli_call *call, unsigned *at, unsigned *version_out,
                                      bool *has_version_out)
{
    struct pattern_list *list = cli_take_list(call, at, version_out, has_version_out);
    return list != NULL && can_change(call, list) ? list : NULL;
}

/* ---- add ------------------------------------------------------------------------------------- */

/* One entry to the version; false after a message. */
static bool add_entry(struct cli_call *call, struct pattern_list *list, unsigned version,
                      const char *key, const char *value)
{
    char error[PATTERN_ERROR_BYTES];
    bool is_added = version == list->version ? pattern_list_try_add(list, key, value, error)
                                             : pattern_list_stage(list, version, key, value, error);
    if (!is_added)
        cli_fail(call, "%s.\n", error);
    return is_added;
}

/* Lines of a key and, behind blanks, a value. */
static void add_payload(struct cli_call *call, struct pattern_list *list, unsigned version)
{
    for (char *line = call->payload, *next; line != NULL && *line != '\0'; line = next) {
        size_t len = strcspn(line, "\n");
        next = line[len] != '\0' ? line + len + 1 : NULL;
        line[len] = '\0';
        line[strcspn(line, "\r")] = '\0';
        char *key = line + strspn(line, " \t"), *value = key + strcspn(key, " \t");
        if (*key == '\0')
            continue;
        if (*value != '\0')
            *value++ = '\0';
        value += strspn(value, " \t");
        if (*value == '\0') {
            cli_fail(call, "Missing value for key '%s'.\n", key);
            return;
        }
        if (!add_entry(call, list, version, key, value))
            return;
    }
}

/* False after a message. */
static bool may_fill(struct cli_call *call, const struct pattern_list *list, unsigned version)
{
    if (version == list->version || pattern_list_is_preparing(list, version))
        return true;
    if (version > list->next_version)
        cli_fail(call, "Version number in the future, please use 'prepare %s' before.\n",
                 cli_is_map(call) ? "map" : "acl");
    else
        cli_fail(call, "Version number out of range.\n");
    return false;
}

static void run_add_map(struct cli_call *call)
{
    unsigned at = 2, version;
    bool has_version = call->words[2][0] == '@', has_payload = call->payload != NULL;
    unsigned words = call->count - has_version;
    if (has_payload ? words != 3 : words != 5) {
        cli_fail(call, "'add map' expects three parameters (map identifier, key and value) or one "
                       "parameter (map identifier) and a payload\n");
        return;
    }
    struct pattern_list *list = take_list(call, &at, &version, &has_version);
    if (list == NULL || !may_fill(call, list, version))
        return;
    if (has_payload)
        add_payload(call, list, version);
    else
        (void)add_entry(call, list, version, call->words[at], call->words[at + 1]);
}

static void run_add_acl(struct cli_call *call)
{
    unsigned at = 2, version;
    bool has_version = call->words[2][0] == '@';
    if (call->count - has_version != 4) {
        cli_fail(call, "'add acl' expects two parameters: ACL identifier and pattern.\n");
        return;
    }
    struct pattern_list *list = take_list(call, &at, &version, &has_version);
    if (list != NULL && may_fill(call, list, version))
        (void)add_entry(call, list, version, call->words[at], NULL);
}

/* ---- set, del -------------------------------------------------------------------------------- */

/* "#0x55d0c0": the address of an item, as `show` told it. */
static bool is_address(const char *word, const void **address_out)
{
    char *end;
    if (word[0] != '#')
        return false;
    *address_out = (const void *)strtoull(word + 1, &end, 16);
    return end != word + 1 && *end == '\0';
}

static void run_set(struct cli_call *call)
{
    char error[PATTERN_ERROR_BYTES];
    const void *address;
    if (call->count < 5) {
        cli_fail(call, "'set map' expects three parameters: map identifier, key and value.\n");
        return;
    }
    struct pattern_list *list = cli_find_list(call, call->words[2]);
    if (list == NULL || !can_change(call, list))
        return;
    bool is_set = is_address(call->words[3], &address)
                      ? pattern_list_change_item(list, address, call->words[4], error)
                      : pattern_list_change(list, call->words[3], call->words[4], error);
    if (!is_set)
        cli_fail(call, "%s.\n", error);
}

static void run_del(struct cli_call *call)
{
    const void *address;
    if (call->count < 4) {
        cli_fail(call, "This command expects two parameters: %s identifier and key.\n",
                 cli_is_map(call) ? "map" : "ACL");
        return;
    }
    struct pattern_list *list = cli_find_list(call, call->words[2]);
    if (list == NULL || !can_change(call, list))
        return;
    bool is_gone = is_address(call->words[3], &address)
                       ? pattern_list_remove_item(list, address)
                       : pattern_list_remove(list, call->words[3]) > 0;
    if (!is_gone)
        cli_fail(call, "Key not found.\n");
}

/* ---- clear, and versions --------------------------------------------------------------------- */

static void run_clear(struct cli_call *call)
{
    unsigned at = 2, version;
    bool has_version;
    if (call->count < 3) {
        cli_fail(call, "Missing %s identifier.\n", cli_is_map(call) ? "map" : "ACL");
        return;
    }
    struct pattern_list *list = take_list(call, &at, &version, &has_version);
    if (list != NULL && version == list->version)
        pattern_list_clear(list);
    else if (list != NULL)
        pattern_list_unstage(list, version);
}

static void run_prepare(struct cli_call *call)
{
    struct pattern_list *list = cli_find_list(call, call->words[2]);
    if (list != NULL && can_change(call, list))
        cli_say(call, LOG_INFO, "New version created: %u\n", pattern_list_prepare(list));
}

static void run_commit(struct cli_call *call)
{
    unsigned at = 2, version;
    bool has_version;
    if (call->words[2][0] != '@') {
        cli_fail(call, "Missing version number.\n");
        return;
    }
    struct pattern_list *list = take_list(call, &at, &version, &has_version);
    if (list == NULL)
        return;
    if (!pattern_list_is_preparing(list, version))
        cli_fail(call, "Version number out of range.\n");
    else if (!pattern_list_commit(list, version))
        cli_fail(call, "Out of memory: entries are lacking.\n");
}

/* clang-format off */
const struct cli_command cli_list_change_commands[] = {
    {"add map", CONF_ADMIN_OPERATOR, "add map [@<ver>] <map> <key> <val>", "add a map entry (payload supported instead of key/val)", run_add_map, NULL},
    {"add acl", CONF_ADMIN_OPERATOR, "add acl [@<ver>] <acl> <pattern>", "add an acl entry", run_add_acl, NULL},
    {"set map", CONF_ADMIN_OPERATOR, "set map <map> [<key>|#<ref>] <value>", "modify a map entry", run_set, NULL},
    {"del map", CONF_ADMIN_OPERATOR, "del map <map> [<key>|#<ref>]", "delete map entries matching <key>", run_del, NULL},
    {"del acl", CONF_ADMIN_OPERATOR, "del acl <acl> [<key>|#<ref>]", "delete acl entries matching <key>", run_del, NULL},
    {"clear map", CONF_ADMIN_OPERATOR, "clear map [@<ver>] <map>", "clear the contents of this map", run_clear, NULL},
    {"clear acl", CONF_ADMIN_OPERATOR, "clear acl [@<ver>] <acl>", "clear the contents of this acl", run_clear, NULL},
    {"prepare map", CONF_ADMIN_OPERATOR, "prepare map <acl>", "prepare a new version for atomic map replacement", run_prepare, NULL},
    {"prepare acl", CONF_ADMIN_OPERATOR, "prepare acl <acl>", "prepare a new version for atomic ACL replacement", run_prepare, NULL},
    {"commit map", CONF_ADMIN_OPERATOR, "commit map @<ver> <map>", "commit the map at this version", run_commit, NULL},
    {"commit acl", CONF_ADMIN_OPERATOR, "commit acl @<ver> <acl>", "commit the ACL at this version", run_commit, NULL},
    {0},
};
/* clang-format on */
