import { type Theme, teamsHighContrastTheme, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { useSyncExternalStore } from "react";
import type { Theme as ThemeSetting } from "./ipc";

/** Fluent's themes, denser: this is a console to work in all day. */
const DENSE: Partial<Theme> = {
  fontFamilyBase: "'Segoe UI', 'Open Sans', 'Noto Sans', system-ui, sans-serif",
  fontSizeBase300: "13px",
  lineHeightBase300: "18px",
};

const THEMES: Record<"light" | "dark" | "highContrast", Theme> = {
  light: { ...webLightTheme, ...DENSE },
  dark: { ...webDarkTheme, ...DENSE },
  highContrast: { ...teamsHighContrastTheme, ...DENSE },
};

/** The theme of the setting; "system" follows the system's, while the window stands open too. */
export function useTheme(setting: ThemeSetting): { theme: Theme; scheme: "light" | "dark" } {
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const wantsContrast = useMedia("(prefers-contrast: more)");
  // Where the system forces its own colours, the web view puts them over any theme.
  const isForced = useMedia("(forced-colors: active)");
  const ofSystem = wantsContrast && !isForced ? "highContrast" : isDark ? "dark" : "light";
  const name = setting === "system" ? ofSystem : setting;
  return { theme: THEMES[name], scheme: name === "light" ? "light" : "dark" };
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", onChange);
      return () => list.removeEventListener("change", onChange);
    },
    () => window.matchMedia(query).matches,
  );
}
