/** What the pages read of restores. */
import { queryOptions } from "@tanstack/react-query";
import { commands, type Job } from "../../ipc";

export const restoresQuery = queryOptions({ queryKey: ["restores"], queryFn: commands.listRestores });
export const restoreQuery = (id: string) =>
  queryOptions({ queryKey: ["restores", id], queryFn: () => commands.readRestore(id) });

/** The bundles that the archive has of a host, newest first. */
export const recordsOf = (identity: string | null) => {
  const query = { from: null, to: null, identity, server: null, search: null, pinned: false, newest: false };
  return queryOptions({
    queryKey: ["records", "list", query],
    queryFn: () => commands.listRecords(query),
    enabled: identity !== null,
  });
};

/** The job of a restore that was begun, or gone on with, since the app was started: the newest. */
export function jobOf(jobs: readonly Job[], id: string): Job | undefined {
  return jobs.findLast((job) => job.head.restore?.id === id);
}
