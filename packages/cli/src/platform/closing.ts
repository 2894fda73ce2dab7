/** Things that were opened, to be closed in the opposite order, whatever happened between. */
export interface Closing {
  /** Registers and gives it back. */
  add<Opened extends { close(): Promise<unknown> }>(opened: Opened): Opened;
  /** Closes everything once, the last opened first; the first failure is thrown after all were tried. */
  close(): Promise<void>;
}

export function createClosing(): Closing {
  const opened: { close(): Promise<unknown> }[] = [];
  return {
    add: (each) => {
      opened.push(each);
      return each;
    },
    close: async () => {
      const failures: unknown[] = [];
      for (const each of opened.splice(0).reverse()) {
        try {
          await each.close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Does the work and closes what it registered. An error of the work goes before one of closing. */
export async function withClosing<Result>(work: (closing: Closing) => Promise<Result>): Promise<Result> {
  const closing = createClosing();
  let result: Result;
  try {
    result = await work(closing);
  } catch (error) {
    await closing.close().catch(() => {});
    throw error;
  }
  await closing.close();
  return result;
}
