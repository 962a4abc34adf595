/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters on a message of FIX (Financial Information eXchange), the first of a connection:
 * tag=value pairs, each ended by a byte 1.
 */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <string.h>

enum { PAIR_END = 1 };
enum { MESSAGE_BYTES_MIN = sizeof("8=FIX.4.2|9=5|35=A|10=178|") - 1 };
enum { BEGIN_STRING = 8, BODY_LENGTH = 9, CHECK_SUM = 10, MSG_TYPE = 35 };

/* Tags that have a name in rules. */
static const struct {
    const char *name;
    unsigned tag;
} names[] = {
    {"BeginString", BEGIN_STRING}, {"BodyLength", BODY_LENGTH}, {"CheckSum", CHECK_SUM},
    {"MsgType", MSG_TYPE},         {"SenderCompID", 49},        {"TargetCompID", 56},
};

static const char *const versions[] = {"FIX.4.0", "FIX.4.1", "FIX.4.2",
                                       "FIX.4.3", "FIX.4.4", "FIXT.1.1"};

enum verdict { INVALID, VALID, INCOMPLETE };

struct pair {
    unsigned tag; /* 0: none */
    struct sample_text value;
};

/* Takes one pair from the beginning of the rest. */
static enum verdict take_pair(struct sample_text *rest, struct pair *out)
{
    const char *at = rest->data, *end = at + rest->len;
    const char *equals = memchr(at, '=', rest->len);
    unsigned tag = 0;
    const char *value_end =
        equals != NULL ? memchr(equals, PAIR_END, (size_t)(end - equals)) : NULL;
    if (value_end == NULL)
        return INCOMPLETE;
    while (*at >= '0' && *at <= '9' && tag < 100000000)
        tag = 10 * tag + (unsigned)(*at++ - '0');
    if (at != equals || tag == 0)
        return INVALID;
    *out = (struct pair){tag, {equals + 1, (size_t)(value_end - equals - 1)}};
    *rest = (struct sample_text){value_end + 1, (size_t)(end - value_end - 1)};
    return VALID;
}

static bool version_is_known(struct sample_text value)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strlen(versions[i]) == value.len && memcmp(versions[i], value.data, value.len) == 0)
            return true;
    return false;
}

/* False: no number, or longer than anything can be. */
static bool read_number(struct sample_text digits, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || i > 8)
            return false;
        *out = 10 * *out + (size_t)(digits.data[i] - '0');
    }
    return digits.len > 0;
}

/* The last pair: the sum of all bytes before it, in three digits. */
static enum verdict check_sum(struct sample_text message, struct sample_text rest)
{
    unsigned char sum = 0;
    struct pair pair;
    size_t want;
    for (const char *at = message.data; at < rest.data; at++)
        sum = (unsigned char)(sum + (unsigned char)*at);
    enum verdict verdict = take_pair(&rest, &pair);
    if (verdict != VALID)
        return verdict;
    bool fits = pair.tag == CHECK_SUM && pair.value.len == 3 && read_number(pair.value, &want) &&
                want == sum;
    return fits ? VALID : INVALID;
}

/* The three pairs that each message begins with tell where its body ends. */
static enum verdict check_message(struct sample_text message)
{
    static const unsigned first[] = {BEGIN_STRING, BODY_LENGTH, MSG_TYPE};
    struct sample_text rest = message;
    size_t body = 0, pairs = 0, body_end = SIZE_MAX; /* counted from the message's beginning */
    if (message.len < MESSAGE_BYTES_MIN)
        return INCOMPLETE;
    while ((size_t)(rest.data - message.data) < body_end) {
        struct pair pair;
        enum verdict verdict = take_pair(&rest, &pair);
        if (verdict != VALID)
            return verdict;
        if (pair.value.len == 0 || (pairs < 3 && pair.tag != first[pairs]) ||
            (pairs == 0 && !version_is_known(pair.value)) ||
            (pairs == 1 && !read_number(pair.value, &body)))
            return INVALID;
        if (pairs++ == 1)
            body_end = (size_t)(rest.data - message.data) + body;
    }
    return (size_t)(rest.data - message.data) == body_end ? check_sum(message, rest) : INVALID;
}

static bool is_valid(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row, (void)args;
    enum verdict verdict = check_message(s->text);
    sample_set_bool(s, verdict == VALID);
    return verdict != INCOMPLETE;
}

static bool tag_value(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)env, (void)row;
    struct sample_text rest = s->text;
    struct pair pair = {0};
    while (pair.tag != args[0].integer)
        if (take_pair(&rest, &pair) != VALID)
            return false;
    sample_set_text(s, SAMPLE_BINARY, pair.value.data, pair.value.len);
    return pair.value.len > 0;
}

static bool check_tag(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    struct sample_text name = args[0].text;
    size_t tag = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == name.len &&
            strncasecmp(names[i].name, name.data, name.len) == 0)
            tag = names[i].tag;
    if (tag == 0 && !read_number(name, &tag)) {
        CONF_FAIL(c->l, args[0].span, "a number, or a name such as MsgType",
                  "'%.*s' is no tag of FIX", (int)name.len, name.data);
        return false;
    }
    args[0].integer = (long long)tag;
    return true;
}

/* clang-format off */
const struct converter fix_converters[] = {
    {.name = "fix_is_valid", .in = SAMPLE_BINARY, .out = SAMPLE_BOOL, .run = is_valid, .since = "2.4",
     .doc = "Whether the bytes are a FIX message: version, length and type first, and a checksum that fits."},
    {.name = "fix_tag_value", .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .args = {{ARG_STRING}, 1}, .run = tag_value, .check = check_tag,
     .since = "2.4", .doc = "The value of a tag of a FIX message: fix_tag_value(<number or name>)."},
    {.name = NULL},
};
/* clang-format on */
