import { useState } from "react";
import { copyText } from "./clipboard";

/** To copy a text, and what came of it. */
export function useCopy(text: string) {
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  const copy = () =>
    copyText(text).then(
      () => setCopied("yes"),
      () => setCopied("refused"),
    );
  /** What the button says, which is `idle` at first. */
  const words = (idle: string) =>
    copied === "yes" ? "Copied" : copied === "refused" ? "Clipboard not available" : idle;
  return { copied, copy, words };
}
