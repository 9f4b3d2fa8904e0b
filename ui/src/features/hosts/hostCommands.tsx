/** What can be done to hosts: the same in the toolbar, in the grid's menu and in the tree's. */
import {
  ArrowUndoRegular,
  BranchCompareRegular,
  CheckboxCheckedRegular,
  DocumentSearchRegular,
  SaveArrowRightRegular,
} from "@fluentui/react-icons";
import type { Command } from "../../components/commands";
import { plural } from "../../components/words";
import type { HostRow } from "../../ipc";

type HostActs = {
  backUp: (hosts: readonly HostRow[]) => void;
  restore: (host: HostRow) => void;
  inside: (record: string) => void;
  compare: (first: string, second: string) => void;
};

export function hostCommands(hosts: readonly HostRow[], acts: HostActs) {
  const [only, ...others] = hosts;
  const [first, second] = hosts.flatMap(({ lastGood }) => (lastGood === null ? [] : [lastGood.record]));
  const backUp: Command = {
    id: "backUp",
    label: hosts.length === 0 ? "Back up" : `Back up ${plural(hosts.length, "host")}`,
    icon: <SaveArrowRightRegular />,
    isPrimary: true,
    disabled: hosts.length === 0,
    run: () => acts.backUp(hosts),
  };
  const restore: Command = {
    id: "restore",
    label: "Restore…",
    icon: <ArrowUndoRegular />,
    disabled: hosts.length !== 1,
    run: () => only !== undefined && acts.restore(only),
  };
  const inside: Command = {
    id: "inside",
    label: "Look inside the last bundle",
    icon: <DocumentSearchRegular />,
    disabled: others.length > 0 || first === undefined,
    run: () => first !== undefined && acts.inside(first),
  };
  const compare: Command = {
    id: "compare",
    label: "Compare the last bundles",
    icon: <BranchCompareRegular />,
    disabled: hosts.length !== 2 || second === undefined,
    run: () => first !== undefined && second !== undefined && acts.compare(first, second),
  };
  return { backUp, restore, inside, compare };
}

/** For a place in the tree. */
export function selectHosts(hosts: readonly HostRow[], run: () => void): Command {
  return {
    id: "select",
    label: `Select ${plural(hosts.length, "host")}`,
    icon: <CheckboxCheckedRegular />,
    disabled: hosts.length === 0,
    run,
  };
}
