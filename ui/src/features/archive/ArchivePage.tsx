import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArchiveRegular } from "@fluentui/react-icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { EmptyState } from "../../components/EmptyState";
import { ErrorView } from "../../components/ErrorView";
import { DataGrid, type GridHandle } from "../../components/grid/DataGrid";
import { keep, kept } from "../../components/kept";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { Columns, DetailsPane, ListPane, Messages, PageCommands } from "../../components/PageParts";
import { useEscapeFromOver } from "../../components/panes";
import { SaidBar } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { Age } from "../../components/Time";
import { byteSize, plural, wholeNumber } from "../../components/words";
import { type ArchiveOverview, type ChangedDay, commands as ipc, type JobHead } from "../../ipc";
import { useMedia } from "../../theme";
import { archiveQuery, changedDaysQuery } from "../shell/data";
import { useReading } from "../shell/reading";
import { ArchiveCalendar } from "./ArchiveCalendar";
import { ArchiveFilters } from "./ArchiveFilters";
import { archiveCommands } from "./archiveCommands";
import { DeletionDialog } from "./DeletionDialog";
import { ProblemsBar } from "./ProblemsBar";
import { RecordPane } from "./RecordPane";
import { readArchiveAgain } from "./readArchiveAgain";
import { byHostName, RECORD_COLUMNS, recordKey } from "./records";
import { listInWords } from "./recordWords";
import { type ArchiveSearch, archiveSearch, isFiltered, rangeOf, recordQuery } from "./search";
import { useActs } from "./useActs";
import { useDeletion } from "./useDeletion";

