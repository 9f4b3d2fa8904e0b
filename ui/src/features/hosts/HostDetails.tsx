import { Link, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Fragment, type ReactNode, useDeferredValue, useState } from "react";
import { CloseDetails } from "../../components/CloseDetails";
import { ErrorView } from "../../components/ErrorView";
import { useFocusLeftToGrid } from "../../components/focus";
import { Mark } from "../../components/Mark";
import { Age, DateTime } from "../../components/Time";
import { byteSize, plural } from "../../components/words";
import { type Attempt, commands, type HostRow, type RecordRow } from "../../ipc";
import { Standing } from "../bundles/Standing";
import { countSafeties } from "./filter";
import { lockdownWords, SAFETIES, safetyMark, safetyWords, stateWords } from "./hostWords";
import type { ShownHost } from "./standings";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", height: "100%", minHeight: 0, minWidth: 0 },
  head: {
    display: "flex",
    alignItems: "center",
    gap: "6px",
    padding: "4px 4px 4px 12px",
    minHeight: "30px",
    boxSizing: "border-box",
    flexShrink: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  title: {
    margin: 0,
    flexGrow: 1,
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  body: { flexGrow: 1, minHeight: 0, overflow: "auto", padding: "8px 12px", fontSize: tokens.fontSizeBase200 },
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    columnGap: "12px",
    rowGap: "3px",
    margin: "0 0 10px",
    "& dt": { color: tokens.colorNeutralForeground2 },
    "& dd": { margin: 0, overflowWrap: "anywhere", userSelect: "text" },
  },
  heading: {
    margin: "10px 0 4px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  history: { margin: 0, padding: 0, listStyleType: "none" },
  entry: {
    display: "grid",
    gridTemplateColumns: "16px max-content minmax(0, 1fr)",
    columnGap: "6px",
    padding: "3px 0",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  link: { fontSize: "inherit", textAlign: "start", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

const SHOWN_AT_FIRST = 40;

export const historyQuery = (host: HostRow) =>
  queryOptions({
    queryKey: ["history", host.identity, host.key],
    queryFn: () => commands.hostHistory(host.identity, host.host),
  });

/** The selected host: what it is, and what became of each attempt to back it up. */
export function HostDetails({ hosts, onClose }: { hosts: readonly ShownHost[]; onClose: () => void }) {
  const styles = useStyles();
  useFocusLeftToGrid();
  const host = hosts.length === 1 ? hosts[0] : undefined;
  const title = host?.host.name ?? (hosts.length === 0 ? "Details" : plural(hosts.length, "host"));
  return (
    <section className={styles.root} aria-label="Details" data-pane="details">
      <div className={styles.head}>
        <h2 className={styles.title} title={title}>
          {title}
        </h2>
        <CloseDetails onClose={onClose} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <div className={styles.body} tabIndex={0}>
        {host !== undefined ? (
          <OneHost host={host} />
        ) : hosts.length === 0 ? (
          <Nothing />
        ) : (
          <SeveralHosts hosts={hosts} />
        )}
      </div>
    </section>
  );
}

function Nothing() {
  const styles = useStyles();
  return <span className={styles.quiet}>Select a host to see its bundles and what became of each attempt.</span>;
}

function SeveralHosts({ hosts }: { hosts: readonly HostRow[] }) {
  const styles = useStyles();
  const counts = countSafeties(hosts);
  return (
    <dl className={styles.facts}>
      {SAFETIES.filter((safety) => counts[safety] > 0).map((safety) => (
        <Fragment key={safety}>
          <dt>
            <Mark kind={safetyMark(safety)} /> {safetyWords(safety)}
          </dt>
          <dd>{counts[safety]}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

function OneHost({ host }: { host: ShownHost }) {
  const styles = useStyles();
  const failed = host.lastAttempt?.result === "failed" ? host.lastAttempt : null;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name="Backup">
          <Mark kind={safetyMark(host.safety)} /> {safetyWords(host.safety)}
          {host.lastGood !== null && (
            <>
              , last good bundle <Age iso={host.lastGood.takenAt} />
            </>
          )}
        </Fact>
        <Fact name="Configuration">
          {host.lastGood !== null && host.standing !== null && (
            <Standing record={host.lastGood.record} standing={host.standing} />
          )}
        </Fact>
        <Fact name="State">{stateWords(host)}</Fact>
        <Fact name="Version">{host.build === null ? host.version : `${host.version ?? ""}, build ${host.build}`}</Fact>
        <Fact name="Model">{[host.vendor, host.model].filter((part) => part !== null).join(" ")}</Fact>
        <Fact name="Address">{host.address}</Fact>
        <Fact name="Place">{[host.host.server, ...host.path].join(" › ")}</Fact>
        <Fact name="Lockdown">{lockdownWords(host.lockdown)}</Fact>
        <Fact name="TPM">{host.sealedByTpm !== null && <Tpm host={host} />}</Fact>
        <Fact name="Last boot">{host.bootTime !== null && <DateTime iso={host.bootTime} />}</Fact>
        <Fact name="UUID">{host.uuid}</Fact>
      </dl>
      {failed?.error != null && <ErrorView isNarrow error={failed.error} />}
      <History host={host} />
    </>
  );
}

function Tpm({ host }: { host: HostRow }) {
  if (host.sealedByTpm !== true) {
    return "Not sealed";
  }
  return host.recoveryKeyKeptAt === null ? (
    <>
      <Mark kind="warning" /> Sealed. Its recovery key is not kept: without it no bundle of the host survives another
      mainboard. The next backup keeps it.
    </>
  ) : (
    <>
      Sealed, recovery key kept <DateTime iso={host.recoveryKeyKeptAt} />
    </>
  );
}

/** A name and its value; nothing where the value is not known. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  return children === null || children === "" || children === false ? null : (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function History({ host }: { host: HostRow }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const open = ({ leadsTo }: Entry) =>
    "record" in leadsTo
      ? navigate({ to: "/archive", search: leadsTo })
      : navigate({ to: "/activity/$runId", params: { runId: leadsTo.run } });
  // Arrow keys that run through the grid do not ask for every host on the way.
  const settled = useDeferredValue(host);
  const history = useQuery(historyQuery(settled));
  const [isWhole, setWhole] = useState(false);
  if (history.isPending) {
    return <Spinner size="tiny" label="Reading the history" />;
  }
  if (history.isError) {
    return <ErrorView isNarrow error={history.error} />;
  }
  const entries = merged(history.data.records, history.data.attempts);
  const shown = isWhole ? entries : entries.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <h3 className={styles.heading}>
        History{history.data.records.length > 0 && `: ${plural(history.data.records.length, "bundle")}`}
      </h3>
      {entries.length === 0 && <span className={styles.quiet}>No bundle of this host, and no attempt, is known.</span>}
      <ul className={styles.history}>
        {shown.map((entry) => (
          <li key={entry.key} className={styles.entry}>
            <Mark kind={entry.kind} />
            <DateTime iso={entry.at} />
            <Link
              as="button"
              className={styles.link}
              title={"record" in entry.leadsTo ? "Show in the archive" : "Open the report"}
              onClick={() => void open(entry)}
            >
              {entry.text}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length < entries.length && (
        <Link as="button" onClick={() => setWhole(true)}>
          Show all {entries.length}
        </Link>
      )}
    </>
  );
}

type Entry = {
  key: string;
  at: string;
  kind: "good" | "bad" | "cancelled";
  text: string;
  /** A bundle in the archive, or the report of a run that has none. */
  leadsTo: { record: string } | { run: string };
};

/** Bundles and failed attempts, newest first. */
function merged(records: readonly RecordRow[], attempts: readonly Attempt[]): Entry[] {
  const saved = records.map(
    (record): Entry => ({
      key: record.id,
      at: record.takenAt,
      kind: record.verified?.good === false ? "bad" : "good",
      leadsTo: { record: record.id },
      text: [
        byteSize(record.bytes),
        `${record.version} ${record.build}`.trim(),
        record.verified?.good === false ? "damaged" : null,
        record.standing.kind === "changed" ? "configuration changed" : null,
        record.pinned ? "pinned" : null,
        record.note ?? record.runNote,
      ]
        .filter((part) => part !== null && part !== "")
        .join(" · "),
    }),
  );
  const failed = attempts
    .filter((attempt) => attempt.result !== "saved")
    .map(
      (attempt): Entry => ({
        key: `${attempt.runId} ${attempt.at}`,
        at: attempt.at,
        kind: attempt.result === "failed" ? "bad" : "cancelled",
        leadsTo: { run: attempt.runId },
        text: attempt.result === "cancelled" ? "Cancelled" : (attempt.error?.message ?? "Failed"),
      }),
    );
  return [...saved, ...failed].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
