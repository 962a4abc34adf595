/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the transcript share. An entry is a question (kind, a number, a text) with its
 * answer (an error, bytes), so all kinds of questions share one list and one wire form.
 */
#ifndef WEIR_RUNTIME_TRANSCRIPT_PRIV_H
#define WEIR_RUNTIME_TRANSCRIPT_PRIV_H

#include "proxy/runtime/transcript.h"

#include <stdint.h>

enum question {
    ASK_READ,
    ASK_LIST, /* the answer: each name with its NUL */
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

struct user_answer {
    uid_t uid;
    gid_t gid;
};

/* Copies text and bytes into a new entry. 0 or -ENOMEM. */
MUST_CHECK int transcript_add(struct transcript *transcript, const struct transcript_entry *what);
/* NULL if that was not asked while recording. */
const struct transcript_entry *transcript_find(struct transcript *transcript,
                                               enum question question, int number,
                                               const char *text);
/* Sets up the tables of the transcript, empty. */
void transcript_offer(struct transcript *transcript, struct conf_source source,
                      struct tls_files files);
/* An empty transcript that answers from what will be read into it. */
void transcript_replay(struct transcript *transcript);

#endif
