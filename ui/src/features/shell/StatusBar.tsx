import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArchiveRegular, ServerRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HOVERED } from "../../components/highlight";
import { Mark } from "../../components/Mark";
import { useNow } from "../../components/useNow";
import { dateTimeAndZone, plural, readInWords, timeLeft } from "../../components/words";
import type { HostsView } from "../../ipc";
import { hostsQuery, settingsQuery } from "./data";
import { isRunning, progressOf, useJobs } from "./jobs";

const useStyles = makeStyles({
  bar: {
    display: "flex",
    alignItems: "center",
    height: "24px",
    padding: "0 4px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: "24px",
    color: tokens.colorNeutralForeground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    minWidth: 0,
  },
  item: {
    display: "flex",
    alignItems: "center",
    gap: "5px",
    minWidth: 0,
    padding: "0 8px",
    color: "inherit",
    textDecorationLine: "none",
    whiteSpace: "nowrap",
    cursor: "default",
    ":hover": HOVERED,
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
    "& svg": { flexShrink: 0, fontSize: "14px" },
  },
  text: { overflow: "hidden", textOverflow: "ellipsis" },
  rigid: { flexShrink: 0 },
  space: { flexGrow: 1 },
});

/** Servers and how old their data is, the archive, what runs. */
export function StatusBar() {
  const styles = useStyles();
  const hosts = useQuery(hostsQuery);
  const settings = useQuery(settingsQuery);
  const running = useJobs((state) => state.jobs.findLast((job) => isRunning(job.head))?.head);
  const count = useJobs((state) => state.jobs.filter((job) => isRunning(job.head)).length);
  const now = useNow();
  const servers = hosts.data === undefined ? null : serversInWords(hosts.data, now);
  const share = running === undefined ? null : progressOf(running);
  return (
    <section className={styles.bar} aria-label="Status" data-pane="status">
      {servers !== null && (
        <Link to="/settings" className={mergeClasses(styles.item, styles.rigid)} title={servers.title}>
          {servers.isBad ? <Mark kind="bad" /> : <ServerRegular />}
          <span className={styles.text}>{servers.words}</span>
        </Link>
      )}
      {settings.data !== undefined && (
        <Link to="/archive" className={styles.item} title={`Archive: ${settings.data.archive}`}>
          {hosts.data?.archiveError == null ? <ArchiveRegular /> : <Mark kind="bad" />}
          <span className={styles.text}>{settings.data.archive}</span>
        </Link>
      )}
      <span className={styles.space} />
      {running !== undefined && (
        <Link to="/jobs/$job" params={{ job: String(running.id) }} className={mergeClasses(styles.item, styles.rigid)}>
          <Mark kind="busy" />
          <span>
            {[
              count === 1 ? running.title : plural(count, "task"),
              share === null ? null : `${Math.floor(share * 100)} %`,
              running.secondsLeft === null ? null : timeLeft(running.secondsLeft),
            ]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
        </Link>
      )}
    </section>
  );
}

function serversInWords(view: HostsView, now: number): { words: string; title: string; isBad: boolean } {
  if (view.servers.length === 0) {
    return { words: "No servers", title: "No servers are set up", isBad: false };
  }
  const failing = view.servers.filter((server) => server.error !== null);
  return {
    words: [
      plural(view.servers.length, "server"),
      ...(failing.length > 0 ? [`${failing.length} not reached`] : []),
      readInWords(
        view.servers.map((server) => server.readAt),
        now,
      ),
    ].join(" · "),
    title: view.servers
      .map((server) => {
        const at = server.readAt === null ? "not read yet" : `read ${dateTimeAndZone(server.readAt)}`;
        return `${server.name}: ${server.error === null ? at : `${server.error.message} (${at})`}`;
      })
      .join("\n"),
    isBad: failing.length > 0,
  };
}
