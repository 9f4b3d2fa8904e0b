/** Which hosts of a run are to be tried again, as the servers know them now. Pure. */
import type { HostRef, HostReportView, HostRow, RunView } from "../../ipc";

export type Retry = {
  hosts: HostRef[];
  /** Names of failed ones that are on no server now. */
  gone: string[];
};

export function failedHosts(run: RunView, known: readonly HostRow[]): Retry {
  const byName = new Map<string, HostRef[]>();
  for (const { host } of known) {
    const name = host.name.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), host]);
  }
  const retry: Retry = { hosts: [], gone: [] };
  for (const report of run.hosts) {
    if (report.result === "failed") {
      const host = knownAs(report, byName.get(report.name.toLowerCase()) ?? []);
      host === null ? retry.gone.push(report.name) : retry.hosts.push(host);
    }
  }
  return retry;
}

/** On its own server; a name that was reached through none must be the only one of that name. */
function knownAs(report: HostReportView, sameName: readonly HostRef[]): HostRef | null {
  if (report.server === null) {
    return sameName.length === 1 ? (sameName[0] ?? null) : null;
  }
  return sameName.find((host) => host.server === report.server) ?? null;
}
