/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of both commands are few, so they share one reader of them: files, and where the text
 * goes. The text appears whole or not at all, and never in place of an existing file.
 */
#include "proxy/runtime/convert.h"

#include "config/convert.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_tables.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct request {
    const struct manner *manner;
    const char *output; /* -o, or NULL */
    enum conf_syntax syntax;
    const char *const *files;
    size_t file_count;
    const char **given; /* owned: of -f */
};

enum { GO_ON = -1 };

/* What one of the commands says of itself, and what it takes besides files; a row without a name ends these. */
struct manner {
    const char *usage;
    struct option_words options[3];
};

static const struct manner convert_manner = {
    "Usage: weir convert [-o FILE] FILE\n"
    "Writes a haproxy.cfg in libconfig's syntax, and a libconfig file as haproxy.cfg. Comments "
    "are\n"
    "kept. What a file begins with tells which it is.\n",
    {{.name = "o",
      .takes = "FILE",
      .doc = "write to a file that does not exist yet, not to the standard output",
      .takes_file = true}},
};

static const struct manner show_manner = {
    "Usage: weir show config [--syntax haproxy|libconfig] FILE...\n"
    "Checks a configuration and prints what counts of it: with what defaults and the environment\n"
    "give, without comments.\n",
    {{.name = "f", .takes = "FILE", .doc = "one more file", .takes_file = true},
     {.name = "-syntax",
      .takes = "haproxy|libconfig",
      .doc = "the syntax to print; without it, that of the (first) file"}},
};

static bool option_at(const struct manner *manner, size_t i, struct option_words *option_out)
{
    *option_out = manner->options[i];
    return option_out->name != NULL;
}

bool convert_option_at(size_t i, struct option_words *option_out)
{
    return option_at(&convert_manner, i, option_out);
}

bool show_option_at(size_t i, struct option_words *option_out)
{
    return option_at(&show_manner, i, option_out);
}

static int print_usage(FILE *out, const struct manner *manner)
{
    struct option_words option;
    fputs(manner->usage, out);
    for (size_t i = 0; option_at(manner, i, &option); i++)
        fprintf(out, "  -%s %s    %s\n", option.name, option.takes, option.doc);
    return ferror(out) != 0;
}

static int complain(const struct request *request, const char *what, const char *word)
{
    fprintf(stderr, "%s%s%s%s\n", what, word != NULL ? " '" : "", word != NULL ? word : "",
            word != NULL ? "'" : "");
    print_usage(stderr, request->manner);
    return 1;
}

static int take_syntax(struct request *request, const char *word)
{
    if (strcmp(word, "haproxy") == 0)
        request->syntax = CONF_SYNTAX_HAPROXY;
    else if (strcmp(word, "libconfig") == 0)
        request->syntax = CONF_SYNTAX_LIBCONFIG;
    else
        return complain(request, "unknown syntax", word);
    return GO_ON;
}

/* GO_ON, or the exit code. argv[0] is the command's name. */
static int take_words(struct request *request, int argc, char **argv, const char *short_options)
{
    static const struct option long_options[] = {{"syntax", required_argument, NULL, 's'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    int option, code = GO_ON;
    optind = 0; /* begin anew */
    opterr = 0;
    while (code == GO_ON &&
           (option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
        if (option == 'o')
            request->output = optarg;
        else if (option == 'f')
            request->given[request->file_count++] = optarg;
        else if (option == 's')
            code = take_syntax(request, optarg);
        else if (option == 'h')
            code = print_usage(stdout, request->manner);
        else
            code = complain(request, "unknown option, or one without its value:", argv[optind - 1]);
    }
    for (; optind < argc; optind++)
        request->given[request->file_count++] = argv[optind];
    request->files = request->given;
    if (code == GO_ON && request->file_count == 0)
        code = complain(request, "no configuration file is given", NULL);
    return code;
}

/* A file that exists stays as it is. */
static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out == NULL)
        return -errno;
    bool is_written = fputs(text, out) != EOF;
    is_written = fclose(out) == 0 && is_written;
    if (is_written)
        return 0;
    int error = -errno;
    unlink(path);
    return error;
}

static int deliver(const struct request *request, const char *text)
{
    int error = 0;
    if (request->output != NULL)
        error = write_file(request->output, text);
    else if (fputs(text, stdout) == EOF || fflush(stdout) != 0)
        error = -errno;
    if (error == 0)
        return 0;
    fprintf(stderr, "cannot write %s: %s%s\n",
            request->output != NULL ? request->output : "the standard output", strerror(-error),
            error == -EEXIST ? "; remove it first, or give another name" : "");
    return 1;
}

static int finish(const struct request *request, struct conf_report *report, char *text)
{
    conf_report_print(stderr, report, CONF_WARNING);
    int exit_code = text != NULL ? deliver(request, text) : 1;
    conf_report_clear(report);
    free(text);
    return exit_code;
}

static int convert(const struct request *request)
{
    struct conf_report report;
    struct conf_input input = {.paths = request->files, .path_count = request->file_count};
    if (request->file_count > 1)
        return complain(request, "one file at a time, not also", request->files[1]);
    conf_report_init(&report);
    return finish(request, &report, config_convert(&input, &report));
}

static int show(const struct request *request)
{
    struct conf_report report;
    struct conf_input input = {
        .paths = request->files, .path_count = request->file_count, .compile = rule_tables_compile};
    conf_report_init(&report);
    return finish(request, &report, config_show(&input, request->syntax, &report));
}

/* The words behind the command's own, which getopt() takes for the program's name. */
static int run(struct request *request, int argc, char **argv, const char *short_options,
               int (*act)(const struct request *))
{
    request->given = calloc((size_t)argc + 1, sizeof *request->given);
    if (request->given == NULL)
        return 1;
    int code = take_words(request, argc, argv, short_options);
    if (code == GO_ON)
        code = act(request);
    free(request->given);
    return code;
}

int convert_command(int argc, char **argv)
{
    struct request request = {.manner = &convert_manner};
    return run(&request, argc + 1, argv - 1, ":ho:", convert);
}

int show_command(int argc, char **argv)
{
    struct request request = {.manner = &show_manner};
    if (argc > 0 && strcmp(argv[0], "config") == 0)
        return run(&request, argc, argv, ":hf:", show);
    bool wants_help = argc > 0 && (strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0);
    if (wants_help)
        return print_usage(stdout, &show_manner);
    return complain(&request, "what to show: config, not", argc > 0 ? argv[0] : "nothing");
}
