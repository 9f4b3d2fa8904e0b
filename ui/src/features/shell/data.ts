/** What the pages read from the shell, by name: each is asked for once and asked for again when the shell says so. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { commands, type Message, watch } from "../../ipc";
import { useDropped } from "./dropped";
import { applyMessage, useJobs } from "./jobs";
import { useReading } from "./reading";

export const queryClient = new QueryClient({
  defaultOptions: {
    // The shell is in the same process: nothing to retry, and it tells when something changed.
    queries: { retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});

export const startQuery = queryOptions({ queryKey: ["start"], queryFn: commands.appStart });
export const settingsQuery = queryOptions({ queryKey: ["settings"], queryFn: commands.readSettings });
export const serversQuery = queryOptions({ queryKey: ["servers"], queryFn: commands.listServers });
export const hostsQuery = queryOptions({
  queryKey: ["hosts"],
  queryFn: commands.listHosts,
  // A host grows stale without anything having changed. The shell judges anew from what it knows.
  refetchInterval: 10 * 60_000,
  refetchIntervalInBackground: true,
});
export const archiveQuery = queryOptions({
  queryKey: ["archive", "overview"],
  queryFn: () => commands.archiveOverview(false),
});
export const changedDaysQuery = queryOptions({ queryKey: ["archive", "changedDays"], queryFn: commands.changedDays });
export const standingsQuery = queryOptions({
  queryKey: ["archive", "standings"],
  queryFn: commands.newestStandings,
});
export const runsQuery = queryOptions({ queryKey: ["runs"], queryFn: commands.listRuns });

/** Hears of everything from now on. */
export const watchQuery = queryOptions({
  queryKey: ["watch"],
  queryFn: () => watch(onMessage).then(() => true),
});

function onMessage(message: Message) {
  useJobs.setState((state) => applyMessage(state, message), true);
  if (message.kind === "bundleDropped" || message.kind === "dropRefused") {
    useDropped.setState({ dropped: message });
  }
  if (message.kind === "settingsRead") {
    useReading.setState({ left: message.left });
  }
  for (const queryKey of outdated(message)) {
    void readAgain(queryClient, queryKey);
  }
}

/** Asks again for what is shown. An answer that is still to come may be older than the change, and counts for nothing. */
export async function readAgain(client: QueryClient, queryKey: readonly string[]): Promise<void> {
  await client.cancelQueries({ queryKey }, { silent: true });
  await client.invalidateQueries({ queryKey });
}

/** Which answers a message makes old. */
export function outdated(message: Message): readonly string[][] {
  switch (message.kind) {
    case "hostsChanged":
      // Of a bundle it is known which of the hosts it fits, and of a server whether its password is remembered.
      return [["hosts"], ["history"], ["bundle"], ["servers"]];
    case "archiveChanged":
      return [["archive"], ["records"], ["runs"], ["history"], ["hosts"]];
    case "settingsChanged":
      return [["settings"], ["servers"], ["hosts"], ["archive"]];
    case "restoresChanged":
      return [["restores"]];
    case "bundleDropped":
    case "dropRefused":
    case "settingsRead":
    case "snapshot":
    case "jobs":
    case "jobRemoved":
    case "closeAsked":
      return [];
  }
}
