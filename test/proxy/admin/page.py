# SPDX-License-Identifier: Apache-2.0
"""The statistics page in a real browser: nothing runs over the edge of a desktop or a telephone, nothing
from the configuration becomes markup, in the light and in the dark."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = (390, 768, 1280, 1920)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Frames have the width of a screen whatever the least width of a window is. Each tells what it measured.
FRAME = """<!DOCTYPE html><body><iframe src="{page}" width={width} height=900></iframe><p id=out>waiting</p>
<script>onload = () => {{
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const wide = [...page.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > {width} + 1);
  document.getElementById("out").textContent = "scroll=" + root.scrollWidth + " client=" + root.clientWidth +
    " sections=" + page.querySelectorAll("section").length + " scripts=" + page.querySelectorAll("script,img").length +
    " wide=" + wide.map(e => e.tagName).join("+") + " title=" + page.title;
}}</script>"""


def browser():
    for name in BROWSERS:
        if shutil.which(name):
            return name
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return shutil.which("chromium")


def run(name, folder, *arguments):
    return subprocess.run(
        [name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--allow-file-access-from-files",
         "--user-data-dir=" + tempfile.mkdtemp(dir=folder), *arguments],
        capture_output=True, text=True, timeout=90, check=False).stdout


def measured(name, folder, page, width):
    frame = pathlib.Path(folder, "frame.html")
    frame.write_text(FRAME.format(page=page.as_uri(), width=width))
    dom = run(name, folder, "--virtual-time-budget=3000", "--dump-dom", frame.as_uri())
    text = dom.partition('<p id="out">')[2].partition("</p>")[0]
    return dict(pair.split("=", 1) for pair in text.split(" ", 5) if "=" in pair)


def main():
    name = browser()
    if not name:
        print("SKIPPED: chromium is not here and could not be installed; THE PAGE HAS NOT BEEN LOOKED AT",
              file=sys.stderr)
        return 0
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        page.write_bytes(subprocess.run([sys.argv[1], ";st=DONE"], capture_output=True, check=True,
                                        env={**os.environ, "RELOAD_FAILED": "1"}).stdout)
        for width in WIDTHS:
            found = measured(name, folder, page, width)
            good = (found.get("scroll") == found.get("client") and found.get("sections") == "5"
                    and found.get("scripts") == "0" and found.get("wide") == ""
                    and found.get("title") == "weir on balance-1.example.net")
            print("ok" if good else "FAILED", width, found)
            failures += not good
        if len(sys.argv) > 2:  # to be looked at
            for width in WIDTHS:
                frame = pathlib.Path(folder, "shot.html")
                frame.write_text('<body style="margin:0"><iframe src="%s" width=%d height=2400 frameborder=0>'
                                 % (page.as_uri(), width))
                run(name, folder, "--hide-scrollbars", "--window-size=%d,2400" % max(width, 500),
                    "--screenshot=%s/page-%d.png" % (sys.argv[2], width), frame.as_uri())
    return 1 if failures else 0


sys.exit(main())
