import "@xyflow/react/dist/base.css";
import type { RunStep } from "@atalaya/api";
import dagre from "@dagrejs/dagre";
import { Background, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useLanguage } from "../language/language.js";
import { linksOf } from "./chain-links.js";

const WIDTH = 168;
const HEIGHT = 74;
const GAP = 38;
const ROW_GAP = 30;

type StepNode = Node<{ readonly step: RunStep; readonly isChosen: boolean }, "step">;

interface ChainGraphProps {
  readonly steps: readonly RunStep[];
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** The chain, laid out by itself: replay rows join before the evaluation, everything else follows what is before it. */
export function ChainGraph({ steps, chosen, onChoose }: ChainGraphProps) {
  const { say } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const placed = useMemo(() => layOut(steps, width), [steps, width]);
  const nodes = placed.nodes.map((node) => ({ ...node, data: { ...node.data, isChosen: node.id === chosen } }));
  return (
    <div className="chain" ref={frame} role="img" aria-label={say.runs.graphLabel} style={{ height: placed.height }}>
      <ReactFlow
        key={width}
        nodes={nodes}
        edges={placed.edges}
        nodeTypes={nodeTypes}
        onNodeClick={(_event, { id }) => onChoose(id)}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.2}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1.1 }}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={24} />
      </ReactFlow>
    </div>
  );
}

function StepBox({ data: { step, isChosen } }: NodeProps<StepNode>) {
  const { format } = useLanguage();
  const rows = step.rowsOut ?? step.rowsIn;
  return (
    <div className={`chain-step chain-${step.status}${isChosen ? " chain-chosen" : ""}`}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <strong className="clip">{step.name}</strong>
      <span className="clip small">{rows === null ? (step.summary ?? " ") : `${format.number(rows)} →`}</span>
      <span className="small">{step.seconds === null ? " " : format.duration(step.seconds)}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

const nodeTypes = { step: StepBox };

/** Width of an element, as it changes. */
function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(900);
  useLayoutEffect(() => {
    const box = frame.current;
    if (box === null) return undefined;
    const watch = new ResizeObserver(() => setWidth(box.clientWidth));
    watch.observe(box);
    setWidth(box.clientWidth);
    return () => watch.disconnect();
  }, [frame]);
  return width;
}

/** One long line is cut into rows that fit, and read like text. */
function layOut(steps: readonly RunStep[], width: number): { nodes: StepNode[]; edges: Edge[]; height: number } {
  const graph = new dagre.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 26, ranksep: GAP }).setDefaultEdgeLabel(() => ({}));
  const links = linksOf(steps.map(({ name }) => name));
  for (const { name } of steps) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of links) graph.setEdge(from, to);
  dagre.layout(graph);
  const perRow = Math.max(1, Math.floor((width - 2 * ROW_GAP + GAP) / (WIDTH + GAP)));
  const lowest = Math.max(0, ...steps.map(({ name }) => graph.node(name).y)) + HEIGHT / 2;
  const columnOf = (x: number): number => Math.round((x - WIDTH / 2) / (WIDTH + GAP));
  const rows = Math.floor(Math.max(0, ...steps.map(({ name }) => columnOf(graph.node(name).x))) / perRow) + 1;
  const place = (x: number, y: number): { x: number; y: number } => {
    const column = columnOf(x);
    return {
      x: x - Math.floor(column / perRow) * perRow * (WIDTH + GAP),
      y: y + Math.floor(column / perRow) * (lowest + ROW_GAP),
    };
  };
  return {
    height: rows * (lowest + ROW_GAP) + ROW_GAP,
    nodes: steps.map((step) => {
      const placed = graph.node(step.name);
      const { x, y } = place(placed.x, placed.y);
      return {
        id: step.name,
        type: "step",
        position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 },
        data: { step, isChosen: false },
        width: WIDTH,
        height: HEIGHT,
      };
    }),
    edges: links.map(([source, target]) => ({
      id: `${source} ${target}`,
      source,
      target,
      type: "smoothstep",
      animated: steps.find(({ name }) => name === target)?.status === "running",
    })),
  };
}
