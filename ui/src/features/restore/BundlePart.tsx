import { Button, Field, Link, Select } from "@fluentui/react-components";
import { FolderOpenRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { Loading } from "../../components/Loading";
import { DateTime } from "../../components/Time";
import { byteSize, dateTime } from "../../components/words";
import { type BundleChoice, type BundleView, commands, type HostRow, type RecordRow } from "../../ipc";
import { insideOf } from "../bundles/search";
import { withChoice } from "../compare/search";
import { Card } from "./Card";
import { recordsOf } from "./data";
import { useRestoreStyles } from "./styles";

type BundlePartProps = {
  choice: BundleChoice | null;
  /** None while no bundle is chosen, or it is being read. */
  bundle: BundleView | undefined;
  /** Where it would go. */
  host: HostRow | undefined;
  isReading: boolean;
  error: unknown;
  onAgain: () => void;
  /** The host whose bundles are offered. */
  identity: string | null;
  record: string | undefined;
  onRecord: (id: string) => void;
  onFile: (file: number) => void;
  onError: (error: unknown) => void;
};

/** Which bundle: one of the host's in the archive, or a file. */
export function BundlePart(props: BundlePartProps) {
  const { choice, bundle, host, isReading, error, identity } = props;
  const styles = useRestoreStyles();
  const choose = async () => {
    const file = await commands.chooseBundleFile();
    file !== null && props.onFile(file);
  };
  return (
    <Card title="Bundle">
      {identity !== null && <Records {...props} identity={identity} />}
      {error !== null && <ErrorView error={error} onAgain={props.onAgain} />}
      {isReading && <Loading label="Reading the bundle through" />}
      {bundle !== undefined && (
        <Facts
          facts={[
            bundle.host === null ? null : { term: "Taken of", value: bundle.host },
            bundle.takenAt === null ? null : { term: "Taken", value: <DateTime iso={bundle.takenAt} /> },
            { term: "File", value: `${bundle.name} (${byteSize(bundle.bytes)})` },
            { term: "Folder", value: bundle.folder },
            bundle.record === null ? null : { term: "Record", value: bundle.record, copy: bundle.record },
            { term: "Release", value: bundle.releaseLevel ?? "Not told" },
            { term: "Hardware UUID", value: bundle.uuid ?? "Not told", isCode: true },
            { term: "SHA-256", value: bundle.sha256, copy: bundle.sha256, isCode: true },
          ]}
        />
      )}
      {bundle !== undefined && choice !== null && <Looks choice={choice} bundle={bundle} host={host} />}
      <div className={styles.row}>
        <Button icon={<FolderOpenRegular />} onClick={() => choose().catch(props.onError)}>
          {bundle === undefined ? "Choose a file…" : "Choose another file…"}
        </Button>
        <span className={styles.quiet}>A bundle (.tgz) can also be dropped on the window.</span>
      </div>
    </Card>
  );
}

/** What it holds, and what was set since: to look at before anything is planned. */
function Looks({ choice, bundle, host }: { choice: BundleChoice; bundle: BundleView; host: HostRow | undefined }) {
  const styles = useRestoreStyles();
  const navigate = useNavigate();
  const newest = useQuery(recordsOf(host?.identity ?? null)).data?.records[0];
  const isNewer =
    newest !== undefined &&
    newest.id !== bundle.record &&
    (bundle.takenAt === null || Date.parse(newest.takenAt) > Date.parse(bundle.takenAt));
  return (
    <div className={styles.row}>
      <Link as="button" inline onClick={() => void navigate({ to: "/inside", search: insideOf(choice) })}>
        Look inside
      </Link>
      {isNewer && (
        <Link
          as="button"
          inline
          onClick={() => void navigate({ to: "/compare", search: withChoice({ second: newest.id }, "first", choice) })}
        >
          {`Compare with the newest of ${newest.host}`}
        </Link>
      )}
    </div>
  );
}

/** One of the host's bundles in the archive. */
function Records({ identity, record, onRecord }: BundlePartProps & { identity: string }) {
  const styles = useRestoreStyles();
  const records = useQuery(recordsOf(identity));
  if (records.isError) {
    return <ErrorView error={records.error} />;
  }
  if (records.data === undefined) {
    return <Loading label="Reading the host's bundles" />;
  }
  if (records.data.records.length === 0) {
    return <span className={styles.quiet}>The archive has no bundle of this host.</span>;
  }
  return (
    <Field label="From the archive" className={styles.field}>
      <Select value={record ?? ""} onChange={(_, { value }) => value !== "" && onRecord(value)}>
        {(record === undefined || !records.data.records.some((one) => one.id === record)) && (
          <option value={record ?? ""}>{record === undefined ? "Choose a bundle" : record}</option>
        )}
        {records.data.records.map((one) => (
          <option key={one.id} value={one.id}>
            {recordWords(one)}
          </option>
        ))}
      </Select>
    </Field>
  );
}

function recordWords(record: RecordRow): string {
  return [
    dateTime(record.takenAt),
    `${record.version} build ${record.build}`,
    record.verified?.good === false ? "damaged" : null,
    record.note ?? record.runNote,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
