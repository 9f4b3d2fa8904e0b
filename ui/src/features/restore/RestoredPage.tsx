import { Button, Link, makeStyles } from "@fluentui/react-components";
import { ArrowExportRegular, ArrowLeftRegular, CopyRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { copyText } from "../../components/clipboard";
import { CommandBar, type Commands } from "../../components/commands";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { Loading } from "../../components/Loading";
import { Mark } from "../../components/Mark";
import { Page } from "../../components/Page";
import { SaidBar, useSaid } from "../../components/Said";
import { useShortcuts } from "../../components/shortcuts";
import { DateTime } from "../../components/Time";
import { duration, plural } from "../../components/words";
import { type ComparisonView, commands, type RestoreView } from "../../ipc";
import { hostsQuery } from "../shell/data";
import { isRunning, useJobs } from "../shell/jobs";
import { useLastSearch } from "../shell/lastSearch";
import { Card } from "./Card";
import { choiceWords } from "./choices";
import { jobOf, restoreQuery } from "./data";
import { NextSteps } from "./NextSteps";
import { RestoreProgressPage } from "./RestoreProgressPage";
import { outcomeWords, restoreStateMark, restoreText, stepStateWords, stepWords } from "./restoreWords";
import { Steps } from "./Steps";
import { useRestoreStyles } from "./styles";

const route = getRouteApi("/restores/$id");

const useStyles = makeStyles({ toolbar: { maxWidth: "100%", display: "flex", minWidth: 0 } });

/** A restore: how far it is while it is under way here, and what came of it afterwards. */
export function RestoredPage(): ReactNode {
  const { id } = route.useParams();
  const navigate = useNavigate();
  const job = useJobs((state) => jobOf(state.jobs, id));
  const restore = useQuery(restoreQuery(id));
  useShortcuts({ F5: () => void restore.refetch() });
  const search = useLastSearch("/activity");
  const back = (
    <Button
      size="small"
      appearance="subtle"
      icon={<ArrowLeftRegular />}
      onClick={() => void navigate({ to: "/activity", search })}
    >
      All activity
    </Button>
  );
  if (job !== undefined && isRunning(job.head) && job.head.restore !== null) {
    return <RestoreProgressPage job={job} restore={job.head.restore} />;
  }
  const error = restore.isError && <ErrorView error={restore.error} onAgain={() => void restore.refetch()} />;
  // What was read while it was under way here is out of date: the end is being read.
  const isOld = job !== undefined && restore.data?.row.state === "underWay";
  if (restore.data === undefined || (isOld && restore.isFetching)) {
    return (
      <Page title="Restore" actions={back} isScrolling>
        {error || <Loading label="Reading what is known of the restore" />}
      </Page>
    );
  }
  return (
    <Page
      title={`Restore of ${restore.data.row.host}`}
      subtitle={
        <>
          Begun <DateTime iso={restore.data.row.startedAt} />
        </>
      }
      actions={back}
      isScrolling
    >
      {error}
      <Report key={id} restore={restore.data} onAgain={() => void restore.refetch()} />
    </Page>
  );
}

function Report({ restore, onAgain }: { restore: RestoreView; onAgain: () => void }) {
  const styles = useRestoreStyles();
  const own = useStyles();
  const { row } = restore;
  const { said, setSaid, attempt } = useSaid();
  const saved = (save: () => Promise<boolean>) =>
    attempt(async () => ((await save()) ? "The report was exported." : null));
  const toolbar: Commands = [
    {
      id: "copy",
      label: "Copy report",
      icon: <CopyRegular />,
      run: () =>
        attempt(async () => {
          await copyText(restoreText(restore));
          return "The report is on the clipboard.";
        }),
    },
    {
      id: "export",
      label: "Export report",
      icon: <ArrowExportRegular />,
      items: [
        {
          id: "text",
          label: "As text…",
          run: () => saved(() => commands.saveText(`restore-${row.id}.txt`, restoreText(restore))),
        },
        { id: "json", label: "As JSON…", run: () => saved(() => commands.exportRestore(row.id)) },
      ],
    },
  ];
  const seconds =
    restore.finishedAt === null ? null : (Date.parse(restore.finishedAt) - Date.parse(row.startedAt)) / 1000;
  return (
    <div className={styles.column}>
      <div className={own.toolbar}>
        <CommandBar label="Report commands" commands={toolbar} />
      </div>
      <SaidBar said={said} onDismiss={() => setSaid(null)} />
      <Card title="What came of it">
        <p className={styles.big} role="status">
          <Mark kind={restoreStateMark(row.state)} /> {outcomeWords(row.state, row.host)}
        </p>
        <Told restore={restore} />
        <Lines title="Known" lines={restore.facts} />
        <Lines title="Not proven" lines={restore.open} />
        {restore.error !== null && <ErrorView error={restore.error} intent={intentOf(restore)} />}
        <Lines title="Warnings" lines={restore.warnings} />
        {row.state === "underWay" && (
          <div className={styles.row}>
            <Button onClick={onAgain}>Refresh</Button>
          </div>
        )}
      </Card>
      <NextSteps restore={restore} />
      {restore.comparison !== null && <Comparison comparison={restore.comparison} />}
      {restore.steps.length > 0 && <Steps steps={restore.steps} />}
      <Card title="About this restore">
        <Facts
          facts={[
            {
              term: "Bundle",
              value: restore.record === null ? restore.bundle : <RecordLink id={restore.record} />,
            },
            restore.takenAt === null ? null : { term: "Taken", value: <DateTime iso={restore.takenAt} /> },
            { term: "SHA-256", value: restore.bundleSha256, isCode: true, copy: restore.bundleSha256 },
            restore.safetyBackup === null
              ? null
              : {
                  term: "Safety backup",
                  value: <RecordLink id={restore.safetyBackup} />,
                },
            { term: "Through", value: `${row.server} as ${restore.serverUser}` },
            { term: "Begun by", value: restore.begunBy },
            restore.finishedAt === null ? null : { term: "Ended", value: <DateTime iso={restore.finishedAt} /> },
            seconds === null ? null : { term: "Duration", value: duration(seconds) },
            { term: "Options", value: choiceWords(restore.options) },
            { term: "Restore", value: row.id, copy: row.id },
          ]}
        />
      </Card>
      <TryAgain restore={restore} />
    </div>
  );
}

/** Leads to the record in the archive. */
function RecordLink({ id }: { id: string }) {
  const navigate = useNavigate();
  return (
    <Link as="button" inline onClick={() => void navigate({ to: "/archive", search: { record: id } })}>
      {id}
    </Link>
  );
}

function intentOf(restore: RestoreView) {
  return restore.row.state === "nothingChanged" ? "warning" : "error";
}

/** What is known in a sentence, and where it stood when nobody could say more. */
function Told({ restore }: { restore: RestoreView }) {
  const styles = useRestoreStyles();
  const { row, stood, left } = restore;
  switch (row.state) {
    case "proven":
      return <span className={styles.text}>{provenWords(restore)}</span>;
    case "leftChanged":
      return <span className={styles.text}>{left}</span>;
    case "interrupted":
    case "underWay":
      return (
        <span className={styles.text}>
          {row.known}
          {stood.state !== "notBegun" && (
            <span className={styles.hint}>
              {`It stood at: ${stepWords(stood.step)}, ${stepStateWords(stood.state).toLowerCase()}`}
              {stood.at !== null && (
                <>
                  {" since "}
                  <DateTime iso={stood.at} />
                </>
              )}
            </span>
          )}
        </span>
      );
    case "notProven":
    case "nothingChanged":
    case "unknown":
      return null;
  }
}

function provenWords({ row, comparison }: RestoreView): string {
  const alike =
    comparison === null
      ? ""
      : `, and ${plural(comparison.same, "file or setting is", "files and settings are")} as in the bundle`;
  return `${row.host} has restarted since, and is the same hardware on the same build${alike}. Look at its virtual machines: some may have to be registered again.`;
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  const styles = useRestoreStyles();
  return lines.length === 0 ? null : (
    <div>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.bullets}>
        {[...new Set(lines)].map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function Comparison({ comparison }: { comparison: ComparisonView }) {
  const styles = useRestoreStyles();
  const { same, different, onlyBundle, onlyHost, leftOut } = comparison;
  return (
    <Card title="Compared with the bundle">
      <span className={styles.text}>
        {`${plural(same, "file or setting is", "files and settings are")} alike. ${leftOut} that change at every backup were left out.`}
      </span>
      <Parts title="Different" parts={different} />
      <Parts title="Only in the bundle" parts={onlyBundle} />
      <Parts title="Only on the host" parts={onlyHost} />
    </Card>
  );
}

const MOST_PARTS = 20;

function Parts({ title, parts }: { title: string; parts: readonly string[] }) {
  const styles = useRestoreStyles();
  const [isWhole, setWhole] = useState(false);
  if (parts.length === 0) {
    return null;
  }
  return (
    <div>
      <Lines title={`${title}: ${parts.length}`} lines={isWhole ? parts : parts.slice(0, MOST_PARTS)} />
      {!isWhole && parts.length > MOST_PARTS && (
        <Button size="small" className={styles.field} onClick={() => setWhole(true)}>
          {`Show all ${parts.length}`}
        </Button>
      )}
    </div>
  );
}

/** Nothing was restored: the same once more, with the host's own user where that was missing. */
function TryAgain({ restore }: { restore: RestoreView }) {
  const styles = useRestoreStyles();
  const navigate = useNavigate();
  const hosts = useQuery(hostsQuery);
  const { record, error, row } = restore;
  const host = hosts.data?.hosts.find(
    (one) => one.host.moid === restore.host.moid && one.host.server === restore.host.server,
  );
  if (row.state !== "nothingChanged" || record === null || host === undefined) {
    return null;
  }
  const own = error?.code === "host_credentials_needed" || error?.code === "host_credentials_refused";
  return (
    <div className={styles.row}>
      <Button
        onClick={() =>
          void navigate({
            to: "/restore",
            search: { record, host: host.key, ...(own ? { own: true as const } : {}) },
          })
        }
      >
        {own ? "Plan it again, with the host's own user" : "Plan it again"}
      </Button>
    </div>
  );
}
