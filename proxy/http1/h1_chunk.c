/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunked bodies, RFC 9112 7.1. This is an automaton of our own, not llhttp's, for three reasons:
 * the bytes of a chunk may go past the parser, so its count of what remains must be ours
 * to change; llhttp 8 takes blanks behind a size and any byte in an extension; and it can only
 * begin at a head. Trailers are fields, and llhttp reads them as it reads those of a head.
 */
#include <assert.h>
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/http1/h1_priv.h"

enum char_class {
    INVALID,
    HEX,
    TOKEN, /* may stand in a token, and is not HEX */
    SEMICOLON,
    EQUALS,
    QUOTE,
    BACKSLASH,
    BLANK,
    TEXT, /* may stand within quotes only, and is not BLANK */
    CR,
    LF,
    CHAR_CLASSES
};

enum state {
    BAD,
    SIZE_FIRST,
    SIZE,
    SIZE_PADDING, /* lenient only */
    EXT_NAME_FIRST,
    EXT_NAME,
    EXT_VALUE_FIRST,
    EXT_VALUE,
    EXT_QUOTED,
    EXT_ESCAPED,
    EXT_QUOTED_END,
    SIZE_LF,
    DATA_CR,
    DATA_LF,
    HEAD_END, /* a chunk's first line is over */
    /* below this, bytes are not read one by one */
    DATA,
    TRAILERS,
    OVER,
    LINE_STATES = HEAD_END,
};

/* RFC 9112 7.1.1, without the white space that it calls bad. An empty cell is an error. */
static const uint8_t next_state[LINE_STATES][CHAR_CLASSES] = {
    [SIZE_FIRST] = {[HEX] = SIZE},
    [SIZE] = {[HEX] = SIZE, [SEMICOLON] = EXT_NAME_FIRST, [CR] = SIZE_LF},
    [EXT_NAME_FIRST] = {[HEX] = EXT_NAME, [TOKEN] = EXT_NAME},
    [EXT_NAME] = {[HEX] = EXT_NAME,
                  [TOKEN] = EXT_NAME,
                  [EQUALS] = EXT_VALUE_FIRST,
                  [SEMICOLON] = EXT_NAME_FIRST,
                  [CR] = SIZE_LF},
    [EXT_VALUE_FIRST] = {[HEX] = EXT_VALUE, [TOKEN] = EXT_VALUE, [QUOTE] = EXT_QUOTED},
    [EXT_VALUE] =
        {[HEX] = EXT_VALUE, [TOKEN] = EXT_VALUE, [SEMICOLON] = EXT_NAME_FIRST, [CR] = SIZE_LF},
    [EXT_QUOTED] = {[HEX] = EXT_QUOTED,
                    [TOKEN] = EXT_QUOTED,
                    [SEMICOLON] = EXT_QUOTED,
                    [EQUALS] = EXT_QUOTED,
                    [BLANK] = EXT_QUOTED,
                    [TEXT] = EXT_QUOTED,
                    [BACKSLASH] = EXT_ESCAPED,
                    [QUOTE] = EXT_QUOTED_END},
    [EXT_ESCAPED] = {[HEX] = EXT_QUOTED,
                     [TOKEN] = EXT_QUOTED,
                     [SEMICOLON] = EXT_QUOTED,
                     [EQUALS] = EXT_QUOTED,
                     [BLANK] = EXT_QUOTED,
                     [TEXT] = EXT_QUOTED,
                     [BACKSLASH] = EXT_QUOTED,
                     [QUOTE] = EXT_QUOTED},
    [EXT_QUOTED_END] = {[SEMICOLON] = EXT_NAME_FIRST, [CR] = SIZE_LF},
    [SIZE_LF] = {[LF] = HEAD_END},
    [DATA_CR] = {[CR] = DATA_LF},
    [DATA_LF] = {[LF] = SIZE_FIRST},
};

/* Ways on that HAProxy takes and we only when lenient: padded sizes, lines that end in a bare LF.
 */
static const uint8_t lenient_state[LINE_STATES][CHAR_CLASSES] = {
    [SIZE] = {[BLANK] = SIZE_PADDING, [LF] = HEAD_END},
    [SIZE_PADDING] =
        {[BLANK] = SIZE_PADDING, [SEMICOLON] = EXT_NAME_FIRST, [CR] = SIZE_LF, [LF] = HEAD_END},
    [EXT_NAME_FIRST] = {[BLANK] = EXT_NAME_FIRST, [CR] = SIZE_LF, [LF] = HEAD_END},
    [EXT_NAME] = {[LF] = HEAD_END},
    [EXT_VALUE] = {[LF] = HEAD_END},
    [EXT_QUOTED_END] = {[LF] = HEAD_END},
    [DATA_CR] = {[LF] = SIZE_FIRST},
};

