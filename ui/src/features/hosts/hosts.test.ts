import { expect, test } from "vitest";
import type { HostRow, RecordStanding } from "../../ipc";
import { countSafeties, filterHosts, placeKey } from "./filter";
import { failureWords, outcomeWords, safetyMeaning, stateWords, tpmWords } from "./hostWords";
import { inventoryTree, placeOfNode, shownNodes } from "./inventoryTree";
import { withStandings } from "./standings";

function host(name: string, change: Partial<HostRow> = {}): HostRow {
  return {
    key: `vc01/${name}`,
    host: { server: "vc01", moid: name, name },
    identity: name,
    path: ["Wien", "Cluster A"],
    datacenter: "Wien",
    cluster: "Cluster A",
    connection: "connected",
    inMaintenanceMode: false,
    uuid: null,
    vendor: "Dell Inc.",
    model: "PowerEdge R650",
    version: "8.0.3",
    build: "24280767",
    address: "10.0.0.1",
    lockdown: "disabled",
    sealedByTpm: false,
    recoveryKeyKeptAt: null,
    bootTime: null,
    safety: "fresh",
    lastGood: null,
    lastAttempt: null,
    ...change,
  };
}

const HOSTS = [
  host("esx10"),
  host("esx2", { safety: "failing", path: ["Wien", "Cluster AB"], cluster: "Cluster AB" }),
  host("esx3", { safety: "stale", path: ["Graz"], datacenter: "Graz", cluster: null, address: null }),
];
const ALL = { text: "", safeties: [], place: null };
const names = (hosts: readonly HostRow[]) => hosts.map((one) => one.host.name).join(" ");

test("without a filter the list is the same one", () => {
  expect(filterHosts(HOSTS, ALL)).toBe(HOSTS);
});

test("all words must be found, anywhere", () => {
  expect(names(filterHosts(HOSTS, { ...ALL, text: "POWEREDGE wien" }))).toBe("esx10 esx2");
  expect(names(filterHosts(HOSTS, { ...ALL, text: "10.0.0.1 esx2" }))).toBe("esx2");
  expect(names(filterHosts(HOSTS, { ...ALL, text: "nowhere" }))).toBe("");
});

test("a name is found however it is written", () => {
  const hosts = [...HOSTS, host("esx4", { path: ["İstanbul"], datacenter: "İstanbul" })];
  expect(names(filterHosts(hosts, { ...ALL, text: "istanbul ＥＳＸ" }))).toBe("esx4");
});

test("by how safe they are and by place", () => {
  expect(names(filterHosts(HOSTS, { ...ALL, safeties: ["stale", "failing"] }))).toBe("esx2 esx3");
  expect(names(filterHosts(HOSTS, { ...ALL, place: placeKey("vc01", []) }))).toBe("esx10 esx2 esx3");
  expect(names(filterHosts(HOSTS, { ...ALL, place: placeKey("vc01", ["Wien", "Cluster A"]) }))).toBe("esx10");
  expect(names(filterHosts(HOSTS, { ...ALL, place: placeKey("vc02", []) }))).toBe("");
});

test("a day is not 1 days", () => {
  expect(safetyMeaning("fresh", 1)).toBe("The last good bundle is at most 1 day old");
  expect(safetyMeaning("stale", 14)).toBe("The last good bundle is older than 14 days");
});

test("counts", () => {
  expect(countSafeties(HOSTS)).toEqual({ fresh: 1, stale: 1, failing: 1, never: 0, unknown: 0, notSupported: 0 });
});

