import { CancelledError } from "@tanstack/react-query";
import { commands } from "../../ipc";
import { archiveQuery, queryClient } from "../shell/data";

/** Reads the archive from the disk: others write to it, too. All that was known of it is asked for again. */
export async function readArchiveAgain(): Promise<void> {
  try {
    await queryClient.fetchQuery({ ...archiveQuery, queryFn: () => commands.archiveOverview(true), staleTime: 0 });
  } catch (error) {
    // The archive changed meanwhile: what is there now is being asked for already.
    if (!(error instanceof CancelledError)) {
      throw error;
    }
  }
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ["records"] }),
    queryClient.invalidateQueries({ queryKey: ["runs"] }),
    queryClient.invalidateQueries({ queryKey: ["hosts"] }),
    queryClient.invalidateQueries({ queryKey: ["history"] }),
  ]);
}
