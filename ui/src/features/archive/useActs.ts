/** What can be done to selected records, and what came of it. */
import { useSaid } from "../../components/Said";
import { byteSize, plural } from "../../components/words";
import { commands, type RecordRow } from "../../ipc";

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

async function pinAll(records: readonly RecordRow[], pinned: boolean): Promise<string | null> {
  const meant = records.filter((record) => record.pinned !== pinned);
  await commands.pinRecords(
    meant.map((record) => record.id),
    pinned,
  );
  return meant.length > 1 ? `${plural(meant.length, "bundle")} ${pinned ? "pinned" : "unpinned"}.` : null;
}
