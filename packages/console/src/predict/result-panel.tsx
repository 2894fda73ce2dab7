import type { Answer } from "@atalaya/learn";
import { Badge, Card } from "../design/parts.js";
import { useLanguage } from "../language/language.js";
import type { Confirmation } from "./confirmation.js";
import { Feedback } from "./feedback.js";
import { insightsOf } from "./insights.js";
import { type FormRow, type PageModel, shareBelow } from "./page-model.js";
import { inWords } from "./reasons.js";
import type { Scored } from "./score-row.js";
import { Sentence } from "./sentence.js";
import { Waterfall } from "./waterfall.js";

interface ResultPanelProps {
  readonly model: PageModel;
  readonly row: FormRow;
  readonly scored: Scored;
  readonly confirmation: Confirmation;
}

/** On a narrow screen the answer stands below the form; this keeps it in sight. */
export function AnswerStrip({ model, scored }: Pick<ResultPanelProps, "model" | "scored">) {
  const { format } = useLanguage();
  const { answer } = scored;
  if (answer === null) return null;
  const text =
    "value" in answer
      ? format.inUnit(answer.value, model.bundle.target?.unit)
      : "score" in answer
        ? format.number(answer.score)
        : answer.label;
  return (
    <div className="answer-strip" aria-hidden="true">
      <span className="soft">{inWords(model.bundle.target?.name ?? model.pipeline)}</span> <strong>{text}</strong>
    </div>
  );
}

export function ResultPanel({ model, row, scored, confirmation }: ResultPanelProps) {
  const { say, format } = useLanguage();
  const { answer, reasons, problems, milliseconds } = scored;
  return (
    <div className="result stack">
      <Card
        title={say.predict.prediction}
        aside={
          <span className="soft small">{`${say.predict.version(model.version)} · ${say.predict.ms(format.number(Math.round(milliseconds * 10) / 10))}`}</span>
        }
      >
        {answer === null ? (
          <div className="notice">
            <strong>{say.predict.problems}</strong>
            <ul className="plain-list">
              {problems.slice(0, 5).map(({ field, expected, received }) => (
                <li key={`${field}`}>{say.predict.problem(inWords(field ?? ""), expected, received)}</li>
              ))}
            </ul>
          </div>
        ) : (
          <div className="stack" aria-live="polite">
            <AnswerView model={model} answer={answer} />
            <ConfirmationLine confirmation={confirmation} />
          </div>
        )}
      </Card>
      {answer !== null && reasons !== null && (
        <Card title={say.predict.reasons}>
          <div className="stack">
            <Sentence model={model} reasons={reasons} />
            <Waterfall reasons={reasons} />
          </div>
        </Card>
      )}
      {answer !== null && "value" in answer && <Insights model={model} row={row} value={answer.value} />}
      {(confirmation.state === "same" || confirmation.state === "differs") && (
        <Feedback
          key={confirmation.id}
          pipeline={model.pipeline}
          id={confirmation.id}
          isNumber={answer !== null && "value" in answer}
        />
      )}
    </div>
  );
}

function AnswerView({ model, answer }: { readonly model: PageModel; readonly answer: Answer }) {
  const { say, format } = useLanguage();
  const unit = model.bundle.target?.unit;
  if ("value" in answer) {
    const share = model.answers === null ? null : shareBelow(model.answers.quantiles, answer.value);
    return (
      <div>
        <output className="answer">{format.inUnit(answer.value, unit)}</output>
        <IntervalLine answer={answer} unit={unit ?? null} />
        {share !== null && <p className="soft">{say.predict.higherThan(format.percent(share))}</p>}
      </div>
    );
  }
  if ("score" in answer) return <ScoreView model={model} {...answer} />;
  const shares = Object.entries(answer.probability).sort(([, one], [, other]) => other - one);
  return (
    <div className="stack">
      <output className="answer">{answer.label}</output>
      <div className="stack">
        {shares.slice(0, 8).map(([label, share]) => (
          <div key={label} className="bar-cell">
            <span className="clip">{label}</span>
            <span className="bar-track">
              <span className="bar" style={{ display: "block", width: `${share * 100}%` }} />
            </span>
            <span>{format.percent(share)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** A model that was calibrated for it says between which values such rows usually lie. */
function IntervalLine({ answer, unit }: { readonly answer: object; readonly unit: string | null }) {
  const { say, format } = useLanguage();
  const { interval } = answer as { interval?: { low: number; high: number; coverage: number } | null };
  if (interval == null) return null;
  const [low, high] = [format.inUnit(interval.low, unit), format.inUnit(interval.high, unit)];
  return <p>{say.predict.interval(low, high, format.percent(interval.coverage))}</p>;
}

function ScoreView(props: {
  readonly model: PageModel;
  readonly score: number;
  readonly threshold: number;
  readonly alert: boolean;
}) {
  const { model, score, threshold, alert } = props;
  const { say, format } = useLanguage();
  const share = model.answers === null ? null : shareBelow(model.answers.quantiles, score);
  return (
    <div className="stack">
      <div className="row">
        <output className={alert ? "answer answer-alert" : "answer"}>{format.number(score)}</output>
        <Badge tone={alert ? "bad" : "good"}>{alert ? say.predict.alert : say.predict.usual}</Badge>
      </div>
      <div
        className="gauge"
        role="img"
        aria-label={`${say.predict.score} ${format.number(score)}, ${say.predict.threshold(format.number(threshold))}`}
      >
        <span className={alert ? "gauge-fill gauge-alert" : "gauge-fill"} style={{ width: `${score * 100}%` }} />
        <span className="gauge-mark" style={{ left: `${threshold * 100}%` }} />
      </div>
      <p className="soft">
        {say.predict.threshold(format.number(threshold))}
        {share !== null && ` · ${say.predict.higherThan(format.percent(share))}`}
      </p>
    </div>
  );
}

function ConfirmationLine({ confirmation }: { readonly confirmation: Confirmation }) {
  const { say } = useLanguage();
  switch (confirmation.state) {
    case "same":
      return (
        <p className="row small">
          <Badge tone="good">{say.predict.confirmed}</Badge>
          <a className="mono" href={`/audit?about=${confirmation.id}`} aria-label={`${say.predict.id} ${confirmation.id}`}>
            {confirmation.id.slice(0, 13)}…
          </a>
        </p>
      );
    case "differs":
      return <p className="notice notice-bad">{say.predict.differs}</p>;
    case "gone":
      return <Badge tone="warn">{say.predict.notConfirmed}</Badge>;
    case "asking":
      return <p className="soft small">{say.predict.confirming}</p>;
    default:
      return null;
  }
}

function Insights({ model, row, value }: { readonly model: PageModel; readonly row: FormRow; readonly value: number }) {
  const { say, format } = useLanguage();
  const insights = insightsOf(model.bundle.features.inputs, row, value);
  if (insights.length === 0) return null;
  return (
    <Card title={say.predict.insights}>
      <dl className="facts">
        {insights.map(({ column, unit, ratio }) => (
          <div key={column}>
            <dt>{say.predict.per(unit === null ? inWords(column) : `${unit} (${inWords(column)})`)}</dt>
            <dd>{format.inUnit(ratio, model.bundle.target?.unit)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
