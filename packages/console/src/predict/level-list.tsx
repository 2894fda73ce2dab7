import { Autocomplete } from "@base-ui/react/autocomplete";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useImperativeHandle, useState } from "react";

const LINE_HEIGHT = 34;
const MOST_HEIGHT = 320;

export interface LevelListHandle {
  scrollTo(index: number): void;
}

/** The proposals that fit what was typed, of which only those in sight are drawn: there may be tens of thousands. */
export function LevelList({ handle }: { readonly handle: Ref<LevelListHandle> }) {
  const levels = Autocomplete.useFilteredItems<string>();
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const lines = useVirtualizer({
    count: levels.length,
    getScrollElement: () => frame,
    estimateSize: () => LINE_HEIGHT,
    overscan: 10,
    enabled: frame !== null,
  });
  useImperativeHandle(handle, () => ({ scrollTo: (index) => lines.scrollToIndex(index, { align: "auto" }) }), [lines]);
  return (
    <div className="levels" ref={setFrame} style={{ height: Math.min(MOST_HEIGHT, levels.length * LINE_HEIGHT) }}>
      <div className="levels-inner" style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const level = levels[index];
          return level === undefined ? null : (
            <Autocomplete.Item
              key={level}
              index={index}
              value={level}
              className="option clip"
              aria-setsize={levels.length}
              aria-posinset={index + 1}
              style={{ top: start, height: LINE_HEIGHT }}
            >
              {level}
            </Autocomplete.Item>
          );
        })}
      </div>
    </div>
  );
}
