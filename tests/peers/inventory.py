#!/usr/bin/env python3
"""List every host with pyVmomi's property collector: the properties that Hostkeep reads, in pages.

    inventory.py HOST[:PORT] --user USER <PASSWORD

Prints {"hosts": [...]}. Measured by `cargo xtask bench`.
"""
import argparse
import json
import ssl
import sys

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

PAGE = 500
HOST = [
    "name",
    "parent",
    "runtime.connectionState",
    "runtime.powerState",
    "runtime.inMaintenanceMode",
    "runtime.bootTime",
    "summary.hardware.uuid",
    "summary.hardware.vendor",
    "summary.hardware.model",
    "summary.config.product",
    "summary.config.sslThumbprint",
    "summary.managementServerIp",
    "configManager.firmwareSystem",
    "config.virtualNicManagerInfo.netConfig",
    "config.lockdownMode",
]
TREE = [vim.Folder, vim.Datacenter, vim.ComputeResource, vim.ClusterComputeResource]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--user", required=True)
    options = parser.parse_args()
    server, _, port = options.server.partition(":")
    service = SmartConnect(
        host=server,
        port=int(port or 443),
        user=options.user,
        pwd=sys.stdin.readline().rstrip("\n"),
        sslContext=ssl._create_unverified_context(),
    )
    try:
        content = service.RetrieveContent()
        tree = {place["object"]: place for place in collect(content, TREE, ["name", "parent"])}
        hosts = [describe(host, tree) for host in collect(content, [vim.HostSystem], HOST)]
    finally:
        Disconnect(service)
    json.dump({"hosts": hosts}, sys.stdout)
    print()


def collect(content, kinds, paths):
    """Every object of these kinds, as a dict of its properties and itself."""
    query = vmodl.query.PropertyCollector
    view = content.viewManager.CreateContainerView(content.rootFolder, kinds, True)
    spec = query.FilterSpec(
        objectSet=[
            query.ObjectSpec(
                obj=view,
                skip=True,
                selectSet=[query.TraversalSpec(name="view", path="view", skip=False, type=vim.view.ContainerView)],
            )
        ],
        propSet=[query.PropertySpec(type=kind, pathSet=paths) for kind in kinds],
    )
    collector = content.propertyCollector
    page = collector.RetrievePropertiesEx([spec], query.RetrieveOptions(maxObjects=PAGE))
    while page:
        for found in page.objects:
            yield {"object": found.obj, **{item.name: item.val for item in found.propSet}}
        page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    view.Destroy()


def describe(host, tree):
    path, place = [], tree.get(host.get("parent"))
    while place:
        path.insert(0, place["name"])
        place = tree.get(place.get("parent"))
    product = host.get("summary.config.product")
    boot = host.get("runtime.bootTime")
    return {
        "name": host["name"],
        "path": path,
        "connection": host.get("runtime.connectionState"),
        "maintenance": host.get("runtime.inMaintenanceMode"),
        "boot_time": boot and boot.isoformat(),
        "uuid": host.get("summary.hardware.uuid"),
        "vendor": host.get("summary.hardware.vendor"),
        "model": host.get("summary.hardware.model"),
        "version": product and product.version,
        "build": product and product.build,
        "thumbprint": host.get("summary.config.sslThumbprint"),
        "addresses": management_addresses(host.get("config.virtualNicManagerInfo.netConfig") or []),
        "lockdown": host.get("config.lockdownMode"),
        "firmware_system": "configManager.firmwareSystem" in host,
    }


def management_addresses(configurations):
    return [
        nic.spec.ip.ipAddress
        for configuration in configurations
        if configuration.nicType == "management"
        for nic in configuration.candidateVnic
        if nic.key in configuration.selectedVnic
    ]


if __name__ == "__main__":
    main()
