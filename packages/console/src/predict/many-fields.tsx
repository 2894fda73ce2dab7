import type { JsonCell, RowProblem } from "@atalaya/learn";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { useLanguage } from "../language/language.js";
import { FieldRow } from "./field-row.js";
import type { FormField, FormRow } from "./page-model.js";

const FIELD_HEIGHT = 104;
const FIELD_WIDTH = 320;

interface ManyFieldsProps {
  readonly fields: readonly FormField[];
  readonly row: FormRow;
  readonly problemOf: ReadonlyMap<string | null, RowProblem>;
  readonly onChange: (name: string, value: JsonCell) => void;
}

/** Thousands of fields in a frame that scrolls: only those in sight are drawn. */
export function ManyFields({ fields, row, problemOf, onChange }: ManyFieldsProps) {
  const { say } = useLanguage();
  const frame = useRef<HTMLElement>(null);
  const lanes = useLanes(frame);
  const places = useVirtualizer({
    count: fields.length,
    lanes,
    getScrollElement: () => frame.current,
    estimateSize: () => FIELD_HEIGHT,
    getItemKey: (index) => fields[index]?.column.name ?? index,
    overscan: 6,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="many-fields" ref={frame} tabIndex={0} aria-label={say.predict.allFields(fields.length)}>
      <div className="many-fields-inner" style={{ height: places.getTotalSize() }}>
        {places.getVirtualItems().map(({ index, start, lane, key }) => {
          const field = fields[index];
          if (field === undefined) return null;
          const { name } = field.column;
          return (
            <div
              key={key}
              ref={places.measureElement}
              data-index={index}
              className="many-fields-place"
              style={{ top: start, left: `${(100 * lane) / lanes}%`, width: `${100 / lanes}%` }}
            >
              <FieldRow field={field} value={row[name] ?? null} problem={problemOf.get(name) ?? null} onChange={onChange} />
            </div>
          );
        })}
      </div>
    </section>
  );
}

/** How many fields stand beside each other. */
function useLanes(frame: { readonly current: HTMLElement | null }): number {
  const [lanes, setLanes] = useState(1);
  useLayoutEffect(() => {
    const box = frame.current;
    if (box === null) return undefined;
    const count = (): void => setLanes(Math.max(1, Math.floor(box.clientWidth / FIELD_WIDTH)));
    const watch = new ResizeObserver(count);
    watch.observe(box);
    count();
    return () => watch.disconnect();
  }, [frame]);
  return lanes;
}
