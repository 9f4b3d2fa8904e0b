import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { plural, wholeNumber } from "../../components/words";
import type { ChangeGroup, ChangeView } from "../../ipc";
import { ChangeMark } from "./ChangeMark";
import { countChanges, secretWords, sectionsOfChanges } from "./differences";

const useStyles = makeStyles({
  section: { paddingBottom: "10px" },
  title: {
    margin: "6px 0 2px",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  table: {
    width: "100%",
    tableLayout: "fixed",
    borderCollapse: "collapse",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "& th, & td": {
      textAlign: "start",
      verticalAlign: "top",
      padding: "3px 8px 3px 0",
      overflowWrap: "anywhere",
      userSelect: "text",
      borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    },
    "& th": { fontWeight: tokens.fontWeightRegular, color: tokens.colorNeutralForeground2 },
  },
  object: {
    paddingTop: "6px",
    fontWeight: tokens.fontWeightSemibold,
    textAlign: "start",
    "& span": { marginLeft: "8px" },
  },
  kind: { width: "92px" },
  name: { width: "24%" },
  pre: { whiteSpace: "pre-wrap" },
  quiet: { display: "block", color: tokens.colorNeutralForeground2 },
});

/** More are laid out when asked: a page of tens of thousands of rows is slow, and read by nobody. */
const AT_ONCE = 500;

/** What differs in the settings, by section and object. */
export function SettingChanges({ groups }: { groups: readonly ChangeGroup[] }) {
  const styles = useStyles();
  const [most, setMost] = useState(AT_ONCE);
  const left = countChanges(groups) - most;
  return (
    <>
      {sectionsOfChanges(groups, most).map(({ section, groups: shown, changes }) => (
        <section key={section} className={styles.section} aria-label={section}>
          <h2 className={styles.title}>
            {section} ({wholeNumber(changes)})
          </h2>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col" className={styles.kind}>
                  Change
                </th>
                <th scope="col" className={styles.name}>
                  Setting
                </th>
                <th scope="col">First</th>
                <th scope="col">Second</th>
              </tr>
            </thead>
            {shown.map((group) => (
              <GroupRows key={group.object} group={group} />
            ))}
          </table>
        </section>
      ))}
      {left > 0 && <Button onClick={() => setMost(most + AT_ONCE)}>Show {plural(left, "more setting")}</Button>}
    </>
  );
}

function GroupRows({ group }: { group: ChangeGroup }) {
  const styles = useStyles();
  return (
    <tbody>
      {group.object !== "" && (
        <tr>
          <td colSpan={4} className={styles.object}>
            {group.object}
            {group.kind !== "changed" && (
              <span>
                <ChangeMark kind={group.kind} />
              </span>
            )}
          </td>
        </tr>
      )}
      {group.changes.map((change, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same setting can stand in several places
        <tr key={index}>
          <td>
            <ChangeMark kind={change.kind} />
          </td>
          <td title={[change.source.file, change.source.key].filter((part) => part !== "").join(" ")}>
            {change.name}
            <Secrets change={change} />
          </td>
          <Value value={change.first} />
          <Value value={change.second} />
        </tr>
      ))}
    </tbody>
  );
}

function Secrets({ change }: { change: ChangeView }) {
  const styles = useStyles();
  const words = secretWords(change);
  return words === null ? null : <span className={styles.quiet}>{words}</span>;
}

function Value({ value }: { value: string | null }) {
  const styles = useStyles();
  return value === null ? <td>–</td> : <td className={styles.pre}>{value === "" ? "(empty)" : value}</td>;
}
