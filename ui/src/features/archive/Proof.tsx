import { makeStyles, tokens } from "@fluentui/react-components";
import { Mark } from "../../components/Mark";
import type { RungView } from "../../ipc";

const useStyles = makeStyles({
  title: { margin: "6px 0 3px", fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  list: { listStyleType: "none", margin: 0, padding: 0, fontSize: tokens.fontSizeBase200 },
  rung: { display: "flex", gap: "6px", lineHeight: tokens.lineHeightBase200, padding: "1px 0" },
  reason: { display: "block", color: tokens.colorNeutralForeground2 },
});

const STATES = {
  proven: { mark: "good", words: "Proven" },
  refuted: { mark: "bad", words: "Not so" },
  unknown: { mark: "never", words: "Not known" },
} as const;

/** The ladder of proof: what is known of a bundle, from the least to the most. */
export function Proof({ rungs, isVerified }: { rungs: readonly RungView[]; isVerified: boolean }) {
  const styles = useStyles();
  return (
    <section aria-label="Proof">
      <h3 className={styles.title}>Proof</h3>
      <ol className={styles.list}>
        {rungs.map(({ title, state, reason }) => (
          <li key={title} className={styles.rung}>
            <Mark kind={STATES[state].mark} />
            <span>
              <span>
                {sentence(title)}: {STATES[state].words.toLowerCase()}
              </span>
              {reason !== null && (isVerified || state === "refuted") && (
                <span className={styles.reason}>{reason}</span>
              )}
            </span>
          </li>
        ))}
      </ol>
      {!isVerified && <span className={styles.reason}>Verify the bundle to know more.</span>}
    </section>
  );
}

function sentence(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
