/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of a stick table's definition: type ip size 100k expire 30m store conn_rate(10s). */
#include "config/stick_table_priv.h"

#include <string.h>

#include "config/line.h"
#include "config/suggest.h"
#include "config/value.h"

enum { TEXT_BYTES = 32, ARRAY_MAX = 100 };

static const unsigned type_bytes[CONF_STICK_TYPES] = {
    [CONF_STICK_IP] = 4,
    [CONF_STICK_IPV6] = 16,
    [CONF_STICK_INTEGER] = 4,
    [CONF_STICK_STRING] = TEXT_BYTES - 1, /* HAProxy counts its NUL */
    [CONF_STICK_BINARY] = TEXT_BYTES,
};

/* A line as it is read. */
struct reading {
    struct loader *l;
    const struct conf_line *line;
    size_t at;
    struct conf_stick_table *table;
    bool has_type;
};

static const struct conf_word *next_word(struct reading *r, const char *of)
{
    if (r->at < r->line->word_count)
        return &r->line->words[r->at++];
    CONF_FAIL(r->l, r->line->span,
              "type TYPE [len N] size N [expire TIME] [nopurge] [store DATA,...]",
              "stick-table: '%s' needs a value", of);
    return NULL;
}

static void refuse(struct reading *r, const struct conf_word *word, const char *what,
                   const char *help)
{
    CONF_FAIL(r->l, word->span, help, "stick-table: '%s' is not %s", word->text, what);
}

static void read_len(struct reading *r, const struct conf_word *type)
{
    const struct conf_word *next = r->at < r->line->word_count ? &r->line->words[r->at] : NULL;
    long long len;
    if (next == NULL || strcmp(next->text, "len") != 0)
        return;
    r->at++;
    const struct conf_word *word = next_word(r, "len");
    if (word == NULL)
        return;
    if (r->table->type != CONF_STICK_STRING && r->table->type != CONF_STICK_BINARY)
        CONF_FAIL(r->l, word->span, "it goes with string and binary",
                  "stick-table: keys of type %s have one length", type->text);
    else if (value_integer(word->text, &len) != 0 || len < 1 || len > 65535)
        refuse(r, word, "a length", "from 1 to 65535");
    else
        r->table->key_bytes = (unsigned)len;
}

static void read_type(struct reading *r)
{
    const struct conf_word *word = next_word(r, "type");
    if (word == NULL)
        return;
    struct suggestion s;
    suggestion_start(&s, word->text);
    for (unsigned i = 0; i < CONF_STICK_TYPES; i++) {
        suggestion_try(&s, stick_type_names[i]);
        if (strcmp(stick_type_names[i], word->text) != 0)
            continue;
        r->has_type = true;
        r->table->type = (enum conf_stick_type)i;
        r->table->key_bytes = type_bytes[i];
        read_len(r, word);
        return;
    }
    refuse(r, word, "a type of keys",
           s.best != NULL ? arena_printf(r->l->scratch, "did you mean '%s'?", s.best)
                          : "ip, ipv6, integer, string or binary");
}

static void read_size(struct reading *r)
{
    const struct conf_word *word = next_word(r, "size");
    if (word != NULL && (value_size(word->text, &r->table->size) != 0 || r->table->size == 0))
        refuse(r, word, "a size", "as in: 100k");
}

static void read_expire(struct reading *r)
{
    const struct conf_word *word = next_word(r, "expire");
    if (word != NULL && value_duration(word->text, 1000, &r->table->expire_ms) != 0)
        refuse(r, word, "a time", "as in: 30m");
}

static void read_nopurge(struct reading *r)
{
    r->table->nopurge = 1;
}

static void read_peers(struct reading *r)
{
    const struct conf_word *word = next_word(r, "peers");
    if (word != NULL)
        CONF_WARN(r->l, word->span, "each instance counts for itself; tables live on over reloads",
                  "stick-table: nothing is told to the peers '%s' yet", word->text);
}

static void skip_value(struct reading *r)
{
    (void)next_word(r, "it");
}

/* The index of a data type; CONF_STICK_DATA after reporting. */
static enum conf_stick_data find_data(struct reading *r, const struct conf_word *word,
                                      const char *name)
{
    struct suggestion s;
    suggestion_start(&s, name);
    for (unsigned i = 0; i < CONF_STICK_DATA; i++) {
        if (strcmp(stick_data_rows[i].name, name) == 0)
            return (enum conf_stick_data)i;
        suggestion_try(&s, stick_data_rows[i].name);
    }
    CONF_FAIL(r->l, word->span,
              s.best != NULL ? arena_printf(r->l->scratch, "did you mean '%s'?", s.best)
                             : "type TYPE [len N] size N [expire TIME] [nopurge] [store DATA,...]",
              "stick-table: there is no data type '%s'", name);
    return CONF_STICK_DATA;
}

