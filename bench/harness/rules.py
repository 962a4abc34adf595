# SPDX-License-Identifier: Apache-2.0
"""What the proxies are told to decide about each request, in the rows with rules.

haproxy and weir get the same text. In nginx's language there is no counterpart of the typical rules.
"""

# What files of sites hold: static paths, an API, hosts, clients that are not wanted, fields that are set.
TYPICAL = """
    acl is_static path_beg /static /images /css /js
    acl is_static path_end .png .jpg .gif .css .js
    acl is_api path_beg /api/
    acl is_ours hdr(host) -i www.bench.example bench.example
    acl is_blog hdr(host) -i blog.bench.example
    acl is_shop hdr_beg(host) -i shop.
    acl is_scanner hdr_sub(user-agent) -i nikto sqlmap masscan
    acl is_inside src 10.0.0.0/8 192.168.0.0/16 172.16.0.0/12
    acl is_change method POST PUT DELETE
    acl is_acme path_beg /.well-known/acme-challenge/
    acl is_admin path_reg ^/(admin|wp-admin)/
    http-request deny if is_scanner
    http-request deny if is_admin !is_inside
    http-request deny if is_change is_static
    http-request deny if { hdr_cnt(host) gt 1 }
    http-request deny if { url_len gt 4000 }
    http-request deny unless is_ours or is_shop or is_blog
    http-request redirect prefix http://blog.bench.example if is_blog !is_static
    http-request return status 200 content-type text/plain string ok if is_acme
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Real-IP %[src]
    http-request del-header X-Debug
    http-request set-header X-Shop 1 if is_shop
    http-request set-header X-Cache 1 if is_static or is_api
    http-request set-var(txn.host) hdr(host),lower
    http-response set-header X-Frame-Options SAMEORIGIN
    http-response set-header X-Content-Type-Options nosniff
    http-response del-header X-Powered-By
    use_backend servers if is_api
    use_backend servers if is_static
    default_backend servers
"""

NOBODY = "backend nobody\n    http-request deny\n"


def host(number: int) -> str:
    return f"h{number:05}.bench.example"


def write_map(directory, count: int, end: str):
    """A file of two columns: host and backend."""
    path = directory / "hosts.map"
    path.write_text("".join(f"{host(number)} servers{end}\n" for number in range(count)))
    return path


def haproxy(case, directory) -> tuple[str, str]:
    """The lines of the frontend, and further sections."""
    if case.rules == "typical":
        return TYPICAL, ""
    if case.rules == "map":
        path = write_map(directory, case.hosts, "")
        return f"    use_backend %[req.hdr(host),lower,map({path},nobody)]\n", NOBODY
    lines = "".join(f"    acl is_{number} hdr(host) -i {host(number)}\n    use_backend servers if is_{number}\n"
                    for number in range(case.hosts))
    return lines + "    default_backend nobody\n", NOBODY


NGINX_LOCATION = """
        location / {
            proxy_pass http://servers;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
"""


def nginx(case, directory, port: int) -> tuple[str, str]:
    """What stands beside the server of all requests, and its location."""
    if case.rules == "map":
        path = write_map(directory, case.hosts, ";")
        return (f"    map_hash_max_size 262144;\n    map_hash_bucket_size 128;\n"
                f"    map $http_host $group {{ default \"\"; include {path}; }}\n",
                '        if ($group = "") { return 403; }\n' + NGINX_LOCATION.replace("http://servers", "http://$group"))
    servers = "".join(f"    server {{\n        listen 127.0.0.1:{port};\n        server_name {host(number)};\n"
                      f"{NGINX_LOCATION}    }}\n" for number in range(case.hosts))
    return "    server_names_hash_max_size 4096;\n" + servers, "        return 403;\n"
