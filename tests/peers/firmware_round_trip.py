#!/usr/bin/env python3
"""What an admin's pyVmomi script does to one host: list, back up, maintenance mode, restore, wait, leave.

Reads one JSON object from standard input (url, user, password, host, address, root_password, folder) and prints one
that says what was seen on the way. Stops at the first thing that is not as the vSphere API says.
"""
import base64
import http.client
import json
import pathlib
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

CONTEXT = ssl._create_unverified_context()
PATIENCE = 60


def main():
    asked = json.load(sys.stdin)
    server = urllib.parse.urlsplit(asked["url"])

    def sign_in(password):
        return SmartConnect(
            host=server.hostname, port=server.port, user=asked["user"], pwd=password, sslContext=CONTEXT
        )

    seen = {"wrong_password": fault_of(lambda: sign_in("not " + asked["password"]))}
    service = sign_in(asked["password"])
    try:
        seen.update(round_trip(service.RetrieveContent(), asked))
    finally:
        Disconnect(service)
    json.dump(seen, sys.stdout)


def round_trip(content, asked):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    hosts = {host.name: host for host in view.view}
    view.Destroy()
    host = hosts[asked["host"]]
    firmware = host.configManager.firmwareSystem
    seen = {
        "api_type": content.about.apiType,
        "hosts": {name: other.summary.hardware.uuid for name, other in hosts.items()},
        "product": host.summary.config.product.fullName,
    }

    url = locate(firmware.BackupFirmwareConfiguration(), asked["address"])
    bundle = send(urllib.request.Request(url))
    pathlib.Path(asked["folder"], url.rsplit("/", 1)[1]).write_bytes(bundle)
    seen["bundle"] = url.rsplit("/", 1)[1]
    seen["restore_outside_maintenance"] = fault_of(lambda: firmware.RestoreFirmwareConfiguration(force=False))

    booted = host.runtime.bootTime
    WaitForTask(host.EnterMaintenanceMode_Task(timeout=PATIENCE))
    seen["in_maintenance"] = host.runtime.inMaintenanceMode
    seen["restore_without_upload"] = fault_of(lambda: firmware.RestoreFirmwareConfiguration(force=False))

    target = locate(firmware.QueryFirmwareConfigUploadURL(), asked["address"])
    seen["upload_as_nobody"] = status_of(lambda: send(upload(target, bundle, "root", "wrong")))
    send(upload(target, bundle, "root", asked["root_password"]))
    try:
        firmware.RestoreFirmwareConfiguration(force=False)
        seen["restore"] = "answered"
    except (http.client.HTTPException, OSError, vmodl.fault.HostCommunication) as error:
        # The host goes down while it answers; whether the restore began is seen from its boot time.
        seen["restore"] = type(error).__name__.rsplit(".", 1)[-1]

    wait_for(lambda: is_back(host, booted))
    seen["still_in_maintenance"] = host.runtime.inMaintenanceMode
    WaitForTask(host.ExitMaintenanceMode_Task(timeout=PATIENCE))
    seen["left_maintenance"] = not host.runtime.inMaintenanceMode
    return seen


def is_back(host, booted):
    return host.runtime.connectionState == "connected" and host.runtime.bootTime > booted


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"the host was not back after {PATIENCE} s")
        time.sleep(0.02)


def locate(url, address):
    """The star stands for the host itself, whoever answered the call; and only TLS will do."""
    return urllib.parse.urlsplit(url.replace("*", address, 1))._replace(scheme="https").geturl()


def upload(url, bundle, user, password):
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return urllib.request.Request(url, data=bundle, method="PUT", headers={"Authorization": f"Basic {token}"})


def send(request):
    with urllib.request.urlopen(request, timeout=PATIENCE, context=CONTEXT) as answer:
        return answer.read()


def fault_of(call):
    try:
        call()
    except Exception as error:  # whatever it is, its name is what the test wants to see
        return type(error).__name__.rsplit(".", 1)[-1]
    return None


def status_of(call):
    try:
        call()
    except urllib.error.HTTPError as error:
        return error.code
    return None


if __name__ == "__main__":
    main()
