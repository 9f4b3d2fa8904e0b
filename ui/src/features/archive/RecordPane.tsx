import { Link, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { PinRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { Mark } from "../../components/Mark";
import { Age, DateTime } from "../../components/Time";
import { byteSize, wholeNumber } from "../../components/words";
import { commands, type RecordDetails, type RecordRow } from "../../ipc";
import { Standing } from "../bundles/Standing";
import { HostChanges } from "./HostChanges";
import { NoteEditor } from "./NoteEditor";
import { Proof } from "./Proof";
import { sumInWords } from "./recordWords";

const useStyles = makeStyles({
  root: { overflowWrap: "anywhere" },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  taken: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  marks: {
    display: "flex",
    flexWrap: "wrap",
    columnGap: "12px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: "20px",
    "& svg": { fontSize: "14px", verticalAlign: "-2px" },
  },
  problems: {
    margin: "2px 0 4px",
    paddingLeft: "18px",
    fontSize: tokens.fontSizeBase200,
  },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  link: { fontSize: "inherit", textAlign: "start", overflowWrap: "anywhere" },
});

type RecordPaneProps = {
  /** The selected ones that are listed. */
  records: readonly RecordRow[];
  /** The only selected one, listed or not. */
  id: string | null;
  isEditingNote: boolean;
  onEditingNote: (isEditing: boolean) => void;
};

/** All that is known of the selected record. */
export function RecordPane({ records, id, isEditingNote, onEditingNote }: RecordPaneProps) {
  const styles = useStyles();
  if (id !== null) {
    return (
      <div className={styles.root}>
        <OneRecord key={id} id={id} isEditingNote={isEditingNote} onEditingNote={onEditingNote} />
      </div>
    );
  }
  return (
    <div className={styles.root}>
      {records.length === 0 ? (
        <p className={styles.quiet}>Select a bundle to see what is known of it.</p>
      ) : (
        <>
          <h2 className={styles.title}>{wholeNumber(records.length)} selected</h2>
          <p className={styles.quiet}>{sumInWords(records)}</p>
        </>
      )}
    </div>
  );
}

type OneRecordProps = { id: string } & Pick<RecordPaneProps, "isEditingNote" | "onEditingNote">;

function OneRecord({ id, isEditingNote, onEditingNote }: OneRecordProps) {
  const details = useQuery({ queryKey: ["records", "details", id], queryFn: () => commands.showRecord(id) });
  if (details.isError) {
    return <ErrorView error={details.error} isNarrow />;
  }
  if (details.data === undefined) {
    return <Spinner size="tiny" label="Reading the record" />;
  }
  return <Details details={details.data} isEditingNote={isEditingNote} onEditingNote={onEditingNote} />;
}

type DetailsProps = { details: RecordDetails } & Pick<RecordPaneProps, "isEditingNote" | "onEditingNote">;

function Details({ details, isEditingNote, onEditingNote }: DetailsProps) {
  const styles = useStyles();
  const navigate = useNavigate();
  const { row } = details;
  return (
    <>
      <h2 className={styles.title}>{row.host}</h2>
      <div className={styles.taken}>
        <DateTime iso={row.takenAt} /> (<Age iso={row.takenAt} />)
      </div>
      <div className={styles.marks}>
        {row.isNewest && <span>Newest of this host</span>}
        {row.pinned && (
          <span>
            <PinRegular aria-hidden /> Pinned
          </span>
        )}
        <Verdict record={row} />
      </div>
      {row.verified !== null && row.verified.problems.length > 0 && (
        <ul className={styles.problems}>
          {[...new Set(row.verified.problems)].map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <NoteEditor record={row} isEditing={isEditingNote} onEditing={onEditingNote} />
      <Facts facts={[{ term: "Configuration", value: <Standing record={row.id} standing={row.standing} /> }]} />
      <HostChanges identity={row.identity} />
      <Proof rungs={details.proof} isVerified={row.verified !== null} />
      <Facts
        title="Bundle"
        facts={[
          { term: "File", value: details.file },
          { term: "Size", value: `${byteSize(row.bytes)} (${wholeNumber(row.bytes)} bytes)` },
          { term: "SHA-256", value: details.sha256, copy: details.sha256, isCode: true },
          given("Release level", details.releaseLevel),
          details.manifestUuid === null
            ? null
            : { term: "UUID in the bundle", value: `${details.manifestUuid}${belongs(details.matchesHost)}` },
          { term: "Folder", value: details.folder, copy: details.folder },
        ]}
      />
      <Facts
        title="Host"
        facts={[
          { term: "Product", value: details.product },
          details.vendor === null && details.model === null
            ? null
            : { term: "Hardware", value: [details.vendor, details.model].filter((part) => part !== null).join(" ") },
          given("Hardware UUID", details.uuid),
          given("Address", details.managementAddress),
          { term: "Managed object", value: details.moid },
          details.hostThumbprint === null
            ? null
            : {
                term: "Certificate thumbprint",
                value: breakable(details.hostThumbprint),
                copy: details.hostThumbprint,
                isCode: true,
              },
        ]}
      />
      <Facts
        title={details.throughVcenter ? "vCenter" : "Directly connected"}
        facts={[
          { term: "Server", value: row.server },
          { term: "Address", value: details.serverAddress },
          { term: "API version", value: details.apiVersion },
        ]}
      />
      <Facts
        title="Run"
        facts={[
          given("Note", row.runNote),
          {
            term: "Report",
            value: (
              <Link
                as="button"
                inline
                className={styles.link}
                onClick={() => void navigate({ to: "/activity/$runId", params: { runId: details.runId } })}
              >
                {details.runId}
              </Link>
            ),
          },
          { term: "Hostkeep", value: details.hostkeepVersion },
          { term: "Record", value: row.id, copy: row.id },
        ]}
      />
    </>
  );
}

function Verdict({ record: { verified } }: { record: RecordRow }) {
  if (verified === null) {
    return <span>Not verified yet</span>;
  }
  return (
    <span>
      <Mark kind={verified.good ? "good" : "bad"} /> {verified.good ? "Verified as good" : "Damaged"},{" "}
      <Age iso={verified.at} />
    </span>
  );
}

function given(term: string, value: string | null) {
  return value === null ? null : { term, value };
}

function belongs(matchesHost: boolean | null): string {
  return matchesHost === null ? "" : matchesHost ? " (this host's)" : " (not this host's)";
}

/** Thumbprints break at their colons alone. */
function breakable(thumbprint: string): string {
  return thumbprint.replaceAll(":", ":\u200b");
}
