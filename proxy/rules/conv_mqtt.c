/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters on the first packet of an MQTT session: CONNECT of a client, CONNACK of a server, of versions
 * 3.1, 3.1.1 and 5.0. A packet is read as a whole, since whatever is behind a mistake cannot be trusted;
 * fields then are looked up in what was read.
 */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <string.h>

enum packet_type { CONNECT = 1, CONNACK = 2 };

/* Of the flags of CONNECT: MQTT 5.0 3.1.2.3 */
enum {
    FLAG_RESERVED = 0x01,
    FLAG_WILL = 0x04,
    FLAGS_OF_WILL = 0x38, /* quality of service, retain */
    FLAG_PASSWORD = 0x40,
    FLAG_USERNAME = 0x80,
};

/* ---- what a packet has ---------------------------------------------------------------------------------- */

enum kind { TRUTH, NUMBER1, NUMBER2, NUMBER4, NONZERO2, NONZERO4, TEXT, PAIR };
enum place { IN_CONNECT = 1, IN_WILL = 2, IN_CONNACK = 4 };

/* Fields by name, then properties by the number that stands before each of them (MQTT 5.0 2.2.2.2). */
static const struct field {
    const char *name; /* NULL: a property */
    unsigned char id;
    unsigned char kind, places;
} fields[] = {
    /* clang-format off */
    {"flags", 0, NUMBER1, IN_CONNECT | IN_CONNACK},
    {"protocol_version", 0, NUMBER1, IN_CONNECT | IN_CONNACK},
    {"protocol_name", 0, TEXT, IN_CONNECT},
    {"keepalive", 0, NUMBER2, IN_CONNECT},
    {"client_identifier", 0, TEXT, IN_CONNECT},
    {"will_topic", 0, TEXT, IN_CONNECT},
    {"will_payload", 0, TEXT, IN_CONNECT},
    {"username", 0, TEXT, IN_CONNECT},
    {"password", 0, TEXT, IN_CONNECT},
    {"reason_code", 0, NUMBER1, IN_CONNACK},
    {NULL, 1, TRUTH, IN_WILL},
    {NULL, 2, NUMBER4, IN_WILL},
    {NULL, 3, TEXT, IN_WILL},
    {NULL, 8, TEXT, IN_WILL},
    {NULL, 9, TEXT, IN_WILL},
    {NULL, 17, NUMBER4, IN_CONNECT | IN_CONNACK},
    {NULL, 18, TEXT, IN_CONNACK},
    {NULL, 19, NUMBER2, IN_CONNACK},
    {NULL, 21, TEXT, IN_CONNECT | IN_CONNACK},
    {NULL, 22, TEXT, IN_CONNECT | IN_CONNACK},
    {NULL, 23, TRUTH, IN_CONNECT},
    {NULL, 24, NUMBER4, IN_WILL},
    {NULL, 25, TRUTH, IN_CONNECT},
    {NULL, 26, TEXT, IN_CONNACK},
    {NULL, 28, TEXT, IN_CONNACK},
    {NULL, 31, TEXT, IN_CONNACK},
    {NULL, 33, NONZERO2, IN_CONNECT | IN_CONNACK},
    {NULL, 34, NUMBER2, IN_CONNECT | IN_CONNACK},
    {NULL, 36, TRUTH, IN_CONNACK},
    {NULL, 37, TRUTH, IN_CONNACK},
    {NULL, 38, PAIR, IN_CONNECT | IN_WILL | IN_CONNACK},
    {NULL, 39, NONZERO4, IN_CONNECT | IN_CONNACK},
    {NULL, 40, TRUTH, IN_CONNACK},
    {NULL, 41, TRUTH, IN_CONNACK},
    {NULL, 42, TRUTH, IN_CONNACK},
    /* clang-format on */
};

enum {
    FLAGS,
    VERSION,
    PROTOCOL,
    KEEPALIVE,
    CLIENT_ID,
    WILL_TOPIC,
    WILL_PAYLOAD,
    USERNAME,
    PASSWORD,
    REASON,
    FIELDS = sizeof fields / sizeof *fields
};

struct packet {
    unsigned type;
    unsigned places; /* enum place: what was there, so that numbers left out are 0 */
    struct {
        bool is_there;
        uint32_t number;
        struct sample_text text;
    } values[FIELDS];
};

/* ---- reading -------------------------------------------------------------------------------------------- */

struct reader {
    const unsigned char *at, *end;
    bool failed;
};

