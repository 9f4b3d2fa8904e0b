import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { KeyRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { plural, wholeNumber } from "../../components/words";
import type { ChangeGroup, ChangeView } from "../../ipc";
import { ChangeMark } from "./ChangeMark";
import { countChanges, secretWords, sectionsOfChanges } from "./differences";

const useStyles = makeStyles({
  section: { paddingBottom: "12px" },
  table: {
    width: "100%",
    tableLayout: "fixed",
    borderCollapse: "collapse",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "& th, & td": {
      textAlign: "start",
      verticalAlign: "top",
      padding: "3px 8px",
      overflowWrap: "anywhere",
      userSelect: "text",
    },
    "& tbody tr": { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
    "& thead th": {
      fontWeight: tokens.fontWeightRegular,
      color: tokens.colorNeutralForeground2,
      backgroundColor: tokens.colorNeutralBackground3,
      verticalAlign: "baseline",
      padding: "4px 8px",
    },
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
  },
  object: { fontWeight: tokens.fontWeightSemibold },
  kind: { width: "96px", boxSizing: "border-box" },
  name: { width: "26%" },
  pre: { whiteSpace: "pre-wrap" },
  quiet: { color: tokens.colorNeutralForeground2 },
  secrets: { display: "flex", alignItems: "center", gap: "4px", color: tokens.colorNeutralForeground2 },
});

/** More are laid out when asked: a page of tens of thousands of rows is slow, and read by nobody. */
const AT_ONCE = 500;

type SettingChangesProps = { groups: readonly ChangeGroup[]; titles: { first: string; second: string } };

/** What differs in the settings, by section and object. */
export function SettingChanges({ groups, titles }: SettingChangesProps) {
  const styles = useStyles();
  const [most, setMost] = useState(AT_ONCE);
  const left = countChanges(groups) - most;
  return (
    <>
      {sectionsOfChanges(groups, most).map(({ section, groups: shown, changes }) => (
        <section key={section} className={styles.section} aria-label={section}>
          <table className={styles.table}>
            <colgroup>
              <col className={styles.kind} />
              <col className={styles.name} />
              <col />
              <col />
            </colgroup>
            <thead>
              <tr>
                <th scope="col" colSpan={2}>
                  <h2 className={styles.title}>
                    {section} ({wholeNumber(changes)})
                  </h2>
                </th>
                <th scope="col">{titles.first}</th>
                <th scope="col">{titles.second}</th>
              </tr>
            </thead>
            {shown.map((group) => (
              <GroupRows key={group.object} group={group} />
            ))}
          </table>
        </section>
      ))}
      {left > 0 && (
        <Button onClick={() => setMost(most + AT_ONCE)}>Show {plural(Math.min(left, AT_ONCE), "more setting")}</Button>
      )}
    </>
  );
}

function GroupRows({ group }: { group: ChangeGroup }) {
  const styles = useStyles();
  // One mark says it of an object that was added or removed as a whole.
  const isWhole = group.object !== "" && group.kind !== "changed";
  return (
    <tbody>
      {group.object !== "" && (
        <tr>
          <td>{isWhole && <ChangeMark kind={group.kind} />}</td>
          <th scope="rowgroup" colSpan={3} className={styles.object}>
            {group.object}
          </th>
        </tr>
      )}
      {group.changes.map((change, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same setting can stand in several places
        <tr key={index}>
          <td>{!isWhole && <ChangeMark kind={change.kind} />}</td>
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
  return (
    words !== null && (
      <span className={styles.secrets}>
        <KeyRegular aria-hidden /> {words}
      </span>
    )
  );
}

function Value({ value }: { value: string | null }) {
  const styles = useStyles();
  if (value === null) {
    return <td className={styles.quiet}>–</td>;
  }
  return value === "" ? <td className={styles.quiet}>(empty)</td> : <td className={styles.pre}>{value}</td>;
}
