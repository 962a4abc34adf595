/* SPDX-License-Identifier: Apache-2.0 */
/* show, del ssl crt-list: lists of certificates as they serve, and what leaves them. */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/ssl_lists.h"

#include <stdlib.h>
#include <string.h>

/* ---- show ------------------------------------------------------------------------------------ */

struct listing {
    struct ssl_entries entries;
    bool has_numbers, has_lines; /* else the names of lists alone */
};

static void free_listing(struct cli_call *call)
{
    struct listing *listing = call->state;
    ssl_entries_clear(&listing->entries);
    cli_call_free_state(call);
}

static enum cli_progress more_lines(struct cli_call *call, struct text *out)
{
    const struct listing *listing = call->state;
    if (call->item == listing->entries.count)
        return CLI_DONE;
    const struct ssl_entry *entry = &listing->entries.items[call->item++];
    text_put(out, entry->file);
    if (listing->has_numbers)
        text_printf(out, ":%u", entry->line);
    text_printf(out, "%s%s\n", *entry->words != '\0' ? " " : "", entry->words);
    return CLI_MORE;
}

static enum cli_progress more_lists(struct cli_call *call, struct text *out)
{
    const struct ssl_entries *entries = &((const struct listing *)call->state)->entries;
    const char *before = call->item > 0 ? entries->items[call->item - 1].list : "";
    if (call->item == entries->count)
        return CLI_DONE;
    const char *list = entries->items[call->item++].list;
    if (strcmp(list, before) != 0)
        text_printf(out, "%s\n", list);
    return CLI_MORE;
}

static void run_show(struct cli_call *call)
{
    bool has_numbers = strcmp(call->words[3], "-n") == 0;
    if (has_numbers)
        call->words[3] = call->words[4];
    const char *list = *call->words[3] != '\0' ? ssl_list_name(call->words[3]) : NULL;
    if (has_numbers && list == NULL) {
        cli_fail(call, "'show ssl crt-list -n' expects a filename or a directory\n");
        return;
    }
    struct listing *listing = calloc(1, sizeof(*listing));
    if (listing == NULL)
        return;
    call->state = listing;
    call->release = free_listing;
    listing->has_numbers = has_numbers;
    if (ssl_entries_read(call->snapshot, list, &listing->entries) != 0)
        cli_fail(call, "out of memory\n");
    else if (list != NULL && listing->entries.count == 0)
        cli_fail(call, "didn't find the specified filename\n");
    else {
        if (list != NULL)
            text_printf(call->out, "# %s\n", list);
        call->more = list != NULL ? more_lines : more_lists;
    }
}

/* ---- del ------------------------------------------------------------------------------------- */

/* The lines of the list with that file, as "4, 5, 6"; how many there are. */
static size_t tell_lines(const struct ssl_entries *entries, const char *file, struct text *out)
{
    size_t count = 0;
    for (size_t i = 0; i < entries->count; i++)
        if (strcmp(entries->items[i].file, file) == 0)
            text_printf(out, "%s%u", count++ > 0 ? ", " : "", entries->items[i].line);
    return count;
}

static const struct ssl_entry *find_entry(const struct ssl_entries *entries, const char *file,
                                          const char *number)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct ssl_entry *entry = &entries->items[i];
        if (strcmp(entry->file, file) == 0 &&
            (number == NULL || strtoul(number, NULL, 10) == entry->line))
            return entry;
    }
    return NULL;
}

/* Which one is meant; NULL after the message. */
static const struct ssl_entry *choose_entry(struct cli_call *call,
                                            const struct ssl_entries *entries, const char *file,
                                            const char *number)
{
    struct text text;
    char lines[512];
    text_init(&text, lines, sizeof(lines));
    size_t count = tell_lines(entries, file, &text);
    const struct ssl_entry *entry = find_entry(entries, file, number);
    if (count == 0)
        cli_fail(call,
                 "Can't delete the entry: certificate '%s' can't be found in crt-list '%s'!\n",
                 file, call->words[3]);
    else if (entry == NULL)
        cli_fail(call,
                 "Can't delete the entry: found a certificate '%s' but the line number is "
                 "incorrect, please specify a correct line number preceded by colons (%s)!\n",
                 file, lines);
    else if (count == 1 || number != NULL)
        return entry;
    else
        cli_fail(call,
                 "Can't delete the entry: found the certificate '%s' in several entries, please "
                 "specify a line number preceded by colons (%s)!\n",
                 file, lines);
    return NULL;
}