static uint32_t read_number(struct reader *r, unsigned bytes)
{
    uint32_t value = 0;
    if ((size_t)(r->end - r->at) < bytes) {
        r->failed = true;
        return 0;
    }
    while (bytes-- > 0)
        value = value << 8 | *r->at++;
    return value;
}

/* Seven bits a byte, the lowest first; at most four of them. */
static uint32_t read_length(struct reader *r)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint32_t byte = read_number(r, 1);
        value |= (byte & 127) << shift;
        if (r->failed || byte < 128)
            return value;
    }
    r->failed = true;
    return 0;
}

/* The next len bytes as a reader of their own. */
static struct reader read_part(struct reader *r, uint32_t len)
{
    if ((size_t)(r->end - r->at) < len)
        r->failed = true;
    struct reader part = {r->at, r->failed ? r->at : r->at + len, r->failed};
    r->at = part.end;
    return part;
}

static struct sample_text read_text(struct reader *r)
{
    uint32_t len = read_number(r, 2);
    struct reader part = read_part(r, len);
    return (struct sample_text){(const char *)part.at, (size_t)(part.end - part.at)};
}

static void read_field(struct reader *r, struct packet *p, size_t which)
{
    static const unsigned char bytes[] = {
        [TRUTH] = 1, [NUMBER1] = 1, [NUMBER2] = 2, [NUMBER4] = 4, [NONZERO2] = 2, [NONZERO4] = 4};
    unsigned kind = fields[which].kind;
    if (p->values[which].is_there && kind != PAIR) /* once only */
        r->failed = true;
    p->values[which].is_there = true;
    if (kind == PAIR)
        (void)read_text(r);
    if (kind == TEXT || kind == PAIR) {
        p->values[which].text = read_text(r);
        return;
    }
    uint32_t number = read_number(r, bytes[kind]);
    p->values[which].number = number;
    if ((kind == TRUTH && number > 1) || (kind >= NONZERO2 && number == 0))
        r->failed = true;
}

static size_t find_property(uint32_t id, unsigned place)
{
    size_t i = 0;
    while (i < FIELDS && (fields[i].id != id || id == 0 || (fields[i].places & place) == 0))
        i++;
    return i;
}

/* Version 5 only. Numbers of properties left out are 0. */
static void read_properties(struct reader *r, struct packet *p, enum place place)
{
    uint32_t len = read_length(r);
    struct reader list = read_part(r, len);
    p->places |= place;
    while (!list.failed && list.at < list.end) {
        size_t which = find_property(read_length(&list), place);
        if (which == FIELDS)
            list.failed = true;
        else
            read_field(&list, p, which);
    }
    r->failed |= list.failed;
}

static bool protocol_is_known(struct sample_text name)
{
    return (name.len == 4 && memcmp(name.data, "MQTT", 4) == 0) ||
           (name.len == 6 && memcmp(name.data, "MQIsdp", 6) == 0);
}

/* MQTT 5.0 3.1 */
static void read_connect(struct reader *r, struct packet *p)
{
    read_field(r, p, PROTOCOL);
    read_field(r, p, VERSION);
    read_field(r, p, FLAGS);
    read_field(r, p, KEEPALIVE);
    uint32_t flags = p->values[FLAGS].number, version = p->values[VERSION].number;
    bool has_will = (flags & FLAG_WILL) != 0;
    if (r->failed || !protocol_is_known(p->values[PROTOCOL].text) || version < 3 || version > 5 ||
        (flags & FLAG_RESERVED) != 0 || (!has_will && (flags & FLAGS_OF_WILL) != 0)) {
        r->failed = true;
        return;
    }
    if (version == 5)
        read_properties(r, p, IN_CONNECT);
    read_field(r, p, CLIENT_ID);
    if (has_will && version == 5)
        read_properties(r, p, IN_WILL);
    if (has_will) {
        read_field(r, p, WILL_TOPIC);
        read_field(r, p, WILL_PAYLOAD);
    }
    if ((flags & FLAG_USERNAME) != 0)
        read_field(r, p, USERNAME);
    if ((flags & FLAG_PASSWORD) != 0)
        read_field(r, p, PASSWORD);
}

/* MQTT 5.0 3.2; before it there were no properties, and no other sign of the version. */
static void read_connack(struct reader *r, struct packet *p)
{
    bool has_properties = r->end - r->at > 2;
    p->values[VERSION].is_there = true;
    p->values[VERSION].number = has_properties ? 5 : 4;
    read_field(r, p, FLAGS);
    read_field(r, p, REASON);
    if (p->values[FLAGS].number > 1)
        r->failed = true;
    if (has_properties)
        read_properties(r, p, IN_CONNACK);
}