/* What is wrong if there is no way on from a state. */
static const char *const complaints[LINE_STATES] = {
    [SIZE_FIRST] = "a chunk without a size",
    [SIZE] = "invalid character in a chunk size",
    [SIZE_PADDING] = "invalid character in a chunk size",
    [EXT_NAME_FIRST] = "invalid chunk extension",
    [EXT_NAME] = "invalid chunk extension",
    [EXT_VALUE_FIRST] = "invalid chunk extension",
    [EXT_VALUE] = "invalid chunk extension",
    [EXT_QUOTED] = "invalid chunk extension",
    [EXT_ESCAPED] = "invalid chunk extension",
    [EXT_QUOTED_END] = "invalid chunk extension",
    [SIZE_LF] = "CR without LF behind a chunk size",
    [DATA_CR] = "a chunk does not end where it should",
    [DATA_LF] = "CR without LF behind a chunk",
};

static enum char_class char_classify(char c)
{
    switch (c) {
    case ';':
        return SEMICOLON;
    case '=':
        return EQUALS;
    case '"':
        return QUOTE;
    case '\\':
        return BACKSLASH;
    case '\r':
        return CR;
    case '\n':
        return LF;
    case ' ':
    case '\t':
        return BLANK;
    default:
        break;
    }
    const char lower = (char)(c | 0x20);
    if (ascii_is_digit(c) || (lower >= 'a' && lower <= 'f'))
        return HEX;
    if (h1_token_span(&c, 1) == 1)
        return TOKEN;
    return (unsigned char)c > ' ' && c != 0x7f ? TEXT : INVALID;
}

void h1_chunk_init(struct h1_chunked *c, unsigned options)
{
    *c = (struct h1_chunked){.state = SIZE_FIRST, .options = (uint8_t)options};
}

static int chunk_refuse(struct h1_chunked *c, unsigned status, size_t off, const char *reason)
{
    c->error =
        (struct h1_error){.reason = reason, .offset = (uint32_t)off, .status = (uint16_t)status};
    c->state = BAD;
    return H1_BAD;
}

static const char *size_add(struct h1_chunked *c, char digit)
{
    const unsigned value =
        ascii_is_digit(digit) ? (unsigned)(digit - '0') : (unsigned)((digit | 0x20) - 'a') + 10;
    if (++c->size_digits > 16 || c->remaining > (uint64_t)INT64_MAX >> 4)
        return "the chunk size is too large";
    c->remaining = c->remaining << 4 | value;
    return NULL;
}

/* Reads one byte between chunks; H1_MORE, or H1_BAD. */
static int line_step(struct h1_chunked *c, char byte, size_t off)
{
    const enum char_class class = char_classify(byte);
    enum state state = next_state[c->state][class];
    if (state == BAD && (c->options & H1_LENIENT) != 0)
        state = lenient_state[c->state][class];
    const char *complaint = state == BAD ? complaints[c->state] : NULL;
    if (state == SIZE)
        complaint = size_add(c, byte);
    else if (state >= SIZE_PADDING && state <= EXT_QUOTED_END &&
             ++c->extension_bytes > H1_CHUNK_EXTENSION_BYTES_MAX)
        complaint = "too many bytes in chunk extensions";
    if (complaint != NULL)
        return chunk_refuse(c, 400, off, complaint);
    c->state = (uint8_t)state;
    if (state == SIZE_FIRST)
        c->size_digits = 0;
    else if (state == HEAD_END)
        c->state = c->remaining > 0 ? DATA : TRAILERS;
    return H1_MORE;
}

/*
 * Finds the end of the trailer section: bytes up to behind its empty line, or H1_MORE. The lines
 * already seen are not looked at again.
 */
static int64_t trailers_end(struct h1_chunked *c, const char *data, size_t len, size_t off)
{
    assert(len >= c->trailer_scanned); /* what was left must be offered again */
    for (;;) {
        const char *line = data + c->trailer_scanned;
        const char *lf = memchr(line, '\n', len - c->trailer_scanned);
        const size_t seen = lf != NULL ? (size_t)(lf + 1 - data) : len;
        if (seen > H1_TRAILER_BYTES_MAX)
            return chunk_refuse(c, 431, off, "the trailer section is too large");
        if (lf == NULL)
            return H1_MORE;
        if (lf == line || lf[-1] != '\r')
            return chunk_refuse(c, 400, off + seen - 1, "a trailer line does not end in CRLF");
        if (lf == line + 1)
            return (int64_t)seen;
        c->trailer_scanned = (uint32_t)seen;
    }
}

