import { type RefObject, useEffect, useRef } from "react";

/**
 * What has the focus when a dialog opens, where that is not its first button or field. To be called by the component
 * that draws the Dialog: Fluent's own choice is made before the effects of that one.
 */
export function useInitialFocus<Target extends HTMLElement>(): RefObject<Target | null> {
  const target = useRef<Target>(null);
  useEffect(() => {
    target.current?.focus();
  }, []);
  return target;
}
