#!/usr/bin/env python3
"""Back up every host of a vCenter the way admins' pyVmomi scripts do, with a pool of threads.

    threaded_backup.py HOST[:PORT] --user USER --out DIR [--threads N] [--lean] [--map NAME=ADDRESS]... <PASSWORD

Each bundle lands in DIR/DATE/HOST/ under the name that its URL ends in. This is what `cargo xtask bench` measures
Hostkeep against, so it spends as little as such a script can: no certificate is checked, and nothing is read again.
--lean downloads with urllib and one TLS context for all hosts; without it `requests` loads the list of certificate
authorities anew for every host, as most scripts do. --map sends a host's download to another address ('*' for every
host) and keeps its name in the Host header.
"""
import argparse
import concurrent.futures
import datetime
import pathlib
import ssl
import sys
import urllib.parse
import urllib.request

import requests
import urllib3
from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim

TIMEOUT = 300
CHUNK = 1 << 16


def main():
    options = arguments()
    urllib3.disable_warnings()
    server, _, port = options.server.partition(":")
    context = ssl._create_unverified_context()
    service = SmartConnect(
        host=server, port=int(port or 443), user=options.user, pwd=sys.stdin.readline().rstrip("\n"), sslContext=context
    )
    try:
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
        today = options.out / datetime.date.today().isoformat()
        with concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
            sizes = list(pool.map(lambda host: back_up(host, today, options, context), view.view))
        view.Destroy()
    finally:
        Disconnect(service)
    print(f"{len(sizes)} hosts, {sum(sizes)} bytes")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--user", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--lean", action="store_true")
    parser.add_argument("--map", action="append", default=[], metavar="NAME=ADDRESS")
    options = parser.parse_args()
    options.map = dict(entry.split("=", 1) for entry in options.map)
    return options


def back_up(host, today, options, context):
    name = host.name
    url = host.configManager.firmwareSystem.BackupFirmwareConfiguration().replace("*", name, 1)
    # Straight to TLS: following the redirect from port 80 would cost this side a connection for each host.
    parts = urllib.parse.urlsplit(url)._replace(scheme="https")
    address = options.map.get(name, options.map.get("*"))
    if address:
        parts = parts._replace(netloc=address)
    folder = today / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / parts.path.rsplit("/", 1)[1]
    fetch = fetch_lean if options.lean else fetch_plain
    fetch(parts.geturl(), {"Host": name}, path, context)
    return path.stat().st_size


def fetch_lean(url, headers, path, context):
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT, context=context) as answer:
        path.write_bytes(answer.read())


def fetch_plain(url, headers, path, _context):
    with requests.get(url, headers=headers, verify=False, stream=True, timeout=TIMEOUT) as answer:
        answer.raise_for_status()
        with path.open("wb") as file:
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)


if __name__ == "__main__":
    main()
