import { Button, Checkbox, Field, Input } from "@fluentui/react-components";
import { useState } from "react";
import type { HostUser, RestorePlanView } from "../../ipc";
import { Card } from "./Card";
import { HostUserFields } from "./HostUserFields";
import { missing } from "./plan";
import { useRestoreStyles } from "./styles";

type ConfirmPartProps = {
  plan: RestorePlanView;
  ticked: ReadonlySet<string>;
  /** The host takes the bundle only from a user of its own, or may. */
  wantsOwnUser: boolean;
  isBusy: boolean;
  onRestore: (typed: string, own: HostUser | null) => void;
};

/** The last step before it happens: the host's name is typed, and the button says what it does. */
export function ConfirmPart({ plan, ticked, wantsOwnUser, isBusy, onRestore }: ConfirmPartProps) {
  const styles = useRestoreStyles();
  const [typed, setTyped] = useState("");
  const [hasOwn, setHasOwn] = useState(wantsOwnUser);
  const [user, setUser] = useState("root");
  const [password, setPassword] = useState("");
  const [remember, setRemember] = useState(false);
  const { name } = plan.host;
  const isOwnMissing = hasOwn && user.trim() === "";
  const why = missing(plan, ticked, typed) ?? (isOwnMissing ? "Enter the host's user." : null);
  const restore = () => {
    if (why === null && !isBusy) {
      onRestore(typed, hasOwn ? { user, password: password === "" ? null : password, remember } : null);
      setPassword("");
    }
  };
  return (
    <Card title="Confirm">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          restore();
        }}
      >
        <div>
          <Checkbox
            label="Give a user of the host itself"
            checked={hasOwn}
            onChange={(_, { checked }) => setHasOwn(checked === true)}
          />
          <span className={styles.hint}>
            Needed where the host takes the bundle from nobody else, or comes back at another address. It is forgotten
            when the restore has ended, unless it is remembered.
          </span>
        </div>
        {hasOwn && (
          <div className={styles.row}>
            <HostUserFields
              user={user}
              password={password}
              className={styles.field}
              onUser={setUser}
              onPassword={setPassword}
            />
            <Checkbox
              label="Remember it"
              checked={remember}
              onChange={(_, { checked }) => setRemember(checked === true)}
            />
          </div>
        )}
        <Field label={`Type ${name} to restore it`} className={styles.field}>
          <Input value={typed} autoComplete="off" spellCheck={false} onChange={(_, { value }) => setTyped(value)} />
        </Field>
        <div className={styles.row}>
          <Button type="submit" appearance="primary" disabled={why !== null} disabledFocusable={isBusy}>
            {`Restore ${name} and restart it`}
          </Button>
          <span className={styles.quiet} role="status">
            {isBusy ? "Everything is looked at once more." : (why ?? "")}
          </span>
        </div>
      </form>
    </Card>
  );
}
