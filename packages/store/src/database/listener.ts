import { Client, escapeIdentifier } from "pg";

/** Called with the payload of a notification, or with null after a broken connection: something may have been missed. */
export type NotificationListener = (payload: string | null) => void;

export interface NotificationHub {
  /** Resolves when listening, or when the server does not answer: then it goes on trying. @returns ends this subscription */
  listen(channel: string, listener: NotificationListener): Promise<() => void>;
  close(): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** LISTEN on one session of its own, opened for the first subscription and opened again when it breaks. */
export function createNotificationHub(url: string, sessionName: string): NotificationHub {
  return new SessionHub(url, sessionName);
}

class SessionHub implements NotificationHub {
  readonly #listeners = new Map<string, Set<NotificationListener>>();
  readonly #url: string;
  readonly #sessionName: string;
  #session: Client | null = null;
  #opening: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = firstPauseMs;
  #isClosed = false;

  constructor(url: string, sessionName: string) {
    this.#url = url;
    this.#sessionName = sessionName;
  }

  async listen(channel: string, listener: NotificationListener): Promise<() => void> {
    const existing = this.#listeners.get(channel);
    this.#listeners.set(channel, (existing ?? new Set()).add(listener));
    const isOpen = await this.#open();
    if (isOpen && existing === undefined)
      await this.#session?.query(`listen ${escapeIdentifier(channel)}`).catch(() => undefined);
    return () => {
      this.#listeners.get(channel)?.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    await this.#opening?.catch(() => undefined);
    await this.#session?.end().catch(() => undefined);
  }

  /** False when the server does not answer now; another attempt is under way then. */
  async #open(): Promise<boolean> {
    this.#opening ??= this.#openSession();
    const attempted = this.#session;
    try {
      await this.#opening;
      return true;
    } catch {
      if (attempted !== null) this.#lose(attempted);
      await attempted?.end().catch(() => undefined);
      return false;
    }
  }

  async #openSession(): Promise<void> {
    const session = new Client({
      connectionString: this.#url,
      application_name: this.#sessionName,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    this.#session = session;
    session.on("error", () => undefined);
    session.once("end", () => this.#lose(session));
    session.on("notification", ({ channel, payload }) => this.#tell(channel, payload ?? ""));
    await session.connect();
    for (const channel of this.#listeners.keys()) await session.query(`listen ${escapeIdentifier(channel)}`);
    this.#pauseMs = firstPauseMs;
  }

  #lose(lost: Client): void {
    if (lost !== this.#session) return;
    this.#session = null;
    this.#opening = null;
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#reopen(), this.#pauseMs);
    // Waiting to reconnect alone keeps no process alive.
    this.#timer.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
  }

  async #reopen(): Promise<void> {
    if (await this.#open()) for (const channel of this.#listeners.keys()) this.#tell(channel, null);
  }

  #tell(channel: string, payload: string | null): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload);
  }
}