test("the tree goes from server to host, sorted as people read", () => {
  const servers = [{ name: "vc01", readAt: null, isReading: false, error: null, remedy: null }];
  const tree = inventoryTree(servers, [
    ...HOSTS,
    host("esx9"),
    host("lost", { host: { server: "gone", moid: "x", name: "lost" } }),
  ]);
  const shown = shownNodes(tree, () => true);
  expect(
    shown.map(({ node, depth }) => `${"  ".repeat(depth)}${node.kind} ${node.label} ${node.hosts}/${node.failing}`),
  ).toEqual([
    "server vc01 4/1",
    "  datacenter Graz 1/0",
    "    host esx3 0/0",
    "  datacenter Wien 3/1",
    "    cluster Cluster A 2/0",
    "      host esx9 0/0",
    "      host esx10 0/0",
    "    cluster Cluster AB 1/1",
    "      host esx2 0/0",
  ]);
  expect(shownNodes(tree, (_, depth) => depth < 1)).toHaveLength(3);
});

test("with several servers, a root is all of them", () => {
  const servers = ["vc02", "vc01", "vc03"].map((name) => ({
    name,
    readAt: null,
    isReading: false,
    error: null,
    remedy: null,
  }));
  const [root, ...others] = inventoryTree(servers, HOSTS);
  expect(others).toEqual([]);
  expect(root).toMatchObject({ label: "All servers", hosts: 3, failing: 1 });
  expect(root?.children.map(({ label, hosts }) => `${label} ${hosts}`)).toEqual(["vc02 0", "vc01 3", "vc03 0"]);
  expect(root && placeOfNode(root)).toBeNull();
  expect(inventoryTree(servers.slice(0, 1), HOSTS)[0]?.kind).toBe("server");
});

test("a host's state and last outcome", () => {
  expect(stateWords(host("a", { inMaintenanceMode: true }))).toBe("Maintenance mode");
  expect(stateWords(host("a", { connection: "notResponding", inMaintenanceMode: true }))).toBe("Not responding");
  expect(outcomeWords(host("a"))).toBe("");
  const failed = (message: string) =>
    host("a1", {
      lastAttempt: { runId: "1", at: "", result: "failed", error: { code: "x", message, hint: null, details: [] } },
    });
  expect(outcomeWords(failed("a1 is disconnected in the vCenter"))).toBe("Failed: disconnected in the vCenter");
  expect(failureWords(failed("a1 is disconnected in the vCenter"))).toBe("Disconnected in the vCenter");
  expect(failureWords(failed("a1: the share is full"))).toBe("The share is full");
  expect(failureWords(failed("a1 was not tried: the disk is full"))).toBe("Not tried: the disk is full");
  expect(failureWords(failed("the bundle of a1 is not sound"))).toBe("The bundle of the host is not sound");
  expect(failureWords(failed("a1 was not tried: a10 does not answer"))).toBe("Not tried: a10 does not answer");
  expect(failureWords(failed("a1.lab.local and x-a1 say no to a1."))).toBe("A1.lab.local and x-a1 say no to the host.");
  expect(failureWords(host("a1"))).toBeNull();
});

test("a host has the standing of its last good bundle, and what did not change stays the same object", () => {
  const saved = host("esx01", { lastGood: { record: "a", takenAt: "2026-11-22T00:00:00Z" } });
  const hosts = [saved, host("esx02")];
  const standings: RecordStanding[] = [{ record: "a", standing: { kind: "first" } }];
  const shown = withStandings(hosts, standings);
  expect(shown.map(({ standing }) => standing?.kind)).toEqual(["first", undefined]);
  expect(withStandings(hosts, standings)).toEqual(shown);
  expect(withStandings(hosts, standings)[0]).toBe(shown[0]);
  const [changed, same] = withStandings(hosts, [{ record: "a", standing: { kind: "unreadable" } }]);
  expect(changed?.standing).toEqual({ kind: "unreadable" });
  expect(same).toBe(shown[1]);
});

test("a sealed host without its recovery key is told from one with it", () => {
  const words = (change: Partial<HostRow>) => tpmWords(host("esx1", change));
  expect(words({ sealedByTpm: null })).toBe("");
  expect(words({ sealedByTpm: false })).toBe("Not sealed");
  expect(words({ sealedByTpm: true })).toBe("Sealed, no key");
  expect(words({ sealedByTpm: true, recoveryKeyKeptAt: "2026-11-22T23:30:00Z" })).toBe("Sealed, key kept");
});
