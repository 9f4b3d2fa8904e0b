import { queryOptions } from "@tanstack/react-query";
import { commands } from "../../ipc";

/** A run's whole report. It does not change, but its file may come and go with the archive. */
export function reportQuery(runId: string) {
  return queryOptions({ queryKey: ["runs", runId], queryFn: () => commands.readRun(runId) });
}
