import type { ConsoleEvent } from "@atalaya/api";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { affected } from "./affected.js";

export type Connection = "connecting" | "live" | "gone";

const ConnectionContext = createContext<{ readonly connection: Connection; readonly retry: () => void }>({
  connection: "connecting",
  retry: () => undefined,
});

/** Silence of a connection that is just being made is no news. */
const PATIENCE_MS = 1_500;
/** Progress comes many times a second; the page is redrawn less often. */
const REDRAW_MS = 250;

/** Listens to the server's events and lets what they are about be fetched again. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  const [attempt, setAttempt] = useState(0);

  // `attempt` opens the stream anew.
  useEffect(() => {
    const stale = new Set<string>();
    let redraw: ReturnType<typeof setTimeout> | undefined;
    let patience: ReturnType<typeof setTimeout> | undefined;
    let wasLost = attempt > 0;
    const refresh = (...parts: readonly string[]): void => {
      for (const part of parts) stale.add(part);
      redraw ??= setTimeout(() => {
        redraw = undefined;
        for (const part of stale) void queries.invalidateQueries({ queryKey: part.split("/") });
        stale.clear();
      }, REDRAW_MS);
    };
    const stream = new EventSource("/v1/console/events");
    stream.onopen = () => {
      clearTimeout(patience);
      patience = undefined;
      setConnection("live");
      // Whatever happened while nobody listened.
      if (wasLost) void queries.invalidateQueries();
      wasLost = false;
    };
    stream.onerror = () => {
      wasLost = true;
      patience ??= setTimeout(() => setConnection("gone"), PATIENCE_MS);
      // The browser gives up after an answer that is no stream; the page does not.
      if (stream.readyState === EventSource.CLOSED) redraw ??= setTimeout(() => setAttempt((count) => count + 1), 2_000);
    };
    stream.onmessage = ({ data }: MessageEvent<string>) => refresh(...affected(JSON.parse(data) as ConsoleEvent));
    return () => {
      stream.close();
      clearTimeout(redraw);
      clearTimeout(patience);
    };
  }, [queries, attempt]);

  const retry = (): void => {
    setAttempt((count) => count + 1);
    void queries.invalidateQueries();
  };
  return <ConnectionContext.Provider value={{ connection, retry }}>{children}</ConnectionContext.Provider>;
}

export const useConnection = () => useContext(ConnectionContext);
