import {
  Button,
  Checkbox,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { copyText } from "../../components/clipboard";
import { ErrorView } from "../../components/ErrorView";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { SaidBar, useSaid } from "../../components/Said";
import { Section, Sections } from "../../components/Sections";
import { useShortcuts } from "../../components/shortcuts";
import { wholeNumberIn } from "../../components/wholeNumberIn";
import { type AppStart, commands, type ScheduleFacts, type ServerView } from "../../ipc";
import { serversQuery, startQuery } from "../shell/data";
import { isFound, isTime, NIGHTLY, type Rhythm, type Schedule, scheduleScript, serverCommands } from "./schedule";

const useStyles = makeStyles({
  fields: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(190px, 1fr))",
    gap: "6px 16px",
    alignItems: "start",
    "& > *": { minWidth: 0 },
    "& .fui-Input, & input, & .fui-Select, & select": { minWidth: 0 },
  },
  checks: { display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: "16px" },
  keep: { width: "120px" },
  script: { width: "100%", margin: "4px 0" },
  code: {
    maxHeight: "none",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
  words: { margin: "0 0 4px", maxWidth: "76ch" },
});

const MOST_ROWS = 20;

/** The archive's folder may be another one than before. */
const factsQuery = queryOptions({ queryKey: ["settings", "schedule"], queryFn: commands.scheduleFacts });

/** The console program does the same unattended; this writes what the system's scheduler has to be told. */
export function SchedulesPage() {
  const start = useQuery(startQuery);
  const servers = useQuery(serversQuery);
  const facts = useQuery(factsQuery);
  const failed = [start, servers, facts].find((query) => query.isError);
  useShortcuts({ F5: () => void facts.refetch() });
  return (
    <Page title="Schedules" subtitle="Backups without anyone at the window" isScrolling>
      {failed !== undefined && <ErrorView error={failed.error} onAgain={() => void failed.refetch()} />}
      {start.data !== undefined && servers.data !== undefined && facts.data !== undefined ? (
        <Schedules start={start.data} servers={servers.data} facts={facts.data} />
      ) : (
        failed === undefined && <Loading label="Reading the settings" />
      )}
    </Page>
  );
}

/** A schedule as it is typed. */
type Form = Omit<Schedule, "keepLast"> & { prunes: boolean; keep: string };

type SchedulesProps = { start: AppStart; servers: readonly ServerView[]; facts: ScheduleFacts };

function Schedules({ start, servers, facts }: SchedulesProps) {
  const [form, setForm] = useState<Form>({ ...NIGHTLY, prunes: false, keep: "30" });
  const schedule = scheduleOf(form);
  const isWindows = start.platform === "windows";
  const meant = servers.filter(({ name }) => form.server === null || name === form.server);
  return (
    <Sections>
      {start.isDemo && (
        <MessageBar intent="info">
          <MessageBarBody>This is the demo: the commands name its own folder, which goes with it.</MessageBarBody>
        </MessageBar>
      )}
      {!isFound(facts) && (
        <MessageBar intent="warning">
          <MessageBarBody>
            The scheduler has to find the program hostkeep by itself: there is none beside this window, or only while
            its AppImage is open. Install Hostkeep's package.
          </MessageBarBody>
        </MessageBar>
      )}
      <Section title="What is done, and when">
        <Choices servers={servers} form={form} onForm={setForm} isWindows={isWindows} />
      </Section>
      <Section title={isWindows ? "Run this in PowerShell" : "Add this to the crontab (crontab -e)"}>
        <Script label="Commands" text={schedule === null ? null : scheduleScript(start.platform, facts, schedule)}>
          {isWindows
            ? "It asks for the password of the user that the tasks run as, and Windows keeps it: without it a task can reach neither the network nor the saved passwords. A start that was missed is made up for. Run again, it replaces the tasks. They see no drive letters of shares: choose such an archive by its \\\\server\\share."
            : "Passwords are read from the keyring of the user whose crontab it is, which is open only while this user is signed in. Where nobody is at that time, keep a server's password in a file that only this user can read, and end the line with --server NAME --password-stdin < FILE."}
        </Script>
      </Section>
      {form.user.trim() !== "" && (
        <Section title={`Save the servers as ${form.user.trim()}`}>
          <Script label="Commands for the other user" text={serverCommands(start.platform, facts, meant)}>
            {`Once, in a PowerShell that runs as this user (runas /user:${form.user.trim()} powershell). Each asks for the server's password, and keeps it where only that user's tasks find it. The user must be able to run ${facts.program} and to write to ${facts.archive}: a Hostkeep or an archive in your own profile is out of its reach. Unless it is an administrator, it needs the right Log on as a batch job (Local Security Policy), too.`}
          </Script>
        </Section>
      )}
      <Section title="How to see that it works">
        <Told>
          Every run is under Activity, and what it saved in the archive.{" "}
          {isWindows ? "The last run result in Task Scheduler" : "The exit code"} is 0 when every host is saved, 3 when
          some failed and the others are saved, 11 when another program writes to the archive, 12 when a password is
          missing or wrong, 13 when a certificate is not the one that was trusted.
        </Told>
      </Section>
    </Sections>
  );
}

