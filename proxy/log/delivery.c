/* SPDX-License-Identifier: Apache-2.0 */
/* Samples are counted here, on the one thread where all lines meet: so the third line is the third. */
#include "proxy/log/delivery.h"

#include "config/model.h"
#include "proxy/log/memory_ring.h"
#include "proxy/log/ring.h"
#include "proxy/log/sink.h"
#include "proxy/state/access_record.h"

#include <stdlib.h>

/* How many lines each sample has seen, by conf_log_sample.turn. */
static struct {
    unsigned *seen; /* owned; NULL without memory: then every line is sent */
    unsigned count;
} samples;

void delivery_adopt(const struct config *config)
{
    free(samples.seen);
    samples.count = config->log_turns;
    samples.seen = calloc(samples.count + 1, sizeof(*samples.seen));
}

void delivery_stop(void)
{
    free(samples.seen);
    samples.seen = NULL;
    samples.count = 0;
}

/* Counts the line; is it one of those that are sent? */
static bool is_sampled(const struct conf_log_sample *sample)
{
    if (sample->period == 0 || samples.seen == NULL || sample->turn >= samples.count)
        return true;
    unsigned number = ++samples.seen[sample->turn];
    if (number == sample->period)
        samples.seen[sample->turn] = 0;
    for (size_t i = 0; i < sample->count; i++) {
        if (number >= sample->ranges[i].low && number <= sample->ranges[i].high)
            return true;
    }
    return false;
}

/* The targets of a line: those of its proxy, or of the global section. */
static const struct conf_log_target *targets_of(const struct delivery *d,
                                                const struct ring_entry *entry, size_t *count_out)
{
    const struct conf_proxy *proxy = entry->proxy;
    *count_out = proxy != NULL ? proxy->log_count : d->config->global.log_count;
    return proxy != NULL ? proxy->logs : d->config->global.logs;
}

/* Structured data takes the place of the header's last dash, RFC 5424 6.3; other forms have none. */
static struct access_text wire_text(const struct conf_log_target *target,
                                    const struct ring_entry *entry, size_t *header_len)
{
    struct access_text text = {entry->text, entry->len};
    if (entry->structured_len == 0)
        return text;
    if (target->wire == CONF_LOG_RFC5424) {
        *header_len -= 2; /* "- " */
        return text;
    }
    text.data += entry->structured_len + 1;
    text.len -= entry->structured_len + 1;
    return text;
}

static size_t header_for(struct delivery *d, const struct conf_log_target *target, int level)
{
    if (d->target != target || d->level != level || d->tag != d->origin.tag) {
        d->header_len = wire_header(target, level, &d->origin, d->header);
        d->target = target;
        d->level = level;
        d->tag = d->origin.tag;
    }
    return d->header_len;
}

static void put(const struct conf_log_target *target, const char *header, size_t header_len,
                struct access_text text)
{
    if (target->kind == CONF_LOG_RING) {
        struct memory_ring *ring = memory_ring_find(target->ring->name);
        if (ring != NULL)
            memory_ring_put(ring, header, header_len, text.data, text.len);
        return;
    }
    struct sink *sink = sink_find(target);
    if (sink != NULL)
        sink_put(sink, header, header_len, text.data, text.len);
}

void delivery_run(struct delivery *d, const struct ring_entry *entry)
{
    size_t count;
    const struct conf_log_target *targets = targets_of(d, entry, &count);
    const char *tag = entry->proxy != NULL ? entry->proxy->log_tag : NULL;
    d->origin.tag = tag != NULL ? tag : d->config->global.log_tag;

    for (size_t i = 0; i < count; i++) {
        const struct conf_log_target *target = &targets[i];
        if ((int)entry->level > target->level || !is_sampled(&target->sample))
            continue;
        size_t header_len = header_for(d, target, (int)entry->level);
        struct access_text text = wire_text(target, entry, &header_len);
        size_t room = target->max_len > header_len ? target->max_len - header_len : 0;
        text.len = text.len < room ? text.len : room;
        put(target, d->header, header_len, text);
    }
}
