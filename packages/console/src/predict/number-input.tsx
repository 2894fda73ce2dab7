import { Slider } from "@base-ui/react/slider";
import { memo, useEffect, useState } from "react";
import { useLanguage } from "../language/language.js";
import type { FormField } from "./page-model.js";
import { inWords } from "./reasons.js";

interface NumberInputProps {
  readonly id: string;
  readonly field: FormField;
  readonly value: number | null;
  readonly isInvalid: boolean;
  readonly onChange: (value: number | null) => void;
}

/** A box for any number, and a slider over the training range with the training distribution behind it. */
export function NumberInput({ id, field, value, isInvalid, onChange }: NumberInputProps) {
  const { format, say } = useLanguage();
  const { column, range } = field;
  const text = useNumberText(value);
  const name = inWords(column.name);
  const isYear = column.name.toLowerCase().includes("year");
  const shown = (number: number): string => (isYear ? String(number) : format.inUnit(number, column.unit));
  return (
    <div className="number-input">
      <input
        id={id}
        className="input"
        inputMode="decimal"
        autoComplete="off"
        value={text.value}
        aria-invalid={isInvalid}
        placeholder={say.predict.missing}
        onChange={(event) => {
          const typed = event.target.value;
          text.set(typed);
          const number = typed.trim() === "" ? null : Number(typed.replace(",", "."));
          if (number === null || Number.isFinite(number)) onChange(number);
        }}
      />
      {range !== null && range.high > range.low && (
        <div className="slider-frame">
          <Shape parts={field.shape} />
          <Slider.Root
            min={range.low}
            max={range.high}
            step={stepOf(range, column.type === "integer")}
            value={Math.min(range.high, Math.max(range.low, value ?? range.low))}
            onValueChange={(next) => onChange(Number((next as number).toPrecision(12)))}
          >
            <Slider.Control className={value === null ? "slider slider-unknown" : "slider"}>
              <Slider.Track className="slider-track">
                <Slider.Indicator className="slider-fill" />
                <Slider.Thumb
                  className="slider-thumb"
                  getAriaLabel={() => `${name}, ${say.predict.training(shown(range.low), shown(range.high))}`}
                  getAriaValueText={(_formatted, number) => (value === null ? say.predict.missing : shown(number))}
                />
              </Slider.Track>
            </Slider.Control>
          </Slider.Root>
          <div className="slider-ends small soft" aria-hidden="true">
            <span>{shown(range.low)}</span>
            <span>{shown(range.high)}</span>
          </div>
        </div>
      )}
    </div>
  );
}

/** What was typed stays as it was typed (`1.`, `0.50`) as long as it means the value. */
function useNumberText(value: number | null) {
  const [text, setText] = useState(value === null ? "" : String(value));
  useEffect(() => {
    setText((before) => {
      const meant = before.trim() === "" ? null : Number(before.replace(",", "."));
      return Object.is(meant, value) || (value === null && Number.isNaN(meant)) ? before : value === null ? "" : String(value);
    });
  }, [value]);
  return { value: text, set: setText };
}

function stepOf({ low, high }: { readonly low: number; readonly high: number }, isWhole: boolean): number {
  const rough = 10 ** Math.floor(Math.log10((high - low) / 200));
  return isWhole ? Math.max(1, Math.round(rough)) : rough;
}

/** Of a field, so it is drawn once. */
const Shape = memo(function Shape({ parts }: { readonly parts: readonly number[] }) {
  const most = Math.max(...parts, 0);
  if (most === 0) return null;
  return (
    <svg className="shape" viewBox={`0 0 ${parts.length} 10`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map((part, position) => {
        const height = (Math.sqrt(part / most) * 10).toFixed(2);
        const key = `${position}`;
        return <rect key={key} x={position} width={0.92} y={10 - Number(height)} height={height} />;
      })}
    </svg>
  );
});
