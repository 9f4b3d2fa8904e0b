import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { DocumentRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useSending } from "../../components/useSending";
import { plural } from "../../components/words";
import { commands, type HostMatch } from "../../ipc";

const useStyles = makeStyles({
  content: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM },
  unknown: { margin: "4px 0 0", paddingLeft: "18px", maxHeight: "140px", overflow: "auto", userSelect: "text" },
  list: { fontFamily: tokens.fontFamilyMonospace },
});

type HostListDialogProps = {
  /** A saved selection whose hosts are not all there any more. */
  initial?: { title: string; match: HostMatch };
  onSelect: (keys: readonly string[]) => void;
  onClose: () => void;
};

/** Hosts from a pasted list or a file: what matched, and what did not. */
export function HostListDialog({ initial, onSelect, onClose }: HostListDialogProps) {
  const styles = useStyles();
  const [text, setText] = useState("");
  const [match, setMatch] = useState<HostMatch | null>(initial?.match ?? null);
  const { isBusy, error, send } = useSending();
  const find = (ask: () => Promise<HostMatch | null>) =>
    send(async () => {
      // Null: the file dialog was cancelled, and what was there stays.
      setMatch((await ask()) ?? match);
    });
  return (
    <Modal onClose={() => isBusy || onClose()}>
      <DialogBody>
        <DialogTitle>{initial?.title ?? "Select hosts from a list"}</DialogTitle>
        <DialogContent className={styles.content}>
          {error !== null && <ErrorView error={error} />}
          {initial === undefined && (
            <>
              <Field label="Host names" hint="One a line, or separated by commas. Patterns such as esx1* work too.">
                <Textarea
                  autoFocus
                  rows={8}
                  resize="vertical"
                  value={text}
                  readOnly={isBusy}
                  spellCheck={false}
                  textarea={{ className: styles.list }}
                  onChange={(_, { value }) => {
                    setText(value);
                    setMatch(null);
                  }}
                />
              </Field>
              <div>
                <Button
                  size="small"
                  icon={<DocumentRegular />}
                  disabledFocusable={isBusy}
                  onClick={() => find(commands.matchHostsFile)}
                >
                  Load a file
                </Button>
              </div>
            </>
          )}
          {match !== null && <Found match={match} />}
        </DialogContent>
        <DialogActions>
          {match === null ? (
            <Button
              appearance="primary"
              disabled={text.trim() === ""}
              disabledFocusable={isBusy}
              onClick={() => find(() => commands.matchHosts(text))}
            >
              Find
            </Button>
          ) : (
            <Button
              appearance="primary"
              disabled={match.matched.length === 0}
              disabledFocusable={isBusy}
              onClick={() => {
                onSelect(match.matched);
                onClose();
              }}
            >
              Select {plural(match.matched.length, "host")}
            </Button>
          )}
          <Button disabledFocusable={isBusy} onClick={onClose}>
            Cancel
          </Button>
        </DialogActions>
      </DialogBody>
    </Modal>
  );
}

function Found({ match }: { match: HostMatch }) {
  const styles = useStyles();
  const from = match.source === null ? "" : ` in ${match.source}`;
  return (
    <MessageBar intent={match.unknown.length === 0 ? "success" : "warning"} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>
          {plural(match.matched.length, "host")} found{from}
          {match.unknown.length > 0 && `, ${plural(match.unknown.length, "entry", "entries")} without a host`}
        </MessageBarTitle>
        {match.unknown.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
          <ul className={styles.unknown} tabIndex={0} aria-label="Entries without a host">
            {match.unknown.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </MessageBarBody>
    </MessageBar>
  );
}
