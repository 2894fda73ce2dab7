import { defineErrors } from "@atalaya/errors";

export const errors = defineErrors("LEARN", {
  FEATURE_COUNT_MISMATCH: {
    status: 400,
    message: ({ expected, got }: { expected: number; got: number }) =>
      `The model reads ${expected} feature columns, but ${got} were given.`,
  },
});
