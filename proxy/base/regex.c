/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that sees PCRE2. */
#include "proxy/base/regex.h"

#include "proxy/base/ascii.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A pattern of a person and a text of a stranger: what a match costs has to have an end. */
enum { MATCH_STEPS_MAX = 1000000, MATCH_HEAP_KIB_MAX = 1024 };

struct regex {
    pcre2_code *code;
};

/* A thread's working memory, freed when it ends. */
struct workspace {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static _Thread_local struct workspace *workspace;
static pthread_key_t workspace_key;
static pthread_once_t workspace_once = PTHREAD_ONCE_INIT;

static void workspace_free(void *memory)
{
    struct workspace *w = memory;
    pcre2_match_data_free(w->data);
    pcre2_match_context_free(w->context);
    free(w);
}

static void workspace_key_make(void)
{
    pthread_key_create(&workspace_key, workspace_free);
}

static struct workspace *workspace_make(void)
{
    struct workspace *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->data = pcre2_match_data_create(REGEX_GROUPS_MAX, NULL);
    w->context = pcre2_match_context_create(NULL);
    pthread_once(&workspace_once, workspace_key_make);
    if (w->data == NULL || w->context == NULL || pthread_setspecific(workspace_key, w) != 0) {
        workspace_free(w);
        return NULL;
    }
    pcre2_set_match_limit(w->context, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(w->context, MATCH_HEAP_KIB_MAX);
    return workspace = w;
}

struct regex *regex_new(const char *pattern, bool ignore_case, char error[REGEX_ERROR_BYTES],
                        size_t *offset_out)
{
    int code = 0;
    struct regex *regex = malloc(sizeof *regex);
    *offset_out = 0;
    strcpy(error, "no memory");
    if (regex == NULL)
        return NULL;
    regex->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                ignore_case ? PCRE2_CASELESS : 0, &code, offset_out, NULL);
    if (regex->code == NULL) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)error, REGEX_ERROR_BYTES);
        free(regex);
        return NULL;
    }
    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* without it matching works, only slower */
    return regex;
}

void regex_free(struct regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_code_free(regex->code);
    free(regex);
}

/* How many groups were set, of those that there is room for; -1: it does not match. */
static int match(const struct regex *regex, const char *subject, size_t len, uint32_t options)
{
    struct workspace *w = workspace != NULL ? workspace : workspace_make();
    if (w == NULL)
        return -1;
    int set = pcre2_match(regex->code, (PCRE2_SPTR)subject, len, 0, options, w->data, w->context);
    if (set < 0)
        return -1;
    return set > 0 ? set : REGEX_GROUPS_MAX;
}

bool regex_match(const struct regex *regex, const char *subject, size_t len)
{
    return match(regex, subject, len, 0) > 0;
}

bool regex_search(const struct regex *regex, const char *subject, size_t len,
                  struct regex_group groups[REGEX_GROUPS_MAX])
{
    return regex_search_at(regex, subject, len, false, groups);
}

bool regex_search_at(const struct regex *regex, const char *subject, size_t len, bool is_inside,
                     struct regex_group groups[REGEX_GROUPS_MAX])
{
    int set = match(regex, subject, len, is_inside ? PCRE2_NOTBOL : 0);
    if (set < 0)
        return false;
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(workspace->data);
    /* behind those that were set stands what matches of other expressions left */
    for (int i = 0; i < REGEX_GROUPS_MAX; i++)
        groups[i] = i >= set || offsets[2 * i] == PCRE2_UNSET
                        ? (struct regex_group){1, 0}
                        : (struct regex_group){offsets[2 * i], offsets[2 * i + 1]};
    return true;
}

/* The piece of the result that text begins with; how much of text it takes. */
static size_t next_piece(const char *text, const char *subject,
                         const struct regex_group groups[REGEX_GROUPS_MAX], char *byte,
                         const char **piece, size_t *len)
{
    *piece = text;
    *len = 1;
    if (*text != '\\' || text[1] == '\0')
        return 1;
    if (isdigit((unsigned char)text[1])) {
        const struct regex_group *group = &groups[text[1] - '0'];
        *len = group->to > group->from ? group->to - group->from : 0;
        *piece = *len > 0 ? subject + group->from : text;
        return 2;
    }
    if (text[1] == 'x' && isxdigit((unsigned char)text[2]) && isxdigit((unsigned char)text[3])) {
        *byte = (char)(ascii_hex_value(text[2]) * 16 + ascii_hex_value(text[3]));
        *piece = byte;
        return 4;
    }
    *piece = text + 1;
    return 2;
}

long regex_expand(const char *replacement, const char *subject,
                  const struct regex_group groups[REGEX_GROUPS_MAX], char *out, size_t room)
{
    size_t used = 0, len;
    const char *piece;
    char byte;
    while (*replacement != '\0') {
        replacement += next_piece(replacement, subject, groups, &byte, &piece, &len);
        if (len > room - used)
            return -1;
        memcpy(out + used, piece, len);
        used += len;
    }
    return (long)used;
}
