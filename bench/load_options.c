/* SPDX-License-Identifier: Apache-2.0 */
/* The load's command line; see load.h. */
#include "bench/load.h"

#include "bench/net.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: load --port PORT --path PATH --body-bytes N --requests N "
    "[--connections N] [--warmup N]\n"
    "            [--hosts N] [--browser] [--upload-bytes N] [--close] [--tls "
    "full|resumed] [--rate PER_SECOND]\n"
    "            [--timeout SECONDS] [--cpu N]\n";

static noreturn void refuse(const char *why)
{
    fprintf(stderr, "load: %s\n%s", why, usage);
    exit(2);
}

static enum tls_use tls_use_parse(const char *text)
{
    if (strcmp(text, "full") == 0)
        return TLS_FULL;
    if (strcmp(text, "resumed") == 0)
        return TLS_RESUMED;
    refuse("--tls takes full or resumed");
}

/* Where each option that takes a number puts it. */
static long *number_of(struct load_options *options, int option)
{
    switch (option) {
    case 'n':
        return &options->requests;
    case 'c':
        return &options->connections;
    case 'w':
        return &options->warmup;
    case 'r':
        return &options->rate_per_s;
    case 'h':
        return &options->hosts;
    case 'o':
        return &options->timeout_s;
    default:
        return NULL;
    }
}

static void option_take(struct load_options *options, int option, const char *name)
{
    long *number = number_of(options, option);
    if (number != NULL)
        *number = number_parse(name, optarg);
    else if (option == 'l')
        options->port = (uint16_t)number_parse(name, optarg);
    else if (option == 'p')
        options->path = optarg;
    else if (option == 'b')
        options->body_bytes = (size_t)number_parse(name, optarg);
    else if (option == 'u')
        options->upload_bytes = (size_t)number_parse(name, optarg);
    else if (option == 'B')
        options->browser_headers = true;
    else if (option == 'x')
        options->close = true;
    else if (option == 't')
        options->tls = tls_use_parse(optarg);
    else if (option == 'C')
        options->cpu = (int)number_parse(name, optarg);
}

struct load_options load_options_parse(int argc, char **argv)
{
    /* clang-format off */
    static const struct option names[] = {
        {"port", required_argument, NULL, 'l'},
        {"path", required_argument, NULL, 'p'},
        {"body-bytes", required_argument, NULL, 'b'},
        {"requests", required_argument, NULL, 'n'},
        {"connections", required_argument, NULL, 'c'},
        {"warmup", required_argument, NULL, 'w'},
        {"hosts", required_argument, NULL, 'h'},
        {"browser", no_argument, NULL, 'B'},
        {"upload-bytes", required_argument, NULL, 'u'},
        {"close", no_argument, NULL, 'x'},
        {"tls", required_argument, NULL, 't'},
        {"rate", required_argument, NULL, 'r'},
        {"timeout", required_argument, NULL, 'o'},
        {"cpu", required_argument, NULL, 'C'},
        {0},
    };
    /* clang-format on */
    struct load_options options = {.connections = 1, .timeout_s = 120, .cpu = -1};
    int option;
    int index = 0;

    while ((option = getopt_long(argc, argv, "", names, &index)) != -1) {
        if (option == '?')
            refuse("unknown option");
        option_take(&options, option, names[index].name);
    }
    if (options.port == 0 || options.path == NULL || options.body_bytes == 0)
        refuse("--port, --path and --body-bytes are needed");
    if (options.connections < 1 || options.warmup < 0 || options.requests < 0 ||
        options.rate_per_s < 0)
        refuse("a number is out of range");
    return options;
}
