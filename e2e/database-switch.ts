import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a database that can be cut: for whoever connects through it, the database is stopped while it is off. */
export interface DatabaseSwitch {
  /** As the original, through the switch. */
  readonly url: string;
  turn(isOn: boolean): void;
  close(): Promise<void>;
}

export async function switchFor(databaseUrl: string): Promise<DatabaseSwitch> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isOn = true;
  const server = createServer((incoming) => {
    if (!isOn) return void incoming.destroy();
    const outgoing = connect(Number(target.port), target.hostname);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    turn(on) {
      isOn = on;
      if (!on) cut();
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
