import { expect, test } from "vitest";
import { createScreen } from "../test/screen.js";
import { createLiveBlock } from "./live-block.js";

test("a block is redrawn in place, and text scrolls above it", () => {
  const screen = createScreen(40, 10);
  const block = createLiveBlock(screen);
  block.print("before");
  block.draw(["one", "two"]);
  block.print("between");
  block.draw(["one!", "two!", "three!"]);
  expect(screen.lines()).toEqual(["before", "between", "one!", "two!", "three!"]);
  block.draw(["one"]);
  expect(screen.lines()).toEqual(["before", "between", "one"]);
});

test("the cursor is hidden while drawing and given back once", () => {
  const screen = createScreen(40, 10);
  const block = createLiveBlock(screen);
  block.draw(["one"]);
  expect(screen.isCursorHidden()).toBe(true);
  block.end();
  expect(screen.isCursorHidden()).toBe(false);
  block.end();
  expect(screen.lines()).toEqual(["one"]);
});

test("after the end the next block begins below", () => {
  const screen = createScreen(40, 10);
  const block = createLiveBlock(screen);
  block.draw(["first"]);
  block.end();
  block.draw(["second"]);
  expect(screen.lines()).toEqual(["first", "second"]);
});

test("a block higher than the terminal shows its end and leaves no remains", () => {
  const screen = createScreen(40, 4);
  const block = createLiveBlock(screen);
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
  block.draw(lines);
  block.draw(lines.map((line) => `${line}!`));
  expect(screen.lines()).toEqual(["line 6!", "line 7!", "line 8!"]);
});
