import { Button, makeStyles, mergeClasses } from "@fluentui/react-components";
import { ClipboardTextLtrRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { copyText } from "../../components/clipboard";
import { ErrorView } from "../../components/ErrorView";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { SaidBar, useSaid } from "../../components/Said";
import { Section, Sections } from "../../components/Sections";
import { useShortcuts } from "../../components/shortcuts";
import { type AppStart, commands, type SettingsView } from "../../ipc";
import { ServerList } from "../servers/ServerList";
import { settingsQuery, startQuery } from "../shell/data";
import { ArchiveSetting } from "./ArchiveSetting";
import { FolderSetting } from "./FolderSetting";
import { NumberSetting } from "./NumberSetting";
import { useSettingsStyles } from "./styles";
import { ThemeSetting } from "./ThemeSetting";

const useStyles = makeStyles({
  known: { display: "grid" },
  button: { marginTop: "4px" },
});

/** Most of a day: the core takes no more. */
const MOST_SECONDS = 24 * 60 * 60;
const MOST_STALE_DAYS = 3650;
const HTTPS = 443;

/** All that can be set. Each change is in force at once. */
export function SettingsPage(): ReactNode {
  const settings = useQuery(settingsQuery);
  const start = useQuery(startQuery);
  useShortcuts({ F5: () => void settings.refetch() });
  return (
    <Page title="Settings" isScrolling>
      {settings.isError && <ErrorView error={settings.error} onAgain={() => void settings.refetch()} />}
      {settings.data !== undefined && start.data !== undefined ? (
        <AllSettings settings={settings.data} start={start.data} />
      ) : (
        !settings.isError && <Loading label="Reading the settings" />
      )}
    </Page>
  );
}

function AllSettings({ settings, start }: { settings: SettingsView; start: AppStart }) {
  const styles = useStyles();
  const { timeouts } = settings;
  const { said, setSaid, attempt } = useSaid();
  return (
    <Sections>
      <SaidBar said={said} onDismiss={() => setSaid(null)} />
      <Section title="Servers">
        <ServerList />
      </Section>
      <Section title="Archive">
        <ArchiveSetting settings={settings} isDemo={start.isDemo} />
      </Section>
      <Section title="Backing up">
        <NumberSetting
          label="Hosts at once"
          hint={`How many hosts are backed up at the same time, at most ${settings.maxConcurrency}.`}
          unit="hosts"
          value={settings.concurrency}
          least={1}
          most={settings.maxConcurrency}
          change={(concurrency) => ({ concurrency })}
        />
        <NumberSetting
          label="HTTPS port of hosts"
          hint="Bundles are downloaded from the hosts themselves. Change it only where hosts listen elsewhere than on 443."
          value={settings.hostPort ?? HTTPS}
          least={1}
          most={65_535}
          change={(port) => ({ hostPort: port === HTTPS ? 0 : port })}
        />
        <NumberSetting
          label="Stale after"
          hint="A host whose last good bundle is older is shown as stale."
          unit="days"
          value={settings.staleAfterDays}
          least={1}
          most={MOST_STALE_DAYS}
          change={(staleAfterDays) => ({ staleAfterDays })}
        />
      </Section>
      <Section title="Timeouts">
        <NumberSetting
          label="Connecting"
          hint="How long a server or host may take to accept a connection."
          unit="seconds"
          value={timeouts.connectSeconds}
          least={1}
          most={MOST_SECONDS}
          change={(connectSeconds) => ({ timeouts: { ...timeouts, connectSeconds } })}
        />
        <NumberSetting
          label="Silence"
          hint="How long nothing at all may arrive while something is expected."
          unit="seconds"
          value={timeouts.idleSeconds}
          least={1}
          most={MOST_SECONDS}
          change={(idleSeconds) => ({ timeouts: { ...timeouts, idleSeconds } })}
        />
        <NumberSetting
          label="A call"
          hint="How long a server may take for a whole answer; packing a host's configuration is one."
          unit="seconds"
          value={timeouts.callSeconds}
          least={1}
          most={MOST_SECONDS}
          change={(callSeconds) => ({ timeouts: { ...timeouts, callSeconds } })}
        />
        <NumberSetting
          label="A transfer"
          hint="How long the download of a whole bundle may take."
          unit="seconds"
          value={timeouts.transferSeconds}
          least={1}
          most={MOST_SECONDS}
          change={(transferSeconds) => ({ timeouts: { ...timeouts, transferSeconds } })}
        />
      </Section>
      <Section title="Appearance">
        <ThemeSetting theme={settings.theme} />
      </Section>
      <Section title="Logs and files">
        <FolderSetting label="Logs" path={settings.logs} folder="logs" />
        <FolderSetting
          label="Settings"
          path={settings.settingsFile}
          folder="settings"
          hint="Passwords are not in it: they are in the system's keyring."
        />
      </Section>
      <Section title="About">
        <Row label="Version">Hostkeep {start.version}</Row>
        <Row label="License">Apache License 2.0 or MIT License, at your option</Row>
        <Button
          size="small"
          className={styles.button}
          icon={<ClipboardTextLtrRegular />}
          onClick={() =>
            attempt(async () => {
              await copyText(await commands.diagnostics());
              return "Diagnostic information is on the clipboard. There are no passwords in it.";
            })
          }
        >
          Copy diagnostic information
        </Button>
      </Section>
    </Sections>
  );
}

/** Something to know rather than to set. */
function Row({ label, children }: { label: string; children: ReactNode }) {
  const styles = useStyles();
  const shared = useSettingsStyles();
  return (
    <div className={mergeClasses(styles.known, shared.field)}>
      <span>{label}</span>
      <span className={shared.path}>{children}</span>
    </div>
  );
}