/* "gpc0", "conn_rate(10s)", "gpt(5)", "gpc_rate(5,10s)": the next one of a list; moves *at behind it. */
static void read_data(struct reading *r, const struct conf_word *word, const char **at)
{
    size_t name_len = strcspn(*at, "(,");
    const char *name = arena_copy_bytes(r->l->arena, *at, name_len), *args = "";
    *at += name_len;
    if (**at == '(') {
        size_t len = strcspn(*at + 1, ")");
        args = arena_copy_bytes(r->l->arena, *at + 1, len);
        *at += 1 + len + ((*at)[1 + len] == ')');
    }
    *at += **at == ',';
    enum conf_stick_data which = find_data(r, word, name);
    if (which == CONF_STICK_DATA)
        return;
    const struct stick_data_row *row = &stick_data_rows[which];
    long long count = 1;
    unsigned period_ms = 0;
    if (row->is_array) {
        size_t len = strcspn(args, ",");
        const char *text = arena_copy_bytes(r->l->scratch, args, len);
        args += len + (args[len] == ',');
        if (value_integer(text, &count) != 0 || count < 1 || count > ARRAY_MAX) {
            CONF_FAIL(r->l, word->span, "from 1 to 100",
                      "stick-table: '%s' needs a number of elements", name);
            return;
        }
    }
    if (row->kind == STICK_RATE && (value_duration(args, 1000, &period_ms) != 0 || period_ms == 0))
        CONF_FAIL(r->l, word->span,
                  arena_printf(r->l->scratch, "as in: %s(%s10s)", name, row->is_array ? "1," : ""),
                  "stick-table: '%s' needs a period", name);
    else if (row->kind != STICK_RATE && *args != '\0')
        CONF_FAIL(r->l, word->span, "remove the parentheses", "stick-table: '%s' takes no period",
                  name);
    r->table->data[which].count = (unsigned)count;
    r->table->data[which].period_ms = period_ms;
}

static void read_store(struct reading *r)
{
    const struct conf_word *word = next_word(r, "store");
    const char *at = word != NULL ? word->text : "";
    while (*at != '\0')
        read_data(r, word, &at);
}

static const struct {
    const char *name;
    void (*read)(struct reading *r);
} parts[] = {
    {"type", read_type},       {"size", read_size},   {"expire", read_expire},
    {"nopurge", read_nopurge}, {"peers", read_peers}, {"store", read_store},
    {"srvkey", skip_value}, /* servers are kept by their names */
};

static void read_part(struct reading *r)
{
    const struct conf_word *word = &r->line->words[r->at++];
    struct suggestion s;
    suggestion_start(&s, word->text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        suggestion_try(&s, parts[i].name);
        if (strcmp(parts[i].name, word->text) != 0)
            continue;
        parts[i].read(r);
        return;
    }
    CONF_FAIL(r->l, word->span,
              s.best != NULL ? arena_printf(r->l->scratch, "did you mean '%s'?", s.best)
                             : "type TYPE [len N] size N [expire TIME] [nopurge] [store DATA,...]",
              "unknown keyword '%s' of 'stick-table'", word->text);
}

/* Arrays hold what gpc0 and its like hold, so a table has one or the other. */
static void check_arrays(struct loader *l, const struct conf_line *line,
                         const struct conf_stick_table *table)
{
    static const struct {
        enum conf_stick_data array, single, second;
    } same[] = {
        {CONF_STICK_GPC, CONF_STICK_GPC0, CONF_STICK_GPC1},
        {CONF_STICK_GPC_RATE, CONF_STICK_GPC0_RATE, CONF_STICK_GPC1_RATE},
        {CONF_STICK_GPT, CONF_STICK_GPT0, CONF_STICK_GPT0},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        unsigned singles = table->data[same[i].single].count + table->data[same[i].second].count;
        if (table->data[same[i].array].count == 0 || singles == 0)
            continue;
        CONF_FAIL(l, line->span, "keep the array: its element 0 is the other one",
                  "stick-table: '%s' and '%s' hold the same", stick_data_rows[same[i].array].name,
                  stick_data_rows[same[i].single].name);
    }
}

void stick_table_read(struct loader *l, const struct conf_line *line,
                      struct conf_stick_table *table)
{
    struct reading r = {.l = l, .line = line, .table = table};
    while (r.at < line->word_count)
        read_part(&r);
    if (!r.has_type || table->size == 0)
        CONF_FAIL(l, line->span, "as in: stick-table type ip size 100k expire 30m",
                  "stick-table: %s is missing", r.has_type ? "the size" : "the type");
    check_arrays(l, line, table);
}
