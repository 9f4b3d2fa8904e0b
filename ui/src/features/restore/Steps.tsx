import { Mark } from "../../components/Mark";
import { dateTimeAndZone, timeOfDay } from "../../components/words";
import type { StepView } from "../../ipc";
import { Card } from "./Card";
import { noteWords, stepStateMark, stepStateWords, stepWords } from "./restoreWords";
import { useRestoreStyles } from "./styles";

/** Each step of a restore, where it stands, since when, and a word on it. */
export function Steps({ steps }: { steps: readonly StepView[] }) {
  const styles = useRestoreStyles();
  return (
    <Card title="Steps">
      <ol className={styles.list}>
        {steps.map((step) => (
          <li key={step.step} className={styles.item} aria-current={step.state === "begun" ? "step" : undefined}>
            <Mark kind={stepStateMark(step.state)} />
            <span className={styles.text}>
              <span className={styles.strong}>{stepWords(step.step)}</span>
              {` – ${stepStateWords(step.state)}`}
              {step.percent !== null && step.state === "begun" && ` ${step.percent} %`}
              {step.at !== null && (
                <span className={styles.quiet}>
                  {" · "}
                  <time dateTime={step.at} title={dateTimeAndZone(step.at)}>
                    {timeOfDay(step.at)}
                  </time>
                </span>
              )}
              {step.note !== null && <span className={styles.hint}>{noteWords(step.note)}</span>}
              {step.error?.hint != null && <span className={styles.hint}>{step.error.hint}</span>}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
