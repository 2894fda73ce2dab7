import type { AtalayaError } from "@atalaya/errors";
import { errors } from "../errors.js";
import type { LearnerName } from "../model/model.js";
import { nearestName } from "../schema/nearest-name.js";
import { type ParameterDeclaration, type ParametersOf, parameterSchema } from "./parameter-schema.js";

/** A parameter's value. */
export type ParameterValue = number | string | boolean;

/** Which learner to fit, with concrete values; a parameter that is not named has its default. */
export interface LearnerSpecification {
  readonly learner: LearnerName;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/**
 * All parameters of a learner, checked, defaults filled in.
 *
 * @throws LEARN_LEARNER_UNKNOWN, LEARN_PARAMETER_UNKNOWN, LEARN_PARAMETER_INVALID
 */
export function resolveParameters<Learner extends LearnerName>(
  learner: Learner,
  given: Readonly<Record<string, ParameterValue>>,
): ParametersOf<Learner> {
  const resolved: Record<string, ParameterValue> = {};
  for (const name of Object.keys(given)) declarationOf(learner, name);
  for (const [name, declaration] of Object.entries(parameterSchema[learner])) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) checkParameter(learner, name, value);
    resolved[name] = value ?? declaration.default;
  }
  // The loop above made exactly the names and kinds that the schema declares.
  return resolved as ParametersOf<Learner>;
}

/** The declaration of a parameter. */
export function declarationOf(learner: LearnerName, name: string): ParameterDeclaration {
  if (!Object.hasOwn(parameterSchema, learner)) throw unknownLearner(learner);
  const declarations = parameterSchema[learner];
  if (!Object.hasOwn(declarations, name)) {
    const known = Object.keys(declarations);
    throw errors.PARAMETER_UNKNOWN({ learner, parameter: name, known, suggestion: nearestName(name, known) });
  }
  return declarations[name];
}

export function unknownLearner(learner: string): AtalayaError {
  const known = Object.keys(parameterSchema);
  return errors.LEARNER_UNKNOWN({ learner, known, suggestion: nearestName(learner, known) });
}

/** Throws unless the parameter may have this value. */
export function checkParameter(learner: LearnerName, name: string, value: ParameterValue): void {
  const declaration = declarationOf(learner, name);
  if (accepts(declaration, value)) return;
  throw errors.PARAMETER_INVALID({ learner, parameter: name, value, expected: describe(declaration) });
}

function accepts(declaration: ParameterDeclaration, value: ParameterValue): boolean {
  if (declaration.kind === "boolean") return typeof value === "boolean";
  if (declaration.kind === "text") return typeof value === "string";
  if (typeof value === "string") return declaration.choices?.includes(value) ?? false;
  if (declaration.kind === "choice" || typeof value !== "number") return false;
  if (declaration.kind === "integer" && !Number.isInteger(value)) return false;
  return value >= declaration.min && value <= declaration.max;
}

function describe(declaration: ParameterDeclaration): string {
  if (declaration.kind === "boolean") return "true or false";
  if (declaration.kind === "text") return "text";
  const words = declaration.choices?.map((choice) => `"${choice}"`).join(" or ");
  if (declaration.kind === "choice") return words ?? "";
  const number = `${declaration.kind === "integer" ? "a whole number" : "a number"} from ${declaration.min} to ${declaration.max}`;
  return words === undefined ? number : `${number}, or ${words}`;
}
