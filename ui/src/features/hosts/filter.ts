/** Which hosts are shown: by text, by how safe they are, by their place in the inventory. Pure. */
import { folded } from "../../components/folded";
import type { HostRow, SafetyView } from "../../ipc";
import { lockdownWords, stateWords } from "./hostWords";

export type HostFilter = {
  text: string;
  /** None means all. */
  safeties: readonly SafetyView[];
  /** The key of a node of the tree; null is everything. */
  place: string | null;
};

export function filterHosts(hosts: readonly HostRow[], filter: HostFilter): readonly HostRow[] {
  const words = folded(filter.text)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 && filter.safeties.length === 0 && filter.place === null) {
    return hosts;
  }
  return hosts.filter(
    (host) =>
      (filter.safeties.length === 0 || filter.safeties.includes(host.safety)) &&
      (filter.place === null || isWithin(host, filter.place)) &&
      (words.length === 0 || hasWords(host, words)),
  );
}

export function countSafeties(hosts: readonly HostRow[]): Record<SafetyView, number> {
  const counts = { fresh: 0, stale: 0, failing: 0, never: 0, unknown: 0, notSupported: 0 };
  for (const host of hosts) {
    counts[host.safety] += 1;
  }
  return counts;
}

/** The key of the place that a host is in: its server and the names above it. */
export function placeOf(host: HostRow): string {
  return placeKey(host.host.server, host.path);
}

export function placeKey(server: string, path: readonly string[]): string {
  return JSON.stringify([server, ...path]);
}

/** The place, unless its server is none of these: what was chosen may be of the demo, or of a server that was removed. */
export function placeAmong(place: string | null, servers: readonly { name: string }[]): string | null {
  return place !== null && servers.some(({ name }) => isInside(place, placeKey(name, []))) ? place : null;
}

function isWithin(host: HostRow, place: string): boolean {
  return isInside(placeOf(host), place);
}

function isInside(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer.slice(0, -1)},`);
}

const searched = new WeakMap<HostRow, string>();

function hasWords(host: HostRow, words: readonly string[]): boolean {
  let text = searched.get(host);
  if (text === undefined) {
    const parts = [
      host.host.name,
      host.host.server,
      ...host.path,
      host.version,
      host.build,
      host.address,
      host.vendor,
      host.model,
      stateWords(host),
      lockdownWords(host.lockdown),
      host.uuid,
      host.lastAttempt?.error?.message,
    ];
    text = folded(parts.filter((part) => part != null).join("\n"));
    searched.set(host, text);
  }
  const found = text;
  return words.every((word) => found.includes(word));
}
