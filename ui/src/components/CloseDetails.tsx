import { Button } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";

/** Closes a pane at the side, as Alt+Enter does. */
export function CloseDetails({ className, onClose }: { className?: string; onClose: () => void }) {
  return (
    <Button
      size="small"
      appearance="subtle"
      className={className}
      icon={<DismissRegular />}
      aria-label="Close details"
      title="Close details (Alt+Enter)"
      onClick={onClose}
    />
  );
}
