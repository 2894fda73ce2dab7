import "@xyflow/react/dist/base.css";
import type { RunStep } from "@atalaya/api";
import dagre from "@dagrejs/dagre";
import { Background, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { useLanguage } from "../language/language.js";

const WIDTH = 168;
const HEIGHT = 74;

type StepNode = Node<{ readonly step: RunStep; readonly isChosen: boolean }, "step">;

interface ChainGraphProps {
  readonly steps: readonly RunStep[];
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** The chain, laid out by itself: replay rows join before the evaluation, everything else follows what is before it. */
export function ChainGraph({ steps, chosen, onChoose }: ChainGraphProps) {
  const { say } = useLanguage();
  const placed = useMemo(() => layOut(steps), [steps]);
  const nodes = placed.nodes.map((node) => ({ ...node, data: { ...node.data, isChosen: node.id === chosen } }));
  return (
    <div className="chain" role="img" aria-label={say.runs.graphLabel}>
      <ReactFlow
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

function layOut(steps: readonly RunStep[]): { nodes: StepNode[]; edges: Edge[] } {
  const graph = new dagre.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 26, ranksep: 38 }).setDefaultEdgeLabel(() => ({}));
  const links = linksOf(steps.map(({ name }) => name));
  for (const { name } of steps) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  for (const [from, to] of links) graph.setEdge(from, to);
  dagre.layout(graph);
  return {
    nodes: steps.map((step) => {
      const { x, y } = graph.node(step.name);
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
      animated: steps.find(({ name }) => name === target)?.status === "running",
    })),
  };
}

/** Which step follows which: a replay has its own way to the evaluation. */
export function linksOf(names: readonly string[]): [from: string, to: string][] {
  const main = names.filter((name) => !name.endsWith(" replay"));
  const replay = names.filter((name) => name.endsWith(" replay"));
  const chain = (list: readonly string[]) => list.slice(1).map((name, position): [string, string] => [list[position]!, name]);
  const joins: [string, string][] = replay.length > 0 && main.includes("evaluate") ? [[replay.at(-1)!, "evaluate"]] : [];
  return [...chain(main), ...chain(replay), ...joins];
}
