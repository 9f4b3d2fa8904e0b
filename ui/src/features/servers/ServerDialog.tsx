import {
  Button,
  Checkbox,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  Spinner,
  tokens,
} from "@fluentui/react-components";
import { type RefObject, type SubmitEvent, useEffect, useRef, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useInitialFocus } from "../../components/useInitialFocus";
import { plural } from "../../components/words";
import { type ConnectOutcome, commands, errorReport, type ServerInput, type ServerView } from "../../ipc";
import { queryClient, startQuery } from "../shell/data";
import { hostOf, shortAddress } from "./address";
import { CertificateCard, ChangedCertificate } from "./CertificateCard";

const useStyles = makeStyles({
  surface: { maxWidth: "560px" },
  form: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  text: { margin: 0 },
  button: { whiteSpace: "nowrap", flexShrink: 0 },
  wide: { maxWidth: "760px" },
});

const NO_THUMBPRINT = { acceptThumbprint: null };

type NotTrusted = Extract<ConnectOutcome, { kind: "notTrusted" }>;
type Connected = Extract<ConnectOutcome, { kind: "connected" }>;
type Step = { kind: "form" } | { kind: "certificate"; outcome: NotTrusted } | { kind: "connected"; outcome: Connected };

type ServerDialogProps = {
  /** The server that is edited; null for a new one. */
  server: ServerView | null;
  /** What is asked for first: a saved server's certificate that is not trusted, or its password. */
  ask?: { kind: "password" } | { kind: "certificate"; outcome: NotTrusted };
  onClose: () => void;
  /** It is saved and was signed in to. */
  onSaved?: (server: ServerView) => void;
};

/** Connects to a server: address, user, password; the certificate where it is not trusted; what went wrong in place. */
export function ServerDialog({ server, ask, onClose, onSaved }: ServerDialogProps) {
  const styles = useStyles();
  const [input, setInput] = useState<ServerInput>({
    original: server?.name ?? null,
    name: server?.name ?? "",
    address: server === null ? "" : shortAddress(server.address),
    user: server?.user ?? "",
    password: null,
    remember: server?.remembered ?? true,
    acceptThumbprint: null,
  });
  const [step, setStep] = useState<Step>(
    ask?.kind === "certificate" ? { kind: "certificate", outcome: ask.outcome } : { kind: "form" },
  );
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = useRef(0);
  const asksForPassword = ask?.kind === "password";
  const passwordBox = useRef<HTMLInputElement>(null);
  const refusal = useInitialFocus<HTMLButtonElement>();

  useEffect(() => {
    asksForPassword && passwordBox.current?.focus();
  }, [asksForPassword]);
  useEffect(() => {
    // What is to be typed again.
    isRefusal(error) && passwordBox.current?.select();
  }, [error]);

  const connect = async (acceptThumbprint: string | null) => {
    attempt.current += 1;
    const own = attempt.current;
    setBusy(true);
    setError(null);
    // Kept, so that after a wrong password it is not asked for again.
    setInput({ ...input, acceptThumbprint });
    try {
      const outcome = await commands.saveServer({
        ...input,
        name: input.name.trim() === "" ? hostOf(input.address) : input.name.trim(),
        // Whoever accepts a saved server's certificate says nothing of its password.
        remember: step.kind === "certificate" && ask?.kind === "certificate" ? null : input.remember,
        acceptThumbprint,
      });
      if (own !== attempt.current) {
        return;
      }
      if (outcome.kind === "notTrusted") {
        setStep({ kind: "certificate", outcome });
      } else {
        onSaved?.(outcome.server);
        // Nothing more to say unless the password could not be remembered.
        outcome.keyringError === null ? onClose() : setStep({ kind: "connected", outcome });
      }
    } catch (thrown) {
      setError(thrown);
      setStep({ kind: "form" });
    }
    setBusy(false);
  };
  const close = () => {
    if (isBusy) {
      attempt.current += 1;
      void commands.cancelConnecting();
    }
    onClose();
  };

  return (
    <Modal
      isAlert
      className={mergeClasses(
        styles.surface,
        step.kind === "certificate" && step.outcome.expected !== null && styles.wide,
      )}
      onClose={close}
    >
      {step.kind === "form" && (
        <ServerForm
          server={server}
          input={input}
          // A certificate is accepted for one address.
          onChange={(change) =>
            isBusy || setInput({ ...input, ...(change.address !== undefined && NO_THUMBPRINT), ...change })
          }
          asksForPassword={asksForPassword}
          passwordBox={passwordBox}
          isBusy={isBusy}
          error={error}
          onSubmit={() => void connect(input.acceptThumbprint)}
          onCancel={close}
        />
      )}
      {step.kind === "certificate" && (
        <CertificateQuestion
          address={input.address}
          outcome={step.outcome}
          refusal={refusal}
          isBusy={isBusy}
          onAccept={() => void connect(step.outcome.certificate.sha256)}
          onRefuse={() => (ask?.kind === "certificate" || isBusy ? close() : setStep({ kind: "form" }))}
        />
      )}
      {step.kind === "connected" && (
        <DialogBody>
          <DialogTitle>Connected to {step.outcome.server.name}</DialogTitle>
          <DialogContent className={styles.form}>
            <p className={styles.text}>
              {step.outcome.product}, {plural(step.outcome.hosts, "host")}.
            </p>
            <ErrorView error={step.outcome.keyringError} intent="warning" />
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" autoFocus onClick={onClose}>
              Close
            </Button>
          </DialogActions>
        </DialogBody>
      )}
    </Modal>
  );
}