enum verdict { INVALID, VALID, INCOMPLETE };

static enum verdict read_packet(struct sample_text bytes, struct packet *p)
{
    struct reader r = {(const unsigned char *)bytes.data, NULL, false};
    r.end = r.at + bytes.len;
    if (bytes.len < 2)
        return INCOMPLETE;
    uint32_t first = read_number(&r, 1), len = read_length(&r);
    *p = (struct packet){.type = first >> 4};
    if (r.failed || (first & 15) != 0 || (p->type != CONNECT && p->type != CONNACK))
        return INVALID;
    if ((size_t)(r.end - r.at) < len)
        return INCOMPLETE;
    struct reader body = read_part(&r, len);
    if (p->type == CONNECT)
        read_connect(&body, p);
    else
        read_connack(&body, p);
    return body.failed || body.at != body.end ? INVALID : VALID;
}

/* ---- converters ----------------------------------------------------------------------------------------- */

static bool is_valid(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row, (void)args;
    struct packet p;
    enum verdict verdict = read_packet(s->text, &p);
    sample_set_bool(s, verdict == VALID);
    return verdict != INCOMPLETE;
}

/* args[0].own: the field, of the type of packet args[1]. Rules compare texts, which hold no zero. */
static bool field_value(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    (void)row;
    const struct field *field = args[0].own;
    struct packet p;
    if (read_packet(s->text, &p) != VALID || p.type != args[1].integer)
        return false;
    bool is_text = field->kind == TEXT || field->kind == PAIR;
    struct sample_text text = p.values[field - fields].text;
    uint32_t number = p.values[field - fields].number;
    if (field->kind == PAIR || (is_text && (text.len == 0 || memchr(text.data, 0, text.len))) ||
        (!p.values[field - fields].is_there && (is_text || (field->places & p.places) == 0)))
        return false;
    sample_set_text(s, SAMPLE_STRING, text.data, text.len);
    if (is_text)
        return true;
    sample_set_int(s, number);
    return sample_cast(s, SAMPLE_STRING, env);
}

static bool same_word(struct sample_text text, const char *word)
{
    return strlen(word) == text.len && strncasecmp(word, text.data, text.len) == 0;
}

/* The property's number; 0: it is none. */
static uint32_t property_number(struct sample_text text)
{
    uint32_t id = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || id > 99)
            return 0;
        id = 10 * id + (uint32_t)(text.data[i] - '0');
    }
    return id;
}

static const struct field *find_field(struct sample_text name, bool of_connect)
{
    unsigned places = of_connect ? IN_CONNECT | IN_WILL : IN_CONNACK;
    for (size_t i = 0; i < FIELDS; i++) {
        if (fields[i].name != NULL && (fields[i].places & places) != 0 &&
            same_word(name, fields[i].name))
            return &fields[i];
    }
    size_t property = find_property(property_number(name), places);
    return property < FIELDS ? &fields[property] : NULL;
}

static bool check_field(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    struct sample_text packet = args[0].text, name = args[1].text;
    bool of_connect = same_word(packet, "connect") || same_word(packet, "1");
    if (!of_connect && !same_word(packet, "connack") && !same_word(packet, "2")) {
        CONF_FAIL(c->l, args[0].span, "connect (1) or connack (2), the first of either side",
                  "no field can be had of an MQTT packet '%.*s'", (int)packet.len, packet.data);
        return false;
    }
    args[0].own = find_field(name, of_connect);
    args[1].integer = of_connect ? CONNECT : CONNACK;
    if (args[0].own != NULL)
        return true;
    CONF_FAIL(c->l, args[1].span, "a name such as flags, or the number of a property of MQTT 5",
              "MQTT packets of type %.*s have no field '%.*s'", (int)packet.len, packet.data,
              (int)name.len, name.data);
    return false;
}

/* clang-format off */
const struct converter mqtt_converters[] = {
    {.name = "mqtt_is_valid", .in = SAMPLE_BINARY, .out = SAMPLE_BOOL, .run = is_valid, .since = "2.4",
     .doc = "Whether the bytes are the first packet of an MQTT session: CONNECT or CONNACK."},
    {.name = "mqtt_field_value", .in = SAMPLE_BINARY, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_STRING}, 2}, .run = field_value,
     .check = check_field, .since = "2.4", .doc = "A field of an MQTT packet: mqtt_field_value(connect|connack,<name or number of a property>)."},
    {.name = NULL},
};
/* clang-format on */
