import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { VsanChoice } from "../../ipc";
import { Card } from "./Card";
import { choicesOf, choiceWords, type DraftChoices, MINUTES_WRONG, minutesIn } from "./choices";
import { useRestoreStyles } from "./styles";

type ChoicesPartProps = { draft: DraftChoices; onDraft: (draft: DraftChoices) => void };

/** How it is restored: good as it is, and folded away. */
export function ChoicesPart({ draft, onDraft }: ChoicesPartProps) {
  const styles = useRestoreStyles();
  const [isOpen, setOpen] = useState(false);
  const change = (part: Partial<DraftChoices>) => onDraft({ ...draft, ...part });
  const choices = choicesOf(draft);
  return (
    <Card
      title="Options"
      aside={
        <Button
          size="small"
          appearance="subtle"
          icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Hide the options" : "Change the options"}
        </Button>
      }
    >
      {!isOpen && <span className={styles.quiet}>{choices === null ? MINUTES_WRONG : choiceWords(choices)}</span>}
      {!draft.safetyBackup && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            Without a safety backup there is no way back: what the host has now is lost with the restore.
          </MessageBarBody>
        </MessageBar>
      )}
      {isOpen && (
        <div className={styles.columns}>
          <div>
            <Checkbox
              label="Back up the host first (safety backup)"
              checked={draft.safetyBackup}
              onChange={(_, { checked }) => change({ safetyBackup: checked === true })}
            />
            <Checkbox
              label="Leave maintenance mode at the end"
              checked={draft.leaveMaintenanceMode}
              onChange={(_, { checked }) => change({ leaveMaintenanceMode: checked === true })}
            />
            <Checkbox
              label="Have the vCenter connect the host again if it loses it"
              checked={draft.reconnect}
              onChange={(_, { checked }) => change({ reconnect: checked === true })}
            />
            <Checkbox
              label="Also move powered-off virtual machines away (DRS)"
              checked={draft.evacuatePoweredOff}
              onChange={(_, { checked }) => change({ evacuatePoweredOff: checked === true })}
            />
            <Checkbox
              label="Force: another hardware or build"
              checked={draft.force}
              onChange={(_, { checked }) => change({ force: checked === true })}
            />
          </div>
          <div>
            <Minutes
              label="Minutes to enter maintenance mode"
              typed={draft.maintenanceMinutes}
              onTyped={(maintenanceMinutes) => change({ maintenanceMinutes })}
            />
            <Minutes
              label="Minutes to come back"
              typed={draft.returnMinutes}
              onTyped={(returnMinutes) => change({ returnMinutes })}
            />
            <Field label="vSAN data">
              <Select value={draft.vsan} onChange={(_, { value }) => change({ vsan: vsanOf(value) })}>
                <option value="ensureAccessibility">Ensure accessibility</option>
                <option value="evacuateAllData">Full data migration</option>
                <option value="noAction">No data migration</option>
              </Select>
            </Field>
          </div>
        </div>
      )}
    </Card>
  );
}

function Minutes({ label, typed, onTyped }: { label: string; typed: string; onTyped: (typed: string) => void }) {
  return (
    <Field label={label} validationMessage={minutesIn(typed).problem ?? undefined}>
      <Input value={typed} inputMode="numeric" onChange={(_, { value }) => onTyped(value)} />
    </Field>
  );
}

function vsanOf(value: string): VsanChoice {
  return value === "evacuateAllData" || value === "noAction" ? value : "ensureAccessibility";
}
