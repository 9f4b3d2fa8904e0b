import { Button, MessageBar, MessageBarBody, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, EditRegular, PlugConnectedRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useState } from "react";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { CommandBar, type Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridColumn } from "../../components/grid/DataGrid";
import { Mark } from "../../components/Mark";
import { Age } from "../../components/Time";
import { dateTime, plural, withoutName } from "../../components/words";
import { type ConnectOutcome, errorReport, commands as ipc, type ServerState, type ServerView } from "../../ipc";
import { hostsQuery, serversQuery } from "../shell/data";
import { shortAddress } from "./address";
import { ServerDialog } from "./ServerDialog";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  test: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM },
  grid: {
    display: "flex",
    height: "176px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    overflow: "hidden",
  },
});

type Row = { server: ServerView; state: ServerState | null; hosts: number };
type Shown =
  | { kind: "connect" }
  | { kind: "edit"; server: ServerView }
  | { kind: "certificate"; server: ServerView; outcome: Extract<ConnectOutcome, { kind: "notTrusted" }> }
  | { kind: "remove"; servers: ServerView[] };
type Test =
  | { kind: "busy"; server: string }
  | { kind: "good"; server: string; outcome: Extract<ConnectOutcome, { kind: "connected" }> }
  | { kind: "failed"; error: unknown };

const COLUMNS: readonly GridColumn<Row>[] = [
  { id: "name", title: "Name", width: 144, isFixed: true, text: ({ server }) => server.name },
  { id: "address", title: "Address", width: 144, text: ({ server }) => shortAddress(server.address) },
  { id: "user", title: "User name", width: 150, text: ({ server }) => server.user },
  {
    id: "hosts",
    title: "Hosts",
    width: 64,
    align: "end",
    text: ({ hosts }) => String(hosts),
    sortBy: ({ hosts }) => hosts,
  },
  {
    id: "read",
    title: "Last read",
    width: 92,
    text: ({ state }) => (state?.readAt == null ? "" : dateTime(state.readAt)),
    sortBy: ({ state }) => (state?.readAt == null ? null : Date.parse(state.readAt)),
    draw: ({ state }) => state?.readAt != null && <Age iso={state.readAt} />,
  },
  {
    id: "state",
    title: "State",
    width: 180,
    grow: true,
    text: stateWords,
    draw: (row) =>
      row.state?.error != null ? (
        <>
          <Mark kind="bad" /> {stateWords(row)}
        </>
      ) : row.state?.readAt == null ? (
        stateWords(row)
      ) : (
        <>
          <Mark kind="good" /> {stateWords(row)}
        </>
      ),
  },
];

