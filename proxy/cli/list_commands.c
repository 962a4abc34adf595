/* SPDX-License-Identifier: Apache-2.0 */
/* show map, show acl, get map, get acl. Changes are in list_change_commands.c. */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/lists.h"
#include "proxy/rules/pattern_list.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* ---- which one ------------------------------------------------------------------------------- */

bool cli_is_map(const struct cli_call *call)
{
    return strcmp(call->words[1], "map") == 0;
}

bool cli_is_list_of_kind(const struct pattern_list *list, bool is_map)
{
    return list->has_values == is_map;
}

struct pattern_list *cli_find_list(struct cli_call *call, const char *word)
{
    struct pattern_list *list = pattern_list_find(call->snapshot->config->pattern_lists, word);
    if (list != NULL && cli_is_list_of_kind(list, cli_is_map(call)))
        return list;
    cli_fail(call, "Unknown %s identifier. Please use #<id> or <file>.\n",
             cli_is_map(call) ? "map" : "ACL");
    return NULL;
}

struct pattern_list *cli_take_list(struct cli_call *call, unsigned *at, unsigned *version_out,
                                   bool *has_version_out)
{
    const char *word = call->words[*at];
    *has_version_out = word[0] == '@';
    *version_out = *has_version_out ? (unsigned)strtoul(word + 1, NULL, 10) : 0;
    *at += *has_version_out;
    struct pattern_list *list = cli_find_list(call, call->words[*at]);
    if (list != NULL && !*has_version_out)
        *version_out = list->version;
    ++*at;
    return list;
}

/* ---- show ------------------------------------------------------------------------------------ */

struct listing {
    struct pattern_list *list; /* borrowed: from the snapshot; NULL: all lists are shown */
    struct pattern_list *next; /* borrowed, likewise */
    unsigned version;
    struct pattern_walk at;
    struct text *out;
    bool is_map;
};

static void put_list(struct text *out, struct pattern_list *list)
{
    const char *file = list->place.file != NULL ? list->place.file : "";
    text_printf(out, "%d (%s) ", list->id, list->path != NULL ? list->path : "");
    if (list->path != NULL)
        text_printf(out, "pattern loaded from file '%s' used by %s at file '%s' line %u.",
                    list->path, list->has_values ? "map" : "acl", file, list->place.line);
    else
        text_printf(out, "acl '%s' file '%s' line %u.", list->used_by, file, list->place.line);
    text_printf(out, " curr_ver=%u next_ver=%u entry_cnt=%zu\n", list->version, list->next_version,
                pattern_list_count(list));
}

static enum cli_progress more_lists(struct cli_call *call, struct text *out)
{
    struct listing *listing = call->state;
    if (call->item++ == 0)
        text_put(out, "# id (file) description\n");
    struct pattern_list *list = listing->next;
    if (list == NULL)
        return CLI_DONE;
    if (cli_is_list_of_kind(list, listing->is_map))
        put_list(out, list);
    listing->next = list->next;
    return CLI_MORE;
}

static void put_item(void *owner, const struct pattern_item *item)
{
    struct listing *listing = owner;
    text_printf(listing->out, "%p %s", (const void *)item, item->text);
    if (item->value != NULL)
        text_printf(listing->out, " %s", item->value);
    text_char(listing->out, '\n');
}

static enum cli_progress more_items(struct cli_call *call, struct text *out)
{
    struct listing *listing = call->state;
    listing->out = out;
    return pattern_list_walk(listing->list, listing->version, &listing->at, put_item, listing)
               ? CLI_MORE
               : CLI_DONE;
}

static void run_show(struct cli_call *call)
{
    bool has_version;
    unsigned at = 2;
    struct listing *listing = calloc(1, sizeof(*listing));
    if (listing == NULL) {
        cli_fail(call, "Out of memory.\n");
        return;
    }
    call->state = listing;
    call->release = cli_call_free_state;
    listing->is_map = cli_is_map(call);
    if (call->count < 3) {
        listing->next = call->snapshot->config->pattern_lists;
        call->more = more_lists;
        return;
    }
    listing->list = cli_take_list(call, &at, &listing->version, &has_version);
    if (listing->list != NULL)
        call->more = more_items;
}

