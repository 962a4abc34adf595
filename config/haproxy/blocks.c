/* SPDX-License-Identifier: Apache-2.0 */
/* A stack of .if blocks; the conditions themselves are in haproxy/conditions.c. */
#include "config/haproxy/blocks.h"

#include <string.h>

#include "config/suggest.h"

struct dot_line {
    struct loader *l;
    const struct haproxy_env *env;
    struct haproxy_blocks *b;
    const struct haproxy_words *words;
};

bool haproxy_blocks_active(const struct haproxy_blocks *b)
{
    return b->depth == 0 || b->stack[b->depth - 1].active;
}

static struct conf_span span_of(const struct dot_line *d)
{
    return d->words->items[0].span;
}

/* The innermost block; NULL after reporting that there is none. */
static struct haproxy_block *block_of(const struct dot_line *d)
{
    if (d->b->depth > 0)
        return &d->b->stack[d->b->depth - 1];
    CONF_FAIL(d->l, span_of(d), "write .if before it", "'%s' without '.if'",
              d->words->items[0].text);
    return NULL;
}

static bool outer_active(const struct haproxy_blocks *b)
{
    return b->depth < 2 || b->stack[b->depth - 2].active;
}

/* Is the condition of this line true? It is not looked at where it cannot matter. */
static void enter_branch(const struct dot_line *d, struct haproxy_block *block)
{
    bool value = false;
    block->active = false;
    if (!outer_active(d->b) || block->taken || !haproxy_condition(d->l, d->env, d->words, &value))
        return;
    block->active = block->taken = value;
}

static void on_if(const struct dot_line *d)
{
    if (d->b->depth == HAPROXY_BLOCKS_MAX) {
        CONF_FAIL(d->l, span_of(d), NULL, "'.if' within '.if', more than %d deep",
                  HAPROXY_BLOCKS_MAX);
        return;
    }
    d->b->stack[d->b->depth++] = (struct haproxy_block){.span = span_of(d)};
    enter_branch(d, &d->b->stack[d->b->depth - 1]);
}

static void on_elif(const struct dot_line *d)
{
    struct haproxy_block *block = block_of(d);
    if (block != NULL && block->has_else)
        CONF_FAIL(d->l, span_of(d), "put it before the '.else'", "'.elif' after '.else'");
    else if (block != NULL)
        enter_branch(d, block);
}

static void on_else(const struct dot_line *d)
{
    struct haproxy_block *block = block_of(d);
    if (block == NULL)
        return;
    if (block->has_else)
        CONF_FAIL(d->l, span_of(d), "one of them is enough", "a second '.else'");
    block->has_else = true;
    block->active = outer_active(d->b) && !block->taken;
    block->taken = true;
}

static void on_endif(const struct dot_line *d)
{
    if (block_of(d) != NULL)
        d->b->depth--;
}

static void say(const struct dot_line *d, enum conf_severity severity)
{
    const char *text = "";
    for (size_t i = 1; i < d->words->count; i++)
        text =
            arena_printf(d->l->scratch, "%s%s%s", text, i > 1 ? " " : "", d->words->items[i].text);
    if (haproxy_blocks_active(d->b))
        conf_report_add(d->l->report, severity, span_of(d), NULL, "%s", text);
}

static void on_notice(const struct dot_line *d)
{
    say(d, CONF_NOTE);
}

static void on_warning(const struct dot_line *d)
{
    say(d, CONF_WARNING);
}

static void on_alert(const struct dot_line *d)
{
    say(d, CONF_ERROR);
}

static const struct {
    const char *name;
    void (*take)(const struct dot_line *d);
    bool alone; /* nothing may follow */
} lines[] = {
    {".if", on_if, false},       {".elif", on_elif, false},     {".else", on_else, true},
    {".endif", on_endif, true},  {".notice", on_notice, false}, {".warning", on_warning, false},
    {".alert", on_alert, false}, {".diag", on_notice, false},
};

void haproxy_blocks_line(struct loader *l, const struct haproxy_env *env, struct haproxy_blocks *b,
                         const struct haproxy_words *words)
{
    const struct dot_line d = {.l = l, .env = env, .b = b, .words = words};
    const char *name = words->items[0].text;
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        suggestion_try(&suggestion, lines[i].name);
        if (strcmp(lines[i].name, name) != 0)
            continue;
        if (lines[i].alone && words->count > 1)
            CONF_FAIL(l, words->items[1].span, NULL, "nothing may follow '%s'", name);
        lines[i].take(&d);
        return;
    }
    if (haproxy_blocks_active(b))
        CONF_FAIL(l, words->items[0].span,
                  suggestion.best != NULL
                      ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                      : "one of: .if .elif .else .endif .notice .warning .alert .diag",
                  "unknown directive '%s'", name);
}

void haproxy_blocks_end(struct loader *l, const struct haproxy_blocks *b)
{
    for (size_t i = 0; i < b->depth; i++)
        CONF_FAIL(l, b->stack[i].span, "write .endif where it ends", "'.if' without '.endif'");
}
