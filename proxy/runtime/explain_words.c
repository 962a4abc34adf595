/* SPDX-License-Identifier: Apache-2.0 */
/* The words of `weir explain`. Rows say what each option takes and where it goes. */
#include "proxy/runtime/explain.h"
#include "proxy/runtime/explain_priv.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GO_ON = -1 };

enum option_kind { TAKES_FILE, TAKES_TEXT, TAKES_LIST, TAKES_ADDRESS, TAKES_NOTHING };

#define AT(member) offsetof(struct explain_words, member)

/* clang-format off */
static const struct word_row {
    int letter;
    const char *name; /* NULL: the letter alone */
    enum option_kind kind;
    size_t offset;
    const char *takes, *doc;
} rows[] = {
    {'f', NULL, TAKES_FILE, 0, "FILE", "the configuration; may be repeated"},
    {'H', NULL, TAKES_LIST, AT(headers), "'NAME: VALUE'", "a header field of the request; may be repeated"},
    {'b', "body", TAKES_TEXT, AT(body), "TEXT", "its body; Content-Length is added"},
    {'s', "src", TAKES_ADDRESS, AT(source), "IP[:PORT]", "where the client is; 127.0.0.1 if not said"},
    {'d', "dst", TAKES_ADDRESS, AT(destination), "IP[:PORT]", "where it connects to; the port chooses the bind"},
    {'t', "tls", TAKES_NOTHING, AT(tls), NULL, "the client speaks TLS"},
    {'n', "sni", TAKES_TEXT, AT(sni), "NAME", "and asks for that name; --tls goes without saying"},
    {'F', "frontend", TAKES_TEXT, AT(frontend), "NAME", "the frontend it arrives at"},
    {'B', "bind", TAKES_TEXT, AT(bind), "ADDRESS", "the bind it arrives at, as the file writes it, or its name"},
    {'D', "down", TAKES_LIST, AT(down), "[BACKEND/]SERVER", "that server is down; may be repeated"},
    {'r', "response", TAKES_TEXT, AT(response), "'HTTP/1.1 200 OK'", "what the server answers"},
    {'R', NULL, TAKES_LIST, AT(response_headers), "'NAME: VALUE'", "a header field of that answer; may be repeated"},
    {'y', "response-body", TAKES_TEXT, AT(response_body), "TEXT", "its body; Content-Length is added"},
    {'j', "json", TAKES_NOTHING, AT(json), NULL, "print JSON"},
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int usage(FILE *out, int code)
{
    fputs("Usage: weir explain -f FILE [OPTION]... ['GET /path HTTP/1.1']\n"
          "Runs one request through the rules of a configuration and prints each decision. Nothing "
          "is\n"
          "sent anywhere; servers are not probed, so all are taken as up.\n",
          out);
    for (size_t i = 0; i < ROWS; i++) {
        char text[64], letter[2] = {(char)rows[i].letter};
        bool is_short = rows[i].name == NULL;
        snprintf(text, sizeof(text), "%s%s %s", is_short ? "-" : "--",
                 is_short ? letter : rows[i].name, rows[i].takes != NULL ? rows[i].takes : "");
        fprintf(out, "  %-30s %s\n", text, rows[i].doc);
    }
    return code;
}

bool explain_option_at(size_t i, struct option_words *option_out)
{
    static char names[ROWS][24];
    if (i >= ROWS)
        return false;
    const struct word_row *row = &rows[i];
    if (row->name != NULL)
        snprintf(names[i], sizeof(names[i]), "-%s", row->name);
    else
        snprintf(names[i], sizeof(names[i]), "%c", row->letter);
    *option_out = (struct option_words){.name = names[i],
                                        .takes = row->takes,
                                        .doc = row->doc,
                                        .takes_file = row->kind == TAKES_FILE};
    return true;
}

static int complain(const char *what, const char *word)
{
    fprintf(stderr, "weir explain: %s '%s'\n`weir explain -h` says more\n", what, word);
    return 1;
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80". */
static bool read_address(const char *text, struct addr *out)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *from = text, *end = text + strlen(text), *port = NULL;
    const char *colon = strrchr(text, ':'), *bracket = strchr(text, ']');
    if (*text == '[' && bracket != NULL) {
        from++;
        end = bracket;
        port = bracket[1] == ':' ? bracket + 2 : NULL;
        if (bracket[1] != ':' && bracket[1] != '\0')
            return false;
    } else if (colon != NULL && strchr(text, ':') == colon) {
        end = colon;
        port = colon + 1;
    }
    char *rest = NULL;
    long number = port != NULL ? strtol(port, &rest, 10) : 0;
    if ((port != NULL && (*port == '\0' || *rest != '\0')) || number < 0 || number > UINT16_MAX ||
        (size_t)(end - from) >= sizeof(host))
        return false;
    snprintf(host, sizeof(host), "%.*s", (int)(end - from), from);
    *out = (struct addr){.family = AF_INET};
    if (inet_pton(AF_INET, host, &out->in.sin_addr) == 1) {
        out->in.sin_port = htons((uint16_t)number);
        return true;
    }
    *out = (struct addr){.family = AF_INET6};
    out->in6.sin6_port = htons((uint16_t)number);
    return inet_pton(AF_INET6, host, &out->in6.sin6_addr) == 1;
}

static int take(struct explain_words *words, const struct word_row *row, const char *value)
{
    void *at = (char *)words + row->offset;
    struct explain_list *list = at;
    switch (row->kind) {
    case TAKES_FILE:
        words->options.files[words->options.file_count++] = value;
        return GO_ON;
    case TAKES_TEXT:
        *(const char **)at = value;
        return GO_ON;
    case TAKES_LIST:
        list->items[list->count++] = value;
        return GO_ON;
    case TAKES_ADDRESS:
        return read_address(value, at) ? GO_ON : complain("this is no IP[:PORT]:", value);
    default:
        *(bool *)at = true;
        return GO_ON;
    }
}

static int take_option(struct explain_words *words, int letter, char **argv)
{
    if (letter == 'h')
        return usage(stdout, 0);
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].letter == letter)
            return take(words, &rows[i], optarg);
    return complain("unknown option, or one without its value:", argv[optind - 1]);
}

