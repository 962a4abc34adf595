/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads CONNECT and CONNACK. What packets have is one table: fields that each has in its order, and the
 * properties of version 5, which come in any order behind a number.
 */
#include "proxy/rules/mqtt_packet.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

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
static const struct mqtt_field {
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
};

static_assert(sizeof fields / sizeof *fields == MQTT_FIELDS, "a value for each field");

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

static void read_field(struct reader *r, struct mqtt_packet *p, size_t which)
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
    while (i < MQTT_FIELDS && (fields[i].id != id || id == 0 || (fields[i].places & place) == 0))
        i++;
    return i;
}

/* Version 5 only. Numbers of properties left out are 0. */
static void read_properties(struct reader *r, struct mqtt_packet *p, enum place place)
{
    uint32_t len = read_length(r);
    struct reader list = read_part(r, len);
    p->places |= place;
    while (!list.failed && list.at < list.end) {
        size_t which = find_property(read_length(&list), place);
        if (which == MQTT_FIELDS)
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
static void read_connect(struct reader *r, struct mqtt_packet *p)
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
static void read_connack(struct reader *r, struct mqtt_packet *p)
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

enum mqtt_verdict mqtt_packet_read(struct sample_text bytes, struct mqtt_packet *p)
{
    struct reader r = {(const unsigned char *)bytes.data, NULL, false};
    r.end = r.at + bytes.len;
    if (bytes.len < 2)
        return MQTT_INCOMPLETE;
    uint32_t first = read_number(&r, 1), len = read_length(&r);
    *p = (struct mqtt_packet){.type = (enum mqtt_packet_type)(first >> 4)};
    if (r.failed || (first & 15) != 0 || (p->type != MQTT_CONNECT && p->type != MQTT_CONNACK))
        return MQTT_INVALID;
    if ((size_t)(r.end - r.at) < len)
        return MQTT_INCOMPLETE;
    struct reader body = read_part(&r, len);
    if (p->type == MQTT_CONNECT)
        read_connect(&body, p);
    else
        read_connack(&body, p);
    return body.failed || body.at != body.end ? MQTT_INVALID : MQTT_VALID;
}

/* ---- asking --- */

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

const struct mqtt_field *mqtt_field_find(struct sample_text name, enum mqtt_packet_type type)
{
    unsigned places = type == MQTT_CONNECT ? IN_CONNECT | IN_WILL : IN_CONNACK;
    for (size_t i = 0; i < MQTT_FIELDS; i++) {
        const struct mqtt_field *field = &fields[i];
        if (field->name != NULL && (field->places & places) != 0 &&
            strlen(field->name) == name.len && strncasecmp(field->name, name.data, name.len) == 0)
            return field;
    }
    size_t property = find_property(property_number(name), places);
    return property < MQTT_FIELDS ? &fields[property] : NULL;
}

/* Rules compare texts, which hold no zero. */
bool mqtt_packet_value(const struct mqtt_packet *p, const struct mqtt_field *field,
                       struct mqtt_value *value_out)
{
    const struct mqtt_value *value = &p->values[field - fields];
    *value_out = *value;
    if (field->kind == PAIR)
        return false;
    if (field->kind == TEXT)
        return value->is_there && value->text.len > 0 &&
               memchr(value->text.data, 0, value->text.len) == NULL;
    return value->is_there || (field->places & p->places) != 0;
}
