import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { RestoreChoices, VsanChoice } from "../../ipc";
import { Card } from "./Card";
import { choiceWords, MINUTES, minutesOf } from "./choices";
import { useRestoreStyles } from "./styles";

type ChoicesPartProps = { choices: RestoreChoices; onChoices: (choices: RestoreChoices) => void };

/** How it is restored: good as it is, and folded away. */
export function ChoicesPart({ choices, onChoices }: ChoicesPartProps) {
  const styles = useRestoreStyles();
  const [isOpen, setOpen] = useState(false);
  const change = (part: Partial<RestoreChoices>) => onChoices({ ...choices, ...part });
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
      {!isOpen && <span className={styles.quiet}>{choiceWords(choices)}</span>}
      {!choices.safetyBackup && (
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
              checked={choices.safetyBackup}
              onChange={(_, { checked }) => change({ safetyBackup: checked === true })}
            />
            <Checkbox
              label="Leave maintenance mode at the end"
              checked={choices.leaveMaintenanceMode}
              onChange={(_, { checked }) => change({ leaveMaintenanceMode: checked === true })}
            />
            <Checkbox
              label="Have the vCenter connect the host again if it loses it"
              checked={choices.reconnect}
              onChange={(_, { checked }) => change({ reconnect: checked === true })}
            />
            <Checkbox
              label="Also move powered-off virtual machines away (DRS)"
              checked={choices.evacuatePoweredOff}
              onChange={(_, { checked }) => change({ evacuatePoweredOff: checked === true })}
            />
            <Checkbox
              label="Force: another hardware or build"
              checked={choices.force}
              onChange={(_, { checked }) => change({ force: checked === true })}
            />
          </div>
          <div>
            <Minutes
              label="Minutes to enter maintenance mode"
              seconds={choices.maintenanceTimeoutSeconds}
              onSeconds={(maintenanceTimeoutSeconds) => change({ maintenanceTimeoutSeconds })}
            />
            <Minutes
              label="Minutes to come back"
              seconds={choices.returnWithinSeconds}
              onSeconds={(returnWithinSeconds) => change({ returnWithinSeconds })}
            />
            <Field label="vSAN data">
              <Select value={choices.vsan} onChange={(_, { value }) => change({ vsan: vsanOf(value) })}>
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

type MinutesProps = { label: string; seconds: number; onSeconds: (seconds: number) => void };

function Minutes({ label, seconds, onSeconds }: MinutesProps) {
  const [typed, setTyped] = useState(String(seconds / 60));
  const isUsable = minutesOf(typed) !== null;
  return (
    <Field
      label={label}
      validationState={isUsable ? "none" : "error"}
      validationMessage={isUsable ? undefined : `${MINUTES.least} to ${MINUTES.most}`}
    >
      <Input
        value={typed}
        inputMode="numeric"
        onChange={(_, { value }) => {
          setTyped(value);
          const minutes = minutesOf(value);
          minutes !== null && onSeconds(minutes * 60);
        }}
      />
    </Field>
  );
}

function vsanOf(value: string): VsanChoice {
  return value === "evacuateAllData" || value === "noAction" ? value : "ensureAccessibility";
}
