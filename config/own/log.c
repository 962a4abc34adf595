/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log targets: their addresses, samples, and what rings make of them. Sections of rings are read
 * before all others, so that a target knows its ring as soon as it is read.
 */
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/own/own.h"
#include "config/resolve/resolve.h"
#include "config/value.h"

enum { SYSLOG_PORT = 514 };

/* ---- addresses ---- */

static struct conf_ring *find_ring(const struct loader *l, const char *name)
{
    for (size_t i = 0; i < l->ring_count; i++) {
        if (strcmp(l->rings[i]->name, name) == 0)
            return l->rings[i];
    }
    return NULL;
}

static void name_ring(struct loader *l, const struct conf_word *word, const char *name,
                      struct conf_log_target *target)
{
    target->kind = CONF_LOG_RING;
    target->ring = find_ring(l, name);
    if (target->ring == NULL)
        CONF_FAIL(l, word->span,
                  loader_hint(l, word->span, "add it to rings = ( ... )",
                              arena_printf(l->scratch, "add a section: ring %s", name)),
                  "there is no ring named '%s'", name);
}

/* A stream may have to wait for its server, so there is a ring before it, which all who name that
 * address share. */
static void feed_stream(struct loader *l, struct conf_log_target *target)
{
    target->kind = CONF_LOG_RING;
    struct conf_ring *ring = find_ring(l, target->addr.text);
    if (ring == NULL) {
        ring = arena_alloc(l->arena, sizeof *ring);
        apply_initial(l, LEVEL_RING, ring);
        ring->name = ring->description = target->addr.text;
        ring->servers = arena_alloc(l->arena, sizeof *ring->servers);
        ring->servers[0] = (struct conf_ring_server){.name = ring->name, .addr = target->addr};
        ring->server_count = 1;
        ring->is_implicit = true;
        resolve_add_ring(l, ring);
    }
    target->ring = ring;
}

static enum conf_log_kind kind_of(const struct address_parts *parts)
{
    if (parts->kind == ADDRESS_FD)
        return CONF_LOG_FD;
    return parts->kind == ADDRESS_IP ? CONF_LOG_UDP : CONF_LOG_UNIX;
}

/* The word as an address: stdout and stderr have numbers, and without a host it is this one. */
static struct conf_word meant_by(struct loader *l, const struct conf_word *word)
{
    static const char *const words[][2] = {{"stdout", "fd@1"}, {"stderr", "fd@2"}};
    struct conf_word meant = *word;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word->text, words[i][0]) == 0)
            meant.text = words[i][1];
    }
    if (*word->text == ':')
        meant.text =
            arena_printf(l->scratch, "127.0.0.1%s", word->text[1] != '\0' ? word->text : "");
    return meant;
}

void own_log_address(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_log_target *target = base;
    struct address_parts parts;
    (void)row;
    if (word == NULL)
        return;
    target->addr.text = word->text;
    target->addr.fd = -1;
    if (strcmp(word->text, "global") == 0)
        return; /* replaced by the targets of the global section when all is read */
    if (strncmp(word->text, "ring@", 5) == 0) {
        name_ring(l, word, word->text + 5, target);
        return;
    }
    struct conf_word meant = meant_by(l, word);
    if (!own_split_target(l, &meant, &parts))
        return;
    target->kind = kind_of(&parts);
    unsigned port = parts.has_port ? parts.first_port : SYSLOG_PORT;
    bool good = own_complete_address(l, &meant, &parts, port, &target->addr);
    target->addr.text = word->text;
    if (good && parts.is_stream)
        feed_stream(l, target);
}

/* ---- samples ---- */

/* "3", "3-5": false if it is neither. */
static bool read_range(struct loader *l, const char *text, size_t len,
                       struct conf_log_range *range_out)
{
    const char *low_text = arena_copy_bytes(l->scratch, text, len);
    const char *dash = strchr(low_text, '-');
    const char *high_text = dash != NULL ? dash + 1 : low_text;
    long long low = 0, high = 0;
    if (dash != NULL)
        low_text = arena_copy_bytes(l->scratch, low_text, (size_t)(dash - low_text));
    if (value_integer(low_text, &low) != 0 || value_integer(high_text, &high) != 0 || low < 1 ||
        high < low || high > UINT32_MAX)
        return false;
    *range_out = (struct conf_log_range){(unsigned)low, (unsigned)high};
    return true;
}

static bool overlaps(const struct conf_log_sample *sample, const struct conf_log_range *range)
{
    for (size_t i = 0; i < sample->count; i++) {
        if (sample->ranges[i].low <= range->high && range->low <= sample->ranges[i].high)
            return true;
    }
    return false;
}

/* The ranges before the colon. NULL, or what is wrong with them. */
static const char *read_ranges(struct loader *l, const char *text, const char *colon,
                               struct conf_log_sample *sample)
{
    for (const char *at = text;; at++) {
        struct conf_log_range range;
        size_t len = strcspn(at, ",:");
        if (!read_range(l, at, len, &range))
            return arena_printf(l->scratch, "'%.*s' is no range of lines", (int)len, at);
        if (range.high > sample->period)
            return arena_printf(l->scratch, "there is no line %u among %u", range.high,
                                sample->period);
        if (overlaps(sample, &range))
            return "ranges overlap";
        sample->ranges =
            arena_list_grow(l->arena, sample->ranges, sample->count, sizeof *sample->ranges);
        sample->ranges[sample->count++] = range;
        at += len;
        if (at == colon)
            return NULL;
    }
}

void own_log_sample(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_log_sample *sample = (struct conf_log_sample *)((char *)base + row->offset);
    *sample = (struct conf_log_sample){0};
    if (word == NULL)
        return;
    const char *colon = strchr(word->text, ':');
    long long period = 0;
    const char *wrong = "the number of lines of a sample is missing";
    if (colon != NULL && value_integer(colon + 1, &period) == 0 && period >= 1 &&
        period <= UINT32_MAX) {
        sample->period = (unsigned)period;
        wrong = read_ranges(l, word->text, colon, sample);
    }
    if (wrong != NULL)
        CONF_FAIL(l, word->span, "as in \"1,3-4:10\": these of ten lines", "sample '%s': %s",
                  word->text, wrong);
}

/* ---- targets ---- */

/* A ring's own settings count for whatever it keeps. */
static void finish_log(struct loader *l, const struct keyword *row, void *owner, void *item,
                       struct conf_span span)
{
    (void)l, (void)row, (void)owner, (void)span;
    struct conf_log_target *target = item;
    const struct conf_ring *ring = target->ring;
    if (ring == NULL || ring->is_implicit)
        return;
    target->wire = ring->wire;
    if (ring->max_len != 0 && ring->max_len < target->max_len)
        target->max_len = ring->max_len;
}

const struct keyword_list own_log_list = {
    .item_bytes = sizeof(struct conf_log_target),
    .count_offset = offsetof(struct conf_proxy, log_count),
    .finish = finish_log,
};

const struct keyword_list own_global_log_list = {
    .item_bytes = sizeof(struct conf_log_target),
    .count_offset = offsetof(struct conf_global, log_count),
    .finish = finish_log,
};
