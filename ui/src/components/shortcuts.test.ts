import { expect, test } from "vitest";
import { shortcutOf } from "./shortcuts";

const pressed = (key: string, code: string, held: Partial<KeyboardEvent> = {}) =>
  shortcutOf({ key, code, ctrlKey: true, altKey: false, shiftKey: false, ...held } as KeyboardEvent);

test("a letter is the one of its key where the keyboard writes in other letters", () => {
  expect(pressed("а", "KeyF")).toBe("Ctrl+F");
  expect(pressed("φ", "KeyF")).toBe("Ctrl+F");
  expect(pressed("К", "KeyR", { shiftKey: true })).toBe("Ctrl+Shift+R");
});

test("what is on the key counts where it is written in Latin letters", () => {
  expect(pressed("a", "KeyQ")).toBe("Ctrl+A");
  expect(pressed("ö", "Semicolon")).toBe("Ctrl+Ö");
  expect(pressed("+", "BracketRight", { shiftKey: true })).toBe("Ctrl++");
  expect(pressed("F5", "F5", { ctrlKey: false })).toBe("F5");
});
