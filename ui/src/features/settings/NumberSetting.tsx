import { Field, Input, Link, makeStyles } from "@fluentui/react-components";
import { useRef, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { wholeNumberIn } from "../../components/wholeNumberIn";
import type { SettingsChange } from "../../ipc";
import { useSettingsStyles } from "./styles";
import { useSetting } from "./useSetting";

const useStyles = makeStyles({
  input: { width: "150px" },
});

type NumberSettingProps = {
  label: string;
  hint: string;
  unit?: string;
  value: number;
  least: number;
  most: number;
  /** What is asked of the core for a value. */
  change: (value: number) => SettingsChange;
};

/** Taken over by Enter and when the field is left; Esc brings back what is in force. */
export function NumberSetting({ label, hint, unit, value, least, most, change }: NumberSettingProps) {
  const styles = useStyles();
  const shared = useSettingsStyles();
  const [draft, setDraft] = useState<string | null>(null);
  const [before, setBefore] = useState<number | null>(null);
  const { state, apply, forget } = useSetting();
  const input = useRef<HTMLInputElement>(null);
  const parsed = wholeNumberIn(draft ?? String(value), least, most);
  const commit = async () => {
    if (draft === null || parsed.value === null || state.kind === "saving") {
      return;
    }
    if (parsed.value === value) {
      setDraft(null);
    } else if (await apply(change(parsed.value))) {
      setBefore(value);
      setDraft(null);
    }
  };
  const undo = async (to: number) => {
    // The link goes at once.
    input.current?.focus();
    if (await apply(change(to))) {
      setBefore(null);
    }
  };
  const message =
    parsed.problem ??
    (state.kind === "saved" && draft === null ? (
      <>
        {before === null ? "As it was." : "Saved. "}
        {before !== null && (
          <Link as="button" inline onClick={() => void undo(before)}>
            Undo
          </Link>
        )}
      </>
    ) : undefined);
  const isBad = parsed.problem !== null || state.kind === "refused";
  return (
    <>
      <Field
        className={shared.field}
        size="small"
        orientation="horizontal"
        label={label}
        hint={hint}
        validationState={isBad ? "error" : message === undefined ? "none" : "success"}
        validationMessage={message}
      >
        <Input
          className={styles.input}
          input={{ ref: input }}
          inputMode="numeric"
          contentAfter={unit}
          value={draft ?? String(value)}
          readOnly={state.kind === "saving"}
          onChange={(_, data) => {
            setDraft(data.value);
            forget();
          }}
          // What was refused is not asked for again by leaving: what goes and comes would move the next thing clicked.
          onBlur={() => state.kind !== "refused" && void commit()}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              void commit();
            } else if (event.key === "Escape" && draft !== null) {
              event.stopPropagation();
              setDraft(null);
              forget();
            }
          }}
        />
      </Field>
      {state.kind === "refused" && <ErrorView error={state.error} />}
    </>
  );
}
