import { Button } from "@fluentui/react-components";
import { useState } from "react";
import { ErrorView } from "./ErrorView";
import { Notice } from "./Notice";

/** What a page says after an act, until it is dismissed or something else is done. */
export type Said = { words: string } | { error: unknown };

/** `attempt` does something and says what it answers with, if anything, or why it failed. */
export function useSaid() {
  const [said, setSaid] = useState<Said | null>(null);
  const attempt = (act: () => Promise<string | null>) => {
    setSaid(null);
    act().then(
      (words) => words !== null && setSaid({ words }),
      (error) => setSaid({ error }),
    );
  };
  return { said, setSaid, attempt };
}

export function SaidBar({ said, onDismiss }: { said: Said | null; onDismiss: () => void }) {
  if (said === null) {
    return null;
  }
  return "words" in said ? (
    <Notice onDismiss={onDismiss}>{said.words}</Notice>
  ) : (
    <ErrorView
      error={said.error}
      actions={
        <Button size="small" onClick={onDismiss}>
          Dismiss
        </Button>
      }
    />
  );
}
