import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { ArchiveRegular } from "@fluentui/react-icons";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { Mark, type MarkKind } from "../../components/Mark";
import { byteSize, wholeNumber } from "../../components/words";
import type { HostReportView } from "../../ipc";
import { Standing } from "../bundles/Standing";
import { secondsInWords } from "./runWords";

const useStyles = makeStyles({
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: "anywhere",
  },
  result: { fontSize: tokens.fontSizeBase200, lineHeight: "24px" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  warnings: { margin: "4px 0", paddingLeft: "18px", fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere" },
});

export function resultWords(host: HostReportView): string {
  switch (host.result) {
    case "saved":
      return host.warnings.length > 0 ? "Saved, warning" : "Saved";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
  }
}

export function resultMark(host: HostReportView): MarkKind {
  switch (host.result) {
    case "saved":
      return host.warnings.length > 0 ? "warning" : "good";
    case "failed":
      return "bad";
    case "cancelled":
      return "cancelled";
  }
}

type HostReportProps = { hosts: readonly HostReportView[]; onShowRecord: (record: string) => void };

/** All that a report says of the selected host. */
export function HostReport({ hosts, onShowRecord }: HostReportProps) {
  const styles = useStyles();
  const host = hosts[0];
  if (host === undefined || hosts.length > 1) {
    return (
      <p className={styles.quiet}>
        {hosts.length === 0 ? "Select a host to see what became of it." : `${wholeNumber(hosts.length)} selected`}
      </p>
    );
  }
  const { record } = host;
  return (
    <>
      <h2 className={styles.title}>{host.name}</h2>
      <div className={styles.result}>
        <Mark kind={resultMark(host)} /> {resultWords(host)}
      </div>
      {host.error !== null && <ErrorView error={host.error} isNarrow />}
      {host.warnings.length > 0 && (
        <ul className={styles.warnings}>
          {[...new Set(host.warnings)].map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <Facts
        facts={[
          host.server === null ? null : { term: "Server", value: host.server },
          record === null || host.settings === null
            ? null
            : { term: "Configuration", value: <Standing record={record} standing={host.settings} /> },
          host.result === "saved" ? { term: "Size", value: byteSize(host.bytes) } : null,
          host.seconds === null ? null : { term: "Duration", value: secondsInWords(host.seconds) },
          record === null ? null : { term: "Record", value: record, copy: record },
        ]}
      />
      {record !== null && (
        <Button size="small" icon={<ArchiveRegular />} onClick={() => onShowRecord(record)}>
          Show in the archive
        </Button>
      )}
    </>
  );
}
