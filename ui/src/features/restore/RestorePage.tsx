import { Button, MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { ClipboardTaskListLtrRegular } from "@fluentui/react-icons";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { ErrorView } from "../../components/ErrorView";
import { Loading } from "../../components/Loading";
import { Page } from "../../components/Page";
import { type BundleChoice, commands, errorReport, type HostRow, type HostUser, type RestorePlanView } from "../../ipc";
import { bundleChoice } from "../bundles/search";
import { hostsQuery } from "../shell/data";
import { BundlePart } from "./BundlePart";
import { ChoicesPart } from "./ChoicesPart";
import { ConfirmPart } from "./ConfirmPart";
import { choicesOf, draftOf, MINUTES_WRONG } from "./choices";
import { recordsOf } from "./data";
import { HostPart } from "./HostPart";
import { PlanPart } from "./PlanPart";
import { checksWith, DEFAULT_CHOICES, planText } from "./plan";
import { type RestoreSearch, restoreSearch } from "./search";
import { useRestoreStyles } from "./styles";
import { endPlanning, usePlanning } from "./usePlanning";

const route = getRouteApi("/restore");

/** Reads a bundle through; the shell proves it sound before anything else. */
function bundleQuery(choice: BundleChoice | null) {
  return queryOptions({
    queryKey: ["bundle", choice],
    queryFn: () =>
      choice === null ? Promise.reject(new Error("no bundle is chosen")) : commands.describeBundle(choice),
    enabled: choice !== null,
  });
}

/** Which bundle to which host, what would happen, and the consent to it. Nothing is done before the last button. */
export function RestorePage(): ReactNode {
  // The router hands on what no route has asked for.
  const search = restoreSearch(route.useSearch());
  const { file } = search;
  const styles = useRestoreStyles();
  const navigate = useNavigate();
  const hosts = useQuery(hostsQuery);
  const all = hosts.data?.hosts ?? NO_HOSTS;
  const named = all.find((one) => one.key === search.host);
  const proposed = useProposedRecord(named);
  const record = search.record ?? (file === undefined ? proposed : undefined);
  const choice = useMemo<BundleChoice | null>(() => bundleChoice(record, file), [record, file]);
  const bundle = useQuery(bundleQuery(choice));
  const [draft, setDraft] = useState(() => draftOf(DEFAULT_CHOICES));
  const choices = choicesOf(draft);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = (next: RestoreSearch) => void navigate({ to: "/restore", search: next, replace: true });

  const fitting = all.find((one) => one.key === bundle.data?.fits[0]);
  const host = search.host === undefined ? fitting : named;
  const { about, planning, look: makePlan } = usePlanning(choice, host, choices);
  const isLooking = planning.kind === "looking";
  // What was consented to and has not begun ends with the page, and as soon as it is about something else. One that has begun
  // is not ended by this.
  // biome-ignore lint/correctness/useExhaustiveDependencies: that it is about something else is the cause
  useEffect(() => (isStarting ? endPlanning : undefined), [isStarting, about]);
  const lookButton = useRef<HTMLButtonElement>(null);
  const look = (before: RestorePlanView | null) => {
    setTicked(new Set());
    setError(null);
    return makePlan(before);
  };
  const restore = async (plan: RestorePlanView, typed: string, hostUser: HostUser | null) => {
    setStarting(true);
    setError(null);
    try {
      const accepted = [...ticked];
      const { id } = await commands.startRestore({
        plan: plan.plan,
        digest: plan.digest,
        hostName: typed,
        accepted,
        hostUser,
      });
      await navigate({ to: "/restores/$id", params: { id } });
    } catch (thrown) {
      if (NO_LONGER_HOLDS.has(errorReport(thrown).code)) {
        await look(plan);
      } else if (errorReport(thrown).code !== "cancelled") {
        setError(thrown);
      }
    } finally {
      setStarting(false);
    }
  };

  if (hosts.isPending) {
    return (
      <Page title="Restore">
        <Loading label="Reading what is known of the hosts" />
      </Page>
    );
  }
  const isReady = choice !== null && bundle.data !== undefined && host !== undefined && choices !== null;
  return (
    <Page
      title={host === undefined ? "Restore a bundle" : `Restore ${host.host.name}`}
      subtitle="Nothing is changed before the last button of this page."
      isScrolling
    >
      <div className={styles.column}>
        {hosts.isError && <ErrorView error={hosts.error} />}
        <BundlePart
          choice={choice}
          bundle={bundle.data}
          host={host}
          isReading={choice !== null && bundle.isPending}
          error={bundle.error}
          onAgain={() => void bundle.refetch()}
          identity={named?.identity ?? null}
          record={record}
          onRecord={(id) => go({ ...search, file: undefined, record: id })}
          onFile={(next) => go({ ...search, record: undefined, file: next })}
          onError={setError}
        />
        <HostPart hosts={all} bundle={bundle.data} host={host} onHost={(key) => go({ ...search, host: key })} />
        <ChoicesPart draft={draft} onDraft={setDraft} />
        {planning.kind !== "made" && (
          <div className={styles.row}>
            <Button
              ref={lookButton}
              appearance="primary"
              icon={<ClipboardTaskListLtrRegular />}
              disabled={!isReady}
              disabledFocusable={isLooking}
              onClick={() => void look(null)}
            >
              Look at the plan
            </Button>
            {isLooking ? (
              <>
                <Button
                  onClick={() => {
                    // This one goes as soon as nothing is looked at any more.
                    lookButton.current?.focus();
                    commands.cancelRestorePlan().catch(setError);
                  }}
                >
                  Cancel
                </Button>
                <span className={styles.quiet} role="status">
                  Signing in and looking at the host
                </span>
              </>
            ) : (
              <span className={styles.quiet} role="status">
                {choices === null ? MINUTES_WRONG : "Signs in and looks at everything. Nothing is changed."}
              </span>
            )}
          </div>
        )}
        {planning.kind === "failed" && errorReport(planning.error).code !== "cancelled" && (
          <ErrorView error={planning.error} />
        )}
        {planning.kind === "made" && (
          <>
            {planning.changes !== null && <Changed changes={planning.changes} />}
            <PlanPart
              key={planning.plan.plan}
              plan={planning.plan}
              text={planText(planning.plan, planning.plan.host.server, record ?? bundle.data?.name ?? "")}
              ticked={ticked}
              onTick={(code, isTicked) => {
                const next = new Set(ticked);
                isTicked ? next.add(code) : next.delete(code);
                setTicked(next);
              }}
              onError={setError}
            />
            <div className={styles.row}>
              <Button disabledFocusable={isStarting} onClick={() => void look(planning.plan)}>
                Look again
              </Button>
            </div>
            {checksWith(planning.plan, "blocker").length === 0 && (
              <ConfirmPart
                plan={planning.plan}
                ticked={ticked}
                wantsOwnUser={search.own === true || checksWith(planning.plan, "warning").some(isLockdown)}
                isBusy={isStarting}
                onRestore={(typed, own) => void restore(planning.plan, typed, own)}
              />
            )}
          </>
        )}
        {error !== null && <ErrorView error={error} />}
      </div>
    </Page>
  );
}

const NO_HOSTS: readonly HostRow[] = [];
/** The shell refuses these before anything is begun: the plan is looked at again, and what has changed is shown. */
const NO_LONGER_HOLDS: ReadonlySet<string> = new Set(["restore_plan_changed", "restore_blocked", "restore_under_way"]);

function isLockdown(check: { code: string }): boolean {
  return check.code === "lockdown";
}

/** Of a host that is named, the newest bundle that is not known to be damaged; it stays when newer ones come. */
function useProposedRecord(host: HostRow | undefined): string | undefined {
  const identity = host?.identity ?? null;
  const records = useQuery(recordsOf(identity));
  const newest = records.data?.records.find((one) => one.verified?.good !== false)?.id;
  const [proposed, setProposed] = useState<{ identity: string; record: string }>();
  if (identity !== null && newest !== undefined && identity !== proposed?.identity) {
    setProposed({ identity, record: newest });
  }
  return proposed?.identity === identity ? proposed?.record : undefined;
}

function Changed({ changes }: { changes: readonly string[] }) {
  const styles = useRestoreStyles();
  return (
    <MessageBar intent={changes.length === 0 ? "info" : "warning"} layout="multiline" politeness="assertive">
      <MessageBarBody>
        <MessageBarTitle>
          {changes.length === 0
            ? "The plan is the same as before."
            : "The plan has changed since it was shown. Nothing was changed on the host."}
        </MessageBarTitle>
        <ul className={styles.bullets}>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      </MessageBarBody>
    </MessageBar>
  );
}
