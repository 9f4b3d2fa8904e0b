import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  Spinner,
  tokens,
} from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { MAX_NOTE } from "../../components/note";
import { useSending } from "../../components/useSending";
import { plural } from "../../components/words";
import { commands } from "../../ipc";
import { hostsQuery } from "../shell/data";
import { reportQuery } from "./reportQuery";
import { failedHosts, type Retry } from "./retry";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS },
  names: {
    margin: 0,
    padding: "4px 8px",
    maxHeight: "min(180px, 26vh)",
    overflowY: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    fontSize: tokens.fontSizeBase200,
    listStyleType: "none",
    overflowWrap: "anywhere",
  },
});

/** Backs up again what failed in a run: shows first which hosts these are. */
export function RetryDialog({ runId, onClose }: { runId: string; onClose: () => void }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const run = useQuery(reportQuery(runId));
  const hosts = useQuery(hostsQuery);
  const [note, setNote] = useState<string | null>(null);
  const { isBusy, error, send } = useSending();
  const retry = run.data === undefined || hosts.data === undefined ? null : failedHosts(run.data, hosts.data.hosts);
  const noteText = note ?? run.data?.row.note ?? "";
  const start = (chosen: Retry) =>
    send(async () => {
      const job = await commands.startBackup({
        hosts: chosen.hosts,
        note: noteText.trim() === "" ? null : noteText.trim(),
      });
      onClose();
      await navigate({ to: "/jobs/$job", params: { job: String(job) } });
    });
  const failure = error ?? run.error ?? hosts.error;
  return (
    <Modal onClose={() => isBusy || onClose()}>
      <DialogBody>
        <DialogTitle>Retry failed hosts</DialogTitle>
        <DialogContent className={styles.content}>
          {failure !== null && <ErrorView error={failure} />}
          {retry === null && failure === null && <Spinner size="tiny" label="Looking for the hosts" />}
          {retry !== null && (
            <>
              <span>
                {retry.hosts.length === 0
                  ? "None of the hosts that failed is known to the servers now."
                  : `${plural(retry.hosts.length, "host")} will be backed up in a new run.`}
              </span>
              {retry.hosts.length > 0 && (
                <Names label="Hosts to back up" names={retry.hosts.map((host) => `${host.name} (${host.server})`)} />
              )}
              {retry.gone.length > 0 && (
                <>
                  <span>
                    {`${plural(retry.gone.length, "host")} cannot be found on the servers. Refresh the hosts if it should be there.`}
                  </span>
                  <Names label="Hosts that cannot be found" names={retry.gone} />
                </>
              )}
              {retry.hosts.length > 0 && (
                <Field label="Note for the run">
                  <Input value={noteText} maxLength={MAX_NOTE} onChange={(_, data) => setNote(data.value)} />
                </Field>
              )}
            </>
          )}
        </DialogContent>
        <DialogActions>
          {retry !== null && retry.hosts.length > 0 && (
            <Button appearance="primary" disabledFocusable={isBusy} onClick={() => void start(retry)}>
              Back up {plural(retry.hosts.length, "host")}
            </Button>
          )}
          <Button autoFocus disabledFocusable={isBusy} onClick={onClose}>
            Cancel
          </Button>
        </DialogActions>
      </DialogBody>
    </Modal>
  );
}

function Names({ label, names }: { label: string; names: readonly string[] }) {
  const styles = useStyles();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <ul className={styles.names} aria-label={label} tabIndex={0}>
      {names.map((name, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may occur twice, and the list does not change
        <li key={index}>{name}</li>
      ))}
    </ul>
  );
}
