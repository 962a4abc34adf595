/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a load was told from outside (bytes of files, names in folders, addresses of hosts, ids
 * of users), written down by a process that may ask, and told again to one that may not.
 *
 *   loader (root):  disk --recording--> load;  transcript_write() --> descriptor
 *   worker:         descriptor --> transcript_read();  load <--replay-- transcript
 *
 * The replay answers only what was asked while recording, in the same words. So the worker builds
 * exactly the configuration that the loader has checked, even if files change in between.
 *
 * Ownership: the transcript owns its entries, which may hold private keys: they are wiped before
 *            free.
 * Thread:    one at a time.
 */
#ifndef WEIR_RUNTIME_TRANSCRIPT_H
#define WEIR_RUNTIME_TRANSCRIPT_H

#include "config/source.h"
#include "tls/files.h"

/* The two tables through which a load sees the world. */
struct outside {
    const struct conf_source *source;
    const struct tls_files *files;
};

/* As this process itself sees it. */
extern const struct outside outside_disk;

struct transcript {
    struct transcript_entry *entries;      /* owned: a list */
    const struct transcript_entry *likely; /* borrowed: where a replay looks first */
    struct conf_source source;             /* what `outside` points to */
    struct tls_files files;
    struct outside outside;
};

/* Asks the disk and writes down each answer. */
void transcript_record(struct transcript *transcript);
/*
 * 0 or a negative errno. The descriptor is the caller's: memory without a name, sealed, so that a
 * worker that has gone astray cannot change what its successor will read.
 */
MUST_CHECK int transcript_write(const struct transcript *transcript, int *fd_out);
/* The other end: reads all of the descriptor. -EPROTO if it is no transcript. */
MUST_CHECK int transcript_read(struct transcript *transcript, int fd);
void transcript_clear(struct transcript *transcript);

#endif
