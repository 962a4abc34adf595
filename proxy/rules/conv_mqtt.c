/* SPDX-License-Identifier: Apache-2.0 */
/* Converters on the first packet of an MQTT session, which mqtt_packet.c reads. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"
#include "proxy/rules/mqtt_packet.h"

#include <string.h>
#include <strings.h>

static bool is_valid(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row, (void)args;
    struct mqtt_packet p;
    enum mqtt_verdict verdict = mqtt_packet_read(s->text, &p);
    sample_set_bool(s, verdict == MQTT_VALID);
    return verdict != MQTT_INCOMPLETE;
}

/* args[0].own: the field, of the type of packet args[1]. */
static bool field_value(struct sample_env *env, const struct converter *row, const struct arg *args,
                        struct sample *s)
{
    (void)row;
    struct mqtt_packet p;
    struct mqtt_value value;
    if (mqtt_packet_read(s->text, &p) != MQTT_VALID || p.type != args[1].integer ||
        !mqtt_packet_value(&p, args[0].own, &value))
        return false;
    if (value.text.data != NULL) {
        sample_set_text(s, SAMPLE_STRING, value.text.data, value.text.len);
        return true;
    }
    sample_set_int(s, value.number);
    return sample_cast(s, SAMPLE_STRING, env);
}

static bool same_word(struct sample_text text, const char *word)
{
    return strlen(word) == text.len && strncasecmp(word, text.data, text.len) == 0;
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
    enum mqtt_packet_type type = of_connect ? MQTT_CONNECT : MQTT_CONNACK;
    args[0].own = mqtt_field_find(name, type);
    args[1].integer = type;
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
