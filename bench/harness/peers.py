# SPDX-License-Identifier: Apache-2.0
"""The proxies that are compared: how each is configured for a row, and how it is started.

Every one has one thread, no access log and connections to the origin that are kept and shared. What else is set is
what people set who tune them; with `tuned` also what large bodies ask for. weir is configured as anybody would.
"""
import pathlib
import resource
import shutil

from . import rules

ORIGIN_PORT = 22000
PROXY_PORT = 22001
TLS_ORIGIN_PORT = 22002
# Of each proxy: a tunnel takes two descriptors, and some are wanted for other things.
MAX_CONNECTIONS = min(21_000, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 1_000) // 2)

PROBING_CONNECTIONS = 1_000  # of clients, while the descriptors are for probes


def haproxy_program() -> str:
    return shutil.which("haproxy", path="/usr/sbin:/usr/bin")


def _probed_port(probes) -> int:
    return TLS_ORIGIN_PORT if probes.tls else ORIGIN_PORT


class Peer:
    """One proxy. command() returns what to execute; files it needs go to the given directory."""

    name = ""
    can_keep_probes = False  # their connections
    reads_haproxy_cfg = False
    can_tunnel = True  # TCP mode, as it comes
    rules = ("", "hosts", "map", "typical")  # what it can be told to decide

    def command(self, case, pem: pathlib.Path, response_bytes: int, directory: pathlib.Path) -> list[str]:
        raise NotImplementedError

    def probing_command(self, probes, directory: pathlib.Path) -> list[str]:
        raise NotImplementedError

    def makes(self, probes) -> bool:
        return False

    def version_command(self) -> list[str] | None:
        return None


class Floor(Peer):
    name = "floor"
    can_keep_probes = True

    def __init__(self, programs: pathlib.Path):
        self.program = programs / "floor"

    def command(self, case, pem, response_bytes, directory):
        if case.tunnel:
            command = [str(self.program) + "_tunnel", "--listen", str(PROXY_PORT), "--origin", str(ORIGIN_PORT)]
            return command + (["--splice"] if case.splice else []) + (["--tls", str(pem)] if case.tls else [])
        command = [str(self.program), "--listen", str(PROXY_PORT), "--origin", str(ORIGIN_PORT),
                   "--response-bytes", str(response_bytes)]
        if case.close:
            command += ["--close"]
        if case.tls:
            command += ["--tls", str(pem)]
        return command

    def probing_command(self, probes, directory):
        kind = "KEPT" if probes.kept else "HTTP" if probes.http else "TCP"
        return [str(self.program) + "_probe", "--origin", str(ORIGIN_PORT), "--servers", str(probes.servers),
                "--kind", kind]

    def makes(self, probes):
        return not probes.tls


class Haproxy(Peer):
    name = "haproxy"
    reads_haproxy_cfg = True

    HEAD = """
global
    nbthread 1
    maxconn {max_connections}
{tuning}
defaults
    mode {mode}
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse always
"""
    TUNED = """
    tune.bufsize 65536
    tune.pipesize 1048576
    maxpipes 200
"""

    def command(self, case, pem, response_bytes, directory):
        return self._write(self.text(case, pem, directory), directory)

    def text(self, case, pem, directory):
        text = self.HEAD.format(max_connections=MAX_CONNECTIONS, tuning=self.TUNED if case.tuned else "",
                                mode="tcp" if case.tunnel else "http")
        if case.tuned or case.splice:
            text += "    option splice-auto\n"
        lines, sections = "    default_backend servers\n", ""
        if case.rules:
            lines, sections = rules.haproxy(case, directory)
        text += f"""
frontend clients
    bind 127.0.0.1:{PROXY_PORT}{f" ssl crt {pem}" if case.tls else ""}
{lines}{sections}backend servers
    balance {"leastconn" if case.servers > 1 else "roundrobin"}
"""
        for i in range(case.servers):
            text += f"    server s{i} 127.0.0.1:{ORIGIN_PORT}\n"
        return text

    def probing_command(self, probes, directory):
        text = self.HEAD.format(max_connections=PROBING_CONNECTIONS, tuning="", mode="http")
        text += f"frontend clients\n    bind 127.0.0.1:{PROXY_PORT}\n    default_backend servers\nbackend servers\n"
        if probes.http:
            text += f"    option httpchk\n    http-check send meth GET uri {probes.uri} ver HTTP/1.1 hdr Host bench.example\n"
        for i in range(probes.servers):
            text += f"    server s{i} 127.0.0.1:{_probed_port(probes)} check inter 1s"
            text += " check-ssl verify none\n" if probes.tls else "\n"
        return self._write(text, directory)

    def makes(self, probes):
        return True

    @staticmethod
    def _write(text, directory):
        path = directory / "haproxy.cfg"
        path.write_text(text)
        return [haproxy_program(), "-db", "-f", str(path)]

    def version_command(self):
        return ["/usr/sbin/haproxy", "-v"]