/* ---- get ------------------------------------------------------------------------------------- */

/* How HAProxy would have found it. */
static bool is_in_tree(const struct pattern_use *use)
{
    return use->method == PATTERN_IP ||
           ((use->method == PATTERN_STR || use->method == PATTERN_BEG) && !use->ignore_case);
}

static void put_value(struct text *out, const struct pattern_use *use, const struct sample *value)
{
    char host[INET6_ADDRSTRLEN] = "";
    const char *type = use->value_type == SAMPLE_INT    ? "sint"
                       : use->value_type == SAMPLE_ADDR ? "ip"
                                                        : "str";
    text_put(out, ", value=\"");
    if (sample_type_is_text(value->type))
        text_bytes(out, value->text.data, value->text.len);
    else if (value->type == SAMPLE_IPV4)
        text_put(out, inet_ntop(AF_INET, &value->ipv4, host, sizeof(host)));
    else if (value->type == SAMPLE_IPV6)
        text_put(out, inet_ntop(AF_INET6, &value->ipv6, host, sizeof(host)));
    else
        text_s64(out, value->integer);
    text_printf(out, "\", type=\"%s\"", type);
}

static void put_found(struct text *out, const struct pattern_set *set, const struct sample *sample,
                      const struct sample_env *env, bool is_map)
{
    const struct pattern_use *use = pattern_set_use(set);
    struct sample key, value;
    bool is_found = pattern_set_key(set, sample, env, &key);
    text_put(out, is_found ? "yes" : "no");
    if (!is_found)
        return;
    text_printf(out, ", idx=%s, %s=\"", is_in_tree(use) ? "tree" : "list",
                is_map ? "key" : "pattern");
    text_bytes(out, key.text.data, key.text.len);
    text_char(out, '"');
    if (is_map && pattern_set_value(set, sample, env, &value))
        put_value(out, use, &value);
}

/* What each way of comparing that the configuration has for the list makes of the text. */
static void run_get(struct cli_call *call)
{
    bool is_map = cli_is_map(call);
    struct loop *loop = cli_call_loop(call);
    struct sample_scratch scratch = {.base = loop->scratch, .size = LOOP_SCRATCH_BYTES};
    struct sample_env env = {.snapshot = call->snapshot, .loop = loop, .scratch = &scratch};
    if (call->count < 4) {
        cli_fail(call, is_map ? "Missing map identifier and/or key.\n"
                              : "Missing ACL identifier and/or key.\n");
        return;
    }
    struct pattern_list *list = cli_find_list(call, call->words[2]);
    for (const struct pattern_set *set = list != NULL ? pattern_list_sets(list) : NULL; set != NULL;
         set = pattern_set_next(set)) {
        const struct pattern_use *use = pattern_set_use(set);
        struct sample sample = {0};
        sample_set_text(&sample, SAMPLE_STRING, call->words[3], strlen(call->words[3]));
        text_printf(call->out, "type=%s, case=%s, %s=", pattern_method_name(use->method),
                    use->ignore_case ? "insensitive" : "sensitive", is_map ? "found" : "match");
        if (sample_cast(&sample, pattern_method_takes(use->method), &env))
            put_found(call->out, set, &sample, &env, is_map);
        else
            text_put(call->out, "no");
        text_char(call->out, '\n');
    }
}

/* clang-format off */
const struct cli_command cli_list_commands[] = {
    {"show map", CONF_ADMIN_USER, "show map [@ver] [map]", "report available maps or dump a map's contents", run_show, NULL},
    {"show acl", CONF_ADMIN_USER, "show acl [@<ver>] <acl>]", "report available acls or dump an acl's contents", run_show, NULL},
    {"get map", CONF_ADMIN_USER, "get map <acl> <value>", "report the keys and values matching a sample for a map", run_get, NULL},
    {"get acl", CONF_ADMIN_USER, "get acl <acl> <value>", "report the patterns matching a sample for an ACL", run_get, NULL},
    {0},
};
/* clang-format on */
