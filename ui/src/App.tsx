import {
  FluentProvider,
  makeStaticStyles,
  makeStyles,
  PortalMountNodeProvider,
  tokens,
} from "@fluentui/react-components";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { CatchBoundary, RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ErrorView } from "./components/ErrorView";
import { keep, kept } from "./components/kept";
import { queryClient, settingsQuery, startQuery, watchQuery } from "./features/shell/data";
import { PageError } from "./features/shell/PageError";
import type { Theme as ThemeSetting } from "./ipc";
import { router } from "./routes";
import { useTheme } from "./theme";

const useStaticStyles = makeStaticStyles({
  "html, body, #root": { height: "100%", margin: 0, overflow: "hidden" },
});

const useStyles = makeStyles({
  // Not on the provider itself, whose class its portals get as well.
  window: { position: "fixed", inset: 0, backgroundColor: tokens.colorNeutralBackground2 },
  problem: { padding: tokens.spacingHorizontalXXL },
});

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <Themed />
    </QueryClientProvider>
  );
}

function Themed() {
  useStaticStyles();
  const styles = useStyles();
  const start = useQuery(startQuery);
  const watching = useQuery(watchQuery);
  const problem = start.error ?? watching.error;
  const settings = useQuery({ ...settingsQuery, initialData: () => start.data?.settings, enabled: start.isSuccess });
  const { theme, name } = useTheme(settings.data?.theme ?? rememberedTheme());
  const setting = settings.data?.theme;
  useEffect(() => {
    // Scroll bars and form controls of the web view itself follow.
    document.documentElement.style.colorScheme = name === "light" ? "light" : "dark";
    document.documentElement.dataset.theme = name;
  }, [name]);
  useEffect(() => {
    if (setting !== undefined) {
      keep("theme", setting);
    }
  }, [setting]);
  const [overlays, setOverlays] = useState<HTMLElement | null>(null);
  return (
    <FluentProvider theme={theme}>
      <PortalMountNodeProvider value={overlays ?? undefined}>
        <div className={styles.window}>
          <CatchBoundary getResetKey={() => "app"} errorComponent={PageError}>
            {problem !== null ? (
              <div className={styles.problem}>
                <ErrorView error={problem} />
              </div>
            ) : start.isSuccess ? (
              <RouterProvider router={router} />
            ) : null}
          </CatchBoundary>
        </div>
      </PortalMountNodeProvider>
      {/* A landmark for what is drawn over the page: whatever is on the screen is found in one. */}
      <section ref={setOverlays} aria-label="Menus and dialogs" />
    </FluentProvider>
  );
}

/** The theme of the last start, so that the first frame does not flash in another one. */
function rememberedTheme(): ThemeSetting {
  const theme = kept("theme");
  return theme === "light" || theme === "dark" || theme === "highContrast" ? theme : "system";
}
