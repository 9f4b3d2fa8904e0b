import { Button, Field, makeStyles, Select, Tooltip, tokens } from "@fluentui/react-components";
import { DocumentSearchRegular, FolderOpenRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { HostChoice } from "../../components/HostChoice";
import { type BundleChoice, type BundleSide, commands, type RecordRow } from "../../ipc";
import { insideOf } from "../bundles/search";
import { recordChoiceWords } from "../bundles/words";
import { archiveQuery } from "../shell/data";

const useStyles = makeStyles({
  root: {
    flex: "1 1 320px",
    minWidth: 0,
    boxSizing: "border-box",
    padding: "8px 12px 10px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: {
    margin: "0 0 4px",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  fields: { display: "flex", flexWrap: "wrap", alignItems: "flex-end", gap: "6px 8px", minWidth: 0 },
  host: { flex: "1 1 150px", minWidth: 0 },
  combobox: { width: "100%" },
  // Room for a date, a build and what changed; where there is none beside the host, on a line of its own.
  record: { flex: "2 1 300px", minWidth: 0 },
  // WebKit lets what a select has no room for make the page wider.
  select: {
    width: "100%",
    minWidth: 0,
    overflow: "hidden",
    "& select": { minWidth: 0, width: "100%", textOverflow: "ellipsis" },
  },
  file: { margin: "4px 0 0", fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere" },
});

type SidePartProps = {
  title: string;
  bundle: BundleChoice | null;
  /** What is known of it once it was read. */
  side: BundleSide | undefined;
  onBundle: (bundle: BundleChoice | null) => void;
  onError: (error: unknown) => void;
};

/** One side of a comparison: a bundle of the archive, or a file. */
export function SidePart({ title, bundle, side, onBundle, onError }: SidePartProps) {
  const styles = useStyles();
  const navigate = useNavigate();
  const overview = useQuery(archiveQuery);
  const titleId = useId();
  const record = bundle?.kind === "record" ? bundle.id : null;
  const row = useQuery({
    queryKey: ["records", "details", record],
    queryFn: () => commands.showRecord(record ?? ""),
    enabled: record !== null,
  });
  const [chosenHost, setChosenHost] = useState<string | null>(null);
  // A host that was chosen counts until it is known whose bundle there is.
  const identity = row.data === undefined || record === null ? chosenHost : row.data.row.identity;
  const choose = async () => {
    const file = await commands.chooseBundleFile();
    if (file !== null) {
      setChosenHost(null);
      onBundle({ kind: "file", file });
    }
  };
  return (
    <section className={styles.root} aria-labelledby={titleId}>
      <h2 id={titleId} className={styles.title}>
        {title}
      </h2>
      <div className={styles.fields}>
        {overview.isError ? (
          <ErrorView error={overview.error} isNarrow />
        ) : (
          <Field label="Host" size="small" className={styles.host}>
            <HostChoice
              label={`Host of the ${title.toLowerCase()}`}
              className={styles.combobox}
              hosts={overview.data?.hosts ?? []}
              identity={identity ?? undefined}
              placeholder="Choose a host"
              onIdentity={(next) => {
                setChosenHost(next ?? null);
                onBundle(null);
              }}
            />
          </Field>
        )}
        <Button size="small" icon={<FolderOpenRegular />} onClick={() => choose().catch(onError)}>
          File…
        </Button>
        {identity !== null && (
          <RecordField
            label={title}
            identity={identity}
            record={record}
            onRecord={(id) => {
              // Until it is known whose the next one is, the field stays, and the focus with it.
              setChosenHost(identity);
              onBundle({ kind: "record", id });
            }}
          />
        )}
        <Tooltip content="Look inside" relationship="label">
          <Button
            size="small"
            appearance="subtle"
            icon={<DocumentSearchRegular />}
            disabled={bundle === null}
            onClick={() => void navigate({ to: "/inside", search: insideOf(bundle) })}
          />
        </Tooltip>
      </div>
      {bundle?.kind === "file" && <p className={styles.file}>{side === undefined ? "A file" : side.name}</p>}
      {row.isError && <ErrorView error={row.error} isNarrow />}
    </section>
  );
}

type RecordFieldProps = { label: string; identity: string; record: string | null; onRecord: (id: string) => void };

function RecordField({ label, identity, record, onRecord }: RecordFieldProps) {
  const styles = useStyles();
  const query = { from: null, to: null, identity, server: null, search: null, pinned: false, newest: false };
  const list = useQuery({ queryKey: ["records", "list", query], queryFn: () => commands.listRecords(query) });
  const records: readonly RecordRow[] = list.data?.records ?? [];
  if (list.isError) {
    return <ErrorView error={list.error} isNarrow />;
  }
  return (
    <Field label="Bundle" size="small" className={styles.record}>
      <Select
        size="small"
        className={styles.select}
        aria-label={label}
        value={record ?? ""}
        onChange={(_, { value }) => value !== "" && onRecord(value)}
      >
        {(record === null || !records.some((one) => one.id === record)) && (
          <option value={record ?? ""}>{record ?? "Choose a bundle"}</option>
        )}
        {records.map((one) => (
          <option key={one.id} value={one.id}>
            {recordChoiceWords(one)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
