#!/usr/bin/env python3
"""What pyVmomi makes of a server's answers: pages, filters, sessions, tasks, and what is refused.

Reads one JSON object from standard input (url, user, password, host, others_bundle, root_password) and prints one that
says what was seen.
"""
import json
import pathlib
import ssl
import sys
import urllib.parse

from firmware_round_trip import locate, send, upload
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

Collector = vmodl.query.PropertyCollector
PAGE = 4


def main():
    asked = json.load(sys.stdin)
    server = urllib.parse.urlsplit(asked["url"])
    service = SmartConnect(
        host=server.hostname,
        port=server.port,
        user=asked["user"],
        pwd=asked["password"],
        sslContext=ssl._create_unverified_context(),
    )
    seen = {}
    try:
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
        host = next(host for host in view.view if host.name == asked["host"])
        seen["pages"] = pages(content.propertyCollector, view)
        seen["properties"] = properties(content.propertyCollector, host)
        seen["updates"] = updates(content.propertyCollector, host)
        seen["tasks"] = tasks(host)
        seen["restore"] = restore(host, asked)
        seen["refused"] = refused(service, host)
        view.Destroy()
        seen["view_destroyed_twice"] = refusal(view.Destroy)
        sessions = content.sessionManager
        seen["login_twice"] = refusal(lambda: sessions.Login(asked["user"], asked["password"]))
        sessions.Logout()
        seen["logout_twice"] = refusal(sessions.Logout)
        seen["signed_out"] = sessions.currentSession
    finally:
        Disconnect(service)
    json.dump(seen, sys.stdout)


def filter_spec(paths, obj, **through):
    spec = Collector.ObjectSpec(obj=obj, **through)
    kind = type(obj) if not through else vim.HostSystem
    return Collector.FilterSpec(objectSet=[spec], propSet=[Collector.PropertySpec(type=kind, pathSet=paths)])


def pages(collector, view):
    through = Collector.TraversalSpec(name="v", path="view", skip=False, type=vim.view.ContainerView)
    spec = filter_spec(["name"], view, skip=True, selectSet=[through])
    options = Collector.RetrieveOptions(maxObjects=PAGE)
    sizes, names, page = [], set(), collector.RetrievePropertiesEx([spec], options)
    while page:
        sizes.append(len(page.objects))
        names.update(found.propSet[0].val for found in page.objects)
        token, page = page.token, page.token and collector.ContinueRetrievePropertiesEx(page.token)
    first = collector.RetrievePropertiesEx([spec], options).token
    collector.CancelRetrievePropertiesEx(first)
    return {
        "sizes": sizes,
        "names": len(names),
        "cancelled": refusal(lambda: collector.ContinueRetrievePropertiesEx(first)),
        "none_asked_for": refusal(
            lambda: collector.RetrievePropertiesEx([spec], Collector.RetrieveOptions(maxObjects=0))
        ),
    }


def properties(collector, host):
    paths = ["config.lockdownMode", "config.product.version", "runtime.stateEncryption.protectionMode"]
    (found,) = collector.RetrievePropertiesEx([filter_spec(paths, host)], Collector.RetrieveOptions()).objects
    ask = lambda path: collector.RetrieveProperties([filter_spec([path], host)])
    return {
        "values": {item.name: item.val for item in found.propSet},
        "missing": {item.path: [kind(item.fault), item.fault.privilegeId] for item in found.missingSet},
        "unknown": refusal(lambda: ask("runtime.nonsense")),
    }


def updates(collector, host):
    collector = collector.CreatePropertyCollector()
    watched = collector.CreateFilter(filter_spec(["runtime.inMaintenanceMode"], host), False)
    wait = lambda version: collector.WaitForUpdatesEx(version, Collector.WaitOptions(maxWaitSeconds=10))
    first = wait("")
    WaitForTask(host.EnterMaintenanceMode(0))
    second = wait(first.version)
    at_once = Collector.WaitOptions(maxWaitSeconds=0)
    seen = {
        "changes": [
            [update.kind, change.val]
            for answer in (first, second)
            for update in answer.filterSet[0].objectSet
            for change in update.changeSet
        ],
        "nothing_new": collector.WaitForUpdatesEx(second.version, at_once),
        "unknown_version": refusal(lambda: collector.WaitForUpdatesEx("no such", at_once)),
    }
    watched.Destroy()
    collector.Destroy()
    return seen


def tasks(host):
    WaitForTask(host.ExitMaintenanceMode(0))
    mode = vim.vsan.host.DecommissionMode(objectAction="noAction")
    WaitForTask(host.EnterMaintenanceMode(60, True, vim.host.MaintenanceSpec(vsanMode=mode)))
    reconnect = host.Reconnect(vim.host.ConnectSpec(userName="root", password="wrong", force=False))
    seen = {"reconnect": refusal(lambda: WaitForTask(reconnect)), "name": reconnect.info.name.info.wsdlName}
    seen["cancel_ended"] = refusal(reconnect.Cancel)
    return seen


def restore(host, asked):
    """A bundle of another release, which is refused for its build number: a number to pyVmomi, whatever it is."""
    firmware = host.configManager.firmwareSystem
    target = locate(firmware.QueryFirmwareConfigUploadURL(), asked["address"])
    send(upload(target, pathlib.Path(asked["others_bundle"]).read_bytes(), "root", asked["root_password"]))
    try:
        firmware.RestoreFirmwareConfiguration(force=True)
    except vim.fault.MismatchedBundle as fault:
        return [fault.bundleBuildNumber != fault.hostBuildNumber, fault.hostUuid]
    return None


def refused(service, host):
    stub = service._stub
    gone, other = vim.HostSystem("host-9999", stub), vim.Folder(host._GetMoId(), stub)
    ticket = vim.SessionManager.HttpServiceRequestSpec(method="httpGet", url="https://nobody.test/downloads/x")
    sessions = service.content.sessionManager
    return {
        "gone": refusal(lambda: gone.name),
        "another_type": refusal(lambda: other.name),
        "another_types_method": refusal(vim.host.FirmwareSystem(host._GetMoId(), stub).BackupFirmwareConfiguration),
        "unheard_of": refusal(lambda: sessions.SetLocale("en")),
        "ticket_for_nobody": refusal(lambda: sessions.AcquireGenericServiceTicket(ticket)),
    }


def refusal(call):
    try:
        call()
    except vmodl.MethodFault as fault:
        return kind(fault)
    return None


def kind(fault):
    return type(fault).__name__.rsplit(".", 1)[-1]


if __name__ == "__main__":
    main()
