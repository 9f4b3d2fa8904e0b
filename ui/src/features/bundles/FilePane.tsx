import { makeStyles, tokens } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { CloseDetails } from "../../components/CloseDetails";
import { ErrorView } from "../../components/ErrorView";
import { Facts } from "../../components/Facts";
import { useFocusLeftToGrid } from "../../components/focus";
import { Loading } from "../../components/Loading";
import { DateTime } from "../../components/Time";
import { byteSize, wholeNumber } from "../../components/words";
import { type BundleChoice, type BundleFileRow, type BundleFileView, commands } from "../../ipc";
import { FILE_KINDS, LAYERS } from "./words";

const useStyles = makeStyles({
  root: {
    width: "50%",
    flexShrink: 0,
    display: "flex",
    flexDirection: "column",
    minHeight: 0,
    overflowY: "auto",
    boxSizing: "border-box",
    padding: "4px 12px 12px",
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  close: { alignSelf: "flex-end", flexShrink: 0, margin: "0 -8px -24px 0" },
  text: {
    margin: 0,
    padding: "6px 8px",
    flexGrow: 1,
    minHeight: "120px",
    overflow: "auto",
    whiteSpace: "pre",
    userSelect: "text",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: {
    margin: "0 24px 0 0",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
  },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

type FilePaneProps = { bundle: BundleChoice; file: BundleFileRow; onClose: () => void };

/** A file of a bundle: text as text, certificates as certificates, anything else by size and checksum. */
export function FilePane({ bundle, file, onClose }: FilePaneProps) {
  const styles = useStyles();
  useFocusLeftToGrid();
  const content = useQuery({
    queryKey: ["inside", bundle, file.layer, file.path],
    queryFn: () => commands.readBundleContent(bundle, file.layer, file.path),
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section className={styles.root} aria-label="File" data-pane="file" tabIndex={0}>
      <CloseDetails className={styles.close} onClose={onClose} />
      {content.isError ? (
        <ErrorView error={content.error} isNarrow />
      ) : content.data === undefined ? (
        <Loading label="Reading the file" />
      ) : (
        <Content view={content.data} />
      )}
    </section>
  );
}

function Content({ view }: { view: BundleFileView }) {
  const styles = useStyles();
  const { row, lines, linesCount, certificates, secret, sha256 } = view;
  return (
    <>
      <h2 className={styles.title}>{row.path}</h2>
      <Facts
        facts={[
          { term: "In", value: LAYERS[row.layer] },
          { term: "Content", value: FILE_KINDS[row.kind] },
          { term: "Size", value: byteSize(row.bytes) },
          sha256 === null ? null : { term: "SHA-256", value: sha256, copy: sha256, isCode: true },
        ]}
      />
      {secret !== null && (
        <p className={styles.quiet}>
          This file is nothing but a secret ({secret}). It is in the bundle, and is restored with it, but it is not
          shown.
        </p>
      )}
      {row.kind === "binary" && <p className={styles.quiet}>This file is not a text.</p>}
      {certificates.map((certificate) => (
        <Facts
          key={certificate.sha256}
          title="Certificate"
          facts={[
            { term: "Subject", value: certificate.subject },
            { term: "Issuer", value: certificate.selfSigned ? "Itself" : certificate.issuer },
            certificate.validFrom === null
              ? null
              : { term: "Valid from", value: <DateTime iso={certificate.validFrom} /> },
            certificate.validTo === null ? null : { term: "Valid to", value: <DateTime iso={certificate.validTo} /> },
            {
              term: "SHA-256",
              value: certificate.sha256.replaceAll(":", ":\u200b"),
              copy: certificate.sha256,
              isCode: true,
            },
          ]}
        />
      ))}
      {lines !== null && (
        <>
          {linesCount > lines.length && (
            <p className={styles.quiet}>
              The first {wholeNumber(lines.length)} of {wholeNumber(linesCount)} lines. The console program shows all of
              them.
            </p>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
          <section className={styles.text} tabIndex={0} aria-label="Text of the file">
            {lines.join("\n")}
          </section>
        </>
      )}
    </>
  );
}
