/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What TLS sessions cost: bytes for each idle one, CPU time for each handshake and exchange, next
 * to the same done by a bare OpenSSL program. Prints a table; asserts nothing, because numbers
 * depend on the machine.
 *
 *   parent: the server that is measured  <-- socketpairs -->  child: clients, plain OpenSSL
 */
#include "test/tls/memory_file.h"

#include "tls/selfsigned.h"
#include "tls/session.h"

#include <errno.h>
#include <malloc.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPLY_BYTES 1024

/* The two servers behind one table, so that both run through the same loops. */
struct subject {
    const char *name;
    void *(*open)(int fd);
    int (*handshake)(void *session);
    int (*read)(void *session, void *buf, size_t len);
    int (*write)(void *session, const void *data, size_t len);
    void (*close)(void *session);
};

static struct memory_file pem = {.path = "cost.pem"};
static struct tls_context *weir_ctx;
static SSL_CTX *bare_ctx;

static ssize_t fd_recv(void *io, void *buf, size_t len)
{
    ssize_t got = recv((int)(intptr_t)io, buf, len, 0);
    return got >= 0 ? got : errno == EAGAIN ? TLS_IO_AGAIN : TLS_IO_ERROR;
}

static ssize_t fd_send(void *io, const void *buf, size_t len)
{
    ssize_t sent = send((int)(intptr_t)io, buf, len, MSG_NOSIGNAL);
    return sent >= 0 ? sent : errno == EAGAIN ? TLS_IO_AGAIN : TLS_IO_ERROR;
}

static const struct tls_io fd_io = {fd_recv, fd_send};

static void *weir_open(int fd)
{
    return tls_session_accept(weir_ctx, &fd_io, (void *)(intptr_t)fd);
}

static int weir_handshake(void *session)
{
    return tls_session_handshake(session);
}

static int weir_read(void *session, void *buf, size_t len)
{
    return tls_session_read(session, buf, len);
}

static int weir_write(void *session, const void *data, size_t len)
{
    return tls_session_write(session, data, len);
}

static void weir_close(void *session)
{
    tls_session_free(session);
}

/* The least a program can do: OpenSSL's socket BIO replaced by one without a lookup, read-ahead. */
static int bare_bio_read(BIO *bio, char *buf, int len)
{
    ssize_t got = recv((int)(intptr_t)BIO_get_data(bio), buf, (size_t)len, 0);
    BIO_clear_retry_flags(bio);
    if (got < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    return (int)got;
}

static int bare_bio_write(BIO *bio, const char *buf, int len)
{
    ssize_t sent = send((int)(intptr_t)BIO_get_data(bio), buf, (size_t)len, MSG_NOSIGNAL);
    BIO_clear_retry_flags(bio);
    if (sent < 0 && errno == EAGAIN)
        BIO_set_retry_write(bio);
    return (int)sent;
}

static long bare_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO *bare_bio(int fd)
{
    static BIO_METHOD *method;
    if (method == NULL) {
        method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 127, "bare");
        BIO_meth_set_read(method, bare_bio_read);
        BIO_meth_set_write(method, bare_bio_write);
        BIO_meth_set_ctrl(method, bare_bio_ctrl);
    }
    BIO *bio = BIO_new(method);
    BIO_set_data(bio, (void *)(intptr_t)fd);
    BIO_set_init(bio, 1);
    return bio;
}

static void *bare_open(int fd)
{
    SSL *ssl = SSL_new(bare_ctx);
    BIO *bio = bare_bio(fd);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
}

static int bare_status(SSL *ssl, int result)
{
    return result > 0 ? result : SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? -1 : -5;
}

static int bare_handshake(void *session)
{
    int status = bare_status(session, SSL_do_handshake(session));
    return status == 1 ? 0 : status;
}

static int bare_read(void *session, void *buf, size_t len)
{
    return bare_status(session, SSL_read(session, buf, (int)len));
}

static int bare_write(void *session, const void *data, size_t len)
{
    return bare_status(session, SSL_write(session, data, (int)len));
}

static void bare_close(void *session)
{
    SSL_free(session);
}

static const struct subject subjects[] = {
    {"weir", weir_open, weir_handshake, weir_read, weir_write, weir_close},
    {"bare", bare_open, bare_handshake, bare_read, bare_write, bare_close},
};