const useStyles = makeStyles({
  calendar: {
    width: "224px",
    flexShrink: 0,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  /** Where there is no room beside the list, it lies over it. */
  over: { position: "absolute", zIndex: 3, top: 0, bottom: 0, left: 0, maxWidth: "100%", boxShadow: tokens.shadow16 },
});

const route = getRouteApi("/archive");
const KEPT_PANES = { calendar: "archive.calendar", details: "archive.details" } as const;
const NO_DAYS: ArchiveOverview["days"] = [];
const NO_CHANGED_DAYS: ChangedDay[] = [];

/** Every bundle there is, by day, host and server. */
export function ArchivePage(): ReactNode {
  const overview = useQuery(archiveQuery);
  const isReading = overview.isFetching;
  // What fails is the query's to tell.
  const refresh = () => void readArchiveAgain().catch(() => null);
  useShortcuts({ F5: refresh });
  return (
    <Page title="Archive" subtitle={overview.data !== undefined && <Subtitle overview={overview.data} />}>
      {overview.isError && <Unreadable error={overview.error} isReading={isReading} onAgain={refresh} />}
      {overview.data === undefined ? (
        !overview.isError && <Loading label="Reading the archive" />
      ) : overview.data.records === 0 && overview.data.problems.length === 0 ? (
        <Empty overview={overview.data} onRefresh={refresh} />
      ) : (
        <Records overview={overview.data} isReading={isReading} onRefresh={refresh} />
      )}
    </Page>
  );
}

type RecordsProps = { overview: ArchiveOverview; isReading: boolean; onRefresh: () => void };

function Records({ overview, isReading, onRefresh }: RecordsProps) {
  const styles = useStyles();
  // The router hands on what no route has asked for.
  const search = archiveSearch(route.useSearch());
  const navigate = useNavigate();
  const onSearch = useCallback(
    (change: Partial<ArchiveSearch>) =>
      void navigate({
        to: "/archive",
        search: (old) => archiveSearch({ ...old, ...change }),
        replace: true,
      }),
    [navigate],
  );
  const query = recordQuery(search);
  const changed = useQuery(changedDaysQuery);
  useEffect(() => void ipc.readOlderBundles(), []);
  const list = useQuery({
    queryKey: ["records", "list", query],
    queryFn: () => ipc.listRecords(query),
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => byHostName(list.data?.records ?? []), [list.data]);

  const [selected, setSelected] = useSelected(search.record);
  const chosen = useMemo(() => rows.filter((record) => selected.has(record.id)), [rows, selected]);
  // What the address names is shown even where the list leaves it out.
  const named = search.record !== undefined && selected.has(search.record) ? search.record : null;
  const only = selected.size !== 1 ? null : (chosen[0]?.id ?? named);
  const [isEditingNote, setEditingNote] = useState(false);
  const isWide = useMedia("(min-width: 1180px)");
  const hasRoom = useMedia("(min-width: 820px)");
  const [hasCalendar, toggleCalendar] = useKept(KEPT_PANES.calendar, hasRoom);
  const [keepsDetails, toggleKeptDetails] = useKept(KEPT_PANES.details, isWide);
  // A record that the address names is told of, whatever was chosen for the others.
  const [closed, setClosed] = useState<string>();
  const hasDetails = keepsDetails || (search.record !== undefined && search.record !== closed);
  const toggleDetails = () => {
    setClosed(search.record);
    hasDetails === keepsDetails && toggleKeptDetails();
  };

  useEscapeFromOver(hasCalendar && !hasRoom, toggleCalendar);

  const grid = useRef<GridHandle>(null);
  useEffect(() => {
    search.record !== undefined && grid.current?.reveal(search.record);
  }, [search.record]);
  const filterBox = useRef<HTMLInputElement>(null);
  const { acts, attempt, said, setSaid } = useActs(chosen);
  const flow = useDeletion(() => setSelected(new Set()));
  const close = () => flow.close().catch((error) => setSaid({ error }));
  const deleted = (head: JobHead) => {
    void close();
    setSaid({ words: `${plural(head.done, "bundle")} deleted, ${byteSize(head.bytes)} freed.` });
  };
  const commands = archiveCommands({
    chosen,
    isReading,
    hasCalendar,
    hasDetails,
    acts: {
      ...acts,
      inside: () => only !== null && void navigate({ to: "/inside", search: { record: only } }),
      restore: () => only !== null && void navigate({ to: "/restore", search: { record: only } }),
      refresh: onRefresh,
      note: () => {
        hasDetails || toggleDetails();
        setEditingNote(true);
      },
      exportCsv: () => attempt(async () => ((await grid.current?.exportCsv()) ? "The list was saved." : null)),
      remove: () => void flow.planDelete(chosen.map(recordKey)),
      prune: flow.askPrune,
      toggleCalendar,
      toggleDetails,
    },
  });
  useShortcuts({
    "Ctrl+F": () => filterBox.current?.focus(),
    "Ctrl+A": () => {
      setSelected(new Set(rows.map(recordKey)));
      grid.current?.focus();
    },
    "Alt+Enter": toggleDetails,
  });

  return (
    <>
      <PageCommands label="Archive commands" commands={commands} />
      <Messages>
        <SaidBar said={said} onDismiss={() => setSaid(null)} />
        <ProblemsBar problems={overview.problems} />
      </Messages>
      <Columns>
        {hasCalendar && (
          <section
            aria-label="Days with bundles"
            data-pane="calendar"
            className={mergeClasses(styles.calendar, !hasRoom && styles.over)}
          >
            <ArchiveCalendar
              days={overview.days.length === 0 ? NO_DAYS : overview.days}
              changed={changed.data?.days ?? NO_CHANGED_DAYS}
              range={rangeOf(search)}
              onRange={(range) => onSearch({ from: range?.from, to: range?.to })}
            />
          </section>
        )}
        <ListPane
          label="Bundles"
          pane="bundles"
          onKeyDown={(event) => {
            if (event.key === "Delete" && chosen.length > 0 && isInGrid(event.target)) {
              event.preventDefault();
              void flow.planDelete(chosen.map(recordKey));
            }
          }}
        >
          <ArchiveFilters overview={overview} search={search} onSearch={onSearch} filterBox={filterBox}>
            {list.data !== undefined && listInWords(rows.length, list.data.total, overview.records)}
            {chosen.length > 0 && `, ${wholeNumber(chosen.length)} selected`}
          </ArchiveFilters>
          {list.isError && <ErrorView error={list.error} onAgain={() => void list.refetch()} />}
          {(list.data !== undefined || !list.isError) && (
            <DataGrid
              name="records"
              label="Bundles"
              rows={rows}
              rowKey={recordKey}
              columns={RECORD_COLUMNS}
              sortedBy="takenAt"
              isDescending
              selected={selected}
              onSelect={(next) => {
                setSelected(next);
                setEditingNote(false);
              }}
              onOpen={(record) => void navigate({ to: "/inside", search: { record: record.id } })}
              commands={commands.filter((command) => command === "divider" || !OF_THE_PAGE.has(command.id))}
              handle={grid}
              empty={
                list.data === undefined ? (
                  <Loading label="Reading the bundles" />
                ) : (
                  <NothingFits
                    isFiltered={isFiltered(search)}
                    onAll={() => void navigate({ to: "/archive", search: {} })}
                  />
                )
              }
            />
          )}
        </ListPane>
        {hasDetails && (
          <DetailsPane isOver={!hasRoom} onClose={toggleDetails}>
            <RecordPane records={chosen} id={only} isEditingNote={isEditingNote} onEditingNote={setEditingNote} />
          </DetailsPane>
        )}
      </Columns>
      <DeletionDialog flow={flow} onClose={close} onDeleted={deleted} />
    </>
  );
}

/** What has nothing to do with bundles is not in their context menu. */
const OF_THE_PAGE: ReadonlySet<string> = new Set(["calendar", "details"]);

function Subtitle({ overview }: { overview: ArchiveOverview }) {
  const left = useReading((state) => state.left);
  return (
    <>
      {[
        plural(overview.records, "bundle"),
        plural(overview.hosts.length, "host"),
        byteSize(overview.bytes),
        overview.path,
      ].join(" · ")}
      {" · read "}
      <Age iso={overview.readAt} />
      {left > 0 && ` · looking for changed configurations in ${plural(left, "older bundle")}`}
    </>
  );
}

type UnreadableProps = { error: unknown; isReading: boolean; onAgain: () => void };

function Unreadable({ error, isReading, onAgain }: UnreadableProps) {
  const navigate = useNavigate();
  return (
    <Messages>
      <ErrorView
        error={error}
        actions={
          <>
            <Button size="small" disabledFocusable={isReading} onClick={onAgain}>
              {isReading ? "Reading" : "Try again"}
            </Button>
            <Button size="small" onClick={() => void navigate({ to: "/settings" })}>
              Open settings
            </Button>
          </>
        }
      />
    </Messages>
  );
}

function Empty({ overview, onRefresh }: { overview: ArchiveOverview; onRefresh: () => void }) {
  const navigate = useNavigate();
  return (
    <EmptyState
      icon={<ArchiveRegular />}
      title={overview.exists ? "The archive is empty" : "There is no archive yet"}
      actions={
        <>
          <Button appearance="primary" onClick={() => void navigate({ to: "/hosts" })}>
            Go to the hosts
          </Button>
          <Button onClick={() => void navigate({ to: "/settings" })}>Choose another folder</Button>
          <Button onClick={onRefresh}>Refresh</Button>
        </>
      }
    >
      {overview.exists
        ? `Bundles appear here with the first backup. The folder is ${overview.path}.`
        : `The first backup makes it in ${overview.path}.`}
    </EmptyState>
  );
}

function NothingFits({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  return isFiltered ? (
    <EmptyState title="No bundle fits the filters" actions={<Button onClick={onAll}>Show all bundles</Button>} />
  ) : (
    <EmptyState title="No bundles" />
  );
}

/** The selection; a record that the address names is selected when one comes here. */
function useSelected(record: string | undefined) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set(record === undefined ? [] : [record]));
  const [named, setNamed] = useState(record);
  if (named !== record) {
    setNamed(record);
    record !== undefined && setSelected(new Set([record]));
  }
  return [selected, setSelected] as const;
}

/** Whether a pane is open: as it was left, else as there is room. */
function useKept(key: string, byDefault: boolean): [boolean, () => void] {
  const [chosen, setChosen] = useState(() => kept(key));
  const isOpen = chosen === null ? byDefault : chosen === "yes";
  return [
    isOpen,
    () => {
      const next = isOpen ? "no" : "yes";
      keep(key, next);
      setChosen(next);
    },
  ];
}

function isInGrid(target: EventTarget): boolean {
  return target instanceof Element && target.closest('[role="grid"]') !== null;
}