/* Tells the binds whose first certificate it is. */
struct defaults {
    struct cli_call *call;
    const struct ssl_entry *entry;
    size_t count;
};

static void tell_default(void *owner, const struct ssl_use *use)
{
    struct defaults *defaults = owner;
    const struct tls_listing *listing = &use->info->listing;
    const struct ssl_entry *entry = defaults->entry;
    if (use->bind == NULL || !use->is_first || listing->list == NULL ||
        strcmp(listing->list, entry->list) != 0 || listing->line != entry->line ||
        strcmp(use->info->file, entry->file) != 0)
        return;
    if (defaults->count++ == 0)
        cli_fail(defaults->call,
                 "Can't delete the entry: certificate '%s' cannot be deleted, it is used as "
                 "default certificate by the following frontends:\n",
                 entry->file);
    const struct conf_place *place = &use->bind->conf->place;
    text_printf(defaults->call->out, "\t- %s:%u\n", place->file, place->line);
}

/* It goes on as a file that no line uses. */
static void remove_entry(struct cli_call *call, const struct ssl_entry *entry)
{
    struct tls_error_text error;
    struct tls_draft *draft = ssl_places_find(call->snapshot, entry->file);
    const struct tls_listing listing = {.list = entry->list, .line = entry->line};
    if (draft == NULL || ssl_places_remove(call->snapshot, entry->file, &listing, &error) != 0) {
        cli_fail(call, "Can't delete the entry: out of memory\n");
        tls_draft_free(draft);
        return;
    }
    if (ssl_places_count(call->snapshot, entry->file) > 0 ||
        ssl_shelf_put(&call->cli->shelf, draft) != 0)
        tls_draft_free(draft);
    cli_say(call, LOG_NOTICE, "Entry '%s' deleted in crtlist '%s'!\n", entry->file, entry->list);
}

/* "file:4"; false after the message. */
static bool cut_number(struct cli_call *call, char **number_out)
{
    char *word = call->words[4], *end, *colon = strrchr(word, ':');
    *number_out = NULL;
    if (colon == NULL)
        return true;
    (void)strtoul(colon + 1, &end, 10);
    if (colon[1] == '\0' || *end != '\0') {
        cli_fail(call, "Can't delete the entry: wrong line number after colons in '%s'!\n", word);
        return false;
    }
    *colon = '\0';
    *number_out = colon + 1;
    return true;
}

static void delete_line(struct cli_call *call, const struct ssl_entries *entries)
{
    char *number;
    const char *file = call->words[4];
    if (entries->count == 0) {
        cli_fail(call, "Can't delete the entry: crt-list '%s' does not exist!\n", call->words[3]);
        return;
    }
    if (!cut_number(call, &number))
        return;
    if (ssl_places_count(call->snapshot, file) == 0 &&
        ssl_shelf_find(&call->cli->shelf, file) == NULL) {
        cli_fail(call, "Can't delete the entry: certificate '%s' does not exist!\n", file);
        return;
    }
    struct defaults defaults = {.call = call, .entry = choose_entry(call, entries, file, number)};
    if (defaults.entry == NULL)
        return;
    ssl_places_visit_all(call->snapshot, tell_default, &defaults);
    if (defaults.count == 0)
        remove_entry(call, defaults.entry);
}

static void run_del(struct cli_call *call)
{
    struct ssl_entries entries;
    if (*call->words[3] == '\0' || *call->words[4] == '\0') {
        cli_fail(call, "'del ssl crtlist' expects a filename and a certificate name\n");
        return;
    }
    if (ssl_entries_read(call->snapshot, ssl_list_name(call->words[3]), &entries) == 0)
        delete_line(call, &entries);
    else
        cli_fail(call, "out of memory\n");
    ssl_entries_clear(&entries);
}

/* clang-format off */
const struct cli_command cli_ssl_list_commands[] = {
    {"show ssl crt-list", CONF_ADMIN_ADMIN, "show ssl crt-list [-n] [<list>]", "show the list of crt-lists or the content of a crt-list file <list>", run_show, NULL},
    {"del ssl crt-list", CONF_ADMIN_ADMIN, "del ssl crt-list <list> <cert[:line]>", "delete a line <cert> from crt-list file <list>", run_del, NULL},
    {0},
};
/* clang-format on */
