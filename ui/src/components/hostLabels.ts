import type { ArchivedHost } from "../ipc";
import { plural } from "./words";

/** What each host is called among the others, by identity: with more than its name where another one has the same. Pure. */
export function hostLabels(hosts: readonly ArchivedHost[]): ReadonlyMap<string, string> {
  const ofName = new Map<string, number>();
  for (const { name } of hosts) {
    ofName.set(name, (ofName.get(name) ?? 0) + 1);
  }
  return new Map(
    hosts.map(({ name, identity, server, records }) => [
      identity,
      ofName.get(name) === 1 ? name : `${name} (${server}, ${plural(records, "bundle")})`,
    ]),
  );
}
