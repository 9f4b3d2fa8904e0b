#!/usr/bin/env python3
"""What PowerCLI's Get-EsxCli and govc do to list a host's recovery keys, by pyVmomi's reading of the answers.

Reads one JSON object from standard input (url, user, password) and prints the keys of the first host. pyVmomi does not ship
the types of a host's executer, so they are declared here as vSphere's WSDL of internal types has them.
"""
import json
import ssl
import sys
import urllib.parse
import xml.etree.ElementTree

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import VmomiSupport, vim

VERSION = "vim.version.version1"
EXECUTER = "vmodl.reflect.ManagedMethodExecuter"
RESULT = f"{EXECUTER}.SoapResult"
OPTIONAL = VmomiSupport.F_OPTIONAL
HANDLER = "ha-cli-handler-system-settings-encryption-recovery"
METHOD = "vim.EsxCLI.system.settings.encryption.recovery.list"


def main():
    asked = json.load(sys.stdin)
    declare()
    server = urllib.parse.urlsplit(asked["url"])
    service = SmartConnect(
        host=server.hostname,
        port=server.port,
        user=asked["user"],
        pwd=asked["password"],
        sslContext=ssl._create_unverified_context(),
    )
    try:
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
        json.dump(recovery_keys(view.view[0]), sys.stdout)
    finally:
        Disconnect(service)


def declare():
    fault = [("faultMsg", "string", VERSION, 0), ("faultDetail", "string", VERSION, OPTIONAL)]
    VmomiSupport.CreateDataType(
        f"{EXECUTER}.SoapFault", "ReflectManagedMethodExecuterSoapFault", "vmodl.DynamicData", VERSION, fault
    )
    result = [("response", "string", VERSION, OPTIONAL), ("fault", f"{EXECUTER}.SoapFault", VERSION, OPTIONAL)]
    VmomiSupport.CreateDataType(
        RESULT, "ReflectManagedMethodExecuterSoapResult", "vmodl.DynamicData", VERSION, result
    )
    arguments = tuple((name, "string", VERSION, 0, None) for name in ("moid", "version", "method"))
    execute = ("executeSoap", "ExecuteSoap", VERSION, arguments, (OPTIONAL, RESULT, RESULT), "System.Read", None)
    VmomiSupport.CreateManagedType(
        EXECUTER, "ReflectManagedMethodExecuter", "vmodl.ManagedObject", VERSION, [], [execute]
    )


def recovery_keys(host):
    executer_type = VmomiSupport.GetVmodlType(EXECUTER)
    retrieve = VmomiSupport.Object(
        name="retrieveManagedMethodExecuter",
        typeName="vim.HostSystem",
        wsdlName="RetrieveManagedMethodExecuter",
        version=VERSION,
        params=(),
        isTask=False,
        resultFlags=OPTIONAL,
        result=executer_type,
        methodResult=executer_type,
        privId="System.Read",
    )
    executer = VmomiSupport.ManagedMethod(retrieve)(host)
    answer = executer.ExecuteSoap(moid=HANDLER, version="urn:vim25/5.0", method=METHOD)
    unknown = executer.ExecuteSoap(moid=HANDLER, version="urn:vim25/5.0", method="vim.EsxCLI.no.such.command")
    rows = xml.etree.ElementTree.fromstring(answer.response)
    columns = [{tag(column): column.text for column in row} for row in rows]
    return {"keys": columns, "refused": unknown.fault.faultMsg, "executer": executer._GetMoId()}


def tag(element):
    return element.tag.rsplit("}", 1)[-1]


if __name__ == "__main__":
    main()
