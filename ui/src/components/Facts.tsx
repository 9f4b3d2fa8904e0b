import { Button, makeStyles, mergeClasses, Tooltip, tokens } from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular, DismissRegular } from "@fluentui/react-icons";
import { type ReactNode, useId } from "react";
import { useCopy } from "./useCopy";

export type Fact = {
  term: string;
  value: ReactNode;
  /** Gives it a button that copies this. */
  copy?: string;
  /** For what is compared letter by letter. */
  isCode?: boolean;
};

const useStyles = makeStyles({
  section: { paddingTop: "6px", paddingBottom: "6px" },
  title: {
    margin: "0 0 3px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  list: {
    display: "grid",
    gridTemplateColumns: "minmax(76px, 34%) minmax(0, 1fr)",
    columnGap: "10px",
    rowGap: "3px",
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "& dt": { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
    "& dd": { margin: 0, display: "flex", alignItems: "flex-start", gap: "2px", minWidth: 0 },
  },
  value: { flexGrow: 1, minWidth: 0, overflowWrap: "anywhere", userSelect: "text" },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  copy: {
    flexShrink: 0,
    minWidth: "20px",
    maxWidth: "20px",
    height: "18px",
    padding: 0,
    marginTop: "-1px",
    color: tokens.colorNeutralForeground2,
    "& svg": { fontSize: "14px" },
  },
});

/** What there is to know of something, term by term; what is null is left out. */
export function Facts({ title, facts }: { title?: string; facts: readonly (Fact | null)[] }) {
  const styles = useStyles();
  const id = useId();
  const known = facts.filter((fact) => fact !== null);
  if (known.length === 0) {
    return null;
  }
  return (
    <section className={styles.section} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <h3 id={id} className={styles.title}>
          {title}
        </h3>
      )}
      <dl className={styles.list}>
        {known.map((fact) => (
          <FactRow key={fact.term} fact={fact} />
        ))}
      </dl>
    </section>
  );
}

function FactRow({ fact }: { fact: Fact }) {
  const styles = useStyles();
  return (
    <>
      <dt>{fact.term}</dt>
      <dd>
        <span className={mergeClasses(styles.value, fact.isCode === true && styles.code)}>{fact.value}</span>
        {fact.copy !== undefined && <CopyButton what={fact.term} text={fact.copy} className={styles.copy} />}
      </dd>
    </>
  );
}

function CopyButton({ what, text, className }: { what: string; text: string; className: string }) {
  const { copied, copy, words } = useCopy(text);
  return (
    <Tooltip content={words(`Copy ${what}`)} relationship="label">
      <Button
        size="small"
        appearance="subtle"
        className={className}
        icon={copied === "yes" ? <CheckmarkRegular /> : copied === "refused" ? <DismissRegular /> : <CopyRegular />}
        onClick={copy}
      />
    </Tooltip>
  );
}
