/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of questions and answers, and its form on the wire; see transcript.h. Who asks while it
 * is made is transcript_record.c, who answers from it transcript_replay.c.
 */
#include "proxy/runtime/transcript_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One entry on the wire, followed by its text (with its NUL) and bytes. */
struct wire_entry {
    uint32_t question;
    int32_t number, error;
    uint32_t text_len;
    uint64_t len;
};

const struct outside outside_disk = {.source = &conf_source_disk, .files = &tls_files_disk};

static void entry_free(struct transcript_entry *entry)
{
    if (entry->bytes != NULL)
        explicit_bzero(entry->bytes, entry->len);
    free(entry->bytes);
    free(entry->text);
    free(entry);
}

void transcript_clear(struct transcript *transcript)
{
    for (struct transcript_entry *entry; (entry = transcript->entries) != NULL;) {
        transcript->entries = entry->next;
        entry_free(entry);
    }
    transcript->likely = NULL;
}

static const struct transcript_entry *find_between(const struct transcript_entry *from,
                                                   const struct transcript_entry *end,
                                                   const struct transcript_entry *like)
{
    for (const struct transcript_entry *e = from; e != end; e = e->next)
        if (e->question == like->question && e->number == like->number &&
            strcmp(e->text, like->text) == 0)
            return e;
    return NULL;
}

/* A replayed load asks in the order of the recorded one, so what comes next is likely to be meant.
 */
const struct transcript_entry *transcript_find(struct transcript *transcript,
                                               enum question question, int number, const char *text)
{
    struct transcript_entry like = {.question = question, .number = number, .text = (char *)text};
    const struct transcript_entry *found = find_between(transcript->likely, NULL, &like);
    if (found == NULL)
        found = find_between(transcript->entries, transcript->likely, &like);
    if (found != NULL)
        transcript->likely = found->next;
    return found;
}

int transcript_add(struct transcript *transcript, const struct transcript_entry *what)
{
    struct transcript_entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return -ENOMEM;
    *entry = *what;
    entry->text = strdup(what->text);
    entry->bytes = malloc(what->len + 1); /* at least one byte, so that NULL means failure */
    if (entry->text == NULL || entry->bytes == NULL) {
        entry->len = 0;
        entry_free(entry);
        return -ENOMEM;
    }
    if (what->len > 0)
        memcpy(entry->bytes, what->bytes, what->len);
    ((char *)entry->bytes)[what->len] = '\0';
    entry->next = transcript->entries; /* reading back what was written turns the order round */
    transcript->entries = entry;
    return 0;
}

void transcript_offer(struct transcript *transcript, struct conf_source source,
                      struct tls_files files)
{
    transcript->source = source;
    transcript->source.ctx = transcript;
    transcript->files = files;
    transcript->files.user = transcript;
    transcript->outside = (struct outside){&transcript->source, &transcript->files};
    transcript->entries = NULL;
    transcript->likely = NULL;
}

static int write_all(int fd, const void *bytes, size_t len)
{
    for (const char *at = bytes; len > 0;) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        at += put;
        len -= (size_t)put;
    }
    return 0;
}

static int entry_write(const struct transcript_entry *entry, int fd)
{
    struct wire_entry wire = {.question = entry->question,
                              .number = entry->number,
                              .error = entry->error,
                              .text_len = (uint32_t)strlen(entry->text) + 1,
                              .len = entry->len};
    int rc = write_all(fd, &wire, sizeof(wire));
    if (rc == 0)
        rc = write_all(fd, entry->text, wire.text_len);
    return rc != 0 ? rc : write_all(fd, entry->bytes, entry->len);
}

int transcript_write(const struct transcript *transcript, int *fd_out)
{
    int rc = 0, fd = memfd_create("transcript", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    for (const struct transcript_entry *e = transcript->entries; e != NULL && rc == 0; e = e->next)
        rc = entry_write(e, fd);
    if (rc == 0 &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *fd_out = fd;
    return 0;
}

/* Returns how many bytes the entry took, or a negative errno. */
static ssize_t entry_read(struct transcript *transcript, const char *at, size_t left)
{
    struct wire_entry wire;
    if (left < sizeof(wire))
        return -EPROTO;
    memcpy(&wire, at, sizeof(wire));
    left -= sizeof(wire);
    if (wire.question >= QUESTIONS || wire.text_len == 0 || wire.text_len > left ||
        wire.len > left - wire.text_len || at[sizeof(wire) + wire.text_len - 1] != '\0')
        return -EPROTO;
    const char *text = at + sizeof(wire);
    struct transcript_entry entry = {.question = wire.question,
                                     .number = wire.number,
                                     .text = (char *)text,
                                     .error = wire.error,
                                     .bytes = (char *)text + wire.text_len,
                                     .len = wire.len};
    int rc = transcript_add(transcript, &entry);
    return rc != 0 ? rc : (ssize_t)(sizeof(wire) + wire.text_len + wire.len);
}

int transcript_read(struct transcript *transcript, int fd)
{
    transcript_replay(transcript);
    struct stat st;
    if (fstat(fd, &st) != 0)
        return -errno;
    size_t len = (size_t)st.st_size;
    if (len == 0)
        return 0;
    char *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return -errno;
    ssize_t took = 0;
    for (size_t at = 0; at < len && took >= 0; at += took > 0 ? (size_t)took : 0)
        took = entry_read(transcript, bytes + at, len - at);
    munmap(bytes, len);
    if (took < 0)
        transcript_clear(transcript);
    return took < 0 ? (int)took : 0;
}
