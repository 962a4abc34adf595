/* SPDX-License-Identifier: Apache-2.0 */
/* The disk, with each answer written down; see transcript.h. */
#include "proxy/runtime/transcript_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the outside said: an error, or bytes. */
struct answer {
    int error;
    const void *bytes; /* borrowed */
    size_t len;
};

/* Notes an answer; a failure to do so turns into the answer. */
static int note(void *ctx, enum question question, int number, const char *text,
                struct answer answer)
{
    struct transcript_entry entry = {.question = question,
                                     .number = number,
                                     .text = (char *)text,
                                     .error = answer.error,
                                     .bytes = (void *)answer.bytes,
                                     .len = answer.error == 0 ? answer.len : 0};
    int rc = transcript_add(ctx, &entry);
    return rc != 0 ? rc : answer.error;
}

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
    int rc = error == 0 && bytes == NULL
                 ? -ENOMEM
                 : note(ctx, question, 0, path, (struct answer){error, bytes, len});
    free(bytes);
    if (rc != 0 && error == 0)
        names_free(names, count);
    return rc;
}

static int record_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    int error = conf_source_disk.read(conf_source_disk.ctx, path, bytes_out, len_out);
    struct answer answer = {error, error == 0 ? *bytes_out : NULL, error == 0 ? *len_out : 0};
    int rc = note(ctx, ASK_READ, 0, path, answer);
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
    return note(ctx, ASK_RESOLVE, family, host, (struct answer){error, sa_out, sizeof(*sa_out)});
}

static int record_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    struct user_answer user = {0};
    int error = conf_source_disk.user(conf_source_disk.ctx, name, &user.uid, &user.gid);
    *uid_out = user.uid;
    *gid_out = user.gid;
    return note(ctx, ASK_USER, 0, name, (struct answer){error, &user, sizeof(user)});
}

static int record_group(void *ctx, const char *name, gid_t *gid_out)
{
    int error = conf_source_disk.group(conf_source_disk.ctx, name, gid_out);
    return note(ctx, ASK_GROUP, 0, name, (struct answer){error, gid_out, sizeof(*gid_out)});
}

/* The tls folder's errors are positive, ours of running out of memory negative. */
static int record_tls_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    int error = tls_files_disk.read(tls_files_disk.user, path, bytes_out);
    struct answer answer = {error, error == 0 ? bytes_out->data : NULL,
                            error == 0 ? bytes_out->len : 0};
    int rc = note(user, ASK_TLS_READ, 0, path, answer);
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

void transcript_record(struct transcript *transcript)
{
    transcript_offer(transcript,
                     (struct conf_source){.read = record_read,
                                          .list = record_list,
                                          .resolve = record_resolve,
                                          .user = record_user,
                                          .group = record_group},
                     (struct tls_files){.read = record_tls_read, .list = record_tls_list});
}
