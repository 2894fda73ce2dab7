import type { Answer } from "@atalaya/learn";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { Badge } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import type { PageModel } from "./page-model.js";
import { inWords } from "./reasons.js";
import type { RowResult } from "./row-results.js";
import { useReasonText } from "./sentence.js";

const LINE_HEIGHT = 38;

/** Any number of rows: only those in sight are drawn. Anomalies stand in the order of their scores. */
export function ResultsTable(props: {
  readonly model: PageModel;
  readonly results: readonly RowResult[];
  readonly isRanked: boolean;
}) {
  const { model, results, isRanked } = props;
  const { say } = useLanguage();
  const frame = useRef<HTMLElement>(null);
  const rows = useMemo(
    () => (isRanked ? [...results].sort((one, other) => scoreOf(other) - scoreOf(one)) : results),
    [results, isRanked],
  );
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 12,
  });
  return (
    <div className="stack">
      {isRanked && <h3>{say.predict.ranked}</h3>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="rows-frame" ref={frame} tabIndex={0} aria-label={say.predict.result}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows stand at computed places, which a table element does not allow */}
        <div
          className="rows-inner"
          role="table"
          aria-rowcount={rows.length + 1}
          style={{ height: lines.getTotalSize() + LINE_HEIGHT }}
        >
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          <div role="row" className="rows-head" tabIndex={-1}>
            <Cell isHead>{say.predict.line}</Cell>
            <Cell isHead>{say.predict.result}</Cell>
            <Cell isHead>{""}</Cell>
            <Cell isHead>{say.predict.strongest}</Cell>
          </div>
          {lines.getVirtualItems().map(({ index, start }) => {
            const result = rows[index];
            return result === undefined ? null : (
              // biome-ignore lint/a11y/useSemanticElements: as above
              <div
                key={result.line}
                role="row"
                tabIndex={-1}
                aria-rowindex={index + 2}
                className="rows-line"
                style={{ top: start + LINE_HEIGHT }}
              >
                <Line model={model} result={result} />
              </div>
            );
          })}
        </div>
      </section>
    </div>
  );
}

function Cell({ children, isHead = false }: { readonly children: React.ReactNode; readonly isHead?: boolean }) {
  return (
    <span role={isHead ? "columnheader" : "cell"} className="clip" tabIndex={isHead ? -1 : undefined}>
      {children}
    </span>
  );
}

function Line({ model, result }: { readonly model: PageModel; readonly result: RowResult }) {
  const { say, format } = useLanguage();
  const told = useReasonText();
  const { line, answer, reasons, scale, problem } = result;
  const why =
    problem !== null
      ? say.predict.problem(inWords(problem.field ?? ""), problem.expected, problem.received)
      : reasons
          .map(
            ({ name, value, unit, effect }) =>
              `${told.value(name, value, unit)} (${scale === null ? "" : told.effect(effect, scale)})`,
          )
          .join(" · ");
  return (
    <>
      <Cell>{format.number(line)}</Cell>
      <Cell>{answer === null ? "–" : answerText(answer, model, format)}</Cell>
      <Cell>{answer !== null && "score" in answer && answer.alert ? <Badge tone="bad">{say.predict.alert}</Badge> : ""}</Cell>
      <Cell>{why}</Cell>
    </>
  );
}

function answerText(answer: Answer, model: PageModel, format: ReturnType<typeof useLanguage>["format"]): string {
  if ("value" in answer) return format.inUnit(answer.value, model.bundle.target?.unit);
  if ("score" in answer) return format.number(answer.score);
  return `${answer.label} ${format.percent(answer.probability[answer.label] ?? 0)}`;
}

function scoreOf({ answer }: RowResult): number {
  return answer !== null && "score" in answer ? answer.score : -1;
}
