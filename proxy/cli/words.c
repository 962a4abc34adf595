/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and their words; see words.h. */
#include "proxy/cli/words.h"

#include <string.h>

static const char payload_mark[] = "<<";
#define MARK_LEN (sizeof(payload_mark) - 1)

/* Where the command ends: at its ';' or LF, or NULL. */
static char *find_end(char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\\' && i + 1 < len && bytes[i + 1] != '\n')
            i++;
        else if (bytes[i] == '\n' || bytes[i] == ';')
            return bytes + i;
    }
    return NULL;
}

/* Behind the empty line that ends a payload, or NULL; counts those before it. */
static char *find_payload_end(char *payload, const char *end, unsigned *lines)
{
    for (char *line = payload; line < end; ++*lines) {
        char *lf = memchr(line, '\n', (size_t)(end - line));
        if (lf == NULL)
            return NULL;
        if (lf == line || (lf == line + 1 && *line == '\r'))
            return lf + 1;
        line = lf + 1;
    }
    return NULL;
}

static bool announces_payload(const char *command, const char *end)
{
    return (size_t)(end - command) >= MARK_LEN &&
           memcmp(end - MARK_LEN, payload_mark, MARK_LEN) == 0;
}

enum cli_found cli_text_find(char *bytes, size_t len, struct cli_text *text_out)
{
    char *end = find_end(bytes, len);
    if (end == NULL)
        return CLI_INCOMPLETE;
    *text_out = (struct cli_text){.command = bytes, .taken = (size_t)(end - bytes) + 1};
    bool is_line = *end == '\n';
    if (is_line && end > bytes && end[-1] == '\r')
        end--;
    if (is_line && announces_payload(bytes, end)) {
        char *payload = bytes + text_out->taken;
        text_out->payload_lines = 1;
        char *after = find_payload_end(payload, bytes + len, &text_out->payload_lines);
        if (after == NULL)
            return CLI_IN_PAYLOAD;
        text_out->payload = payload;
        text_out->taken = (size_t)(after - bytes);
        char *last = after - 1; /* the empty line goes, those before it keep their ends */
        last[last > payload && last[-1] == '\r' ? -1 : 0] = '\0';
        end -= MARK_LEN;
    }
    *end = '\0';
    return CLI_COMMAND;
}

/* In place: "\\" stays as one, any other backslash goes. */
static void unescape(char *word)
{
    char *to = word;
    for (const char *from = word; *from != '\0'; from++) {
        if (*from == '\\' && *++from == '\0')
            break;
        *to++ = *from;
    }
    *to = '\0';
}

/* Behind the word. */
static char *word_end(char *at)
{
    for (; *at != '\0' && *at != ' ' && *at != '\t'; at++)
        if (*at == '\\' && at[1] != '\0')
            at++;
    return at;
}

unsigned cli_words_cut(char *command, char *words_out[CLI_WORDS_MAX])
{
    unsigned count = 0;
    for (char *at = command; count < CLI_WORDS_MAX;) {
        at += strspn(at, " \t");
        if (*at == '\0')
            break;
        char *word = at;
        at = word_end(at);
        bool is_last = *at == '\0';
        *at = '\0';
        unescape(word);
        words_out[count++] = word;
        if (is_last)
            break;
        at++;
    }
    return count;
}
