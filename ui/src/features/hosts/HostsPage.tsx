import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowSyncRegular, PanelLeftRegular, PanelRightRegular } from "@fluentui/react-icons";
import { useIsMutating, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type Command, CommandBar, type Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { FilterBox } from "../../components/FilterBox";
import { DataGrid, EXPORT_CSV, type GridHandle } from "../../components/grid/DataGrid";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { Messages } from "../../components/PageParts";
import { useBarStyles } from "../../components/pageBar";
import { SaidBar, useSaid } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { ofTotal, plural, wholeNumber } from "../../components/words";
import { type HostRow, type HostsView, commands as ipc } from "../../ipc";
import { useMedia } from "../../theme";
import { BackupDialog } from "../backup/BackupDialog";
import { FirstRun } from "../servers/FirstRun";
import { ServerDialog } from "../servers/ServerDialog";
import { hostsQuery, queryClient } from "../shell/data";
import { Board } from "./Board";
import { HOST_COLUMNS } from "./columns";
import { filterHosts } from "./filter";
import { HostDetails } from "./HostDetails";
import { HostTree } from "./HostTree";
import { hostCommands, selectHosts } from "./hostCommands";
import { placeOfNode, type TreeNode } from "./inventoryTree";
import { Reading } from "./Reading";
import { SelectionsMenu } from "./SelectionsMenu";
import { ServerTroubles } from "./ServerTroubles";
import { useShownHosts } from "./useShownHosts";
import { ALL_HOSTS, useDetailsPane, useHostsPage } from "./view";

const useStyles = makeStyles({
  board: { padding: "0 16px 6px", flexShrink: 0 },
  panes: {
    position: "relative",
    display: "flex",
    flex: "1 1 0",
    minHeight: "160px",
    minWidth: 0,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  tree: { width: "196px", flexShrink: 0, borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  grid: { display: "flex", flexGrow: 1, minWidth: 0 },
  details: { width: "300px", flexShrink: 0, borderLeft: `1px solid ${tokens.colorNeutralStroke2}` },
  overlay: {
    position: "absolute",
    top: 0,
    bottom: 0,
    right: 0,
    zIndex: 3,
    maxWidth: "100%",
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
  },
});

export function HostsPage() {
  const hosts = useQuery(hostsQuery);
  const refresh = useRefresh();
  const view = hosts.data;
  // What was read before is shown at once; once a start, the servers are asked.
  useEffect(() => {
    if (view !== undefined && view.servers.length > 0 && !isReadSinceStart) {
      isReadSinceStart = true;
      // Signing in to every server keeps the processors busy: what is known is drawn first.
      setTimeout(refresh.mutate, 300);
    }
  }, [view, refresh.mutate]);
  const [isConnecting, setConnecting] = useState(false);
  // Whoever holds the key down would queue a sign-in to every server for each time.
  const isReading = useIsMutating({ mutationKey: REFRESH }) > 0;
  useShortcuts({ F5: () => isReading || refresh.mutate() });

  if (view === undefined) {
    return (
      <Page title="Hosts" isScrolling={hosts.isError}>
        {hosts.isError ? (
          <ErrorView error={hosts.error} onAgain={() => hosts.refetch()} />
        ) : (
          <Loading label="Reading what is known of the hosts" />
        )}
      </Page>
    );
  }
  return (
    <>
      {view.servers.length === 0 ? (
        <FirstRun onConnect={() => setConnecting(true)} />
      ) : (
        <Hosts
          view={view}
          isReading={isReading}
          refreshError={refresh.error ?? hosts.error}
          onRefresh={() => refresh.mutate()}
        />
      )}
      {/* It may have more to say once there is a server, and with it another page behind it. */}
      {isConnecting && (
        <ServerDialog server={null} onClose={() => setConnecting(false)} onSaved={() => refresh.mutate()} />
      )}
    </>
  );
}

let isReadSinceStart = false;
const REFRESH = ["refreshHosts"];

function useRefresh() {
  return useMutation({
    mutationKey: REFRESH,
    mutationFn: ipc.refreshHosts,
    scope: { id: "refresh" },
    onSuccess: (view) => queryClient.setQueryData(hostsQuery.queryKey, view),
  });
}

type HostsProps = { view: HostsView; isReading: boolean; refreshError: unknown; onRefresh: () => void };

function Hosts({ view, isReading, refreshError, onRefresh }: HostsProps) {
  const styles = useStyles();
  const bar = useBarStyles();
  const page = useHostsPage();
  const navigate = useNavigate();
  const grid = useRef<GridHandle>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const hasRoomForTree = useMedia("(min-width: 900px)");
  const isTreeShown = page.isTreeShown ?? hasRoomForTree;
  const [backedUp, setBackedUp] = useState<readonly HostRow[] | null>(null);
  const { said, setSaid, attempt } = useSaid();
  const { place, counts, shown, selected, chosen } = useShownHosts(view);
  const isFiltered = shown.length !== view.hosts.length;
  const pane = useDetailsPane();

  const select = (keys: Iterable<string>) => useHostsPage.setState({ selected: [...keys] });
  const exportCsv = async () => ((await grid.current?.exportCsv()) ? "The list was saved." : null);
  const openNode = (node: TreeNode) => {
    useHostsPage.setState({ place: placeOfNode(node), selected: node.host === null ? page.selected : [node.key] });
    if (node.host !== null) {
      grid.current?.reveal(node.key);
    }
  };
  useShortcuts({
    "Ctrl+F": () => {
      filterBox.current?.focus();
      filterBox.current?.select();
    },
    "Ctrl+A": () => {
      select(shown.map((host) => host.key));
      grid.current?.focus();
    },
    "Alt+Enter": pane.toggle,
  });
  const acts = {
    backUp: setBackedUp,
    restore: (host: HostRow) => void navigate({ to: "/restore", search: { host: host.key } }),
    inside: (record: string) => void navigate({ to: "/inside", search: { record } }),
    compare: (first: string, second: string) => void navigate({ to: "/compare", search: { first, second } }),
  };
  const { backUp, restore, inside, compare } = hostCommands(chosen, acts);
  const details: Command = {
    id: "details",
    label: "Details",
    icon: <PanelRightRegular />,
    shortcut: "Alt+Enter",
    run: pane.toggle,
  };
  const nodeCommands = (node: TreeNode): Commands => {
    if (node.host === null) {
      const place = placeOfNode(node);
      const hosts = filterHosts(view.hosts, { ...ALL_HOSTS, place });
      const selectThem = () => useHostsPage.setState({ ...ALL_HOSTS, place, selected: hosts.map(hostKey) });
      return [hostCommands(hosts, acts).backUp, selectHosts(hosts, selectThem)];
    }
    const ofHost = hostCommands([node.host], acts);
    const open = () => {
      openNode(node);
      pane.show(true);
    };
    return [ofHost.backUp, ofHost.restore, ofHost.inside, { ...details, run: open }];
  };
  const commands: Commands = [
    backUp,
    {
      id: "backUpAll",
      label: isFiltered ? `Back up all ${wholeNumber(shown.length)} shown` : "Back up all",
      disabled: shown.length === 0,
      run: () => setBackedUp(shown),
    },
    restore,
    "divider",
    {
      id: "refresh",
      label: "Refresh",
      icon: <ArrowSyncRegular />,
      shortcut: "F5",
      isBusy: isReading,
      run: onRefresh,
    },
    {
      ...EXPORT_CSV,
      disabled: shown.length === 0,
      run: () => attempt(exportCsv),
    },
    details,
    inside,
    compare,
  ];

  return (
    <Page title="Hosts" subtitle={<Reading view={view} isReading={isReading} />}>
      <div className={styles.board}>
        <Board
          counts={counts}
          pressed={page.safeties}
          staleAfterDays={view.staleAfterDays}
          onChange={(pressed) => useHostsPage.setState({ safeties: pressed })}
        />
      </div>
      <ServerTroubles states={view.servers} isReading={isReading} onRetry={onRefresh} />
      <Messages>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        {view.archiveError !== null && <ErrorView error={view.archiveError} />}
        {view.recoveryKeysError !== null && <ErrorView error={view.recoveryKeysError} />}
        {refreshError !== null && <ErrorView error={refreshError} />}
      </Messages>
      <div className={bar.bar}>
        <Button
          size="small"
          appearance="subtle"
          icon={<PanelLeftRegular />}
          aria-label={isTreeShown ? "Hide the inventory" : "Show the inventory"}
          aria-pressed={isTreeShown}
          onClick={() => useHostsPage.setState({ isTreeShown: !isTreeShown })}
        />
        <div className={bar.commands}>
          <CommandBar commands={commands} label="Commands for hosts" />
        </div>
        <SelectionsMenu
          chosen={chosen}
          onError={(error) => setSaid({ error })}
          onSelect={(keys) => {
            useHostsPage.setState({ ...ALL_HOSTS, selected: keys });
            grid.current?.focus();
          }}
        />
        <FilterBox
          box={filterBox}
          label="Filter hosts"
          text={page.text}
          onText={(text) => useHostsPage.setState({ text })}
          onLeave={() => grid.current?.focus()}
        />
        <span className={bar.count} role="status">
          {chosen.length > 1
            ? `${wholeNumber(chosen.length)} of ${plural(shown.length, "host")} selected`
            : ofTotal(shown.length, view.hosts.length, "host")}
        </span>
      </div>
      <div className={styles.panes}>
        {isTreeShown && (
          <div className={styles.tree} data-pane="tree">
            <HostTree
              servers={view.servers}
              hosts={view.hosts}
              selected={place}
              toggled={page.toggledNodes}
              onToggle={(key) =>
                useHostsPage.setState({
                  toggledNodes: page.toggledNodes.includes(key)
                    ? page.toggledNodes.filter((other) => other !== key)
                    : [...page.toggledNodes, key],
                })
              }
              onSelect={openNode}
              commandsOf={nodeCommands}
            />
          </div>
        )}
        <div className={styles.grid} data-pane="grid">
          <DataGrid
            handle={grid}
            name="hosts"
            label="Hosts"
            rows={shown}
            rowKey={hostKey}
            columns={HOST_COLUMNS}
            sortedBy="name"
            selected={selected}
            onSelect={select}
            onOpen={() => pane.show(true)}
            commands={[backUp, restore, inside, compare, details]}
            empty={<NoHosts isFiltered={isFiltered} isReading={isReading} onRefresh={onRefresh} />}
          />
        </div>
        {pane.isShown && (
          <div className={mergeClasses(styles.details, pane.isOver && styles.overlay)}>
            <HostDetails hosts={chosen} onClose={() => pane.show(false)} />
          </div>
        )}
      </div>
      {backedUp !== null && <BackupDialog hosts={backedUp} onClose={() => setBackedUp(null)} />}
    </Page>
  );
}

type NoHostsProps = { isFiltered: boolean; isReading: boolean; onRefresh: () => void };

function NoHosts({ isFiltered, isReading, onRefresh }: NoHostsProps) {
  if (isFiltered) {
    return (
      <EmptyState
        title="No host matches the filter"
        actions={<Button onClick={() => useHostsPage.setState(ALL_HOSTS)}>Show all hosts</Button>}
      />
    );
  }
  return isReading ? (
    <Loading label="Reading the hosts" />
  ) : (
    <EmptyState title="No hosts" actions={<Button onClick={onRefresh}>Refresh</Button>}>
      The servers have no hosts, the user is not allowed to see them, or they could not be read.
    </EmptyState>
  );
}

function hostKey(host: HostRow): string {
  return host.key;
}
