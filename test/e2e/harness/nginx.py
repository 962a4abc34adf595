# SPDX-License-Identifier: Apache-2.0
"""Real nginx servers, each with a configuration of its own in the test's folder."""
import socket

from harness.ports import free_port
from harness.process import Process
from harness.waiting import wait_for

CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000;
    server {{
        listen {host}:{port} {tls};
        add_header X-Server {name} always;
        location / {{ return 200 "{name}\\n"; }}
        location /health {{ return 200 "ok\\n"; }}
    }}
}}
"""


class Nginx(Process):
    def __init__(self, folder, name, host="127.0.0.1", port=None, pem=None, prefix=()):
        self.folder = folder / ("nginx-" + name)
        self.folder.mkdir(exist_ok=True)
        self.name, self.host, self.port = name, host, port or free_port()
        config = self.folder / "nginx.conf"
        tls = "ssl; ssl_certificate %s; ssl_certificate_key %s" % (pem, pem) if pem else ""
        config.write_text(CONFIG.format(folder=self.folder, name=name, host=host, port=self.port,
                                        tls=tls))
        super().__init__([*prefix, "nginx", "-p", self.folder, "-c", config], self.folder, "nginx")

    def start(self):
        super().start()
        wait_for(self.answers, what="nginx listens")
        return self

    def answers(self):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((self.host, self.port)) == 0

    @property
    def address(self):
        return "%s:%d" % (self.host, self.port)

    def close(self):
        self.kill()
