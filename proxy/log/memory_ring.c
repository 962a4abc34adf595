/* SPDX-License-Identifier: Apache-2.0 */
/* The rings and what the outside asks of them; a line is its length in four bytes, then its text. */
#include "proxy/log/memory_ring.h"

#include "config/model.h"
#include "proxy/log/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct memory_ring {
    struct memory_ring *next;
    char *name, *description; /* owned */
    size_t size_bytes;
    uint64_t first, end;
    uint64_t dropped; /* lines that were longer than the ring */
    char bytes[];
};

static struct memory_ring *rings; /* owned, in the order of the file */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void ring_free(struct memory_ring *ring)
{
    if (ring == NULL)
        return;
    free(ring->name);
    free(ring->description);
    free(ring);
}

static struct memory_ring *ring_new(const struct conf_ring *conf)
{
    struct memory_ring *ring = calloc(1, sizeof(*ring) + conf->bytes);
    if (ring == NULL)
        return NULL;
    ring->size_bytes = conf->bytes;
    ring->name = strdup(conf->name);
    ring->description = strdup(conf->description);
    if (ring->name != NULL && ring->description != NULL)
        return ring;
    ring_free(ring);
    return NULL;
}

/* ---- bytes: a piece may go over the end of the ring ---- */

static void copy_in(struct memory_ring *ring, const void *from, size_t len)
{
    size_t place = ring->end % ring->size_bytes;
    size_t before = ring->size_bytes - place < len ? ring->size_bytes - place : len;
    memcpy(ring->bytes + place, from, before);
    memcpy(ring->bytes, (const char *)from + before, len - before);
    ring->end += len;
}

static void copy_out(const struct memory_ring *ring, uint64_t at, void *to, size_t len)
{
    size_t place = at % ring->size_bytes;
    size_t before = ring->size_bytes - place < len ? ring->size_bytes - place : len;
    memcpy(to, ring->bytes + place, before);
    memcpy((char *)to + before, ring->bytes, len - before);
}

static uint32_t line_len(const struct memory_ring *ring, uint64_t at)
{
    uint32_t len;
    copy_out(ring, at, &len, sizeof(len));
    return len;
}

static void put_locked(struct memory_ring *ring, const char *header, size_t header_len,
                       const char *text, size_t text_len)
{
    uint32_t len = (uint32_t)(header_len + text_len);
    size_t bytes = sizeof(len) + len;
    if (bytes > ring->size_bytes) {
        ring->dropped++;
        return;
    }
    while (ring->end - ring->first + bytes > ring->size_bytes)
        ring->first += sizeof(len) + line_len(ring, ring->first);
    copy_in(ring, &len, sizeof(len));
    copy_in(ring, header, header_len);
    copy_in(ring, text, text_len);
}

/* A position may be of a ring that has since been made anew, and is believed only as far as it fits. */
static bool take_locked(struct memory_ring *ring, uint64_t *at, char *out, size_t room,
                        size_t *len_out)
{
    if (*at < ring->first || *at > ring->end)
        *at = ring->first;
    if (ring->end - *at < sizeof(uint32_t))
        return false;
    size_t len = line_len(ring, *at);
    if (len > ring->end - *at - sizeof(uint32_t)) {
        *at = ring->end;
        return false;
    }
    copy_out(ring, *at + sizeof(uint32_t), out, len < room ? len : room);
    *at += sizeof(uint32_t) + len;
    *len_out = len;
    return true;
}

/* ---- the control thread's ---- */

struct memory_ring *memory_ring_find(const char *name)
{
    struct memory_ring *ring = rings;
    while (ring != NULL && strcmp(ring->name, name) != 0)
        ring = ring->next;
    return ring;
}

void memory_ring_put(struct memory_ring *ring, const char *header, size_t header_len,
                     const char *text, size_t text_len)
{
    pthread_mutex_lock(&mutex);
    put_locked(ring, header, header_len, text, text_len);
    pthread_mutex_unlock(&mutex);
}

bool memory_ring_take(struct memory_ring *ring, uint64_t *at, char *out, size_t room,
                      size_t *len_out)
{
    pthread_mutex_lock(&mutex);
    bool found = take_locked(ring, at, out, room, len_out);
    pthread_mutex_unlock(&mutex);
    return found;
}

/* The lines of the ring that was there before, under positions that readers still hold. */
static void inherit(struct memory_ring *ring, struct memory_ring *old)
{
    static char line[LOG_RING_LINE_MAX];
    size_t len = 0;
    uint64_t at = old->first;
    ring->first = ring->end = old->first;
    while (take_locked(old, &at, line, sizeof(line), &len))
        put_locked(ring, line, len < sizeof(line) ? len : sizeof(line), "", 0);
}

/* The ring of that name, taken out of the list; or NULL. */
static struct memory_ring *detach(const char *name)
{
    struct memory_ring **at = &rings;
    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    struct memory_ring *ring = *at;
    if (ring != NULL)
        *at = ring->next;
    return ring;
}

static bool is_as(const struct memory_ring *ring, const struct conf_ring *conf)
{
    return ring->size_bytes == conf->bytes && strcmp(ring->description, conf->description) == 0;
}

/* The ring as it is to be, from the one that was, or NULL. */
static struct memory_ring *ring_of(const struct conf_ring *conf, struct memory_ring *old)
{
    if (old != NULL && is_as(old, conf))
        return old;
    struct memory_ring *ring = ring_new(conf);
    if (ring != NULL && old != NULL)
        inherit(ring, old);
    ring_free(old);
    return ring;
}

void memory_rings_adopt(const struct config *config)
{
    struct memory_ring *adopted = NULL, **last = &adopted;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < config->ring_count; i++) {
        *last = ring_of(config->rings[i], detach(config->rings[i]->name));
        if (*last != NULL)
            last = &(*last)->next;
    }
    *last = NULL;
    while (rings != NULL) {
        struct memory_ring *gone = rings;
        rings = gone->next;
        ring_free(gone);
    }
    rings = adopted;
    pthread_mutex_unlock(&mutex);
}

void memory_rings_close(void)
{
    static const struct config nothing;
    memory_rings_adopt(&nothing);
}

/* ---- any thread's: see log.h ---- */

bool log_ring_at(size_t i, struct log_ring_facts *facts_out)
{
    pthread_mutex_lock(&mutex);
    const struct memory_ring *ring = rings;
    while (ring != NULL && i-- > 0)
        ring = ring->next;
    if (ring != NULL) {
        facts_out->dropped = ring->dropped;
        snprintf(facts_out->name, sizeof(facts_out->name), "%s", ring->name);
        snprintf(facts_out->description, sizeof(facts_out->description), "%s", ring->description);
    }
    pthread_mutex_unlock(&mutex);
    return ring != NULL;
}

int log_ring_read(const char *name, uint64_t *at, char *out, size_t room, size_t *len_out)
{
    pthread_mutex_lock(&mutex);
    struct memory_ring *ring = memory_ring_find(name);
    int rc = UV_ENOENT;
    if (ring != NULL)
        rc = take_locked(ring, at, out, room, len_out) ? 1 : 0;
    pthread_mutex_unlock(&mutex);
    return rc;
}

int log_ring_end(const char *name, uint64_t *at_out)
{
    pthread_mutex_lock(&mutex);
    const struct memory_ring *ring = memory_ring_find(name);
    if (ring != NULL)
        *at_out = ring->end;
    pthread_mutex_unlock(&mutex);
    return ring != NULL ? 0 : UV_ENOENT;
}
