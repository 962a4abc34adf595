/* SPDX-License-Identifier: Apache-2.0 */
/*
 * add ssl crt-list: a certificate comes to a list, and so to all binds that have it.
 *
 * Words in brackets would want a context of their own, whose files are read by a load: lines that have them are refused.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/ssl_lists.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"
#define NAMES_MAX 256

/* The line that is to be added, cut into what it says. */
struct new_line {
    char *file, *words; /* the second is owned */
    char nothing[1];
    const char *names[NAMES_MAX], *excluded[NAMES_MAX];
    struct tls_wanted_names wanted;
};

/* The next word, cut out; NULL at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS);
    *rest = word + strcspn(word, BLANKS);
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return *word != '\0' ? word : NULL;
}

/* NULL, or what is wrong with it. */
static const char *read_names(char *rest, struct new_line *line)
{
    for (char *name; (name = next_word(&rest)) != NULL && *name != '#';) {
        if (line->wanted.count == NAMES_MAX || line->wanted.excluded_count == NAMES_MAX)
            return "too many names in the line";
        if (*name == '[')
            return "words in brackets take effect by the file and a reload";
        if (*name == '!')
            line->excluded[line->wanted.excluded_count++] = name + 1;
        else
            line->names[line->wanted.count++] = name;
    }
    return NULL;
}

/* The first word and the rest of a payload of one line, or the word of the command. */
static const char *read_line(struct cli_call *call, struct new_line *line)
{
    char *rest = line->nothing;
    line->file = call->words[4];
    if (call->payload != NULL) {
        rest = call->payload;
        size_t len = strlen(rest);
        if (len > 0 && rest[len - 1] == '\n')
            rest[--len] = '\0';
        if (strchr(rest, '\n') != NULL)
            return "only one line of payload is supported!";
        line->file = next_word(&rest);
    }
    if (line->file == NULL)
        return "the line is empty";
    rest += strspn(rest, BLANKS);
    line->words = strdup(rest);
    if (line->words == NULL)
        return "out of memory";
    line->wanted.names = line->names;
    line->wanted.excluded = line->excluded;
    return read_names(rest, line);
}

/* Whether a folder may have the file; false after the message. */
static bool may_be_in_folder(struct cli_call *call, const struct ssl_entries *entries,
                             const char *file)
{
    const char *folder = entries->items[0].list;
    size_t len = strlen(folder);
    if (strncmp(file, folder, len) != 0 || file[len] != '/') {
        cli_fail(call,
                 "Can't edit the crt-list: '%s' is a directory, certificate path '%s' must contain "
                 "the directory path\n",
                 folder, file);
        return false;
    }
    for (size_t i = 0; i < entries->count; i++)
        if (strcmp(entries->items[i].file, file) == 0) {
            cli_fail(call, "Can't edit the crt-list: file already exists in this directory!\n");
            return false;
        }
    return true;
}

static bool may_be_in(struct cli_call *call, const struct ssl_entries *entries, const char *file)
{
    bool is_folder = entries->items[0].line == 0;
    return !is_folder || may_be_in_folder(call, entries, file);
}

/* What the file holds, wherever it is; the caller's. NULL after the message. */
static struct tls_draft *find_draft(struct cli_call *call, const char *file)
{
    const struct tls_draft *waiting = ssl_shelf_find(&call->cli->shelf, file);
    struct tls_draft *draft = ssl_places_find(call->snapshot, file);
    if (draft == NULL && waiting != NULL && tls_draft_is_empty(waiting))
        cli_fail(call, "Can't edit the crt-list: certificate '%s' is empty!\n", file);
    else if (draft == NULL && waiting == NULL)
        cli_fail(call, "Can't edit the crt-list: certificate '%s' does not exist!\n", file);
    else if (draft == NULL)
        draft = tls_draft_copy(waiting);
    return draft;
}

struct counting {
    const char *list;
    const struct bind *latest;
    size_t count;
};

static void count_bind(void *owner, const struct ssl_use *use)
{
    struct counting *counting = owner;
    const char *list = use->info->listing.list;
    if (list == NULL || strcmp(list, counting->list) != 0 || use->bind == counting->latest)
        return;
    counting->latest = use->bind;
    counting->count++;
}

static void insert(struct cli_call *call, const char *list, const struct ssl_entries *entries,
                   struct new_line *line)
{
    struct tls_error_text error;
    struct counting counting = {.list = list};
    struct tls_draft *draft = find_draft(call, line->file);
    if (draft == NULL)
        return;
    line->wanted.listing = (struct tls_listing){
        .list = list, .line = entries->items[entries->count - 1].line + 1, .words = line->words};
    if (ssl_places_insert(call->snapshot, draft, &line->wanted, &error) == 0) {
        ssl_places_visit_all(call->snapshot, count_bind, &counting);
        text_printf(call->out, "Inserting certificate '%s' in crt-list '%s'", line->file, list);
        while (counting.count-- > 0)
            text_put(call->out, ".");
        text_put(call->out, "\nSuccess!\n");
    } else {
        cli_fail(call, "Can't edit the crt-list: %s\n", error.text);
    }
    tls_draft_free(draft);
}

static void add_line(struct cli_call *call, const char *list, const struct ssl_entries *entries)
{
    struct new_line line = {.file = NULL};
    const char *fault = entries->count > 0 ? read_line(call, &line) : NULL;
    if (entries->count == 0)
        cli_fail(call, "Can't edit the crt-list: crt-list '%s' does not exist!\n", list);
    else if (fault != NULL)
        cli_fail(call, "Can't edit the crt-list: %s\n", fault);
    else if (may_be_in(call, entries, line.file))
        insert(call, list, entries, &line);
    free(line.words);
}

static void run_add(struct cli_call *call)
{
    struct ssl_entries entries;
    if (*call->words[3] == '\0' || (call->payload == NULL && *call->words[4] == '\0')) {
        cli_fail(call, "'add ssl crtlist' expects a filename and a certificate name\n");
        return;
    }
    const char *list = ssl_list_name(call->words[3]);
    if (ssl_entries_read(call->snapshot, list, &entries) == 0)
        add_line(call, list, &entries);
    else
        cli_fail(call, "out of memory\n");
    ssl_entries_clear(&entries);
}

/* clang-format off */
const struct cli_command cli_ssl_list_add_commands[] = {
    {"add ssl crt-list", CONF_ADMIN_ADMIN, "add ssl crt-list <list> <cert> [opts]*", "add to crt-list file <list> a line <cert> or a payload", run_add, NULL},
    {0},
};
/* clang-format on */
