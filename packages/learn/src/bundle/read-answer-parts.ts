import type { Calibration, FittedModel, IsotonicCurve, PredictionInterval } from "../model/model.js";
import type { ModelBundle } from "./bundle.js";
import type { HeaderReader } from "./header-reader.js";

/** Reads what turns outputs into answers beyond the model: calibration, interval and decision threshold, where there are any. */
export function readAnswerParts(
  header: HeaderReader,
  { space, classes }: FittedModel,
): Pick<ModelBundle, "calibration" | "interval" | "decisionThreshold"> {
  const calibration = given(header.field("calibration"), (reader) => {
    if (classes === null) throw reader.fail(`does not fit the space ${space}`);
    return readCalibration(reader, classes.length === 2 ? 1 : classes.length);
  });
  const interval = given(header.field("interval"), (reader) => {
    if (space !== "value" && space !== "exp" && space !== "log1p") throw reader.fail(`does not fit the space ${space}`);
    return readInterval(reader);
  });
  const decisionThreshold = given(header.field("decisionThreshold"), (reader) => {
    if (classes?.length !== 2) throw reader.fail("is for two classes only");
    const threshold = reader.number();
    if (threshold < 0 || threshold > 1) throw reader.fail("is no probability");
    return threshold;
  });
  return {
    ...(calibration === undefined ? {} : { calibration }),
    ...(interval === undefined ? {} : { interval }),
    ...(decisionThreshold === undefined ? {} : { decisionThreshold }),
  };
}

function given<Part>(reader: HeaderReader, read: (reader: HeaderReader) => Part): Part | undefined {
  return reader.value === undefined ? undefined : read(reader);
}

function readCalibration(reader: HeaderReader, count: number): Calibration {
  const kind = reader.field("kind").oneOf(["isotonic", "platt"]);
  const byClass = reader.field("byClass").list();
  if (byClass.length !== count) throw reader.field("byClass").fail(`has ${byClass.length} entries instead of ${count}`);
  if (kind === "isotonic") return { kind, byClass: byClass.map(readCurve) };
  return {
    kind,
    byClass: byClass.map((entry) => ({
      slope: entry.field("slope").number(),
      intercept: entry.field("intercept").number(),
    })),
  };
}

function readCurve(reader: HeaderReader): IsotonicCurve {
  const score = reader.field("score").numbers();
  const probability = reader.field("probability").numbers(score.length);
  if (score.length === 0) throw reader.fail("has no point");
  const falls = score.findIndex((value, point) => point > 0 && !(value > score[point - 1]));
  if (falls >= 0) throw reader.field("score").fail(`does not ascend at ${falls}`);
  const wrong = probability.findIndex((value, point) => value < 0 || value > 1 || (point > 0 && value < probability[point - 1]));
  if (wrong >= 0) throw reader.field("probability").fail(`falls, or is no probability, at ${wrong}`);
  return { score, probability };
}

function readInterval(reader: HeaderReader): PredictionInterval {
  const coverage = reader.field("coverage").number();
  if (coverage <= 0 || coverage >= 1) throw reader.field("coverage").fail("does not lie between 0 and 1");
  const below = reader.field("below").number();
  const above = reader.field("above").number();
  if (below > above) throw reader.fail("is empty");
  return { coverage, below, above };
}