type ChoicesProps = {
  servers: readonly ServerView[];
  form: Form;
  isWindows: boolean;
  onForm: (form: Form) => void;
};

function Choices({ servers, form, isWindows, onForm }: ChoicesProps) {
  const styles = useStyles();
  const change = (part: Partial<Form>) => onForm({ ...form, ...part });
  return (
    <>
      <div className={styles.fields}>
        <Field label="Back up">
          <Select
            value={form.server ?? ""}
            onChange={(_, { value }) => change({ server: value === "" ? null : value })}
          >
            <option value="">All hosts</option>
            {servers.map(({ name }) => (
              <option key={name} value={name}>
                Hosts of {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="On">
          <Select value={form.rhythm} onChange={(_, { value }) => change({ rhythm: rhythmOf(value) })}>
            <option value="daily">Every day</option>
            <option value="weekdays">Monday to Friday</option>
            <option value="weekly">Sundays</option>
          </Select>
        </Field>
        <Field label="At" validationMessage={isTime(form.time) ? undefined : "Enter hours and minutes, such as 23:30."}>
          <Input value={form.time} placeholder="23:30" onChange={(_, { value }) => change({ time: value })} />
        </Field>
        {isWindows && (
          <Field label="As user" hint="Empty: you. For a service account: DOMAIN\name.">
            <Input value={form.user} onChange={(_, { value }) => change({ user: value })} />
          </Field>
        )}
      </div>
      <div className={styles.checks}>
        <Checkbox
          label="Prune on Sundays, half a day after the backup, and keep of each host the newest"
          checked={form.prunes}
          onChange={(_, { checked }) => change({ prunes: checked === true })}
        />
        {form.prunes && (
          <Field validationMessage={keepOf(form).problem ?? undefined}>
            <Input
              className={styles.keep}
              aria-label="Bundles to keep"
              inputMode="numeric"
              contentAfter="bundles"
              value={form.keep}
              onChange={(_, { value }) => change({ keep: value })}
            />
          </Field>
        )}
      </div>
      <Checkbox
        label="Verify every bundle on Saturdays, half a day after the backup"
        checked={form.verifies}
        onChange={(_, { checked }) => change({ verifies: checked === true })}
      />
    </>
  );
}

/** `text` is null while what was chosen makes none. */
function Script({ label, text, children }: { label: string; text: string | null; children: ReactNode }) {
  const styles = useStyles();
  const { said, setSaid, attempt } = useSaid();
  return (
    <>
      <Told>{children}</Told>
      {text !== null && (
        <Textarea
          className={styles.script}
          textarea={{ className: styles.code, wrap: "off" }}
          aria-label={label}
          rows={Math.min(text.split("\n").length, MOST_ROWS)}
          readOnly
          value={text}
        />
      )}
      <Button
        size="small"
        icon={<CopyRegular />}
        disabled={text === null}
        onClick={() =>
          attempt(async () => {
            await copyText(text ?? "");
            return "Copied.";
          })
        }
      >
        Copy
      </Button>
      <SaidBar said={said} onDismiss={() => setSaid(null)} />
    </>
  );
}

function Told({ children }: { children: ReactNode }) {
  return <p className={useStyles().words}>{children}</p>;
}

function keepOf(form: Form) {
  return wholeNumberIn(form.keep, 1, 100_000);
}

/** Null where what was typed makes no schedule. */
function scheduleOf(form: Form): Schedule | null {
  const keepLast = form.prunes ? keepOf(form).value : null;
  return isTime(form.time) && (!form.prunes || keepLast !== null) ? { ...form, keepLast } : null;
}

function rhythmOf(value: string): Rhythm {
  return value === "weekdays" || value === "weekly" ? value : "daily";
}