/* What contradicts itself, or is not enough. */
static int check(struct explain_words *words)
{
    words->tls = words->tls || words->sni != NULL;
    if (words->options.file_count == 0) {
        fputs("weir explain: no configuration is given\n", stderr);
        return usage(stderr, 1);
    }
    if (words->line == NULL && words->headers.count > 0)
        return complain("a header field without a request line:", words->headers.items[0]);
    if (words->response == NULL && words->response_headers.count > 0)
        return complain("a field of a response that --response does not give:",
                        words->response_headers.items[0]);
    if (words->response == NULL && words->response_body != NULL)
        return complain("a body of a response that --response does not give:",
                        words->response_body);
    for (size_t i = 0; i < words->headers.count; i++)
        if (strchr(words->headers.items[i], ':') == NULL)
            return complain("a header field is 'Name: value', not", words->headers.items[i]);
    return GO_ON;
}

static int read_words(struct explain_words *words, int argc, char **argv)
{
    struct option long_options[ROWS + 2] = {{"help", no_argument, NULL, 'h'}};
    size_t count = 1;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].name != NULL)
            long_options[count++] = (struct option){
                rows[i].name, rows[i].kind == TAKES_NOTHING ? no_argument : required_argument, NULL,
                rows[i].letter};
    int letter, code = GO_ON;
    optind = 0; /* begin anew */
    opterr = 0;
    while (code == GO_ON &&
           (letter = getopt_long(argc, argv, ":hf:H:R:", long_options, NULL)) != -1)
        code = take_option(words, letter, argv);
    if (code == GO_ON && optind < argc)
        words->line = argv[optind++];
    if (code == GO_ON && optind < argc)
        code = complain("one request at a time; quote its line:", argv[optind]);
    return code == GO_ON ? check(words) : code;
}

int explain_words_read(struct explain_words *words, int argc, char **argv)
{
    size_t room = (size_t)argc + 1;
    *words = (struct explain_words){.options.program = "weir"};
    words->options.files = calloc(room, sizeof(char *));
    words->headers.items = calloc(room, sizeof(char *));
    words->response_headers.items = calloc(room, sizeof(char *));
    words->down.items = calloc(room, sizeof(char *));
    if (words->options.files == NULL || words->headers.items == NULL ||
        words->response_headers.items == NULL || words->down.items == NULL)
        return 1;
    return read_words(words, argc + 1, argv - 1); /* getopt() takes the command for the program */
}

void explain_words_clear(struct explain_words *words)
{
    free(words->options.files);
    free(words->headers.items);
    free(words->response_headers.items);
    free(words->down.items);
}
