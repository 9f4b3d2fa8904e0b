import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  tokens,
} from "@fluentui/react-components";
import { useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { Mark } from "../../components/Mark";
import { Modal } from "../../components/Modal";
import { MAX_NOTE } from "../../components/note";
import { useSending } from "../../components/useSending";
import { plural } from "../../components/words";
import { commands, type HostRow } from "../../ipc";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  text: { margin: 0 },
});

/** Which hosts, a note for the run, start. */
export function BackupDialog({ hosts, onClose }: { hosts: readonly HostRow[]; onClose: () => void }) {
  const styles = useStyles();
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const { isBusy, error, send } = useSending();
  const away = hosts.filter((host) => host.connection !== "connected").length;
  const unsupported = hosts.filter((host) => host.safety === "notSupported").length;
  const start = (event: SubmitEvent) => {
    event.preventDefault();
    void send(async () => {
      const job = await commands.startBackup({
        hosts: hosts.map((row) => row.host),
        note: note.trim() === "" ? null : note.trim(),
      });
      onClose();
      await navigate({ to: "/jobs/$job", params: { job: String(job) } });
    });
  };
  return (
    <Modal onClose={onClose}>
      <form onSubmit={start}>
        <DialogBody>
          <DialogTitle>
            {hosts.length === 1 ? `Back up ${hosts[0]?.host.name}` : `Back up ${plural(hosts.length, "host")}`}
          </DialogTitle>
          <DialogContent className={styles.content}>
            {error !== null && <ErrorView error={error} />}
            <p className={styles.text}>
              Each host packs its configuration, and the bundle is stored in the archive. Nothing is changed on the
              hosts, and one host's failure does not stop the others.
            </p>
            {away > 0 && (
              <p className={styles.text}>
                <Mark kind="warning" /> {plural(away, "host is", "hosts are")} not connected and will probably fail.
              </p>
            )}
            {unsupported > 0 && (
              <p className={styles.text}>
                <Mark kind="warning" /> {plural(unsupported, "host offers", "hosts offer")} no backup of the
                configuration and will be reported as failed.
              </p>
            )}
            <Field label="Note" hint="Kept with the run and shown in the archive">
              <Input
                autoFocus
                value={note}
                maxLength={MAX_NOTE}
                readOnly={isBusy}
                placeholder="Before the firmware update"
                autoComplete="off"
                onChange={(_, { value }) => setNote(value)}
              />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button type="submit" appearance="primary" disabledFocusable={isBusy}>
              Back up
            </Button>
            <Button onClick={onClose}>Cancel</Button>
          </DialogActions>
        </DialogBody>
      </form>
    </Modal>
  );
}
