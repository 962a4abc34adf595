/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from a transcript; see transcript.h. What was not asked while recording is refused. */
#include "proxy/runtime/transcript_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* An answer of exactly so many bytes. */
static int replay_fixed(void *ctx, enum question question, int number, const char *text, void *out,
                        size_t bytes)
{
    const struct transcript_entry *entry = transcript_find(ctx, question, number, text);
    if (entry == NULL || (entry->error == 0 && entry->len != bytes))
        return -EACCES;
    if (entry->error == 0)
        memcpy(out, entry->bytes, bytes);
    return entry->error;
}

static int replay_bytes(void *ctx, enum question question, const char *path, void **bytes_out,
                        size_t *len_out)
{
    const struct transcript_entry *entry = transcript_find(ctx, question, 0, path);
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
    const struct transcript_entry *entry = transcript_find(ctx, question, 0, path);
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

void transcript_replay(struct transcript *transcript)
{
    transcript_offer(transcript,
                     (struct conf_source){.read = replay_read,
                                          .list = replay_list,
                                          .resolve = replay_resolve,
                                          .user = replay_user,
                                          .group = replay_group},
                     (struct tls_files){.read = replay_tls_read, .list = replay_tls_list});
}
