import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  Select,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useSending } from "../../components/useSending";
import { commands, type NextView, type RestoreView, type ResumeChoice, type ResumeInput } from "../../ipc";
import { hostsQuery, serversQuery } from "../shell/data";
import { Card } from "./Card";
import { HostUserFields } from "./HostUserFields";
import { nextWords } from "./restoreWords";
import { useRestoreStyles } from "./styles";

/** What can be done now, each as a button; the likeliest first. */
export function NextSteps({ restore }: { restore: RestoreView }) {
  const styles = useRestoreStyles();
  const navigate = useNavigate();
  const hosts = useQuery(hostsQuery);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [isDismissing, setDismissing] = useState(false);
  const { id, host } = restore.row;
  const resume = async (input: Partial<ResumeInput> & { action: ResumeChoice }) => {
    setBusy(true);
    setError(null);
    try {
      await commands.resumeRestore({ id, server: null, hostUser: null, certificate: null, ...input });
    } finally {
      setBusy(false);
    }
  };
  const act = (next: NextView) => {
    switch (next.kind) {
      case "keepWatching":
        // With what it had, nothing else would come of it.
        return WANTS_MORE.has(restore.error?.code ?? "")
          ? setAsking(true)
          : void resume({ action: next.kind }).catch(setError);
      case "reconnect":
      case "leaveMaintenanceMode":
        return void resume({ action: next.kind }).catch(setError);
      case "undo": {
        const key = hosts.data?.hosts.find(
          (one) => one.host.moid === restore.host.moid && one.host.server === restore.host.server,
        )?.key;
        return void navigate({
          to: "/restore",
          search: { record: next.record, ...(key === undefined ? {} : { host: key }) },
        });
      }
      case "dismiss":
        return setDismissing(true);
    }
  };
  const canWatch = restore.next.some((next) => next.kind === "keepWatching");
  if (restore.next.length === 0) {
    return null;
  }
  return (
    <Card title="What can be done now">
      <div className={styles.row}>
        {restore.next.map((next, index) => (
          <Button
            key={next.kind}
            appearance={index === 0 && next.kind !== "undo" ? "primary" : "secondary"}
            disabledFocusable={isBusy}
            onClick={() => act(next)}
          >
            {nextWords(next)}
          </Button>
        ))}
        {canWatch && (
          <Button appearance="subtle" disabledFocusable={isBusy} onClick={() => setAsking(true)}>
            Keep watching with another user, server or certificate…
          </Button>
        )}
      </div>
      {error !== null && <ErrorView error={error} />}
      {isAsking && <ResumeDialog restore={restore} onResume={resume} onClose={() => setAsking(false)} />}
      {isDismissing && (
        <ConfirmDialog
          title={`Is ${host} looked after?`}
          confirm="It is looked after"
          onConfirm={() => commands.dismissRestore(id).then(() => undefined)}
          onClose={() => setDismissing(false)}
        >
          This restore is no longer shown as open, and cannot be gone on with. Nothing is done to the host: make sure
          that it is as it should be, and not in maintenance mode by mistake.
        </ConfirmDialog>
      )}
    </Card>
  );
}

const WANTS_MORE: ReadonlySet<string> = new Set(["host_certificate_changed", "host_password_changed"]);

type ResumeDialogProps = {
  restore: RestoreView;
  onResume: (input: Partial<ResumeInput> & { action: ResumeChoice }) => Promise<void>;
  onClose: () => void;
};

/** The host came back changed: with which user, through which server, and by which certificate it is looked for. */
function ResumeDialog({ restore, onResume, onClose }: ResumeDialogProps) {
  const servers = useQuery(serversQuery);
  const [server, setServer] = useState("");
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [certificate, setCertificate] = useState("");
  const { isBusy, error, send } = useSending();
  const { row } = restore;
  const watch = () =>
    send(async () => {
      await onResume({
        action: "keepWatching",
        server: server === "" ? null : server,
        hostUser: user.trim() === "" ? null : { user, password: password === "" ? null : password, remember: false },
        certificate: certificate.trim() === "" ? null : certificate,
      });
      onClose();
    });
  return (
    <Modal onClose={() => isBusy || onClose()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void watch();
        }}
      >
        <DialogBody>
          <DialogTitle>{`Keep watching ${row.host}`}</DialogTitle>
          <DialogContent>
            <Field
              label="Look through"
              hint="At another address: connect to the host there first, on the page Hosts, and choose it here."
            >
              <Select value={server} onChange={(_, { value }) => setServer(value)}>
                <option value="">{row.server}</option>
                {servers.data
                  ?.filter((one) => one.name !== row.server)
                  .map((one) => (
                    <option key={one.name} value={one.name}>
                      {one.name}
                    </option>
                  ))}
              </Select>
            </Field>
            <HostUserFields
              user={user}
              password={password}
              hint="The host's own, such as root, where its password is the bundle's now."
              onUser={setUser}
              onPassword={setPassword}
            />
            <Field
              label="Certificate's SHA-256 thumbprint"
              hint="Only as the host's own console shows it: it is trusted with your passwords."
            >
              <Input
                value={certificate}
                spellCheck={false}
                autoComplete="off"
                onChange={(_, { value }) => setCertificate(value)}
              />
            </Field>
            {error !== null && <ErrorView error={error} />}
          </DialogContent>
          <DialogActions>
            <Button type="submit" appearance="primary" disabledFocusable={isBusy}>
              Keep watching
            </Button>
            <Button disabledFocusable={isBusy} onClick={onClose}>
              Cancel
            </Button>
          </DialogActions>
        </DialogBody>
      </form>
    </Modal>
  );
}
