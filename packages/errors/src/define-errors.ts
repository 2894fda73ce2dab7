import { AtalayaError } from "./atalaya-error.js";

/** One row of a catalogue: the message is made from typed details (`never` here accepts a row with any details). */
export interface ErrorDefinition<Details = never> {
  readonly status: number;
  readonly retryable?: boolean;
  readonly message: (details: Details) => string;
  readonly hint?: (details: Details) => string;
}

type DetailsOf<Definition> = Definition extends ErrorDefinition<infer Details> ? Details : never;

export type ErrorCatalogue<Definitions extends Record<string, ErrorDefinition>> = {
  readonly [Code in keyof Definitions]: (details: DetailsOf<Definitions[Code]>, cause?: unknown) => AtalayaError;
};

/** Every row of every catalogue that was loaded, for the generated page `docs/errors.md`. */
export const errorCatalogue = new Map<string, ErrorDefinition>();

/**
 * Makes the catalogue of one package: `defineErrors("LEARN", { ZERO_FEATURES: { status: 400, message: … } })` gives
 * `errors.ZERO_FEATURES(details)`, which returns (never throws) an error with code `LEARN_ZERO_FEATURES`.
 */
export function defineErrors<Definitions extends Record<string, ErrorDefinition>>(
  prefix: string,
  definitions: Definitions,
): ErrorCatalogue<Definitions> {
  const catalogue: Record<string, (details: unknown, cause?: unknown) => AtalayaError> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const code = `${prefix}_${name}`;
    errorCatalogue.set(code, definition);
    catalogue[name] = (details, cause) =>
      new AtalayaError({
        code,
        message: definition.message(details as never),
        details: details as Record<string, unknown>,
        hint: definition.hint?.(details as never),
        status: definition.status,
        retryable: definition.retryable ?? false,
        cause,
      });
  }
  return catalogue as ErrorCatalogue<Definitions>;
}
