import { Button, DialogActions, DialogBody, DialogContent, DialogTitle } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { ErrorView } from "./ErrorView";
import { Modal } from "./Modal";
import { useInitialFocus } from "./useInitialFocus";
import { useSending } from "./useSending";

type ConfirmDialogProps = {
  title: string;
  children: ReactNode;
  /** Names the act: "Remove server". */
  confirm: string;
  /** A rejection keeps the dialog open and shows why. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
};

/** Asks before something is done that cannot be undone. Cancel has the focus. */
export function ConfirmDialog({ title, children, confirm, onConfirm, onClose }: ConfirmDialogProps) {
  const { isBusy, error, send } = useSending();
  const cancel = useInitialFocus<HTMLButtonElement>();
  const act = () =>
    send(async () => {
      await onConfirm();
      onClose();
    });
  return (
    <Modal isAlert onClose={() => isBusy || onClose()}>
      <DialogBody>
        <DialogTitle>{title}</DialogTitle>
        <DialogContent>
          {children}
          {error !== null && <ErrorView error={error} />}
        </DialogContent>
        <DialogActions>
          <Button appearance="primary" disabledFocusable={isBusy} onClick={act}>
            {confirm}
          </Button>
          <Button ref={cancel} disabledFocusable={isBusy} onClick={onClose}>
            Cancel
          </Button>
        </DialogActions>
      </DialogBody>
    </Modal>
  );
}
