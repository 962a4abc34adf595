/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recording and replaying what a load asks; see transcript.h. An entry is a question (kind, a
 * number, a text) with its answer (an error, bytes), so all kinds of questions share one list and
 * one wire form.
 */
#include "proxy/runtime/transcript.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum question {
    ASK_READ,
    ASK_LIST,
    ASK_RESOLVE,
    ASK_USER,
    ASK_GROUP,
    ASK_TLS_READ,
    ASK_TLS_LIST,
    QUESTIONS
};

struct transcript_entry {
    struct transcript_entry *next;
    uint32_t question;
    int32_t number; /* of ASK_RESOLVE: the family */
    char *text;     /* owned: path or name */
    int32_t error;
    void *bytes; /* owned */
    size_t len;
};

/* One entry on the wire, followed by its text (with its NUL) and bytes. */
struct wire_entry {
    uint32_t question;
    int32_t number, error;
    uint32_t text_len;
    uint64_t len;
};

struct user_answer {
    uid_t uid;
    gid_t gid;
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
static const struct transcript_entry *find(struct transcript *transcript, enum question question,
                                           int number, const char *text)
{
    struct transcript_entry like = {.question = question, .number = number, .text = (char *)text};
    const struct transcript_entry *found = find_between(transcript->likely, NULL, &like);
    if (found == NULL)
        found = find_between(transcript->entries, transcript->likely, &like);
    if (found != NULL)
        transcript->likely = found->next;
    return found;
}

/* Copies text and bytes. 0 or -ENOMEM. */
static int add(struct transcript *transcript, const struct transcript_entry *what)
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
    entry->next =
        transcript->entries; /* newest first; reading back what was written turns that round */
    transcript->entries = entry;
    return 0;
}

/* Notes an answer; a failure to do so turns into the answer. */
static int note(void *ctx, enum question question, int number, const char *text, int error,
                const void *bytes, size_t len)
{
    struct transcript_entry entry = {.question = question,
                                     .number = number,
                                     .text = (char *)text,
                                     .error = error,
                                     .bytes = (void *)bytes,
                                     .len = error == 0 ? len : 0};
    int rc = add(ctx, &entry);
    return rc != 0 ? rc : error;
}

/* ---- names of a folder as bytes: each with its NUL
 * ----------------------------------------------- */

static char *names_pack(char *const *names, size_t count, size_t *len_out)
{
    size_t len = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        len += strlen(names[i]) + 1;
    char *bytes = malloc(len + 1);
    for (size_t i = 0; i < count && bytes != NULL; i++) {
        size_t one = strlen(names[i]) + 1;
        memcpy(bytes + at, names[i], one);
        at += one;
    }
    *len_out = len;
    return bytes;
}

static int names_unpack(const struct transcript_entry *entry, char ***names_out, size_t *count_out)
{
    const char *bytes = entry->bytes;
    size_t count = 0, n = 0;
    for (size_t i = 0; i < entry->len; i++)
        count += bytes[i] == '\0';
    char **names = calloc(count + 1, sizeof(*names));
    if (names == NULL)
        return ENOMEM;
    for (const char *name = bytes; n < count; name += strlen(name) + 1) {
        names[n] = strdup(name);
        if (names[n++] == NULL) {
            while (n > 0)
                free(names[--n]);
            free(names);
            return ENOMEM;
        }
    }
    *names_out = names;
    *count_out = count;
    return 0;
}

static void names_free(char **names, size_t count)
{
    while (count > 0)
        free(names[--count]);
    free(names);
}

static int note_names(void *ctx, enum question question, const char *path, int error, char **names,
                      size_t count)
{
    size_t len = 0;
    char *bytes = error == 0 ? names_pack(names, count, &len) : NULL;
    int rc =
        error == 0 && bytes == NULL ? -ENOMEM : note(ctx, question, 0, path, error, bytes, len);
    free(bytes);
    if (rc != 0 && error == 0)
        names_free(names, count);
    return rc;
}

/* ---- recording
 * --------------------------------------------------------------------------------------- */

static int record_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    int error = conf_source_disk.read(conf_source_disk.ctx, path, bytes_out, len_out);
    int rc = note(ctx, ASK_READ, 0, path, error, error == 0 ? *bytes_out : NULL,
                  error == 0 ? *len_out : 0);
    if (rc != 0 && error == 0)
        free(*bytes_out);
    return rc;
}

static int record_list(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    int error = conf_source_disk.list(conf_source_disk.ctx, path, names_out, count_out);
    return note_names(ctx, ASK_LIST, path, error, error == 0 ? *names_out : NULL,
                      error == 0 ? *count_out : 0);
}

static int record_resolve(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    int error = conf_source_disk.resolve(conf_source_disk.ctx, host, family, sa_out);
    return note(ctx, ASK_RESOLVE, family, host, error, sa_out, sizeof(*sa_out));
}

static int record_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    struct user_answer answer = {0};
    int error = conf_source_disk.user(conf_source_disk.ctx, name, &answer.uid, &answer.gid);
    *uid_out = answer.uid;
    *gid_out = answer.gid;
    return note(ctx, ASK_USER, 0, name, error, &answer, sizeof(answer));
}

