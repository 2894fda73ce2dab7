import type { WebhookEvent } from "@atalaya/registry";
import { type Command, InvalidArgumentError } from "commander";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Stores } from "../platform/workshop.js";
import type { Session } from "../session.js";
import { type CarryOut, type CommandModule, withExamples } from "./command.js";

const events: readonly WebhookEvent[] = ["version.registered", "alias.moved", "run.ended"];

export const webhooksCommand: CommandModule = {
  declare: (program, carryOut) => {
    const webhooks = program
      .command("webhooks")
      .summary("list, add and remove whom events are sent to")
      .description(
        "Sends events to addresses, signed, as CloudEvents: new versions, moves of aliases, ends of runs. atalaya up delivers them.",
      );
    withExamples(webhooks, [
      { line: "atalaya webhooks", does: "who is told, and what waits" },
      { line: "atalaya webhooks add https://example.org/hook --on alias.moved", does: "tell of every promotion" },
    ]);
    declareList(webhooks, carryOut);
    declareAdd(webhooks, carryOut);
    declareRemove(webhooks, carryOut);
  },
};

function declareList(webhooks: Command, carryOut: CarryOut): void {
  const command = webhooks
    .command("list", { isDefault: true })
    .summary("list whom events are sent to")
    .description("Lists addresses with their events, and how many wait or were given up.")
    .action(() =>
      carryOut((session) =>
        withStores(session, async ({ store }) => {
          const { listWebhooks } = await import("@atalaya/registry");
          const all = await listWebhooks(store.database);
          const lines = all.map(
            ({ id, url, events: own, waiting, givenUp }) =>
              `${id}  ${url}  ${own.join(", ")}  ${waiting} waiting, ${givenUp} given up`,
          );
          session.terminal.answer(all, lines.length === 0 ? ["Nobody is told of anything."] : lines);
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya webhooks list --json", does: "for a program" }]);
}

function declareAdd(webhooks: Command, carryOut: CarryOut): void {
  const command = webhooks
    .command("add")
    .summary("send events to an address")
    .description(
      `Sends events to an address from now on, and prints the secret that signs them, once. Events: ${events.join(", ")}.`,
    )
    .argument("<url>", "where to send them")
    .option("--on <events...>", "which events (default: all)", collectEvents)
    .action((url: string, { on }: { on?: readonly WebhookEvent[] }) =>
      carryOut((session) =>
        withStores(session, async ({ store }) => {
          const { addWebhook } = await import("@atalaya/registry");
          const added = await addWebhook(store.database, { url, events: on ?? events });
          session.terminal.answer(added, [`${added.id}  ${url}`, `secret  ${added.secret}`]);
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya webhooks add https://example.org/hook", does: "all events" }]);
}

function declareRemove(webhooks: Command, carryOut: CarryOut): void {
  const command = webhooks
    .command("remove")
    .summary("send no more events to an address")
    .description("Removes an address, with the events that wait for it.")
    .argument("<id>", "id of the webhook")
    .action((id: string) =>
      carryOut((session) =>
        withStores(session, async ({ store }) => {
          const { removeWebhook } = await import("@atalaya/registry");
          await removeWebhook(store.database, id);
          session.terminal.answer({ removed: id }, [`removed ${id}`]);
        }),
      ),
    );
  withExamples(command, [{ line: "atalaya webhooks remove 0b9c1c0e-1c9b-4b8e-9a55-0f8f3f0d8a11", does: "by its id" }]);
}

function collectEvents(value: string, before: readonly WebhookEvent[] | undefined): readonly WebhookEvent[] {
  const event = events.find((known) => known === value);
  if (event === undefined) throw new InvalidArgumentError(`Events are ${events.join(", ")}.`);
  return [...(before ?? []), event];
}

async function withStores(session: Session, work: (stores: Stores) => Promise<void>): Promise<ExitCode> {
  const { locateState } = await import("../platform/state-location.js");
  const { openStores } = await import("../platform/workshop.js");
  const { withClosing } = await import("../platform/closing.js");
  await withClosing(async (closing) => work(closing.add(await openStores(locateState(session).settings, session.terminal.note))));
  return exitCodes.done;
}
