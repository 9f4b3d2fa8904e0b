import {
  Button,
  Menu,
  MenuButton,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Overflow,
  OverflowItem,
  Toolbar,
  ToolbarDivider,
  useIsOverflowItemVisible,
  useOverflowMenu,
} from "@fluentui/react-components";
import { MoreHorizontalRegular } from "@fluentui/react-icons";
import type { ReactElement } from "react";
import { useStore } from "zustand";
import { systemDialog } from "../ipc";
import { useFocusKeptWithin } from "./focus";

/** Something that can be done to the selection: the same in the toolbar, the context menu and by its key. */
export type Command = {
  id: string;
  label: string;
  /** What a toolbar has room for: how the label begins. */
  short?: string;
  icon?: ReactElement;
  /** Shown in menus; the page binds it. */
  shortcut?: string;
  disabled?: boolean;
  /** It is being done: it cannot be done again, and keeps the focus. */
  isBusy?: boolean;
  isPrimary?: boolean;
  /** One of the system's, of which there is one at a time. */
  opensDialog?: boolean;
  run: () => void;
};
/** Commands that differ in little, behind one button. */
export type CommandGroup = {
  id: string;
  label: string;
  icon?: ReactElement;
  disabled?: boolean;
  items: readonly Command[];
};
export type Commands = readonly (Command | CommandGroup | "divider")[];

const GAP = 4;
const MENU_WIDTH = 40;
const DIVIDER_WIDTH = 26;

const useStyles = makeStyles({
  bar: {
    display: "flex",
    flexGrow: 1,
    flexWrap: "nowrap",
    minWidth: 0,
    overflow: "hidden",
    padding: 0,
    columnGap: `${GAP}px`,
  },
  button: { flexShrink: 0, whiteSpace: "nowrap" },
});

/** The commands of a page as a toolbar; what finds no room moves into a menu. */
export function CommandBar({ commands, label }: { commands: Commands; label: string }) {
  const styles = useStyles();
  const focus = useFocusKeptWithin();
  const isDialogOpen = useStore(systemDialog, (dialog) => dialog.isOpen);
  return (
    <Overflow padding={spareWidth(commands)} minimumVisible={1}>
      <Toolbar size="small" aria-label={label} className={styles.bar} {...focus}>
        {keyed(commands).map(({ key, command }) =>
          command === "divider" ? (
            <ToolbarDivider key={key} />
          ) : "items" in command ? (
            <OverflowItem key={key} id={key}>
              <div className={styles.button}>
                <GroupButton group={command} />
              </div>
            </OverflowItem>
          ) : (
            <OverflowItem key={key} id={key} priority={command.isPrimary === true ? 1 : 0}>
              <Button
                size="small"
                className={styles.button}
                appearance={command.isPrimary === true ? "primary" : "subtle"}
                icon={command.icon}
                disabled={command.disabled}
                disabledFocusable={command.isBusy || (command.opensDialog === true && isDialogOpen)}
                onClick={command.run}
                {...(command.short === undefined ? {} : { "aria-label": command.label, title: command.label })}
              >
                {command.short ?? command.label}
              </Button>
            </OverflowItem>
          ),
        )}
        <MoreCommands commands={commands} />
      </Toolbar>
    </Overflow>
  );
}

/** The commands as the items of a menu. */
export function CommandItems({ commands }: { commands: Commands }) {
  return (
    <MenuList>
      {keyed(commands).map(({ key, command }) =>
        command === "divider" ? <MenuDivider key={key} /> : <CommandItem key={key} command={command} />,
      )}
    </MenuList>
  );
}

function GroupButton({ group }: { group: CommandGroup }) {
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton size="small" appearance="subtle" icon={group.icon} disabled={group.disabled}>
          {group.label}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <CommandItems commands={group.items} />
      </MenuPopover>
    </Menu>
  );
}

function CommandItem({ command }: { command: Command | CommandGroup }) {
  if ("items" in command) {
    return (
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <MenuItem icon={command.icon} disabled={command.disabled}>
            {command.label}
          </MenuItem>
        </MenuTrigger>
        <MenuPopover>
          <CommandItems commands={command.items} />
        </MenuPopover>
      </Menu>
    );
  }
  return (
    <MenuItem
      icon={command.icon}
      secondaryContent={command.shortcut}
      disabled={command.disabled || command.isBusy}
      onClick={command.run}
    >
      {command.label}
    </MenuItem>
  );
}

function MoreCommands({ commands }: { commands: Commands }) {
  const { ref, isOverflowing } = useOverflowMenu<HTMLButtonElement>();
  if (!isOverflowing) {
    return null;
  }
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          ref={ref}
          size="small"
          appearance="subtle"
          icon={<MoreHorizontalRegular />}
          aria-label="More commands"
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {commands.map((command) => command !== "divider" && <OverflownItem key={command.id} command={command} />)}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function OverflownItem({ command }: { command: Command | CommandGroup }) {
  const isVisible = useIsOverflowItemVisible(command.id);
  return isVisible ? null : <CommandItem command={command} />;
}

/** What the buttons cannot have: the overflow counts neither gaps nor dividers nor its own menu. */
function spareWidth(commands: Commands): number {
  const dividers = commands.filter((command) => command === "divider").length;
  return MENU_WIDTH + dividers * DIVIDER_WIDTH + commands.length * GAP;
}

function keyed(commands: Commands) {
  return commands.map((command, index) => ({
    key: command === "divider" ? `divider-${index}` : command.id,
    command,
  }));
}
