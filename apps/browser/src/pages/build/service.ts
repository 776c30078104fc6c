import { type CustomOp, graphFromJson, graphToJson, type JsonObject } from '@convzoo/layers';
import type { ComputeContext } from '../../compute/context.js';
import { compose } from './composition/compose.js';
import type { Composition } from './composition/composition.js';
import { faultKindOf } from './composition/fault-kind.js';
import { describedOps } from './custom-ops.js';
import { type Detail, describeGraph } from './describe-graph.js';
import { type Opened, openFiles } from './opened.js';
import type { BlocksReport, TextReport } from './report.js';
import type { CustomNode } from './script/script-result.js';
import { graphText } from './text/graph-text.js';
import { MAX_DRAWN, readGraphText, tooManyNodes } from './text/read-graph-text.js';

/** A network of the zoo, as a list to choose from has it. */
export interface ZooChoice {
  readonly name: string;
  readonly family: string;
}

/** What a script built. */
export interface ScriptInput {
  readonly graph: JsonObject;
  readonly customs: readonly CustomNode[];
  readonly detail: Detail;
}

/** What the page "Build" has computed in the worker. */
export function createService(_context: ComputeContext) {
  return {
    /** A network of blocks, up to the first that cannot be built. */
    blocks({ composition, detail }: { composition: Composition; detail: Detail }): BlocksReport {
      const { graph, steps, fault } = compose(composition);
      if (graph.nodes.length > MAX_DRAWN) return { problem: tooManyNodes(graph) };
      const block = fault === undefined ? undefined : composition.blocks[fault.at];
      return {
        report: describeGraph(graph, detail, steps),
        fault:
          fault === undefined || block === undefined
            ? undefined
            : {
                at: fault.at,
                input: fault.input,
                reason: faultKindOf(block, fault.input),
                message: fault.error instanceof Error ? fault.error.message : String(fault.error),
              },
      };
    },

    /** A graph as JSON, as `convzoo cost graph.json` reads it. */
    async json({ text, detail }: { text: string; detail: Detail }): Promise<TextReport> {
      const read = readGraphText(text, await opsFor(text));
      if ('problem' in read) return read;
      const report = describeGraph(read.graph, detail);
      return { report: { ...report, json: text } };
    },

    /** A graph that a script built. */
    script({ graph: json, customs, detail }: ScriptInput): TextReport {
      const graph = graphFromJson(json, { ops: describedOps(customs) });
      if (graph.nodes.length > MAX_DRAWN) return { problem: tooManyNodes(graph) };
      return { report: describeGraph(graph, detail) };
    },

    async zoo(): Promise<readonly ZooChoice[]> {
      const { models, modelNames } = await import('@convzoo/zoo');
      return modelNames.map((name) => ({ name, family: models[name].family }));
    },

    /** A network of the zoo as JSON. */
    async zooText(name: string): Promise<string> {
      const { buildModel } = await import('@convzoo/zoo');
      return graphText(graphToJson(buildModel(name)));
    },

    /** @throws what opening throws */
    open: (files: readonly File[]): Promise<Opened> => openFiles(files),
  };
}

/** Ops of imported Keras models, which their graphs name. */
async function opsFor(text: string): Promise<readonly CustomOp[]> {
  return text.includes('"custom"') ? (await import('@convzoo/keras-import')).kerasOps : [];
}