type ServerFormProps = {
  server: ServerView | null;
  input: ServerInput;
  onChange: (change: Partial<ServerInput>) => void;
  asksForPassword: boolean;
  passwordBox: RefObject<HTMLInputElement | null>;
  isBusy: boolean;
  error: unknown;
  onSubmit: () => void;
  onCancel: () => void;
};

function ServerForm(props: ServerFormProps) {
  const { server, input, onChange, asksForPassword, passwordBox, isBusy, error, onSubmit, onCancel } = props;
  const styles = useStyles();
  const [isChecked, setChecked] = useState(false);
  const platform = queryClient.getQueryData(startQuery.queryKey)?.platform;
  const needsPassword = server === null || asksForPassword;
  const missing = {
    address:
      isChecked && input.address.trim() === ""
        ? "Enter the name or IP address of a vCenter or an ESXi host."
        : undefined,
    user: isChecked && input.user.trim() === "" ? "Enter a user name, such as backup@vsphere.local." : undefined,
    password: isChecked && needsPassword && (input.password ?? "") === "" ? "Enter the password." : undefined,
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const isComplete =
      input.address.trim() !== "" && input.user.trim() !== "" && (!needsPassword || (input.password ?? "") !== "");
    if (isComplete && !isBusy) {
      onSubmit();
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <DialogBody>
        <DialogTitle>
          {server === null
            ? "Connect to a server"
            : asksForPassword
              ? `Password for ${server.name}`
              : `Edit ${server.name}`}
        </DialogTitle>
        <DialogContent className={styles.form}>
          {error !== null && <ErrorView error={error} />}
          <Field label="Address" required validationMessage={missing.address} hint="A vCenter, or a single ESXi host">
            <Input
              autoFocus={!asksForPassword}
              value={input.address}
              placeholder="vcenter.example.com"
              readOnly={isBusy}
              autoComplete="off"
              spellCheck={false}
              onChange={(_, { value }) => onChange({ address: value })}
            />
          </Field>
          <Field label="User name" required validationMessage={missing.user}>
            <Input
              value={input.user}
              placeholder="backup@vsphere.local"
              readOnly={isBusy}
              autoComplete="off"
              spellCheck={false}
              onChange={(_, { value }) => onChange({ user: value })}
            />
          </Field>
          <Field
            label="Password"
            required={needsPassword}
            validationMessage={missing.password}
            hint={needsPassword ? undefined : "Leave it empty to keep the one that is known"}
          >
            <Input
              type="password"
              ref={passwordBox}
              value={input.password ?? ""}
              readOnly={isBusy}
              autoComplete="off"
              onChange={(_, { value }) => onChange({ password: value === "" ? null : value })}
            />
          </Field>
          <Checkbox
            label={`Remember the password in ${keyringName(platform)}`}
            checked={input.remember === true}
            onChange={(_, { checked }) => onChange({ remember: checked === true })}
          />
          <Field label="Name in Hostkeep" hint="The address, unless something else is entered">
            <Input
              value={input.name}
              placeholder={hostOf(input.address)}
              readOnly={isBusy}
              autoComplete="off"
              spellCheck={false}
              onChange={(_, { value }) => onChange({ name: value })}
            />
          </Field>
        </DialogContent>
        <DialogActions>
          {isBusy && <Spinner size="tiny" label={`Connecting to ${hostOf(input.address)}`} />}
          <Button type="submit" appearance="primary" disabledFocusable={isBusy}>
            {server === null ? "Connect" : "Save"}
          </Button>
          <Button onClick={onCancel}>Cancel</Button>
        </DialogActions>
      </DialogBody>
    </form>
  );
}

type CertificateQuestionProps = {
  address: string;
  outcome: NotTrusted;
  refusal: RefObject<HTMLButtonElement | null>;
  isBusy: boolean;
  onAccept: () => void;
  onRefuse: () => void;
};

function CertificateQuestion({ address, outcome, refusal, isBusy, onAccept, onRefuse }: CertificateQuestionProps) {
  const styles = useStyles();
  const [isUnderstood, setUnderstood] = useState(false);
  const { certificate, expected } = outcome;
  if (expected === null) {
    return (
      <DialogBody>
        <DialogTitle>Trust the certificate of {hostOf(address)}?</DialogTitle>
        <DialogContent className={styles.form}>
          <p className={styles.text}>
            This computer does not trust the server's certificate. Compare its thumbprint with the one that the server's
            own console shows. Nothing has been sent to the server yet.
          </p>
          <CertificateCard certificate={certificate} />
          <p className={styles.text}>
            When accepted, the SHA-256 thumbprint is remembered, and a server that shows another one later is not
            connected to.
          </p>
        </DialogContent>
        <DialogActions>
          {isBusy && <Spinner size="tiny" label="Connecting" />}
          <Button appearance="primary" disabledFocusable={isBusy} onClick={onAccept}>
            Trust and connect
          </Button>
          <Button ref={refusal} autoFocus onClick={onRefuse}>
            Cancel
          </Button>
        </DialogActions>
      </DialogBody>
    );
  }
  return (
    <DialogBody>
      <DialogTitle>The certificate of {hostOf(address)} has changed</DialogTitle>
      <DialogContent className={styles.form}>
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>The connection was stopped, and nothing was sent.</MessageBarTitle>
            Either the certificate was replaced, or something else answers in the server's place. Ask whoever runs the
            server before accepting it.
          </MessageBarBody>
        </MessageBar>
        <ChangedCertificate certificate={certificate} expected={expected} />
        <Checkbox
          label="The certificate was replaced on purpose, and the new thumbprint is the server's"
          checked={isUnderstood}
          onChange={(_, { checked }) => isBusy || setUnderstood(checked === true)}
        />
      </DialogContent>
      <DialogActions>
        {isBusy && <Spinner size="tiny" label="Connecting" />}
        <Button className={styles.button} disabled={!isUnderstood} disabledFocusable={isBusy} onClick={onAccept}>
          Accept the new certificate
        </Button>
        <Button className={styles.button} ref={refusal} appearance="primary" autoFocus onClick={onRefuse}>
          Do not connect
        </Button>
      </DialogActions>
    </DialogBody>
  );
}

/** The server has answered, and takes another password. */
function isRefusal(error: unknown): boolean {
  return error !== null && ["wrong_password", "password_expired"].includes(errorReport(error).code);
}

function keyringName(platform: string | undefined): string {
  switch (platform) {
    case "windows":
      return "Windows Credential Manager";
    case "macos":
      return "the keychain";
    default:
      return "the keyring";
  }
}
