import { Button, Tab, TabList, ToggleButton } from "@fluentui/react-components";
import { ArrowClockwiseRegular, DismissCircleRegular, HistoryRegular, OpenRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { AddressFilter } from "../../components/AddressFilter";
import type { Commands } from "../../components/commands";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { folded } from "../../components/folded";
import { DataGrid, type GridColumn, type GridHandle } from "../../components/grid/DataGrid";
import { Loading } from "../../components/Loading";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { ListPane, Messages, PageCommands } from "../../components/PageParts";
import { useFiltersStyles } from "../../components/pageBar";
import { SaidBar } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { DateTime } from "../../components/Time";
import { byteSize, dateTime, ofTotal, plural, wholeNumber } from "../../components/words";
import type { RunRow } from "../../ipc";
import { readArchiveAgain } from "../archive/readArchiveAgain";
import { restoresQuery } from "../restore/data";
import { RestoresList } from "../restore/RestoresList";
import { runsQuery } from "../shell/data";
import { RetryDialog } from "./RetryDialog";
import { RunningJobs } from "./RunningJobs";
import { reportCommands } from "./reportCommands";
import { runInWords, runMark, secondsInWords, secondsOf, startedAtOf } from "./runWords";
import { type ActivitySearch, activitySearch, MAX_TEXT } from "./search";
import { useReportActs } from "./useReportActs";

const COUNT_WIDTH = 62;

/** The shell lists no more. */
const MOST_RUNS = 500;

const COLUMNS: readonly GridColumn<RunRow>[] = [
  {
    id: "startedAt",
    title: "Started",
    width: 124,
    isFixed: true,
    text: startedInWords,
    sortBy: (run) => {
      const started = startedAtOf(run);
      return started === null ? null : Date.parse(started);
    },
    draw: (run) => {
      const started = startedAtOf(run);
      return started === null ? run.runId : <DateTime iso={started} />;
    },
  },
  {
    id: "result",
    title: "Outcome",
    width: 184,
    text: runInWords,
    draw: (run) => (
      <>
        <Mark kind={runMark(run)} /> {runInWords(run)}
      </>
    ),
  },
  count("hosts", "Hosts", (run) => run.hosts),
  count("saved", "Saved", (run) => run.saved),
  count("failed", "Failed", (run) => run.failed),
  { ...count("cancelled", "Cancelled", (run) => run.cancelled), width: 82 },
  {
    id: "bytes",
    title: "Size",
    width: 70,
    align: "end",
    text: (run) => (run.error === null ? byteSize(run.bytes) : ""),
    sortBy: (run) => run.bytes,
  },
  {
    id: "duration",
    title: "Duration",
    width: 80,
    align: "end",
    text: (run) => {
      const seconds = secondsOf(run);
      return seconds === null ? "" : secondsInWords(seconds);
    },
    sortBy: secondsOf,
  },
  { id: "note", title: "Note", width: 200, grow: true, text: (run) => run.note ?? "" },
  { id: "servers", title: "Servers", width: 200, text: (run) => run.servers.join(", ") },
  { id: "runId", title: "Run", width: 190, isHidden: true, text: (run) => run.runId },
];

const route = getRouteApi("/activity");
const NO_RUNS: readonly RunRow[] = [];

/** Every run that the archive knows of, and every restore that was begun on this computer. */
export function ActivityPage(): ReactNode {
  const runs = useQuery(runsQuery);
  const restores = useQuery(restoresQuery);
  const search = activitySearch(route.useSearch());
  const navigate = useNavigate();
  const onSearch = useCallback(
    (change: Partial<ActivitySearch>) =>
      void navigate({
        to: "/activity",
        search: (old) => activitySearch({ ...old, ...change }),
        replace: true,
      }),
    [navigate],
  );
  const known = restores.data?.restores.length ?? 0;
  const tabs = known > 0 && (
    <TabList
      size="small"
      aria-label="Kind of activity"
      selectedValue={search.tab ?? "runs"}
      onTabSelect={(_, { value }) => onSearch({ tab: value === "restores" ? "restores" : undefined })}
    >
      <Tab value="runs">{`Runs ${wholeNumber(runs.data?.length ?? 0)}`}</Tab>
      <Tab value="restores">{`Restores ${wholeNumber(known)}`}</Tab>
    </TabList>
  );
  return (
    <Page title="Activity" subtitle={tabs}>
      {search.tab === "restores" && known > 0 ? (
        <RestoresList restores={restores.data?.restores ?? []} />
      ) : (
        <Runs search={search} onSearch={onSearch} />
      )}
    </Page>
  );
}

type RunsProps = { search: ActivitySearch; onSearch: (change: Partial<ActivitySearch>) => void };

function Runs({ search, onSearch }: RunsProps) {
  const styles = useFiltersStyles();
  const navigate = useNavigate();
  const runs = useQuery(runsQuery);
  const [isReading, setReading] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const text = folded(search.text?.trim() ?? "");
  const incompleteOnly = search.incomplete === true;
  const [retried, setRetried] = useState<string | null>(null);
  const filterBox = useRef<HTMLInputElement>(null);
  const grid = useRef<GridHandle>(null);
  const { said, setSaid, ...acts } = useReportActs();

  const refresh = async () => {
    setReading(true);
    try {
      await readArchiveAgain();
    } catch (error) {
      setSaid({ error });
    } finally {
      setReading(false);
    }
  };

  const all = runs.data ?? NO_RUNS;
  const shown = useMemo(
    () => all.filter((run) => (!incompleteOnly || !run.isComplete) && fits(run, text)),
    [all, incompleteOnly, text],
  );
  useShortcuts({
    F5: () => void refresh(),
    "Ctrl+F": () => filterBox.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(shown.map(runKey)));
      grid.current?.focus();
    },
  });
  const open = (run: RunRow) => void navigate({ to: "/activity/$runId", params: { runId: run.runId } });
  const chosen = shown.filter((run) => selected.has(run.runId));
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const commands: Commands = [
    {
      id: "open",
      label: "Open report",
      icon: <OpenRegular />,
      shortcut: "Enter",
      disabled: only === undefined,
      run: () => only !== undefined && open(only),
    },
    ...reportCommands(only, { ...acts, retry: setRetried }),
    "divider",
    {
      id: "refresh",
      label: "Refresh",
      icon: <ArrowClockwiseRegular />,
      shortcut: "F5",
      isBusy: isReading,
      run: () => void refresh(),
    },
  ];
  const isEmpty = runs.data?.length === 0;
  return (
    <>
      {!isEmpty && <PageCommands label="Activity commands" commands={commands} />}
      <Messages>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        {runs.isError && <ErrorView error={runs.error} onAgain={() => void runs.refetch()} />}
      </Messages>
      {isEmpty ? (
        <>
          <RunningJobs />
          <EmptyState
            icon={<HistoryRegular />}
            title="No runs yet"
            actions={
              <Button appearance="primary" onClick={() => void navigate({ to: "/hosts" })}>
                Go to the hosts
              </Button>
            }
          >
            Each backup of one or many hosts is a run, and its report stays here.
          </EmptyState>
        </>
      ) : (
        (runs.data !== undefined || !runs.isError) && (
          <ListPane label="Runs" pane="runs">
            <search className={styles.filters} aria-label="Filters">
              <AddressFilter
                label="Filter runs"
                finds="Date, note, server or run"
                maxLength={MAX_TEXT}
                text={search.text}
                onSearch={onSearch}
                box={filterBox}
              />
              <ToggleButton
                size="small"
                appearance="subtle"
                icon={<DismissCircleRegular />}
                checked={incompleteOnly}
                onClick={() => onSearch({ incomplete: incompleteOnly ? undefined : true })}
              >
                Not complete
              </ToggleButton>
              <span className={styles.count} role="status">
                {runs.data !== undefined && countInWords(shown.length, all.length)}
              </span>
            </search>
            <RunningJobs />
            <DataGrid
              name="runs"
              label="Runs"
              rows={shown}
              rowKey={runKey}
              columns={COLUMNS}
              sortedBy="startedAt"
              isDescending
              selected={selected}
              onSelect={setSelected}
              onOpen={open}
              commands={commands}
              handle={grid}
              empty={
                runs.data === undefined ? (
                  <Loading label="Reading the runs" />
                ) : (
                  <EmptyState
                    title="No run fits the filters"
                    actions={
                      <Button onClick={() => onSearch({ text: undefined, incomplete: undefined })}>
                        Show all runs
                      </Button>
                    }
                  />
                )
              }
            />
          </ListPane>
        )
      )}
      {retried !== null && <RetryDialog runId={retried} onClose={() => setRetried(null)} />}
    </>
  );
}

function count(id: string, title: string, of: (run: RunRow) => number): GridColumn<RunRow> {
  return {
    id,
    title,
    width: COUNT_WIDTH,
    align: "end",
    text: (run) => (run.error === null ? wholeNumber(of(run)) : ""),
    // Nothing is quieter than a nought: the few that failed are seen at once.
    draw: (run) => of(run) > 0 && wholeNumber(of(run)),
    sortBy: of,
  };
}

function startedInWords(run: RunRow): string {
  const started = startedAtOf(run);
  return started === null ? run.runId : dateTime(started);
}

function countInWords(shown: number, all: number): string {
  return all >= MOST_RUNS && shown === all ? `newest ${plural(all, "run")}` : ofTotal(shown, all, "run");
}

function fits(run: RunRow, text: string): boolean {
  const texts = [startedInWords(run), run.runId, run.note ?? "", runInWords(run), ...run.servers];
  return text === "" || texts.some((one) => folded(one).includes(text));
}

function runKey(run: RunRow): string {
  return run.runId;
}
