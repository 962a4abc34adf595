/* SPDX-License-Identifier: Apache-2.0 */
/* Which server gets which address, answer after answer. No name server is asked. */
#include "proxy/discovery/members.h"
#include "proxy/state/server_address.h"
#include "test/proxy/state/fixture.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SERVERS = 3 };

static struct loop control;

/* Three servers of one name, the resolver they use, and what it was answered. */
struct world {
    struct fixture_config fc;
    struct snapshot *snapshot;
    struct resolver *resolver;
    struct member *members[SERVERS];
    struct list counts;
};

static void world_open(struct world *world, const struct conf_naming *naming)
{
    static const struct conf_resolvers conf = {.name = "d", .hold_valid_ms = 10000};
    fixture_config_init(&world->fc, SERVERS);
    for (size_t i = 0; i < SERVERS; i++) {
        struct conf_server *server = &world->fc.servers[i];
        server->naming = *naming;
        server->addr.sa.ss_family = AF_UNSPEC;
        server->addr.sa_len = 0;
        server->addr.port = naming->is_service ? 0 : 80;
    }
    world->snapshot = fixture_load(&world->fc, NULL, &control);
    list_init(&world->counts);
    world->resolver = resolver_new(&control, &conf, &world->counts);
    for (size_t i = 0; i < SERVERS; i++) {
        world->members[i] =
            member_new(world->resolver, world->snapshot->proxies[0].servers[i], naming, 0);
        assert_non_null(world->members[i]);
    }
}

static void world_close(struct world *world)
{
    for (size_t i = 0; i < SERVERS; i++)
        member_free(world->members[i]);
    resolver_free(world->resolver);
    snapshot_free(world->snapshot);
}

static struct lookup *find_lookup(const struct world *world, const char *name)
{
    for (struct list *n = world->resolver->lookups.next; n != &world->resolver->lookups;
         n = n->next) {
        if (strcmp(LIST_ITEM(n, struct lookup, node)->name, name) == 0)
            return LIST_ITEM(n, struct lookup, node);
    }
    return NULL;
}

/* "10.0.0.1 ::1" or "a:8001 b:8002" */
static void tell(struct world *world, const char *name, const char *text)
{
    struct lookup *lookup = find_lookup(world, name);
    char copy[256], *rest;
    assert_non_null(lookup);
    free(lookup->records);
    lookup->records = calloc(8, sizeof(*lookup->records));
    lookup->record_count = 0;
    snprintf(lookup->by, sizeof(lookup->by), "d/a");
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        struct dns_record *record = &lookup->records[lookup->record_count++];
        if (inet_pton(AF_INET, word, &record->addr.in.sin_addr) == 1) {
            record->addr.family = AF_INET;
        } else if (inet_pton(AF_INET6, word, &record->addr.in6.sin6_addr) == 1) {
            record->addr.family = AF_INET6;
        } else {
            char *colon = strchr(word, ':');
            *colon = '\0';
            snprintf(record->host, sizeof(record->host), "%s", word);
            record->port = (uint16_t)atoi(colon + 1);
            record->weight = 512;
        }
    }
    if (lookup->record_count > 0)
        lookup_changed(lookup);
    else
        lookup_lost(lookup, "DNS NX status");
}

/* "10.0.0.1:80 - [::1]:80" */
static void assert_addresses(const struct world *world, const char *want)
{
    char is[256] = "", address[SERVER_ADDRESS_BYTES];
    for (size_t i = 0; i < SERVERS; i++) {
        const struct server *server = world->snapshot->proxies[0].servers[i];
        server_address_text(server, address);
        assert_int_equal(server->is_lost, address[0] == '\0');
        snprintf(is + strlen(is), sizeof(is) - strlen(is), "%s%s", i > 0 ? " " : "",
                 address[0] != '\0' ? address : "-");
    }
    assert_string_equal(is, want);
}

struct answers {
    const char *answer, *want;
};