static void fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void make_contexts(void)
{
    static const char *const names[] = {"localhost"};
    const struct tls_files files = memory_file_table(&pem);
    struct tls_error_text error = {""};
    struct tls_selfsigned what = {names, 1, time(NULL) - 60, time(NULL) + 86400};
    struct tls_store *store = tls_store_new();
    if (tls_selfsigned_make(&what, &pem.bytes, &error) != 0 ||
        tls_store_add(store, pem.path, NULL, &files, &error) != 0)
        fail(error.text);
    struct tls_settings settings = tls_settings_default;
    struct tls_ticket_keys *keys = tls_ticket_keys_new(time(NULL), 3600);
    struct tls_session_cache *cache = tls_session_cache_new(20000);
    weir_ctx = tls_context_new(&settings, store, keys, cache, &files, &error);
    if (weir_ctx == NULL)
        fail(error.text);

    bare_ctx = SSL_CTX_new(TLS_server_method());
    BIO *text = BIO_new_mem_buf(pem.bytes.data, (int)pem.bytes.len);
    X509 *cert = PEM_read_bio_X509(text, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
    SSL_CTX_use_certificate(bare_ctx, cert);
    SSL_CTX_use_PrivateKey(bare_ctx, key);
    SSL_CTX_set_read_ahead(bare_ctx, 1);
    SSL_CTX_set_mode(bare_ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_ciphersuites(bare_ctx, "TLS_AES_128_GCM_SHA256");
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(text);
}

/* The clients: as many sessions as there are descriptors, and so many exchanges on each. */
static void run_clients(const int *fds, int count, int exchanges, SSL_SESSION **session)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    char reply[REPLY_BYTES];
    for (int i = 0; i < count; i++) {
        SSL *ssl = SSL_new(ctx);
        SSL_set_fd(ssl, fds[i]);
        if (session != NULL && *session != NULL)
            SSL_set_session(ssl, *session);
        if (SSL_connect(ssl) != 1)
            exit(1);
        for (int n = 0; n < exchanges; n++) {
            if (SSL_write(ssl, "GET", 3) != 3)
                exit(1);
            for (int have = 0; have < REPLY_BYTES;) {
                int got = SSL_read(ssl, reply, REPLY_BYTES);
                if (got <= 0)
                    exit(1);
                have += got;
            }
        }
        if (session != NULL && *session == NULL)
            *session = SSL_get1_session(ssl);
    }
}

static double cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double resident_bytes(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%*d %ld", &pages) != 1)
        fail("/proc/self/statm");
    fclose(statm);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void must(int result)
{
    if (result < 0) {
        fprintf(stderr, "an exchange failed: %d\n", result);
        exit(1);
    }
}

/* For each session */
struct cost {
    double cpu_us, heap_bytes, resident_bytes;
};

static void run(const struct subject *subject, int count, int exchanges, bool resumed,
                struct cost *cost_out)
{
    int(*pairs)[2] = calloc((size_t)count, sizeof(*pairs));
    int *far = calloc((size_t)count, sizeof(int));
    void **sessions = calloc((size_t)count, sizeof(void *));
    for (int i = 0; i < count; i++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) != 0)
            exit(1);
        far[i] = pairs[i][1];
    }
    pid_t child = fork();
    if (child == 0) {
        SSL_SESSION *session = NULL;
        run_clients(far, count, exchanges, resumed ? &session : NULL);
        pause();
        _exit(0);
    }
    static char reply[REPLY_BYTES];
    char request[4096];
    malloc_trim(0);
    size_t before = mallinfo2().uordblks;
    double resident = resident_bytes();
    double start = cpu_us();
    for (int i = 0; i < count; i++) {
        sessions[i] = subject->open(pairs[i][0]);
        must(subject->handshake(sessions[i]));
        for (int n = 0; n < exchanges; n++) {
            must(subject->read(sessions[i], request, sizeof(request)));
            must(subject->write(sessions[i], reply, sizeof(reply)));
        }
    }
    double spent = cpu_us() - start;
    cost_out->heap_bytes = (double)(mallinfo2().uordblks - before) / count;
    cost_out->resident_bytes = (resident_bytes() - resident) / count;
    cost_out->cpu_us = spent / count;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (int i = 0; i < count; i++) {
        subject->close(sessions[i]);
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
    free(pairs);
    free(far);
    free(sessions);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int count, exchanges;
        bool resumed;
    } rows[] = {
        {"full handshake, one exchange", 400, 1, false},
        {"resumed handshake, one exchange", 400, 1, true},
        {"5000 exchanges of 1 KB", 4, 5000, false},
    };
    setvbuf(stdout, NULL, _IOLBF, 0);
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    make_contexts();
    printf("%-34s %-6s %12s %12s %12s\n", "for each session", "", "CPU us", "heap", "resident");
    for (int round = 0; round < rounds; round++) {
        for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
            for (size_t i = 0; i < 2; i++) {
                struct cost cost;
                run(&subjects[i], rows[row].count, rows[row].exchanges, rows[row].resumed, &cost);
                printf("%-34s %-6s %12.1f %12.0f %12.0f\n", rows[row].name, subjects[i].name,
                       cost.cpu_us, cost.heap_bytes, cost.resident_bytes);
            }
        }
    }
    tls_context_free(weir_ctx);
    SSL_CTX_free(bare_ctx);
    tls_bytes_free(&pem.bytes);
    return 0;
}
