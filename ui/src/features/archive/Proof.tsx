import { makeStyles, tokens } from "@fluentui/react-components";
import { Mark } from "../../components/Mark";
import { capital } from "../../components/words";
import type { RungView } from "../../ipc";

const useStyles = makeStyles({
  title: { margin: "6px 0 3px", fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
  list: { listStyleType: "none", margin: 0, padding: 0, fontSize: tokens.fontSizeBase200 },
  rung: { display: "flex", gap: "6px", lineHeight: tokens.lineHeightBase200, padding: "1px 0" },
  before: { margin: 0, fontSize: tokens.fontSizeBase200, lineHeight: tokens.lineHeightBase200 },
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
  // Seven times "not known" tells less than the sentence below.
  const shown = isVerified ? rungs : rungs.filter(({ state }) => state !== "unknown");
  return (
    <section aria-label="Proof">
      <h3 className={styles.title}>Proof</h3>
      {!isVerified && (
        <p className={styles.before}>
          Before it was kept it was read through, and its manifest checked against its host. Verify it to prove what it
          is today.
        </p>
      )}
      {shown.length > 0 && (
        <ol className={styles.list}>
          {shown.map(({ title, state, reason }) => (
            <li key={title} className={styles.rung}>
              <Mark kind={STATES[state].mark} />
              <span>
                <span>
                  {capital(title)}: {STATES[state].words.toLowerCase()}
                </span>
                {reason !== null && <span className={styles.reason}>{reason}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
