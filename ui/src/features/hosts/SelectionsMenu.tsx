import {
  Button,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { BookmarkRegular, DeleteRegular, SaveRegular, TextBulletListRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { ErrorView } from "../../components/ErrorView";
import { Modal } from "../../components/Modal";
import { useSending } from "../../components/useSending";
import { plural } from "../../components/words";
import { commands, type HostMatch, type HostRow, type SavedSelection } from "../../ipc";
import { settingsQuery } from "../shell/data";
import { HostListDialog } from "./HostListDialog";

type Shown =
  | { kind: "list" }
  | { kind: "save" }
  | { kind: "remove"; name: string }
  | { kind: "partial"; name: string; match: HostMatch };

type SelectionsMenuProps = {
  chosen: readonly HostRow[];
  onSelect: (keys: readonly string[]) => void;
  onError: (error: unknown) => void;
};

/** Hosts by name: a pasted list, a file, and selections that were saved. */
export function SelectionsMenu({ chosen, onSelect, onError }: SelectionsMenuProps) {
  const settings = useQuery(settingsQuery);
  const [shown, setShown] = useState<Shown | null>(null);
  const selections = settings.data?.selections ?? [];
  const apply = async (selection: SavedSelection) => {
    try {
      const match = await commands.matchHosts(selection.hosts.join("\n"));
      match.unknown.length === 0 ? onSelect(match.matched) : setShown({ kind: "partial", name: selection.name, match });
    } catch (error) {
      onError(error);
    }
  };
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button size="small" appearance="subtle" icon={<BookmarkRegular />}>
            Selections
          </Button>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem icon={<TextBulletListRegular />} onClick={() => setShown({ kind: "list" })}>
              From a list of names
            </MenuItem>
            <MenuItem icon={<SaveRegular />} disabled={chosen.length === 0} onClick={() => setShown({ kind: "save" })}>
              Save the selection
            </MenuItem>
            {selections.length > 0 && (
              <>
                <MenuDivider />
                <MenuGroup>
                  <MenuGroupHeader>Saved selections</MenuGroupHeader>
                  {selections.map((selection) => (
                    <MenuItem
                      key={selection.name}
                      secondaryContent={plural(selection.hosts.length, "host")}
                      onClick={() => void apply(selection)}
                    >
                      {selection.name}
                    </MenuItem>
                  ))}
                </MenuGroup>
                <MenuDivider />
                <Menu>
                  <MenuTrigger disableButtonEnhancement>
                    <MenuItem icon={<DeleteRegular />}>Remove a saved selection</MenuItem>
                  </MenuTrigger>
                  <MenuPopover>
                    <MenuList>
                      {selections.map(({ name }) => (
                        <MenuItem key={name} onClick={() => setShown({ kind: "remove", name })}>
                          {name}
                        </MenuItem>
                      ))}
                    </MenuList>
                  </MenuPopover>
                </Menu>
              </>
            )}
          </MenuList>
        </MenuPopover>
      </Menu>
      {shown?.kind === "list" && <HostListDialog onSelect={onSelect} onClose={() => setShown(null)} />}
      {shown?.kind === "partial" && (
        <HostListDialog
          initial={{ title: `Selection ${shown.name}`, match: shown.match }}
          onSelect={onSelect}
          onClose={() => setShown(null)}
        />
      )}
      {shown?.kind === "save" && (
        <SaveDialog chosen={chosen} taken={selections.map(({ name }) => name)} onClose={() => setShown(null)} />
      )}
      {shown?.kind === "remove" && (
        <ConfirmDialog
          title={`Remove the selection ${shown.name}?`}
          confirm="Remove"
          onConfirm={async () => {
            await commands.removeSelection(shown.name);
          }}
          onClose={() => setShown(null)}
        >
          <p>The hosts in it stay as they are.</p>
        </ConfirmDialog>
      )}
    </>
  );
}

type SaveDialogProps = { chosen: readonly HostRow[]; taken: readonly string[]; onClose: () => void };

function SaveDialog({ chosen, taken, onClose }: SaveDialogProps) {
  const [name, setName] = useState("");
  const { isBusy, error, send } = useSending();
  const trimmed = name.trim();
  const replaced = taken.find((other) => other.toLowerCase() === trimmed.toLowerCase());
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (trimmed === "") {
      return;
    }
    void send(async () => {
      await commands.saveSelection(
        trimmed,
        chosen.map((row) => row.host.name),
      );
      onClose();
    });
  };
  return (
    <Modal onClose={onClose}>
      <form onSubmit={save}>
        <DialogBody>
          <DialogTitle>Save the selection of {plural(chosen.length, "host")}</DialogTitle>
          <DialogContent>
            {error !== null && <ErrorView error={error} />}
            <Field
              label="Name"
              required
              validationState={replaced === undefined ? "none" : "warning"}
              validationMessage={replaced === undefined ? undefined : `Replaces the selection ${replaced}.`}
            >
              <Input
                autoFocus
                value={name}
                maxLength={64}
                readOnly={isBusy}
                autoComplete="off"
                onChange={(_, { value }) => setName(value)}
              />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button type="submit" appearance="primary" disabled={trimmed === ""} disabledFocusable={isBusy}>
              {replaced === undefined ? "Save" : "Replace"}
            </Button>
            <Button onClick={onClose}>Cancel</Button>
          </DialogActions>
        </DialogBody>
      </form>
    </Modal>
  );
}
