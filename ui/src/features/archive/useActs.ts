/** What can be done to selected records, and what came of it. */
import { useSaid } from "../../components/Said";
import { byteSize, plural } from "../../components/words";
import { commands, type ErrorReport, type RecordRow } from "../../ipc";

/** Each takes the archive's lock and is written on its own. */
const MOST_PINNED = 100;

export function useActs(chosen: readonly RecordRow[]) {
  const { said, setSaid, attempt } = useSaid();
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const acts = {
    verify: () =>
      attempt(async () => {
        await commands.startVerify(chosen.map((record) => record.id));
        return null;
      }),
    verifyAll: () =>
      attempt(async () => {
        await commands.startVerify(null);
        return null;
      }),
    exportBundle: () =>
      attempt(async () => {
        const exported = only === undefined ? null : await commands.exportBundle(only.id);
        return exported === null ? null : `Exported to ${exported.path} (${byteSize(exported.bytes)}).`;
      }),
    reveal: () =>
      attempt(async () => {
        only !== undefined && (await commands.revealRecord(only.id));
        return null;
      }),
    pin: (pinned: boolean) => attempt(() => pinAll(chosen, pinned)),
    openFolder: () =>
      attempt(async () => {
        await commands.openFolder("archive");
        return null;
      }),
    saveList: (csv: string) =>
      attempt(async () => ((await commands.saveText("bundles.csv", csv)) ? "The list was saved." : null)),
  };
  return { acts, said, setSaid };
}

/** One after the other; the first that cannot be marked ends it, and the message says which were. */
async function pinAll(records: readonly RecordRow[], pinned: boolean): Promise<string | null> {
  if (records.length > MOST_PINNED) {
    const report: ErrorReport = {
      code: "too_many",
      message: `Only ${MOST_PINNED} bundles can be pinned or unpinned at once.`,
      hint: "Select fewer bundles.",
      details: [],
    };
    throw report;
  }
  const meant = records.filter((record) => record.pinned !== pinned);
  for (const record of meant) {
    await commands.markRecord(record.id, { pinned, note: record.note });
  }
  return meant.length > 1 ? `${plural(meant.length, "bundle")} ${pinned ? "pinned" : "unpinned"}.` : null;
}
