import { makeStyles, tokens } from "@fluentui/react-components";
import { type ReactNode, useId } from "react";

const useStyles = makeStyles({
  sections: { display: "flex", flexDirection: "column", gap: "10px", maxWidth: "880px" },
  section: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: "8px 12px",
    minWidth: 0,
  },
  title: { margin: "0 0 4px", fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
});

/** A page of forms and text, one section below the other. */
export function Sections({ children }: { children: ReactNode }) {
  return <div className={useStyles().sections}>{children}</div>;
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h2 id={id} className={styles.title}>
        {title}
      </h2>
      {children}
    </section>
  );
}
