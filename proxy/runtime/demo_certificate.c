/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a missing self-signed certificate; see demo_certificate.h. */
#include "proxy/runtime/demo_certificate.h"

#include "tls/selfsigned.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLOCKS_APART_S 86400 /* valid since yesterday: the client's clock may be behind ours */
#define VALID_S (10LL * 365 * 86400)

bool demo_certificate_is_missing(const struct conf_tls *tls, const struct tls_files *files)
{
    struct tls_bytes bytes = {0};
    if (tls->crt.count == 0)
        return false;
    int error = files->read(files->user, tls->crt.items[0], &bytes);
    if (error == 0)
        tls_bytes_free(&bytes);
    return error == ENOENT;
}

/* Under its name only when it is complete, and readable by its owner alone from the first moment.
 */
static int write_private(const char *path, const struct tls_bytes *pem)
{
    char temporary[4096];
    int len = snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path, (int)getpid());
    if (len >= (int)sizeof(temporary))
        return ENAMETOOLONG;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    errno = EIO; /* of a short write */
    bool is_written = write(fd, pem->data, pem->len) == (ssize_t)pem->len && fsync(fd) == 0;
    int error = is_written ? 0 : errno;
    close(fd);
    if (error == 0 && rename(temporary, path) != 0)
        error = errno;
    if (error != 0)
        unlink(temporary);
    return error;
}

int demo_certificate_make(const struct conf_tls *tls, struct tls_error_text *error_out)
{
    if (access(tls->crt.items[0], F_OK) == 0)
        return 0; /* made since we were told that it is missing: a load is being told again */
    char host[256] = "localhost";
    gethostname(host, sizeof(host) - 1);
    const char *const names[] = {"localhost", host, "127.0.0.1", "::1"};
    time_t now = time(NULL);
    struct tls_selfsigned what = {
        .names = names,
        .name_count = sizeof(names) / sizeof(names[0]),
        .not_before = now - CLOCKS_APART_S,
        .not_after = now + VALID_S,
    };
    struct tls_bytes pem;
    if (tls_selfsigned_make(&what, &pem, error_out) != 0)
        return -1;
    int error = write_private(tls->crt.items[0], &pem);
    tls_bytes_free(&pem);
    if (error == 0)
        return 0;
    snprintf(error_out->text, sizeof(error_out->text), "%s: cannot be written: %s",
             tls->crt.items[0], strerror(error));
    return -1;
}
