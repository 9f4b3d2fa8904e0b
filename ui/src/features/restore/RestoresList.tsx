import { makeStyles } from "@fluentui/react-components";
import { ArrowClockwiseRegular, OpenRegular } from "@fluentui/react-icons";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Mark } from "../../components/Mark";
import { PageCommands } from "../../components/PageParts";
import { useShortcuts } from "../../components/shortcuts";
import { DateTime } from "../../components/Time";
import { dateTime } from "../../components/words";
import type { RestoreRow } from "../../ipc";
import { RunningJobs } from "../activity/RunningJobs";
import { queryClient } from "../shell/data";
import { restoresQuery } from "./data";
import { restoreStateMark, restoreStateWords } from "./restoreWords";

const useStyles = makeStyles({
  list: { display: "flex", flexDirection: "column", flexGrow: 1, minHeight: 0, paddingTop: "4px" },
});

const COLUMNS: readonly GridColumn<RestoreRow>[] = [
  {
    id: "startedAt",
    title: "Started",
    width: 132,
    isFixed: true,
    text: (restore) => dateTime(restore.startedAt),
    sortBy: (restore) => Date.parse(restore.startedAt),
    draw: (restore) => <DateTime iso={restore.startedAt} />,
  },
  { id: "host", title: "Host", width: 190, text: (restore) => restore.host },
  {
    id: "state",
    title: "Outcome",
    width: 190,
    text: (restore) => restoreStateWords(restore.state),
    draw: (restore) => (
      <>
        <Mark kind={restoreStateMark(restore.state)} /> {restoreStateWords(restore.state)}
      </>
    ),
  },
  { id: "open", title: "Open", width: 76, text: (restore) => (restore.isOpen ? "Open" : "") },
  { id: "known", title: "What is known", width: 320, grow: true, text: (restore) => restore.known },
  { id: "server", title: "Server", width: 150, text: (restore) => restore.server },
  { id: "id", title: "Restore", width: 200, isHidden: true, text: (restore) => restore.id },
];

/** Every restore that was begun on this computer. */
export function RestoresList({ restores }: { restores: readonly RestoreRow[] }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const grid = useRef<GridHandle>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = restores.filter((restore) => selected.has(restore.id));
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const open = (restore: RestoreRow) => void navigate({ to: "/restores/$id", params: { id: restore.id } });
  const refresh = () => void queryClient.invalidateQueries({ queryKey: restoresQuery.queryKey });
  useShortcuts({ F5: refresh });
  const commands: Commands = [
    {
      id: "open",
      label: "Open report",
      icon: <OpenRegular />,
      shortcut: "Enter",
      disabled: only === undefined,
      run: () => only !== undefined && open(only),
    },
    "divider",
    { id: "refresh", label: "Refresh", icon: <ArrowClockwiseRegular />, shortcut: "F5", run: refresh },
  ];
  return (
    <>
      <PageCommands label="Activity commands" commands={commands} />
      <section className={styles.list} aria-label="Restores of this computer" data-pane="runs">
        <RunningJobs />
        <DataGrid
          name="restores"
          label="Restores"
          rows={restores}
          rowKey={restoreKey}
          columns={COLUMNS}
          sortedBy="startedAt"
          isDescending
          selected={selected}
          onSelect={setSelected}
          onOpen={open}
          commands={commands}
          handle={grid}
          empty={<EmptyState title="No restore was begun on this computer" />}
        />
      </section>
    </>
  );
}

function restoreKey(restore: RestoreRow): string {
  return restore.id;
}
