/** What can be done to selected records, and what came of it. */

import { useNavigate } from "@tanstack/react-router";
import { useSaid } from "../../components/Said";
import { byteSize, plural } from "../../components/words";
import { commands, type RecordRow } from "../../ipc";
import { recordBefore } from "../bundles/search";

export function useActs(chosen: readonly RecordRow[]) {
  const { said, setSaid, attempt } = useSaid();
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const navigate = useNavigate();
  const compare = async () => {
    const [first, second] = [...chosen].sort((a, b) => Date.parse(a.takenAt) - Date.parse(b.takenAt));
    if (first !== undefined && second !== undefined) {
      await navigate({ to: "/compare", search: { first: first.id, second: second.id } });
    } else if (first !== undefined) {
      const { identity } = first;
      const query = { from: null, to: null, identity, server: null, search: null, pinned: false, newest: false };
      const before = recordBefore((await commands.listRecords(query)).records, first);
      if (before === null) {
        return `There is no bundle of ${first.host} before this one.`;
      }
      await navigate({ to: "/compare", search: { first: before.id, second: first.id } });
    }
    return null;
  };
  const acts = {
    compare: () => attempt(compare),
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
  };
  return { acts, attempt, said, setSaid };
}

async function pinAll(records: readonly RecordRow[], pinned: boolean): Promise<string | null> {
  const meant = records.filter((record) => record.pinned !== pinned);
  await commands.pinRecords(
    meant.map((record) => record.id),
    pinned,
  );
  return meant.length > 1 ? `${plural(meant.length, "bundle")} ${pinned ? "pinned" : "unpinned"}.` : null;
}
