import { Field, makeStyles, mergeClasses, Radio, RadioGroup } from "@fluentui/react-components";
import { ErrorView } from "../../components/ErrorView";
import type { Theme } from "../../ipc";
import { useSettingsStyles } from "./styles";
import { useSetting } from "./useSetting";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
  ["highContrast", "High contrast"],
];

const useStyles = makeStyles({
  // A radio has room around it: its circle stands where other controls begin.
  radios: { marginLeft: "-8px", marginTop: "-4px" },
});

export function ThemeSetting({ theme }: { theme: Theme }) {
  const styles = useStyles();
  const shared = useSettingsStyles();
  const { state, apply } = useSetting();
  return (
    <>
      <Field
        className={shared.field}
        size="small"
        orientation="horizontal"
        label="Theme"
        validationState={state.kind === "refused" ? "error" : "none"}
      >
        <RadioGroup
          className={mergeClasses(shared.row, styles.radios)}
          layout="horizontal"
          value={theme}
          onChange={(_, { value }) => {
            const chosen = THEMES.find(([one]) => one === value)?.[0];
            chosen !== undefined && void apply({ theme: chosen });
          }}
        >
          {THEMES.map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </RadioGroup>
      </Field>
      {state.kind === "refused" && <ErrorView error={state.error} />}
    </>
  );
}
