/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies line by line. An @include counts as one where libconfig takes it for one: alone at the
 * start of a line, not within a comment or a string that began on an earlier line.
 */
#include "config/libconfig/text.h"

#include <string.h>

enum { INCLUDE_DEPTH_MAX = 10, INCLUDES_MAX = 1000, JOINED_MAX_BYTES = 2 * CONF_FILE_MAX_BYTES };

/* What a line begins inside of. */
enum outside { IN_CODE, IN_COMMENT, IN_STRING };

struct joining {
    struct loader *l;
    struct joined_text *out;
    const char *stack[INCLUDE_DEPTH_MAX]; /* files that include one another */
    size_t depth;
    size_t includes;
};

static bool join(struct joining *j, const struct conf_text *text);

/* The state at the end of a line that began in `state`. */
static enum outside scan_line(const char *line, size_t len, enum outside state)
{
    for (size_t i = 0; i < len; i++) {
        bool pair = i + 1 < len;
        if (state == IN_COMMENT) {
            if (pair && line[i] == '*' && line[i + 1] == '/') {
                state = IN_CODE;
                i++;
            }
        } else if (state == IN_STRING) {
            if (line[i] == '\\')
                i++;
            else if (line[i] == '"')
                state = IN_CODE;
        } else if (line[i] == '#' || (pair && line[i] == '/' && line[i + 1] == '/')) {
            return IN_CODE;
        } else if (pair && line[i] == '/' && line[i + 1] == '*') {
            state = IN_COMMENT;
            i++;
        } else if (line[i] == '"') {
            state = IN_STRING;
        }
    }
    return state;
}

static void *grow(struct loader *l, void *old, size_t count, size_t wanted, size_t *capacity,
                  size_t item_bytes)
{
    if (wanted <= *capacity)
        return old;
    while (*capacity < wanted)
        *capacity = *capacity == 0 ? 4096 : *capacity * 2;
    void *larger = arena_alloc(l->scratch, *capacity * item_bytes);
    if (count > 0)
        memcpy(larger, old, count * item_bytes);
    return larger;
}

static void append_line(struct joining *j, const char *line, size_t len, struct joined_line from)
{
    struct joined_text *out = j->out;
    out->bytes = grow(j->l, out->bytes, out->len, out->len + len + 2, &out->capacity, 1);
    memcpy(out->bytes + out->len, line, len);
    out->len += len;
    out->bytes[out->len++] = '\n';
    out->bytes[out->len] = '\0';
    out->lines = grow(j->l, out->lines, out->line_count, out->line_count + 1, &out->line_capacity,
                      sizeof *out->lines);
    out->lines[out->line_count++] = from;
}

/* The file name of `@include "name"`; NULL if the line is something else. */
static const char *include_of(const char *line, size_t len, size_t *name_len_out)
{
    size_t i = strspn(line, " \t");
    if (i + 8 > len || strncmp(line + i, "@include", 8) != 0)
        return NULL;
    i += 8 + strspn(line + i + 8, " \t");
    if (i >= len || line[i] != '"')
        return NULL;
    const char *end = memchr(line + i + 1, '"', len - i - 1);
    if (end == NULL)
        return NULL;
    *name_len_out = (size_t)(end - line) - i - 1;
    return line + i + 1;
}

/* Relative names count from the folder of the file that includes. */
static const char *beside(struct conf_arena *arena, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    if (*name == '/' || slash == NULL)
        return arena_copy(arena, name);
    return arena_printf(arena, "%.*s/%s", (int)(slash - file), file, name);
}

static bool include(struct joining *j, const char *name, struct conf_span span)
{
    struct loader *l = j->l;
    const char *path = beside(l->arena, span.place.file, name);
    for (size_t i = 0; i < j->depth; i++) {
        if (strcmp(j->stack[i], path) == 0) {
            CONF_FAIL(l, span, "remove one of the two", "'%s' includes itself", path);
            return false;
        }
    }
    if (j->depth == INCLUDE_DEPTH_MAX || ++j->includes > INCLUDES_MAX) {
        CONF_FAIL(l, span, NULL, "too many files include one another: at most %d, %d deep",
                  INCLUDES_MAX, INCLUDE_DEPTH_MAX);
        return false;
    }
    size_t len = 0;
    const char *bytes = loader_read(l, l->scratch, path, span, &len);
    if (bytes == NULL)
        return false;
    if (j->out->len + len > JOINED_MAX_BYTES) {
        CONF_FAIL(l, span, NULL, "the included files are larger than %d bytes", JOINED_MAX_BYTES);
        return false;
    }
    return join(j, conf_report_add_text(l->report, path, bytes, len));
}

static bool join(struct joining *j, const struct conf_text *text)
{
    enum outside state = IN_CODE;
    bool ok = true;
    /* places of the model name the file, and outlive the text, which is the report's */
    const char *file = arena_copy(j->l->arena, text->file);
    j->stack[j->depth++] = file;
    for (size_t n = 0; n < text->line_count; n++) {
        const char *line = text->bytes + text->line_starts[n];
        size_t len = strcspn(line, "\n");
        size_t name_len = 0;
        const char *name = state == IN_CODE ? include_of(line, len, &name_len) : NULL;
        struct joined_line from = {file, (unsigned)n + 1};
        if (name == NULL) {
            append_line(j, line, len, from);
            state = scan_line(line, len, state);
            continue;
        }
        struct conf_span span = {{file, from.line, (unsigned)(name - line)},
                                 (unsigned)name_len + 2};
        ok = include(j, arena_copy_bytes(j->l->scratch, name, name_len), span) && ok;
    }
    j->depth--;
    return ok;
}

bool joined_text_make(struct loader *l, const struct conf_text *text,
                      struct joined_text *joined_out)
{
    *joined_out = (struct joined_text){0};
    struct joining j = {.l = l, .out = joined_out};
    append_line(&j, "", 0, (struct joined_line){text->file, 1});
    joined_out->len = 0; /* so that there is a text, be the file empty */
    joined_out->bytes[0] = '\0';
    joined_out->line_count = 0;
    return join(&j, text);
}

struct conf_place joined_text_place(const struct joined_text *joined, unsigned line,
                                    unsigned column)
{
    if (joined->line_count == 0)
        return (struct conf_place){0};
    size_t i = line == 0 ? 0 : line - 1;
    if (i >= joined->line_count)
        i = joined->line_count - 1;
    return (struct conf_place){joined->lines[i].file, joined->lines[i].line, column};
}
