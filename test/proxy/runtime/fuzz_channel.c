/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a message: what a worker that has been taken over may send to the process with root.
 */
#include "proxy/runtime/channel.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    struct channel_message message;
    if (size == 0 || size > 65536)
        return 0;
    if (channel_open(ends, 1) != 0 || send(ends[0], data, size, 0) != (ssize_t)size)
        abort();
    if (channel_receive(ends[1], &message) == 0) {
        if (memchr(message.text, '\0', sizeof(message.text)) == NULL || message.fd_count != 0)
            abort();
        channel_drop_fds(&message);
    }
    close(ends[0]);
    close(ends[1]);
    return 0;
}
