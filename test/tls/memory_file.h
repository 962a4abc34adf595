/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk with a single file, in memory, for programs that need a certificate and no folder.
 *
 * Ownership: the bytes are the caller's, and must stay while the table is used.
 */
#ifndef WEIR_TEST_TLS_MEMORY_FILE_H
#define WEIR_TEST_TLS_MEMORY_FILE_H

#include "tls/files.h"

struct memory_file {
    const char *path;
    struct tls_bytes bytes;
};

/* Whatever else is asked for does not exist. */
struct tls_files memory_file_table(struct memory_file *file);

#endif
