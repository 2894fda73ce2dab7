import { defineErrors } from "@atalaya/errors";

type Named = { variable: string };
type Valued = { variable: string; value: string };
type Exemplified = { variable: string; value: string; example: string };
type Schemes = { variable: string; schemes: readonly string[] };
type Choices = { variable: string; value: string; choices: readonly string[] };
type HalfGiven = { given: readonly string[]; missing: readonly string[]; purpose: string };

/** Errors of reading the environment: each names the variable, and the hint says what to write in it. */
export const errors = defineErrors("SETTINGS", {
  PORT_INVALID: {
    status: 400,
    message: ({ variable, value }: Valued) => `${variable} is "${value}", which is not a port`,
    hint: ({ variable }: Valued) => `Set ${variable} to a whole number from 1 to 65535, or unset it.`,
  },
  URL_INVALID: {
    status: 400,
    message: ({ variable }: Schemes) => `${variable} does not hold a complete address`,
    hint: ({ variable, schemes }: Schemes) =>
      `Write the whole address with its scheme (${schemes.join(", ")}), such as ${variable}=${schemes[0]}://host:1234.`,
  },
  CHOICE_INVALID: {
    status: 400,
    message: ({ variable, value }: Choices) => `${variable} is "${value}", which is not one of its choices`,
    hint: ({ variable, choices }: Choices) => `Set ${variable} to one of: ${choices.join(", ")}.`,
  },
  BUCKET_INVALID: {
    status: 400,
    message: ({ variable, value }: Valued) => `${variable} is "${value}", which is not the name of a bucket`,
    hint: () =>
      "A bucket has 3 to 63 characters: lower-case letters, digits, dots and hyphens, with a letter or digit at both ends.",
  },
  VALUE_INVALID: {
    status: 400,
    message: ({ variable, value }: Exemplified) => `${variable} is "${value}", which cannot be read`,
    hint: ({ variable, example }: Exemplified) => `Write it as in ${variable}=${example}, or unset it.`,
  },
  HALF_GIVEN: {
    status: 400,
    message: ({ given, missing }: HalfGiven) =>
      `${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set but ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not`,
    hint: ({ given, missing, purpose }: HalfGiven) =>
      `${purpose} needs all of them: set ${missing.join(" and ")}, or unset ${given.join(" and ")}.`,
  },
  ADDRESS_MISSING: {
    status: 400,
    message: ({ variable }: Named) => `${variable} is not set, and a pipeline reads the address of its source from it`,
    hint: ({ variable }: Named) => `Start again with ${variable}=<address>, for example ${variable}=http://127.0.0.1:4700/data.`,
  },
});