/** The servers: connect to another one, test, edit, remove. */
export function ServerList() {
  const styles = useStyles();
  const servers = useQuery(serversQuery);
  const hosts = useQuery(hostsQuery);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<Shown | null>(null);
  const [test, setTest] = useState<Test | null>(null);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const rows = useMemo(
    () =>
      (servers.data ?? []).map((server) => ({
        server,
        state: hosts.data?.servers.find((state) => state.name === server.name) ?? null,
        hosts: hosts.data?.hosts.filter((host) => host.host.server === server.name).length ?? 0,
      })),
    [servers.data, hosts.data],
  );
  const chosen = rows.filter((row) => selected.has(row.server.name)).map((row) => row.server);
  const only = chosen.length === 1 ? chosen[0] : undefined;

  const runTest = async (server: ServerView) => {
    setTest({ kind: "busy", server: server.name });
    try {
      const outcome = await ipc.testServer(server.name);
      if (outcome.kind === "notTrusted") {
        setTest(null);
        setShown({ kind: "certificate", server, outcome });
      } else {
        setTest({ kind: "good", server: server.name, outcome });
      }
    } catch (error) {
      setTest(errorReport(error).code === "cancelled" ? null : { kind: "failed", error });
    }
  };
  const commands: Commands = [
    { id: "connect", label: "Connect to a server", icon: <AddRegular />, run: () => setShown({ kind: "connect" }) },
    "divider",
    {
      id: "test",
      label: "Test",
      icon: <PlugConnectedRegular />,
      disabled: only === undefined,
      isBusy: test?.kind === "busy",
      run: () => only !== undefined && void runTest(only),
    },
    {
      id: "edit",
      label: "Edit",
      icon: <EditRegular />,
      shortcut: "Enter",
      disabled: only === undefined,
      run: () => only !== undefined && setShown({ kind: "edit", server: only }),
    },
    {
      id: "remove",
      label: "Remove",
      icon: <DeleteRegular />,
      shortcut: "Delete",
      disabled: chosen.length === 0,
      run: () => askToRemove(),
    },
  ];
  const askToRemove = () => {
    setFailures([]);
    setShown({ kind: "remove", servers: chosen });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Delete" && chosen.length > 0 && !event.defaultPrevented) {
      askToRemove();
    }
  };
  return (
    <div className={styles.root}>
      <CommandBar commands={commands} label="Servers" />
      {servers.isError && <ErrorView error={servers.error} />}
      {test?.kind === "busy" && (
        <div className={styles.test}>
          <Spinner size="tiny" labelPosition="after" label={`Connecting to ${test.server}`} />
          <Button size="small" onClick={() => void ipc.cancelTest()}>
            Cancel
          </Button>
        </div>
      )}
      {test?.kind === "failed" && <ErrorView error={test.error} />}
      {failures.map(({ server, error }) => (
        <ErrorView key={server} error={error} />
      ))}
      {test?.kind === "good" && (
        <MessageBar intent="success">
          <MessageBarBody>
            {test.server} answers: {test.outcome.product}, {plural(test.outcome.hosts, "host")}.
          </MessageBarBody>
        </MessageBar>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the grid in it has the focus */}
      <div className={styles.grid} onKeyDown={onKeyDown}>
        <DataGrid
          name="servers"
          label="Servers"
          rows={rows}
          rowKey={serverName}
          columns={COLUMNS}
          sortedBy="name"
          selected={selected}
          onSelect={setSelected}
          onOpen={(row) => setShown({ kind: "edit", server: row.server })}
          commands={commands}
          empty={
            servers.isSuccess && <EmptyState title="No servers yet">Connect to a vCenter or an ESXi host.</EmptyState>
          }
        />
      </div>
      {shown?.kind === "connect" && <ServerDialog server={null} onClose={() => setShown(null)} />}
      {shown?.kind === "edit" && <ServerDialog server={shown.server} onClose={() => setShown(null)} />}
      {shown?.kind === "certificate" && (
        <ServerDialog
          server={shown.server}
          ask={{ kind: "certificate", outcome: shown.outcome }}
          onClose={() => setShown(null)}
        />
      )}
      {shown?.kind === "remove" && (
        <ConfirmDialog
          title={
            shown.servers.length === 1 ? `Remove ${shown.servers[0]?.name}?` : `Remove ${shown.servers.length} servers?`
          }
          confirm="Remove"
          onConfirm={async () => {
            setFailures(await removeEach(shown.servers));
            setSelected(new Set());
          }}
          onClose={() => setShown(null)}
        >
          <p>
            {shown.servers.length === 1
              ? "Its hosts leave the list, and its remembered password is deleted."
              : "Their hosts leave the list, and their remembered passwords are deleted."}{" "}
            The archive keeps every bundle.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

type Failure = { server: string; error: unknown };

/** Each, whatever came of the others, and what failed. A server may be gone and its password still be in the keyring. */
async function removeEach(servers: readonly ServerView[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const { name } of servers) {
    await ipc.removeServer(name).catch((error) => failures.push({ server: name, error }));
  }
  return failures;
}

function stateWords({ server, state }: Row): string {
  if (state?.error != null) {
    return withoutName(state.error.message, server.name, "server");
  }
  return state?.readAt == null ? "Not read yet" : "Reached";
}

function serverName(row: Row): string {
  return row.server.name;
}
