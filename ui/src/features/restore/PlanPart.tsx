import { Button, Checkbox } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular, CopyRegular } from "@fluentui/react-icons";
import { useEffect, useId, useRef, useState } from "react";
import { copyText } from "../../components/clipboard";
import { Mark } from "../../components/Mark";
import { DateTime } from "../../components/Time";
import { plural } from "../../components/words";
import type { CheckView, RestorePlanView } from "../../ipc";
import { Card } from "./Card";
import { checksWith, planInWords } from "./plan";
import { isFinal, takenBackWords } from "./restoreWords";
import { useRestoreStyles } from "./styles";

type PlanPartProps = {
  plan: RestorePlanView;
  /** The plan as text, for the clipboard. */
  text: string;
  ticked: ReadonlySet<string>;
  onTick: (code: string, isTicked: boolean) => void;
  onError: (error: unknown) => void;
};

/** What was looked at, what would be done, what to have at hand. */
export function PlanPart({ plan, text, ticked, onTick, onError }: PlanPartProps) {
  const styles = useRestoreStyles();
  const [isCopied, setCopied] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // It appears where nobody looks yet, and the button that asked for it is gone.
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: "start" });
  }, []);
  const blockers = checksWith(plan, "blocker");
  const warnings = checksWith(plan, "warning");
  const mark = blockers.length > 0 ? "bad" : warnings.length > 0 ? "warning" : "good";
  return (
    <>
      <Card
        title="Plan"
        titleRef={title}
        aside={
          <Button
            size="small"
            appearance="subtle"
            icon={<CopyRegular />}
            onClick={() => copyText(text).then(() => setCopied(true), onError)}
          >
            {isCopied ? "Copied" : "Copy plan"}
          </Button>
        }
      >
        <p className={styles.big} role="status">
          <Mark kind={mark} /> {planInWords(plan)}
        </p>
        <span className={styles.quiet}>
          Looked at <DateTime iso={plan.madeAt} />. Nothing was changed.
        </span>
        {blockers.length > 0 && (
          <ul className={styles.list} aria-label="In the way">
            {blockers.map((check) => (
              <li key={check.code} className={styles.item}>
                <Mark kind="bad" />
                <CheckText check={check} />
              </li>
            ))}
          </ul>
        )}
        {warnings.length > 0 && (
          <ul className={styles.list} aria-label="Warnings">
            {warnings.map((check) => (
              <Warning
                key={check.code}
                check={check}
                isTicked={ticked.has(check.code)}
                isIdle={blockers.length > 0}
                onTick={(isTicked) => onTick(check.code, isTicked)}
              />
            ))}
          </ul>
        )}
        <Fine checks={checksWith(plan, "fine")} />
      </Card>
      <Card title="What would be done">
        <ol className={styles.bullets}>
          {plan.steps.map((step) => (
            <li key={step.step}>
              {step.about}
              {isFinal(step.step) ? (
                <span className={styles.strong}>
                  {" · "}
                  <Mark kind="warning" /> {takenBackWords(step.step)}
                </span>
              ) : (
                takenBackWords(step.step) !== "" && (
                  <span className={styles.quiet}>{` · ${takenBackWords(step.step)}`}</span>
                )
              )}
            </li>
          ))}
        </ol>
      </Card>
      <AtHand plan={plan} />
    </>
  );
}

function CheckText({ check }: { check: CheckView }) {
  const styles = useRestoreStyles();
  return (
    <span className={styles.text}>
      <span className={styles.strong}>{check.about}: </span>
      {check.reason}
      {check.whatNext !== null && <span className={styles.hint}>{check.whatNext}</span>}
    </span>
  );
}

type WarningProps = { check: CheckView; isTicked: boolean; isIdle: boolean; onTick: (isTicked: boolean) => void };

function Warning({ check, isTicked, isIdle, onTick }: WarningProps) {
  const styles = useRestoreStyles();
  const id = useId();
  return (
    <li className={styles.item}>
      <Mark kind="warning" />
      <div className={styles.text}>
        <span id={id}>
          <CheckText check={check} />
        </span>
        <Checkbox
          label={`Accept: ${check.about}`}
          aria-describedby={id}
          disabled={isIdle}
          checked={isTicked}
          onChange={(_, { checked }) => onTick(checked === true)}
        />
      </div>
    </li>
  );
}

/** What is as it should be is one line, until somebody wants to read it. */
function Fine({ checks }: { checks: readonly CheckView[] }) {
  const styles = useRestoreStyles();
  const [isOpen, setOpen] = useState(false);
  if (checks.length === 0) {
    return null;
  }
  return (
    <div>
      <Button
        size="small"
        appearance="subtle"
        icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {plural(checks.length, "check is", "checks are")} fine
      </Button>
      {isOpen && (
        <ul className={styles.list} aria-label="Fine">
          {checks.map((check) => (
            <li key={check.code} className={styles.item}>
              <Mark kind="good" />
              <CheckText check={check} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function AtHand({ plan }: { plan: RestorePlanView }) {
  const styles = useRestoreStyles();
  const { addresses, bringsAddress } = plan;
  const isSealed = plan.checks.some((check) => check.code === "sealed" && check.verdict !== "fine");
  const isOther = bringsAddress !== null && !addresses.includes(bringsAddress);
  return (
    <Card title="Have at hand">
      <ul className={styles.bullets}>
        <li>The host's own console (iLO, iDRAC, a keyboard): the only way in if its network comes back wrong.</li>
        <li>Root's password of today, and the one of the day when the bundle was taken.</li>
        <li>
          {`Its address: ${addresses.length === 0 ? "not known" : addresses.join(", ")} now`}
          {isOther
            ? `, ${bringsAddress} after the restore.`
            : bringsAddress === null
              ? "; which one the bundle brings cannot be read."
              : ", and the bundle brings the same."}
        </li>
        {isSealed && <li>The recovery key of the host's configuration (TPM).</li>}
      </ul>
    </Card>
  );
}
