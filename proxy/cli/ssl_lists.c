/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of lists, gathered from the places; see ssl_lists.h. */
#include "proxy/cli/ssl_lists.h"

#include <stdlib.h>
#include <string.h>

char *ssl_list_name(char *word)
{
    size_t len = strlen(word);
    while (len > 1 && word[len - 1] == '/')
        word[--len] = '\0';
    return word;
}

struct gathering {
    const char *list; /* NULL: any */
    struct ssl_entries *entries;
    bool is_short; /* of memory */
};

static void clear_entry(struct ssl_entry *entry)
{
    free(entry->list);
    free(entry->file);
    free(entry->words);
}

static bool add_entry(struct ssl_entries *entries, const struct tls_certificate_info *info)
{
    const struct tls_listing *listing = &info->listing;
    struct ssl_entry *grown = realloc(entries->items, (entries->count + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    entries->items = grown;
    struct ssl_entry *entry = &entries->items[entries->count++];
    *entry = (struct ssl_entry){
        .list = strdup(listing->list),
        .file = strdup(info->file),
        .words = strdup(listing->words != NULL ? listing->words : ""),
        .line = listing->line,
    };
    return entry->list != NULL && entry->file != NULL && entry->words != NULL;
}

static void gather(void *owner, const struct ssl_use *use)
{
    struct gathering *gathering = owner;
    const char *list = use->info->listing.list;
    if (list == NULL || gathering->is_short ||
        (gathering->list != NULL && strcmp(list, gathering->list) != 0))
        return;
    gathering->is_short = !add_entry(gathering->entries, use->info);
}

static int compare(const void *a, const void *b)
{
    const struct ssl_entry *x = a, *y = b;
    int lists = strcmp(x->list, y->list);
    if (lists != 0 || x->line != y->line)
        return lists != 0 ? lists : x->line < y->line ? -1 : 1;
    return strcmp(x->file, y->file);
}

/* Binds that share a list tell each of its lines once more. */
static void drop_doubles(struct ssl_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (kept > 0 && compare(&entries->items[kept - 1], &entries->items[i]) == 0)
            clear_entry(&entries->items[i]);
        else
            entries->items[kept++] = entries->items[i];
    }
    entries->count = kept;
}

int ssl_entries_read(const struct snapshot *snapshot, const char *list,
                     struct ssl_entries *entries_out)
{
    struct gathering gathering = {.list = list, .entries = entries_out};
    *entries_out = (struct ssl_entries){0};
    ssl_places_visit_all(snapshot, gather, &gathering);
    if (gathering.is_short)
        return -1;
    if (entries_out->count > 0)
        qsort(entries_out->items, entries_out->count, sizeof(entries_out->items[0]), compare);
    drop_doubles(entries_out);
    return 0;
}

void ssl_entries_clear(struct ssl_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        clear_entry(&entries->items[i]);
    free(entries->items);
    *entries = (struct ssl_entries){0};
}
