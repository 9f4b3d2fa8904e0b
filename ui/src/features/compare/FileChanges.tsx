import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useId, useState } from "react";
import { plural, wholeNumber } from "../../components/words";
import type { ChangedFile, LeftOutView } from "../../ipc";
import { LAYERS, noiseWords, sizesInWords } from "../bundles/words";
import { ChangeMark } from "./ChangeMark";
import { type NumberedLine, sideBySide } from "./differences";

const useStyles = makeStyles({
  file: { borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, padding: "2px 0" },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "12px", minWidth: 0 },
  path: { justifyContent: "flex-start", minWidth: 0, overflowWrap: "anywhere", textAlign: "start" },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  lines: {
    width: "100%",
    tableLayout: "fixed",
    borderCollapse: "collapse",
    margin: "2px 0 8px",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "& th": {
      fontFamily: tokens.fontFamilyBase,
      fontWeight: tokens.fontWeightRegular,
      textAlign: "start",
      color: tokens.colorNeutralForeground2,
    },
    "& td": { verticalAlign: "top", padding: "0 6px" },
  },
  number: { width: "44px", textAlign: "end", color: tokens.colorNeutralForeground2, userSelect: "none" },
  text: { whiteSpace: "pre-wrap", overflowWrap: "anywhere", userSelect: "text" },
  removed: { backgroundColor: tokens.colorStatusDangerBackground1, color: tokens.colorNeutralForeground1 },
  added: { backgroundColor: tokens.colorStatusSuccessBackground1, color: tokens.colorNeutralForeground1 },
  hunk: { "& td": { borderTop: `1px solid ${tokens.colorNeutralStroke2}` } },
  list: { margin: "2px 0", paddingLeft: "18px", fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere" },
});

type FileChangesProps = {
  files: readonly ChangedFile[];
  leftOut: readonly LeftOutView[];
  titles: { first: string; second: string };
};

/** The files that differ, their lines side by side; and those whose differences do not count. */
export function FileChanges({ files, leftOut, titles }: FileChangesProps) {
  const styles = useStyles();
  return (
    <>
      {files.length === 0 && <p className={styles.quiet}>No file differs.</p>}
      {files.map((file) => (
        <FileChange key={`${file.layer}:${file.path}`} file={file} titles={titles} isOpenFirst={files.length <= 3} />
      ))}
      {leftOut.length > 0 && (
        <section aria-label="Not counted">
          <p className={styles.quiet}>
            {leftOut.length === 1 ? "1 more file differs" : `${wholeNumber(leftOut.length)} more files differ`} without
            anyone having changed a setting:
          </p>
          <ul className={styles.list}>
            {leftOut.map((file) => (
              <li key={file.path}>
                {file.path} ({noiseWords(file.noise).toLowerCase()})
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

type FileChangeProps = Pick<FileChangesProps, "titles"> & { file: ChangedFile; isOpenFirst: boolean };

function FileChange({ file, titles, isOpenFirst }: FileChangeProps) {
  const styles = useStyles();
  const [isOpen, setOpen] = useState(isOpenFirst);
  const id = useId();
  return (
    <div className={styles.file}>
      <div className={styles.head}>
        <Button
          size="small"
          appearance="transparent"
          className={styles.path}
          icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {file.path}
        </Button>
        <ChangeMark kind={file.kind} />
        <span className={styles.quiet}>
          {sizesInWords(file.firstBytes, file.secondBytes)}, {LAYERS[file.layer]}
        </span>
      </div>
      {isOpen && (
        <div id={id}>
          {file.hunks.length === 0 ? (
            <p className={styles.quiet}>
              What differs is not shown: the file is no text, is nothing but a secret, or only its lines end in another
              way.
            </p>
          ) : (
            <Hunks file={file} titles={titles} />
          )}
          {file.linesLeftOut > 0 && (
            <p className={styles.quiet}>
              {plural(file.linesLeftOut, "more line")} are not shown. The export has all of them.
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function Hunks({ file, titles }: Pick<FileChangeProps, "file" | "titles">) {
  const styles = useStyles();
  return (
    <table className={styles.lines} aria-label={`Lines of ${file.path}`}>
      <thead>
        <tr>
          <th scope="col" className={styles.number}>
            Line
          </th>
          <th scope="col">{titles.first}</th>
          <th scope="col" className={styles.number}>
            Line
          </th>
          <th scope="col">{titles.second}</th>
        </tr>
      </thead>
      {file.hunks.map((hunk) => (
        <tbody key={`${hunk.firstLine}-${hunk.secondLine}`}>
          {sideBySide(hunk.firstLine, hunk.secondLine, hunk.lines).map(({ first, second }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a hunk do not move
            <tr key={index} className={index === 0 ? styles.hunk : undefined}>
              <LineCells line={first} sign="−" className={styles.removed} />
              <LineCells line={second} sign="+" className={styles.added} />
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function LineCells({ line, sign, className }: { line: NumberedLine | null; sign: string; className: string }) {
  const styles = useStyles();
  if (line === null) {
    return (
      <>
        <td />
        <td />
      </>
    );
  }
  return (
    <>
      <td className={styles.number}>{line.at}</td>
      <td className={mergeClasses(styles.text, !line.isSame && className)}>
        {line.isSame ? "  " : `${sign} `}
        {line.text}
      </td>
    </>
  );
}
