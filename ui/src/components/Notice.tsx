import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  type MessageBarIntent,
  makeStyles,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { useFocusLeftToGrid } from "./focus";

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  body: { overflowWrap: "anywhere", whiteSpace: "normal" },
});

type NoticeProps = {
  intent?: MessageBarIntent;
  children: ReactNode;
  /** Further buttons. */
  actions?: ReactNode;
  onDismiss: () => void;
};

/** What was done, or what is worth a look: it stays until it is dismissed. */
export function Notice({ intent = "success", children, actions, onDismiss }: NoticeProps) {
  const styles = useStyles();
  useFocusLeftToGrid();
  return (
    <MessageBar intent={intent} layout="singleline" className={styles.bar}>
      <MessageBarBody className={styles.body}>{children}</MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            size="small"
            appearance="transparent"
            aria-label="Dismiss"
            icon={<DismissRegular />}
            onClick={onDismiss}
          />
        }
      >
        {actions}
      </MessageBarActions>
    </MessageBar>
  );
}
