import { useState } from "react";

/** What a dialog sends: one thing at a time, whether it is under way, and why it failed, if it did. */
export function useSending() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (act: () => Promise<void>) => {
    if (isBusy) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return { isBusy, error, send };
}
