/* SPDX-License-Identifier: Apache-2.0 */
/* A load is told again exactly what it was told before, and nothing else. */
#include "proxy/runtime/transcript.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/weir-transcript-XXXXXX";
static char file[64], missing[64];

static int make_files(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(file, sizeof(file), "%s/a.conf", folder);
    snprintf(missing, sizeof(missing), "%s/none", folder);
    FILE *out = fopen(file, "w");
    if (out == NULL)
        return -1;
    fputs("first", out);
    return fclose(out);
}

static int remove_files(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static void expect_file(const struct outside *outside, const char *path, int error,
                        const char *text)
{
    char *bytes = NULL;
    size_t len = 0;
    assert_int_equal(outside->source->read(outside->source->ctx, path, &bytes, &len), error);
    if (error != 0)
        return;
    assert_int_equal(len, strlen(text));
    assert_memory_equal(bytes, text, len);
    free(bytes);
}

static void expect_tls_file(const struct outside *outside, const char *path, int error,
                            const char *text)
{
    struct tls_bytes bytes = {0};
    assert_int_equal(outside->files->read(outside->files->user, path, &bytes), error);
    if (error != 0)
        return;
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.len);
    tls_bytes_free(&bytes);
}

static void expect_names(const struct outside *outside)
{
    char **names = NULL;
    size_t count = 0, found = 0;
    assert_int_equal(outside->source->list(outside->source->ctx, folder, &names, &count), 0);
    for (size_t i = 0; i < count; i++) {
        found += strcmp(names[i], "a.conf") == 0;
        free(names[i]);
    }
    free(names);
    assert_int_equal(found, 1);
    struct tls_names tls_names = {0};
    assert_int_equal(outside->files->list(outside->files->user, folder, &tls_names), 0);
    assert_int_equal(tls_names.count, 1);
    assert_string_equal(tls_names.names[0], "a.conf");
    tls_names_free(&tls_names);
    assert_int_equal(outside->files->list(outside->files->user, file, &tls_names), ENOTDIR);
}

static void expect_people_and_hosts(const struct outside *outside)
{
    const struct conf_source *source = outside->source;
    uid_t uid = 1;
    gid_t gid = 1;
    struct sockaddr_storage sa;
    assert_int_equal(source->user(source->ctx, "root", &uid, &gid), 0);
    assert_int_equal(uid, 0);
    assert_int_equal(source->group(source->ctx, "root", &gid), 0);
    assert_int_equal(gid, 0);
    assert_true(source->user(source->ctx, "no such user", &uid, &gid) < 0);
    assert_int_equal(source->resolve(source->ctx, "127.0.0.1", AF_INET, &sa), 0);
    assert_int_equal(((struct sockaddr_in *)&sa)->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

static void expect_all(const struct outside *outside)
{
    expect_file(outside, file, 0, "first");
    expect_file(outside, missing, -ENOENT, NULL);
    expect_tls_file(outside, file, 0, "first");
    expect_tls_file(outside, missing, ENOENT, NULL);
    expect_names(outside);
    expect_people_and_hosts(outside);
}

static void what_was_asked_is_told_again(void **state)
{
    (void)state;
    struct transcript recorded, replayed;
    int fd = -1;
    transcript_record(&recorded);
    expect_all(&recorded.outside);
    assert_int_equal(transcript_write(&recorded, &fd), 0);
    transcript_clear(&recorded);

    FILE *out = fopen(file, "w"); /* too late to matter */
    fputs("second", out);
    fclose(out);
    assert_int_equal(transcript_read(&replayed, fd), 0);
    close(fd);
    expect_all(&replayed.outside);
    expect_all(&replayed.outside); /* in whatever order, and as often as one likes */
    transcript_clear(&replayed);
}

static void what_was_not_asked_is_refused(void **state)
{
    (void)state;
    struct transcript recorded, replayed;
    uid_t uid;
    gid_t gid;
    struct sockaddr_storage sa;
    int fd = -1;
    transcript_record(&recorded);
    assert_int_equal(recorded.outside.source->resolve(&recorded, "127.0.0.1", AF_INET, &sa), 0);
    assert_int_equal(transcript_write(&recorded, &fd), 0);
    transcript_clear(&recorded);
    assert_int_equal(transcript_read(&replayed, fd), 0);
    close(fd);
    const struct conf_source *source = replayed.outside.source;
    expect_file(&replayed.outside, "/etc/passwd", -EACCES, NULL);
    expect_tls_file(&replayed.outside, "/etc/passwd", EACCES, NULL);
    assert_int_equal(source->user(source->ctx, "root", &uid, &gid), -EACCES);
    assert_int_equal(source->resolve(source->ctx, "127.0.0.1", AF_INET6, &sa), -EACCES);
    transcript_clear(&replayed);
}

static void damaged_transcript_is_refused(void **state)
{
    (void)state;
    struct transcript recorded, replayed;
    struct sockaddr_storage sa;
    struct stat st;
    off_t start = 0;
    int fd = -1;
    transcript_record(&recorded);
    assert_int_equal(recorded.outside.source->resolve(&recorded, "127.0.0.1", AF_INET, &sa), 0);
    assert_int_equal(transcript_write(&recorded, &fd), 0);
    transcript_clear(&recorded);
    assert_int_equal(fstat(fd, &st), 0);
    FILE *copy = tmpfile();
    assert_non_null(copy);
    assert_int_equal(sendfile(fileno(copy), fd, &start, (size_t)st.st_size), st.st_size);
    for (off_t len = st.st_size - 1; len > 0; len--) {
        assert_int_equal(ftruncate(fileno(copy), len), 0);
        assert_int_equal(transcript_read(&replayed, fileno(copy)), -EPROTO);
    }
    fclose(copy);
    close(fd);
}

static void written_transcript_cannot_be_changed(void **state)
{
    (void)state;
    struct transcript recorded;
    int fd = -1;
    transcript_record(&recorded);
    assert_int_equal(transcript_write(&recorded, &fd), 0);
    assert_int_equal(write(fd, "a", 1), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, 1), -1);
    assert_int_equal(errno, EPERM);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_asked_is_told_again, make_files, remove_files),
        cmocka_unit_test(what_was_not_asked_is_refused),
        cmocka_unit_test(damaged_transcript_is_refused),
        cmocka_unit_test(written_transcript_cannot_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