class Nginx(Peer):
    name = "nginx"
    can_tunnel = False  # that is a module of its own
    rules = ("", "hosts", "map")

    TEXT = """
daemon off;
master_process off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr crit;
events {{
    worker_connections {max_connections};
    multi_accept on;
    accept_mutex off;
}}
http {{
    access_log off;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    keepalive_time 24h;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream servers {{
        server 127.0.0.1:{origin_port};
        keepalive 1100;
        keepalive_requests 1000000000;
        keepalive_timeout 300s;
        keepalive_time 24h;
    }}
{beside}
    server {{
        listen 127.0.0.1:{port}{ssl} {options}backlog=4096;
{settings}
{location}
    }}
}}
"""
    TUNED = """
        proxy_buffers 16 64k;
        proxy_buffer_size 64k;
        proxy_busy_buffers_size 128k;
        proxy_max_temp_file_size 0;
"""
    UPLOAD = """
        client_body_buffer_size 128k;
        client_max_body_size 0;
"""

    def command(self, case, pem, response_bytes, directory):
        settings = self.TUNED if case.tuned else ""
        if case.upload_bytes:
            settings += self.UPLOAD
        if case.tls:
            settings += f"        ssl_certificate {pem};\n        ssl_certificate_key {pem};\n"
            settings += "        ssl_protocols TLSv1.2 TLSv1.3;\n"
        beside, location = rules.nginx(case, directory, PROXY_PORT) if case.rules else ("", rules.NGINX_LOCATION)
        options = "default_server " if case.rules else "reuseport "
        path = directory / "nginx.conf"
        path.write_text(self.TEXT.format(directory=directory, max_connections=MAX_CONNECTIONS, port=PROXY_PORT,
                                         origin_port=ORIGIN_PORT, ssl=" ssl" if case.tls else "", settings=settings,
                                         beside=beside, location=location, options=options))
        return [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-e", "stderr", "-c", str(path)]

    def version_command(self):
        return ["/usr/sbin/nginx", "-v"]


class Weir(Peer):
    name = "weir"
    can_keep_probes = True
    reads_haproxy_cfg = True

    TEXT = """
global = {{ nbthread = 1; maxconn = {max_connections}; }};
defaults = {{
    mode = "{mode}";
    timeout = {{ connect = "5s"; client = "60s"; server = "60s"; }};
    http_reuse = "always";
}};
frontends = (
    {{ name = "clients"; binds = ( {{ address = "127.0.0.1:{port}"; {tls} }} ); default_backend = "servers"; }}
);
backends = ( {{ name = "servers"; {settings} servers = ( {servers} ); }} );
"""

    def __init__(self, build: pathlib.Path):
        self.program = build / "proxy" / "runtime" / "weir"

    def command(self, case, pem, response_bytes, directory):
        if case.rules:  # the very text that haproxy gets
            return self._write_text(Haproxy().text(case, pem, directory), directory)
        tls = f'ssl = true; crt = ["{pem}"];' if case.tls else ""
        rows = [f'{{ name = "s{i}"; address = "127.0.0.1:{ORIGIN_PORT}"; }}' for i in range(case.servers)]
        return self._write(directory, tls=tls, settings='balance = "leastconn";' if case.servers > 1 else "",
                           servers=",\n".join(rows), mode="tcp" if case.tunnel else "http")

    def probing_command(self, probes, directory):
        words = 'check_ssl = true; verify = "none"; ' if probes.tls else ""
        words += "check_reuse_pool = true; " if probes.kept else ""
        settings = 'default_server = { check = true; inter = "1s"; %s};' % words
        if probes.http:
            settings += (' option_httpchk = { method = "GET"; uri = "%s"; version = "HTTP/1.1";'
                         ' host = "bench.example"; };' % probes.uri)
        rows = [f'{{ name = "s{i}"; address = "127.0.0.1:{_probed_port(probes)}"; }}' for i in range(probes.servers)]
        return self._write(directory, tls="", settings=settings, servers=",\n".join(rows), mode="http")

    def makes(self, probes):
        return True

    def _write(self, directory, **parts):
        return self._write_text(self.TEXT.format(max_connections=MAX_CONNECTIONS, port=PROXY_PORT, **parts), directory)

    def _write_text(self, text, directory):
        path = directory / "weir.conf"
        path.write_text(text)
        return [str(self.program), "-db", "-f", str(path)]

    def version_command(self):
        return [str(self.program), "-v"]
