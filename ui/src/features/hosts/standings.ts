/** Whether the settings of a host changed with its last good bundle. */
import type { HostRow, RecordStanding, StandingView } from "../../ipc";

export type ShownHost = HostRow & {
  /** None where there is no bundle, or nothing is known of it yet. */
  standing: StandingView | null;
};

/** Hosts with how their last good bundle stands to the one before it. What did not change stays the same object. */
export function withStandings(hosts: readonly HostRow[], standings: readonly RecordStanding[]): ShownHost[] {
  const known = new Map(standings.map(({ record, standing }) => [record, standing]));
  return hosts.map((host) => {
    const standing = host.lastGood === null ? null : (known.get(host.lastGood.record) ?? null);
    const before = shown.get(host);
    if (before !== undefined && before.standing === standing) {
      return before;
    }
    const next = { ...host, standing };
    shown.set(host, next);
    return next;
  });
}

const shown = new WeakMap<HostRow, ShownHost>();