static int record_group(void *ctx, const char *name, gid_t *gid_out)
{
    int error = conf_source_disk.group(conf_source_disk.ctx, name, gid_out);
    return note(ctx, ASK_GROUP, 0, name, error, gid_out, sizeof(*gid_out));
}

/* The tls folder's errors are positive, ours of running out of memory negative. */
static int record_tls_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    int error = tls_files_disk.read(tls_files_disk.user, path, bytes_out);
    int rc = note(user, ASK_TLS_READ, 0, path, error, error == 0 ? bytes_out->data : NULL,
                  error == 0 ? bytes_out->len : 0);
    if (rc != 0 && error == 0)
        tls_bytes_free(bytes_out);
    return abs(rc);
}

static int record_tls_list(void *user, const char *path, struct tls_names *names_out)
{
    int error = tls_files_disk.list(tls_files_disk.user, path, names_out);
    return abs(note_names(user, ASK_TLS_LIST, path, error, error == 0 ? names_out->names : NULL,
                          error == 0 ? names_out->count : 0));
}

/* ---- replaying
 * --------------------------------------------------------------------------------------- */

/* An answer of exactly so many bytes. */
static int replay_fixed(void *ctx, enum question question, int number, const char *text, void *out,
                        size_t bytes)
{
    const struct transcript_entry *entry = find(ctx, question, number, text);
    if (entry == NULL || (entry->error == 0 && entry->len != bytes))
        return -EACCES;
    if (entry->error == 0)
        memcpy(out, entry->bytes, bytes);
    return entry->error;
}

static int replay_bytes(void *ctx, enum question question, const char *path, void **bytes_out,
                        size_t *len_out)
{
    const struct transcript_entry *entry = find(ctx, question, 0, path);
    if (entry == NULL || entry->error != 0)
        return entry == NULL ? -EACCES : entry->error;
    *bytes_out = malloc(entry->len + 1);
    if (*bytes_out == NULL)
        return -ENOMEM;
    memcpy(*bytes_out, entry->bytes, entry->len + 1);
    *len_out = entry->len;
    return 0;
}

static int replay_names(void *ctx, enum question question, const char *path, char ***names_out,
                        size_t *count_out)
{
    const struct transcript_entry *entry = find(ctx, question, 0, path);
    if (entry == NULL || entry->error != 0)
        return entry == NULL ? -EACCES : entry->error;
    return -names_unpack(entry, names_out, count_out);
}

static int replay_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    void *bytes;
    int error = replay_bytes(ctx, ASK_READ, path, &bytes, len_out);
    if (error == 0)
        *bytes_out = bytes;
    return error;
}

static int replay_list(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    return replay_names(ctx, ASK_LIST, path, names_out, count_out);
}

static int replay_resolve(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    return replay_fixed(ctx, ASK_RESOLVE, family, host, sa_out, sizeof(*sa_out));
}

static int replay_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    struct user_answer answer = {0};
    int error = replay_fixed(ctx, ASK_USER, 0, name, &answer, sizeof(answer));
    *uid_out = answer.uid;
    *gid_out = answer.gid;
    return error;
}

static int replay_group(void *ctx, const char *name, gid_t *gid_out)
{
    return replay_fixed(ctx, ASK_GROUP, 0, name, gid_out, sizeof(*gid_out));
}

static int replay_tls_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    return abs(replay_bytes(user, ASK_TLS_READ, path, &bytes_out->data, &bytes_out->len));
}

static int replay_tls_list(void *user, const char *path, struct tls_names *names_out)
{
    return abs(replay_names(user, ASK_TLS_LIST, path, &names_out->names, &names_out->count));
}

static void offer(struct transcript *transcript, struct conf_source source, struct tls_files files)
{
    transcript->source = source;
    transcript->source.ctx = transcript;
    transcript->files = files;
    transcript->files.user = transcript;
    transcript->outside = (struct outside){&transcript->source, &transcript->files};
    transcript->entries = NULL;
    transcript->likely = NULL;
}

void transcript_record(struct transcript *transcript)
{
    offer(transcript,
          (struct conf_source){.read = record_read,
                               .list = record_list,
                               .resolve = record_resolve,
                               .user = record_user,
                               .group = record_group},
          (struct tls_files){.read = record_tls_read, .list = record_tls_list});
}

/* ---- the wire
 * ------------------------------------------------------------------------------------------ */

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
    int rc = 0, fd = memfd_create("transcript", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    for (const struct transcript_entry *e = transcript->entries; e != NULL && rc == 0; e = e->next)
        rc = entry_write(e, fd);
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
    int rc = add(transcript, &entry);
    return rc != 0 ? rc : (ssize_t)(sizeof(wire) + wire.text_len + wire.len);
}

int transcript_read(struct transcript *transcript, int fd)
{
    offer(transcript,
          (struct conf_source){.read = replay_read,
                               .list = replay_list,
                               .resolve = replay_resolve,
                               .user = replay_user,
                               .group = replay_group},
          (struct tls_files){.read = replay_tls_read, .list = replay_tls_list});
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
