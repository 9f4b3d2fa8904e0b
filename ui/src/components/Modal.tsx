import { Dialog, DialogSurface } from "@fluentui/react-components";
import { type ReactNode, useEffect, useState } from "react";
import { focusAgain, focusOrigin } from "./focus";

type ModalProps = {
  /** Asks something: a click beside it is no answer. */
  isAlert?: boolean;
  className?: string;
  /** Esc, and a click beside it. */
  onClose: () => void;
  children: ReactNode;
};

/** Every dialog is in one of these: shown as long as it is there, and afterwards the focus is where it was. */
export function Modal({ isAlert = false, className, onClose, children }: ModalProps) {
  const [origin] = useState(focusOrigin);
  useEffect(() => () => focusAgain(origin), [origin]);
  return (
    <Dialog open modalType={isAlert ? "alert" : "modal"} onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={className}>{children}</DialogSurface>
    </Dialog>
  );
}
