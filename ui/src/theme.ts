import { type Theme, teamsHighContrastTheme, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { useSyncExternalStore } from "react";
import type { Theme as ThemeSetting } from "./ipc";

export type ThemeName = "light" | "dark" | "highContrast";

/** Fluent's themes, denser: this is a console to work in all day. */
const DENSE: Partial<Theme> = {
  fontFamilyBase: "'Segoe UI', 'Open Sans', 'Noto Sans', system-ui, sans-serif",
  fontSizeBase300: "13px",
  lineHeightBase300: "18px",
};

/** A further token: the colour of marks on a highlighted ground, where it is not their own. See components/highlight.ts. */
type OurTheme = Theme & { markOnHighlight?: string };

const THEMES: Record<ThemeName, OurTheme> = {
  light: { ...webLightTheme, ...DENSE },
  dark: { ...webDarkTheme, ...DENSE },
  highContrast: {
    ...teamsHighContrastTheme,
    ...DENSE,
    markOnHighlight: teamsHighContrastTheme.colorNeutralForeground1Selected,
  },
};

/** The theme of the setting; "system" follows the system's, while the window stands open too. */
export function useTheme(setting: ThemeSetting): { theme: Theme; name: ThemeName } {
  const isDark = useMedia("(prefers-color-scheme: dark)");
  const wantsContrast = useMedia("(prefers-contrast: more)");
  // Where the system forces its own colours, the web view puts them over any theme.
  const isForced = useMedia("(forced-colors: active)");
  const ofSystem = wantsContrast && !isForced ? "highContrast" : isDark ? "dark" : "light";
  const name = setting === "system" ? ofSystem : setting;
  return { theme: THEMES[name], name };
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