static const struct {
    const char *name;
    struct conf_naming naming;
    struct answers answers[4];
} cases[] = {
    {"each gets one of its own; the rest wait",
     {.fqdn = "app", .prefer = AF_INET},
     {{"10.0.0.1 10.0.0.2", "10.0.0.1:80 10.0.0.2:80 -"},
      {"10.0.0.3 10.0.0.2", "10.0.0.3:80 10.0.0.2:80 -"},
      {"10.0.0.2 10.0.0.4 10.0.0.5 10.0.0.6", "10.0.0.4:80 10.0.0.2:80 10.0.0.5:80"},
      {"", "- - -"}}},
    {"the order of an answer says nothing",
     {.fqdn = "app", .prefer = AF_INET},
     {{"10.0.0.1 10.0.0.2 10.0.0.3", "10.0.0.1:80 10.0.0.2:80 10.0.0.3:80"},
      {"10.0.0.3 10.0.0.1 10.0.0.2", "10.0.0.1:80 10.0.0.2:80 10.0.0.3:80"}}},
    {"shared addresses, where that is allowed",
     {.fqdn = "app", .prefer = AF_INET, .options = CONF_RESOLVE_SHARED_ADDRESS},
     {{"10.0.0.1", "10.0.0.1:80 10.0.0.1:80 10.0.0.1:80"},
      {"10.0.0.7", "10.0.0.7:80 10.0.0.7:80 10.0.0.7:80"}}},
    {"the family that is preferred",
     {.fqdn = "app", .prefer = AF_INET6},
     {{"10.0.0.1 ::1 10.0.0.2 ::2", "[::1]:80 [::2]:80 10.0.0.1:80"}}},
    {"a network that is preferred, also when it comes later",
     {.fqdn = "app", .prefer = AF_INET, .network_count = 1},
     {{"192.0.2.1 192.0.2.2 192.0.2.3", "192.0.2.1:80 192.0.2.2:80 192.0.2.3:80"},
      {"192.0.2.1 192.0.2.2 192.0.2.3 10.0.0.1", "10.0.0.1:80 192.0.2.2:80 192.0.2.3:80"}}},
};

static void addresses_are_shared_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct world world;
        struct conf_naming naming = cases[i].naming;
        struct conf_network network = {.bits = 8};
        struct sockaddr_in base = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(10u << 24)};
        memcpy(&network.base, &base, sizeof(base));
        naming.networks = naming.network_count > 0 ? &network : NULL;
        print_message("%s\n", cases[i].name);
        world_open(&world, &naming);
        assert_addresses(&world, "- - -");
        for (size_t k = 0; k < LEN(cases[i].answers) && cases[i].answers[k].answer != NULL; k++) {
            tell(&world, "app", cases[i].answers[k].answer);
            assert_addresses(&world, cases[i].answers[k].want);
        }
        world_close(&world);
    }
}

static void services_bring_hosts_ports_and_weights(void **state)
{
    (void)state;
    struct world world;
    struct conf_naming naming = {.fqdn = "_x._tcp.y", .is_service = true, .prefer = AF_INET};
    world_open(&world, &naming);
    tell(&world, "_x._tcp.y", "a:8001 b:8002");
    assert_addresses(&world, "- - -");
    tell(&world, "b", "10.0.0.2");
    tell(&world, "a", "10.0.0.1");
    assert_addresses(&world, "10.0.0.1:8001 10.0.0.2:8002 -");
    assert_int_equal(world.snapshot->proxies[0].servers[0]->weight, 3); /* 512 / 256 + 1 */

    tell(&world, "_x._tcp.y", "b:8002 b:8003"); /* two of one host, which is known already */
    assert_null(find_lookup(&world, "a"));
    assert_addresses(&world, "10.0.0.2:8003 10.0.0.2:8002 -");
    tell(&world, "_x._tcp.y", "");
    assert_addresses(&world, "- - -");
    assert_null(find_lookup(&world, "b"));
    world_close(&world);
}

static int set_up(void **state)
{
    (void)state;
    return loop_init(&control, FIXTURE_THREADS);
}

static int tear_down(void **state)
{
    (void)state;
    loop_destroy(&control);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_shared_out),
        cmocka_unit_test(services_bring_hosts_ports_and_weights),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
