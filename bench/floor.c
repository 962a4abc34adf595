/* SPDX-License-Identifier: Apache-2.0 */
/* The floor's command line and loop; see floor.h for what it is and what it is not. */
#include "bench/floor.h"

#include "bench/net.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

static struct floor_options options = {.cpu = -1};

static void on_ready(void *endpoint, uint32_t events)
{
    endpoint_handle(endpoint, events);
}

static const struct server_program floor_program = {client_new, on_ready, endpoints_bury_dead};

static void options_parse(int argc, char **argv)
{
    static const struct option names[] = {{"listen", required_argument, NULL, 'l'},
                                          {"origin", required_argument, NULL, 'o'},
                                          {"response-bytes", required_argument, NULL, 'r'},
                                          {"close", no_argument, NULL, 'x'},
                                          {"tls", required_argument, NULL, 't'},
                                          {"cpu", required_argument, NULL, 'c'},
                                          {0}};
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'l':
            options.listen_port = (uint16_t)number_parse("--listen", optarg);
            break;
        case 'o':
            options.origin_port = (uint16_t)number_parse("--origin", optarg);
            break;
        case 'r':
            options.response_bytes = (size_t)number_parse("--response-bytes", optarg);
            break;
        case 'x':
            options.close_after_response = true;
            break;
        case 't':
            options.pem_path = optarg;
            break;
        case 'c':
            options.cpu = (int)number_parse("--cpu", optarg);
            break;
        default:
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    options_parse(argc, argv);
    if (options.listen_port == 0 || options.origin_port == 0 || options.response_bytes == 0) {
        fprintf(stderr, "usage: floor --listen PORT --origin PORT --response-bytes N [--close] "
                        "[--tls PEM] [--cpu N]\n");
        return 2;
    }
    process_pin(options.cpu);
    process_raise_fd_limit();
    if (options.pem_path != NULL)
        options.tls_context = floor_tls_context_new(options.pem_path);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    endpoints_init(&options, epoll_fd);
    serve_clients(epoll_fd, loopback_listen(options.listen_port), &floor_program);
}
