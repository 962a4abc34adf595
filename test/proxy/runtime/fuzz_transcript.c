/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a transcript: read or refused, and what was read can be asked for. */
#include "proxy/runtime/transcript.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct transcript transcript;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    if (transcript_read(&transcript, fd) == 0) {
        char **names, *bytes;
        size_t count;
        uid_t uid;
        gid_t gid;
        if (transcript.source.list(&transcript, "a", &names, &count) == 0) {
            while (count > 0)
                free(names[--count]);
            free(names);
        }
        if (transcript.source.read(&transcript, "a", &bytes, &count) == 0)
            free(bytes);
        (void)transcript.source.user(&transcript, "a", &uid, &gid);
        transcript_clear(&transcript);
    }
    close(fd);
    return 0;
}