static int64_t take_trailers(struct h1_chunked *c, const char *data, size_t len, size_t off,
                             struct h1_piece *piece)
{
    const int64_t section = len > off ? trailers_end(c, data + off, len - off, off) : H1_MORE;
    if (section == H1_BAD)
        return H1_BAD;
    if (section == H1_MORE)
        return (int64_t)off;
    struct http_msg fields;
    if (section > 2 &&
        h1_trailers_parse(data + off, (size_t)section, &fields, c->options, &c->error) != H1_DONE) {
        c->error.offset += (uint32_t)off;
        c->state = BAD;
        return H1_BAD;
    }
    c->state = OVER;
    *piece =
        (struct h1_piece){.kind = H1_PIECE_END, .off = (uint32_t)off, .len = (uint32_t)section - 2};
    return (int64_t)off + section;
}

static int64_t take_data(struct h1_chunked *c, size_t len, size_t off, struct h1_piece *piece)
{
    const size_t there = len - off < UINT32_MAX ? len - off : UINT32_MAX;
    const size_t n = there < c->remaining ? there : (size_t)c->remaining;
    if (n == 0)
        return (int64_t)off;
    *piece = (struct h1_piece){.kind = H1_PIECE_DATA, .off = (uint32_t)off, .len = (uint32_t)n};
    h1_chunk_skip(c, n);
    return (int64_t)(off + n);
}

int64_t h1_chunk_next(struct h1_chunked *c, const char *data, size_t len,
                      struct h1_piece *piece_out)
{
    *piece_out = (struct h1_piece){.kind = H1_PIECE_NONE};
    size_t off = 0;
    while (off < len && c->state < LINE_STATES && c->state != BAD) {
        if (line_step(c, data[off], off) == H1_BAD)
            return H1_BAD;
        off++;
    }
    switch (c->state) {
    case BAD:
        return H1_BAD;
    case DATA:
        return take_data(c, len, off, piece_out);
    case TRAILERS:
        return take_trailers(c, data, len, off, piece_out);
    case OVER:
        piece_out->kind = H1_PIECE_END;
        return (int64_t)off;
    default:
        return (int64_t)off;
    }
}

void h1_chunk_skip(struct h1_chunked *c, uint64_t n)
{
    c->remaining -= n;
    if (n > 0 && c->remaining == 0)
        c->state = DATA_CR;
}

/* Fields that frame, route or speak of the connection come too late in a trailer, RFC 9110 6.5.1.
 */
static const uint8_t forbidden[] = {
    HTTP_HDR_CONTENT_LENGTH, HTTP_HDR_TRANSFER_ENCODING,
    HTTP_HDR_HOST,           HTTP_HDR_CONNECTION,
    HTTP_HDR_KEEP_ALIVE,     HTTP_HDR_PROXY_CONNECTION,
    HTTP_HDR_UPGRADE,        HTTP_HDR_TE,
    HTTP_HDR_TRAILER,        HTTP_HDR_EXPECT,
};

enum h1_status h1_trailers_parse(const char *data, size_t len, struct http_msg *msg,
                                 unsigned options, struct h1_error *error_out)
{
    struct h1_parser p;
    enum h1_status status = h1_fields_read(&p, msg, data, len, options);
    for (size_t i = 0; i < sizeof(forbidden) && status == H1_DONE; i++) {
        const struct http_header *h = http_msg_first(msg, forbidden[i]);
        if (h != NULL)
            status = h1_refuse(&p, 400, h->name_off, "a field that may not be in a trailer");
    }
    *error_out = p.error;
    return status;
}

size_t h1_format_chunk_head(char buf[H1_CHUNK_HEAD_BYTES_MAX], uint64_t n)
{
    size_t digits = 1;
    while (digits < 16 && n >> (4 * digits) != 0)
        digits++;
    for (size_t i = digits; i > 0; i--, n >>= 4)
        buf[i - 1] = "0123456789abcdef"[n & 15];
    buf[digits] = '\r';
    buf[digits + 1] = '\n';
    return digits + 2;
}
